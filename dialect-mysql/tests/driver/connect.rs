//! Connecting: settings, refusals, and which server it is.

use std::time::{Duration, Instant};

use dialect_mysql::driver::mysql::Conn;
use dialect_mysql::driver::mysql::prelude::Queryable as _;
use dialect_mysql::{MysqlConfig, MysqlDriver, TlsMode};
use orm_core::driver::{Connection, Driver, LONGEST_KEPT};
use orm_core::error::{Error, ErrorKind};
use orm_core::sql::IsolationLevel;
use orm_core::testing::with;
use orm_core::value::{Value, ValueRef};

use super::support::{self, Scratch, config, execute, integer, value};

fn refusal(driver: &MysqlDriver) -> Error {
    let begin = Instant::now();
    let error = driver
        .connect()
        .err()
        .expect("there is nothing to connect to");
    assert!(
        begin.elapsed() < Duration::from_secs(3),
        "a refusal comes at once: {error}"
    );
    assert!(
        !format!("{error:?} {driver:?}").contains("wrong-secret"),
        "{error:?}"
    );
    error
}

#[test]
fn a_wrong_password_is_refused_at_once() {
    let mut config = config();
    config.password = Some("wrong-secret".into());
    // MySQL may request a wrong password again, encrypted with its key.
    config.allow_public_key_retrieval = true;
    let error = refusal(&MysqlDriver::new(config));
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Authentication, Some("1045"))
    );
    assert!(
        error.message().contains("Access denied for user"),
        "{error}"
    );
}

#[test]
fn an_unknown_database_is_refused_at_once() {
    let error = refusal(&MysqlDriver::new(with(config(), |c| {
        c.database = Some("no_such_database".into());
    })));
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert!(
        error
            .message()
            .contains("Unknown database 'no_such_database'"),
        "{error}"
    );
}

#[test]
fn a_refused_port_and_a_missing_socket_are_named() {
    let error = refusal(&MysqlDriver::new(MysqlConfig::new("127.0.0.1", 1)));
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    let expected = "can't connect to mysql://127.0.0.1:1/: connection refused";
    assert_eq!(error.message(), expected);
    let error = refusal(&MysqlDriver::new(with(config(), |c| {
        c.socket = Some("/nonexistent/mysql.sock".into());
    })));
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let mute = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = mute.local_addr().expect("an address").port();
    let config = with(MysqlConfig::new("127.0.0.1", port), |c| {
        c.connect_timeout = Duration::from_millis(300);
    });
    let error = refusal(&MysqlDriver::new(config));
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert!(
        error
            .message()
            .ends_with("the server did not respond within 0.3 s"),
        "{error}"
    );
}

#[test]
fn another_protocol_is_told() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = other.local_addr().expect("an address").port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = other.accept().expect("a client");
        std::io::Write::write_all(&mut stream, b"SSH-2.0-OpenSSH_9.2\r\n").expect("a greeting");
    });
    let error = refusal(&MysqlDriver::new(MysqlConfig::new("127.0.0.1", port)));
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed, "{error}");
    server.join().expect("no panic");
}

#[test]
fn every_address_of_a_name_is_tried() {
    let opts = support::opts();
    if opts.get_ip_or_hostname() == "127.0.0.1" {
        // On most systems this is ::1 first, where the test server does not listen.
        let config = with(config(), |c| c.host = "localhost".into());
        MysqlDriver::new(config)
            .connect()
            .expect("localhost has the test server's address");
    }
}

fn variable(config: MysqlConfig, name: &str, value: &str) -> MysqlConfig {
    with(config, |c| c.variables.push((name.into(), value.into())))
}

#[test]
fn variables_are_set() {
    let config = variable(config(), "innodb_lock_wait_timeout", "7");
    let mut connection = MysqlDriver::new(config)
        .connect()
        .expect("the test server answers");
    assert_eq!(
        integer(connection.as_mut(), "SELECT @@innodb_lock_wait_timeout"),
        7
    );
    let wrong = variable(support::config(), "no_such_variable", "7");
    let error = refusal(&MysqlDriver::new(wrong));
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed, "{error}");
}

#[test]
fn there_is_no_fall_back_to_plain_text() {
    // With the feature, because the server offers none or has no certificate of a public authority.
    let error = refusal(&MysqlDriver::new(with(config(), |c| {
        c.tls = TlsMode::Require;
    })));
    assert!(
        matches!(
            error.kind(),
            ErrorKind::Configuration | ErrorKind::ConnectionFailed
        ),
        "{error}"
    );
}

