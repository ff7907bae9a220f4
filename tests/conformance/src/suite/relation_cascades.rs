//! What a delete does along relations: children that the session deletes or empties first, orphans, and what a failed
//! flush and a rollback put back.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, steps, unguarded_writes};
use crate::suite::support::{fails, keys_a_statement};

cases![
    "relation_cascades":
    children_are_deleted_first_at_any_depth,
    what_is_loaded_is_not_read,
    what_the_database_deletes_is_not_read,
    loaded_rows_follow_the_database,
    a_default_key_is_read_again (Requires::SetDefault),
    rows_on_the_way_are_read_for_those_below,
    a_tree_is_deleted_from_its_leaves,
    rows_in_a_circle_are_deleted_once,
    many_owners_take_a_statement_a_batch,
    a_hundred_thousand_rows_are_deleted_by_few_statements,
    pending_children_leave_with_their_owner,
    keys_become_null_before_the_delete,
    what_is_deleted_gets_no_children,
    an_unlinked_child_is_deleted,
    a_pending_orphan_is_not_inserted,
    a_replaced_child_is_deleted,
    a_moved_child_is_no_orphan,
    all_rows_of_a_relation_to_one_are_deleted,
    the_last_of_two_owners_has_a_child,
    one_lost_owner_of_two_makes_an_orphan,
    a_failed_flush_takes_nothing_along,
    a_rollback_puts_a_cascade_back,
    a_savepoint_puts_a_cascade_back,
    a_stale_child_stops_a_cascade,
    a_child_that_moved_away_stays,
    an_owner_whose_row_lives_keeps_its_children,
    a_required_key_is_not_set_to_null,
    an_expunged_owner_takes_its_children_along,
    a_refused_delete_lists_what_references_the_row,
    rows_that_go_as_well_are_not_listed,
    a_refused_commit_lists_what_references_the_row (Requires::DeferredKeys),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "stores")]
struct Store {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(cascade = delete)]
    sales: HasMany<Sale>,
    #[orm(cascade = set_null)]
    visits: HasMany<Visit>,
    #[orm(cascade = delete, orphans = delete)]
    sign: HasOne<Sign>,
    #[orm(cascade = delete)]
    racks: HasMany<Rack>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "sales")]
struct Sale {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Store.id, index)]
    store_id: i64,
    store: BelongsTo<Store>,
    n: i64,
    #[orm(version)]
    version: i64,
    #[orm(cascade = delete, orphans = delete)]
    lines: HasMany<Line>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "sale_lines")]
struct Line {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Sale.id, on_delete = restrict, index)]
    sale_id: i64,
    sale: BelongsTo<Sale>,
    #[orm(references = Ware.id, index)]
    ware_id: Option<i64>,
    ware: BelongsTo<Option<Ware>>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "wares")]
struct Ware {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Rack.id, index)]
    rack_id: Option<i64>,
    rack: BelongsTo<Option<Rack>>,
    #[orm(orphans = delete)]
    lines: HasMany<Line>,
}

/// The database deletes it with its store, but not what stands in it.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "racks")]
struct Rack {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Store.id, on_delete = cascade, index)]
    store_id: i64,
    store: BelongsTo<Store>,
    #[orm(cascade = delete)]
    wares: HasMany<Ware>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "visits")]
struct Visit {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Store.id, index)]
    store_id: Option<i64>,
    store: BelongsTo<Option<Store>>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "signs")]
struct Sign {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Store.id, unique)]
    store_id: i64,
    store: BelongsTo<Store>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "posters")]
struct Poster {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Gallery.id, on_delete = cascade, index)]
    gallery_id: Option<i64>,
    gallery: BelongsTo<Option<Gallery>>,
    #[orm(references = Wall.id, index)]
    wall_id: Option<i64>,
    wall: BelongsTo<Option<Wall>>,
    pins: HasMany<Pin>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "walls")]
struct Wall {
    #[orm(primary_key)]
    id: i64,
    posters: HasMany<Poster>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "pins")]
struct Pin {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Poster.id, on_delete = cascade, index)]
    poster_id: i64,
    poster: BelongsTo<Poster>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "spots")]
struct Spot {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Gallery.id, on_delete = set_default, index)]
    gallery_id: Option<i64>,
    gallery: BelongsTo<Option<Gallery>>,
}

/// All that belongs to it is the database's.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "galleries")]
struct Gallery {
    #[orm(primary_key)]
    id: i64,
    #[orm(cascade = delete)]
    posters: HasMany<Poster>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "folders")]
struct Folder {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Folder.id, index)]
    parent_id: Option<i64>,
    parent: BelongsTo<Option<Folder>>,
    #[orm(cascade = delete)]
    folders: HasMany<Folder>,
}

fn session(db: &Db) -> Session {
    Metadata::of((Store, Sale, Line, Ware, Rack, Visit, Sign))
        .create_all(&db.engine)
        .unwrap();
    db.sent();
    db.session()
}

