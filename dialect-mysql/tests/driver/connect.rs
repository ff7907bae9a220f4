//! Connecting: settings, refusals, and which server it is.

use std::time::{Duration, Instant};

use dialect_mysql::driver::mysql::Conn;
use dialect_mysql::{MysqlDriver, TlsMode};
use orm_core::driver::{Connection, Driver};
use orm_core::error::{Error, ErrorKind};
use orm_core::value::{Value, ValueRef};

use crate::support::{Scratch, config, control, execute, integer, value};

fn refusal(driver: &MysqlDriver) -> Error {
    let begin = Instant::now();
    let error = driver.connect().err().expect("there is nothing to connect to");
    assert!(begin.elapsed() < Duration::from_secs(3), "a refusal comes at once: {error}");
    assert!(!format!("{error:?} {driver:?}").contains("wrong-secret"), "{error:?}");
    error
}

#[test]
fn a_wrong_password_is_refused_at_once() {
    let mut config = config();
    config.password = Some("wrong-secret".into());
    let error = refusal(&MysqlDriver::new(config));
    assert_eq!((error.kind(), error.code()), (ErrorKind::Authentication, Some("1045")));
    assert!(error.message().contains("refused the login of user"), "{error}");
}

#[test]
fn an_unknown_database_is_refused_at_once() {
    let mut config = config();
    config.database = Some("no_such_database".into());
    let error = refusal(&MysqlDriver::new(config));
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.message().contains("no_such_database does not exist"), "{error}");
}

#[test]
fn a_refused_port_and_an_unknown_host_are_named() {
    let mut closed = config();
    closed.host = "127.0.0.1".into();
    closed.port = 1;
    let error = refusal(&MysqlDriver::new(closed));
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert!(error.message().contains("mysql://127.0.0.1:1/"), "{error}");

    let mut socket = config();
    socket.socket = Some("/nonexistent/mysql.sock".into());
    assert_eq!(refusal(&MysqlDriver::new(socket)).kind(), ErrorKind::ConnectionFailed);
}

#[test]
fn every_address_of_a_name_is_tried() {
    let mut config = config();
    if config.host == "127.0.0.1" {
        // Stands for ::1 first on most systems, where the test server does not listen.
        config.host = "localhost".into();
        MysqlDriver::new(config).connect().expect("localhost has the address of the test server");
    }
}

#[test]
fn a_server_without_tls_is_not_spoken_to_in_plain_text() {
    let mut config = config();
    config.tls = TlsMode::Require;
    let driver = MysqlDriver::new(config);
    // With the feature, because the server offers none or has no certificate of a public authority.
    let error = driver.connect().err().expect("no verified connection is possible");
    assert!(matches!(error.kind(), ErrorKind::Configuration | ErrorKind::ConnectionFailed), "{error}");
}

#[test]
fn the_session_is_set_up() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    assert_eq!(value(connection, "SELECT @@time_zone"), Value::Text("+00:00".into()));
    assert_eq!(integer(connection, "SELECT @@autocommit"), 1);
    let Value::Text(mode) = value(connection, "SELECT @@sql_mode") else {
        panic!("sql_mode is text");
    };
    assert!(mode.contains("STRICT_ALL_TABLES"), "{mode}");
    assert!(!mode.contains("NO_BACKSLASH_ESCAPES") && !mode.contains("ANSI_QUOTES"), "{mode}");
    assert_eq!(value(connection, "SELECT DATABASE()"), Value::Text(scratch.name.clone()));
}

#[test]
fn values_compare_by_bytes_and_without_padding() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    for sql in ["SELECT 'a' = 'A'", "SELECT 'a' = 'a '", "SELECT 'e' = 'é'"] {
        assert_eq!(integer(connection.as_mut(), sql), 0, "{sql}");
    }
}

#[test]
fn mariadb_can_present_itself_as_mysql() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect_as_mysql();
    assert_eq!(connection.server(), "mysql");
    let table = "CREATE TABLE t (a VARCHAR(9) COLLATE utf8mb4_0900_bin)";
    control(connection.as_mut(), &[table]);
    connection.execute("INSERT INTO t VALUES (?)", &[ValueRef::Text("x")]).expect("a row");
    execute(connection.as_mut(), "DELETE FROM t WHERE a LIKE 'x' COLLATE utf8mb4_0900_bin");
}

#[test]
fn the_native_connection_is_within_reach() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let id = integer(connection.as_mut(), "SELECT CONNECTION_ID()");
    let native = connection.native().downcast_ref::<Conn>().expect("the native connection");
    assert_eq!(i64::from(native.connection_id()), id);
    assert!(connection.ping().is_ok() && !connection.is_broken());
}

#[test]
fn without_a_cache_statements_are_closed() {
    let scratch = Scratch::new();
    let mut config = scratch.config();
    config.statement_cache = 0;
    let mut connection = MysqlDriver::new(config).connect().expect("the test server answers");
    let counted = |connection: &mut dyn Connection, what: &str| {
        let sql = format!(
            "SELECT CAST(variable_value AS SIGNED) FROM {} WHERE variable_name = '{what}'",
            if connection.server() == "mariadb" {
                "information_schema.session_status"
            } else {
                "performance_schema.session_status"
            }
        );
        integer(connection, &sql)
    };
    for _ in 0..5 {
        execute(connection.as_mut(), "DO 1");
    }
    let prepared = counted(connection.as_mut(), "COM_STMT_PREPARE");
    let closed = counted(connection.as_mut(), "COM_STMT_CLOSE");
    // One was prepared to count the prepared, and one to count the closed.
    assert_eq!(prepared, closed);
}
