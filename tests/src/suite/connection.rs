//! Connecting, pooling, losing connections, and what is logged.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use orm::engine::{Connection, Engine, driver_for};
use orm::prelude::*;
use orm::sqlite::rusqlite;
use orm::{Error, ErrorKind};
use orm_core::testing::Recorder;
use orm_core::value::ValueRef;

use super::Requires;
use super::support::{SECRET, column, execute, fails, insert_user, scalar, sql};
use crate::backend::{Backend, Db, recording_engine};
use crate::cases;
use crate::fixtures::User;

cases![
    "connection":
    making_an_engine_connects_to_nothing,
    an_unreachable_server_fails_at_once (Requires::Server),
    a_missing_folder_is_named (Requires::Embedded),
    a_file_that_is_no_database_is_told (Requires::Embedded),
    a_wrong_password_fails_at_once (Requires::Server),
    an_unknown_database_fails_at_once (Requires::Server),
    wrong_urls_are_configuration_errors,
    the_password_is_in_no_message (Requires::Server),
    an_exhausted_pool_times_out_and_names_its_limits,
    a_pool_without_patience_works,
    a_freed_connection_goes_to_the_next_in_line,
    many_threads_share_a_pool,
    a_connection_in_memory_is_the_only_one (Requires::Embedded),
    a_database_in_memory_survives_its_sessions (Requires::Embedded),
    every_connection_enforces_foreign_keys,
    a_fresh_connection_is_not_asked_whether_it_lives,
    a_connection_that_died_in_the_pool_is_replaced_at_begin (Requires::Server),
    a_connection_that_died_in_the_pool_is_replaced_for_a_session (Requires::Server),
    a_connection_that_idled_is_checked_and_replaced (Requires::Server),
    a_connection_lost_in_a_transaction_leaves_nothing_half_done (Requires::Server),
    a_connection_lost_before_commit_is_told (Requires::Server),
    a_connection_lost_in_a_savepoint_is_told (Requires::Server),
    begin_after_a_loss_that_cannot_be_mended_is_an_error (Requires::Server),
    a_transaction_of_the_driver_itself_is_rolled_back (Requires::Embedded),
    the_drivers_own_connection_is_within_reach,
    a_call_inside_a_tokio_runtime_works_or_says_how,
    statements_are_logged_without_values,
    values_are_logged_on_request_only,
    engines_are_shared_and_connections_move,
];

/// The number by which the server knows a connection.
fn number(db: &Db, conn: &mut Connection) -> i64 {
    let query = match db.backend {
        Backend::Postgres => "SELECT pg_backend_pid()::int8",
        _ => "SELECT CAST(CONNECTION_ID() AS SIGNED)",
    };
    scalar(conn, query)
}

