//! Flattened structs: value objects and columns that several models share.

use std::sync::atomic::{AtomicI64, Ordering};

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, unguarded_writes, writes};
use crate::suite::support::{fails, refused};

cases![
    "embedded":
    each_table_has_its_own_columns_and_constraints,
    a_builder_begins_with_defaults,
    an_insert_leaves_server_defaults_to_the_database,
    only_changed_columns_are_set,
    an_update_expects_the_old_values,
    update_defaults_are_set_in_each_model,
    none_is_null_in_all_columns,
    columns_are_set_one_by_one,
    null_in_one_column_keeps_the_others,
    half_of_a_value_is_an_error,
    columns_are_selected_filtered_and_ordered,
    an_alias_has_the_columns_of_its_table,
    values_are_compared_as_a_whole,
    a_bulk_update_sets_a_whole_value,
    a_rollback_restores_the_value,
    a_savepoint_restores_none_and_some,
    verbs_of_the_session_take_all_columns,
    a_foreign_key_in_a_part_is_one_of_the_table,
    a_unique_constraint_spans_model_and_part,
    lengths_are_enforced,
    a_link_row_begins_with_its_part,
    a_connection_reads_and_writes_parts,
    many_rows_are_inserted_and_updated,
];

/// A time that never stands still.
fn tick() -> i64 {
    static TICKS: AtomicI64 = AtomicI64::new(1);
    TICKS.fetch_add(1, Ordering::Relaxed)
}

#[derive(DbEnum, Clone, Copy, Debug, Default, PartialEq)]
enum Kind {
    #[default]
    House,
    Office,
}

#[derive(DbType, Clone, Debug, Default, PartialEq)]
#[orm(length = 10)]
struct Zip(String);

#[derive(Embedded, Clone, Debug, Default, PartialEq)]
struct Address {
    #[orm(length = 40, synonym = town)]
    city: String,
    #[orm(column = "zip_code", index)]
    zip: Zip,
    floor: Option<i32>,
    kind: Kind,
}

#[derive(Embedded, Clone, Debug, PartialEq)]
struct Times {
    #[orm(default = 1, index)]
    created: i64,
    #[orm(default = 0, update_default = tick())]
    changed: i64,
    #[orm(server_default = 7)]
    retries: Option<i32>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(
    table = "em_shops",
    unique(tenant, home.city),
    index = (work.zip, tenant, name = "ix_em_work")
)]
struct Shop {
    #[orm(flatten, prefix = "home_")]
    home: Address,
    #[orm(primary_key)]
    id: i64,
    #[orm(flatten, prefix = "work_")]
    work: Option<Address>,
    tenant: i32,
    #[orm(flatten)]
    times: Times,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "em_notes")]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    text: String,
    #[orm(flatten)]
    times: Times,
}

fn address(city: &str, zip: &str) -> Address {
    Address {
        city: city.to_owned(),
        zip: Zip(zip.to_owned()),
        floor: None,
        kind: Kind::House,
    }
}

