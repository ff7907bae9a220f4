//! Values of every kind, there and back.

use dialect_postgres::PostgresConfig;
use orm_core::error::ErrorKind;
use orm_core::value::{BatchValues, Value, ValueRef};

use crate::{Database, text};

/// One of each, with the type that holds it.
pub(crate) const EVERYTHING: [(&str, Value); 9] = [
    ("bool", Value::Bool(true)),
    ("int8", Value::Int(i64::MIN)),
    ("float8", Value::Float(-0.5)),
    ("date", Value::Date(-800_000)),
    ("time", Value::Time(86_399_999_999)),
    ("timestamp", Value::DateTime(-62_135_596_800_000_001)),
    ("timestamptz", Value::Timestamp(1_700_000_000_123_456)),
    ("uuid", Value::Uuid(*b"0123456789abcdef")),
    ("text", Value::Text(String::new())),
];

#[test]
fn values_of_every_kind_read_back() {
    let unprepared = |config: &mut PostgresConfig| config.statement_cache = 0;
    let databases = [
        Database::new("values"),
        Database::with("values_unprepared", unprepared),
    ];
    for mut db in databases {
        let mut values = EVERYTHING.to_vec();
        values.push(("text", text("it's \u{1F600} \\ {\"a\", NULL}")));
        values.push(("bytea", Value::Bytes(vec![0, 255, b'\\'])));
        values.push(("bytea", Value::Bytes(Vec::new())));
        for (ty, value) in values {
            let sql = format!("SELECT $1::{ty}, NULL::{ty}, $2::{ty}[] = ARRAY[$1, NULL]");
            let array = [value.as_ref(), ValueRef::Null];
            let row = db
                .rows(
                    &sql,
                    &[
                        value.as_ref(),
                        ValueRef::Batch(BatchValues::Borrowed(&array)),
                    ],
                )
                .unwrap()
                .remove(0);
            assert_eq!(row, [value, Value::Null, Value::Bool(true)], "{ty}");
        }
        for number in [
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MIN_POSITIVE,
            1e300,
            0.1,
        ] {
            let bind = ValueRef::Float(number);
            assert_eq!(db.one("SELECT $1::float8", &[bind]), Value::Float(number));
        }
        let Value::Float(nan) = db.one("SELECT $1::float8", &[ValueRef::Float(f64::NAN)]) else {
            panic!("no float");
        };
        assert!(nan.is_nan());
    }
}

#[test]
fn columns_of_every_type_take_and_give_values() {
    for cache in [256, 0] {
        let mut db = Database::with(&format!("columns_{cache}"), |c| c.statement_cache = cache);
        db.run(&[
            "CREATE TYPE mood AS ENUM ('sad', 'happy')",
            "CREATE DOMAIN age AS int4 CHECK (VALUE > 0)",
        ]);
        let cases = [
            ("int2", Value::Int(-32_768), Value::Int(-32_768)),
            ("int4", Value::Int(7), Value::Int(7)),
            ("float4", Value::Float(0.25), Value::Float(0.25)),
            ("float8", Value::Int(3), Value::Float(3.0)),
            ("varchar(5)", text("abc"), text("abc")),
            ("char(5)", text("abc"), text("abc  ")),
            ("name", text("abc"), text("abc")),
            ("mood", text("happy"), text("happy")),
            ("age", Value::Int(30), Value::Int(30)),
            ("json", text("{\"a\": 1}"), text("{\"a\": 1}")),
            ("jsonb", text("{\"a\":1}"), text("{\"a\": 1}")),
            ("oid", Value::Int(4_000_000_000), Value::Int(4_000_000_000)),
            ("timestamp", Value::Timestamp(1), Value::DateTime(1)),
            ("timestamptz", Value::DateTime(1), Value::Timestamp(1)),
        ];
        for (ty, given, taken) in cases {
            db.run(&[
                "DROP TABLE IF EXISTS t",
                &format!("CREATE TABLE t (a {ty})"),
            ]);
            let bind = [given.as_ref()];
            assert_eq!(
                db.execute("INSERT INTO t (a) VALUES ($1)", &bind).unwrap(),
                1,
                "{ty}"
            );
            assert_eq!(db.one("SELECT a FROM t", &[]), taken, "{ty}");
            if ty != "json" {
                let list = [given.clone(), given.clone()];
                let list = [ValueRef::Batch(BatchValues::Owned(&list))];
                let found = db.one("SELECT count(*) FROM t WHERE a = ANY($1)", &list);
                assert_eq!(found, Value::Int(1), "{ty}");
            }
            db.connection.clear_statements();
        }
    }
}

#[test]
fn types_without_a_kind_take_text_and_refuse_to_be_read() {
    let mut db = Database::new("numeric");
    db.run(&["CREATE TABLE t (price numeric(10, 2), gap interval, at timestamptz)"]);
    let insert = "INSERT INTO t VALUES ($1, $2, 'infinity')";
    db.execute(insert, &[ValueRef::Text("12.50"), ValueRef::Text("1 mon")])
        .unwrap();
    db.execute(insert, &[ValueRef::Int(-3), ValueRef::Null])
        .unwrap();
    let list = [ValueRef::Float(12.5), ValueRef::Int(9)];
    let list = [ValueRef::Batch(BatchValues::Borrowed(&list))];
    let found = db.one("SELECT price::text FROM t WHERE price = ANY($1)", &list);
    assert_eq!(found, text("12.50"));

    let error = db.rows("SELECT gap FROM t", &[]).unwrap_err();
    assert_eq!(
        (error.kind(), error.column()),
        (ErrorKind::Decode, Some("gap"))
    );
    assert!(error.message().contains("interval of months"), "{error}");
    let error = db.rows("SELECT at AS moment FROM t", &[]).unwrap_err();
    assert!(
        error
            .message()
            .contains("moment holds an infinite timestamptz"),
        "{error}"
    );
    let error = db.error(insert, &[ValueRef::Bool(true), ValueRef::Null]);
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(db.one("SELECT pg_sleep(0)", &[]), Value::Null);
}