/// Ends a connection from outside, and waits until it has noticed.
fn kill(db: &Db, number: i64) {
    let mut other = db.other_connection();
    if db.backend == Backend::Postgres {
        column::<bool>(&mut other, &format!("SELECT pg_terminate_backend({number})"));
    } else {
        other.raw_control(&format!("KILL {number}")).unwrap();
    }
    let alive = match db.backend {
        Backend::Postgres => format!("SELECT 1 FROM pg_stat_activity WHERE pid = {number}"),
        _ => format!("SELECT 1 FROM information_schema.processlist WHERE id = {number}"),
    };
    let begin = Instant::now();
    while !column::<i64>(&mut other, &alive).is_empty() {
        assert!(begin.elapsed() < Duration::from_secs(10), "the connection lives on");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The URL of the database with other parts: `(login, host and port, name)`.
fn url_with(db: &Db, change: impl FnOnce(&mut [String; 3])) -> String {
    let (scheme, rest) = db.url().split_once("://").unwrap();
    let (login, rest) = rest.split_once('@').unwrap();
    let (host, name) = rest.split_once('/').unwrap();
    let mut parts = [login.to_owned(), host.to_owned(), name.to_owned()];
    change(&mut parts);
    let [login, host, name] = parts;
    format!("{scheme}://{login}@{host}/{name}")
}

fn user_of(db: &Db) -> String {
    let login = db.url().split_once("://").unwrap().1;
    login.split(':').next().unwrap().to_owned()
}

/// The error of the engine's first connection, which must come soon.
#[track_caller]
fn fails_soon(engine: &Engine, kind: ErrorKind) -> Error {
    let begin = Instant::now();
    let error = fails(engine.connection(), kind);
    assert!(begin.elapsed() < Duration::from_secs(2), "after {:?}: {error}", begin.elapsed());
    error
}

fn making_an_engine_connects_to_nothing(db: &Db) {
    let recorder = Recorder::new();
    let engine = recording_engine(db.url(), &recorder);
    let mut session = Session::new(&engine);
    session.add(User::builder().username("ada"));
    assert_eq!(recorder.connects(), 0);
    session.commit().unwrap();
    assert_eq!(recorder.connects(), 1);
    drop(session);
    engine.connection().unwrap();
    assert_eq!(recorder.connects(), 1);
}

fn an_unreachable_server_fails_at_once(db: &Db) {
    let url = url_with(db, |[login, host, _]| {
        *login = "ada:Wrong-Password".into();
        // Nobody listens on the lowest port.
        *host = "127.0.0.1:1".into();
    });
    let engine = Engine::connect(&url).unwrap();
    let error = fails_soon(&engine, ErrorKind::ConnectionFailed);
    let text = format!("{error} {error:?}");
    assert!(text.contains("127.0.0.1"), "{text}");
    assert!(!text.contains("Wrong-Password"), "{text}");
    // A session tells the same, and can be used again.
    let mut session = Session::new(&engine);
    session.add(User::builder().username("ada"));
    assert_eq!(session.commit().unwrap_err().kind(), ErrorKind::ConnectionFailed);
    session.rollback().unwrap();
}

fn a_missing_folder_is_named(db: &Db) {
    let _ = db;
    let engine = Engine::connect("sqlite:///no-such-folder/deep/app.db").unwrap();
    let error = fails_soon(&engine, ErrorKind::ConnectionFailed);
    assert!(error.message().contains("/no-such-folder/deep"), "{error}");
    assert!(error.hint().unwrap().contains("create the folder"), "{error}");
}

fn a_file_that_is_no_database_is_told(db: &Db) {
    let _ = db;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "hello ".repeat(1000)).unwrap();
    let engine = Engine::connect(&format!("sqlite://{}", file.path().display())).unwrap();
    let error = fails_soon(&engine, ErrorKind::Configuration);
    assert!(error.message().contains("is not a sqlite database"), "{error}");
}

fn a_wrong_password_fails_at_once(db: &Db) {
    let user = user_of(db);
    let url = url_with(db, |[login, ..]| *login = format!("{user}:Wrong-Password"));
    let error = fails_soon(&Engine::connect(&url).unwrap(), ErrorKind::Authentication);
    assert!(!format!("{error} {error:?}").contains("Wrong-Password"), "{error}");
}

fn an_unknown_database_fails_at_once(db: &Db) {
    let url = url_with(db, |[_, _, name]| *name = "there_is_none".into());
    let error = fails_soon(&Engine::connect(&url).unwrap(), ErrorKind::Authentication);
    assert!(error.to_string().contains("there_is_none"), "{error}");
}

fn wrong_urls_are_configuration_errors(db: &Db) {
    let scheme = db.url().split_once("://").unwrap().0;
    for (url, part) in [
        ("users.db".to_owned(), "scheme"),
        ("oracle://h/db".to_owned(), "known are"),
        (format!("{scheme}://x?pool_size=many"), "pool_size"),
        (format!("{scheme}://x?pool_size=0"), "at least one"),
        (format!("{scheme}://x?echo=perhaps"), "echo"),
        (format!("{scheme}://x?colour=red"), "colour"),
    ] {
        let error = fails(Engine::connect(&url), ErrorKind::Configuration);
        assert!(error.to_string().contains(part), "{url}: {error}");
    }
}

fn the_password_is_in_no_message(db: &Db) {
    let password = "Very-Secret";
    let url = url_with(db, |[login, ..]| *login = format!("ada:{password}"));
    let engine = Engine::connect(&url).unwrap();
    let mut texts = vec![
        format!("{engine:?} {engine:#?}"),
        engine.target(),
        format!("{:?}", Engine::options(&url)),
        format!("{:?}", driver_for(&url).unwrap().0),
        format!("{:?}", Session::new(&engine)),
    ];
    let mut error: Option<&dyn std::error::Error> = None;
    let refused = engine.connection().unwrap_err();
    error.replace(&refused);
    while let Some(cause) = error {
        texts.push(format!("{cause} {cause:?}"));
        error = cause.source();
    }
    texts.push(format!("{:?}", db.engine.connection().unwrap()));
    for text in texts {
        assert!(!text.contains(password), "{text}");
    }
    assert!(engine.target().contains(url_with(db, |_| ()).split(['@', '/']).nth(3).unwrap()));
}

fn an_exhausted_pool_times_out_and_names_its_limits(db: &Db) {
    let options = Engine::options(db.url()).pool_size(2).pool_timeout(Duration::from_millis(100));
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
    for _ in 0..20 {
        let options = Engine::options(db.url()).pool_size(1).pool_timeout(Duration::ZERO);
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
    // Three is the default of the pool.
    assert!(db.recorder.connects() <= 3, "{}", db.recorder.connects());
}

fn a_connection_in_memory_is_the_only_one(db: &Db) {
    let _ = db;
    let engine = Engine::connect("sqlite://").unwrap();
    assert!(engine.is_private());
    let held = engine.connection().unwrap();
    let begin = Instant::now();
    let error = fails(engine.connection(), ErrorKind::PoolTimeout);
    assert!(begin.elapsed() < Duration::from_secs(3));
    assert!(error.hint().unwrap().contains("in memory"), "{error}");
    drop(held);
    engine.connection().unwrap();
}

fn a_database_in_memory_survives_its_sessions(db: &Db) {
    let _ = db;
    for url in ["sqlite://", "sqlite::memory:"] {
        let engine = Engine::options(url).check_after(Duration::ZERO).connect().unwrap();
        crate::fixtures::metadata().create_all(&engine).unwrap();
        let mut session = Session::new(&engine);
        session.add(User::builder().username("ada"));
        session.commit().unwrap();
        drop(session);
        thread::sleep(Duration::from_millis(5));
        let mut session = Session::new(&engine);
        assert!(session.get(User, 1).unwrap().is_some());
    }
}

fn every_connection_enforces_foreign_keys(db: &Db) {
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut conn = db.engine.connection().unwrap();
        let insert = "INSERT INTO posts (title, author_id) VALUES ('x', 99)";
        fails(conn.raw_execute(insert, &[]), ErrorKind::ForeignKeyViolation);
        held.push(conn);
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

fn a_connection_that_died_in_the_pool_is_replaced_at_begin(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let dead = number(db, &mut conn);
    drop(conn);
    kill(db, dead);
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    conn.commit().unwrap();
    assert_ne!(number(db, &mut conn), dead);
    assert_eq!(db.count("users"), 1);
}

fn a_connection_that_died_in_the_pool_is_replaced_for_a_session(db: &Db) {
    let mut session = db.session();
    let dead = number(db, session.connection().unwrap());
    session.rollback().unwrap();
    kill(db, dead);
    session.add(User::builder().username("ada"));
    session.add(User::builder().username("grace"));
    session.commit().unwrap();
    assert_eq!(db.count("users"), 2);
}

fn a_connection_that_idled_is_checked_and_replaced(db: &Db) {
    let engine = Engine::options(db.url()).check_after(Duration::ZERO).connect().unwrap();
    let mut conn = engine.connection().unwrap();
    let dead = number(db, &mut conn);
    drop(conn);
    kill(db, dead);
    // No BEGIN that could be sent again: the check alone finds out.
    let mut conn = engine.connection().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    assert_eq!(db.count("users"), 1);
}

fn a_connection_lost_in_a_transaction_leaves_nothing_half_done(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "before").unwrap();
    let dead = number(db, &mut conn);
    kill(db, dead);
    let error = fails(insert_user(&mut conn, "lost"), ErrorKind::ConnectionLost);
    assert!(error.is_connection_lost() && !error.is_commit_unknown());
    let after = fails(insert_user(&mut conn, "after"), ErrorKind::Transaction);
    assert!(after.hint().unwrap().contains("rollback()"), "{after}");
    fails(conn.commit(), ErrorKind::Transaction);
    conn.rollback().unwrap();
    assert_eq!(db.count("users"), 0);
    // The same connection works again, over another of the server's.
    conn.transaction(|conn| insert_user(conn, "again")).unwrap();
    assert_eq!(column::<String>(&mut conn, "SELECT username FROM users"), ["again"]);
}

fn a_connection_lost_before_commit_is_told(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    let dead = number(db, &mut conn);
    kill(db, dead);
    let error = conn.commit().unwrap_err();
    assert!(error.is_connection_lost(), "{error:?}");
    if error.is_commit_unknown() {
        assert!(error.hint().unwrap().contains("look whether"), "{error}");
    }
    assert_eq!(db.count("users"), 0);
    conn.rollback().unwrap();
    conn.transaction(|conn| insert_user(conn, "again")).unwrap();
    assert_eq!(db.count("users"), 1);
}

fn a_connection_lost_in_a_savepoint_is_told(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "before").unwrap();
    let dead = number(db, &mut conn);
    let inside = conn.savepoint(|conn| {
        kill(db, dead);
        insert_user(conn, "inside")
    });
    fails(inside, ErrorKind::ConnectionLost);
    fails(insert_user(&mut conn, "after"), ErrorKind::Transaction);
    fails(conn.commit(), ErrorKind::Transaction);
    conn.rollback().unwrap();
    assert_eq!(db.count("users"), 0);
}

/// The dead connection is still there after a reconnect that failed.
fn begin_after_a_loss_that_cannot_be_mended_is_an_error(db: &Db) {
    let extra = Db::empty(db.backend);
    let engine = extra.other_engine();
    let mut conn = engine.connection().unwrap();
    let dead = number(db, &mut conn);
    kill(db, dead);
    drop(extra);
    fails(conn.begin(), ErrorKind::Authentication);
    let again = conn.raw_control("SELECT 1").unwrap_err();
    assert!(again.is_connection_lost(), "{again:?}");
    fails(conn.begin(), ErrorKind::Authentication);
    drop(conn);
    fails(engine.connection(), ErrorKind::Authentication);
}

fn a_transaction_of_the_driver_itself_is_rolled_back(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let native = conn.driver_mut::<rusqlite::Connection>().unwrap();
    native.execute_batch("BEGIN; INSERT INTO users (username) VALUES ('ada')").unwrap();
    drop(conn);
    assert_eq!(db.count("users"), 0);
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
}

fn the_drivers_own_connection_is_within_reach(db: &Db) {
    struct Another;
    let mut conn = db.engine.connection().unwrap();
    assert!(conn.driver_mut::<Another>().is_none());
    let is_sqlite = conn.driver_mut::<rusqlite::Connection>().is_some();
    assert_eq!(is_sqlite, db.backend == Backend::Sqlite);
}

fn a_call_inside_a_tokio_runtime_works_or_says_how(db: &Db) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut outer = db.engine.connection().unwrap();
    outer.begin().unwrap();
    insert_user(&mut outer, "outer").unwrap();
    let (inside, fresh) = runtime.block_on(async {
        let inside = insert_user(&mut outer, "inside");
        // Dropped inside, too: its transaction is rolled back all the same.
        drop(outer);
        (inside, db.other_engine().connection().map(drop))
    });
    if db.backend == Backend::Postgres {
        for error in [inside.unwrap_err(), fresh.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Usage, "{error:?}");
            assert!(error.to_string().contains("spawn_blocking"), "{error}");
        }
    } else {
        inside.unwrap();
        fresh.unwrap();
    }
    let engine = db.engine.clone();
    let blocking = async {
        tokio::task::spawn_blocking(move || {
            engine.transaction(|session| {
                session.add(User::builder().username("blocking"));
                Ok(())
            })
        })
        .await
        .unwrap()
    };
    runtime.block_on(blocking).unwrap();
    let names = "SELECT username FROM users";
    assert_eq!(column::<String>(&mut db.other_connection(), names), ["blocking"]);
}

