//! A deleted row and a new one with the same key: one UPDATE makes the one of the other, so that rows which refer to it
//! live.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{steps, writes};
use crate::suite::support::fails;

cases![
    "row_switch":
    children_that_a_cascade_would_delete_live,
    what_belongs_to_a_row_that_is_taken_stays,
    relations_lead_to_the_new_entity,
    the_new_entity_has_the_lists_of_the_deleted_one,
    only_what_differs_is_set_where_there_is_a_version,
    a_row_that_is_the_same_is_updated_too,
    a_composite_key_and_a_generated_one_switch,
    a_key_that_a_relation_gives_switches,
    a_server_default_keeps_what_the_row_has,
    a_table_of_a_key_alone_is_deleted_from_and_inserted_into,
    a_rollback_and_a_savepoint_undo_a_switch,
    a_changed_row_is_stale,
    a_failed_flush_is_corrected,
    a_new_entity_that_is_deleted_again_leaves_the_delete,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "lands")]
struct Land {
    #[orm(primary_key, length = 20)]
    code: String,
    #[orm(length = 50, unique)]
    name: String,
    n: i64,
    towns: HasMany<Town>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "land_towns")]
struct Town {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20, references = Land.code, on_delete = cascade)]
    land_code: String,
    land: BelongsTo<Land>,
}

fn land(code: &str, name: &str, n: i64) -> Land {
    Land {
        code: code.into(),
        name: name.into(),
        n,
        towns: HasMany::default(),
    }
}

/// A land with a town, stored and loaded.
fn stored(db: &Db) -> (Session, Ref<Land>, Ref<Town>) {
    Metadata::of((Land, Town, Badge))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let burma = session.add(land("mm", "Burma", 1));
    let town = session.add(Town::builder().land(burma));
    session.commit().unwrap();
    db.sent();
    (session, burma, town)
}

fn children_that_a_cascade_would_delete_live(db: &Db) {
    let (mut session, burma, town) = stored(db);
    // In either order.
    let myanmar = session.add(land("mm", "Myanmar", 1));
    session.delete(burma);
    session.flush().unwrap();
    let sent = writes(db);
    let update = r#"UPDATE "lands" SET "name" = ?, "n" = ? WHERE "code" = ? AND "#;
    assert!(sent.len() == 1 && sent[0].starts_with(update), "{sent:?}");
    assert_eq!(
        [burma, myanmar].map(|land| session.entity_state(land).unwrap()),
        [EntityState::Deleted, EntityState::Persistent]
    );
    assert_eq!(session.get(Land, "mm").unwrap(), Some(myanmar));
    session.commit().unwrap();
    assert!(session.get_ref(burma).unwrap_err().is_stale_handle());
    assert_eq!(db.count("land_towns"), 1);
    assert_eq!(session.get(Town, session[town].id).unwrap(), Some(town));
    session.delete(myanmar);
    session.add(land("mm", "Union", 2));
    session.commit().unwrap();
    assert_eq!(db.count("land_towns"), 1);
    assert_eq!(db.scalar("SELECT n FROM lands WHERE name = 'Union'"), 2);
}

/// Deletes its routes itself, and these their stops.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "lines_of_trams")]
struct Tram {
    #[orm(primary_key)]
    id: i64,
    #[orm(cascade = delete)]
    routes: HasMany<Route>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "tram_routes")]
struct Route {
    #[orm(primary_key, length = 20)]
    code: String,
    n: i64,
    #[orm(references = Tram.id)]
    tram_id: i64,
    tram: BelongsTo<Tram>,
    #[orm(cascade = delete)]
    stops: HasMany<Stop>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "tram_stops")]
struct Stop {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20, references = Route.code)]
    route_code: String,
    route: BelongsTo<Route>,
}

