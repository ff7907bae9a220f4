//! Statements that are stopped: after a time limit, and by another thread.

use std::thread;
use std::time::{Duration, Instant};

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "time_limits":
    a_statement_is_stopped_after_its_limit (crate::Requires::Cancel),
    a_session_limits_each_of_its_statements (crate::Requires::Cancel),
    a_limit_may_be_for_some_statements (crate::Requires::Cancel),
    statements_within_the_limit_run_as_ever (crate::Requires::Cancel),
    another_thread_stops_a_statement (crate::Requires::Cancel),
    a_stopped_write_is_not_stored (crate::Requires::Cancel),
    a_transaction_continues_after_a_rollback (crate::Requires::Cancel),
    the_next_user_of_a_connection_has_no_limit (crate::Requires::Cancel),
    nothing_is_stopped_where_nothing_runs (crate::Requires::Cancel),
];

#[derive(Model, Clone, Debug)]
#[orm(table = "limit_ticks")]
struct Tick {
    #[orm(primary_key)]
    id: i64,
    n: i32,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "limit_marks")]
struct Mark {
    #[orm(primary_key)]
    id: i64,
    n: i32,
}

/// More than any machine counts in the time of a test.
const ENDLESS: &str = "SELECT COUNT(*) FROM limit_ticks a, limit_ticks b, limit_ticks c, \
    limit_ticks d WHERE a.n + b.n + c.n + d.n < 0";

const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(600);

/// 300 ticks and a mark.
fn ticks(db: &Db) -> Session {
    Metadata::of((Tick, Mark)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    for n in 0..300 {
        session.add(Tick::builder().n(n));
    }
    session.add(Mark::builder().n(0));
    session.commit().unwrap();
    session.clear();
    session
}

/// Sets the first tick to 1000, in the transaction that this begins.
fn change_first(session: &mut Session) -> Ref<Tick> {
    let first = select(Tick).order_by(Tick.id.asc()).first(session);
    let tick = first.unwrap().unwrap();
    session[tick].n = 1000;
    session.flush().unwrap();
    tick
}

fn count(executor: &mut impl Executor) -> orm::Result<i64> {
    raw(ENDLESS)
        .one::<(i64,), _>(executor)
        .map(|(count,)| count)
}

/// Checks the error of a statement that was stopped, and that it did not take long.
#[track_caller]
fn stopped<T: std::fmt::Debug>(begin: Instant, result: orm::Result<T>, reason: &str) {
    let error = fails(result, ErrorKind::Canceled);
    assert!(
        error.is_canceled() && error.to_string().contains(reason),
        "{error}"
    );
    assert!(error.sql().is_some(), "{error}");
    assert!(
        begin.elapsed() < Duration::from_secs(60),
        "{:?}",
        begin.elapsed()
    );
}

fn a_statement_is_stopped_after_its_limit(db: &Db) {
    drop(ticks(db));
    let mut connection = db.other_connection();
    for _ in 0..3 {
        connection.time_limit(SHORT);
        let begin = Instant::now();
        stopped(begin, count(&mut connection), "time limit of 150ms");
        connection.time_limit(LONG);
        assert_eq!(select(Tick).count(&mut connection).unwrap(), 300);
    }
    connection.time_limit(None);
    assert_eq!(select(Tick).count(&mut connection).unwrap(), 300);
}

fn a_session_limits_each_of_its_statements(db: &Db) {
    drop(ticks(db));
    let mut session = db.session().time_limit(SHORT);
    let begin = Instant::now();
    stopped(begin, count(&mut session), "time limit");
    session.rollback().unwrap();
    let ticks = session.with_time_limit(LONG, |session| select(Tick).count(session));
    assert_eq!(ticks.unwrap(), 300);
    session.begin().unwrap();
    let begin = Instant::now();
    stopped(begin, count(&mut session), "time limit");
    session.rollback().unwrap();
}

fn a_limit_may_be_for_some_statements(db: &Db) {
    let mut session = ticks(db);
    let begin = Instant::now();
    let result = session.with_time_limit(SHORT, count);
    stopped(begin, result, "time limit");
    session.rollback().unwrap();
    let mut session = db.session().time_limit(Duration::ZERO);
    let ticks = session.with_time_limit(None, |session| select(Tick).count(session));
    assert_eq!(ticks.unwrap(), 300);
}

fn statements_within_the_limit_run_as_ever(db: &Db) {
    drop(ticks(db));
    let mut session = db.session().time_limit(LONG);
    let ticks = select(Tick).all(&mut session).unwrap();
    session[ticks[0]].n = 7;
    session.delete(ticks[1]);
    session.commit().unwrap();
    assert_eq!(select(Tick).count(&mut session).unwrap(), 299);
}

fn another_thread_stops_a_statement(db: &Db) {
    drop(ticks(db));
    let mut session = db.session();
    let canceller = session.canceller();
    let begin = Instant::now();
    let caller = thread::spawn(move || {
        // As soon as it runs.
        while !canceller.cancel().unwrap() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    stopped(begin, count(&mut session), "canceled by the program");
    caller.join().unwrap();
    session.rollback().unwrap();
    assert_eq!(select(Tick).count(&mut session).unwrap(), 300);
}

fn a_stopped_write_is_not_stored(db: &Db) {
    let mut session = ticks(db);
    let tick = change_first(&mut session);
    let write = format!("UPDATE limit_marks SET n = 1 WHERE 0 = ({ENDLESS})");
    let begin = Instant::now();
    let result = session.with_time_limit(SHORT, |session| raw(write.clone()).execute(session));
    let error = fails(result, ErrorKind::Canceled);
    assert!(begin.elapsed() < Duration::from_secs(60), "{error}");
    session.rollback().unwrap();
    assert_eq!(session[tick].n, 0);
    assert_eq!(db.scalar("SELECT SUM(n) FROM limit_ticks"), 300 * 299 / 2);
    assert_eq!(db.scalar("SELECT n FROM limit_marks"), 0);
}

fn a_transaction_continues_after_a_rollback(db: &Db) {
    let mut session = ticks(db);
    let tick = change_first(&mut session);
    let undone = session.savepoint(|session| {
        session[tick].n = 2000;
        session.flush()?;
        session.with_time_limit(SHORT, count)
    });
    fails(undone, ErrorKind::Canceled);
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT MAX(n) FROM limit_ticks"), 1000);
}

fn the_next_user_of_a_connection_has_no_limit(db: &Db) {
    drop(ticks(db));
    let mut session = db.session().time_limit(Duration::ZERO);
    let result = select(Tick).count(&mut session);
    assert!(result.is_ok() || result.is_err_and(|error| error.is_canceled()));
    drop(session);
    for _ in 0..20 {
        assert_eq!(select(Tick).count(&mut db.session()).unwrap(), 300);
    }
}

fn nothing_is_stopped_where_nothing_runs(db: &Db) {
    let mut session = ticks(db);
    let canceller = session.canceller();
    assert!(!canceller.cancel().unwrap());
    assert_eq!(select(Tick).count(&mut session).unwrap(), 300);
    assert!(!canceller.clone().cancel().unwrap());
    drop(session);
    assert!(!canceller.cancel().unwrap());
}
