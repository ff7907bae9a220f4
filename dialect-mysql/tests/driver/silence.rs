//! A server that falls silent while the connection stays open: how long that is waited for, and what is said of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dialect_mysql::{MysqlConfig, MysqlDriver};
use orm_core::driver::{Connection, Driver, TransactionState};
use orm_core::error::{Error, ErrorKind};

use super::support::{control, execute, failure, opts};

const LIMIT: Duration = Duration::from_millis(300);

/// Passes on what the server says until it falls silent.
struct Proxy {
    port: u16,
    silent: Arc<AtomicBool>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let silent = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&silent);
        thread::spawn(move || {
            for client in listener.incoming() {
                let server = opts();
                let target = (server.get_ip_or_hostname(), server.get_tcp_port());
                let server = TcpStream::connect((&*target.0, target.1)).unwrap();
                let client = client.unwrap();
                let (up, down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let flag = Arc::clone(&flag);
                thread::spawn(move || pass(client, server, &AtomicBool::new(false)));
                thread::spawn(move || pass(down, up, &flag));
            }
        });
        Self { port, silent }
    }

    fn config(&self) -> MysqlConfig {
        let server = opts();
        MysqlConfig::new("127.0.0.1", self.port)
            .user(server.get_user().unwrap_or_default())
            .password(server.get_pass().unwrap_or_default())
    }

    fn connect(&self, answer_timeout: Duration) -> Box<dyn Connection> {
        let config = self.config().answer_timeout(answer_timeout);
        MysqlDriver::new(config).connect().unwrap()
    }

    fn fall_silent(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, silent: &AtomicBool) {
    let mut buffer = vec![0; 65536];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if !silent.load(Ordering::SeqCst) && to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}

#[test]
fn each_wait_for_an_answer_ends() {
    type Call = fn(&mut dyn Connection) -> Result<(), Error>;
    let calls: [(&str, Call); 5] = [
        ("BEGIN", |c| c.control("BEGIN")),
        ("COMMIT", |c| c.control("COMMIT")),
        ("the statement", |c| c.execute("SELECT 1", &[]).map(drop)),
        ("the statement", |c| {
            c.query("SELECT 2", &[], &mut |_| Ok(()))
        }),
        ("the driver", |c| c.reset()),
    ];
    for (what, call) in calls {
        let proxy = Proxy::start();
        let mut connection = proxy.connect(LIMIT);
        execute(connection.as_mut(), "SELECT 1");
        if what == "COMMIT" {
            control(connection.as_mut(), &["BEGIN"]);
        }
        proxy.fall_silent();
        let (result, time) = timed(|| call(connection.as_mut()));
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        let message = format!("the server did not answer {what} within 0.3 s");
        assert_eq!(error.message(), message);
        assert!(error.hint().unwrap().contains("answer_timeout"));
        assert!((300..2000).contains(&time.as_millis()), "{what}: {time:?}");
        assert!(connection.is_broken());
        assert_eq!(connection.transaction(None), TransactionState::None);
        let ((), time) = timed(|| drop(connection));
        assert!(time < LIMIT, "{time:?}");
    }
}

#[test]
fn rows_that_keep_coming_are_no_silence() {
    let mut connection = Proxy::start().connect(LIMIT);
    let connection = connection.as_mut();
    // Three times as long as the limit. The server sends what fills its buffer.
    let slow = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 45) \
                SELECT REPEAT('x', 20000), SLEEP(0.02) FROM n";
    let mut rows = 0;
    let read = connection.query(slow, &[], &mut |_| {
        rows += 1;
        Ok(())
    });
    read.unwrap();
    assert_eq!(rows, 45);
    // Nor is idling.
    thread::sleep(2 * LIMIT);
    execute(connection, "SELECT 1");
    let error = failure(connection, "SELECT SLEEP(1)");
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
}

#[test]
fn nothing_is_waited_for_when_a_connection_is_dropped() {
    let proxy = Proxy::start();
    let mut connection = proxy.connect(Duration::ZERO);
    control(connection.as_mut(), &["BEGIN"]);
    proxy.fall_silent();
    let ((), time) = timed(|| drop(connection));
    assert!(time < LIMIT, "{time:?}");
}

#[test]
fn connecting_is_told_as_the_phase() {
    let proxy = Proxy::start();
    proxy.fall_silent();
    for config in [
        proxy.config().answer_timeout(LIMIT),
        proxy.config().connect_timeout(LIMIT),
    ] {
        let (opened, time) = timed(|| MysqlDriver::new(config).connect());
        let error = opened.err().expect("no answer");
        assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
        assert!(error.message().starts_with("can't connect to "), "{error}");
        assert!(
            error
                .message()
                .contains("the server did not answer within 0.3"),
            "{error}"
        );
        assert!(time < 4 * LIMIT, "{time:?}");
    }
}

#[test]
fn a_ping_does_not_wait_for_a_silent_peer() {
    let proxy = Proxy::start();
    let config = proxy.config().connect_timeout(Duration::from_secs(1));
    let mut connection = MysqlDriver::new(config).connect().unwrap();
    connection.ping().unwrap();
    proxy.fall_silent();
    let (answer, time) = timed(|| connection.ping());
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::ConnectionLost);
    assert!(time < Duration::from_secs(5));
    // It is gone, and says so from now on.
    assert!(connection.is_broken());
    assert!(connection.control("SELECT 1").is_err());
}
