//! N+1: a relation that is loaded entity by entity is found, and the call that loads it for all of them named.

use orm::prelude::*;
use orm::{ErrorKind, NPlusOne};

use crate::cases;
use crate::database::Db;
use crate::suite::logging::{Events, ask_the_threads_subscriber};
use crate::suite::statements::reads;
use crate::suite::support::fails;

cases![
    "n_plus_one":
    the_sixth_load_is_warned_of_once,
    each_query_and_relation_has_its_own_warning,
    loads_of_all_are_no_reason,
    what_is_in_memory_does_not_count,
    entities_of_several_queries_do_not_count,
    an_error_comes_before_the_statement,
    nothing_is_said_if_it_is_ignored,
    the_first_load_is_for_all_entities_of_the_query,
    entities_that_have_left_are_not_loaded_along,
    a_part_of_a_list_is_loaded_for_one_entity,
    later_loads_are_for_one_entity,
    an_error_of_another_entity_is_not_that_of_this_one,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "book_shelves")]
struct Shelf {
    #[orm(primary_key)]
    id: i64,
    n: i32,
    volumes: HasMany<Volume>,
    labels: HasMany<ShelfLabel>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "shelf_volumes")]
struct Volume {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Shelf.id)]
    shelf_id: i64,
    shelf: BelongsTo<Shelf>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "shelf_labels")]
struct ShelfLabel {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Shelf.id)]
    shelf_id: i64,
    shelf: BelongsTo<Shelf>,
}

/// So many shelves with a volume each.
fn shelves(db: &Db, count: usize) {
    ask_the_threads_subscriber();
    Metadata::of((Shelf, Volume, ShelfLabel))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    for n in 0..count {
        let shelf = session.add(Shelf::builder().n(i32::try_from(n).unwrap()));
        session.add(Volume::builder().shelf(shelf));
    }
    session.commit().unwrap();
    db.sent();
}

/// The warnings that `work` writes.
fn warnings(db: &Db, work: impl FnOnce(&mut Session)) -> Vec<String> {
    let mut session = db.session();
    Events::of("orm::session", || work(&mut session))
}

fn all(session: &mut Session) -> Vec<Ref<Shelf>> {
    select(Shelf).order_by(Shelf.n.asc()).all(session).unwrap()
}

fn the_sixth_load_is_warned_of_once(db: &Db) {
    shelves(db, 20);
    let warnings = warnings(db, |session| {
        for shelf in all(session) {
            assert_eq!(session.load(shelf, Shelf.volumes).unwrap().len(), 1);
        }
    });
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    for part in [
        "WARN",
        "Shelf.volumes was loaded one by one for 6 entities of one query",
        "add .with(Shelf.volumes) to the query",
        "session.load_all(&all, Shelf.volumes)",
        "ORDER BY",
    ] {
        assert!(warnings[0].contains(part), "{part}: {warnings:?}");
    }
    assert_eq!(reads(db).len(), 21);
}

fn each_query_and_relation_has_its_own_warning(db: &Db) {
    shelves(db, 8);
    let found = warnings(db, |session| {
        for shelf in all(session) {
            session.load(shelf, Shelf.volumes).unwrap();
            session.load(shelf, Shelf.labels).unwrap();
        }
    });
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[1].contains("Shelf.labels"), "{found:?}");
    let found = warnings(db, |session| {
        for _ in 0..2 {
            for shelf in all(session) {
                session.load(shelf, Shelf.volumes).unwrap();
            }
            session.expire_all();
        }
    });
    assert_eq!(found.len(), 2, "{found:?}");
}

fn loads_of_all_are_no_reason(db: &Db) {
    shelves(db, 8);
    let found = warnings(db, |session| {
        let shelves = all(session);
        for shelf in &shelves[..5] {
            session.load(*shelf, Shelf.volumes).unwrap();
        }
        session.load_all(&shelves, Shelf.volumes).unwrap();
        for shelf in shelves {
            session.load(shelf, Shelf.volumes).unwrap();
        }
    });
    assert_eq!(found, [""; 0]);
    let found = warnings(db, |session| {
        let shelves = select(Shelf).with(Shelf.volumes).all(session).unwrap();
        for shelf in shelves {
            session.load(shelf, Shelf.volumes).unwrap();
        }
    });
    assert_eq!(found, [""; 0]);
}

fn what_is_in_memory_does_not_count(db: &Db) {
    shelves(db, 8);
    let found = warnings(db, |session| {
        all(session);
        for volume in select(Volume).all(session).unwrap() {
            session.load(volume, Volume.shelf).unwrap();
        }
    });
    assert_eq!(found, [""; 0]);
    let found = warnings(db, |session| {
        for volume in select(Volume).all(session).unwrap() {
            session.load(volume, Volume.shelf).unwrap();
        }
    });
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("Volume.shelf"), "{found:?}");
}

fn entities_of_several_queries_do_not_count(db: &Db) {
    shelves(db, 8);
    let found = warnings(db, |session| {
        for n in 0..8 {
            let shelf = select(Shelf).filter(Shelf.n.eq(n)).one(session).unwrap();
            session.load(shelf, Shelf.volumes).unwrap();
        }
    });
    assert_eq!(found, [""; 0]);
}

