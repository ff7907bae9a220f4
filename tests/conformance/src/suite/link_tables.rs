//! Relations many to many by a generated link table: its columns and keys, which rows are written and removed, and that all
//! which holds with a link model holds without one.

use orm::ErrorKind;
use orm::mapping::NewChild;
use orm::prelude::*;
use orm::schema::Action;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, steps, writes};
use crate::suite::support::fails;

cases![
    "link_tables":
    the_table_has_both_keys,
    rows_are_written_with_what_they_link,
    both_sides_edited_give_one_row,
    an_unlinked_row_is_deleted,
    a_list_is_loaded_from_either_side,
    a_deleted_entity_takes_its_rows_along,
    a_rollback_puts_lists_back,
    a_pair_that_another_session_links_is_one_row,
    composite_and_text_keys_are_linked,
    keys_of_an_enum_are_linked,
    entities_of_one_model_are_linked,
    conditions_and_joins_follow_the_table,
    the_other_side_of_a_link_model_needs_only_its_name,
    two_relations_with_one_table_are_refused,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "recipes")]
struct Recipe {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    title: String,
    #[orm(link_table = "recipe_herbs")]
    herbs: ManyToMany<Herb>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "herbs")]
struct Herb {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(inverse = Recipe.herbs)]
    recipes: ManyToMany<Recipe>,
}

const DELETED: &str = r#"DELETE FROM "recipe_herbs" WHERE "recipe_id" = ? AND "herb_id" = ?"#;
const HERBS: &str = r#"SELECT "recipe_herbs"."recipe_id", "recipe_herbs"."herb_id", "herbs"."id", "herbs"."name" FROM "recipe_herbs" INNER JOIN "herbs" ON "herbs"."id" = "recipe_herbs"."herb_id" WHERE "recipe_herbs"."recipe_id" = ?"#;

