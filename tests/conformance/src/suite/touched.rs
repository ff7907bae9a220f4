//! What is done past the library: settings that must not reach the next user of a connection, transactions of
//! the driver's own connection, and texts that would end a transaction and begin another.

use std::sync::Arc;

use orm::engine::Engine;
use orm::prelude::*;
use orm::{ErrorKind, Result};
use orm_core::testing::{Recorder, RecordingDriver};

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::support::{fails, insert_user, natively, users};

cases![
    "touched":
    plain_work_keeps_the_connection (Requires::Reset),
    typed_work_is_not_followed_by_a_reset,
    raw_text_is_followed_by_one_reset (Requires::Reset),
    a_transaction_that_the_driver_began_is_known (Requires::TransactionText),
    a_transaction_that_the_driver_ended_is_not_committed (Requires::TransactionText),
    a_text_that_ends_and_reopens_the_transaction_is_refused,
    a_text_that_fails_behind_an_end_is_refused,
];

/// An engine whose only connection every checkout gets.
pub fn narrow(db: &Db) -> (Engine, Recorder) {
    let recorder = Recorder::new();
    let (driver, dialects) = db.backend.target(db.url()).unwrap();
    let driver = Arc::new(RecordingDriver::new(driver, &recorder));
    let engine = Engine::with_driver(driver, dialects, &db.options().pool_size(1)).unwrap();
    (engine, recorder)
}

fn typed_work_is_not_followed_by_a_reset(db: &Db) {
    let (engine, recorder) = narrow(db);
    for _ in 0..3 {
        let mut session = Session::new(&engine);
        let user = session.add(User::builder().username("ada"));
        session.flush().unwrap();
        session[user].email = Some("x".to_owned());
        session.commit().unwrap();
        let mut conn = engine.connection().unwrap();
        select(User)
            .filter(User.username.eq("ada"))
            .all(&mut conn)
            .unwrap();
        conn.transaction(|conn| update(User).set(User.email, "y").execute(conn))
            .unwrap();
        drop(conn);
        session.delete(user);
        session.commit().unwrap();
    }
    let tables = crate::fixtures::metadata();
    tables.create_all(&engine).unwrap();
    // Under a lock, of which nothing is left behind.
    tables.drop_all(&engine).unwrap();
    tables.create_all(&engine).unwrap();
    assert_eq!((recorder.connects(), recorder.resets()), (1, 0));
}

fn raw_text_is_followed_by_one_reset(db: &Db) {
    let (engine, recorder) = narrow(db);
    for round in 1..=3 {
        let mut session = Session::new(&engine);
        session.begin().unwrap();
        raw("SELECT COUNT(*) FROM users")
            .one::<(i64,), _>(&mut session)
            .unwrap();
        raw("SELECT COUNT(*) FROM posts")
            .one::<(i64,), _>(&mut session)
            .unwrap();
        session.commit().unwrap();
        drop(session);
        let mut conn = engine.connection().unwrap();
        select(User).all(&mut conn).unwrap();
        drop(conn);
        assert_eq!(recorder.resets(), round);
    }
    assert_eq!(recorder.connects(), 1);
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

fn a_transaction_that_the_driver_began_is_known(db: &Db) {
    let (engine, _) = narrow(db);
    let mut conn = engine.connection().unwrap();
    natively(db, &mut conn, "BEGIN");
    fails(conn.begin(), ErrorKind::Usage);
    insert_user(&mut conn, "ada").unwrap();
    conn.commit().unwrap();
    natively(db, &mut conn, "BEGIN");
    drop(conn);
    // The next user's work is stored.
    insert_user(&mut engine.connection().unwrap(), "grace").unwrap();
    assert_eq!(users(db), ["ada", "grace"]);
}

fn a_transaction_that_the_driver_ended_is_not_committed(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    natively(db, &mut conn, "ROLLBACK");
    // Neither this one, which would commit by itself, nor the commit.
    fails(insert_user(&mut conn, "bob"), ErrorKind::Transaction);
    fails(conn.commit(), ErrorKind::CommitUnknown);
    conn.rollback().unwrap();
    insert_user(&mut conn, "grace").unwrap();
    assert_eq!(users(db), ["grace"]);
}

fn a_text_that_ends_and_reopens_the_transaction_is_refused(db: &Db) {
    refuse_texts(db, &["SELECT 1; ROLLBACK; BEGIN", "BEGIN", "/* x */ END"]);
    let closure: Result<()> = db.engine.transaction(|session| {
        let conn = session.connection()?;
        insert_user(conn, "closure")?;
        conn.raw_control("SELECT 1; ROLLBACK; BEGIN")
    });
    fails(closure, ErrorKind::Usage);
    assert_eq!(users(db), [""; 0]);
}

/// Each of these texts is refused in a transaction, and not sent.
pub fn refuse_texts(db: &Db, texts: &[&str]) {
    for text in texts {
        let mut conn = db.engine.connection().unwrap();
        conn.begin().unwrap();
        insert_user(&mut conn, "ada").unwrap();
        db.sent();
        fails(conn.raw_control(text), ErrorKind::Usage);
        fails(conn.raw_execute(text, &[]), ErrorKind::Usage);
        fails(conn.raw_query(text, &[], &mut |_| Ok(())), ErrorKind::Usage);
        assert_eq!(db.sent(), [""; 0]);
        // The misuse has harmed nothing.
        conn.commit().unwrap();
        assert_eq!(users(db), ["ada"], "{text}");
        conn.raw_execute("DELETE FROM users", &[]).unwrap();
    }
}

fn a_text_that_fails_behind_an_end_is_refused(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    for text in [
        "SELECT 1; ROLLBACK; BEGIN; SELECT nope FROM nope",
        "ROLLBACK; BEGIN",
    ] {
        fails(conn.raw_control(text), ErrorKind::Usage);
    }
    conn.commit().unwrap();
    assert_eq!(users(db), ["ada"]);
}
