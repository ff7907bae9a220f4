//! The driver against SQLite itself: values, counts, errors, and the truth about transactions.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::time::Duration;

use dialect_sqlite::rusqlite::{self, StatementStatus};
use dialect_sqlite::{SqliteDialect, SqliteDriver};
use orm_core::driver::{Connection, Driver, Outcome, TransactionState};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::Dialect;
use orm_core::value::{BatchValues, Value, ValueRef};

type Boxed = Box<dyn Connection>;

fn memory() -> Boxed {
    SqliteDriver::memory().connect().unwrap()
}

fn with(statements: &[&str]) -> Boxed {
    let mut connection = memory();
    run(&mut connection, statements);
    connection
}

fn run(connection: &mut Boxed, statements: &[&str]) {
    for statement in statements {
        connection.control(statement).unwrap();
    }
}

fn rows(connection: &mut Boxed, sql: &str, binds: &[ValueRef<'_>]) -> Result<Vec<Vec<Value>>> {
    let mut all = Vec::new();
    connection.query(sql, binds, &mut |row| {
        let values = (0..row.len()).map(|i| Ok(row.get(i)?.to_value()));
        all.push(values.collect::<Result<_>>()?);
        Ok(())
    })?;
    Ok(all)
}

fn one(connection: &mut Boxed, sql: &str) -> Value {
    rows(connection, sql, &[]).unwrap().remove(0).remove(0)
}

fn impatient(path: &Path) -> Boxed {
    let driver = SqliteDriver::file(path).busy_timeout(Duration::from_millis(20));
    driver.connect().unwrap()
}

fn native(connection: &mut Boxed) -> &mut rusqlite::Connection {
    connection.native().downcast_mut().unwrap()
}

fn outcome(affected: u64, last_insert_id: i64) -> Outcome {
    Outcome::new(affected, last_insert_id)
}

#[test]
fn values_of_every_kind_read_back() {
    let mut connection = memory();
    let items = [Value::Int(1), Value::Text("a\"b".into())];
    let borrowed = [ValueRef::Bool(true), ValueRef::Null];
    let text = |text: &str| Value::Text(text.into());
    let cases = [
        (ValueRef::Null, Value::Null),
        (ValueRef::Bool(true), Value::Int(1)),
        (ValueRef::Bool(false), Value::Int(0)),
        (ValueRef::Int(i64::MIN), Value::Int(i64::MIN)),
        (ValueRef::Int(i64::MAX), Value::Int(i64::MAX)),
        (ValueRef::Float(0.1), Value::Float(0.1)),
        (ValueRef::Float(f64::INFINITY), Value::Float(f64::INFINITY)),
        (ValueRef::Text(""), text("")),
        (ValueRef::Text("Grüße\0🙂"), text("Grüße\0🙂")),
        (ValueRef::Bytes(&[]), Value::Bytes(vec![])),
        (ValueRef::Bytes(&[0, 255]), Value::Bytes(vec![0, 255])),
        (ValueRef::Date(-1), text("1969-12-31")),
        (ValueRef::Time(1), text("00:00:00.000001")),
        (ValueRef::DateTime(0), text("1970-01-01 00:00:00")),
        (ValueRef::Timestamp(-1), text("1969-12-31 23:59:59.999999")),
        (ValueRef::Uuid([7; 16]), Value::Bytes(vec![7; 16])),
        (
            ValueRef::Batch(BatchValues::Owned(&items)),
            text(r#"[1,"a\"b"]"#),
        ),
        (
            ValueRef::Batch(BatchValues::Borrowed(&borrowed)),
            text("[true,null]"),
        ),
    ];
    for (value, expected) in cases {
        let found = rows(&mut connection, "SELECT ?", &[value]).unwrap();
        assert_eq!(found, [[expected]], "{value:?}");
    }
}

#[test]
fn values_keep_their_kind_in_columns() {
    let mut connection = with(&[
        "CREATE TABLE t (b BOOLEAN, i INTEGER, r REAL, s VARCHAR(50), d DATE, h TIME, n DATETIME, \
         p TIMESTAMP, u BLOB)",
    ]);
    let binds = [
        ValueRef::Bool(true),
        ValueRef::Int(7),
        ValueRef::Float(2.0),
        ValueRef::Text("007"),
        ValueRef::Date(11_017),
        ValueRef::Time(0),
        ValueRef::DateTime(1),
        ValueRef::Timestamp(2),
        ValueRef::Uuid([1; 16]),
    ];
    let sql = "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.execute(sql, &binds).unwrap();
    let types = "SELECT typeof(b), typeof(i), typeof(r), typeof(s), typeof(d), typeof(h), typeof(n), \
                 typeof(p), typeof(u) FROM t";
    let found = rows(&mut connection, types, &[]).unwrap().remove(0);
    let expected = [
        "integer", "integer", "real", "text", "text", "text", "text", "text", "blob",
    ];
    assert_eq!(found, expected.map(|ty| Value::Text(ty.into())));
    for literal in [Value::Date(11_017), Value::Uuid([1; 16]), Value::Bool(true)] {
        let literal = SqliteDialect.literal(&literal).unwrap();
        let column = if literal.starts_with('X') {
            "u"
        } else if literal.starts_with('\'') {
            "d"
        } else {
            "b"
        };
        let sql = format!("SELECT COUNT(*) FROM t WHERE {column} = {literal}");
        assert_eq!(one(&mut connection, &sql), Value::Int(1), "{literal}");
    }
}

#[test]
fn what_has_no_place_is_refused() {
    let mut connection = with(&["CREATE TABLE t (a REAL)"]);
    let insert = "INSERT INTO t VALUES (?)";
    let nan = [ValueRef::Float(f64::NAN)];
    let error = connection.execute(insert, &nan).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfRange);
    assert_eq!(error.sql(), Some(insert));
    assert_eq!(
        one(&mut connection, "SELECT COUNT(*) FROM t"),
        Value::Int(0)
    );
}

#[test]
fn outcomes_count_rows_and_tell_keys() {
    let mut connection = with(&["CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"]);
    let mut execute = |sql: &str| connection.execute(sql, &[]).unwrap();
    assert_eq!(execute("INSERT INTO t (a) VALUES ('x')"), outcome(1, 1));
    assert_eq!(
        execute("INSERT INTO t (a) VALUES ('y'), ('z')"),
        outcome(2, 3)
    );
    assert_eq!(
        execute("INSERT OR IGNORE INTO t (id) VALUES (1)"),
        outcome(0, 0)
    );
    // Matched, not changed: the value is the same.
    assert_eq!(execute("UPDATE t SET a = 'x' WHERE id = 1"), outcome(1, 0));
    assert_eq!(execute("UPDATE t SET a = 'x' WHERE id = 9"), outcome(0, 0));
    assert_eq!(execute("DELETE FROM t WHERE id > 1"), outcome(2, 0));
    // Neither of these resets SQLite's own count.
    assert_eq!(execute("CREATE TABLE u (a TEXT)"), outcome(0, 0));
    assert_eq!(execute("SELECT * FROM t"), outcome(0, 0));
    assert_eq!(execute("PRAGMA user_version"), outcome(0, 0));
    assert_eq!(
        execute("INSERT INTO t (a) VALUES ('r') RETURNING id"),
        outcome(1, 2)
    );
}

#[test]
fn a_statement_runs_for_each_row_and_stops_at_the_first_failure() {
    let mut connection = with(&["CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE)"]);
    let binds = ["a", "b", "c"].map(ValueRef::Text);
    let mut seen = Vec::new();
    let insert = "INSERT INTO t (a) VALUES (?)";
    connection
        .execute_each(insert, 1, &binds, &mut |outcome| {
            seen.push(outcome);
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, [outcome(1, 1), outcome(1, 2), outcome(1, 3)]);

    seen.clear();
    let binds = [
        ValueRef::Text("x"),
        ValueRef::Int(1),
        ValueRef::Text("y"),
        ValueRef::Int(9),
    ];
    let update = "UPDATE t SET a = ? WHERE id = ?";
    connection
        .execute_each(update, 2, &binds, &mut |outcome| {
            seen.push(outcome);
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, [outcome(1, 0), outcome(0, 0)]);

    let binds = ["d", "b", "e"].map(ValueRef::Text);
    let error = connection.execute_each(insert, 1, &binds, &mut |_| Ok(()));
    assert!(error.unwrap_err().is_unique_violation());
    let error = connection.execute_each(insert, 1, &[ValueRef::Text("f")], &mut |_| {
        Err(Error::new(ErrorKind::StaleData))
    });
    assert!(error.unwrap_err().is_stale_data());
    assert_eq!(
        one(&mut connection, "SELECT group_concat(a) FROM t"),
        Value::Text("x,b,c,d,f".into())
    );
}

#[test]
fn a_wrong_number_of_binds_is_an_error() {
    let mut connection = with(&["CREATE TABLE t (a TEXT)"]);
    let sql = "INSERT INTO t VALUES (?)";
    let error = connection.execute(sql, &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(error.message(), "the statement takes 1 binds, but got 0");
    let two = [ValueRef::Int(1), ValueRef::Int(2)];
    let error = rows(&mut connection, "SELECT ?", &two).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    let three = [ValueRef::Int(1), ValueRef::Int(2), ValueRef::Int(3)];
    let sql = "INSERT INTO t SELECT ? WHERE ? = 1";
    let error = connection.execute_each(sql, 2, &three, &mut |_| Ok(()));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(
        one(&mut connection, "SELECT COUNT(*) FROM t"),
        Value::Int(0)
    );
}

#[test]
fn rows_tell_names_and_refuse_what_they_have_not() {
    let mut connection = memory();
    let sql = "SELECT 1 AS a, CAST(X'FF' AS TEXT) AS broken";
    let mut checked = false;
    connection
        .query(sql, &[], &mut |row| {
            checked = true;
            assert_eq!((row.len(), row.is_empty()), (2, false));
            assert_eq!((row.name(0), row.name(1), row.name(2)), ("a", "broken", ""));
            assert_eq!(row.get(0)?, ValueRef::Int(1));
            let error = row.get(1).unwrap_err();
            assert_eq!(
                (error.kind(), error.column()),
                (ErrorKind::Decode, Some("broken"))
            );
            assert_eq!(row.get(2).unwrap_err().kind(), ErrorKind::Decode);
            Ok(())
        })
        .unwrap();
    assert!(checked);
}

#[test]
fn a_query_ended_early_leaves_the_connection_usable() {
    let mut connection = with(&["CREATE TABLE t (a TEXT)", "BEGIN"]);
    connection
        .execute("INSERT INTO t VALUES ('x'), ('y')", &[])
        .unwrap();
    let end = connection.query("SELECT a FROM t", &[], &mut |_| {
        Err(Error::new(ErrorKind::MultipleRows))
    });
    assert_eq!(end.unwrap_err().kind(), ErrorKind::MultipleRows);
    run(&mut connection, &["COMMIT", "DROP TABLE t"]);
}

#[test]
fn errors_have_kind_place_and_sql() {
    let mut connection = with(&[
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, \
         age INTEGER CONSTRAINT ck_age CHECK (age > 0))",
        "CREATE TABLE posts (author INTEGER REFERENCES users (id))",
        "INSERT INTO users VALUES (1, 'a', 1)",
    ]);
    let mut fail = |sql: &str| connection.execute(sql, &[]).unwrap_err();
    let error = fail("INSERT INTO users VALUES (2, 'a', 1)");
    assert!(error.is_unique_violation());
    assert_eq!(
        (error.table(), error.column()),
        (Some("users"), Some("name"))
    );
    assert_eq!(error.sql(), Some("INSERT INTO users VALUES (2, 'a', 1)"));
    assert_eq!(error.code(), Some("2067"));
    let error = fail("INSERT INTO users VALUES (1, 'b', 1)");
    assert_eq!((error.code(), error.column()), (Some("1555"), Some("id")));
    assert!(fail("INSERT INTO users VALUES (2, NULL, 1)").is_not_null_violation());
    let error = fail("INSERT INTO users VALUES (2, 'b', 0)");
    assert!(error.is_check_violation());
    assert_eq!(error.constraint(), Some("ck_age"));
    assert!(fail("INSERT INTO posts VALUES (7)").is_foreign_key_violation());
    assert_eq!(fail("SELECT * FROM nope").table(), Some("nope"));
    // With quotes, and not taken for a string.
    assert_eq!(fail("SELECT \"nope\" FROM users").column(), Some("nope"));
    let error = fail("INSERT INTO users (nope) VALUES (1)");
    assert_eq!(
        (error.table(), error.column()),
        (Some("users"), Some("nope"))
    );
    assert_eq!(fail("SELEC 1").kind(), ErrorKind::Syntax);
    assert_eq!(fail("SELECT 1; SELECT 2").kind(), ErrorKind::Syntax);
}

#[test]
fn sums_beyond_an_integer_are_out_of_range() {
    let mut connection = memory();
    let sql = "SELECT sum(value) FROM json_each('[9223372036854775807, 1]')";
    let error = rows(&mut connection, sql, &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfRange);
}

#[test]
fn a_failed_statement_leaves_the_transaction_open() {
    let mut connection = with(&["CREATE TABLE t (a TEXT UNIQUE)", "BEGIN"]);
    assert_eq!(connection.transaction(None), TransactionState::Open);
    let insert = "INSERT INTO t VALUES ('x')";
    connection.execute(insert, &[]).unwrap();
    let error = connection.execute(insert, &[]).unwrap_err();
    assert_eq!(connection.transaction(Some(&error)), TransactionState::Open);
    run(&mut connection, &["COMMIT"]);
    assert_eq!(connection.transaction(None), TransactionState::None);
    assert_eq!(
        one(&mut connection, "SELECT COUNT(*) FROM t"),
        Value::Int(1)
    );
}

#[test]
fn a_commit_that_a_deferred_key_refuses_leaves_the_transaction_open() {
    let mut connection = with(&[
        "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
        "CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)",
        "BEGIN",
        "INSERT INTO children VALUES (1)",
    ]);
    let error = connection.control("COMMIT").unwrap_err();
    assert!(error.is_foreign_key_violation());
    assert_eq!(connection.transaction(Some(&error)), TransactionState::Open);
    run(
        &mut connection,
        &["INSERT INTO parents VALUES (1)", "COMMIT"],
    );
    assert_eq!(connection.transaction(None), TransactionState::None);

    run(
        &mut connection,
        &["BEGIN", "PRAGMA defer_foreign_keys = ON"],
    );
    run(&mut connection, &["INSERT INTO children VALUES (2)"]);
    let error = connection.control("COMMIT").unwrap_err();
    assert_eq!(connection.transaction(Some(&error)), TransactionState::Open);
    run(&mut connection, &["ROLLBACK"]);
    assert_eq!(
        one(&mut connection, "SELECT COUNT(*) FROM children"),
        Value::Int(1)
    );
}

#[test]
fn an_error_that_ends_the_transaction_is_told() {
    let mut connection = with(&["CREATE TABLE t (a TEXT UNIQUE)", "BEGIN"]);
    let insert = "INSERT OR ROLLBACK INTO t VALUES ('x')";
    connection.execute(insert, &[]).unwrap();
    let error = connection.execute(insert, &[]).unwrap_err();
    assert!(error.is_unique_violation());
    assert_eq!(connection.transaction(Some(&error)), TransactionState::None);

    // A full database.
    run(&mut connection, &["PRAGMA max_page_count = 4", "BEGIN"]);
    let big = "INSERT INTO t VALUES (hex(randomblob(100000)))";
    let error = connection.execute(big, &[]).unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (Some("13"), "the disk is full")
    );
    assert_eq!(connection.transaction(Some(&error)), TransactionState::None);
    assert_eq!(
        one(&mut connection, "SELECT COUNT(*) FROM t"),
        Value::Int(0)
    );
}

#[test]
fn savepoints_nest_and_the_words_of_transactions_are_known() {
    let mut connection = with(&["CREATE TABLE t (a TEXT)", "BEGIN IMMEDIATE"]);
    run(
        &mut connection,
        &["SAVEPOINT a", "INSERT INTO t VALUES ('x')"],
    );
    run(&mut connection, &["ROLLBACK TO a", "RELEASE a", "COMMIT"]);
    assert_eq!(
        one(&mut connection, "SELECT COUNT(*) FROM t"),
        Value::Int(0)
    );
    let error = connection.control("COMMIT").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction);
    let error = connection.control("RELEASE a").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transaction);
}

