//! Values of a column whose type changes: they are converted, or the change fails.

use orm_core::schema::{Column, Schema, Table};
use orm_core::types::Type;

use super::database::{all, alter, users};
use super::{create, migrate};

#[test]
fn a_value_that_does_not_fit_makes_the_change_fail() {
    let name = Column::new("name", Type::Text).nullable();
    let number = Column::new("name", Type::Int16).nullable();
    let schema = Schema::new(vec![users()]).unwrap();
    for (value, fits) in [
        ("'12'", Some("12")),
        ("' 7'", Some("7")),
        ("NULL", Some("NULL")),
        ("'abc'", None),
        ("'1.5'", None),
        ("'40000'", None),
        ("''", None),
    ] {
        let connection = create(&schema);
        let insert = format!("INSERT INTO users VALUES (1, {value}, NULL)");
        connection.execute_batch(&insert).unwrap();
        let ran = migrate(&connection, &schema, &[alter("users", &name, &number)]);
        let expected = fits.unwrap_or(value);
        if fits.is_some() {
            assert!(ran.is_ok(), "{value} as {expected}: {ran:?}");
        } else {
            let message = ran.unwrap_err().to_string();
            let expected = "users.name has a value that is no i16: ";
            assert!(message.contains(expected), "{message}");
        }
        assert_eq!(all(&connection, "SELECT name FROM users"), expected);
    }
}

#[test]
fn values_are_converted_between_types() {
    let midnight = "'2024-01-31 00:00:00'";
    for (from, to, value, expected) in [
        (Type::Int64, Type::Text, "5", "'5'"),
        (Type::Float64, Type::Text, "0.1", "'0.1'"),
        (Type::Text, Type::Float64, "'1.50'", "1.5"),
        (Type::Float64, Type::Int64, "3.0", "3"),
        (Type::Int64, Type::Float64, "3", "3.0"),
        (Type::Int64, Type::Bool, "1", "1"),
        (Type::Text, Type::Bool, "'0'", "0"),
        (Type::Date, Type::Timestamp, "'2024-01-31'", midnight),
        (Type::DateTime, Type::Date, midnight, "'2024-01-31'"),
        (Type::Text, Type::Date, "'2024-01-31'", "'2024-01-31'"),
        (Type::Text, Type::Time, "'10:00:00.5'", "'10:00:00.5'"),
        (
            Type::Uuid,
            Type::Text,
            "X'00112233445566778899AABBCCDDEEFF'",
            "'00112233-4455-6677-8899-aabbccddeeff'",
        ),
        (Type::Bytes, Type::Text, "X'61'", "'a'"),
        (Type::Uuid, Type::Int64, "NULL", "NULL"),
    ] {
        assert_eq!(
            converted(&from, &to, value).as_deref(),
            Ok(expected),
            "{value} {to:?}"
        );
    }
    for (from, to, value) in [
        (Type::Float64, Type::Int64, "1.5"),
        (Type::Int64, Type::Float64, "9007199254740993"),
        (Type::Int64, Type::Bool, "2"),
        (Type::Int64, Type::Int32, "2147483648"),
        (Type::DateTime, Type::Date, "'2024-01-31 10:00:00'"),
        (Type::Text, Type::Date, "'2024-02-31'"),
        (Type::Text, Type::DateTime, "'2024-01-31'"),
        (Type::Date, Type::Int64, "'2024-01-31'"),
        (
            Type::Uuid,
            Type::Int64,
            "X'00112233445566778899AABBCCDDEEFF'",
        ),
        (Type::Bytes, Type::Uuid, "X'00'"),
    ] {
        let found = converted(&from, &to, value);
        assert!(found.is_err(), "{value} as {to:?}: {found:?}");
    }
}

#[test]
fn floats_come_back_from_text() {
    let column = |ty: &Type| Column::new("c", ty.clone()).nullable();
    let (float, text) = (column(&Type::Float64), column(&Type::Text));
    let schema = Schema::new(vec![Table::new("t").column(float.clone())]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch("INSERT INTO t VALUES (1.0 / 3), (1e300), (-0.1)")
        .unwrap();
    let before = all(&connection, "SELECT c FROM t");
    let change = alter("t", &float, &text);
    let after = migrate(&connection, &schema, std::slice::from_ref(&change)).unwrap();
    assert_eq!(
        all(&connection, "SELECT DISTINCT typeof(c) FROM t"),
        "'text'"
    );
    migrate(&connection, &after, &[change.inverse()]).unwrap();
    assert_eq!(all(&connection, "SELECT c FROM t"), before);
}

/// The value of a column after a change of its type.
fn converted(from: &Type, to: &Type, value: &str) -> Result<String, String> {
    let column = |ty: &Type| Column::new("c", ty.clone()).nullable();
    let schema = Schema::new(vec![Table::new("t").column(column(from))]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch(&format!("INSERT INTO t VALUES ({value})"))
        .unwrap();
    let change = alter("t", &column(from), &column(to));
    migrate(&connection, &schema, &[change]).map_err(|error| error.to_string())?;
    Ok(all(&connection, "SELECT c FROM t"))
}