/// A store with as many sales, of which each has two lines; committed by another session.
fn stored(db: &Db, name: &str, sales: i64) -> i64 {
    let mut other = Session::new(&db.other_engine());
    let store = other.add(Store::builder().name(name));
    for n in 0..sales {
        let sale = Sale::builder().n(n);
        let sale = other.append(store, Store.sales, sale).unwrap();
        for _ in 0..2 {
            other.append(sale, Sale.lines, Line::builder()).unwrap();
        }
    }
    other.commit().unwrap();
    other[store].id
}

fn session_of(db: &Db, models: &Metadata) -> Session {
    models.create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

fn get(session: &mut Session, id: i64) -> Ref<Store> {
    session.get(Store, id).unwrap().unwrap()
}

fn left(db: &Db) -> [i64; 3] {
    ["stores", "sales", "sale_lines"].map(|table| db.count(table))
}

fn children_are_deleted_first_at_any_depth(db: &Db) {
    let mut session = session(db);
    let ids = [stored(db, "a", 3), stored(db, "b", 1)];
    let store = get(&mut session, ids[0]);
    session.delete(store);
    db.sent();
    session.flush().unwrap();
    let sent = db.sent();
    let selects = |table: &str| {
        let from = format!("FROM \"{table}\"");
        let selects = sent.iter().filter(|sql| sql.starts_with("SELECT"));
        selects.filter(|sql| sql.contains(&from)).count()
    };
    // One a level.
    assert_eq!(
        ["sales", "sale_lines", "racks", "wares"].map(selects),
        [1, 1, 1, 0]
    );
    let mut deletes: Vec<&str> = sent
        .iter()
        .filter(|sql| sql.starts_with("DELETE"))
        .filter_map(|sql| sql.split('"').nth(1))
        .collect();
    deletes.dedup();
    assert_eq!(deletes, ["sale_lines", "sales", "stores"]);
    session.commit().unwrap();
    assert_eq!(left(db), [1, 1, 2]);
    assert!(session.get_ref(store).unwrap_err().is_stale_handle());
}

fn what_is_loaded_is_not_read(db: &Db) {
    let mut session = session(db);
    let id = stored(db, "a", 2);
    let store = get(&mut session, id);
    let sales = session.load(store, Store.sales).unwrap();
    session.load_all(&sales, Sale.lines).unwrap();
    session.load(store, Store.visits).unwrap();
    session.load(store, Store.sign).unwrap();
    session.load(store, Store.racks).unwrap();
    session.delete(store);
    db.sent();
    session.flush().unwrap();
    assert_eq!(reads(db), [""; 0]);
    session.commit().unwrap();
    assert_eq!(left(db), [0, 0, 0]);
}

fn what_the_database_deletes_is_not_read(db: &Db) {
    let mut session = session_of(db, &Metadata::of((Gallery, Poster, Wall, Pin)));
    let gallery = session.add(Gallery::builder());
    for _ in 0..3 {
        let poster = Poster::builder();
        session.append(gallery, Gallery.posters, poster).unwrap();
    }
    session.commit().unwrap();
    let id = session[gallery].id;
    session.clear();
    let gallery = session.get(Gallery, id).unwrap().unwrap();
    // One that is not written yet does not come back either.
    let new = session.append(gallery, Gallery.posters, Poster::builder());
    session.delete(gallery);
    db.sent();
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE galleries"]);
    assert_eq!(db.count("posters"), 0);
    let state = session.entity_state(new.unwrap()).unwrap();
    assert_eq!(state, EntityState::Transient);
}

fn loaded_rows_follow_the_database(db: &Db) {
    let mut session = session_of(db, &Metadata::of((Gallery, Poster, Wall, Pin)));
    let [gallery, other] = [(); 2].map(|()| session.add(Gallery::builder()));
    let wall = session.add(Wall::builder());
    let mut posters = Vec::new();
    for gallery in [gallery, gallery, other] {
        let poster = Poster::builder().wall(wall);
        posters.push(session.append(gallery, Gallery.posters, poster).unwrap());
    }
    let pin = Pin::builder().poster(posters[0]);
    let pin = session.add(pin);
    session.commit().unwrap();
    let lists = |session: &mut Session| {
        session.load(gallery, Gallery.posters).unwrap();
        session.load(wall, Wall.posters).unwrap();
        session.load(posters[0], Poster.pins).unwrap();
    };
    for way in 0..3 {
        lists(&mut session);
        session.delete(gallery);
        db.sent();
        let result: orm::Result<()> = session.savepoint(|_| {
            assert_eq!(steps(db), ["DELETE galleries"]);
            Err(orm::Error::with_message(ErrorKind::Usage, "not now"))
        });
        fails(result, ErrorKind::Usage);
        // Out of the lists of other owners, and stale at any depth.
        assert!(session.is_stale(pin).unwrap());
        assert_eq!(session[wall].posters.get().unwrap(), [posters[2]]);
        if way < 2 {
            session.rollback().unwrap();
            let all = session.load(wall, Wall.posters).unwrap();
            assert_eq!(all, *posters);
        }
    }
    session.commit().unwrap();
    assert_eq!((db.count("posters"), db.count("pins")), (1, 0));
    fails(session.refresh(pin), ErrorKind::NotFound);
}

fn a_default_key_is_read_again(db: &Db) {
    let models = Metadata::of((Gallery, Poster, Wall, Pin, Spot));
    let mut session = session_of(db, &models);
    let gallery = session.add(Gallery::builder());
    let spot = session.add(Spot::builder().gallery(gallery));
    session.commit().unwrap();
    session.delete(gallery);
    session.commit().unwrap();
    assert!(!session[spot].gallery.is_loaded());
    session.refresh(spot).unwrap();
    assert_eq!(session.load(spot, Spot.gallery).unwrap(), None);
}

fn rows_on_the_way_are_read_for_those_below(db: &Db) {
    let mut session = session(db);
    let store = session.add(Store::builder().name("a"));
    let rack = session.append(store, Store.racks, Rack::builder()).unwrap();
    session.append(rack, Rack.wares, Ware::builder()).unwrap();
    session.commit().unwrap();
    let id = session[store].id;
    session.clear();
    let store = get(&mut session, id);
    session.delete(store);
    db.sent();
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE wares", "DELETE racks", "DELETE stores"]);
    assert_eq!((db.count("wares"), db.count("racks")), (0, 0));
}

/// A tree of folders, each with two, of that depth; the keys by level.
fn tree(db: &Db, depth: usize) -> Vec<Vec<i64>> {
    let mut other = Session::new(&db.other_engine());
    let mut levels = vec![vec![other.add(Folder::builder())]];
    for _ in 1..depth {
        let mut level = Vec::new();
        for parent in levels.last().into_iter().flatten() {
            for _ in 0..2 {
                let child = other.append(*parent, Folder.folders, Folder::builder());
                level.push(child.unwrap());
            }
        }
        levels.push(level);
    }
    other.commit().unwrap();
    let keys = |level: Vec<Ref<Folder>>| level.into_iter().map(|one| other[one].id).collect();
    levels.into_iter().map(keys).collect()
}

fn a_tree_is_deleted_from_its_leaves(db: &Db) {
    let mut session = session_of(db, &Metadata::of((Folder,)));
    let levels = tree(db, 5);
    let branch = session.get(Folder, levels[1][0]).unwrap().unwrap();
    session.delete(branch);
    db.sent();
    session.commit().unwrap();
    // Four levels, of which the last has no folders.
    assert_eq!(reads(db).len(), 4);
    assert_eq!(db.count("folders"), 31 - 15);
    let root = session.get(Folder, levels[0][0]).unwrap().unwrap();
    session.delete(root);
    session.commit().unwrap();
    assert_eq!(db.count("folders"), 0);
}

fn rows_in_a_circle_are_deleted_once(db: &Db) {
    let mut session = session_of(db, &Metadata::of((Folder,)));
    let first = session.add(Folder::builder());
    let second = session.append(first, Folder.folders, Folder::builder());
    session.flush().unwrap();
    session
        .link(second.unwrap(), Folder.folders, first)
        .unwrap();
    let own = session.add(Folder::builder());
    session.flush().unwrap();
    session.link(own, Folder.folders, own).unwrap();
    session.commit().unwrap();
    let ids = [first, own].map(|folder| session[folder].id);
    session.clear();
    for (id, left) in ids.into_iter().zip([1, 0]) {
        let folder = session.get(Folder, id).unwrap().unwrap();
        session.delete(folder);
        session.commit().unwrap();
        assert_eq!(db.count("folders"), left);
    }
}

fn many_owners_take_a_statement_a_batch(db: &Db) {
    const OWNERS: usize = 1024 + 1;
    let mut session = session_of(db, &Metadata::of((Folder,)));
    let mut other = Session::new(&db.other_engine());
    for _ in 0..OWNERS {
        let folder = other.add(Folder::builder());
        other
            .append(folder, Folder.folders, Folder::builder())
            .unwrap();
    }
    other.commit().unwrap();
    let all = select(Folder)
        .filter(Folder.parent_id.is_null())
        .all(&mut session);
    for folder in all.unwrap() {
        session.delete(folder);
    }
    db.sent();
    session.commit().unwrap();
    // For the first level, and for that below it.
    assert_eq!(reads(db).len(), 2 * OWNERS.div_ceil(keys_a_statement(db)));
    assert_eq!(db.count("folders"), 0);
}

fn a_hundred_thousand_rows_are_deleted_by_few_statements(db: &Db) {
    const ROWS: usize = 100_000;
    let mut session = session(db);
    let store = session.add(Store::builder().name("a"));
    session.commit().unwrap();
    let store_id = session[store].id;
    let mut conn = db.other_connection();
    let sale = |n| Sale::builder().store_id(store_id).n(n);
    let sales: Vec<_> = (0..).take(ROWS).map(sale).collect();
    insert(Sale).values(sales).execute(&mut conn).unwrap();
    drop(conn);
    session.clear();
    let store = get(&mut session, store_id);
    session.delete(store);
    db.recorder.take();
    session.commit().unwrap();
    let sent = db.recorder.take();
    // Below the sales, a SELECT for each batch of them. A DELETE has at least 64 rows, or is a prepared statement in a
    // loop, which is one text.
    assert!(sent.len() < 2_000, "{}", sent.len());
    assert_eq!(left(db), [0, 0, 0]);
}

fn pending_children_leave_with_their_owner(db: &Db) {
    let mut session = session(db);
    let id = stored(db, "a", 1);
    let store = get(&mut session, id);
    let sale = session
        .append(store, Store.sales, Sale::builder().n(7))
        .unwrap();
    let line = session.append(sale, Sale.lines, Line::builder()).unwrap();
    session.delete(store);
    session.commit().unwrap();
    assert_eq!(left(db), [0, 0, 0]);
    assert_eq!(session.entity_state(sale).unwrap(), EntityState::Transient);
    assert_eq!(session.entity_state(line).unwrap(), EntityState::Transient);
    assert!(!session.has_pending_work());
    // An owner that was never inserted takes them along at once.
    let store = session.add(Store::builder().name("b"));
    let sale = session
        .append(store, Store.sales, Sale::builder().n(8))
        .unwrap();
    session.delete(store);
    assert_eq!(session.entity_state(sale).unwrap(), EntityState::Transient);
    db.sent();
    session.commit().unwrap();
    assert_eq!(steps(db), [""; 0]);
    session.add_again(sale).unwrap();
    session.commit().unwrap();
    assert_eq!(left(db), [1, 1, 0]);
}

fn keys_become_null_before_the_delete(db: &Db) {
    let mut session = session(db);
    let store = session.add(Store::builder().name("a"));
    for _ in 0..3 {
        session
            .append(store, Store.visits, Visit::builder())
            .unwrap();
    }
    session.commit().unwrap();
    let id = session[store].id;
    session.clear();
    let store = get(&mut session, id);
    let visit = select(Visit).order_by(Visit.id).first(&mut session);
    let visit = visit.unwrap().unwrap();
    let new = session
        .append(store, Store.visits, Visit::builder())
        .unwrap();
    session.delete(store);
    db.sent();
    session.flush().unwrap();
    assert_eq!(
        steps(db),
        ["UPDATE visits", "INSERT visits", "DELETE stores"]
    );
    for visit in [visit, new] {
        assert_eq!(session[visit].store_id, None);
        assert_eq!(session[visit].store.get().unwrap(), None);
    }
    session.rollback().unwrap();
    assert_eq!(session[visit].store_id, Some(id));
    session.delete(store);
    session.commit().unwrap();
    assert_eq!((db.count("stores"), db.count("visits")), (0, 3));
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM visits WHERE store_id IS NULL"),
        3
    );
}

