//! Rows of queries without an end, which each database writes in its own way: an early end, an error in the middle.

use crate::databases::{Database, HasDatabase};
use orm::ErrorKind;
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::fixtures::{Post, User};
use orm_conformance::suite::support::{fails, insert_user, names, seed};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

cases![
    "streams":
    many_rows_come_in_order,
    an_early_end_frees_the_connection,
    an_early_end_leaves_the_transaction_open,
    an_error_in_the_middle_is_an_error,
    an_error_in_the_middle_leaves_the_transaction_as_any_other,
    a_query_that_is_canceled_is_an_error,
    a_connection_lost_in_the_middle_is_told (Requires::Server),
];

const WIDE: &str = "a text of sixty-four characters, as many as a row has, more or less";

/// A query of so many numbers from 1, in their order.
fn numbers(db: &Db, to: u64, expression: &str) -> String {
    let recursive = format!(
        "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < {to}) SELECT"
    );
    match db.database() {
        Database::Sqlite => format!("{recursive} {expression} FROM t"),
        Database::Postgres => {
            format!("SELECT {expression} FROM (SELECT generate_series(1::int8, {to}::int8) AS n) t")
        }
        Database::MariaDb => format!(
            "SELECT {expression} FROM (SELECT CAST(seq AS SIGNED) AS n FROM seq_1_to_{to}) t"
        ),
        Database::Mysql => {
            format!(
                "{recursive} /*+ SET_VAR(cte_max_recursion_depth = 4294967295) */ {expression} FROM t"
            )
        }
    }
}

/// A query whose rows have no end that a test would see. They are as wide as those of a table.
fn endless(db: &Db) -> String {
    let wide = format!("'{WIDE}'");
    if db.database() == Database::Mysql {
        // Its recursive queries are stored before they are read, and its hash joins build tables of that size.
        let ten = (0..10).map(|n| format!("ROW({n})")).collect::<Vec<_>>();
        let tables = (0..9).map(|n| format!("(VALUES {}) AS t{n} (n)", ten.join(", ")));
        return format!(
            "SELECT /*+ NO_BNL() */ {wide} FROM {}",
            tables.collect::<Vec<_>>().join(", ")
        );
    }
    numbers(db, 1_000_000_000, &wide)
}

/// An expression that fails for 50,000 and higher numbers, as the row of that number is computed.
fn failing(db: &Db) -> &'static str {
    match db.database() {
        Database::Sqlite => {
            "CASE WHEN n < 50000 THEN n ELSE abs(-9223372036854775807 - n / 50000) END"
        }
        Database::Postgres => "CASE WHEN n < 50000 THEN n ELSE 9223372036854775807 + n / 50000 END",
        Database::MariaDb | Database::Mysql => {
            "CASE WHEN n < 50000 THEN n ELSE 9223372036854775807 + n DIV 50000 END"
        }
    }
}

/// Runs a test that must not take as long as reading all rows.
fn soon<T>(work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let value = work();
    let time = begin.elapsed();
    assert!(time < Duration::from_secs(5), "took {time:?}");
    value
}

fn many_rows_come_in_order(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    // More than any driver fetches at once, of a size that changes by much.
    let text = match db.database() {
        Database::Sqlite => "printf('%.*c', CASE WHEN n % 1000 = 0 THEN 100000 ELSE 3 END, 'x')",
        _ => "repeat('x', CASE WHEN n % 1000 = 0 THEN 100000 ELSE 3 END)",
    };
    let query = numbers(db, 20_000, &format!("n, {text}"));
    let mut last = 0;
    for row in raw(query).stream(conn).unwrap() {
        let (n, text): (i64, String) = row.unwrap();
        assert_eq!(n, last + 1);
        assert_eq!(text.len(), if n % 1000 == 0 { 100_000 } else { 3 });
        last = n;
    }
    assert_eq!(last, 20_000);
}

fn an_early_end_frees_the_connection(db: &Db) {
    let conn = &mut seed(db);
    soon(|| {
        for rows in [0, 1, 3, 5000] {
            let stream = raw(endless(db)).stream::<(String,), _>(conn).unwrap();
            let taken: orm::Result<Vec<_>> = stream.take(rows).collect();
            assert_eq!(taken.unwrap().len(), rows);
            assert!(!conn.in_transaction());
            insert_user(conn, &format!("after {rows}")).unwrap();
        }
    });
    assert_eq!(db.count("users"), 8);
    // Nor does the next user of the connection find anything of it.
    let few = select(User).order_by(User.id);
    assert_eq!(few.stream(conn).unwrap().next().unwrap().unwrap().id, 1);
    assert_eq!(names(conn, User.id.le(2)), ["ada", "bob"]);
}

