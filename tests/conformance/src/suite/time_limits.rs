//! Statements that are stopped: after a time limit, and by another thread.

use std::thread;
use std::time::{Duration, Instant};

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{Expr, scalar};

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
    each_statement_may_have_a_limit (crate::Requires::Cancel),
    statements_within_their_own_limit_run_as_ever (crate::Requires::Cancel),
    the_innermost_limit_counts (crate::Requires::Cancel),
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

/// A query that does not end in the time of a test.
fn endless() -> Select<Expr<i64>> {
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| Tick.alias(name));
    let sum = a.n + b.n + c.n + d.n;
    let query = select(count_all()).from(a).join_on(b, b.n.ge(0));
    let query = query.join_on(c, c.n.ge(0)).join_on(d, d.n.ge(0));
    query.filter(sum.lt(0))
}

/// A query that takes longer than the shortest limit, and ends soon.
fn slow() -> Select<Expr<i64>> {
    let [a, b, c] = ["a", "b", "c"].map(|name| Tick.alias(name));
    let sum = a.n + b.n + c.n;
    let query = select(count_all()).from(a).join_on(b, b.n.ge(0));
    query.join_on(c, c.n.lt(40)).filter(sum.lt(0))
}

/// Shorter than `slow` takes anywhere.
const SHORTEST: Duration = Duration::from_millis(2);

fn each_statement_may_have_a_limit(db: &Db) {
    drop(ticks(db));
    let mut conn = db.other_connection();
    let conn = &mut conn;
    let limit = "time limit of 150ms";
    let now = Instant::now;
    stopped(now(), endless().time_limit(SHORT).one(conn), limit);
    stopped(now(), endless().time_limit(SHORT).count(conn), limit);
    let none = || scalar(endless()).eq(Some(0));
    let marks = select(Mark).filter(none()).time_limit(SHORT);
    stopped(now(), marks.page(1, 5).fetch(conn), limit);
    let query = raw(ENDLESS).time_limit(SHORT);
    stopped(now(), query.one::<(i64,), _>(conn), limit);
    stopped(now(), query.execute(conn), limit);
    let written = update(Mark).set(Mark.n, 1).filter(none());
    stopped(now(), written.time_limit(SHORT).execute(conn), limit);
    let deleted = delete(Mark).filter(none()).time_limit(SHORT);
    stopped(now(), deleted.execute(conn), limit);
    let copied = insert(Mark).from_select(Mark.n, select(Mark.n).filter(none()));
    stopped(now(), copied.time_limit(SHORT).execute(conn), limit);
    // The next statements have none.
    assert_eq!(slow().one(conn).unwrap(), 0);
    let marks: Vec<Mark> = select(Mark).all(conn).unwrap();
    assert_eq!(marks.iter().map(|mark| mark.n).collect::<Vec<_>>(), [0]);
}

fn statements_within_their_own_limit_run_as_ever(db: &Db) {
    let mut session = ticks(db);
    let session = &mut session;
    let mark = |n| Mark::builder().n(n);
    insert(Mark)
        .values([mark(1), mark(2)])
        .time_limit(LONG)
        .execute(session)
        .unwrap();
    let marks = (3..6).map(mark);
    insert(Mark)
        .values_iter(marks)
        .time_limit(LONG)
        .execute(session)
        .unwrap();
    let raised = update(Mark).set(Mark.n, Mark.n + 1).time_limit(LONG);
    assert_eq!(raised.execute(session).unwrap(), 6);
    let gone = delete(Mark).filter(Mark.n.eq(1)).time_limit(LONG);
    assert_eq!(gone.synchronize().execute(session).unwrap(), 1);
    let marks = select(Mark)
        .order_by(Mark.n)
        .time_limit(LONG)
        .all(session)
        .unwrap();
    let found: Vec<i32> = marks.iter().map(|mark| session[*mark].n).collect();
    assert_eq!(found, [2, 3, 4, 5, 6]);
    session.commit().unwrap();
}

fn the_innermost_limit_counts(db: &Db) {
    drop(ticks(db));
    let engine = db.engine_with(&db.options().time_limit(SHORTEST));
    let begin = Instant::now;
    let limit = "time limit of 2ms";
    // Of the engine, for connections and sessions.
    let mut conn = engine.connection().unwrap();
    stopped(begin(), slow().one(&mut conn), limit);
    let mut session = Session::new(&engine);
    stopped(begin(), slow().one(&mut session), limit);
    session.rollback().unwrap();
    // Of a connection, which its next user does not have.
    conn.time_limit(LONG);
    assert_eq!(slow().one(&mut conn).unwrap(), 0);
    stopped(begin(), slow().time_limit(SHORTEST).one(&mut conn), limit);
    assert_eq!(slow().one(&mut conn).unwrap(), 0);
    drop(conn);
    stopped(
        begin(),
        slow().one(&mut engine.connection().unwrap()),
        limit,
    );
    // Of a session, of a part of its statements, and of one statement.
    let mut session = Session::new(&engine).time_limit(LONG);
    assert_eq!(slow().one(&mut session).unwrap(), 0);
    let result = session.with_time_limit(SHORTEST, |session| slow().one(session));
    stopped(begin(), result, limit);
    session.rollback().unwrap();
    let result = session.with_time_limit(SHORTEST, |session| slow().time_limit(None).one(session));
    assert_eq!(result.unwrap(), 0);
    let mut session = Session::new(&engine);
    assert_eq!(slow().time_limit(LONG).one(&mut session).unwrap(), 0);
    stopped(begin(), slow().one(&mut session), limit);
}
