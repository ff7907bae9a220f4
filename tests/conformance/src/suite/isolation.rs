//! Isolation levels, read-only transactions, and locks that are taken at once.

use orm::ErrorKind;
use orm::prelude::*;
use orm_core::sql::{IsolationLevel, TransactionOptions};

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::support::{column, fails, insert_user, refused, scalar};

cases![
    "isolation":
    unsupported_isolation_levels_are_told,
    repeatable_reads_repeat,
    engines_have_an_isolation_level,
    a_read_only_transaction_refuses_writes,
    a_writing_transaction_takes_the_lock_at_once (Requires::Embedded),
];

fn users(db: &Db) -> Vec<String> {
    column(
        &mut db.other_connection(),
        "SELECT username FROM users ORDER BY username",
    )
}

fn unsupported_isolation_levels_are_told(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let levels = [
        IsolationLevel::ReadUncommitted,
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
        IsolationLevel::Serializable,
    ];
    let options = |level| TransactionOptions::new().isolation(level);
    let (has, lacks): (Vec<_>, Vec<_>) = levels
        .into_iter()
        .partition(|level| db.dialect().begin(&options(*level)).is_ok());
    for level in &has {
        conn.begin_with(options(*level)).unwrap();
        conn.commit().unwrap();
    }
    for level in lacks {
        let error = fails(conn.begin_with(options(level)), ErrorKind::Unsupported);
        assert!(error.message().contains(level.as_sql()), "{error}");
        let hint = error.hint().unwrap().to_uppercase();
        assert!(has.iter().any(|it| hint.contains(it.as_sql())), "{error}");
        assert!(!conn.in_transaction());
    }
    assert!(has.contains(&IsolationLevel::Serializable));
}

/// The lowest level at which a query that is run again yields the same rows.
fn repeatable(db: &Db) -> IsolationLevel {
    let options = TransactionOptions::new().isolation(IsolationLevel::RepeatableRead);
    match db.dialect().begin(&options) {
        Ok(_) => IsolationLevel::RepeatableRead,
        Err(_) => IsolationLevel::Serializable,
    }
}

fn repeatable_reads_repeat(db: &Db) {
    let isolation = repeatable(db);
    let mut conn = db.engine.connection().unwrap();
    conn.begin_with(TransactionOptions::new().isolation(isolation))
        .unwrap();
    let count = "SELECT COUNT(*) FROM users";
    assert_eq!(scalar::<i64>(&mut conn, count), 0);
    db.outside("INSERT INTO users (username) VALUES ('ada')");
    assert_eq!(scalar::<i64>(&mut conn, count), 0);
    conn.commit().unwrap();
    assert_eq!(scalar::<i64>(&mut conn, count), 1);
}

fn engines_have_an_isolation_level(db: &Db) {
    let isolation = repeatable(db);
    let engine = db.engine_with(&db.options().isolation(isolation));
    let count = "SELECT COUNT(*) FROM users";
    let mut conn = engine.connection().unwrap();
    conn.begin().unwrap();
    assert_eq!(scalar::<i64>(&mut conn, count), 0);
    db.outside("INSERT INTO users (username) VALUES ('ada')");
    assert_eq!(scalar::<i64>(&mut conn, count), 0);
    conn.commit().unwrap();
    drop(conn);
    if !db.is_server() {
        return; // A session's transaction excludes other writers.
    }
    // Its sessions read in transactions.
    let mut session = Session::new(&engine);
    assert_eq!(select(User).count(&mut session).unwrap(), 1);
    db.outside("INSERT INTO users (username) VALUES ('bob')");
    assert_eq!(select(User).count(&mut session).unwrap(), 1);
    session.commit().unwrap();
    assert_eq!(select(User).count(&mut session).unwrap(), 2);
    drop(session);
    // A level of the transaction's own is the one that counts.
    let options = TransactionOptions::new().isolation(IsolationLevel::ReadCommitted);
    if db.dialect().begin(&options).is_err() {
        return;
    }
    let mut conn = engine.connection().unwrap();
    conn.begin_with(options).unwrap();
    assert_eq!(scalar::<i64>(&mut conn, count), 2);
    db.outside("INSERT INTO users (username) VALUES ('eve')");
    assert_eq!(scalar::<i64>(&mut conn, count), 3);
    conn.commit().unwrap();
    drop(conn);
    let mut session = Session::with_options(&engine, options);
    assert_eq!(select(User).count(&mut session).unwrap(), 3);
    db.outside("INSERT INTO users (username) VALUES ('zoe')");
    assert_eq!(select(User).count(&mut session).unwrap(), 4);
    session.commit().unwrap();
}

fn a_read_only_transaction_refuses_writes(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let mut written = 0;
    for isolation in [None, Some(IsolationLevel::Serializable)] {
        let options = TransactionOptions::new().isolation(isolation).read_only();
        // Whatever its end, the next statement writes again.
        for end in [Connection::commit, Connection::rollback] {
            conn.begin_with(options).unwrap();
            let count = scalar::<i64>(&mut conn, "SELECT COUNT(*) FROM users");
            assert_eq!(count, written);
            refused(insert_user(&mut conn, "ada"), ErrorKind::Database);
            // An error aborts the transaction of some, whose commit is then refused.
            let _ = end(&mut conn);
            conn.rollback().unwrap();
            written += 1;
            insert_user(&mut conn, &format!("user {written}")).unwrap();
        }
        conn.begin_with(options).unwrap();
        drop(conn);
        conn = db.engine.connection().unwrap();
    }
    conn.transaction(|conn| insert_user(conn, "grace")).unwrap();
    assert_eq!(users(db).len(), 5);
}

fn a_writing_transaction_takes_the_lock_at_once(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin_with(TransactionOptions::new().writes()).unwrap();
    let mut other = db.other_connection();
    db.backend.limit_lock_wait(&mut other);
    refused(insert_user(&mut other, "ada"), ErrorKind::Busy);
    conn.commit().unwrap();
    insert_user(&mut other, "ada").unwrap();
}
