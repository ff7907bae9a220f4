//! What is left of a transaction after errors, and when the connection is lost.

use orm_core::driver::TransactionState;
use orm_core::error::ErrorKind;
use orm_core::value::{Value, ValueRef};

use crate::{Database, rows};

#[test]
fn an_error_aborts_the_transaction_until_a_rollback() {
    let mut db = Database::new("aborted");
    db.run(&["CREATE TABLE t (a int4)"]);
    assert_eq!(db.state(), TransactionState::None);
    db.error("SELECT nope", &[]);
    assert_eq!(db.state(), TransactionState::None);

    db.run(&["BEGIN", "INSERT INTO t VALUES (1)"]);
    assert_eq!(db.state(), TransactionState::Open);
    db.run(&["SAVEPOINT s"]);
    db.error("SELECT 1 / $1::int4", &[ValueRef::Int(0)]);
    assert_eq!(db.state(), TransactionState::Aborted);
    let error = db.error("SELECT 1", &[]);
    assert_eq!(error.kind(), ErrorKind::Transaction);
    db.run(&["ROLLBACK TO SAVEPOINT s"]);
    assert_eq!(db.state(), TransactionState::Open);

    // The server's lie: COMMIT of an aborted transaction succeeds and keeps nothing.
    db.error("SELECT nope", &[]);
    assert_eq!(db.state(), TransactionState::Aborted);
    db.run(&["COMMIT"]);
    assert_eq!(db.state(), TransactionState::None);
    assert_eq!(db.one("SELECT count(*) FROM t", &[]), Value::Int(0));
}

#[test]
fn transactions_are_followed_through_every_verb() {
    let mut db = Database::new("verbs");
    db.execute("BEGIN", &[]).unwrap();
    assert_eq!(db.state(), TransactionState::Open);
    db.rows("COMMIT", &[]).unwrap();
    assert_eq!(db.state(), TransactionState::None);
    db.run(&["BEGIN; SELECT 1"]);
    assert_eq!(db.state(), TransactionState::Open);
    db.run(&["COMMIT AND CHAIN"]);
    assert_eq!(db.state(), TransactionState::Open);
    assert!(db.connection.control("SELECT 1; SELECT nope").is_err());
    assert_eq!(db.state(), TransactionState::Aborted);
    db.run(&["ROLLBACK"]);
    assert!(db.connection.control("BEGIN; SELECT nope; COMMIT").is_err());
    assert_eq!(db.state(), TransactionState::Aborted);
    db.run(&["ROLLBACK"]);
    assert_eq!(db.state(), TransactionState::None);
}

#[test]
fn a_commit_that_a_deferred_key_refuses_ends_the_transaction() {
    let mut db = Database::new("deferred");
    db.run(&[
        "CREATE TABLE parent (id int8 PRIMARY KEY)",
        "CREATE TABLE child (parent int8 REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
        "BEGIN",
        "INSERT INTO child VALUES (1)",
    ]);
    let error = db.connection.control("COMMIT").unwrap_err();
    assert!(error.is_foreign_key_violation());
    assert_eq!(db.state(), TransactionState::None);
    // It is true: outside a transaction ROLLBACK would only warn, and a savepoint is refused.
    assert!(db.connection.control("SAVEPOINT s").is_err());
}

#[test]
fn a_killed_connection_is_lost() {
    let mut db = Database::new("killed");
    let mut killer = db.another();
    let mut kill = |pid: &Value| {
        let sql = "SELECT pg_terminate_backend($1, 5000)";
        assert_eq!(
            rows(killer.as_mut(), sql, &[pid.as_ref()]).unwrap()[0][0],
            Value::Bool(true)
        );
    };
    db.run(&["BEGIN"]);
    kill(&db.one("SELECT pg_backend_pid()", &[]));
    let error = db.error("SELECT 1", &[]);
    assert!(error.is_connection_lost(), "{error}");
    assert!(db.connection.is_broken());
    assert_eq!(db.state(), TransactionState::None);
    assert!(db.error("SELECT 1", &[]).is_connection_lost());
    assert!(db.connection.ping().unwrap_err().is_connection_lost());

    let mut victim = db.another();
    victim.control("BEGIN").unwrap();
    kill(&rows(victim.as_mut(), "SELECT pg_backend_pid()", &[]).unwrap()[0][0]);
    assert!(victim.ping().unwrap_err().is_connection_lost());
    assert!(victim.is_broken());
    assert_eq!(victim.transaction(None), TransactionState::None);

    let mut suicidal = db.another();
    let error = suicidal
        .execute("SELECT pg_terminate_backend(pg_backend_pid())", &[])
        .unwrap_err();
    assert!(error.is_connection_lost(), "{error}");
    assert!(suicidal.is_broken());
    let mut healthy = db.another();
    healthy.ping().unwrap();
    assert!(!healthy.is_broken());
}

#[test]
fn copying_is_refused_before_it_hangs() {
    for cache in [256, 0] {
        let mut db = Database::with(&format!("copy_{cache}"), |c| c.statement_cache = cache);
        db.run(&["CREATE TABLE t (a int4)", "BEGIN"]);
        for sql in ["COPY t FROM STDIN", "COPY t TO STDOUT"] {
            assert_eq!(db.error(sql, &[]).kind(), ErrorKind::Unsupported);
            assert!(db.connection.control(sql).unwrap_err().is_unsupported());
        }
        assert_eq!(db.state(), TransactionState::Open);
        db.run(&["COMMIT"]);
    }
}