fn what_belongs_to_a_row_that_is_taken_stays(db: &Db) {
    Metadata::of((Tram, Route, Stop))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let [old, new] = [(); 2].map(|()| session.add(Tram::builder()));
    for code in ["x", "y"] {
        let route = session.add(Route::builder().code(code).n(1).tram(old));
        for _ in 0..2 {
            session.add(Stop::builder().route(route));
        }
    }
    session.commit().unwrap();
    // The delete takes both routes along, but a new one has the key of the first.
    session.delete(old);
    let taken = session.add(Route::builder().code("x").n(2).tram(new));
    db.sent();
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        [
            "UPDATE tram_routes",
            "DELETE tram_stops",
            "DELETE tram_routes",
            "DELETE lines_of_trams"
        ]
    );
    assert_eq!(session[taken].tram_id, session[new].id);
    let stops = session.load(taken, Route.stops).unwrap();
    assert_eq!((stops.len(), db.count("tram_stops")), (2, 2));
    // The new entity leaves with its owner before it takes anything: the row goes after all.
    let newest = session.add(Tram::builder());
    let again = session.append(newest, Tram.routes, Route::builder().code("x").n(3));
    again.unwrap();
    session.delete(newest);
    session.delete(new);
    session.commit().unwrap();
    let left = ["lines_of_trams", "tram_routes", "tram_stops"].map(|table| db.count(table));
    assert_eq!(left, [0, 0, 0]);
}

fn relations_lead_to_the_new_entity(db: &Db) {
    let (mut session, burma, town) = stored(db);
    assert_eq!(session[town].land.get().unwrap(), burma);
    session.delete(burma);
    let myanmar = session.add(land("mm", "Myanmar", 1));
    // Whichever one a new child was given.
    let new = session.add(Town::builder().land(myanmar));
    session.flush().unwrap();
    assert_eq!(steps(db), ["UPDATE lands", "INSERT land_towns"]);
    assert_eq!(session[town].land.get().unwrap(), myanmar);
    assert_eq!(session[new].land_code, "mm");
    assert!(!session.has_pending_work());
    session.rollback().unwrap();
    assert_eq!(session[town].land.get().unwrap(), burma);
    assert_eq!(session[new].land.get().unwrap(), myanmar);
}

fn the_new_entity_has_the_lists_of_the_deleted_one(db: &Db) {
    let (mut session, burma, town) = stored(db);
    session.clear();
    let burma_again = session.get(Land, "mm").unwrap().unwrap();
    assert!(session.get_ref(burma).is_err() && session.get_ref(town).is_err());
    let burma = burma_again;
    // Not loaded of the one, nor of the other, to which a new member is given.
    session.delete(burma);
    let myanmar = session.add(land("mm", "Myanmar", 1));
    let new = session
        .append(myanmar, Land.towns, Town::builder())
        .unwrap();
    session.flush().unwrap();
    let error = session[myanmar].towns.get().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotLoaded);
    assert_eq!(session.load(myanmar, Land.towns).unwrap().len(), 2);
    session.rollback().unwrap();
    // As it was before the append.
    assert!(session[myanmar].towns.get().unwrap().is_empty());
    assert_eq!(session[new].land.get().unwrap(), myanmar);
    // Loaded.
    let towns = session.load(burma, Land.towns).unwrap();
    assert_eq!(towns.len(), 1);
    session.delete(burma);
    session.add_again(myanmar).unwrap();
    session.flush().unwrap();
    let of_new = session[myanmar].towns.get().unwrap();
    assert!(of_new.contains(&towns[0]), "{of_new:?}");
    assert_eq!(session[towns[0]].land.get().unwrap(), myanmar);
    session.rollback().unwrap();
    assert_eq!(session[burma].towns.get().unwrap(), towns);
    assert_eq!(session[towns[0]].land.get().unwrap(), burma);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "editions")]
struct Edition {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    a: i64,
    b: i64,
    #[orm(version)]
    version: i64,
}

fn edition(a: i64, b: i64) -> Edition {
    Edition {
        id: 7,
        a,
        b,
        version: 0,
    }
}