fn session(db: &Db) -> Session {
    Metadata::of((Recipe, Herb)).create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

fn herb(name: &str) -> impl NewChild<Model = Herb> + NewRow<Model = Herb> {
    Herb::builder().name(name)
}

/// A recipe with these herbs, committed by another session.
fn stored(db: &Db, herbs: &[&str]) -> i64 {
    let mut other = Session::new(&db.other_engine());
    let recipe = other.add(Recipe::builder().title("stew"));
    for name in herbs {
        other.append(recipe, Recipe.herbs, herb(name)).unwrap();
    }
    other.commit().unwrap();
    other[recipe].id
}

/// The names of a recipe's loaded herbs.
fn names(session: &Session, recipe: Ref<Recipe>) -> Vec<String> {
    let herbs = session[recipe].herbs.get().unwrap();
    let names = herbs.into_iter().map(|herb| session[herb].name.clone());
    names.collect()
}

fn the_table_has_both_keys(_: &Db) {
    // The tables of relations belong to the set, once.
    let all = Metadata::of((Recipe, Herb));
    assert_eq!(all.models().len(), 3);
    let schema = all.schema().unwrap();
    let table = schema.table("recipe_herbs").unwrap();
    let names: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
    assert_eq!(names, ["recipe_id", "herb_id"]);
    assert_eq!(table.key_columns(), names);
    let generated = table.columns.iter().any(|column| column.auto_increment);
    assert!(!generated);
    let keys = table.foreign_keys.iter();
    let keys: Vec<(&str, Action)> = keys.map(|key| (&*key.table, key.on_delete)).collect();
    assert_eq!(
        keys,
        [("recipes", Action::Cascade), ("herbs", Action::Cascade)]
    );
    assert_eq!(table.indexes[0].columns().collect::<Vec<_>>(), ["herb_id"]);
    let here = Metadata::in_module(module_path!());
    let tables = here.models().iter().map(|model| model.table);
    assert_eq!(tables.filter(|table| *table == "recipe_herbs").count(), 1);
    // One model alone leaves the other key without its table.
    fails(Metadata::of((Herb,)).schema(), ErrorKind::Schema);
}

fn rows_are_written_with_what_they_link(db: &Db) {
    let mut session = session(db);
    let stew = session.add(Recipe::builder().title("stew"));
    let sage = session.append(stew, Recipe.herbs, herb("sage")).unwrap();
    let mint = session.append(stew, Recipe.herbs, herb("mint")).unwrap();
    let tea = Recipe::builder().title("tea");
    let tea = session.append(mint, Herb.recipes, tea).unwrap();
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        ["INSERT herbs", "INSERT recipes", "INSERT recipe_herbs"]
    );
    assert_eq!(session[stew].herbs.get().unwrap(), [sage, mint]);
    assert_eq!(session[mint].recipes.get().unwrap(), [stew, tea]);
    let joined = "SELECT COUNT(*) FROM recipe_herbs l JOIN recipes r ON r.id = l.recipe_id JOIN herbs h ON h.id = l.herb_id WHERE r.title = 'stew'";
    assert_eq!((db.count("recipe_herbs"), db.scalar(joined)), (3, 2));
    assert!(!session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn both_sides_edited_give_one_row(db: &Db) {
    let mut session = session(db);
    let id = stored(db, &["sage"]);
    let stew = session.get(Recipe, id).unwrap().unwrap();
    let mint = session.add(herb("mint"));
    session.link(stew, Recipe.herbs, mint).unwrap();
    session.link(mint, Herb.recipes, stew).unwrap();
    assert_eq!(session[mint].recipes.get().unwrap(), [stew]);
    session.commit().unwrap();
    assert_eq!(db.count("recipe_herbs"), 2);
    // Loaded on both sides.
    let tea = session.add(Recipe::builder().title("tea"));
    session.link(tea, Recipe.herbs, mint).unwrap();
    session.link(mint, Herb.recipes, tea).unwrap();
    assert_eq!(names(&session, tea), ["mint"]);
    session.commit().unwrap();
    assert_eq!(db.count("recipe_herbs"), 3);
    // Unlinked on one side and linked on the other one it stays, and nothing is sent.
    session.load(stew, Recipe.herbs).unwrap();
    session.unlink(stew, Recipe.herbs, mint).unwrap();
    session.link(mint, Herb.recipes, stew).unwrap();
    db.sent();
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
    assert_eq!(names(&session, stew), ["sage", "mint"]);
}

fn an_unlinked_row_is_deleted(db: &Db) {
    let mut session = session(db);
    let id = stored(db, &["sage", "mint"]);
    let stew = session.get(Recipe, id).unwrap().unwrap();
    let herbs = session.load(stew, Recipe.herbs).unwrap();
    session.load(herbs[0], Herb.recipes).unwrap();
    session.unlink(stew, Recipe.herbs, herbs[0]).unwrap();
    assert!(session[herbs[0]].recipes.get().unwrap().is_empty());
    db.sent();
    session.commit().unwrap();
    assert_eq!(writes(db), [DELETED]);
    assert_eq!((db.count("recipe_herbs"), db.count("herbs")), (1, 2));
    assert_eq!(names(&session, stew), ["mint"]);
    session.load(stew, Recipe.herbs).unwrap();
    let again = session.unlink(stew, Recipe.herbs, herbs[0]);
    let error = fails(again, ErrorKind::Usage);
    assert!(error.to_string().contains("`Recipe.herbs`"), "{error}");
    // A list that is not loaded is changed as well.
    session.clear();
    let stew = session.get(Recipe, id).unwrap().unwrap();
    let mint = select(Herb).filter(Herb.name.eq("mint"));
    let mint = mint.one(&mut session).unwrap();
    session.unlink(mint, Herb.recipes, stew).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("recipe_herbs"), 0);
}

fn a_list_is_loaded_from_either_side(db: &Db) {
    let mut session = session(db);
    let id = stored(db, &["sage", "mint"]);
    stored(db, &[]);
    let stew = session.get(Recipe, id).unwrap().unwrap();
    db.sent();
    let herbs = session.load(stew, Recipe.herbs).unwrap();
    assert_eq!(reads(db), [HERBS]);
    assert_eq!(names(&session, stew), ["sage", "mint"]);
    assert_eq!(session.load(herbs[1], Herb.recipes).unwrap(), [stew]);
    session.clear();
    db.sent();
    let query = select(Recipe).with(Recipe.herbs.then(Herb.recipes));
    let recipes = query.order_by(Recipe.id).all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 3);
    assert_eq!(names(&session, recipes[0]), ["sage", "mint"]);
    assert_eq!(names(&session, recipes[1]), [""; 0]);
    let sage = session[recipes[0]].herbs.get().unwrap()[0];
    assert_eq!(session[sage].recipes.get().unwrap(), [recipes[0]]);
}