fn what_is_deleted_gets_no_children(db: &Db) {
    let mut session = session(db);
    let ids = [stored(db, "a", 0), stored(db, "b", 1)];
    let [gone, other] = ids.map(|id| get(&mut session, id));
    let sale = session.load(other, Store.sales).unwrap()[0];
    session.delete(gone);
    let error = fails(session.link(gone, Store.sales, sale), ErrorKind::Usage);
    assert!(error.to_string().contains("the Store"), "{error}");
    let new = session.append(gone, Store.sales, Sale::builder().n(1));
    fails(new, ErrorKind::Usage);
    assert_eq!(session[sale].store.get().unwrap(), other);
    // Without a rule, one that was assigned keeps the owner: an error of the flush.
    let ware = session.add(Ware::builder());
    session.flush().unwrap();
    let line = session.load(sale, Sale.lines).unwrap()[0];
    session.delete(ware);
    session[line].ware = ware.into();
    let error = fails(session.flush(), ErrorKind::Usage);
    let message = error.to_string();
    assert!(
        message.contains("`Line.ware`") && message.contains("deleted"),
        "{message}"
    );
    session.rollback().unwrap();
    session.delete(gone);
    session.commit().unwrap();
    assert_eq!(left(db), [1, 1, 2]);
}

fn an_unlinked_child_is_deleted(db: &Db) {
    let mut session = session(db);
    let id = stored(db, "a", 1);
    let store = get(&mut session, id);
    let sale = session.load(store, Store.sales).unwrap()[0];
    let lines = session.load(sale, Sale.lines).unwrap();
    session.unlink(sale, Sale.lines, lines[0]).unwrap();
    db.sent();
    session.flush().unwrap();
    assert_eq!(
        unguarded_writes(db),
        [r#"DELETE FROM "sale_lines" WHERE "id" = ?"#]
    );
    let state = session.entity_state(lines[0]).unwrap();
    assert_eq!(state, EntityState::Deleted);
    session.rollback().unwrap();
    assert_eq!(session[sale].lines.get().unwrap(), lines);
    assert_eq!(session[lines[0]].sale.get().unwrap(), sale);
    session.unlink(sale, Sale.lines, lines[1]).unwrap();
    session.commit().unwrap();
    assert_eq!(left(db), [1, 1, 1]);
    assert_eq!(session[sale].lines.get().unwrap(), [lines[0]]);
    // A relation without the attribute still needs another owner.
    session.unlink(store, Store.sales, sale).unwrap();
    fails(session.flush(), ErrorKind::Usage);
}

fn a_pending_orphan_is_not_inserted(db: &Db) {
    let mut session = session(db);
    let id = stored(db, "a", 1);
    let store = get(&mut session, id);
    let sale = session.load(store, Store.sales).unwrap()[0];
    let ware = session.add(Ware::builder());
    let new = Line::builder().sale(sale).ware(ware);
    let orphan = session.add(new);
    session.unlink(ware, Ware.lines, orphan).unwrap();
    // This one never had one.
    let free = session.add(Line::builder().sale(sale).ware(None));
    db.sent();
    session.commit().unwrap();
    let state = session.entity_state(orphan).unwrap();
    assert_eq!(state, EntityState::Transient);
    assert_eq!(steps(db), ["INSERT wares", "INSERT sale_lines"]);
    assert_eq!(left(db), [1, 1, 3]);
    assert_eq!(session[free].ware_id, None);
}

fn a_replaced_child_is_deleted(db: &Db) {
    let mut session = session(db);
    let store = session.add(Store::builder().name("a"));
    let old = session.append(store, Store.sign, Sign::builder()).unwrap();
    session.commit().unwrap();
    let new = session.append(store, Store.sign, Sign::builder()).unwrap();
    db.sent();
    session.flush().unwrap();
    // The foreign key is unique: the old row goes first.
    assert_eq!(steps(db), ["DELETE signs", "INSERT signs"]);
    assert_eq!(session[store].sign.get().unwrap(), Some(new));
    session.rollback().unwrap();
    assert_eq!(session[store].sign.get().unwrap(), Some(old));
    assert_eq!(db.count("signs"), 1);
    session.load(store, Store.sign).unwrap();
    session.unlink(store, Store.sign, old).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("signs"), 0);
}

