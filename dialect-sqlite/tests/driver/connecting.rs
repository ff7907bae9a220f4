//! Opening: settings, files that are none, and many at once.

use std::time::Duration;

use dialect_sqlite::SqliteDriver;
use orm_core::driver::Driver;
use orm_core::error::ErrorKind;
use orm_core::value::Value;

use crate::one;

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
        error.message().ends_with("is not a SQLite database"),
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