fn an_error_comes_before_the_statement(db: &Db) {
    shelves(db, 8);
    let mut session = db.session().n_plus_one(NPlusOne::Error);
    let shelves = all(&mut session);
    for shelf in &shelves[..5] {
        session.load(*shelf, Shelf.volumes).unwrap();
    }
    db.sent();
    for shelf in &shelves[5..] {
        let error = fails(session.load(*shelf, Shelf.volumes), ErrorKind::Usage);
        let sql = error.sql().map(str::to_lowercase);
        assert!(sql.is_some_and(|sql| sql.contains("shelves")));
    }
    assert_eq!(reads(db), [""; 0]);
    session.load_all(&shelves, Shelf.volumes).unwrap();
    session.load(shelves[7], Shelf.volumes).unwrap();
}

fn nothing_is_said_if_it_is_ignored(db: &Db) {
    shelves(db, 8);
    let mut session = db.session().n_plus_one(NPlusOne::Ignore);
    let found = Events::of("orm::session", || {
        for shelf in all(&mut session) {
            session.load(shelf, Shelf.volumes).unwrap();
        }
    });
    assert_eq!(found, [""; 0]);
}

fn the_first_load_is_for_all_entities_of_the_query(db: &Db) {
    shelves(db, 20);
    let mut session = db.session().n_plus_one(NPlusOne::LoadAll);
    let found = Events::of("orm::session", || {
        for shelf in all(&mut session) {
            assert_eq!(session.load(shelf, Shelf.volumes).unwrap().len(), 1);
        }
    });
    assert_eq!((found.len(), reads(db).len()), (0, 2));
    // A relation to one as well, and each query for itself.
    let mut session = db.session().n_plus_one(NPlusOne::LoadAll);
    for volume in select(Volume).all(&mut session).unwrap() {
        let shelf = session.load(volume, Volume.shelf).unwrap();
        assert!(session.load(shelf, Shelf.labels).unwrap().is_empty());
    }
    // The labels are those of shelves that no query selected: each is loaded alone.
    assert_eq!(reads(db).len(), 22);
    let shelves = all(&mut session);
    session.expire_all();
    let last = *shelves.last().unwrap();
    session.load(last, Shelf.labels).unwrap();
    db.sent();
    for shelf in shelves {
        session.load(shelf, Shelf.labels).unwrap();
    }
    assert_eq!(reads(db), [""; 0]);
}

fn entities_that_have_left_are_not_loaded_along(db: &Db) {
    shelves(db, 4);
    let mut session = db.session().n_plus_one(NPlusOne::LoadAll);
    let shelves = all(&mut session);
    session.expunge(shelves[0]).unwrap();
    let new = session.add(Shelf::builder().n(7));
    let volume = select(Volume).filter(Volume.shelf.eq(shelves[1]));
    let volume = volume.one(&mut session).unwrap();
    session.delete(volume);
    session.delete(shelves[1]);
    session.flush().unwrap();
    db.sent();
    assert_eq!(session.load(shelves[2], Shelf.volumes).unwrap().len(), 1);
    assert_eq!(session.load(shelves[3], Shelf.volumes).unwrap().len(), 1);
    assert_eq!(reads(db).len(), 1);
    assert!(session.load(new, Shelf.volumes).unwrap().is_empty());
    fails(
        session.load(shelves[0], Shelf.volumes),
        ErrorKind::StaleHandle,
    );
}

fn a_part_of_a_list_is_loaded_for_one_entity(db: &Db) {
    shelves(db, 3);
    let mut session = db.session().n_plus_one(NPlusOne::LoadAll);
    let shelves = all(&mut session);
    for shelf in &shelves {
        let part = Shelf.volumes.filter(Volume.id.gt(0));
        assert_eq!(session.load(*shelf, part).unwrap().len(), 1);
    }
    assert_eq!(reads(db).len(), 4);
    for shelf in shelves {
        assert!(!session[shelf].volumes.is_loaded());
    }
}

fn later_loads_are_for_one_entity(db: &Db) {
    shelves(db, 5);
    let mut session = db.session().n_plus_one(NPlusOne::LoadAll);
    let shelves = all(&mut session);
    session.load(shelves[0], Shelf.volumes).unwrap();
    // A commit makes all lists stale.
    session[shelves[0]].n = 50;
    session.commit().unwrap();
    db.sent();
    session.load(shelves[1], Shelf.volumes).unwrap();
    let one = reads(db);
    assert_eq!(one.len(), 1);
    session.load(shelves[2], Shelf.volumes).unwrap();
    assert_eq!(reads(db), one);
}

fn an_error_of_another_entity_is_not_that_of_this_one(db: &Db) {
    shelves(db, 2);
    let mut session = db.session().n_plus_one(NPlusOne::LoadAll);
    let volumes = select(Volume).order_by(Volume.id.asc());
    let volumes = volumes.all(&mut session).unwrap();
    let gone = session[volumes[1]].shelf_id;
    db.outside(&format!(
        "DELETE FROM shelf_volumes WHERE shelf_id = {gone}"
    ));
    db.outside(&format!("DELETE FROM book_shelves WHERE id = {gone}"));
    let shelf = session.load(volumes[0], Volume.shelf).unwrap();
    assert_ne!(session[shelf].id, gone);
    fails(session.load(volumes[1], Volume.shelf), ErrorKind::NotFound);
}