#[test]
fn a_lock_that_another_connection_holds_is_busy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("busy.db");
    let mut first = impatient(&path);
    let mut second = impatient(&path);
    run(&mut first, &["CREATE TABLE t (a TEXT)", "BEGIN IMMEDIATE"]);
    let error = second.control("BEGIN IMMEDIATE").unwrap_err();
    assert!(error.is_busy());
    assert_eq!(second.transaction(Some(&error)), TransactionState::None);

    // A reader is not in the way of the writer, nor the other way round.
    run(&mut first, &["INSERT INTO t VALUES ('x')"]);
    assert_eq!(one(&mut second, "SELECT COUNT(*) FROM t"), Value::Int(0));
    run(&mut first, &["COMMIT"]);
    assert_eq!(one(&mut second, "SELECT COUNT(*) FROM t"), Value::Int(1));
}

#[test]
fn a_busy_commit_leaves_the_transaction_open() {
    let folder = tempfile::tempdir().unwrap();
    let driver = SqliteDriver::file(folder.path().join("journal.db"))
        .without_wal()
        .busy_timeout(Duration::from_millis(20));
    let mut writer = driver.connect().unwrap();
    let mut reader = driver.connect().unwrap();
    run(&mut writer, &["CREATE TABLE t (a TEXT)"]);
    run(&mut reader, &["BEGIN"]);
    assert_eq!(one(&mut reader, "SELECT COUNT(*) FROM t"), Value::Int(0));
    run(&mut writer, &["BEGIN", "INSERT INTO t VALUES ('x')"]);
    let error = writer.control("COMMIT").unwrap_err();
    assert!(error.is_busy());
    assert_eq!(writer.transaction(Some(&error)), TransactionState::Open);
    run(&mut reader, &["COMMIT"]);
    run(&mut writer, &["COMMIT"]);
    assert_eq!(one(&mut reader, "SELECT COUNT(*) FROM t"), Value::Int(1));
}

