//! The truth about transactions, in the cases where servers and drivers usually lie.

use dialect_mysql::MysqlDialect;
use orm_core::driver::{Connection, TransactionState};
use orm_core::error::ErrorKind;
use orm_core::sql::{Dialect, IsolationLevel, TransactionOptions};
use orm_core::value::Value;

use super::support::{Scratch, control, dialect, execute, failure, integer, value};

const TABLE: &str = "CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL) ENGINE=InnoDB";

fn scratch() -> (Scratch, Box<dyn Connection>) {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    control(
        connection.as_mut(),
        &[TABLE, "INSERT INTO t VALUES (1, 1), (2, 2)"],
    );
    (scratch, connection)
}

#[track_caller]
fn check(connection: &mut dyn Connection, expected: TransactionState) {
    assert_eq!(connection.transaction(None), expected);
}

use TransactionState::{None as Gone, Open};

#[test]
fn begin_and_end_are_noticed() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    check(connection, Gone);
    for (begin, end) in [
        ("START TRANSACTION", "COMMIT"),
        ("BEGIN", "ROLLBACK"),
        ("START TRANSACTION READ ONLY", "COMMIT"),
    ] {
        control(connection, &[begin]);
        check(connection, Open);
        control(connection, &["SAVEPOINT a"]);
        integer(connection, "SELECT COUNT(*) FROM t");
        control(
            connection,
            &["ROLLBACK TO SAVEPOINT a", "RELEASE SAVEPOINT a"],
        );
        check(connection, Open);
        control(connection, &[end]);
        check(connection, Gone);
    }
    control(connection, &["BEGIN", "COMMIT AND CHAIN"]);
    check(connection, Open);
    execute(connection, "COMMIT");
    check(connection, Gone);
}

#[test]
fn begin_takes_options() {
    let (_scratch, mut connection) = scratch();
    let options = TransactionOptions::new()
        .isolation(IsolationLevel::Serializable)
        .read_only();
    let begin = dialect(connection.as_ref())
        .begin(&options)
        .expect("all levels are known");
    for sql in &begin {
        control(connection.as_mut(), &[sql]);
    }
    check(connection.as_mut(), Open);
    let error = failure(connection.as_mut(), "INSERT INTO t VALUES (9, 9)");
    assert_eq!(error.code(), Some("1792"));
    check(connection.as_mut(), Open);
    control(connection.as_mut(), &["COMMIT"]);
    execute(connection.as_mut(), "INSERT INTO t VALUES (9, 9)");
}

#[test]
fn a_failed_statement_leaves_the_transaction() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    control(connection, &["BEGIN"]);
    execute(connection, "INSERT INTO t VALUES (3, 3)");
    for sql in [
        "INSERT INTO t VALUES (3, 3)",
        "SELECT nope FROM t",
        "SELECT FROM",
        "INSERT INTO t VALUES (4, NULL)",
    ] {
        failure(connection, sql);
        check(connection, Open);
    }
    control(connection, &["COMMIT"]);
    assert_eq!(integer(connection, "SELECT COUNT(*) FROM t"), 3);
}

#[test]
fn ddl_commits_on_the_side() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    control(connection, &["BEGIN"]);
    execute(connection, "INSERT INTO t VALUES (3, 3)");
    control(connection, &["CREATE TABLE u (a INT)"]);
    check(connection, Gone);
    control(connection, &["BEGIN"]);
    execute(connection, "INSERT INTO t VALUES (4, 4)");
    execute(connection, "TRUNCATE TABLE u");
    check(connection, Gone);
}

#[test]
fn ddl_commits_even_if_it_fails() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    for _ in 0..2 {
        control(connection, &["BEGIN"]);
        // Nothing is done, so that to the server's reports the next transaction is no change.
        let error = failure(connection, "CREATE TABLE t (a INT)");
        assert_eq!(error.table(), Some("t"));
        check(connection, Gone);
        control(connection, &["BEGIN"]);
        check(connection, Open);
        control(connection, &["ROLLBACK"]);
        check(connection, Gone);
    }
}

#[test]
fn a_procedure_may_commit() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    control(
        connection,
        &[
            "CREATE PROCEDURE commits() BEGIN COMMIT; SELECT 1; END",
            "CREATE PROCEDURE begins() BEGIN START TRANSACTION; SELECT nope FROM t; END",
            "BEGIN",
        ],
    );
    execute(connection, "INSERT INTO t VALUES (3, 3)");
    execute(connection, "CALL commits()");
    check(connection, Gone);
    failure(connection, "CALL begins()");
    check(connection, Open);
    control(connection, &["ROLLBACK"]);
    check(connection, Gone);
}

/// Two connections wait for each other; the server ends one of them.
#[test]
fn a_deadlock_ends_the_whole_transaction() {
    let (scratch, mut first) = scratch();
    let mut second = scratch.connect();
    control(first.as_mut(), &["BEGIN", "SAVEPOINT a"]);
    control(second.as_mut(), &["BEGIN", "SAVEPOINT a"]);
    execute(first.as_mut(), "UPDATE t SET v = 10 WHERE id = 1");
    execute(second.as_mut(), "UPDATE t SET v = 20 WHERE id = 2");
    let waiting = std::thread::spawn(move || {
        let result = first.execute("UPDATE t SET v = 11 WHERE id = 2", &[]);
        (result.err(), first)
    });
    std::thread::sleep(std::time::Duration::from_millis(300));
    let second_error = second
        .execute("UPDATE t SET v = 21 WHERE id = 1", &[])
        .err();
    let (first_error, first) = waiting.join().expect("no panic");
    let (error, mut victim, mut survivor) = match (first_error, second_error) {
        (Some(error), None) => (error, first, second),
        (None, Some(error)) => (error, second, first),
        other => panic!("one and only one must lose: {other:?}"),
    };
    assert_eq!(error.kind(), ErrorKind::Deadlock);
    assert!(error.is_serialization_failure());
    check(victim.as_mut(), Gone);
    check(survivor.as_mut(), Open);
    // The savepoint is gone with the transaction, and ROLLBACK TO it changes nothing.
    assert!(victim.control("ROLLBACK TO SAVEPOINT a").is_err());
    check(victim.as_mut(), Gone);
    assert!(!victim.is_broken());
    control(survivor.as_mut(), &["COMMIT"]);
    control(victim.as_mut(), &["BEGIN"]);
    check(victim.as_mut(), Open);
    control(victim.as_mut(), &["COMMIT"]);
}