fn an_early_end_leaves_the_transaction_open(db: &Db) {
    let conn = &mut seed(db);
    conn.begin().unwrap();
    insert_user(conn, "first").unwrap();
    soon(|| {
        let mut stream = raw(endless(db)).stream::<(String,), _>(conn).unwrap();
        assert_eq!(stream.next().unwrap().unwrap().0, WIDE);
        drop(stream);
        conn.savepoint(|conn| {
            let mut stream = raw(endless(db)).stream::<(String,), _>(conn)?;
            assert_eq!(stream.nth(10).unwrap()?.0, WIDE);
            drop(stream);
            insert_user(conn, "second")
        })
        .unwrap();
    });
    assert!(conn.has_transaction());
    assert_eq!(db.count("users"), 4);
    conn.commit().unwrap();
    assert_eq!(db.count("users"), 6);
}

fn an_error_in_the_middle_is_an_error(db: &Db) {
    let conn = &mut seed(db);
    let query = raw(numbers(db, 100_000, failing(db)));
    let mut stream = query.stream::<(i64,), _>(conn).unwrap();
    let mut read = 0;
    let error = loop {
        match stream.next().unwrap() {
            Ok((n,)) => assert_eq!((n, read), (read + 1, read)),
            Err(error) => break error,
        }
        read += 1;
    };
    // PostgreSQL sends none of the rows that are fetched together with the one that fails.
    assert!((49_999 - 4096..50_000).contains(&read), "{read}");
    assert!(error.code().is_some() && error.sql().is_some(), "{error:?}");
    assert!(stream.next().is_none());
    drop(stream);
    assert!(!conn.in_transaction());
    insert_user(conn, "after").unwrap();
    assert_eq!(db.count("users"), 5);
    // An error is no early end: it is returned as long as rows are fetched.
    let all: orm::Result<Vec<(i64,)>> = query.stream(conn).unwrap().collect();
    assert_eq!(all.unwrap_err().kind(), error.kind());
}

fn an_error_in_the_middle_leaves_the_transaction_as_any_other(db: &Db) {
    let conn = &mut seed(db);
    conn.begin().unwrap();
    insert_user(conn, "before").unwrap();
    let failed = conn.savepoint(|conn| {
        let query = raw(numbers(db, 100_000, failing(db)));
        let all: orm::Result<Vec<(i64,)>> = query.stream(conn)?.collect();
        all.map(drop)
    });
    assert!(failed.unwrap_err().code().is_some());
    insert_user(conn, "between").unwrap();
    let query = raw(numbers(db, 100_000, failing(db)));
    let mut stream = query.stream::<(i64,), _>(conn).unwrap();
    assert!(stream.by_ref().any(|row| row.is_err()));
    drop(stream);
    if db.capabilities().statement_rollback {
        insert_user(conn, "after").unwrap();
        conn.commit().unwrap();
        assert_eq!(db.count("users"), 7);
    } else {
        fails(insert_user(conn, "after"), ErrorKind::Transaction);
        fails(conn.commit(), ErrorKind::Transaction);
        conn.rollback().unwrap();
        assert_eq!(db.count("users"), 4);
    }
}

/// Interrupts what a connection runs, again and again, until the flag is set.
fn cancel(db: &Db, conn: &mut Connection, is_done: &Arc<AtomicBool>) -> thread::JoinHandle<()> {
    let is_done = Arc::clone(is_done);
    let again = move |cancel: &mut dyn FnMut()| {
        while !is_done.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
            cancel();
        }
    };
    let mut cancel = db.canceller(conn);
    thread::spawn(move || again(&mut cancel))
}

fn a_query_that_is_canceled_is_an_error(db: &Db) {
    let conn = &mut seed(db);
    let is_done = Arc::new(AtomicBool::new(false));
    let canceller = cancel(db, conn, &is_done);
    let mut stream = raw(endless(db)).stream::<(String,), _>(conn).unwrap();
    let error = stream.find_map(Result::err).unwrap();
    drop(stream);
    is_done.store(true, Ordering::SeqCst);
    canceller.join().unwrap();
    assert!(!error.is_connection_lost(), "{error:?}");
    assert!(error.code().is_some(), "{error:?}");
    assert!(!conn.in_transaction());
    insert_user(conn, "after").unwrap();
    assert_eq!(db.count("users"), 5);
}

fn a_connection_lost_in_the_middle_is_told(db: &Db) {
    let conn = &mut seed(db);
    for in_transaction in [false, true] {
        let mut kill = db.killer(conn);
        if in_transaction {
            conn.begin().unwrap();
            insert_user(conn, "lost").unwrap();
        }
        let mut stream = select(User)
            .join_on(Post, Post.id.gt(0))
            .stream(conn)
            .unwrap();
        let endless = raw(endless(db));
        assert!(stream.next().unwrap().is_ok());
        drop(stream);
        let mut stream = endless.stream::<(String,), _>(conn).unwrap();
        assert!(stream.next().unwrap().is_ok());
        kill();
        let error = stream.find_map(Result::err).unwrap();
        drop(stream);
        let is_told = error.is_connection_lost() || error.is_commit_unknown();
        assert!(is_told, "{error:?}");
        if in_transaction {
            fails(insert_user(conn, "after"), ErrorKind::Transaction);
        }
        conn.rollback().unwrap();
        assert_eq!(names(conn, User.id.eq(1)), ["ada"]);
    }
    assert_eq!(db.count("users"), 4);
}
