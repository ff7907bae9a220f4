//! Values in and out: what is bound is what is read, and what has no place is an error.

use orm_core::driver::TransactionState;
use orm_core::error::ErrorKind;
use orm_core::schema::{Column, Table};
use orm_core::sql::ddl;
use orm_core::types::{Type, civil};
use orm_core::value::{Value, ValueRef};

use super::support::{Scratch, control, dialect, execute, failure, rows, run, value};

/// Every type with its extremes.
fn samples() -> Vec<(Type, Vec<Value>)> {
    let moment = |text| Value::DateTime(civil::parse_datetime(text).expect("a date and time"));
    let day = civil::parse_date("9999-12-31").expect("a date");
    vec![
        (Type::Bool, vec![Value::Int(0), Value::Int(1)]),
        (
            Type::Int16,
            vec![
                Value::Int(i64::from(i16::MIN)),
                Value::Int(i64::from(i16::MAX)),
            ],
        ),
        (
            Type::Int32,
            vec![
                Value::Int(i64::from(i32::MIN)),
                Value::Int(i64::from(i32::MAX)),
            ],
        ),
        (
            Type::Int64,
            vec![Value::Int(i64::MIN), Value::Int(i64::MAX), Value::Int(0)],
        ),
        (
            Type::Float32,
            vec![Value::Float(f64::from(0.1_f32)), Value::Float(-1.5)],
        ),
        (
            Type::Float64,
            vec![
                Value::Float(0.1),
                Value::Float(-1e300),
                Value::Float(5e-324),
            ],
        ),
        (
            Type::Text,
            vec![
                Value::Text(String::new()),
                Value::Text("ä😀'\\\0\n ".into()),
            ],
        ),
        (
            Type::Bytes,
            vec![Value::Bytes(vec![]), Value::Bytes(vec![0, 255, 0xC3, 0x28])],
        ),
        (Type::Date, vec![Value::Date(0), Value::Date(day)]),
        (
            Type::Time,
            vec![Value::Time(0), Value::Time(civil::DAY - 1), Value::Time(1)],
        ),
        (
            Type::DateTime,
            vec![
                moment("2024-02-29 23:59:59.999999"),
                moment("0001-01-01 00:00:00.000001"),
                moment("9999-12-31 23:59:59.999999"),
            ],
        ),
    ]
}

#[test]
fn what_is_bound_is_what_is_read() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    for (index, (ty, values)) in samples().into_iter().enumerate() {
        let mut table = Table::new(format!("t{index}"));
        table = table
            .column(Column::new("id", Type::Int64).auto_increment())
            .primary_key(["id"]);
        table = table.column(Column::new("v", ty.clone()).nullable());
        let create = ddl::create_table(dialect(connection.as_ref()), &table, &[]).expect("a table");
        control(connection.as_mut(), &[&create]);
        let insert = format!("INSERT INTO t{index} (v) VALUES (?)");
        for value in values.iter().chain([&Value::Null]) {
            connection
                .execute(&insert, &[value.as_ref()])
                .expect("a row");
        }
        let select = format!("SELECT v FROM t{index} ORDER BY id");
        let found = rows(connection.as_mut(), &select, &[]).expect("the rows");
        let found: Vec<Value> = found.into_iter().flatten().collect();
        assert_eq!(
            found,
            [values.as_slice(), &[Value::Null]].concat(),
            "{ty:?}"
        );
        for value in &values {
            let select = format!("SELECT COUNT(*) FROM t{index} WHERE v = ?");
            let count = rows(connection.as_mut(), &select, &[value.as_ref()]).expect("a count");
            assert_eq!(count, [[Value::Int(1)]], "{ty:?} {value:?}");
        }
    }
}

#[test]
fn instants_uuids_and_truth_values_are_stored_in_their_form() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let table = Table::new("t")
        .column(Column::new("i", Type::Timestamp))
        .column(Column::new("u", Type::Uuid))
        .column(Column::new("b", Type::Bool));
    let create = ddl::create_table(dialect(connection.as_ref()), &table, &[]).expect("a table");
    control(connection.as_mut(), &[&create]);
    let uuid = *b"\x00\xff\xc3\x28456789abcdef";
    let binds = [
        ValueRef::Timestamp(-1),
        ValueRef::Uuid(uuid),
        ValueRef::Bool(true),
    ];
    connection
        .execute("INSERT INTO t VALUES (?, ?, ?)", &binds)
        .expect("a row");
    let found = rows(
        connection.as_mut(),
        "SELECT * FROM t WHERE i = ? AND u = ? AND b = ?",
        &binds,
    );
    let expected = [[
        Value::DateTime(-1),
        Value::Bytes(uuid.to_vec()),
        Value::Int(1),
    ]];
    assert_eq!(found.expect("a row"), expected);
    let text = value(connection.as_mut(), "SELECT CAST(i AS CHAR) FROM t");
    assert_eq!(text, Value::Text("1969-12-31 23:59:59.999999".into()));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of types")]
