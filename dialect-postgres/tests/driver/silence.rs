//! A server that falls silent while the connection stays open: the time limits, and the errors.

use std::thread;
use std::time::{Duration, Instant};

use dialect_postgres::{PostgresConfig, PostgresDriver};
use orm_core::driver::{Connection, Driver, TransactionState};
use orm_core::error::{Error, ErrorKind};
use orm_core::testing::SilentProxy;

use crate::{Database, Server};

const LIMIT: Duration = Duration::from_millis(300);

fn start() -> SilentProxy {
    let Server { host, port, .. } = Server::new();
    SilentProxy::start(host, port).unwrap()
}

fn connect(proxy: &SilentProxy, answer_timeout: Duration) -> Box<dyn Connection> {
    let mut config = Server::new().login(PostgresConfig::new("127.0.0.1", proxy.port()));
    config.answer_timeout = answer_timeout;
    PostgresDriver::new(config).connect().unwrap()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}

#[test]
fn each_wait_for_an_answer_ends() {
    type Call = fn(&mut dyn Connection) -> Result<(), Error>;
    let calls: [(&str, Call); 7] = [
        ("BEGIN", |c| c.control("BEGIN")),
        ("COMMIT", |c| c.control("COMMIT")),
        ("the statement", |c| c.execute("SELECT 1", &[]).map(drop)),
        ("the statement", |c| {
            c.query("SELECT 2", &[], &mut |_| Ok(()))
        }),
        // A cursor outside of a transaction begins one.
        ("BEGIN", |c| {
            c.cursor("SELECT 3", &[]).fetch(&mut |_| ()).map(drop)
        }),
        ("the driver", |c| c.reset()),
        ("the driver", |c| c.resync()),
    ];
    for (what, call) in calls {
        let proxy = start();
        let mut connection = connect(&proxy, LIMIT);
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
            format!("the server did not respond to {what} within 0.3 s")
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
    let mut db = Database::with("trickle", |config| config.answer_timeout = LIMIT);
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
    let proxy = start();
    let mut connection = connect(&proxy, Duration::ZERO);
    connection.control("BEGIN").unwrap();
    proxy.fall_silent();
    let ((), time) = timed(|| drop(connection));
    assert!(time < LIMIT, "{time:?}");
}

#[test]
fn a_server_that_is_not_there_yet_is_told_by_its_phase() {
    let proxy = start();
    proxy.fall_silent();
    let mut config = Server::new().login(PostgresConfig::new("127.0.0.1", proxy.port()));
    config.connect_timeout = LIMIT;
    let driver = PostgresDriver::new(config);
    let error = driver.connect().err().expect("no answer");
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert!(error.message().starts_with("can't connect to "), "{error}");
    assert!(
        error
            .message()
            .ends_with("the server did not respond within 0.3 s"),
        "{error}"
    );
}