/// Two may stand in one hall, which its relation doesn't show.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "hall_statues")]
struct Statue {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Hall.id, index)]
    hall_id: Option<i64>,
    #[orm(key = hall_id)]
    hall: BelongsTo<Option<Hall>>,
    #[orm(references = Hall.id, index)]
    lit_by_id: Option<i64>,
    #[orm(key = lit_by_id)]
    lit_by: BelongsTo<Option<Hall>>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "halls")]
struct Hall {
    #[orm(primary_key)]
    id: i64,
    #[orm(inverse = Statue.hall, cascade = delete)]
    statue: HasOne<Statue>,
    #[orm(inverse = Statue.lit_by, cascade = set_null)]
    lights: HasOne<Statue>,
}

fn all_rows_of_a_relation_to_one_are_deleted(db: &Db) {
    let mut session = session_of(db, &Metadata::of((Statue, Hall)));
    let mut other = Session::new(&db.other_engine());
    let halls = [(); 3].map(|()| other.add(Hall::builder()));
    for (hall, lit_by) in [(0, 1), (0, 1), (1, 0), (2, 0), (2, 2)] {
        let statue = Statue::builder().hall(halls[hall]).lit_by(halls[lit_by]);
        other.add(statue);
    }
    other.commit().unwrap();
    let ids = halls.map(|hall| other[hall].id);
    let [first, second] = [0, 1].map(|hall| session.get(Hall, ids[hall]).unwrap().unwrap());
    fails(session.load(first, Hall.statue), ErrorKind::MultipleRows);
    session.delete(first);
    session.flush().unwrap();
    session.rollback().unwrap();
    fails(session.load(first, Hall.statue), ErrorKind::MultipleRows);
    session.delete(first);
    session.commit().unwrap();
    assert_eq!(db.count("hall_statues"), 3);
    // The light of this one is gone, and its own statue goes.
    session.delete(second);
    session.commit().unwrap();
    assert_eq!((db.count("hall_statues"), db.count("halls")), (2, 1));
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM hall_statues WHERE lit_by_id IS NULL"),
        1
    );
}