#[test]
fn a_read_that_turns_to_writing_too_late_is_a_serialization_failure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snapshot.db");
    let mut first = impatient(&path);
    let mut second = impatient(&path);
    run(&mut first, &["CREATE TABLE t (a TEXT)", "BEGIN"]);
    assert_eq!(one(&mut first, "SELECT COUNT(*) FROM t"), Value::Int(0));
    run(&mut second, &["INSERT INTO t VALUES ('x')"]);
    let error = first
        .execute("INSERT INTO t VALUES ('y')", &[])
        .unwrap_err();
    assert!(error.is_serialization_failure());
    assert_eq!(error.code(), Some("517"));
    assert_eq!(first.transaction(Some(&error)), TransactionState::Open);
    run(&mut first, &["ROLLBACK"]);
}

#[test]
fn many_connections_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..10 {
        let driver = SqliteDriver::file(folder.path().join(format!("{round}.db")));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let driver = driver.clone();
                std::thread::spawn(move || {
                    let mut connection = driver.connect()?;
                    connection.control("CREATE TABLE IF NOT EXISTS t (a TEXT)")?;
                    connection.execute("INSERT INTO t VALUES ('x')", &[])
                })
            })
            .collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap().unwrap().affected, 1);
        }
    }
}

#[test]
fn connections_are_set_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set up.db");
    let mut connection = SqliteDriver::file(&path).connect().unwrap();
    let mut setting = |name: &str| one(&mut connection, &format!("PRAGMA {name}"));
    assert_eq!(setting("foreign_keys"), Value::Int(1));
    assert_eq!(setting("journal_mode"), Value::Text("wal".into()));
    assert_eq!(setting("synchronous"), Value::Int(1));
    assert_eq!(setting("busy_timeout"), Value::Int(5000));
    assert_eq!(connection.server(), "sqlite");
    connection.ping().unwrap();
    assert!(!connection.is_broken());

    let forever = SqliteDriver::file(&path).busy_timeout(Duration::MAX);
    let mut full = forever.full_sync().connect().unwrap();
    assert_eq!(one(&mut full, "PRAGMA synchronous"), Value::Int(2));
    let mut reader = SqliteDriver::file(&path).read_only().connect().unwrap();
    let error = reader.control("CREATE TABLE t (a TEXT)").unwrap_err();
    assert_eq!(error.message(), "the database is read-only");
}