#[test]
fn the_session_is_set_up() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    assert_eq!(
        value(connection, "SELECT @@time_zone"),
        Value::Text("+00:00".into())
    );
    assert_eq!(integer(connection, "SELECT @@autocommit"), 1);
    let Value::Text(mode) = value(connection, "SELECT @@sql_mode") else {
        panic!("sql_mode is text");
    };
    assert!(mode.contains("STRICT_ALL_TABLES"), "{mode}");
    assert!(
        !mode.contains("NO_BACKSLASH_ESCAPES") && !mode.contains("ANSI_QUOTES"),
        "{mode}"
    );
    assert_eq!(
        value(connection, "SELECT DATABASE()"),
        Value::Text(scratch.name.clone())
    );
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
fn the_native_connection_is_within_reach() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let id = integer(connection.as_mut(), "SELECT CONNECTION_ID()");
    let native = connection
        .native()
        .downcast_ref::<Conn>()
        .expect("the native connection");
    assert_eq!(i64::from(native.connection_id()), id);
    assert!(connection.ping().is_ok() && !connection.is_broken());
}

#[test]
fn without_a_cache_statements_are_closed() {
    let scratch = Scratch::new();
    let config = with(scratch.config(), |c| c.statement_cache = 0);
    let mut connection = MysqlDriver::new(config)
        .connect()
        .expect("the test server answers");
    let counted = |connection: &mut dyn Connection, what: &str| {
        let sql = format!("SHOW SESSION STATUS LIKE '{what}'");
        support::rows(connection, &sql, &[])
            .expect("a row")
            .remove(0)
    };
    for _ in 0..5 {
        execute(connection.as_mut(), "DO 1");
    }
    let prepared = counted(connection.as_mut(), "Com_stmt_prepare");
    let closed = counted(connection.as_mut(), "Com_stmt_close");
    // One was prepared to count the prepared, and one to count the closed.
    assert_eq!(prepared[1], closed[1]);
}

#[test]
fn statements_of_a_small_cache_are_prepared_once_and_never_taken_for_closed_ones() {
    let scratch = Scratch::new();
    let config = with(scratch.config(), |c| c.statement_cache = 4);
    let mut connection = MysqlDriver::new(config).connect().unwrap();
    let connection = connection.as_mut();
    let answers = |connection: &mut dyn Connection, numbers: std::ops::Range<i64>| {
        for number in numbers {
            let sql = format!("SELECT {number} FROM DUAL WHERE ? = 1");
            let rows = support::rows(connection, &sql, &[ValueRef::Int(1)]).unwrap();
            assert_eq!(rows, [[Value::Int(number)]]);
        }
    };
    let prepared = |connection: &mut dyn Connection| {
        let native = connection.native().downcast_mut::<Conn>().unwrap();
        let told: Option<(String, i64)> = native
            .query_first("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'")
            .unwrap();
        told.unwrap().1
    };
    let before = prepared(connection);
    for _ in 0..3 {
        answers(connection, 0..3);
    }
    assert_eq!(prepared(connection) - before, 3);
    // More texts than are kept, and long ones, which are closed after each run.
    for last in [9, 5, 20, 3] {
        answers(connection, 0..last);
        answers(connection, 0..2);
        let long = format!("SELECT 1 /* {} */", "x".repeat(LONGEST_KEPT));
        support::rows(connection, &long, &[]).unwrap();
    }
    // A program's own statements on the native connection close the ones that were kept.
    let native = connection.native().downcast_mut::<Conn>().unwrap();
    for number in 0..9 {
        let own: Option<i64> = native.exec_first(format!("SELECT {number}"), ()).unwrap();
        assert_eq!(own, Some(number));
    }
    connection.resync().unwrap();
    answers(connection, 0..3);
    connection.reset().unwrap();
    answers(connection, 0..3);
}

#[test]
fn a_stronger_isolation_level_of_the_server_is_told() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    assert_eq!(connection.default_isolation(), None);
    let name = if connection.server() == "mariadb" {
        "tx_isolation"
    } else {
        "transaction_isolation"
    };
    // A variable of the connection, as the server's own setting would be.
    for (value, told) in [
        ("SERIALIZABLE", Some(IsolationLevel::Serializable)),
        ("REPEATABLE-READ", None),
        ("READ-COMMITTED", None),
    ] {
        let config = variable(scratch.config(), name, value);
        let mut connection = MysqlDriver::new(config).connect().unwrap();
        assert_eq!(connection.default_isolation(), told, "{value}");
        let question = format!("SELECT @@{name}");
        assert_eq!(
            support::value(connection.as_mut(), &question),
            Value::Text(value.into())
        );
    }
    drop(connection.reset());
}