fn a_deleted_entity_takes_its_rows_along(db: &Db) {
    let mut session = session(db);
    let id = stored(db, &["sage", "mint"]);
    let stew = session.get(Recipe, id).unwrap().unwrap();
    let herbs = session.load(stew, Recipe.herbs).unwrap();
    session.delete(herbs[0]);
    session.commit().unwrap();
    assert_eq!(db.count("recipe_herbs"), 1);
    assert_eq!(names(&session, stew), ["mint"]);
    session.load(herbs[1], Herb.recipes).unwrap();
    session.delete(stew);
    session.flush().unwrap();
    assert!(session[herbs[1]].recipes.get().unwrap().is_empty());
    assert_eq!(steps(db), ["DELETE herbs", "DELETE recipes"]);
    session.commit().unwrap();
    assert_eq!((db.count("recipe_herbs"), db.count("herbs")), (0, 1));
}

fn a_rollback_puts_lists_back(db: &Db) {
    let mut session = session(db);
    let id = stored(db, &["sage"]);
    let stew = session.get(Recipe, id).unwrap().unwrap();
    session.load(stew, Recipe.herbs).unwrap();
    session.commit().unwrap();
    session.append(stew, Recipe.herbs, herb("mint")).unwrap();
    session.flush().unwrap();
    let sage = session.load(stew, Recipe.herbs).unwrap()[0];
    session.unlink(stew, Recipe.herbs, sage).unwrap();
    session.flush().unwrap();
    session.rollback().unwrap();
    session.load(stew, Recipe.herbs).unwrap();
    assert_eq!(names(&session, stew), ["sage"]);
    assert_eq!((db.count("recipe_herbs"), db.count("herbs")), (1, 1));
}

fn a_pair_that_another_session_links_is_one_row(db: &Db) {
    let mut session = session(db);
    let id = stored(db, &[]);
    let stew = session.get(Recipe, id).unwrap().unwrap();
    let sage = session.add(herb("sage"));
    session.commit().unwrap();
    assert!(session.load(stew, Recipe.herbs).unwrap().is_empty());
    session.link(stew, Recipe.herbs, sage).unwrap();
    db.outside(
        "INSERT INTO recipe_herbs (recipe_id, herb_id) SELECT r.id, h.id FROM recipes r, herbs h",
    );
    let error = fails(session.commit(), ErrorKind::UniqueViolation);
    assert_eq!(error.table(), Some("recipe_herbs"), "{error}");
    session.rollback().unwrap();
    session.load(stew, Recipe.herbs).unwrap();
    assert_eq!(names(&session, stew), ["sage"]);
    session.link(stew, Recipe.herbs, sage).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("recipe_herbs"), 1);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "stalls")]
struct Stall {
    #[orm(primary_key, length = 10)]
    hall: String,
    #[orm(primary_key)]
    number: i32,
    #[orm(link_table = "stall_vendors")]
    vendors: ManyToMany<Vendor>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "vendors")]
struct Vendor {
    #[orm(primary_key, length = 12)]
    code: String,
    #[orm(inverse = Stall.vendors)]
    stalls: ManyToMany<Stall>,
}

