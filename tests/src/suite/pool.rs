//! The pool: its limits and its patience, databases in memory, and threads that share it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use orm::ErrorKind;
use orm::engine::Engine;
use orm::prelude::*;

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::fixtures::User;
use orm_conformance::suite::support::{fails, insert_user, scalar};

cases![
    "pool":
    an_exhausted_pool_times_out_and_names_its_limits,
    a_pool_without_patience_works,
    a_freed_connection_goes_to_the_next_in_line,
    many_threads_share_a_pool,
    threads_that_panic_give_their_connections_back,
    a_connection_outlives_its_engine,
    any_time_is_possible,
    a_wait_for_a_database_in_memory_is_as_long_as_asked_for (Requires::Embedded),
    a_connection_in_memory_is_the_only_one (Requires::Embedded),
    a_database_in_memory_survives_its_sessions (Requires::Embedded),
    a_fresh_connection_is_not_asked_whether_it_lives,
    engines_are_shared_and_connections_move,
    the_last_handle_closes_the_connections (Requires::Embedded),
    a_large_pool_is_made_at_once,
    sizes_that_make_no_sense_are_refused,
    the_url_sets_what_the_program_does_not,
    the_status_tells_what_is_in_use,
    connections_are_opened_ahead,
    connections_are_kept_open,
    a_connection_is_set_up_once_and_after_each_reset,
    what_goes_wrong_while_setting_up_is_the_error_of_the_checkout,
];

fn an_exhausted_pool_times_out_and_names_its_limits(db: &Db) {
    let options = Engine::options(db.url())
        .pool_size(2)
        .pool_timeout(Duration::from_millis(100));
    let engine = options.connect().unwrap();
    let first = engine.connection().unwrap();
    let _second = engine.connection().unwrap();
    let begin = Instant::now();
    let error = fails(engine.connection(), ErrorKind::PoolTimeout);
    let waited = begin.elapsed();
    assert!((100..1000).contains(&waited.as_millis()), "{waited:?}");
    let hint = error.hint().unwrap();
    for part in ["all 2 connections", "100ms", "pool_size", "pool_timeout"] {
        assert!(hint.contains(part), "{hint}");
    }
    drop(first);
    engine.connection().unwrap();
}

fn a_pool_without_patience_works(db: &Db) {
    // Often: whether the first one waits must not depend on how long it takes to connect.
    for _ in 0..20 {
        let options = Engine::options(db.url())
            .pool_size(1)
            .pool_timeout(Duration::ZERO);
        let engine = options.connect().unwrap();
        let conn = engine.connection().unwrap();
        fails(engine.connection(), ErrorKind::PoolTimeout);
        drop(conn);
        engine.connection().unwrap();
    }
}

fn a_freed_connection_goes_to_the_next_in_line(db: &Db) {
    let engine = Engine::options(db.url()).pool_size(1).connect().unwrap();
    let held = engine.connection().unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| engine.connection().map(drop));
        thread::sleep(Duration::from_millis(50));
        drop(held);
        waiting.join().unwrap().unwrap();
    });
}