fn session(db: &Db) -> Session {
    Metadata::of((Shop, Note)).create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

/// A committed shop at home, and one with an office.
fn shops(db: &Db) -> (Session, Ref<Shop>, Ref<Shop>) {
    let mut session = session(db);
    let first = session.add(Shop::builder().home(address("Bonn", "1")).tenant(1));
    let second = Shop::builder()
        .home(address("Aix", "2"))
        .work(address("Ulm", "3"));
    let second = session.add(second.tenant(2));
    session.commit().unwrap();
    db.sent();
    (session, first, second)
}

/// The shop as the database has it.
fn stored(db: &Db, id: i64) -> Shop {
    let query = select(Shop).filter(Shop.id.eq(id));
    query.one(&mut db.other_connection()).unwrap()
}

fn each_table_has_its_own_columns_and_constraints(_: &Db) {
    let def = Shop::def();
    let expected = [
        "id",
        "tenant",
        "home_city",
        "home_zip_code",
        "home_floor",
        "home_kind",
        "work_city",
        "work_zip_code",
        "work_floor",
        "work_kind",
        "created",
        "changed",
        "retries",
    ];
    assert_eq!(def.names, expected);
    assert_eq!(
        (def.fields[3], def.fields[12]),
        ("home.zip", "times.retries")
    );
    let names = def.columns.iter().map(|column| column.name.as_ref());
    assert_eq!(names.collect::<Vec<_>>(), expected);
    let nullable = def.columns.iter().map(|column| column.nullable);
    let nullable: Vec<usize> = (0..)
        .zip(nullable)
        .filter(|(_, is)| *is)
        .map(|(at, _)| at)
        .collect();
    assert_eq!(nullable, [4, 6, 7, 8, 9, 12]);
    assert_eq!(
        (def.columns[6].length, def.columns[7].length),
        (Some(40), Some(10))
    );
    let name = |index: &orm::schema::Index| index.name.to_string();
    let indexes: Vec<String> = def.schema.indexes.iter().map(name).collect();
    let expected = [
        "ix_em_work",
        "ix_em_shops_home_zip_code",
        "ix_em_shops_work_zip_code",
        "ix_em_shops_created",
    ];
    assert_eq!(indexes, expected);
    assert_eq!(
        def.schema.indexes[0].columns().collect::<Vec<_>>(),
        ["work_zip_code", "tenant"]
    );
    assert_eq!(Note::def().schema.indexes[0].name, "ix_em_notes_created");
    let unique = &def.schema.uniques[0];
    assert_eq!(unique.name, "uq_em_shops_tenant_home_city");
    let checks = def.schema.checks.iter().map(|check| check.name.as_ref());
    assert_eq!(
        checks.collect::<Vec<_>>(),
        ["ck_em_shops_home_kind", "ck_em_shops_work_kind"]
    );
    assert_eq!(
        (Shop.home.city.name(), Shop.work.zip.position()),
        ("home_city", 7)
    );
}

fn a_builder_begins_with_defaults(db: &Db) {
    let (session, first, second) = shops(db);
    assert_eq!(session[first].home, address("Bonn", "1"));
    assert_eq!(session[first].work, None);
    assert_eq!(session[second].work, Some(address("Ulm", "3")));
    let times = Times {
        created: 1,
        changed: 0,
        retries: Some(7),
    };
    assert_eq!(session[first].times, times);
}

fn an_insert_leaves_server_defaults_to_the_database(db: &Db) {
    let mut session = session(db);
    session.add(Note::builder().text("built"));
    let times = Times {
        created: 5,
        changed: 6,
        retries: None,
    };
    let given = session.add(Note::builder().text("given").times(times.clone()));
    let row = session.add(Note {
        id: 0,
        text: "row".into(),
        times: times.clone(),
    });
    session.flush().unwrap();
    let insert = r#"INSERT INTO "em_notes" ("text", "created", "changed")"#;
    let sent = writes(db);
    assert!(sent.iter().all(|sql| sql.starts_with(insert)), "{sent:?}");
    session.commit().unwrap();
    for note in [given, row] {
        let expected = Times {
            retries: Some(7),
            ..times.clone()
        };
        assert_eq!(session[note].times, expected);
    }
    let given = session.add(Note::builder().text("9").times(Times {
        retries: Some(9),
        ..times
    }));
    session.commit().unwrap();
    assert_eq!(session[given].times.retries, Some(9));
}

fn only_changed_columns_are_set(db: &Db) {
    let (mut session, first, second) = shops(db);
    session[first].home.floor = Some(3);
    session.flush().unwrap();
    let update = r#"UPDATE "em_shops" SET "home_floor" = ?, "changed" = ? WHERE "id" = ?"#;
    assert_eq!(unguarded_writes(db), [update]);
    let office = session[second].work.as_mut().unwrap();
    office.kind = Kind::Office;
    office.city = "Jena".into();
    session.commit().unwrap();
    let update =
        r#"UPDATE "em_shops" SET "work_city" = ?, "work_kind" = ?, "changed" = ? WHERE "id" = ?"#;
    assert_eq!(unguarded_writes(db), [update]);
    assert_eq!(stored(db, session[first].id).home.floor, Some(3));
    let work = stored(db, session[second].id).work.unwrap();
    assert_eq!((work.city.as_str(), work.kind), ("Jena", Kind::Office));
    // The same value is no change.
    session[first].home = session[first].home.clone();
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn an_update_expects_the_old_values(db: &Db) {
    let (mut session, first, _) = shops(db);
    session[first].home.zip = Zip("9".into());
    db.outside("UPDATE em_shops SET home_zip_code = '8' WHERE home_city = 'Bonn'");
    let error = fails(session.flush(), ErrorKind::StaleData);
    assert_eq!(error.table(), Some("em_shops"));
    session.rollback().unwrap();
    // Another column of the value is another column.
    session[first].home.floor = Some(1);
    db.outside("UPDATE em_shops SET home_zip_code = '7' WHERE home_city = 'Bonn'");
    session.commit().unwrap();
    session.refresh(first).unwrap();
    assert_eq!(session[first].home.zip, Zip("7".into()));
}

fn update_defaults_are_set_in_each_model(db: &Db) {
    let (mut session, first, second) = shops(db);
    let note = session.add(Note::builder().text("a"));
    session.commit().unwrap();
    let before = tick();
    session[note].text = "b".into();
    session[first].tenant = 5;
    session.commit().unwrap();
    assert!(session[note].times.changed > before);
    assert!(session[first].times.changed > before);
    assert_eq!(session[second].times.changed, 0);
    let all = update(Note).set(Note.text, "c");
    all.synchronize().execute(&mut session).unwrap();
    let update = r#"UPDATE "em_notes" SET "text" = ?, "changed" = ?"#;
    assert!(writes(db).iter().any(|sql| sql.starts_with(update)));
}

fn none_is_null_in_all_columns(db: &Db) {
    let (mut session, first, second) = shops(db);
    session[first].work = Some(address("Kiel", "5"));
    session[second].work = None;
    session.commit().unwrap();
    assert_eq!(session[first].work, Some(address("Kiel", "5")));
    assert_eq!(session[second].work, None);
    assert_eq!(stored(db, session[second].id).work, None);
    let nulls = "SELECT COUNT(*) FROM em_shops WHERE work_city IS NULL AND work_zip_code IS NULL \
                 AND work_floor IS NULL AND work_kind IS NULL";
    assert_eq!(db.scalar(nulls), 1);
}

fn columns_are_set_one_by_one(db: &Db) {
    let (mut session, first, second) = shops(db);
    let changed = update(Shop)
        .set(Shop.work.floor, 4)
        .filter(Shop.tenant.eq(2));
    changed.synchronize().execute(&mut session).unwrap();
    let work = session[second].work.as_ref();
    assert_eq!(work.map(|work| work.floor), Some(Some(4)));
    let whole = update(Shop)
        .set(Shop.work.city, "Ulm")
        .set(Shop.work.kind, Kind::Office)
        .set(Shop.work.zip, "1")
        .filter(Shop.tenant.eq(1));
    whole.synchronize().execute(&mut session).unwrap();
    let expected = Address {
        kind: Kind::Office,
        ..address("Ulm", "1")
    };
    assert_eq!(session[first].work, Some(expected));
    let cleared = update(Shop)
        .set(Shop.work.floor, Null)
        .set(Shop.work.zip, Null)
        .set(Shop.work.kind, Null)
        .set(Shop.work.city, Null);
    cleared.synchronize().execute(&mut session).unwrap();
    assert_eq!(
        (&session[first].work, &session[second].work),
        (&None, &None)
    );
    session.commit().unwrap();
}

fn null_in_one_column_keeps_the_others(db: &Db) {
    let (mut session, first, second) = shops(db);
    let city = session.set(second, Shop.work.city, Null);
    let error = fails(city, ErrorKind::Decode);
    assert_eq!(
        (error.table(), error.column()),
        (Some("em_shops"), Some("work_city"))
    );
    assert!(
        error.to_string().contains("session[…].work = None"),
        "{error}"
    );
    assert_eq!(session[second].work, Some(address("Ulm", "3")));
    session.set(second, Shop.work.floor, Null).unwrap();
    session.set(first, Shop.work.city, Null).unwrap();
    assert_eq!(session[first].work, None);
    session.set(first, Shop.work.city, "Jena").unwrap();
    session.commit().unwrap();
    assert_eq!(session[first].work, Some(address("Jena", "")));
    assert_eq!(session[second].work, Some(address("Ulm", "3")));
}

fn half_of_a_value_is_an_error(db: &Db) {
    let (mut session, first, _) = shops(db);
    db.outside("UPDATE em_shops SET work_floor = 2 WHERE home_city = 'Bonn'");
    let error = fails(session.refresh(first), ErrorKind::Decode);
    assert_eq!(error.table(), Some("em_shops"));
    assert_eq!(error.column(), Some("work_city"));
}

fn columns_are_selected_filtered_and_ordered(db: &Db) {
    let (mut session, _, second) = shops(db);
    let query = select((Shop.home.city, Shop.work.city, Shop.work.floor));
    let rows = query
        .order_by(Shop.home.city.asc())
        .all(&mut session)
        .unwrap();
    let expected = [
        ("Aix".to_owned(), Some("Ulm".to_owned()), None),
        ("Bonn".to_owned(), None, None),
    ];
    assert_eq!(rows, expected);
    let found = select(Shop).filter(Shop.work.zip.eq("3") & Shop.home.kind.eq(Kind::House));
    assert_eq!(found.one(&mut session).unwrap(), second);
    let found = select(Shop).filter(Shop.home.town.like("A%") & Shop.times.created.le(1));
    assert_eq!(found.one(&mut session).unwrap(), second);
    let grouped = select((Shop.home.kind, count_all())).group_by(Shop.home.kind);
    assert_eq!(grouped.all(&mut session).unwrap(), [(Kind::House, 2)]);
}

fn an_alias_has_the_columns_of_its_table(db: &Db) {
    let (mut session, first, second) = shops(db);
    session[first].home.floor = Some(2);
    session[second].home.floor = Some(5);
    session.flush().unwrap();
    let higher = Shop.alias("higher");
    let pairs = select((Shop.home.city, higher.home.city))
        .join_on(higher, higher.home.floor.gt(Shop.home.floor));
    let expected = [("Bonn".to_owned(), "Aix".to_owned())];
    assert_eq!(pairs.all(&mut session).unwrap(), expected);
    let found = select(higher.id).filter(higher.home.eq(&session[second].home));
    assert_eq!(found.all(&mut session).unwrap(), [session[second].id]);
}

fn values_are_compared_as_a_whole(db: &Db) {
    let (mut session, first, second) = shops(db);
    let bonn = address("Bonn", "1");
    let found = select(Shop).filter(Shop.home.eq(&bonn));
    assert_eq!(found.one(&mut session).unwrap(), first);
    let condition = r#"WHERE "home_city" = ? AND "home_zip_code" = ? AND "home_floor" IS NULL AND "home_kind" = ?"#;
    let sent = reads(db);
    assert!(sent.last().unwrap().contains(condition), "{sent:?}");
    let found = select(Shop).filter(Shop.home.ne(&bonn));
    assert_eq!(found.all(&mut session).unwrap(), [second]);
    // The floor is NULL: whether it is another one than 1 is unknown.
    let upstairs = Address {
        floor: Some(1),
        ..bonn
    };
    let found = select(Shop).filter(Shop.home.ne(&upstairs));
    assert_eq!(found.all(&mut session).unwrap(), [second]);
    let found = select(Shop).filter(Shop.work.is_null());
    assert_eq!(found.one(&mut session).unwrap(), first);
    let found = select(Shop).filter(Shop.work.is_not_null());
    assert_eq!(found.one(&mut session).unwrap(), second);
    let found = select(Shop).filter(Shop.work.eq(&session[second].work));
    assert_eq!(found.one(&mut session).unwrap(), second);
    let found = select(Shop).filter(Shop.work.eq(&session[first].work));
    assert_eq!(found.one(&mut session).unwrap(), first);
    let found = select(Shop).filter(Shop.work.eq(&address("Ulm", "3")));
    assert_eq!(found.one(&mut session).unwrap(), second);
}

fn a_bulk_update_sets_a_whole_value(db: &Db) {
    let (mut session, first, second) = shops(db);
    let office = address("Kiel", "5");
    let moved = update(Shop).set_all(Shop.work.to(&office));
    moved.synchronize().execute(&mut session).unwrap();
    assert_eq!(session[first].work, Some(office.clone()));
    assert_eq!(session[second].work, Some(office));
    let closed = update(Shop).set_all(Shop.work.to(None));
    closed.synchronize().execute(&mut session).unwrap();
    assert_eq!(session[first].work, None);
    session.commit().unwrap();
    assert_eq!(stored(db, session[second].id).work, None);
}

fn a_rollback_restores_the_value(db: &Db) {
    let (mut session, first, _) = shops(db);
    session[first].home.city = "Kiel".into();
    session[first].work = Some(address("Ulm", "4"));
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[first].home, address("Bonn", "1"));
    assert_eq!(session[first].work, None);
}

fn a_savepoint_restores_none_and_some(db: &Db) {
    let (mut session, _, second) = shops(db);
    let office = address("Ulm", "3");
    let undone: orm::Result<()> = session.savepoint(|session| {
        session[second].work = None;
        session.flush()?;
        session[second].work = Some(address("Kiel", "9"));
        session.flush()?;
        Err(orm::Error::with_message(ErrorKind::Other, "undo"))
    });
    assert!(undone.is_err());
    assert_eq!(session[second].work, Some(office.clone()));
    session[second].tenant = 9;
    session.commit().unwrap();
    assert_eq!(stored(db, session[second].id).work, Some(office));
}

fn verbs_of_the_session_take_all_columns(db: &Db) {
    let (mut session, first, _) = shops(db);
    session[first].home.city = "Kiel".into();
    session[first].tenant = 9;
    db.outside("UPDATE em_shops SET home_zip_code = '6' WHERE home_city = 'Bonn'");
    session
        .no_autoflush(|session| session.refresh_attributes(first, Shop.home))
        .unwrap();
    assert_eq!(session[first].home, address("Bonn", "6"));
    assert_eq!(session[first].tenant, 9);
    session.commit().unwrap();
    let row = Shop::builder().home(address("Bonn", "7")).tenant(9);
    let found = session.get_or_create((Shop.tenant, Shop.home.city), row);
    assert_eq!(found.unwrap(), (first, false));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "em_countries")]