fn composite_and_text_keys_are_linked(db: &Db) {
    let all = Metadata::of((Stall, Vendor));
    let schema = all.schema().unwrap();
    let table = schema.table("stall_vendors").unwrap();
    let columns = table.columns.iter();
    let columns: Vec<_> = columns
        .map(|column| (&*column.name, column.length))
        .collect();
    assert_eq!(
        columns,
        [
            ("stall_hall", Some(10)),
            ("stall_number", None),
            ("vendor_code", Some(12))
        ]
    );
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let [east, west] = ["east", "west"].map(|hall| {
        let stall = Stall::builder().hall(hall).number(7);
        session.add(stall)
    });
    let bakery = Vendor::builder().code("bakery");
    let bakery = session.append(east, Stall.vendors, bakery).unwrap();
    session.link(west, Stall.vendors, bakery).unwrap();
    let smith = Vendor::builder().code("smith");
    session.append(west, Stall.vendors, smith).unwrap();
    session.commit().unwrap();
    session.clear();
    let vendors = select(Vendor).with(Vendor.stalls).order_by(Vendor.code);
    let vendors = vendors.all(&mut session).unwrap();
    let halls = |session: &Session, vendor: Ref<Vendor>| -> Vec<String> {
        let stalls = session[vendor].stalls.get().unwrap().into_iter();
        stalls.map(|stall| session[stall].hall.clone()).collect()
    };
    assert_eq!(halls(&session, vendors[0]), ["east", "west"]);
    assert_eq!(halls(&session, vendors[1]), ["west"]);
    let west = session[vendors[1]].stalls.get().unwrap()[0];
    session.unlink(west, Stall.vendors, vendors[0]).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("stall_vendors"), 2);
    assert_eq!(
        db.scalar(
            "SELECT COUNT(*) FROM stall_vendors WHERE stall_hall = 'west' AND vendor_code = 'smith'"
        ),
        1
    );
    // What references a key that is changed follows it.
    session[vendors[1]].code = "tailor".into();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM stall_vendors WHERE vendor_code = 'tailor'"),
        1
    );
    assert_eq!(session.load(west, Stall.vendors).unwrap(), [vendors[1]]);
}

#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Season {
    Spring,
    Autumn,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "seasons")]
struct Time {
    #[orm(primary_key)]
    season: Season,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "crops")]
struct Crop {
    #[orm(primary_key)]
    id: i32,
    #[orm(link_table = "crop_times")]
    times: ManyToMany<Time>,
}

fn keys_of_an_enum_are_linked(db: &Db) {
    let all = Metadata::of((Time, Crop));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let crop = session.add(Crop::builder());
    for season in [Season::Spring, Season::Autumn] {
        let time = Time::builder().season(season);
        session.append(crop, Crop.times, time).unwrap();
    }
    session.commit().unwrap();
    session.clear();
    let crop = select(Crop).with(Crop.times).one(&mut session).unwrap();
    let times = session[crop].times.get().unwrap();
    let autumn = times
        .iter()
        .find(|time| session[**time].season == Season::Autumn);
    let autumn = *autumn.unwrap();
    assert_eq!(times.len(), 2);
    session.unlink(crop, Crop.times, autumn).unwrap();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM crop_times WHERE time_season = 'spring'"),
        1
    );
    assert_eq!(db.count("crop_times"), 1);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "dancers")]
struct Dancer {
    #[orm(primary_key)]
    id: i64,
    #[orm(link_table = "dancer_teachers")]
    teachers: ManyToMany<Dancer>,
    #[orm(inverse = Dancer.teachers)]
    pupils: ManyToMany<Dancer>,
}

fn entities_of_one_model_are_linked(db: &Db) {
    let all = Metadata::of((Dancer,));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let [old, young, new] = [(); 3].map(|()| session.add(Dancer::builder()));
    session.link(young, Dancer.teachers, old).unwrap();
    session.link(old, Dancer.pupils, new).unwrap();
    session.link(new, Dancer.teachers, young).unwrap();
    // One may teach itself.
    session.link(old, Dancer.teachers, old).unwrap();
    assert_eq!(session[old].pupils.get().unwrap(), [young, new, old]);
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM dancer_teachers WHERE from_dancer_id > to_dancer_id"),
        3
    );
    session.clear();
    let query = select(Dancer).with(Dancer.teachers).with(Dancer.pupils);
    let all = query.order_by(Dancer.id).all(&mut session).unwrap();
    let [old, young, new] = [all[0], all[1], all[2]];
    assert_eq!(session[old].pupils.get().unwrap(), [old, young, new]);
    assert_eq!(session[old].teachers.get().unwrap(), [old]);
    assert_eq!(session[new].teachers.get().unwrap(), [old, young]);
    session.delete(old);
    session.commit().unwrap();
    assert_eq!(session[new].teachers.get().unwrap(), [young]);
    assert_eq!(db.count("dancer_teachers"), 1);
}