fn many_threads_share_a_pool(db: &Db) {
    let done = AtomicU64::new(0);
    thread::scope(|scope| {
        for thread in 0..6 {
            let (engine, done) = (db.engine.clone(), &done);
            scope.spawn(move || {
                for row in 0..10 {
                    let mut conn = engine.connection().unwrap();
                    insert_user(&mut conn, &format!("user_{thread}_{row}")).unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(done.into_inner(), 60);
    assert_eq!(db.count("users"), 60);
    let status = db.engine.pool_status();
    assert!(db.recorder.connects() <= status.size as usize, "{status:?}");
    assert_eq!(status.open as usize, db.recorder.connects());
}

fn threads_that_panic_give_their_connections_back(db: &Db) {
    let engine = Engine::options(db.url()).pool_size(3).connect().unwrap();
    let panicked = AtomicU64::new(0);
    let work = |thread: u64, round: u64| {
        let mut conn = engine.connection().unwrap();
        conn.begin().unwrap();
        insert_user(&mut conn, &format!("user_{thread}_{round}")).unwrap();
        let status = engine.pool_status();
        assert!(status.in_use <= 3 && status.open <= 3, "{status:?}");
        if round % 5 == thread % 5 {
            // Without the hook, which would print it.
            std::panic::resume_unwind(Box::new("the program's own"));
        }
        conn.commit().unwrap();
    };
    thread::scope(|scope| {
        for thread in 0..8 {
            let (work, panicked) = (&work, &panicked);
            scope.spawn(move || {
                for round in 0..10 {
                    let round = std::panic::AssertUnwindSafe(|| work(thread, round));
                    if let Err(panic) = std::panic::catch_unwind(round) {
                        assert!(panic.is::<&str>(), "not the program's own");
                        panicked.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(panicked.into_inner(), 16);
    // What panicked was rolled back, on a server by a thread that gives the connection back afterwards.
    until(|| engine.pool_status().in_use == 0);
    assert_eq!(db.count("users"), 64);
    let status = engine.pool_status();
    assert!(status.open <= 3 && status.waiting == 0, "{status:?}");
    let _all = [(); 3].map(|()| engine.connection().unwrap());
}

fn a_connection_outlives_its_engine(db: &Db) {
    let engine = Engine::options(db.url()).pool_size(2).connect().unwrap();
    let idle = engine.connection().unwrap();
    let mut conn = engine.connection().unwrap();
    drop((idle, engine));
    insert_user(&mut conn, "ada").unwrap();
    let engine = conn.engine();
    assert_eq!(
        (engine.pool_status().open, engine.pool_status().in_use),
        (2, 1)
    );
    drop(conn);
    until(|| engine.pool_status().in_use == 0);
    assert_eq!(db.count("users"), 1);
}

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

fn a_fresh_connection_is_not_asked_whether_it_lives(db: &Db) {
    for _ in 0..5 {
        let mut conn = db.engine.connection().unwrap();
        scalar::<i64>(&mut conn, "SELECT COUNT(*) FROM users");
    }
    assert_eq!(db.recorder.pings(), 0);
    // Nor is anything else sent but the statement itself.
    assert_eq!(db.sent(), ["SELECT COUNT(*) FROM users"; 5]);
}

fn engines_are_shared_and_connections_move(db: &Db) {
    fn shared<T: Send + Sync>(_: &T) {}
    fn moves<T: Send>(_: &T) {}
    shared(&db.engine);
    moves(&db.engine.connection().unwrap());
    moves(&db.session());
}

fn the_last_handle_closes_the_connections(_: &Db) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");
    let log = folder.path().join("a.db-wal");
    // Often, since what is to be found here depends on threads.
    for _ in 0..30 {
        let engine = Engine::connect(&format!("sqlite://{}", file.display())).unwrap();
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

fn a_large_pool_is_made_at_once(db: &Db) {
    let begin = Instant::now();
    let engine = Engine::connect(&with(db, "pool_size=100000")).unwrap();
    let first = engine.connection().unwrap();
    let second = engine.connection().unwrap();
    assert!(
        begin.elapsed() < Duration::from_secs(2),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(engine.pool_status().open, 2);
    drop((first, second));
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
        let refused = Engine::connect(&with(db, option)).map(drop);
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

fn the_status_tells_what_is_in_use(db: &Db) {
    let engine = Engine::options(db.url()).pool_size(2).connect().unwrap();
    let status = || {
        let status = engine.pool_status();
        (status.size, status.open, status.in_use, status.waiting)
    };
    assert_eq!(status(), (2, 0, 0, 0));
    let first = engine.connection().unwrap();
    let second = engine.connection().unwrap();
    assert_eq!(status(), (2, 2, 2, 0));
    thread::scope(|scope| {
        scope.spawn(|| engine.connection().map(drop).unwrap());
        until(|| status() == (2, 2, 2, 1));
        drop(first);
    });
    assert_eq!(status(), (2, 2, 1, 0));
    drop(second);
    assert_eq!(status(), (2, 2, 0, 0));
    let usual = Engine::connect(db.url()).unwrap().pool_status().size;
    assert!((4..=10).contains(&usual), "{usual}");
}

fn until(is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "it does not come to that"
        );
        thread::sleep(Duration::from_millis(2));
    }
}

fn connections_are_opened_ahead(db: &Db) {
    let engine = Engine::options(db.url()).pool_size(3).connect().unwrap();
    engine.warm_up(2).unwrap();
    assert_eq!(engine.pool_status().open, 2);
    engine.warm_up(1).unwrap();
    engine.warm_up(3).unwrap();
    assert_eq!(
        (engine.pool_status().open, engine.pool_status().in_use),
        (3, 0)
    );
}

fn connections_are_kept_open(db: &Db) {
    let engine = Engine::options(db.url())
        .pool_size(3)
        .min_idle(2)
        .connect()
        .unwrap();
    until(|| engine.pool_status().open == 2 && engine.pool_status().in_use == 0);
    let _held = engine.connection().unwrap();
    assert_eq!(engine.pool_status().open, 2);
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
        // What has asked is raw text, after which the session is reset.
        assert_eq!(RUNS.load(Ordering::Relaxed), round);
    }
}

fn what_goes_wrong_while_setting_up_is_the_error_of_the_checkout(db: &Db) {
    let wrong = Engine::options(db.url()).on_connect(|conn| conn.raw_control("SELEC 1"));
    let wrong = wrong.connect().unwrap();
    fails(wrong.connection(), ErrorKind::Syntax);
    fails(wrong.warm_up(1), ErrorKind::Syntax);
    let open = Engine::options(db.url()).on_connect(|conn| conn.raw_control("BEGIN"));
    fails(open.connect().unwrap().connection(), ErrorKind::Usage);
}
