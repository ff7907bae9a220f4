//! A server that falls silent while the connection stays open: how long that is waited for, and what is said of it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dialect_postgres::{PostgresConfig, PostgresDriver};
use orm_core::driver::{Connection, Driver, TransactionState};
use orm_core::error::{Error, ErrorKind};

use crate::{Database, Server};

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
                let Server { host, port, .. } = Server::new();
                let (client, server) = (client.unwrap(), TcpStream::connect((host, port)).unwrap());
                let (up, down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let flag = Arc::clone(&flag);
                thread::spawn(move || pass(client, server, &AtomicBool::new(false)));
                thread::spawn(move || pass(down, up, &flag));
            }
        });
        Self { port, silent }
    }

    fn connect(&self, answer_timeout: Duration) -> Box<dyn Connection> {
        let config = Server::new().login(PostgresConfig::new("127.0.0.1", self.port));
        let config = config.answer_timeout(answer_timeout);
        PostgresDriver::new(config).connect().unwrap()
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
    let calls: [(&str, Call); 6] = [
        ("BEGIN", |c| c.control("BEGIN")),
        ("COMMIT", |c| c.control("COMMIT")),
        ("the statement", |c| c.execute("SELECT 1", &[]).map(drop)),
        ("the statement", |c| {
            c.query("SELECT 2", &[], &mut |_| Ok(()))
        }),
        ("the driver", |c| c.reset()),
        ("the driver", |c| c.resync()),
    ];
    for (what, call) in calls {
        let proxy = Proxy::start();
        let mut connection = proxy.connect(LIMIT);
        connection.execute("SELECT 1", &[]).unwrap();
        if what == "COMMIT" {
            connection.control("BEGIN").unwrap();
        }
        proxy.fall_silent();
        let (result, time) = timed(|| call(connection.as_mut()));
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        assert_eq!(
            error.message(),
            format!("the server did not answer {what} within 0.3 s")
        );
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
    let mut db = Database::with("trickle", |config| config.answer_timeout(LIMIT));
    // Three times as long as the limit, a row at a time. The server sends what fills its buffer.
    let slow = "SELECT repeat('x', 10000), pg_sleep(0.02)::text FROM generate_series(1, 45)";
    assert_eq!(db.rows(slow, &[]).unwrap().len(), 45);
    // Nor is idling.
    thread::sleep(2 * LIMIT);
    db.rows("SELECT 1", &[]).unwrap();
    let error = db.error("SELECT pg_sleep(1)", &[]);
    assert!(error.is_connection_lost(), "{error}");
}

#[test]
fn nothing_is_waited_for_when_a_connection_is_dropped() {
    let proxy = Proxy::start();
    let mut connection = proxy.connect(Duration::ZERO);
    connection.control("BEGIN").unwrap();
    proxy.fall_silent();
    let ((), time) = timed(|| drop(connection));
    assert!(time < LIMIT, "{time:?}");
}

#[test]
fn a_server_that_is_not_there_yet_is_told_by_its_phase() {
    let proxy = Proxy::start();
    proxy.fall_silent();
    let config = Server::new().login(PostgresConfig::new("127.0.0.1", proxy.port));
    let driver = PostgresDriver::new(config.connect_timeout(LIMIT));
    let error = driver.connect().err().expect("no answer");
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert!(error.message().starts_with("can't connect to "), "{error}");
    assert!(
        error
            .message()
            .ends_with("the server did not answer within 0.3 s"),
        "{error}"
    );
}