struct Country {
    #[orm(primary_key, length = 2)]
    code: String,
}

#[derive(Embedded, Clone, Debug, Default, PartialEq)]
struct Origin {
    #[orm(references = Country.code, on_delete = set_null, length = 2)]
    country: Option<String>,
    batch: i32,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "em_wines", unique(name, origin.batch))]
struct Wine {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    name: String,
    #[orm(flatten, prefix = "from_")]
    origin: Origin,
}

fn wines(db: &Db) -> Session {
    let models = Metadata::of((Country, Wine, Tag, Tagging));
    models.create_all(&db.engine).unwrap();
    let mut session = db.session();
    session.add(Country { code: "fr".into() });
    session.commit().unwrap();
    session
}

fn wine(country: &str, batch: i32) -> Wine {
    let country = Some(country.to_owned());
    Wine {
        id: 0,
        name: "x".into(),
        origin: Origin { country, batch },
    }
}

fn a_foreign_key_in_a_part_is_one_of_the_table(db: &Db) {
    let [key] = &Wine::def().schema.foreign_keys[..] else {
        panic!("one foreign key")
    };
    assert_eq!(key.columns, ["from_country"]);
    assert_eq!(key.name, "fk_em_wines_from_country_em_countries");
    let mut session = wines(db);
    // The flush inserts the country first.
    let wine_of_it = session.add(wine("it", 1));
    session.add(Country { code: "it".into() });
    session.commit().unwrap();
    session.add(wine("xx", 2));
    refused(session.flush(), ErrorKind::ForeignKeyViolation);
    session.rollback().unwrap();
    let italy = session.get(Country, "it").unwrap().unwrap();
    session.delete(italy);
    session.commit().unwrap();
    assert_eq!(session[wine_of_it].origin.country, None);
}

