//! Opening connections, being refused, and being called from an async task.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use dialect_postgres::{PostgresConfig, PostgresDriver, TlsMode, postgres};
use orm_core::driver::Driver;
use orm_core::error::{ErrorKind, Result};
use orm_core::testing::with;

use crate::{Database, Server, config, parameter, rows, text};

#[test]
fn connections_are_set_up() {
    let mut db = Database::new("setup");
    for (setting, value) in [
        ("TimeZone", "UTC"),
        ("client_encoding", "UTF8"),
        ("application_name", "orm"),
        ("search_path", "dialect_postgres_setup"),
    ] {
        assert_eq!(db.one(&format!("SHOW {setting}"), &[]), text(value));
    }
    assert_eq!(db.connection.server(), "postgres");
    let client = db
        .connection
        .native()
        .downcast_mut::<postgres::Client>()
        .unwrap();
    client.simple_query("SELECT 1").unwrap();
    let mut other = PostgresDriver::new(with(config(), |c| {
        c.application_name = "it's me".into();
        c.options = Some("-c geqo=off".into());
    }))
    .connect()
    .unwrap();
    assert_eq!(
        rows(other.as_mut(), "SHOW application_name", &[]).unwrap()[0][0],
        text("it's me")
    );
    assert_eq!(
        rows(other.as_mut(), "SHOW geqo", &[]).unwrap()[0][0],
        text("off")
    );
}

#[test]
fn a_refused_connection_fails_at_once_and_says_why() {
    let refused = |config: PostgresConfig| {
        let start = Instant::now();
        let driver = PostgresDriver::new(config);
        let error = driver.connect().err().expect("a refusal");
        assert!(start.elapsed() < Duration::from_secs(5));
        assert!(
            !format!("{error:?} {driver:?}").contains("secret"),
            "{error:?}"
        );
        assert!(error.message().contains(&driver.target()), "{error}");
        (error.kind(), error.code().map(str::to_owned))
    };
    let code = |code: &str| Some(code.to_owned());
    let secret = |config: PostgresConfig| with(config, |c| c.password = Some("secret".into()));
    assert_eq!(
        refused(secret(config())),
        (ErrorKind::Authentication, code("28P01"))
    );
    assert_eq!(
        refused(with(config(), |c| c.database = Some("no such database".into()))),
        (ErrorKind::ConnectionFailed, code("3D000"))
    );
    assert_eq!(
        refused(parameter("no_such_parameter", "secret")),
        (ErrorKind::Configuration, code("42704"))
    );
    assert_eq!(
        refused(secret(PostgresConfig::new("127.0.0.1", 1))),
        (ErrorKind::ConnectionFailed, None)
    );
    assert_eq!(
        refused(secret(PostgresConfig::new("host.invalid", 1))),
        (ErrorKind::ConnectionFailed, None)
    );
    assert_eq!(
        refused(secret(PostgresConfig::new("/no/such/folder", 5432))),
        (ErrorKind::ConnectionFailed, None)
    );
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let config = with(PostgresConfig::new("127.0.0.1", port), |c| {
        c.connect_timeout = Duration::from_millis(100);
    });
    let start = Instant::now();
    let error = PostgresDriver::new(config)
        .connect()
        .err()
        .expect("no answer");
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert!(
        error.message().ends_with("did not respond within 0.1 s"),
        "{error}"
    );
}

#[test]
fn a_server_that_falls_silent_is_given_up_without_waiting_for_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Whoever it is, the startup message fits one read.
        assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
        stream
            .write_all(b"R\0\0\0\x08\0\0\0\0S\0\0\0\x11TimeZone\0UTC\0Z\0\0\0\x05I")
            .unwrap();
        // Each statement that sets up the session has an empty response.
        assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
        stream.write_all(b"I\0\0\0\x04Z\0\0\0\x05I").unwrap();
        stream
    });
    let mut config = PostgresConfig::new("127.0.0.1", port);
    config.user = Some("u".into());
    config.connect_timeout = Duration::from_millis(200);
    let mut connection = PostgresDriver::new(config).connect().unwrap();
    let stream = silent.join().unwrap();
    let start = Instant::now();
    assert!(connection.ping().unwrap_err().is_connection_lost());
    assert!(connection.is_broken());
    drop(connection);
    assert!(start.elapsed() < Duration::from_secs(5));
    drop(stream);
}

#[test]
fn the_next_host_is_tried() {
    let server = Server::new();
    let config = with(PostgresConfig::new("127.0.0.1", 1), |c| {
        c.hosts.push((server.host.clone(), server.port));
    });
    let driver = PostgresDriver::new(server.login(config));
    driver.connect().unwrap().ping().unwrap();
}

#[test]
fn a_server_without_tls_is_refused_and_not_talked_to_in_plain_text() {
    for mode in [TlsMode::Require, TlsMode::Insecure] {
        let error = PostgresDriver::new(with(config(), |c| c.tls = mode))
            .connect()
            .err()
            .expect("a refusal");
        if cfg!(feature = "tls") {
            assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
            assert!(
                error.message().ends_with("server does not support TLS"),
                "{error}"
            );
        } else {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.message().contains("feature tls"), "{error}");
        }
    }
}

#[test]
fn inside_a_task_every_call_is_an_error_that_says_what_to_do() {
    let mut db = Database::new("tokio");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let check = |result: Result<()>| {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(
            error
                .hint()
                .unwrap()
                .contains("tokio::task::spawn_blocking"),
            "{error}"
        );
    };
    runtime.block_on(async {
        check(PostgresDriver::new(config()).connect().map(drop));
        check(db.connection.execute("SELECT 1", &[]).map(drop));
        check(db.connection.query("SELECT 1", &[], &mut |_| Ok(())));
        check(db.connection.control("SELECT 1"));
        check(db.connection.ping());
        // Asking leaves the task its whole budget of operations.
        for _ in 0..100 {
            tokio::task::coop::consume_budget().await;
        }
    });
    assert!(!db.connection.is_broken());
    let connection = db.another();
    runtime.block_on(async move {
        let blocking = tokio::task::spawn_blocking(move || {
            let mut connection = PostgresDriver::new(config()).connect()?;
            connection.execute("SELECT 1", &[])
        });
        blocking.await.unwrap().unwrap();
        // Dropping blocks too, which would panic here.
        drop(connection);
    });
    let _entered = runtime.enter();
    db.run(&["SELECT 1"]);
}