/// One relation takes the last owner; two are two.
fn the_last_of_two_owners_has_a_child(db: &Db) {
    let mut session = session_of(db, &Metadata::of((Statue, Hall)));
    let [a, b] = [(); 2].map(|()| session.add(Hall::builder()));
    let statue = session.append(a, Hall.statue, Statue::builder()).unwrap();
    session.link(b, Hall.statue, statue).unwrap();
    session.link(a, Hall.lights, statue).unwrap();
    let check = |session: &Session| {
        let fields = [session[a].statue.get(), session[b].statue.get()];
        assert_eq!(fields.map(Result::unwrap), [None, Some(statue)]);
        assert_eq!(session[a].lights.get().unwrap(), Some(statue));
        assert_eq!(session[statue].hall.get().unwrap(), Some(b));
    };
    check(&session);
    session.flush().unwrap();
    check(&session);
    let keys = (session[statue].hall_id, session[statue].lit_by_id);
    assert_eq!(keys, (Some(session[b].id), Some(session[a].id)));
    // An assignment after a verb counts at the flush.
    session.link(a, Hall.statue, statue).unwrap();
    session[statue].hall = Some(b).into();
    session.commit().unwrap();
    let fields = [
        session.load(a, Hall.statue).unwrap(),
        session.load(b, Hall.statue).unwrap(),
    ];
    assert_eq!(fields, [None, Some(statue)]);
}

