//! The pool: its limits and its patience, databases in memory, and threads that share it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use orm::ErrorKind;
use orm::prelude::*;
use orm_core::testing::Recorder;

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::support::{fails, insert_user, scalar};

cases![
    "pool":
    an_exhausted_pool_times_out_and_names_its_limits,
    a_pool_without_patience_works,
    a_freed_connection_goes_to_the_next_in_line,
    many_threads_share_a_pool,
    threads_that_panic_give_their_connections_back,
    a_connection_outlives_its_engine,
    a_fresh_connection_is_not_asked_whether_it_lives,
    engines_are_shared_and_connections_move,
    a_large_pool_is_made_at_once,
    the_status_tells_what_is_in_use,
    connections_are_opened_ahead,
    connections_are_kept_open,
    what_goes_wrong_while_setting_up_is_the_error_of_the_checkout,
];

fn an_exhausted_pool_times_out_and_names_its_limits(db: &Db) {
    let options = db
        .options()
        .pool_size(2)
        .pool_timeout(Duration::from_millis(100));
    let engine = db.engine_with(&options);
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
        let options = db.options().pool_size(1).pool_timeout(Duration::ZERO);
        let engine = db.engine_with(&options);
        let conn = engine.connection().unwrap();
        fails(engine.connection(), ErrorKind::PoolTimeout);
        drop(conn);
        engine.connection().unwrap();
    }
}

fn a_freed_connection_goes_to_the_next_in_line(db: &Db) {
    let engine = db.engine_with(&db.options().pool_size(1));
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
    let recorder = Recorder::new();
    let shared = db.recorded_engine(&recorder);
    thread::scope(|scope| {
        for thread in 0..6 {
            let (engine, done) = (shared.clone(), &done);
            scope.spawn(move || {
                for row in 0..10 {
                    let mut conn = engine.connection().unwrap();
                    // A driver without a reset closes a connection after raw text.
                    let user = User::builder().username(format!("user_{thread}_{row}"));
                    insert(User).values(user).execute(&mut conn).unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(done.into_inner(), 60);
    assert_eq!(db.count("users"), 60);
    let status = shared.pool_status();
    assert!(recorder.connects() <= status.size as usize, "{status:?}");
    assert_eq!(status.open as usize, recorder.connects());
}

fn threads_that_panic_give_their_connections_back(db: &Db) {
    let engine = db.engine_with(&db.options().pool_size(3));
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
    // What panicked was rolled back, maybe by a thread that gives the connection back afterwards.
    until(|| engine.pool_status().in_use == 0);
    assert_eq!(db.count("users"), 64);
    let status = engine.pool_status();
    assert!(status.open <= 3 && status.waiting == 0, "{status:?}");
    let _all = [(); 3].map(|()| engine.connection().unwrap());
}

fn a_connection_outlives_its_engine(db: &Db) {
    let engine = db.engine_with(&db.options().pool_size(2));
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

fn a_large_pool_is_made_at_once(db: &Db) {
    let begin = Instant::now();
    let engine = db.engine_with(&db.options().pool_size(100_000));
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

fn the_status_tells_what_is_in_use(db: &Db) {
    let engine = db.engine_with(&db.options().pool_size(2));
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
    let usual = db.other_engine().pool_status().size;
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
    let engine = db.engine_with(&db.options().pool_size(3));
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
    let engine = db.engine_with(&db.options().pool_size(3).min_idle(2));
    until(|| engine.pool_status().open == 2 && engine.pool_status().in_use == 0);
    let _held = engine.connection().unwrap();
    assert_eq!(engine.pool_status().open, 2);
}

fn what_goes_wrong_while_setting_up_is_the_error_of_the_checkout(db: &Db) {
    let wrong = db.options().on_connect(|conn| conn.raw_control("SELEC 1"));
    let wrong = db.engine_with(&wrong);
    fails(wrong.connection(), ErrorKind::Syntax);
    fails(wrong.warm_up(1), ErrorKind::Syntax);
    let open = db.options().on_connect(Connection::begin);
    fails(db.engine_with(&open).connection(), ErrorKind::Usage);
}
