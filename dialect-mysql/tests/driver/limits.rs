//! What must not be sent, what the server does on the side, and peers that go silent.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dialect_mysql::driver::mysql;
use dialect_mysql::driver::mysql::prelude::Queryable;
use dialect_mysql::{MysqlConfig, MysqlDriver};
use orm_core::driver::{Connection, Driver, TransactionState};
use orm_core::error::ErrorKind;
use orm_core::value::{Value, ValueRef};

use super::support::{Scratch, control, execute, failure, integer, opts, value};

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

/// Passes everything on until it is told to fall silent.
fn silent_peer() -> (u16, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&silent);
    thread::spawn(move || {
        let server = opts();
        let target = (
            server.get_ip_or_hostname().into_owned(),
            server.get_tcp_port(),
        );
        let (client, _) = listener.accept().unwrap();
        let server = TcpStream::connect(target).unwrap();
        let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let other = Arc::clone(&flag);
        thread::spawn(move || pass(from, to, &other));
        pass(server, client, &flag);
    });
    (port, silent)
}

fn pass(mut from: TcpStream, mut to: TcpStream, silent: &AtomicBool) {
    let mut buffer = vec![0; 65536];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if !silent.load(Ordering::SeqCst) {
            to.write_all(&buffer[..length]).unwrap();
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_ping_does_not_wait_for_a_silent_peer() {
    let (port, silent) = silent_peer();
    let server = opts();
    let config = MysqlConfig::new("127.0.0.1", port)
        .user(server.get_user().unwrap_or_default())
        .password(server.get_pass().unwrap_or_default())
        .connect_timeout(Duration::from_secs(1));
    let mut connection = MysqlDriver::new(config).connect().unwrap();
    connection.ping().unwrap();
    silent.store(true, Ordering::SeqCst);
    let begin = Instant::now();
    let error = connection.ping().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost);
    assert!(begin.elapsed() < Duration::from_secs(5));
    // It is gone, and says so from now on.
    assert!(connection.is_broken());
    assert!(connection.control("SELECT 1").is_err());
}
