//! Isolation levels, read-only transactions, and locks that are taken at once.

use std::thread;
use std::time::Duration;

use orm::ErrorKind;
use orm::prelude::*;
use orm_core::sql::{IsolationLevel, TransactionOptions};

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::suite::support::{column, fails, insert_user, refused, scalar};

cases![
    "isolation":
    isolation_levels_are_set_for_one_transaction (Requires::Server),
    unsupported_isolation_levels_are_told (Requires::Embedded),
    repeatable_reads_repeat,
    a_read_only_transaction_refuses_writes,
    a_writing_transaction_takes_the_lock_at_once (Requires::Embedded),
];

fn users(db: &Db) -> Vec<String> {
    column(
        &mut db.other_connection(),
        "SELECT username FROM users ORDER BY username",
    )
}

fn isolation_levels_are_set_for_one_transaction(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let mut level = |isolation: Option<IsolationLevel>| -> String {
        conn.begin_with(TransactionOptions::new().isolation(isolation))
            .unwrap();
        let query = if db.database() == Database::Postgres {
            "SHOW transaction_isolation"
        } else {
            scalar::<i64>(&mut conn, "SELECT COUNT(*) FROM users");
            // The table is renewed every tenth of a second.
            thread::sleep(Duration::from_millis(150));
            "SELECT trx_isolation_level FROM information_schema.innodb_trx \
             WHERE trx_mysql_thread_id = CONNECTION_ID()"
        };
        let found = scalar::<String>(&mut conn, query);
        conn.rollback().unwrap();
        found.to_uppercase()
    };
    let default = level(None);
    for isolation in [
        IsolationLevel::ReadUncommitted,
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
        IsolationLevel::Serializable,
    ] {
        assert_eq!(level(Some(isolation)), isolation.as_sql());
        assert_eq!(level(None), default);
    }
}

fn unsupported_isolation_levels_are_told(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    for isolation in [
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
    ] {
        let options = TransactionOptions::new().isolation(isolation);
        let error = fails(conn.begin_with(options), ErrorKind::Unsupported);
        assert!(error.message().contains(isolation.as_sql()), "{error}");
        assert!(error.hint().unwrap().contains("serializable"), "{error}");
        assert!(!conn.in_transaction());
    }
    let isolation = Some(IsolationLevel::Serializable);
    conn.begin_with(TransactionOptions::new().isolation(isolation))
        .unwrap();
    conn.commit().unwrap();
}

fn repeatable_reads_repeat(db: &Db) {
    let isolation = match db.database() {
        Database::Sqlite => IsolationLevel::Serializable,
        _ => IsolationLevel::RepeatableRead,
    };
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
    let other = Engine::connect(&format!("{}?busy_timeout=20", db.url())).unwrap();
    let mut other = other.connection().unwrap();
    refused(insert_user(&mut other, "ada"), ErrorKind::Busy);
    conn.commit().unwrap();
    insert_user(&mut other, "ada").unwrap();
}