fn native_types_are_read_as_what_they_hold() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let cases = [
        ("BIT(9)", "b'100000001'", Value::Int(257)),
        ("YEAR", "2024", Value::Int(2024)),
        ("JSON", "'{\"a\": 1}'", Value::Text("{\"a\": 1}".into())),
        ("ENUM('x','y')", "'y'", Value::Text("y".into())),
        ("SET('x','y')", "'x,y'", Value::Text("x,y".into())),
        (
            "DECIMAL(18,0)",
            "123456789012345678",
            Value::Int(123_456_789_012_345_678),
        ),
        (
            "DECIMAL(10,2)",
            "1.50",
            Value::Decimal("1.5".parse().unwrap()),
        ),
        (
            "DECIMAL(30,0)",
            "9223372036854775808",
            Value::Decimal("9223372036854775808".parse().unwrap()),
        ),
        (
            "BIGINT UNSIGNED",
            "9223372036854775807",
            Value::Int(i64::MAX),
        ),
        (
            "BIGINT UNSIGNED",
            "18446744073709551615",
            Value::Decimal(u64::MAX.into()),
        ),
        ("TINYINT UNSIGNED", "255", Value::Int(255)),
        ("MEDIUMINT", "-8388608", Value::Int(-8_388_608)),
        (
            "CHAR(3) CHARACTER SET latin1",
            "'é'",
            Value::Text("é".into()),
        ),
        ("BINARY(2)", "x'C328'", Value::Bytes(vec![0xC3, 0x28])),
        (
            "TIMESTAMP(6)",
            "'2024-02-29 00:00:00.000001'",
            Value::Timestamp(1_709_164_800_000_001),
        ),
        (
            "DATETIME",
            "'1970-01-02 00:00:00'",
            Value::DateTime(civil::DAY),
        ),
    ];
    for (index, (ty, literal, expected)) in cases.into_iter().enumerate() {
        control(
            connection.as_mut(),
            &[
                &format!("CREATE TABLE n{index} (v {ty})"),
                &format!("INSERT INTO n{index} VALUES ({literal})"),
            ],
        );
        assert_eq!(
            value(connection.as_mut(), &format!("SELECT v FROM n{index}")),
            expected,
            "{ty}"
        );
    }
}

#[test]
fn what_has_no_place_is_named() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let setup = "SET sql_mode = ''";
    control(connection.as_mut(), &[setup]);
    let cases = [
        (
            "DECIMAL(40,0)",
            "1234567890123456789012345678901234567890",
            "DECIMAL",
        ),
        ("TIME", "'24:00:00'", "TIME"),
        ("TIME", "'-00:00:01'", "TIME"),
        ("DATE", "'0000-00-00'", "DATE"),
        ("DATETIME", "'0000-00-00 00:00:00'", "DATETIME"),
        ("BIT(64)", "0xFFFFFFFFFFFFFFFF", "BIT"),
    ];
    for (index, (ty, literal, name)) in cases.into_iter().enumerate() {
        control(
            connection.as_mut(),
            &[
                &format!("CREATE TABLE n{index} (v {ty})"),
                &format!("INSERT INTO n{index} VALUES ({literal})"),
            ],
        );
        let error = rows(connection.as_mut(), &format!("SELECT v FROM n{index}"), &[]).unwrap_err();
        assert_eq!(
            (error.kind(), error.column()),
            (ErrorKind::Decode, Some("v")),
            "{ty}"
        );
        assert!(
            error.message().contains(&format!("type {name} ")),
            "{ty}: {error}"
        );
    }
    let error = rows(connection.as_mut(), "SELECT 1", &[]).expect("a row");
    assert_eq!(error, [[Value::Int(1)]], "the connection serves on");
}