#[test]
fn a_bad_file_fails_at_connecting() {
    let folder = tempfile::tempdir().unwrap();
    let fail = |driver: SqliteDriver| driver.connect().err().unwrap();

    let path = folder.path().join("missing").join("a.db");
    let error = fail(SqliteDriver::file(&path));
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    let (path, missing) = (path.display(), folder.path().join("missing"));
    let message = format!(
        "can't open sqlite://{path}: the folder {} does not exist",
        missing.display()
    );
    assert_eq!(error.message(), message);

    let error = fail(SqliteDriver::file(folder.path()));
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert!(error.message().ends_with(": it is a folder"));

    for driver in [
        SqliteDriver::file(folder.path().join("no.db")).must_exist(),
        SqliteDriver::file(folder.path().join("no.db")).read_only(),
    ] {
        let error = fail(driver);
        assert!(
            error.message().ends_with(": the file does not exist"),
            "{error}"
        );
        assert!(!folder.path().join("no.db").exists());
    }

    let path = folder.path().join("text.db");
    std::fs::write(
        &path,
        "not a database, and long enough to have a header".repeat(50),
    )
    .unwrap();
    let error = fail(SqliteDriver::file(&path));
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(
        error.message().ends_with("is not a sqlite database"),
        "{error}"
    );

    let error = fail(SqliteDriver::file(""));
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[test]
fn names_that_mean_more_to_sqlite_are_files() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["file:a.db?mode=memory", ":memory:"] {
        let path = folder.path().join(name);
        SqliteDriver::file(&path).connect().unwrap();
        assert!(path.exists(), "{name}");
    }
    let private = SqliteDriver::memory();
    assert!(private.is_private());
    assert_eq!(private.target(), "sqlite::memory:");
    let file = SqliteDriver::file("a.db");
    assert!(!file.is_private());
    assert_eq!(file.target(), "sqlite://a.db");
}