#[test]
fn a_lock_that_is_not_granted_undoes_the_statement_only() {
    let (scratch, mut first) = scratch();
    let mut second = scratch.connect();
    control(first.as_mut(), &["BEGIN"]);
    execute(first.as_mut(), "UPDATE t SET v = 10 WHERE id = 1");
    control(
        second.as_mut(),
        &["SET innodb_lock_wait_timeout = 1", "BEGIN"],
    );
    execute(second.as_mut(), "UPDATE t SET v = 20 WHERE id = 2");
    let error = failure(second.as_mut(), "UPDATE t SET v = 21 WHERE id = 1");
    assert_eq!(error.kind(), ErrorKind::Busy);
    let whole = integer(second.as_mut(), "SELECT @@innodb_rollback_on_timeout") == 1;
    check(second.as_mut(), if whole { Gone } else { Open });
    control(second.as_mut(), &["COMMIT"]);
    let kept = integer(first.as_mut(), "SELECT v FROM t WHERE id = 1");
    assert_eq!(kept, 10);
}

#[test]
fn the_question_leaves_no_trace() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    control(connection, &["SET SESSION TRANSACTION READ ONLY", "BEGIN"]);
    failure(connection, "CREATE TABLE t (a INT)");
    control(connection, &["ROLLBACK", "BEGIN"]);
    let error = failure(connection, "INSERT INTO t VALUES (5, 5)");
    assert_eq!(
        error.code(),
        Some("1792"),
        "the session still reads only: {error}"
    );
    control(connection, &["ROLLBACK"]);
}

#[test]
fn without_reports_the_server_is_asked() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    control(connection, &["SET session_track_transaction_info = 'OFF'"]);
    for _ in 0..2 {
        control(connection, &["BEGIN"]);
        check(connection, Open);
        execute(connection, "UPDATE t SET v = v + 1");
        failure(connection, "INSERT INTO t VALUES (1, 1)");
        check(connection, Open);
        control(connection, &["COMMIT"]);
        check(connection, Gone);
        control(
            connection,
            &["BEGIN", "CREATE OR REPLACE VIEW w AS SELECT 1 AS a"],
        );
        check(connection, Gone);
        let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
        for sql in MysqlDialect::MySql
            .begin(&options)
            .expect("all levels are known")
        {
            control(connection, &[&sql]);
        }
        execute(connection, "UPDATE t SET v = v + 1");
        let level = "SELECT trx_isolation_level FROM information_schema.innodb_trx \
                     WHERE trx_mysql_thread_id = CONNECTION_ID()";
        assert_eq!(
            value(connection, level),
            Value::Text("SERIALIZABLE".into()),
            "the question does not undo what was set for this transaction"
        );
        control(connection, &["ROLLBACK"]);
        check(connection, Gone);
    }
}

#[test]
fn temporary_tables_end_no_transaction() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    control(connection, &["CREATE TABLE t (a INT)"]);
    for sql in [
        "CREATE TEMPORARY TABLE x (a INT)",
        "INSERT INTO x VALUES (1)",
        "DROP TEMPORARY TABLE x",
    ] {
        control(connection, &["BEGIN", "INSERT INTO t VALUES (1)"]);
        control(connection, &[sql]);
        assert_eq!(connection.transaction(None), Open, "{sql}");
        control(connection, &["INSERT INTO t VALUES (2)"]);
        assert_eq!(connection.transaction(None), Open, "{sql}");
        control(connection, &["ROLLBACK"]);
        assert_eq!(connection.transaction(None), Gone, "{sql}");
        assert_eq!(integer(connection, "SELECT COUNT(*) FROM t"), 0, "{sql}");
    }
}

/// MariaDB's `innodb_snapshot_isolation`, which is on by default since 11.6; MySQL has no such mode.
#[test]
fn a_row_changed_since_it_was_read_ends_the_transaction() {
    let (scratch, mut connection) = scratch();
    if connection.server() != "mariadb" {
        return;
    }
    let connection = connection.as_mut();
    for lock in [
        "UPDATE t SET v = v + 1 WHERE id = 1",
        "SELECT v FROM t WHERE id = 1 FOR UPDATE",
    ] {
        control(
            connection,
            &[
                "SET SESSION innodb_snapshot_isolation = ON",
                "BEGIN",
                "INSERT INTO t VALUES (3, 3)",
                "SAVEPOINT s",
            ],
        );
        integer(connection, "SELECT COUNT(*) FROM t");
        execute(
            scratch.connect().as_mut(),
            "UPDATE t SET v = v + 10 WHERE id = 1",
        );
        let error = failure(connection, lock);
        assert_eq!(error.kind(), ErrorKind::SerializationFailure, "{lock}");
        check(connection, Gone);
        assert_eq!(integer(connection, "SELECT COUNT(*) FROM t"), 2);
    }
}