#[test]
fn text_must_be_utf8_and_columns_must_exist() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    connection
        .query("SELECT 1 AS one, NULL AS none", &[], &mut |row| {
            assert_eq!(
                (row.len(), row.name(0), row.name(1), row.name(2)),
                (2, "one", "none", "")
            );
            assert!(row.get(1)?.is_null());
            let error = row.get(2).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            Ok(())
        })
        .expect("a row");
}

#[test]
fn a_lone_bind_comes_back_as_what_it_was() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let values = [
        Value::Int(7),
        Value::Float(0.5),
        Value::Text("ä".into()),
        Value::Bytes(vec![0xC3, 0x28]),
        Value::Date(3),
        Value::Time(1),
        Value::DateTime(1),
        Value::Null,
    ];
    for value in &values {
        let found = run(connection.as_mut(), |w| {
            w.push("SELECT ");
            w.dialect().write_typed_bind(w, value);
            Ok(())
        });
        assert_eq!(found.expect("a row"), [[value.clone()]]);
    }
}

/// MySQL gives a lone bind the type of the first value, and makes 0 of a text that comes later.
#[test]
fn a_statement_takes_binds_of_changing_types() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let values = [
        Value::Null,
        Value::Int(7),
        Value::Float(0.5),
        Value::Text("ä".into()),
        Value::DateTime(1),
        Value::Time(1),
    ];
    for sql in ["SELECT ?", "SELECT a FROM (SELECT ? AS a) AS t"] {
        for first in &values {
            for second in &values {
                for value in [first, &Value::Null, second, first] {
                    let found = rows(connection.as_mut(), sql, &[value.as_ref()]);
                    assert_eq!(found.expect("a row"), [[value.clone()]], "{sql}");
                }
            }
        }
    }
}

#[test]
fn a_stream_can_be_left() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let numbers = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900) \
                   SELECT i, REPEAT('x', 1000) FROM n";
    let mut seen = 0;
    let error = connection
        .query(numbers, &[], &mut |_| {
            seen += 1;
            if seen == 3 {
                return Err(orm_core::Error::other("enough"));
            }
            Ok(())
        })
        .unwrap_err();
    assert_eq!((error.kind(), seen), (ErrorKind::Other, 3));
    assert!(!connection.is_broken());
    assert_eq!(
        rows(connection.as_mut(), numbers, &[])
            .expect("all rows")
            .len(),
        900
    );
}

#[test]
fn numbers_of_binds_are_checked() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let none = failure(connection.as_mut(), "SELECT ?");
    assert_eq!(none.kind(), ErrorKind::Usage);
    assert_eq!(
        none.message(),
        "wrong number of binds: the statement requires 1, but 0 are supplied"
    );
    let error = rows(connection.as_mut(), "SELECT 1", &[ValueRef::Int(1)]).unwrap_err();
    assert_eq!(
        (error.kind(), error.sql()),
        (ErrorKind::Usage, Some("SELECT 1"))
    );
    let named = rows(connection.as_mut(), "SELECT :a", &[ValueRef::Int(1)]).unwrap_err();
    assert_eq!(named.kind(), ErrorKind::Usage, "{named}");
    assert!(!connection.is_broken());
    execute(connection.as_mut(), "DO 1");
}

#[test]
fn a_bind_beyond_the_packet_is_an_error() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    control(
        connection.as_mut(),
        &["CREATE TABLE t (v LONGTEXT)", "BEGIN"],
    );
    let text = "x".repeat(3_000_000);
    let insert = "INSERT INTO t VALUES (?)";
    connection
        .execute(insert, &[ValueRef::Text(&text)])
        .expect("a row");
    let Value::Int(limit) = value(connection.as_mut(), "SELECT @@max_allowed_packet") else {
        panic!("a packet has a size");
    };
    let huge = vec![0; usize::try_from(limit).expect("a small limit") + 1];
    let error = connection
        .execute(insert, &[ValueRef::Bytes(&huge)])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DataTooLong, "{error}");
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("max_allowed_packet")),
        "{error}"
    );
    assert_eq!(connection.transaction(Some(&error)), TransactionState::Open);
    control(connection.as_mut(), &["COMMIT"]);
    assert_eq!(
        value(connection.as_mut(), "SELECT LENGTH(v) FROM t"),
        Value::Int(3_000_000)
    );
}
