//! A server that falls silent while its connections stay open. A proxy between stops to pass on what it says.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use orm::ErrorKind;
use orm::engine::Engine;
use orm::prelude::*;

use super::Requires;
use super::support::{fails, users};
use crate::backend::Db;
use crate::cases;
use crate::fixtures::User;

cases![
    "silence":
    each_wait_for_an_answer_ends (Requires::Server),
    dropping_waits_for_nothing (Requires::Server),
];

struct Proxy {
    url: String,
    silent: Arc<AtomicBool>,
}

impl Proxy {
    fn start(db: &Db, options: &str) -> Self {
        let (front, back) = db.url().rsplit_once('/').unwrap();
        let (login, server) = front.rsplit_once('@').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let separator = if back.contains('?') { '&' } else { '?' };
        let url = format!("{login}@127.0.0.1:{port}/{back}{separator}{options}");
        let silent = Arc::new(AtomicBool::new(false));
        let (flag, server) = (Arc::clone(&silent), server.to_owned());
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let server = TcpStream::connect(&server).unwrap();
                let (up, down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let flag = Arc::clone(&flag);
                thread::spawn(move || pass(client, server, &AtomicBool::new(false)));
                thread::spawn(move || pass(down, up, &flag));
            }
        });
        Self { url, silent }
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
    let _ = to.shutdown(std::net::Shutdown::Both);
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
    commit.fall_silent();
    let error = fails(session.commit(), ErrorKind::CommitUnknown);
    assert!(
        error
            .message()
            .ends_with("did not answer COMMIT within 1 s"),
        "{error}"
    );

    let flush = proxy();
    let mut session = added(&Engine::connect(&flush.url).unwrap(), "bob");
    session.add(User::builder().username("cleo"));
    flush.fall_silent();
    let error = fails(session.flush(), ErrorKind::ConnectionLost);
    assert!(error.message().contains("did not answer"), "{error}");
    session.rollback().unwrap();

    // Nothing was done by the connection, so another one is tried.
    let pooled = proxy();
    let engine = Engine::connect(&pooled.url).unwrap();
    engine.connection().unwrap();
    pooled.fall_silent();
    let read = engine.transaction(|session| session.get(User, 1).map(drop));
    fails(read, ErrorKind::ConnectionFailed);
    // Without an end it would be for ever; a busy machine takes its time.
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
            proxy.fall_silent();
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