#[test]
fn a_bound_limit_is_prepared_once() {
    let sql = "SELECT a FROM t WHERE id > ? LIMIT ?";
    let repeated = |driver: SqliteDriver| {
        let mut connection = driver.connect().unwrap();
        run(
            &mut connection,
            &["CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"],
        );
        // By the native connection, since the driver itself reads and resets the counter.
        for id in 0..100 {
            let mut statement = native(&mut connection).prepare_cached(sql).unwrap();
            let mut rows = statement.query([id, 1]).unwrap();
            assert!(rows.next().unwrap().is_none());
        }
        let statement = native(&mut connection).prepare_cached(sql).unwrap();
        let runs = statement.get_status(StatementStatus::Run);
        (runs, statement.get_status(StatementStatus::RePrepare))
    };
    assert_eq!(repeated(SqliteDriver::memory()), (100, 0));
    // What the guarantee is for. If this fails, SQLite has got better, and QPSG may go.
    let (_, without) = repeated(SqliteDriver::memory().without_planner_stability());
    assert!(without > 90, "{without}");
}

#[test]
fn statements_survive_a_change_of_the_schema() {
    let mut connection = with(&["CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES ('x')"]);
    let all = "SELECT * FROM t";
    assert_eq!(rows(&mut connection, all, &[]).unwrap()[0].len(), 1);
    run(&mut connection, &["ALTER TABLE t ADD COLUMN b INTEGER"]);
    assert_eq!(rows(&mut connection, all, &[]).unwrap()[0].len(), 2);
    connection.clear_statements();
    assert_eq!(rows(&mut connection, all, &[]).unwrap()[0].len(), 2);
    let driver = SqliteDriver::memory().statement_cache(0);
    let mut connection = driver.connect().unwrap();
    for _ in 0..2 {
        assert_eq!(one(&mut connection, "SELECT 1"), Value::Int(1));
    }
}

/// A statement whose rows nobody asked for is still run to its end.
#[test]
fn control_runs_statements_that_answer_rows_to_their_end() {
    let mut connection = memory();
    connection
        .control(
            "CREATE TABLE t (x INTEGER); INSERT INTO t VALUES (1), (2), (-9223372036854775808)",
        )
        .unwrap();
    let error = connection.control("SELECT abs(x) FROM t").unwrap_err();
    let native = std::error::Error::source(&error).map(ToString::to_string);
    assert!(native.is_some_and(|native| native.contains("overflow")));
    let several = "SELECT 1 UNION SELECT 2; SELECT abs(x) FROM t; SELECT 3";
    connection.control(several).unwrap_err();
}
