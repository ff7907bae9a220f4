//! The pool by a URL, of a database in memory, and what sets a connection up in each database's own words.

use crate::databases::{Database, HasDatabase};
use orm::ErrorKind;
use orm::engine::Engine;
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::fixtures::User;
use orm_conformance::suite::support::{fails, scalar};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

cases![
    "pool":
    any_time_is_possible,
    a_wait_for_a_database_in_memory_is_as_long_as_asked_for (Requires::Embedded),
    a_connection_in_memory_is_the_only_one (Requires::Embedded),
    a_database_in_memory_survives_its_sessions (Requires::Embedded),
    the_last_handle_closes_the_connections (Requires::Embedded),
    sizes_that_make_no_sense_are_refused,
    the_url_sets_what_the_program_does_not,
    a_connection_is_set_up_once_and_after_each_reset,
    a_transaction_that_is_left_open_while_setting_up_is_an_error,
];

fn any_time_is_possible(db: &Db) {
    let url = match db.url() {
        url if !db.is_server() => url.to_owned(),
        url if url.contains('?') => format!("{url}&connect_timeout={}", u64::MAX),
        url => format!("{url}?connect_timeout={}", u64::MAX),
    };
    let options = Engine::options(&url)
        .pool_timeout(Duration::MAX)
        .check_after(Duration::MAX);
    let engine = options.connect().unwrap();
    for _ in 0..2 {
        engine.connection().unwrap();
    }
}

fn a_wait_for_a_database_in_memory_is_as_long_as_asked_for(db: &Db) {
    let _ = db;
    let options = Engine::options("sqlite://").pool_timeout(Duration::from_secs(30));
    let engine = options.connect().unwrap();
    let held = engine.connection().unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| engine.connection().map(drop));
        thread::sleep(Duration::from_millis(1200));
        drop(held);
        waiting.join().unwrap().unwrap();
    });
}

fn a_connection_in_memory_is_the_only_one(db: &Db) {
    let _ = db;
    let engine = Engine::connect("sqlite://").unwrap();
    assert!(engine.is_private());
    let held = engine.connection().unwrap();
    let begin = Instant::now();
    let error = fails(engine.connection(), ErrorKind::PoolTimeout);
    assert!(begin.elapsed() < Duration::from_secs(3));
    assert!(error.hint().unwrap().contains("in-memory"), "{error}");
    drop(held);
    engine.connection().unwrap();
}

fn a_database_in_memory_survives_its_sessions(db: &Db) {
    let _ = db;
    for url in ["sqlite://", "sqlite::memory:"] {
        let engine = Engine::options(url)
            .check_after(Duration::ZERO)
            .connect()
            .unwrap();
        orm_conformance::fixtures::metadata()
            .create_all(&engine)
            .unwrap();
        let mut session = Session::new(&engine);
        session.add(User::builder().username("ada"));
        session.commit().unwrap();
        drop(session);
        thread::sleep(Duration::from_millis(5));
        let mut session = Session::new(&engine);
        assert!(session.get(User, 1).unwrap().is_some());
    }
}

fn the_last_handle_closes_the_connections(_: &Db) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");
    let log = folder.path().join("a.db-wal");
    // Often, since what is to be found here depends on threads.
    for _ in 0..30 {
        let engine = Engine::connect(format!("sqlite://{}", file.display())).unwrap();
        let mut conn = engine.connection().unwrap();
        conn.raw_control("CREATE TABLE IF NOT EXISTS t (id INTEGER)")
            .unwrap();
        drop(engine);
        assert!(log.exists());
        drop(conn);
        assert!(!log.exists(), "the last connection takes the log along");
    }
}

/// The URL with another option.
fn with(db: &Db, option: &str) -> String {
    let separator = if db.url().contains('?') { '&' } else { '?' };
    format!("{}{separator}{option}", db.url())
}

fn sizes_that_make_no_sense_are_refused(db: &Db) {
    for option in [
        "pool_size=0",
        "pool_size=4294967295",
        "pool_size=many",
        "pool_size=2&min_idle=3",
        "pool_timeout=-1",
        "echo=perhaps",
    ] {
        let refused = Engine::connect(with(db, option)).map(drop);
        fails(refused, ErrorKind::Configuration);
    }
    fails(db.engine.warm_up(11), ErrorKind::Usage);
}

fn the_url_sets_what_the_program_does_not(db: &Db) {
    let url = with(db, "pool_size=1&pool_timeout=0");
    let engine = Engine::connect(&url).unwrap();
    let held = engine.connection().unwrap();
    let begin = Instant::now();
    fails(engine.connection(), ErrorKind::PoolTimeout);
    assert!(begin.elapsed() < Duration::from_secs(2));
    drop(held);
    let engine = Engine::options(&url).pool_size(2).connect().unwrap();
    let held = engine.connection().unwrap();
    engine.connection().unwrap();
    assert_eq!(engine.pool_status().size, 2);
    drop(held);
}

fn a_connection_is_set_up_once_and_after_each_reset(db: &Db) {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let (set, tell, expected) = match db.database() {
        Database::Sqlite => ("PRAGMA cache_size = 1234", "PRAGMA cache_size", 1234),
        Database::Postgres => (
            "SET statement_timeout = 123456",
            "SELECT setting::int8 FROM pg_settings WHERE name = 'statement_timeout'",
            123_456,
        ),
        _ => ("SET @a_setting = 5", "SELECT @a_setting", 5),
    };
    RUNS.store(0, Ordering::Relaxed);
    let engine = Engine::options(db.url())
        .pool_size(1)
        .on_connect(move |conn| {
            RUNS.fetch_add(1, Ordering::Relaxed);
            conn.raw_control(set)
        });
    let engine = engine.connect().unwrap();
    for _ in 0..3 {
        select(User).all(&mut engine.connection().unwrap()).unwrap();
    }
    assert_eq!(RUNS.load(Ordering::Relaxed), 1);
    for round in 2..5 {
        assert_eq!(
            scalar::<i64>(&mut engine.connection().unwrap(), tell),
            expected
        );
        select(User).all(&mut engine.connection().unwrap()).unwrap();
        // The count was read by raw SQL, after which the session is reset.
        assert_eq!(RUNS.load(Ordering::Relaxed), round);
    }
}

fn a_transaction_that_is_left_open_while_setting_up_is_an_error(db: &Db) {
    let open = Engine::options(db.url()).on_connect(|conn| conn.raw_control("BEGIN"));
    fails(open.connect().unwrap().connection(), ErrorKind::Usage);
}
