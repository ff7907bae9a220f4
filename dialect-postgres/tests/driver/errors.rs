//! Refusals of the server by kind and place.

use orm_core::driver::TransactionState;
use orm_core::error::ErrorKind;
use orm_core::value::ValueRef;

use crate::Database;

/// Table, column and constraint.
type Place<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>);

const CASES: [(&str, ErrorKind, Place<'_>); 10] = [
    (
        "INSERT INTO parent VALUES (2, 'a', 1)",
        ErrorKind::UniqueViolation,
        (Some("parent"), Some("email"), Some("uq")),
    ),
    (
        "INSERT INTO parent VALUES (2, NULL, 1)",
        ErrorKind::NotNullViolation,
        (Some("parent"), Some("email"), None),
    ),
    (
        "INSERT INTO parent VALUES (2, 'b', 0)",
        ErrorKind::CheckViolation,
        (Some("parent"), None, Some("ck")),
    ),
    (
        "INSERT INTO child VALUES (9)",
        ErrorKind::ForeignKeyViolation,
        (Some("child"), None, Some("fk")),
    ),
    (
        "DELETE FROM parent",
        ErrorKind::ForeignKeyViolation,
        (Some("child"), None, Some("fk")),
    ),
    (
        "INSERT INTO parent VALUES (2, 'much too long', 1)",
        ErrorKind::DataTooLong,
        (None, None, None),
    ),
    (
        "SELECT 2000000000 + 2000000000",
        ErrorKind::OutOfRange,
        (None, None, None),
    ),
    (
        "SELECT * FROM nope",
        ErrorKind::UndefinedTable,
        (Some("nope"), None, None),
    ),
    (
        "SELECT nope FROM parent",
        ErrorKind::UndefinedColumn,
        (None, Some("nope"), None),
    ),
    ("SELEC 1", ErrorKind::Syntax, (None, None, None)),
];

#[test]
fn errors_have_kind_place_and_sql() {
    let mut db = Database::new("errors");
    db.run(&[
        "CREATE TABLE parent (id int8 PRIMARY KEY, email varchar(8) CONSTRAINT uq UNIQUE NOT NULL, \
         n int4 CONSTRAINT ck CHECK (n > 0))",
        "CREATE TABLE child (parent int8 CONSTRAINT fk REFERENCES parent)",
        "INSERT INTO parent VALUES (1, 'a', 1)",
        "INSERT INTO child VALUES (1)",
    ]);
    for (sql, kind, place) in CASES {
        let error = db.error(sql, &[]);
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(
            (error.table(), error.column(), error.constraint()),
            place,
            "{error}"
        );
        assert_eq!(error.sql(), Some(sql));
        assert!(error.code().is_some());
        assert!(std::error::Error::source(&error).is_some());
    }
    let error = db.error("SELECT $1::text::int4", &[ValueRef::Text("secret")]);
    assert_eq!(error.kind(), ErrorKind::Database);
    assert!(!format!("{error:?}").contains("secret"));
}

#[test]
fn conflicts_have_kinds() {
    let mut db = Database::new("conflicts");
    db.run(&["CREATE TABLE t (a int4)", "INSERT INTO t VALUES (1)"]);
    let mut other = db.another();
    other.control("BEGIN").unwrap();
    other.control("UPDATE t SET a = 2").unwrap();
    db.run(&["SET lock_timeout = '50ms'"]);
    let error = db.error("UPDATE t SET a = 3", &[]);
    assert!(error.is_busy(), "{error}");
    db.run(&[
        "SET lock_timeout = 0",
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        "SELECT * FROM t",
    ]);
    other.control("COMMIT").unwrap();
    let error = db.error("UPDATE t SET a = 3", &[]);
    assert!(error.is_serialization_failure(), "{error}");
    assert_eq!(db.state(), TransactionState::Aborted);
    db.run(&["ROLLBACK", "SET statement_timeout = '50ms'"]);
    let error = db.error("SELECT pg_sleep(5)", &[]);
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Canceled, Some("57014"))
    );
    assert!(!db.connection.is_broken());
    let error = db
        .connection
        .control("BEGIN READ ONLY; DELETE FROM t")
        .unwrap_err();
    assert_eq!(
        error.message(),
        "cannot execute DELETE in a read-only transaction"
    );
}
