//! Values of every kind, there and back.

use dialect_sqlite::SqliteDialect;
use orm_core::error::ErrorKind;
use orm_core::sql::Dialect;
use orm_core::value::{BatchValues, Value, ValueRef};

use crate::{memory, one, rows, with};

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
