//! What must not be sent, and what the server does on the side.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_mysql::driver::mysql;
use dialect_mysql::driver::mysql::prelude::Queryable;
use orm_core::driver::{Connection, TransactionState};
use orm_core::error::ErrorKind;
use orm_core::value::{Value, ValueRef};

use super::support::{Scratch, control, execute, failure, integer, value};

const COUNT: &str = "SELECT COUNT(*) FROM t";

fn scratch() -> (Scratch, Box<dyn Connection>) {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    control(connection.as_mut(), &["CREATE TABLE t (a LONGBLOB)"]);
    (scratch, connection)
}

fn limit(connection: &mut dyn Connection) -> usize {
    let Value::Int(limit) = value(connection, "SELECT @@max_allowed_packet") else {
        panic!("no number");
    };
    usize::try_from(limit).unwrap()
}

#[test]
fn a_statement_that_is_too_large_changes_nothing() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    let large = format!("SELECT '{}'", "x".repeat(limit(connection)));
    control(connection, &["BEGIN", "INSERT INTO t VALUES ('a')"]);
    for error in [
        connection.control(&large).unwrap_err(),
        connection.execute(&large, &[]).unwrap_err(),
        connection.query(&large, &[], &mut |_| Ok(())).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::DataTooLong);
    }
    assert_eq!(connection.transaction(None), TransactionState::Open);
    assert_eq!(integer(connection, COUNT), 1);
    control(connection, &["ROLLBACK"]);
    assert_eq!(integer(connection, COUNT), 0);
}

#[test]
fn a_bind_is_refused_before_the_server_hangs_up() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    let limit = limit(connection);
    for length in [limit, limit - 1, limit - 20] {
        let bytes = vec![7; length];
        let insert = "INSERT INTO t VALUES (?)";
        let error = connection
            .execute(insert, &[ValueRef::Bytes(&bytes)])
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DataTooLong, "{length}");
    }
    let bytes = vec![7; limit - 100];
    connection
        .execute("INSERT INTO t VALUES (?)", &[ValueRef::Bytes(&bytes)])
        .unwrap();
    // A row may be larger than what the server takes.
    let mut length = 0;
    let twice = "SELECT a, a FROM t";
    connection
        .query(twice, &[], &mut |row| {
            for index in 0..2 {
                if let ValueRef::Bytes(bytes) = row.get(index)? {
                    length += bytes.len();
                }
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(length, 2 * bytes.len());
}

#[test]
fn maintenance_that_commits_is_noticed() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    for (sql, state) in [
        ("ANALYZE TABLE t", TransactionState::None),
        ("OPTIMIZE TABLE t", TransactionState::None),
        ("SHOW TABLES", TransactionState::Open),
        ("CHECKSUM TABLE t", TransactionState::Open),
    ] {
        control(connection, &["BEGIN", "INSERT INTO t VALUES ('a')"]);
        connection.query(sql, &[], &mut |_| Ok(())).unwrap();
        assert_eq!(connection.transaction(None), state, "{sql}");
        control(connection, &["ROLLBACK", "BEGIN"]);
        execute(connection, sql);
        assert_eq!(connection.transaction(None), state, "{sql}");
        control(connection, &["ROLLBACK"]);
    }
}

#[test]
fn a_file_of_this_machine_is_not_loaded() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    let load = "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t";
    assert_eq!(failure(connection, load).kind(), ErrorKind::Unsupported);
    assert!(connection.control(load).is_err());
    assert_eq!(integer(connection, COUNT), 0);
}

#[test]
fn what_the_native_connection_began_is_found() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    let native = connection.native().downcast_mut::<mysql::Conn>().unwrap();
    native.query_drop("BEGIN").unwrap();
    connection.resync().unwrap();
    assert_eq!(connection.transaction(None), TransactionState::Open);
}
