//! A server that falls silent while its connections stay open. A proxy between stops to forward its responses.

use std::time::{Duration, Instant};

use orm::ErrorKind;
use orm::engine::Engine;
use orm::prelude::*;
use orm_core::testing::SilentProxy;

use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::fixtures::User;
use orm_conformance::suite::support::{fails, users};

cases![
    "silence":
    each_wait_for_an_answer_ends (Requires::Server),
    dropping_waits_for_nothing (Requires::Server),
];

/// A proxy in front of a database, and the URL that leads through it.
struct Proxy {
    url: String,
    inner: SilentProxy,
}

impl Proxy {
    fn start(db: &Db, options: &str) -> Self {
        let (front, back) = db.url().rsplit_once('/').unwrap();
        let (login, server) = front.rsplit_once('@').unwrap();
        let (host, port) = server.rsplit_once(':').unwrap();
        let inner = SilentProxy::start(host.to_owned(), port.parse().unwrap()).unwrap();
        let separator = if back.contains('?') { '&' } else { '?' };
        let port = inner.port();
        let url = format!("{login}@127.0.0.1:{port}/{back}{separator}{options}");
        Self { url, inner }
    }
}

fn added(engine: &Engine, name: &str) -> Session {
    let mut session = Session::new(engine);
    session.add(User::builder().username(name));
    session.flush().unwrap();
    session
}

fn each_wait_for_an_answer_ends(db: &Db) {
    let proxy = || Proxy::start(db, "answer_timeout=1&connect_timeout=4");
    let begin = Instant::now();

    let commit = proxy();
    let mut session = added(&Engine::connect(&commit.url).unwrap(), "ada");
    commit.inner.fall_silent();
    let error = fails(session.commit(), ErrorKind::CommitUnknown);
    assert!(
        error
            .message()
            .ends_with("did not respond to COMMIT within 1 s"),
        "{error}"
    );

    let flush = proxy();
    let mut session = added(&Engine::connect(&flush.url).unwrap(), "bob");
    session.add(User::builder().username("cleo"));
    flush.inner.fall_silent();
    let error = fails(session.flush(), ErrorKind::ConnectionLost);
    assert!(error.message().contains("did not respond"), "{error}");
    session.rollback().unwrap();

    // Nothing was done by the connection, so another one is tried.
    let pooled = proxy();
    let engine = Engine::connect(&pooled.url).unwrap();
    engine.connection().unwrap();
    pooled.inner.fall_silent();
    let read = engine.transaction(|session| session.get(User, 1).map(drop));
    fails(read, ErrorKind::ConnectionFailed);
    // Without a time limit it would never end; a busy machine takes its time.
    assert!(
        begin.elapsed() < Duration::from_secs(180),
        "{:?}",
        begin.elapsed()
    );
}

fn dropping_waits_for_nothing(db: &Db) {
    type Work = fn(&Engine) -> Box<dyn std::any::Any>;
    let works: [Work; 4] = [
        |engine| Box::new(added(engine, "ada")),
        |engine| {
            let mut session = Session::new(engine);
            raw("SELECT 1").one::<(i64,), _>(&mut session).unwrap();
            session.commit().unwrap();
            Box::new(session)
        },
        |engine| {
            let mut conn = engine.connection().unwrap();
            conn.raw_control("SELECT 1").unwrap();
            Box::new(conn)
        },
        |engine| {
            let mut conn = engine.connection().unwrap();
            conn.begin().unwrap();
            select(User).all(&mut conn).unwrap();
            Box::new(conn)
        },
    ];
    for work in works {
        for keeps_engine in [true, false] {
            let proxy = Proxy::start(db, "connect_timeout=5");
            let engine = Engine::connect(&proxy.url).unwrap();
            let held = work(&engine);
            proxy.inner.fall_silent();
            let begin = Instant::now();
            let kept = keeps_engine.then(|| engine.clone());
            drop(engine);
            drop(held);
            drop(kept);
            assert!(
                begin.elapsed() < Duration::from_secs(2),
                "{:?}",
                begin.elapsed()
            );
        }
    }
    assert_eq!(users(db), [""; 0]);
}
