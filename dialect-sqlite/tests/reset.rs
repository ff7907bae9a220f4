//! What the program leaves behind in a connection: a file is closed for it, a database in memory is set up again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_sqlite::SqliteDriver;
use orm_core::driver::{Connection, Driver};
use orm_core::error::{ErrorKind, Result};
use orm_core::value::Value;

/// A statement that changes the state of the session, and a query whose result it changes.
const LEFTOVERS: &[(&str, &str)] = &[
    ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys"),
    ("PRAGMA query_only = ON", "PRAGMA query_only"),
    ("PRAGMA busy_timeout(1)", "PRAGMA busy_timeout"),
    ("PRAGMA recursive_triggers = 1", "PRAGMA recursive_triggers"),
    (
        "/* x */ PRAGMA main.ignore_check_constraints = 1",
        "PRAGMA ignore_check_constraints",
    ),
    ("pragma case_sensitive_like = 1", "SELECT 'a' LIKE 'A'"),
    (
        "ATTACH ':memory:' AS \"another \"\" one\"",
        "SELECT COUNT(*) FROM pragma_database_list",
    ),
    (
        "CREATE TEMP TABLE x (a)",
        "SELECT COUNT(*) FROM temp.sqlite_schema",
    ),
    (
        "CREATE TABLE temp.\"a \"\" b\" (a)",
        "SELECT COUNT(*) FROM temp.sqlite_schema",
    ),
    (
        "CREATE TEMP VIEW x AS SELECT 1",
        "SELECT COUNT(*) FROM temp.sqlite_schema",
    ),
    (
        "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
        "SELECT COUNT(*) FROM temp.sqlite_schema",
    ),
    (
        "SELECT 1; SELECT 2; CREATE TEMP TABLE x (a)",
        "SELECT COUNT(*) FROM temp.sqlite_schema",
    ),
];

/// Texts that change nothing for the next user.
const HARMLESS: &[&str] = &[
    "SELECT 'PRAGMA foreign_keys = OFF'",
    "PRAGMA foreign_keys",
    "PRAGMA table_info(t)",
    "PRAGMA user_version = 7",
    "CREATE INDEX IF NOT EXISTS i ON t (a)",
    "INSERT INTO t VALUES (1)",
    "DELETE FROM t",
];

fn value(connection: &mut dyn Connection, sql: &str) -> Result<Value> {
    let mut found = Value::Null;
    connection.query(sql, &[], &mut |row| {
        found = row.get(0)?.to_value();
        Ok(())
    })?;
    Ok(found)
}

fn file() -> (tempfile::TempDir, SqliteDriver) {
    let folder = tempfile::tempdir().unwrap();
    let driver = SqliteDriver::file(folder.path().join("a.db"));
    driver
        .connect()
        .unwrap()
        .control("CREATE TABLE t (a)")
        .unwrap();
    (folder, driver)
}

#[test]
fn a_file_with_leftovers_is_closed() {
    let (_folder, driver) = file();
    for (text, question) in LEFTOVERS {
        let mut connection = driver.connect().unwrap();
        let before = value(connection.as_mut(), question).unwrap();
        connection.control(text).unwrap();
        assert_ne!(
            value(connection.as_mut(), question).unwrap(),
            before,
            "{text}"
        );
        // The library itself makes a transaction read-only by this, so a reset takes it back.
        if text.contains("query_only") {
            connection.reset().unwrap();
            assert_eq!(value(connection.as_mut(), question).unwrap(), before);
            continue;
        }
        let error = connection.reset().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{text}");
    }
}

#[test]
fn a_file_without_leftovers_stays_open() {
    let (_folder, driver) = file();
    let mut connection = driver.connect().unwrap();
    for text in HARMLESS {
        connection.control(text).unwrap();
        connection.query(text, &[], &mut |_| Ok(())).unwrap();
        connection.reset().unwrap();
    }
    connection.native();
    connection.reset().unwrap_err();
}

#[test]
fn a_database_in_memory_is_set_up_again() {
    let mut connection = SqliteDriver::memory().connect().unwrap();
    let connection = connection.as_mut();
    connection.control("CREATE TABLE t (a)").unwrap();
    connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    // Twice: what is kept prepared must be noticed again.
    for (text, question) in LEFTOVERS.iter().chain(LEFTOVERS) {
        let before = value(connection, question).unwrap();
        if text.starts_with("SELECT 1;") {
            connection.control(text).unwrap();
        } else {
            connection.query(text, &[], &mut |_| Ok(())).unwrap();
        }
        assert_ne!(value(connection, question).unwrap(), before, "{text}");
        connection.reset().unwrap();
        assert_eq!(value(connection, question).unwrap(), before, "{text}");
    }
    connection.native();
    connection.reset().unwrap();
    assert_eq!(
        value(connection, "SELECT COUNT(*) FROM t").unwrap(),
        Value::Int(1)
    );
}
