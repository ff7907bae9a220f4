//! What the databases refuse in words of their own.

use crate::databases::{Database, HasDatabase};
use orm::ErrorKind;
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::suite::errors::lost_race;
use orm_conformance::suite::support::{SECRET, execute, refused, scalar};
use orm_core::value::ValueRef;
use std::error::Error as _;

cases![
    "errors":
    cascades_of_many_levels,
    text_beyond_its_length_is_refused_by_the_server (Requires::StrictTypes),
    the_native_text_is_in_the_source_only,
    a_lost_race_of_snapshots_is_a_serialization_failure (Requires::RowLocks),
];

/// InnoDB follows 15 levels of one statement's cascades.
fn cascades_of_many_levels(db: &Db) {
    db.outside(
        "CREATE TABLE chain (id INTEGER PRIMARY KEY, parent INTEGER, \
         FOREIGN KEY (parent) REFERENCES chain (id) ON DELETE CASCADE)",
    );
    db.outside("INSERT INTO chain VALUES (1, NULL)");
    for id in 2..=20 {
        db.outside(&format!("INSERT INTO chain VALUES ({id}, {})", id - 1));
    }
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    let deleted = conn.raw_execute("DELETE FROM chain WHERE id = 1", &[]);
    if db.database().is_mysql() {
        refused(deleted, ErrorKind::ForeignKeyViolation);
    } else {
        deleted.unwrap();
    }
    conn.commit().unwrap();
    let left = if db.database().is_mysql() { 20 } else { 0 };
    assert_eq!(db.count("chain"), left);
}

fn text_beyond_its_length_is_refused_by_the_server(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let insert = "INSERT INTO countries (code, name) VALUES (?, 'x')";
    let inserted = execute(db, &mut conn, insert, &[ValueRef::Text(SECRET)]);
    let error = refused(inserted, ErrorKind::DataTooLong);
    // PostgreSQL does not report the column.
    if db.database().is_mysql() {
        assert_eq!(error.column(), Some("code"));
    }
    assert_eq!(db.count("countries"), 0);
}

fn the_native_text_is_in_the_source_only(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let insert = "INSERT INTO users (username) VALUES (?)";
    execute(db, &mut conn, insert, &[ValueRef::Text(SECRET)]).unwrap();
    let again = execute(db, &mut conn, insert, &[ValueRef::Text(SECRET)]);
    let error = refused(again, ErrorKind::UniqueViolation);
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let native = causes
        .map(|cause| format!("{cause:?}"))
        .collect::<Vec<_>>()
        .join(" ");
    // SQLite names the column only; the servers quote the value.
    let expected = if db.is_server() {
        SECRET
    } else {
        "users.username"
    };
    assert!(native.contains(expected), "{native}");
}

/// MariaDB 10.11 lets an update pass over what its snapshot doesn't show unless configured otherwise, and MySQL always
/// does.
fn a_lost_race_of_snapshots_is_a_serialization_failure(db: &Db) {
    db.outside("INSERT INTO accounts (owner, balance, version) VALUES ('a', 1, 1)");
    let mut connections = [(); 2].map(|()| db.engine.connection().unwrap());
    if db.database() == Database::MariaDb {
        for conn in &mut connections {
            conn.raw_control("SET SESSION innodb_snapshot_isolation = ON")
                .unwrap();
        }
    }
    let [first, second] = &mut connections;
    if db.database() != Database::Mysql {
        assert_eq!(lost_race(db, first, second), ErrorKind::Transaction);
        return;
    }
    second.begin().unwrap();
    assert_eq!(scalar::<i64>(second, "SELECT balance FROM accounts"), 1);
    let write = "UPDATE accounts SET balance = balance + 1";
    first.raw_execute(write, &[]).unwrap();
    second.raw_execute(write, &[]).unwrap();
    second.commit().unwrap();
    assert_eq!(db.scalar("SELECT balance FROM accounts"), 3);
}