fn a_unique_constraint_spans_model_and_part(db: &Db) {
    let mut session = wines(db);
    session.add(wine("fr", 1));
    session.add(wine("fr", 2));
    session.commit().unwrap();
    session.add(wine("fr", 2));
    let error = refused(session.flush(), ErrorKind::UniqueViolation);
    assert_eq!(error.columns(), ["name", "from_batch"]);
}

fn lengths_are_enforced(db: &Db) {
    let (mut session, first, _) = shops(db);
    session[first].home.zip = Zip("12345678901".into());
    let error = fails(session.flush(), ErrorKind::DataTooLong);
    assert_eq!(error.column(), Some("home_zip_code"));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "em_tags")]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = Tagging)]
    wines: ManyToMany<Wine>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "em_taggings")]
struct Tagging {
    #[orm(primary_key, references = Tag.id)]
    tag_id: i64,
    #[orm(primary_key, references = Wine.id)]
    wine_id: i64,
    tag: BelongsTo<Tag>,
    wine: BelongsTo<Wine>,
    #[orm(flatten)]
    times: Times,
}

fn a_link_row_begins_with_its_part(db: &Db) {
    let mut session = wines(db);
    let wine = session.add(wine("fr", 1));
    let tag = session.add(Tag::builder());
    session.link(tag, Tag.wines, wine).unwrap();
    session.commit().unwrap();
    let links = select((Tagging.times.created, Tagging.times.retries));
    assert_eq!(links.all(&mut session).unwrap(), [(1, Some(7))]);
}

