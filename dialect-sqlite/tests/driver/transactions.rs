//! The truth about transactions, and locks between connections.

use std::time::Duration;

use dialect_sqlite::SqliteDriver;
use orm_core::driver::{Driver, TransactionState};
use orm_core::error::ErrorKind;
use orm_core::value::Value;

use crate::{impatient, one, run, with};

#[test]
fn a_failed_statement_leaves_the_transaction_open() {
    let mut connection = with(&["CREATE TABLE t (a TEXT UNIQUE)", "BEGIN"]);
    assert_eq!(connection.transaction(None), TransactionState::Open);
    let insert = "INSERT INTO t VALUES ('x')";
    connection.execute(insert, &[]).unwrap();
    let error = connection.execute(insert, &[]).unwrap_err();
    assert_eq!(connection.transaction(Some(&error)), TransactionState::Open);
    run(&mut connection, &["COMMIT"]);
    assert_eq!(connection.transaction(None), TransactionState::None);
    assert_eq!(
        one(&mut connection, "SELECT COUNT(*) FROM t"),
        Value::Int(1)
    );
}

#[test]
fn a_commit_that_a_deferred_key_refuses_leaves_the_transaction_open() {
    let mut connection = with(&[
        "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
        "CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)",
        "BEGIN",
        "INSERT INTO children VALUES (1)",
    ]);
    let error = connection.control("COMMIT").unwrap_err();
    assert!(error.is_foreign_key_violation());
    assert_eq!(connection.transaction(Some(&error)), TransactionState::Open);
    run(
        &mut connection,
        &["INSERT INTO parents VALUES (1)", "COMMIT"],
    );
    assert_eq!(connection.transaction(None), TransactionState::None);

    run(
        &mut connection,
        &["BEGIN", "PRAGMA defer_foreign_keys = ON"],
    );
    run(&mut connection, &["INSERT INTO children VALUES (2)"]);
    let error = connection.control("COMMIT").unwrap_err();
    assert_eq!(connection.transaction(Some(&error)), TransactionState::Open);
    run(&mut connection, &["ROLLBACK"]);
    assert_eq!(
        one(&mut connection, "SELECT COUNT(*) FROM children"),
        Value::Int(1)
    );
}

#[test]
fn an_error_that_ends_the_transaction_is_told() {
    let mut connection = with(&["CREATE TABLE t (a TEXT UNIQUE)", "BEGIN"]);
    let insert = "INSERT OR ROLLBACK INTO t VALUES ('x')";
    connection.execute(insert, &[]).unwrap();
    let error = connection.execute(insert, &[]).unwrap_err();
    assert!(error.is_unique_violation());
    assert_eq!(connection.transaction(Some(&error)), TransactionState::None);

    // A full database.
    run(&mut connection, &["PRAGMA max_page_count = 4", "BEGIN"]);
    let big = "INSERT INTO t VALUES (hex(randomblob(100000)))";
    let error = connection.execute(big, &[]).unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (Some("13"), "the disk is full")
    );
    assert_eq!(connection.transaction(Some(&error)), TransactionState::None);
    assert_eq!(
        one(&mut connection, "SELECT COUNT(*) FROM t"),
        Value::Int(0)
    );
}

#[test]
fn savepoints_nest_and_the_words_of_transactions_are_known() {
    let mut connection = with(&["CREATE TABLE t (a TEXT)", "BEGIN IMMEDIATE"]);
    run(
        &mut connection,
        &["SAVEPOINT a", "INSERT INTO t VALUES ('x')"],
    );
    run(&mut connection, &["ROLLBACK TO a", "RELEASE a", "COMMIT"]);
    assert_eq!(
        one(&mut connection, "SELECT COUNT(*) FROM t"),
        Value::Int(0)
    );
    let error = connection.control("COMMIT").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction);
    let error = connection.control("RELEASE a").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction);
}

#[test]
fn a_lock_that_another_connection_holds_is_busy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("busy.db");
    let mut first = impatient(&path);
    let mut second = impatient(&path);
    run(&mut first, &["CREATE TABLE t (a TEXT)", "BEGIN IMMEDIATE"]);
    let error = second.control("BEGIN IMMEDIATE").unwrap_err();
    assert!(error.is_busy());
    assert_eq!(second.transaction(Some(&error)), TransactionState::None);

    // A reader is not in the way of the writer, nor the other way round.
    run(&mut first, &["INSERT INTO t VALUES ('x')"]);
    assert_eq!(one(&mut second, "SELECT COUNT(*) FROM t"), Value::Int(0));
    run(&mut first, &["COMMIT"]);
    assert_eq!(one(&mut second, "SELECT COUNT(*) FROM t"), Value::Int(1));
}

#[test]
fn a_busy_commit_leaves_the_transaction_open() {
    let folder = tempfile::tempdir().unwrap();
    let driver = SqliteDriver::file(folder.path().join("journal.db"))
        .without_wal()
        .busy_timeout(Duration::from_millis(20));
    let mut writer = driver.connect().unwrap();
    let mut reader = driver.connect().unwrap();
    run(&mut writer, &["CREATE TABLE t (a TEXT)"]);
    run(&mut reader, &["BEGIN"]);
    assert_eq!(one(&mut reader, "SELECT COUNT(*) FROM t"), Value::Int(0));
    run(&mut writer, &["BEGIN", "INSERT INTO t VALUES ('x')"]);
    let error = writer.control("COMMIT").unwrap_err();
    assert!(error.is_busy());
    assert_eq!(writer.transaction(Some(&error)), TransactionState::Open);
    run(&mut reader, &["COMMIT"]);
    run(&mut writer, &["COMMIT"]);
    assert_eq!(one(&mut reader, "SELECT COUNT(*) FROM t"), Value::Int(1));
}

#[test]
fn a_read_that_turns_to_writing_too_late_is_a_serialization_failure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snapshot.db");
    let mut first = impatient(&path);
    let mut second = impatient(&path);
    run(&mut first, &["CREATE TABLE t (a TEXT)", "BEGIN"]);
    assert_eq!(one(&mut first, "SELECT COUNT(*) FROM t"), Value::Int(0));
    run(&mut second, &["INSERT INTO t VALUES ('x')"]);
    let error = first
        .execute("INSERT INTO t VALUES ('y')", &[])
        .unwrap_err();
    assert!(error.is_serialization_failure());
    assert_eq!(error.code(), Some("517"));
    assert_eq!(first.transaction(Some(&error)), TransactionState::Open);
    run(&mut first, &["ROLLBACK"]);
}
