//! Rows of a query one at a time: all of them, an early end, and an error in the middle, which leave the
//! connection free and the word on its transaction true.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use orm::ErrorKind;
use orm::engine::ValueRef;
use orm::prelude::*;
use tokio::runtime::Builder;

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::fixtures::{Everything, Post, User};
use orm_conformance::suite::support::{
    column, everything, fails, insert_user, names, scalar, seed, users,
};

cases![
    "streams":
    rows_are_those_of_all,
    entities_come_out_with_their_optional_partners,
    every_type_is_read,
    raw_rows_are_read_into_tuples_and_structs,
    one_statement_is_sent,
    many_rows_come_in_order,
    an_early_end_frees_the_connection,
    an_early_end_leaves_the_transaction_open,
    an_error_in_the_middle_is_an_error,
    an_error_in_the_middle_leaves_the_transaction_as_any_other,
    what_the_database_refuses_is_the_first_row,
    a_query_that_is_canceled_is_an_error,
    a_connection_lost_in_the_middle_is_told (Requires::Server),
    a_value_that_does_not_fit_ends_the_stream,
    a_lock_needs_a_transaction,
    a_statement_that_may_end_the_transaction_is_refused,
    the_connection_of_a_session_streams_in_its_transaction,
    a_forgotten_stream_takes_no_later_statement_along,
    a_task_is_refused_and_may_drop_it,
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

fn rows_are_those_of_all(db: &Db) {
    let conn = &mut seed(db);
    let query = select(User).order_by(User.username);
    let all = query.all(conn).unwrap();
    // A query that has kept its text, too.
    for _ in 0..3 {
        let streamed: orm::Result<Vec<User>> = query.stream(conn).unwrap().collect();
        assert_eq!(streamed.unwrap(), all);
    }
    let none = select(User).filter(User.username.eq("nobody"));
    let mut rows = none.stream(conn).unwrap();
    assert!(rows.next().is_none() && rows.next().is_none());
    drop(rows);
    assert_eq!(query.all(conn).unwrap(), all);
}

fn entities_come_out_with_their_optional_partners(db: &Db) {
    let conn = &mut seed(db);
    let pairs = select((User.username, optional(Post)))
        .left_join(Post)
        .order_by((User.username, Post.id));
    let mut titles = Vec::new();
    for pair in pairs.stream(conn).unwrap() {
        let (name, post): (String, Option<Post>) = pair.unwrap();
        titles.push((name, post.map(|post| post.title)));
    }
    assert_eq!(titles.len(), 5);
    assert_eq!(titles[0], ("ada".into(), Some("one".into())));
    assert_eq!(titles[2], ("bob".into(), None));
}

fn every_type_is_read(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let rows: Vec<_> = (1..=40).map(|id| everything(id, None)).collect();
    insert(Everything).values(&rows).execute(conn).unwrap();
    let query = select(Everything).order_by(Everything.id);
    let streamed: orm::Result<Vec<_>> = query.stream(conn).unwrap().collect();
    assert_eq!(streamed.unwrap(), rows);
}

#[derive(FromRow, Debug, PartialEq)]
struct Named {
    username: String,
    id: i64,
}

fn raw_rows_are_read_into_tuples_and_structs(db: &Db) {
    let conn = &mut seed(db);
    let query =
        raw("SELECT id, username FROM users WHERE id IN :ids AND username <> :name ORDER BY id")
            .bind_list("ids", [1, 2, 3])
            .bind("name", "bob");
    let tuples: orm::Result<Vec<(i64, String)>> = query.stream(conn).unwrap().collect();
    assert_eq!(tuples.unwrap(), [(1, "ada".into()), (3, "cy".into())]);
    let mut named = query.stream(conn).unwrap();
    let first: Named = named.next().unwrap().unwrap();
    assert_eq!(
        first,
        Named {
            username: "ada".into(),
            id: 1
        }
    );
    drop(named);
    let unbound = raw("SELECT :id").stream::<(i64,), _>(conn);
    fails(unbound, ErrorKind::Usage);
    let narrow = raw("SELECT 1, 2").stream::<(i64,), _>(conn).unwrap();
    fails(narrow.collect::<orm::Result<Vec<_>>>(), ErrorKind::Decode);
}

fn one_statement_is_sent(db: &Db) {
    let mut conn = seed(db);
    let query = select(User.id).order_by(User.id).limit(2);
    assert_eq!(query.stream(&mut conn).unwrap().count(), 2);
    assert_eq!(
        db.sent(),
        [r#"SELECT "id" FROM "users" ORDER BY "id" ASC LIMIT ?"#]
    );
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
    // An error is no early end: it is returned as long as rows are asked for.
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

fn what_the_database_refuses_is_the_first_row(db: &Db) {
    let conn = &mut seed(db);
    for sql in ["SELECT nothing FROM nowhere", "SELECT FROM FROM"] {
        let mut stream = raw(sql).stream::<(i64,), _>(conn).unwrap();
        let error = stream.next().unwrap().unwrap_err();
        assert_eq!(error.sql(), Some(sql));
        assert!(stream.next().is_none());
        drop(stream);
        // Nor must it be asked for.
        drop(raw(sql).stream::<(i64,), _>(conn).unwrap());
        assert!(!conn.in_transaction());
        assert_eq!(names(conn, User.id.eq(1)), ["ada"]);
    }
}

/// Interrupts what a connection runs, again and again, until the flag says that it has worked.
fn cancel(db: &Db, conn: &mut Connection, is_done: &Arc<AtomicBool>) -> thread::JoinHandle<()> {
    let is_done = Arc::clone(is_done);
    let again = move |cancel: &mut dyn FnMut()| {
        while !is_done.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
            cancel();
        }
    };
    if db.database() == Database::Sqlite {
        let native = conn.driver_mut::<rusqlite::Connection>().unwrap();
        let handle = native.get_interrupt_handle();
        return thread::spawn(move || again(&mut || handle.interrupt()));
    }
    let number: i64 = match db.database() {
        Database::Postgres => scalar(conn, "SELECT pg_backend_pid()::int8"),
        _ => scalar(conn, "SELECT CAST(CONNECTION_ID() AS SIGNED)"),
    };
    let cancel = match db.database() {
        Database::Postgres => format!("SELECT pg_cancel_backend({number})"),
        _ => format!("KILL QUERY {number}"),
    };
    let mut other = db.other_connection();
    thread::spawn(move || {
        again(&mut || {
            let _ = other.raw_execute(&cancel, &[]);
        });
    })
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
        let number: i64 = match db.database() {
            Database::Postgres => scalar(conn, "SELECT pg_backend_pid()::int8"),
            _ => scalar(conn, "SELECT CAST(CONNECTION_ID() AS SIGNED)"),
        };
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
        let mut other = db.other_connection();
        match db.database() {
            Database::Postgres => drop(column::<bool>(
                &mut other,
                &format!("SELECT pg_terminate_backend({number})"),
            )),
            _ => other.raw_control(&format!("KILL {number}")).unwrap(),
        }
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

fn a_value_that_does_not_fit_ends_the_stream(db: &Db) {
    let conn = &mut seed(db);
    let query = raw("SELECT email FROM users ORDER BY id");
    let mut stream = query.stream::<(String,), _>(conn).unwrap();
    assert_eq!(stream.next().unwrap().unwrap().0, "ada@x.org");
    fails(stream.next().unwrap(), ErrorKind::Decode);
    assert!(stream.next().is_none());
    drop(stream);
    assert_eq!(names(conn, User.id.eq(1)), ["ada"]);
}

fn a_lock_needs_a_transaction(db: &Db) {
    let conn = &mut seed(db);
    let query = select(User).order_by(User.id).for_update();
    fails(query.stream(conn), ErrorKind::Usage);
    conn.begin_with(orm::engine::TransactionOptions::new().writes())
        .unwrap();
    let ids: Vec<i64> = query
        .stream(conn)
        .unwrap()
        .map(|user| user.unwrap().id)
        .collect();
    assert_eq!(ids, [1, 2, 3, 4]);
    conn.commit().unwrap();
}

fn a_statement_that_may_end_the_transaction_is_refused(db: &Db) {
    let conn = &mut seed(db);
    conn.begin().unwrap();
    insert_user(conn, "first").unwrap();
    let commit = raw("COMMIT AND CHAIN").stream::<(i64,), _>(conn);
    fails(commit, ErrorKind::Usage);
    conn.rollback().unwrap();
    assert_eq!(db.count("users"), 4);
}

fn the_connection_of_a_session_streams_in_its_transaction(db: &Db) {
    seed(db);
    let mut session = db.session();
    session.add(User::builder().username("eve"));
    let query = select(User.username).order_by(User.username);
    let conn = session.connection().unwrap();
    let found: orm::Result<Vec<String>> = query.stream(conn).unwrap().collect();
    assert_eq!(found.unwrap(), ["ada", "bob", "cy", "dee", "eve"]);
    assert_eq!(
        query
            .stream(session.connection().unwrap())
            .unwrap()
            .take(2)
            .count(),
        2
    );
    session.rollback().unwrap();
    assert_eq!(users(db), ["ada", "bob", "cy", "dee"]);
}

fn a_forgotten_stream_takes_no_later_statement_along(db: &Db) {
    let mut conn = seed(db);
    let mut stream = select(User).stream(&mut conn).unwrap();
    assert!(stream.next().unwrap().is_ok());
    std::mem::forget(stream);
    // A driver that can't go on with the connection gives it up.
    let stored = insert_user(&mut conn, "after").is_ok();
    drop(conn);
    let expected = 4 + i64::from(stored);
    assert_eq!(db.count("users"), expected);
    // The pool's next user is not held up.
    let mut conn = db.engine.connection().unwrap();
    insert_user(&mut conn, "next").unwrap();
    assert_eq!(db.count("users"), expected + 1);
}

fn a_task_is_refused_and_may_drop_it(db: &Db) {
    let conn = &mut seed(db);
    let runtime = Builder::new_current_thread().build().unwrap();
    let query = raw("SELECT id FROM users WHERE id > :id ORDER BY id").bind("id", 1);
    let mut stream = query.stream::<(i64,), _>(conn).unwrap();
    assert_eq!(stream.next().unwrap().unwrap(), (2,));
    runtime.block_on(async move {
        let error = fails(stream.next().unwrap(), ErrorKind::Usage);
        assert!(error.message().contains("inside an async task"), "{error}");
        assert!(stream.next().is_none());
        drop(stream);
    });
    assert!(!conn.in_transaction());
    insert_user(conn, "after").unwrap();
    assert_eq!(db.count("users"), 5);
    let binds = [ValueRef::Int(1)];
    let sql = orm_conformance::suite::support::sql(db, "DELETE FROM users WHERE id > ?");
    assert_eq!(conn.raw_execute(&sql, &binds).unwrap().affected, 4);
}
