//! A server that falls silent while the connection stays open: the time limits, and the errors.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::thread;
use std::time::{Duration, Instant};

use dialect_mysql::{MysqlConfig, MysqlDriver};
use orm_core::driver::{Connection, Driver, TransactionState};
use orm_core::error::{Error, ErrorKind};
use orm_core::testing::{SilentProxy, with};

use super::support::{self, control, execute, failure, opts};

const LIMIT: Duration = Duration::from_millis(300);

fn start() -> SilentProxy {
    let server = opts();
    SilentProxy::start(
        server.get_ip_or_hostname().into_owned(),
        server.get_tcp_port(),
    )
    .unwrap()
}

fn config(proxy: &SilentProxy) -> MysqlConfig {
    let mut config = support::config();
    config.host = "127.0.0.1".into();
    config.port = proxy.port();
    config
}

fn connect(proxy: &SilentProxy, answer_timeout: Duration) -> Box<dyn Connection> {
    let config = with(config(proxy), |c| c.answer_timeout = answer_timeout);
    MysqlDriver::new(config).connect().unwrap()
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
        ("the statement", |c| {
            c.cursor("SELECT 3", &[]).fetch(&mut |_| ()).map(drop)
        }),
        ("the driver", |c| c.reset()),
    ];
    for (what, call) in calls {
        let proxy = start();
        let mut connection = connect(&proxy, LIMIT);
        execute(connection.as_mut(), "SELECT 1");
        if what == "COMMIT" {
            control(connection.as_mut(), &["BEGIN"]);
        }
        proxy.fall_silent();
        let (result, time) = timed(|| call(connection.as_mut()));
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        let message = format!("the server did not respond to {what} within 0.3 s");
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
    let mut connection = connect(&start(), LIMIT);
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
    let proxy = start();
    let mut connection = connect(&proxy, Duration::ZERO);
    control(connection.as_mut(), &["BEGIN"]);
    proxy.fall_silent();
    let ((), time) = timed(|| drop(connection));
    assert!(time < LIMIT, "{time:?}");
}

#[test]
fn connecting_is_told_as_the_phase() {
    let proxy = start();
    proxy.fall_silent();
    for config in [
        with(config(&proxy), |c| c.answer_timeout = LIMIT),
        with(config(&proxy), |c| c.connect_timeout = LIMIT),
    ] {
        let (opened, time) = timed(|| MysqlDriver::new(config).connect());
        let error = opened.err().expect("no answer");
        assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
        assert!(error.message().starts_with("can't connect to "), "{error}");
        assert!(
            error
                .message()
                .contains("the server did not respond within 0.3"),
            "{error}"
        );
        assert!(time < 4 * LIMIT, "{time:?}");
    }
}

#[test]
fn a_ping_does_not_wait_for_a_silent_peer() {
    let proxy = start();
    let config = with(config(&proxy), |c| {
        c.connect_timeout = Duration::from_secs(1);
    });
    let mut connection = MysqlDriver::new(config).connect().unwrap();
    connection.ping().unwrap();
    proxy.fall_silent();
    let (answer, time) = timed(|| connection.ping());
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::ConnectionLost);
    assert!(time < Duration::from_secs(5));
    // It is lost, and stays so.
    assert!(connection.is_broken());
    assert!(connection.control("SELECT 1").is_err());
}
