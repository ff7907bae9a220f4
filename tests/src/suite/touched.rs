//! What is done past the library: settings that must not reach the next user of a connection, transactions of
//! the driver's own connection, and texts that end a transaction and begin another.

use std::sync::Arc;

use orm::engine::{Connection, Engine, driver_for};
use orm::sqlite::rusqlite;
use orm::{ErrorKind, Result};
use orm_core::testing::{Recorder, RecordingDriver};

use super::Requires;
use super::support::{fails, insert_user, scalar, users};
use crate::backend::{Backend, Db};
use crate::cases;

cases![
    "touched":
    a_setting_is_gone_for_the_next_user,
    plain_work_keeps_the_connection,
    a_temporary_table_is_gone_for_the_next_user,
    a_database_in_memory_keeps_its_tables (Requires::Embedded),
    a_transaction_that_the_driver_began_is_known,
    a_transaction_that_the_driver_ended_is_not_committed,
    a_text_that_ends_and_reopens_the_transaction_is_told,
    a_text_that_fails_behind_an_end_is_told,
];

/// Runs SQL on the driver's own connection.
fn natively(conn: &mut Connection, sql: &str) {
    #[cfg(feature = "postgres")]
    if let Some(native) = conn.driver_mut::<postgres::Client>() {
        return native.batch_execute(sql).unwrap();
    }
    #[cfg(feature = "mysql")]
    if let Some(native) = conn.driver_mut::<orm::mysql::driver::mysql::Conn>() {
        use orm::mysql::driver::mysql::prelude::Queryable;
        return native.query_drop(sql).unwrap();
    }
    let native = conn.driver_mut::<rusqlite::Connection>();
    native.unwrap().execute_batch(sql).unwrap();
}

/// An engine whose only connection every checkout gets.
fn narrow(db: &Db) -> (Engine, Recorder) {
    let recorder = Recorder::new();
    let (driver, dialects) = driver_for(db.url()).unwrap();
    let driver = Arc::new(RecordingDriver::new(driver, &recorder));
    let options = Engine::options(db.url()).pool_size(1);
    let engine = Engine::with_driver(driver, dialects, &options).unwrap();
    (engine, recorder)
}

/// A setting that changes what statements do, and a query that tells it.
fn setting(db: &Db) -> (&'static str, &'static str) {
    match db.backend {
        Backend::Sqlite => ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys"),
        Backend::Postgres => (
            "SET TimeZone = 'Asia/Tokyo'",
            "SELECT extract(timezone FROM now())::int8",
        ),
        _ => (
            "SET foreign_key_checks = 0, @seen = 1",
            "SELECT @@foreign_key_checks",
        ),
    }
}

fn a_setting_is_gone_for_the_next_user(db: &Db) {
    let (engine, _) = narrow(db);
    let (set, tell) = setting(db);
    let mut conn = engine.connection().unwrap();
    let before = scalar::<i64>(&mut conn, tell);
    conn.raw_control(set).unwrap();
    assert_ne!(scalar::<i64>(&mut conn, tell), before);
    drop(conn);
    assert_eq!(
        scalar::<i64>(&mut engine.connection().unwrap(), tell),
        before
    );
    // A session's, too.
    let mut session = orm::Session::new(&engine);
    session.connection().unwrap().raw_execute(set, &[]).unwrap();
    session.commit().unwrap();
    drop(session);
    assert_eq!(
        scalar::<i64>(&mut engine.connection().unwrap(), tell),
        before
    );
}

fn plain_work_keeps_the_connection(db: &Db) {
    let (engine, recorder) = narrow(db);
    for round in 0..3 {
        let mut conn = engine.connection().unwrap();
        conn.transaction(|conn| {
            insert_user(conn, &format!("user {round}"))?;
            conn.savepoint(|conn| insert_user(conn, &format!("other {round}")))
        })
        .unwrap();
        conn.raw_control(&format!("CREATE TABLE t{round} (a INTEGER)"))
            .unwrap();
        conn.raw_execute("/* tag */ UPDATE users SET email = 'x'", &[])
            .unwrap();
    }
    assert_eq!(recorder.connects(), 1);
}

fn a_temporary_table_is_gone_for_the_next_user(db: &Db) {
    let (engine, _) = narrow(db);
    let mut conn = engine.connection().unwrap();
    conn.raw_control("CREATE TEMPORARY TABLE left_behind (a INTEGER)")
        .unwrap();
    conn.raw_execute("INSERT INTO left_behind VALUES (1)", &[])
        .unwrap();
    drop(conn);
    let mut conn = engine.connection().unwrap();
    let found = conn.raw_query("SELECT * FROM left_behind", &[], &mut |_| Ok(()));
    fails(found, ErrorKind::UndefinedTable);
}