fn conditions_and_joins_follow_the_table(db: &Db) {
    let mut session = session(db);
    stored(db, &["sage", "mint"]);
    stored(db, &[]);
    let sage = select(Herb).filter(Herb.name.eq("sage"));
    let sage = sage.one(&mut session).unwrap();
    let with_mint = select(Recipe).filter(Recipe.herbs.any(Herb.name.eq("mint")));
    let stew = with_mint.one(&mut session).unwrap();
    let with_sage = select(Recipe).filter(Recipe.herbs.contains(sage));
    assert_eq!(with_sage.all(&mut session).unwrap(), [stew]);
    let counts = select(Recipe.herbs.count()).order_by(Recipe.id);
    assert_eq!(counts.all(&mut session).unwrap(), [2, 0]);
    let joined = select(Herb.name).join(Herb.recipes).order_by(Herb.name);
    assert_eq!(joined.all(&mut session).unwrap(), ["mint", "sage"]);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "bands")]
struct Band {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = Part)]
    musicians: ManyToMany<Musician>,
    #[orm(orphans = delete)]
    parts: HasMany<Part>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "musicians")]
struct Musician {
    #[orm(primary_key)]
    id: i64,
    #[orm(inverse = Band.musicians)]
    bands: ManyToMany<Band>,
    #[orm(orphans = delete)]
    parts: HasMany<Part>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "parts_in_bands")]
struct Part {
    #[orm(primary_key, references = Band.id, on_delete = cascade)]
    band_id: i64,
    #[orm(primary_key, references = Musician.id, on_delete = cascade)]
    musician_id: i64,
    #[orm(length = 20)]
    instrument: Option<String>,
    band: BelongsTo<Band>,
    musician: BelongsTo<Musician>,
}

fn the_other_side_of_a_link_model_needs_only_its_name(db: &Db) {
    let all = Metadata::of((Band, Musician, Part));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let band = session.add(Band::builder());
    let musicians = [(); 3].map(|()| session.add(Musician::builder()));
    session.link(musicians[0], Musician.bands, band).unwrap();
    session.link(band, Band.musicians, musicians[1]).unwrap();
    let part = Part::builder().band(band).musician(musicians[2]);
    session.add(part.instrument("drums"));
    session.commit().unwrap();
    assert_eq!(session[band].musicians.get().unwrap(), musicians);
    assert_eq!(session[musicians[2]].bands.get().unwrap(), [band]);
    // A part without its band or its musician is an orphan: it is deleted, and with it what it linked.
    let parts = session.load(band, Band.parts).unwrap();
    assert_eq!(parts.len(), 3);
    session.unlink(band, Band.parts, parts[0]).unwrap();
    session.load(musicians[1], Musician.parts).unwrap();
    session
        .unlink(musicians[1], Musician.parts, parts[1])
        .unwrap();
    db.sent();
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE parts_in_bands"]);
    assert_eq!(session[band].musicians.get().unwrap(), [musicians[2]]);
    assert_eq!((db.count("parts_in_bands"), db.count("musicians")), (1, 3));
}

mod twice {
    use orm::prelude::*;

    #[derive(Model)]
    #[orm(table = "link_tables_left")]
    pub(super) struct Left {
        #[orm(primary_key)]
        id: i64,
        #[orm(link_table = "left_rights")]
        rights: ManyToMany<Right>,
    }

    #[derive(Model)]
    #[orm(table = "link_tables_right")]
    pub(super) struct Right {
        #[orm(primary_key)]
        id: i64,
        #[orm(link_table = "left_rights")]
        lefts: ManyToMany<Left>,
    }
}

fn two_relations_with_one_table_are_refused(_: &Db) {
    use twice::{Left, Right};
    let error = fails(Metadata::of((Left, Right)).schema(), ErrorKind::Schema);
    let message = error.to_string();
    for part in ["Left.rights", "Right.lefts", "left_rights"] {
        assert!(message.contains(part), "{message}");
    }
    let hint = error.hint().unwrap();
    assert!(hint.contains("`inverse = Left.rights`"), "{hint}");
}