/// Notes the fields of every event.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Events {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "orm::sql"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Fields(Vec<String>);
        impl tracing::field::Visit for Fields {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0.push(format!("{field}={value:?}"));
            }
        }
        let mut fields = Fields(vec![event.metadata().level().to_string()]);
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0.join(" "));
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// What is logged while a statement with a secret value succeeds and another one fails.
fn logged(db: &Db, engine: &Engine) -> Vec<String> {
    let events = Events::default();
    tracing::subscriber::with_default(events.clone(), || {
        let mut conn = engine.connection().unwrap();
        let insert = "INSERT INTO users (username) VALUES (?)";
        execute(db, &mut conn, insert, &[ValueRef::Text(SECRET)]).unwrap();
        execute(db, &mut conn, insert, &[ValueRef::Text(SECRET)]).unwrap_err();
    });
    let events = events.0.lock().unwrap();
    events.clone()
}

fn statements_are_logged_without_values(db: &Db) {
    let events = logged(db, &db.other_engine());
    assert_eq!(events.len(), 2, "{events:?}");
    let text = sql(db, "INSERT INTO users (username) VALUES (?)");
    for event in &events {
        assert!(event.starts_with("DEBUG ") && event.contains(&format!("sql={text:?}")), "{event}");
        assert!(event.contains("elapsed_us=") && !event.contains(SECRET), "{event}");
    }
    assert!(events[0].contains("rows=1") && !events[0].contains("error="), "{}", events[0]);
    assert!(events[1].contains("error=\"a unique constraint"), "{}", events[1]);
}

fn values_are_logged_on_request_only(db: &Db) {
    let engine = Engine::options(db.url()).log_values().connect().unwrap();
    let events = logged(db, &engine);
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(events.iter().all(|event| event.contains(SECRET)), "{events:?}");
}

fn engines_are_shared_and_connections_move(db: &Db) {
    fn shared<T: Send + Sync>(_: &T) {}
    fn moves<T: Send>(_: &T) {}
    shared(&db.engine);
    moves(&db.engine.connection().unwrap());
    moves(&db.session());
}