fn a_database_in_memory_keeps_its_tables(db: &Db) {
    let (set, tell) = setting(db);
    let engine = Engine::connect("sqlite://").unwrap();
    let mut conn = engine.connection().unwrap();
    conn.raw_control("CREATE TABLE t (a INTEGER)").unwrap();
    conn.raw_control(set).unwrap();
    natively(&mut conn, "INSERT INTO t VALUES (1)");
    drop(conn);
    let mut conn = engine.connection().unwrap();
    assert_eq!(scalar::<i64>(&mut conn, tell), 1);
    assert_eq!(scalar::<i64>(&mut conn, "SELECT COUNT(*) FROM t"), 1);
}

fn a_transaction_that_the_driver_began_is_known(db: &Db) {
    let (engine, _) = narrow(db);
    let mut conn = engine.connection().unwrap();
    natively(&mut conn, "BEGIN");
    fails(conn.begin(), ErrorKind::Usage);
    insert_user(&mut conn, "ada").unwrap();
    conn.commit().unwrap();
    natively(&mut conn, "BEGIN");
    drop(conn);
    // The next user's work is stored.
    insert_user(&mut engine.connection().unwrap(), "grace").unwrap();
    assert_eq!(users(db), ["ada", "grace"]);
}

fn a_transaction_that_the_driver_ended_is_not_committed(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    natively(&mut conn, "ROLLBACK");
    // Neither this one, which would commit by itself, nor the commit.
    fails(insert_user(&mut conn, "bob"), ErrorKind::Transaction);
    fails(conn.commit(), ErrorKind::Transaction);
    conn.rollback().unwrap();
    insert_user(&mut conn, "grace").unwrap();
    assert_eq!(users(db), ["grace"]);
    if db.backend == Backend::Postgres {
        conn.begin().unwrap();
        insert_user(&mut conn, "lost").unwrap();
        #[cfg(feature = "postgres")]
        conn.driver_mut::<postgres::Client>()
            .unwrap()
            .batch_execute("SELECT nope")
            .unwrap_err();
        fails(conn.commit(), ErrorKind::Transaction);
        conn.rollback().unwrap();
    }
}

fn a_text_that_ends_and_reopens_the_transaction_is_told(db: &Db) {
    let mut texts = vec!["SELECT 1; ROLLBACK; BEGIN"];
    match db.backend {
        Backend::Sqlite => {}
        Backend::Postgres => texts.extend(["ROLLBACK AND CHAIN", "/* x */ ROLLBACK AND CHAIN"]),
        _ => texts.extend(["ROLLBACK AND CHAIN", "COMMIT AND CHAIN", "BEGIN"]),
    }
    for text in texts {
        let mut conn = db.engine.connection().unwrap();
        conn.begin().unwrap();
        insert_user(&mut conn, "ada").unwrap();
        conn.raw_control(text).unwrap();
        fails(insert_user(&mut conn, "bob"), ErrorKind::Transaction);
        fails(conn.commit(), ErrorKind::Transaction);
        conn.rollback().unwrap();
        conn.raw_execute("DELETE FROM users", &[]).unwrap();
        // The transaction that was reopened is not left to the next user either.
        conn.begin().unwrap();
        conn.raw_control(text).unwrap();
        drop(conn);
        let mut conn = db.engine.connection().unwrap();
        insert_user(&mut conn, "grace").unwrap();
        assert_eq!(users(db), ["grace"], "{text}");
        conn.raw_execute("DELETE FROM users", &[]).unwrap();
    }
    let closure: Result<()> = db.engine.transaction(|session| {
        let conn = session.connection()?;
        insert_user(conn, "closure")?;
        conn.raw_control("SELECT 1; ROLLBACK; BEGIN")
    });
    fails(closure, ErrorKind::Transaction);
    assert_eq!(users(db), [""; 0]);
}

fn a_text_that_fails_behind_an_end_is_told(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    conn.raw_control("ROLLBACK; BEGIN; SELECT nope FROM nope")
        .unwrap_err();
    insert_user(&mut conn, "bob").unwrap_err();
    fails(conn.commit(), ErrorKind::Transaction);
    conn.rollback().unwrap();
    assert_eq!(users(db), [""; 0]);
    if db.backend == Backend::Sqlite {
        // Refused before any of it ran: nothing has happened.
        conn.begin().unwrap();
        insert_user(&mut conn, "grace").unwrap();
        fails(conn.raw_control("ROLLBACK; BEGIN"), ErrorKind::Syntax);
        conn.commit().unwrap();
        assert_eq!(users(db), ["grace"]);
    }
}