fn a_connection_reads_and_writes_parts(db: &Db) {
    shops(db);
    let mut conn = db.engine.connection().unwrap();
    let row = Shop::builder().home(address("Kiel", "3")).tenant(3);
    insert(Shop).values(row).execute(&mut conn).unwrap();
    let query = select(Shop).order_by(Shop.home.city.asc());
    let all: Vec<Shop> = query.all(&mut conn).unwrap();
    let cities: Vec<&str> = all.iter().map(|shop| shop.home.city.as_str()).collect();
    assert_eq!(cities, ["Aix", "Bonn", "Kiel"]);
    assert_eq!(all[0].work, Some(address("Ulm", "3")));
    assert_eq!((&all[2].work, all[2].times.retries), (&None, Some(7)));
}

fn many_rows_are_inserted_and_updated(db: &Db) {
    let mut session = session(db);
    let shop = |number: i32| {
        let home = address(&format!("city {number}"), "1");
        let work = (number % 2 == 0).then(|| address("Ulm", &number.to_string()));
        session.add(Shop::builder().home(home).work(work).tenant(number))
    };
    let shops: Vec<Ref<Shop>> = (0..50).map(shop).collect();
    session.commit().unwrap();
    select(Shop).all(&mut session).unwrap();
    for (number, shop) in shops.iter().enumerate() {
        session[*shop].work = (number % 2 == 1).then(|| address("Aix", "7"));
    }
    session.commit().unwrap();
    let open = select(count_all())
        .from(Shop)
        .filter(Shop.work.eq(&address("Aix", "7")));
    assert_eq!(open.one(&mut session).unwrap(), 25);
    assert_eq!(session[shops[2]].work, None);
    assert_eq!(session[shops[3]].home, address("city 3", "1"));
}