fn a_moved_child_is_no_orphan(db: &Db) {
    let mut session = session(db);
    let id = stored(db, "a", 2);
    let store = get(&mut session, id);
    let sales = session.load(store, Store.sales).unwrap();
    session.load_all(&sales, Sale.lines).unwrap();
    let line = session[sales[0]].lines.get().unwrap()[0];
    session.link(sales[1], Sale.lines, line).unwrap();
    db.sent();
    session.flush().unwrap();
    assert_eq!(
        unguarded_writes(db),
        [r#"UPDATE "sale_lines" SET "sale_id" = ? WHERE "id" = ?"#]
    );
    // Unlinked and linked again.
    session.unlink(sales[1], Sale.lines, line).unwrap();
    session.link(sales[0], Sale.lines, line).unwrap();
    session.commit().unwrap();
    assert_eq!(left(db), [1, 2, 4]);
    assert_eq!(session[line].sale_id, session[sales[0]].id);
}

fn one_lost_owner_of_two_makes_an_orphan(db: &Db) {
    let mut session = session(db);
    let id = stored(db, "a", 1);
    let store = get(&mut session, id);
    let sale = session.load(store, Store.sales).unwrap()[0];
    let lines = session.load(sale, Sale.lines).unwrap();
    let ware = session.add(Ware::builder());
    for line in &lines {
        session[*line].ware = ware.into();
    }
    session.commit().unwrap();
    session.unlink(ware, Ware.lines, lines[0]).unwrap();
    session[lines[1]].ware = None.into();
    db.sent();
    session.flush().unwrap();
    assert_eq!(steps(db), ["DELETE sale_lines"]);
    session.commit().unwrap();
    assert_eq!(left(db), [1, 1, 0]);
}

fn a_failed_flush_takes_nothing_along(db: &Db) {
    let mut session = session(db);
    let id = stored(db, "a", 2);
    let store = get(&mut session, id);
    let sale = session.load(store, Store.sales).unwrap()[0];
    // Refused by the foreign key of a ware, which has no rule.
    let rack = session.append(store, Store.racks, Rack::builder()).unwrap();
    let ware = session.append(rack, Rack.wares, Ware::builder()).unwrap();
    session.flush().unwrap();
    let line = session.load(sale, Sale.lines).unwrap()[0];
    session.link(line, Line.ware, ware).unwrap();
    session.commit().unwrap();
    session.load(rack, Rack.wares).unwrap();
    session.delete(rack);
    let new = session
        .append(store, Store.sales, Sale::builder().n(9))
        .unwrap();
    let error = session.flush().unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    assert_eq!(session.entity_state(rack).unwrap(), EntityState::Deleting);
    assert_eq!(session.entity_state(ware).unwrap(), EntityState::Persistent);
    assert_eq!(session.entity_state(new).unwrap(), EntityState::Pending);
    // What was marked can be taken back, and its children stay.
    session.refresh(rack).unwrap();
    session.commit().unwrap();
    assert_eq!((db.count("racks"), db.count("wares")), (1, 1));
    // Or the reason is removed.
    session.delete(rack);
    session.unlink(line, Line.ware, ware).unwrap();
    session.commit().unwrap();
    assert_eq!((db.count("racks"), db.count("wares")), (0, 0));
    assert_eq!(left(db), [1, 3, 3]);
}

fn a_rollback_puts_a_cascade_back(db: &Db) {
    let mut session = session(db);
    let id = stored(db, "a", 2);
    let store = get(&mut session, id);
    let sales = session.load(store, Store.sales).unwrap();
    let lines = session.load(sales[0], Sale.lines).unwrap();
    session[lines[0]].ware = None.into();
    for _ in 0..2 {
        session.delete(store);
        session.flush().unwrap();
        let state = session.entity_state(lines[0]).unwrap();
        assert_eq!(state, EntityState::Deleted);
        session.rollback().unwrap();
        for line in &lines {
            let state = session.entity_state(*line).unwrap();
            assert_eq!(state, EntityState::Persistent);
        }
        assert_eq!(session[lines[0]].sale.get().unwrap(), sales[0]);
        assert!(!session.has_pending_work());
        assert_eq!(session.load(store, Store.sales).unwrap(), sales);
        assert_eq!(session.load(sales[0], Sale.lines).unwrap(), lines);
    }
    assert_eq!(left(db), [1, 2, 4]);
}

fn a_savepoint_puts_a_cascade_back(db: &Db) {
    let mut session = session(db);
    let id = stored(db, "a", 2);
    let store = get(&mut session, id);
    let sale = session.load(store, Store.sales).unwrap()[0];
    let result: orm::Result<()> = session.savepoint(|session| {
        session.delete(store);
        session.flush()?;
        Err(orm::Error::with_message(ErrorKind::Usage, "not now"))
    });
    fails(result, ErrorKind::Usage);
    assert_eq!(session.entity_state(sale).unwrap(), EntityState::Persistent);
    session[sale].n = 70;
    session.commit().unwrap();
    assert_eq!(left(db), [1, 2, 4]);
    assert_eq!(db.scalar("SELECT MAX(n) FROM sales"), 70);
}

fn a_stale_child_stops_a_cascade(db: &Db) {
    let mut session = session(db);
    let id = stored(db, "a", 2);
    let store = get(&mut session, id);
    let sale = session.load(store, Store.sales).unwrap()[0];
    let key = session[sale].id;
    db.outside(&format!(
        "UPDATE sales SET n = 5, version = version + 1 WHERE id = {key}"
    ));
    session.delete(store);
    let error = fails(session.commit(), ErrorKind::StaleData);
    let message = error.to_string();
    assert!(
        message.contains("Sale") && message.contains(&key.to_string()),
        "{message}"
    );
    session.rollback().unwrap();
    assert_eq!(left(db), [1, 2, 4]);
    session.refresh(sale).unwrap();
    session.delete(store);
    session.commit().unwrap();
    assert_eq!(left(db), [0, 0, 0]);
}

fn a_child_that_moved_away_stays(db: &Db) {
    let mut session = session(db);
    let ids = [stored(db, "a", 2), stored(db, "b", 0)];
    let [store, other] = ids.map(|id| get(&mut session, id));
    let sale = select(Sale).order_by(Sale.id).first(&mut session);
    let sale = sale.unwrap().unwrap();
    session[sale].store = other.into();
    session.delete(store);
    session.commit().unwrap();
    assert_eq!(left(db), [1, 1, 2]);
    assert_eq!(session[sale].store_id, ids[1]);
}

fn an_owner_whose_row_lives_keeps_its_children(db: &Db) {
    let mut session = session(db);
    let id = stored(db, "a", 2);
    let store = get(&mut session, id);
    session.delete(store);
    session.add(Store::builder().id(id).name("b"));
    db.sent();
    session.commit().unwrap();
    assert_eq!(steps(db), ["UPDATE stores"]);
    assert_eq!(left(db), [1, 2, 4]);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "rule_owners")]
