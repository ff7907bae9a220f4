//! Connections that the server ends: what is replaced unseen, and what is told.

use std::thread;
use std::time::{Duration, Instant};

use orm::ErrorKind;
use orm::engine::{Connection, Engine};

use super::support::url_with;
use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::fixtures::User;
use orm_conformance::suite::support::{column, fails, insert_user, scalar};

cases![
    "lost_connection":
    a_connection_that_died_in_the_pool_is_replaced_at_begin (Requires::Server),
    a_connection_that_died_in_the_pool_is_replaced_for_a_session (Requires::Server),
    a_connection_that_idled_is_checked_and_replaced (Requires::Server),
    a_connection_lost_in_a_transaction_leaves_nothing_half_done (Requires::Server),
    a_connection_lost_before_commit_is_told (Requires::Server),
    a_connection_lost_in_a_savepoint_is_told (Requires::Server),
    begin_after_a_loss_that_cannot_be_mended_is_an_error (Requires::Server),
];

/// The number by which the server knows a connection.
fn number(db: &Db, conn: &mut Connection) -> i64 {
    let query = match db.database() {
        Database::Postgres => "SELECT pg_backend_pid()::int8",
        _ => "SELECT CAST(CONNECTION_ID() AS SIGNED)",
    };
    scalar(conn, query)
}

/// Ends a connection from outside, and waits until it has noticed.
fn kill(db: &Db, number: i64) {
    let mut other = db.other_connection();
    if db.database() == Database::Postgres {
        column::<bool>(
            &mut other,
            &format!("SELECT pg_terminate_backend({number})"),
        );
    } else {
        other.raw_control(&format!("KILL {number}")).unwrap();
    }
    let alive = match db.database() {
        Database::Postgres => format!("SELECT 1 FROM pg_stat_activity WHERE pid = {number}"),
        _ => format!("SELECT 1 FROM information_schema.processlist WHERE id = {number}"),
    };
    let begin = Instant::now();
    while !column::<i64>(&mut other, &alive).is_empty() {
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "the connection lives on"
        );
        thread::sleep(Duration::from_millis(10));
    }
}

fn a_connection_that_died_in_the_pool_is_replaced_at_begin(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let dead = number(db, &mut conn);
    drop(conn);
    kill(db, dead);
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    conn.commit().unwrap();
    assert_ne!(number(db, &mut conn), dead);
    assert_eq!(db.count("users"), 1);
}

fn a_connection_that_died_in_the_pool_is_replaced_for_a_session(db: &Db) {
    let mut session = db.session();
    let dead = number(db, session.connection().unwrap());
    session.rollback().unwrap();
    kill(db, dead);
    session.add(User::builder().username("ada"));
    session.add(User::builder().username("grace"));
    session.commit().unwrap();
    assert_eq!(db.count("users"), 2);
}

fn a_connection_that_idled_is_checked_and_replaced(db: &Db) {
    let engine = Engine::options(db.url())
        .check_after(Duration::ZERO)
        .connect()
        .unwrap();
    let mut conn = engine.connection().unwrap();
    let dead = number(db, &mut conn);
    drop(conn);
    kill(db, dead);
    // No BEGIN that could be sent again: the check alone finds out.
    let mut conn = engine.connection().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    assert_eq!(db.count("users"), 1);
}

fn a_connection_lost_in_a_transaction_leaves_nothing_half_done(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "before").unwrap();
    let dead = number(db, &mut conn);
    kill(db, dead);
    let error = fails(insert_user(&mut conn, "lost"), ErrorKind::ConnectionLost);
    assert!(error.is_connection_lost() && !error.is_commit_unknown());
    let after = fails(insert_user(&mut conn, "after"), ErrorKind::Transaction);
    assert!(after.hint().unwrap().contains("rollback()"), "{after}");
    fails(conn.commit(), ErrorKind::Transaction);
    conn.rollback().unwrap();
    assert_eq!(db.count("users"), 0);
    // The same connection works again, over another of the server's.
    insert_user(&mut conn, "again").unwrap();
    conn.transaction(|conn| insert_user(conn, "once more"))
        .unwrap();
    let names = "SELECT username FROM users ORDER BY id";
    assert_eq!(column::<String>(&mut conn, names), ["again", "once more"]);
}

fn a_connection_lost_before_commit_is_told(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    let dead = number(db, &mut conn);
    kill(db, dead);
    let error = conn.commit().unwrap_err();
    assert!(error.is_connection_lost(), "{error:?}");
    if error.is_commit_unknown() {
        assert!(error.hint().unwrap().contains("look whether"), "{error}");
    }
    assert_eq!(db.count("users"), 0);
    conn.rollback().unwrap();
    conn.transaction(|conn| insert_user(conn, "again")).unwrap();
    assert_eq!(db.count("users"), 1);
}

fn a_connection_lost_in_a_savepoint_is_told(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "before").unwrap();
    let dead = number(db, &mut conn);
    let inside = conn.savepoint(|conn| {
        kill(db, dead);
        insert_user(conn, "inside")
    });
    fails(inside, ErrorKind::ConnectionLost);
    fails(insert_user(&mut conn, "after"), ErrorKind::Transaction);
    fails(conn.commit(), ErrorKind::Transaction);
    conn.rollback().unwrap();
    assert_eq!(db.count("users"), 0);
}

/// The dead connection is still there after a reconnect that failed.
fn begin_after_a_loss_that_cannot_be_mended_is_an_error(db: &Db) {
    let name = format!("lost_{}", std::process::id());
    let mut admin = db.other_connection();
    admin
        .raw_control(&format!("CREATE DATABASE {name}"))
        .unwrap();
    let engine = Engine::connect(&url_with(db, |[_, _, own]| own.clone_from(&name))).unwrap();
    let mut conn = engine.connection().unwrap();
    let dead = number(db, &mut conn);
    kill(db, dead);
    admin.raw_control(&format!("DROP DATABASE {name}")).unwrap();
    // What has run on it may have left settings behind, so it is not replaced unasked.
    fails(conn.begin(), ErrorKind::ConnectionLost);
    conn.rollback().unwrap();
    fails(conn.begin(), ErrorKind::ConnectionFailed);
    fails(conn.begin(), ErrorKind::ConnectionFailed);
    let again = conn.raw_control("SELECT 1").unwrap_err();
    assert!(again.is_connection_lost(), "{again:?}");
    drop(conn);
    fails(engine.connection(), ErrorKind::ConnectionFailed);
}
