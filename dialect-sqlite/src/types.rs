//! The native names of types, and values as literals.
//!
//! A declared type determines only the affinity in SQLite, so the names are chosen for readers and for tools that
//! read a schema. `driver/bind.rs` determines how values are stored.

use std::borrow::Cow;

use orm_core::civil;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::Column;
use orm_core::types::{Type, Width};
use orm_core::value::Value;

/// The name of the dialect, by which extensions know it.
pub(crate) const NAME: &str = "sqlite";

/// The declared type of a column.
///
/// `DATE` and its like have NUMERIC affinity, which turns text that reads as a number into one. The
/// ISO 8601 text that is stored has dashes or colons in it and never reads as a number.
pub(crate) fn column_type(column: &Column) -> Cow<'static, str> {
    let of_length = |length: u32| format!("VARCHAR({length})").into();
    match &column.ty {
        Type::Bool => "BOOLEAN".into(),
        // Exact decimals have the collation of `ddl.rs`: NUMERIC affinity would make floats of the digits. A column named
        // JSON would make a number of the document `5`.
        Type::Unsigned(Width::W64) | Type::Decimal { .. } | Type::Json => "TEXT".into(),
        Type::Int8
        | Type::Unsigned(_)
        | Type::Int16
        | Type::Int32
        | Type::Int64
        | Type::Interval => "INTEGER".into(),
        Type::Float32 | Type::Float64 => "REAL".into(),
        Type::Date => "DATE".into(),
        Type::Time => "TIME".into(),
        Type::DateTime => "DATETIME".into(),
        Type::Timestamp => "TIMESTAMP".into(),
        Type::Bytes | Type::Uuid => "BLOB".into(),
        Type::Text => column.length.map_or("TEXT".into(), of_length),
        Type::Enum(ty) => {
            let longest = ty.longest().unwrap_or(1).max(1);
            of_length(column.length.unwrap_or(longest))
        }
        // Without a name of its own its values are stored as they are bound.
        Type::Extension(ty) => ty.native_name(NAME).unwrap_or("BLOB").to_owned().into(),
    }
}

/// The type by which CAST names `ty`: its storage class. `CAST('2024-01-01' AS DATE)` would be 2024.
pub(crate) fn cast_type(ty: &Type) -> &str {
    match ty {
        Type::Unsigned(Width::W64)
        | Type::Text
        | Type::Enum(_)
        | Type::Date
        | Type::Time
        | Type::DateTime
        | Type::Timestamp
        | Type::Json
        | Type::Decimal { .. } => "TEXT",
        Type::Bool
        | Type::Int8
        | Type::Unsigned(_)
        | Type::Int16
        | Type::Int32
        | Type::Int64
        | Type::Interval => "INTEGER",
        Type::Float32 | Type::Float64 => "REAL",
        Type::Bytes | Type::Uuid => "BLOB",
        Type::Extension(ty) => ty.native_name(NAME).unwrap_or("BLOB"),
    }
}

/// A value as a literal, stored exactly as a bind of the same value.
pub(crate) fn literal(value: &Value) -> Result<String> {
    Ok(match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(v) => i32::from(*v).to_string(),
        Value::Interval(i64::MIN) => return Err(no_literal("a duration of more than 64 bits")),
        Value::Int(v) | Value::Interval(v) => v.to_string(),
        Value::Float(v) => float(*v)?,
        Value::Text(v) | Value::Json(v) if v.contains('\0') => {
            return Err(no_literal("text with a NUL character"));
        }
        Value::Text(v) | Value::Json(v) => format!("'{}'", v.replace('\'', "''")),
        Value::Bytes(v) => blob(v),
        Value::Uuid(v) => blob(v),
        Value::Decimal(v) => format!("'{v}'"),
        Value::Date(v) => format!("'{}'", civil::date_text(*v)),
        Value::Time(v) => format!("'{}'", civil::time_text(*v)),
        Value::DateTime(v) | Value::Timestamp(v) => format!("'{}'", civil::datetime_text(*v)),
        Value::Extension(v) => return literal(&v.encode(NAME)),
        Value::Array(_) => return Err(no_literal("an array")),
    })
}

fn float(value: f64) -> Result<String> {
    if value.is_nan() {
        return Err(no_literal("NaN"));
    }
    // A literal beyond the range of a double reads as infinity (https://sqlite.org/quirks.html).
    Ok(match value {
        f64::INFINITY => "9e999".to_owned(),
        f64::NEG_INFINITY => "-9e999".to_owned(),
        value => format!("{value:?}"),
    })
}

fn blob(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2 + 3);
    text.push_str("X'");
    for byte in bytes {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02X}");
    }
    text.push('\'');
    text
}

fn no_literal(what: &str) -> Error {
    Error::with_message(
        ErrorKind::Unsupported,
        format!("SQLite has no literal for {what}"),
    )
    .with_hint("remove it from the default or check, and set the value in the INSERT")
}