struct Owner {
    #[orm(primary_key)]
    id: i64,
    #[orm(cascade = set_null)]
    things: HasMany<Thing>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "rule_things")]
struct Thing {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Owner.id)]
    owner_id: i64,
    owner: BelongsTo<Owner>,
}

fn a_required_key_is_not_set_to_null(db: &Db) {
    let error = fails(
        Metadata::of((Owner, Thing)).create_all(&db.engine),
        ErrorKind::Schema,
    );
    let message = error.to_string();
    assert!(
        message.contains("`Owner.things`") && message.contains("`Thing.owner_id`"),
        "{message}"
    );
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("cascade = delete"))
    );
}

/// A store whose sales have lines of a ware, so that it can't be deleted.
fn blocked(db: &Db, session: &mut Session, lines: i64) -> (Ref<Ware>, i64) {
    let id = stored(db, "a", 1);
    let store = get(session, id);
    let sale = session.load(store, Store.sales).unwrap()[0];
    let ware = session.add(Ware::builder());
    for _ in 0..lines {
        session.add(Line::builder().sale(sale).ware(ware));
    }
    session.commit().unwrap();
    let first = select(Line.id)
        .filter(Line.ware_id.is_not_null())
        .order_by(Line.id);
    let first = first.first(session).unwrap().unwrap();
    (ware, first)
}

