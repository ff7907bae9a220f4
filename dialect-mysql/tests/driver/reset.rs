//! What the program leaves behind in a session, and what a reset leaves of it: nothing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_mysql::driver::mysql::LocalInfileHandler;
use dialect_mysql::driver::mysql::prelude::Queryable;
use dialect_mysql::{MysqlDriver, driver::mysql};
use orm_core::driver::{Connection, Driver, TransactionState};
use orm_core::error::ErrorKind;
use orm_core::value::{Value, ValueRef};

use super::support::{Scratch, config, control, execute, failure, integer, rows, value};

/// A statement that changes the state of the session, and a query whose result it changes.
const LEFTOVERS: &[(&str, &str)] = &[
    ("SELECT 'secret' INTO @x", "SELECT @x IS NULL"),
    ("SELECT @x := 'secret'", "SELECT @x IS NULL"),
    (
        "WITH a AS (SELECT @x := 5) SELECT * FROM a",
        "SELECT @x IS NULL",
    ),
    ("/*! SET @x = 1 */", "SELECT @x IS NULL"),
    (
        "SELECT Get_Lock(DATABASE(), 0)",
        "SELECT IS_FREE_LOCK(DATABASE())",
    ),
    ("SET sql_mode = ''", "SELECT @@sql_mode"),
    ("SET time_zone = '+09:00'", "SELECT @@time_zone"),
    ("SET NAMES latin1", "SELECT @@character_set_results"),
    (
        "SET SESSION TRANSACTION READ ONLY",
        "SHOW VARIABLES LIKE 't%_read_only'",
    ),
    ("SET autocommit = 0", "SELECT @@autocommit"),
    ("SET foreign_key_checks = 0", "SELECT @@foreign_key_checks"),
    (
        "SET innodb_lock_wait_timeout = 7",
        "SELECT @@innodb_lock_wait_timeout",
    ),
    (
        "SET auto_increment_increment = 3",
        "SELECT @@auto_increment_increment",
    ),
];

fn scratch() -> (Scratch, Box<dyn Connection>) {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let tables = ["CREATE TABLE t (a INT)", "CREATE TABLE u (a INT)"];
    control(connection.as_mut(), &tables);
    (scratch, connection)
}

fn native(connection: &mut dyn Connection) -> &mut mysql::Conn {
    connection.native().downcast_mut().unwrap()
}

#[test]
fn nothing_is_left_behind() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    for (text, question) in LEFTOVERS {
        let before = rows(connection, question, &[]).unwrap();
        control(connection, &[text]);
        assert_ne!(rows(connection, question, &[]).unwrap(), before, "{text}");
        connection.reset().unwrap();
        assert_eq!(rows(connection, question, &[]).unwrap(), before, "{text}");
    }
}

#[test]
fn temporary_tables_locks_and_statements_are_gone() {
    let (scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    control(connection, &["CREATE TEMPORARY TABLE t (b INT)"]);
    connection.reset().unwrap();
    execute(connection, "INSERT INTO t (a) VALUES (1)");
    control(connection, &["LOCK TABLES t READ"]);
    connection.reset().unwrap();
    execute(connection, "INSERT INTO u VALUES (1)");
    execute(scratch.connect().as_mut(), "INSERT INTO t VALUES (2)");
    native(connection)
        .query_drop("PREPARE p FROM 'SELECT 1'")
        .unwrap();
    connection.reset().unwrap();
    native(connection).query_drop("EXECUTE p").unwrap_err();
}

#[test]
fn statements_are_prepared_again() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    let insert = "INSERT INTO t VALUES (?)";
    for round in 1..=3 {
        connection.execute(insert, &[ValueRef::Int(round)]).unwrap();
        assert_eq!(integer(connection, "SELECT COUNT(*) FROM t"), round);
        connection.reset().unwrap();
    }
    // The reports of the transaction's state are on as well.
    control(connection, &["BEGIN"]);
    assert_eq!(connection.transaction(None), TransactionState::Open);
    execute(connection, insert.replace('?', "4").as_str());
    native(connection)
        .query_drop("INSERT INTO t VALUES (5)")
        .unwrap();
    connection.reset().unwrap();
    assert_eq!(connection.transaction(None), TransactionState::None);
    assert_eq!(integer(connection, "SELECT COUNT(*) FROM t"), 3);
}

#[test]
fn a_role_is_that_of_the_login() {
    let (scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    let role = format!("role_{}", scratch.name);
    let Value::Text(user) = value(connection, "SELECT CURRENT_USER()") else {
        panic!("no user");
    };
    let (user, host) = user.split_once('@').unwrap();
    let grant = format!("GRANT {role} TO '{user}'@'{host}'");
    control(connection, &[&format!("CREATE ROLE {role}"), &grant]);
    let question = "SELECT COALESCE(NULLIF(CURRENT_ROLE(), 'NONE'), '')";
    let before = value(connection, question);
    control(connection, &[&format!("SET ROLE {role}")]);
    assert_ne!(value(connection, question), before);
    connection.reset().unwrap();
    let after = value(connection, question);
    control(connection, &[&format!("DROP ROLE {role}")]);
    assert_eq!(after, before);
}

#[test]
fn the_database_is_that_of_the_login() {
    let (scratch, mut connection) = scratch();
    let mut without = MysqlDriver::new(config()).connect().unwrap();
    let own = Value::Text(scratch.name.clone());
    for (connection, database) in [(&mut connection, own), (&mut without, Value::Null)] {
        control(connection.as_mut(), &["USE information_schema"]);
        connection.reset().unwrap();
        assert_eq!(value(connection.as_mut(), "SELECT DATABASE()"), database);
    }
}

#[test]
fn a_handler_of_files_is_gone() {
    let (_scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    let handler = LocalInfileHandler::new(|_, _| panic!("another's handler is called"));
    native(connection).set_local_infile_handler(Some(handler));
    connection.reset().unwrap();
    let load = "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t";
    native(connection).query_drop(load).unwrap_err();
}

#[test]
fn a_lost_connection_is_not_reset() {
    let (mut scratch, mut connection) = scratch();
    let connection = connection.as_mut();
    scratch.kill(integer(connection, "SELECT CONNECTION_ID()"));
    assert_eq!(
        connection.reset().unwrap_err().kind(),
        ErrorKind::ConnectionLost
    );
    assert!(connection.is_broken());
    assert_eq!(
        failure(connection, "SELECT 1").kind(),
        ErrorKind::ConnectionLost
    );
}