fn only_what_differs_is_set_where_there_is_a_version(db: &Db) {
    Metadata::of((Edition,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let first = session.add(edition(1, 1));
    session.commit().unwrap();
    db.sent();
    session.delete(first);
    let second = session.add(edition(1, 2));
    session.commit().unwrap();
    let sent = writes(db);
    let update = r#"UPDATE "editions" SET "b" = ?, "version" = ? WHERE "id" = ? AND "version" "#;
    assert!(sent.len() == 1 && sent[0].starts_with(update), "{sent:?}");
    // One more than the row had: who has read the former one finds out.
    assert_eq!(session[second].version, 2);
    assert_eq!(db.scalar("SELECT version FROM editions"), 2);
    session[second].a = 5;
    session.commit().unwrap();
    assert_eq!(session[second].version, 3);
}

fn a_row_that_is_the_same_is_updated_too(db: &Db) {
    let (mut session, burma, _) = stored(db);
    session.delete(burma);
    let again = session.add(land("mm", "Burma", 1));
    session.flush().unwrap();
    assert_eq!(steps(db), ["UPDATE lands"]);
    session.commit().unwrap();
    assert_eq!(
        (session.get(Land, "mm").unwrap(), db.count("land_towns")),
        (Some(again), 1)
    );
    // A row that is gone is not there to be taken.
    db.outside("DELETE FROM lands");
    session.delete(again);
    session.add(land("mm", "Burma", 1));
    fails(session.commit(), ErrorKind::StaleData);
    session.rollback().unwrap();
}

#[derive(Model, Clone, Debug)]
#[orm(table = "cells")]
struct Cell {
    #[orm(primary_key, auto_increment = false)]
    row: i32,
    #[orm(primary_key, length = 10)]
    column: String,
    n: i64,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "kept_notes")]
struct Note {
    #[orm(primary_key)]
    id: i64,
    n: i64,
}

fn a_composite_key_and_a_generated_one_switch(db: &Db) {
    Metadata::of((Cell, Note)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let cell = |row, n| Cell {
        row,
        column: "a".into(),
        n,
    };
    let cells = [1, 2, 3].map(|row| session.add(cell(row, 0)));
    let note = session.add(Note::builder().n(0));
    session.commit().unwrap();
    let id = session[note].id;
    db.sent();
    for old in cells {
        session.delete(old);
    }
    let new = [3, 1, 4].map(|row| session.add(cell(row, 5)));
    session.delete(note);
    let given = session.add(Note { id, n: 9 });
    let generated = session.add(Note::builder().n(8));
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        [
            "UPDATE cells",
            "INSERT cells",
            "UPDATE kept_notes",
            "INSERT kept_notes",
            "DELETE cells"
        ]
    );
    assert_eq!(
        session.get(Cell, (1, "a".to_owned())).unwrap(),
        Some(new[1])
    );
    assert_eq!(db.scalar("SELECT COUNT(*) FROM cells WHERE n = 5"), 3);
    assert_eq!(session.get(Note, id).unwrap(), Some(given));
    assert_ne!(session[generated].id, id);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "land_badges")]
struct Badge {
    #[orm(primary_key, length = 20, references = Land.code)]
    land_code: String,
    land: BelongsTo<Land>,
    n: i64,
}

fn a_key_that_a_relation_gives_switches(db: &Db) {
    let (mut session, burma, _) = stored(db);
    let badge = session.add(Badge::builder().land(burma).n(1));
    session.commit().unwrap();
    db.sent();
    session.delete(badge);
    let new = session.add(Badge::builder().land(burma).n(2));
    session.commit().unwrap();
    assert_eq!(steps(db), ["UPDATE land_badges"]);
    assert_eq!((&*session[new].land_code, session[new].n), ("mm", 2));
    // The land and its badge at once.
    session.delete(new);
    session.delete(burma);
    let myanmar = session.add(land("mm", "Myanmar", 3));
    let last = session.add(Badge::builder().land(myanmar).n(4));
    session.commit().unwrap();
    assert_eq!(steps(db), ["UPDATE lands", "UPDATE land_badges"]);
    assert_eq!(session.get(Badge, "mm").unwrap(), Some(last));
    assert_eq!(session[last].land.get().unwrap(), myanmar);
    assert_eq!(
        db.scalar("SELECT n FROM land_badges WHERE land_code = 'mm'"),
        4
    );
}

#[derive(Model, Clone, Debug)]
#[orm(table = "rates")]
struct Rate {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(server_default = 5)]
    percent: i64,
    n: i64,
}

