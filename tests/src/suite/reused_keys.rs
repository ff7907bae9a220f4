//! Generated keys of a model without AUTOINCREMENT: SQLite gives a deleted row's key again, the servers never do.

use orm::prelude::*;

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::cases;

cases![
    "reused_keys":
    a_deleted_rows_key_is_given_again_on_sqlite,
    a_key_is_reused_within_a_transaction_that_is_rolled_back,
    a_rollback_brings_back_the_entity_whose_key_was_taken,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "entries")]
struct Entry {
    #[orm(primary_key, sqlite_autoincrement = false)]
    id: i64,
    n: i64,
}

/// Three rows, of which the last was deleted in `session`.
fn delete_the_last(db: &Db, session: &mut Session) {
    Metadata::of((Entry,)).create_all(&db.engine).unwrap();
    let lines: Vec<Ref<Entry>> = (1..=3).map(|n| session.add(Entry { id: 0, n })).collect();
    session.commit().unwrap();
    assert_eq!(session[lines[2]].id, 3);
    session.delete(lines[2]);
    session.flush().unwrap();
}

/// The key that the row after the third gets, once that one is deleted.
fn next(db: &Db) -> i64 {
    if db.database() == Database::Sqlite {
        3
    } else {
        4
    }
}

fn a_deleted_rows_key_is_given_again_on_sqlite(db: &Db) {
    let mut session = db.session();
    delete_the_last(db, &mut session);
    session.commit().unwrap();
    let line = session.add(Entry { id: 0, n: 4 });
    session.commit().unwrap();
    assert_eq!(session[line].id, next(db));
    assert_eq!(session.get(Entry, next(db)).unwrap(), Some(line));
    session[line].n = 5;
    session.commit().unwrap();
    assert_eq!(
        (db.count("entries"), db.scalar("SELECT MAX(n) FROM entries")),
        (3, 5)
    );
}

fn a_key_is_reused_within_a_transaction_that_is_rolled_back(db: &Db) {
    let mut session = db.session();
    delete_the_last(db, &mut session);
    let line = session.add(Entry { id: 0, n: 4 });
    session.flush().unwrap();
    assert_eq!(session[line].id, next(db));
    assert_eq!(session.get(Entry, next(db)).unwrap(), Some(line));
    session.rollback().unwrap();
    let third = session.get(Entry, 3).unwrap().unwrap();
    assert_ne!(third, line);
    assert_eq!(session[third].n, 3);
    assert_eq!(
        (db.count("entries"), db.scalar("SELECT MAX(n) FROM entries")),
        (3, 3)
    );
}

fn a_rollback_brings_back_the_entity_whose_key_was_taken(db: &Db) {
    let mut session = db.session();
    delete_the_last(db, &mut session);
    let line = session.add(Entry { id: 3, n: 4 });
    session.flush().unwrap();
    session.expunge(line).unwrap();
    let again = session.get(Entry, 3).unwrap().unwrap();
    assert_eq!(session[again].n, 4);
    session.rollback().unwrap();
    // A key has one entity, and the one read last was of a row that is undone.
    let third = session.get(Entry, 3).unwrap().unwrap();
    assert_ne!(third, again);
    assert_eq!(session[third].n, 3);
    assert_eq!(
        session.entity_state(again).unwrap(),
        orm::EntityState::Deleted
    );
}