fn a_refused_delete_lists_what_references_the_row(db: &Db) {
    let mut session = session(db);
    let (ware, first) = blocked(db, &mut session, 12);
    let key = session[ware].id;
    // By one statement, in a transaction that has done nothing else, and behind a savepoint.
    for way in 0..3 {
        if way == 2 {
            session.add(Store::builder().name("b"));
            session.flush().unwrap();
        }
        session.delete(ware);
        db.sent();
        let result = if way == 0 {
            session.commit()
        } else {
            session.flush()
        };
        let error = fails(result, ErrorKind::ForeignKeyViolation);
        let message = error.message();
        let expected = format!(
            "the Ware with the primary key {key} can't be deleted: 12 rows reference it: Line {first}, "
        );
        assert!(message.starts_with(&expected), "{message}");
        assert!(message.ends_with(" and 2 more"), "{message}");
        assert_eq!(message.matches("Line ").count(), 10, "{message}");
        assert_eq!(
            (error.table(), error.column()),
            (Some("sale_lines"), Some("ware_id"))
        );
        let hint = error.hint().unwrap();
        assert!(hint.contains("`Line.ware_id`"), "{hint}");
        assert!(std::error::Error::source(&error).is_some());
        // The number, and the first rows.
        assert_eq!(reads(db).len(), 3);
        session.refresh(ware).unwrap();
    }
    session.commit().unwrap();
    assert_eq!((db.count("wares"), db.count("stores")), (1, 2));
}

fn rows_that_go_as_well_are_not_listed(db: &Db) {
    let mut session = session(db);
    let (ware, first) = blocked(db, &mut session, 3);
    let line = session.get(Line, first).unwrap().unwrap();
    session.delete(line);
    session.delete(ware);
    let error = fails(session.flush(), ErrorKind::ForeignKeyViolation);
    let message = error.message();
    assert!(message.contains("2 rows reference it"), "{message}");
    assert!(!message.contains(&format!("Line {first},")), "{message}");
    let others = select(Line)
        .filter(Line.ware_id.is_not_null())
        .order_by(Line.id);
    session.rollback().unwrap();
    for line in others.all(&mut session).unwrap() {
        session.delete(line);
    }
    session.delete(ware);
    db.sent();
    session.commit().unwrap();
    // What succeeds asks nothing.
    assert_eq!(reads(db), [""; 0]);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "late_parents")]
struct LateParent {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "late_children")]
struct LateChild {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = LateParent.id)]
    parent_id: i64,
}

fn a_refused_commit_lists_what_references_the_row(db: &Db) {
    Metadata::of((LateParent,)).create_all(&db.engine).unwrap();
    db.outside(
        "CREATE TABLE late_children (id BIGINT PRIMARY KEY, parent_id BIGINT NOT NULL \
         REFERENCES late_parents (id) DEFERRABLE INITIALLY DEFERRED)",
    );
    db.outside("INSERT INTO late_parents (id) VALUES (7)");
    db.outside("INSERT INTO late_parents (id) VALUES (8)");
    db.outside("INSERT INTO late_children (id, parent_id) VALUES (1, 7)");
    let mut session = db.session();
    session.begin().unwrap();
    for id in [8, 7] {
        let parent = session.get(LateParent, id).unwrap().unwrap();
        session.delete(parent);
        session.flush().unwrap();
    }
    let error = fails(session.commit(), ErrorKind::ForeignKeyViolation);
    let message = error.message();
    assert_eq!(
        message,
        "the LateParent with the primary key 7 can't be deleted: 1 row references it: LateChild 1"
    );
    session.rollback().unwrap();
    assert_eq!(db.count("late_parents"), 2);
}

fn an_expunged_owner_takes_its_children_along(db: &Db) {
    let mut session = session(db);
    let ids = [stored(db, "a", 2), stored(db, "b", 1)];
    let [store, other] = ids.map(|id| get(&mut session, id));
    session.load_all(&[store, other], Store.sales).unwrap();
    let sales = session[store].sales.get().unwrap();
    let line = session.load(sales[0], Sale.lines).unwrap()[0];
    session.delete(line);
    session[sales[1]].n = 70;
    let new = session
        .append(store, Store.sales, Sale::builder().n(9))
        .unwrap();
    let kept = session[other].sales.get().unwrap()[0];
    let value = session.expunge_with_children(store).unwrap();
    assert_eq!(value.name, "a");
    for sale in [sales[0], sales[1], new] {
        assert!(session.get_ref(sale).unwrap_err().is_stale_handle());
    }
    assert!(session.get_ref(line).unwrap_err().is_stale_handle());
    assert!(!session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(left(db), [2, 3, 6]);
    assert_eq!(session[other].sales.get().unwrap(), [kept]);
}