fn a_server_default_keeps_what_the_row_has(db: &Db) {
    Metadata::of((Rate,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let old = session.add(Rate::builder().id(1).percent(7).n(1));
    session.commit().unwrap();
    session.delete(old);
    let new = session.add(Rate::builder().id(1).n(2));
    session.flush().unwrap();
    assert_eq!((session[new].percent, session[new].n), (7, 2));
    session.rollback().unwrap();
    // Rolled back, it is left to the database again.
    session.delete(old);
    session.flush().unwrap();
    session.add_again(new).unwrap();
    session.commit().unwrap();
    assert_eq!(session[new].percent, 5);
    assert_eq!(db.scalar("SELECT percent FROM rates"), 5);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "bare_marks")]
struct Mark {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
}

fn a_table_of_a_key_alone_is_deleted_from_and_inserted_into(db: &Db) {
    Metadata::of((Mark,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let old = session.add(Mark { id: 1 });
    session.commit().unwrap();
    db.sent();
    session.delete(old);
    let new = session.add(Mark { id: 1 });
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE bare_marks", "INSERT bare_marks"]);
    assert_eq!(session.get(Mark, 1).unwrap(), Some(new));
}

fn a_rollback_and_a_savepoint_undo_a_switch(db: &Db) {
    let (mut session, burma, town) = stored(db);
    let mut new = None;
    let undone: orm::Result<()> = session.savepoint(|session| {
        session.delete(burma);
        new = Some(session.add(land("mm", "Myanmar", 2)));
        session.flush()?;
        Err(orm::Error::other("no"))
    });
    undone.unwrap_err();
    let new = new.unwrap();
    let states = |session: &Session| [burma, new].map(|land| session.entity_state(land).unwrap());
    assert_eq!(
        states(&session),
        [EntityState::Persistent, EntityState::Transient]
    );
    assert_eq!(session[town].land.get().unwrap(), burma);
    assert_eq!(session.get(Land, "mm").unwrap(), Some(burma));
    assert_eq!(
        (&*session[burma].name, &*session[new].name),
        ("Burma", "Myanmar")
    );
    // Again, and undone as a whole.
    session.delete(burma);
    session.add_again(new).unwrap();
    session.flush().unwrap();
    assert_eq!(
        states(&session),
        [EntityState::Deleted, EntityState::Persistent]
    );
    session.rollback().unwrap();
    assert_eq!(
        states(&session),
        [EntityState::Persistent, EntityState::Transient]
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM lands WHERE name = 'Burma'"),
        1
    );
    // And not flushed at all.
    session.delete(burma);
    session.add_again(new).unwrap();
    session.rollback().unwrap();
    assert_eq!(
        states(&session),
        [EntityState::Persistent, EntityState::Transient]
    );
    session[burma].n = 8;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT n FROM lands"), 8);
}

fn a_changed_row_is_stale(db: &Db) {
    let (mut session, burma, _) = stored(db);
    db.outside("UPDATE lands SET n = 40");
    session.delete(burma);
    let new = session.add(land("mm", "Burma", 1));
    let error = fails(session.flush(), ErrorKind::StaleData);
    assert!(error.to_string().contains("Land"), "{error}");
    session.rollback().unwrap();
    session.refresh(burma).unwrap();
    session.delete(burma);
    session.add_again(new).unwrap();
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT n FROM lands"), 1);
}

fn a_failed_flush_is_corrected(db: &Db) {
    let (mut session, burma, town) = stored(db);
    session.add(land("th", "Siam", 1));
    session.commit().unwrap();
    session.delete(burma);
    let new = session.add(land("mm", "Siam", 2));
    fails(session.flush(), ErrorKind::UniqueViolation);
    assert_eq!(
        [burma, new].map(|land| session.entity_state(land).unwrap()),
        [EntityState::Deleting, EntityState::Pending]
    );
    // With another key it is a row of its own.
    session[new].code = "xx".into();
    session[new].name = "Other".into();
    session.flush().unwrap();
    assert_eq!(db.count("lands"), 2);
    session.rollback().unwrap();
    session[new].code = "mm".into();
    session.add_again(new).unwrap();
    session.delete(burma);
    db.sent();
    session.commit().unwrap();
    assert_eq!(steps(db), ["UPDATE lands"]);
    assert_eq!(session[town].land.get().unwrap(), new);
    assert_eq!((db.count("lands"), db.count("land_towns")), (2, 1));
}

fn a_new_entity_that_is_deleted_again_leaves_the_delete(db: &Db) {
    let (mut session, burma, _) = stored(db);
    session.delete(burma);
    let new = session.add(land("mm", "Siam", 2));
    session[new].name = "x".repeat(60);
    fails(session.flush(), ErrorKind::DataTooLong);
    session.delete(new);
    session.commit().unwrap();
    assert_eq!((db.count("lands"), db.count("land_towns")), (0, 0));
    assert_eq!(session.entity_state(new).unwrap(), EntityState::Transient);
    session[new].name = "Siam".into();
    session.add_again(new).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("lands"), 1);
}
