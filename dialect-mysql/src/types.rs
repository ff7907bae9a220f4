//! The native names of types, and values as literals.
//!
//! `ddl.rs` takes column types and literals from here, `render.rs` the names that CAST takes. No SQL
//! statement is made here.

use std::borrow::Cow;
use std::fmt::Write as _;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::{Type, Width, civil};
use orm_core::value::Value;

/// The most characters of a VARCHAR: 65 535 bytes of a row at four bytes a character.
pub(crate) const VARCHAR_LIMIT: u32 = 16_383;

/// The most bytes of a VARBINARY, by the same limit of a row.
pub(crate) const VARBINARY_LIMIT: u32 = 65_532;

/// The name by which CAST knows a type, which differs from the name that a column has.
pub(crate) fn cast_name<'t>(ty: &'t Type, dialect: &str) -> &'t str {
    match ty {
        Type::Unsigned(Width::W64) => "UNSIGNED",
        Type::Bool
        | Type::Int8
        | Type::Unsigned(_)
        | Type::Int16
        | Type::Int32
        | Type::Int64
        | Type::Interval => "SIGNED",
        // MySQL knows CAST AS FLOAT, but a double holds every float.
        Type::Float32 | Type::Float64 => "DOUBLE",
        Type::Bytes => "BINARY",
        Type::Date => "DATE",
        Type::Time => "TIME(6)",
        Type::DateTime | Type::Timestamp => "DATETIME(6)",
        Type::Uuid => "BINARY(16)",
        Type::Json if dialect == "mysql" => "JSON",
        Type::Decimal { .. } => "DECIMAL(65,30)",
        Type::Text | Type::Enum(_) | Type::Json => "CHAR",
        Type::Extension(ty) => ty.native_name(dialect).unwrap_or("CHAR"),
    }
}

/// The type of a column, or `None` for an extension that has none here.
pub(crate) fn column_name(
    ty: &Type,
    length: Option<u32>,
    dialect: &str,
) -> Option<Cow<'static, str>> {
    Some(match ty {
        Type::Bool => "BOOLEAN".into(),
        Type::Int8 => "TINYINT".into(),
        Type::Unsigned(Width::W8) => "TINYINT UNSIGNED".into(),
        Type::Unsigned(Width::W16) => "SMALLINT UNSIGNED".into(),
        Type::Unsigned(Width::W32) => "INT UNSIGNED".into(),
        Type::Unsigned(Width::W64) => "BIGINT UNSIGNED".into(),
        Type::Int16 => "SMALLINT".into(),
        Type::Int32 => "INT".into(),
        Type::Int64 | Type::Interval => "BIGINT".into(),
        Type::Float32 => "FLOAT".into(),
        Type::Float64 => "DOUBLE".into(),
        Type::Text => sized("VARCHAR", length, VARCHAR_LIMIT, "LONGTEXT"),
        Type::Bytes => sized("VARBINARY", length, VARBINARY_LIMIT, "LONGBLOB"),
        Type::Date => "DATE".into(),
        Type::Time => "TIME(6)".into(),
        // TIMESTAMP ends in 2038 and is converted between time zones, so an instant is a DATETIME in UTC.
        Type::DateTime | Type::Timestamp => "DATETIME(6)".into(),
        Type::Uuid => "BINARY(16)".into(),
        // A LONGTEXT with a check on MariaDB.
        Type::Json => "JSON".into(),
        Type::Decimal { precision, scale } => format!("DECIMAL({precision}, {scale})").into(),
        Type::Enum(native) if native.native => {
            let labels: Vec<_> = native.labels.iter().map(|label| quoted(label)).collect();
            format!("ENUM({})", labels.join(", ")).into()
        }
        Type::Enum(labels) => {
            let length = length.or(labels.longest());
            sized("VARCHAR", length, VARCHAR_LIMIT, "LONGTEXT")
        }
        Type::Extension(ty) => ty.native_name(dialect)?.to_owned().into(),
    })
}

fn sized(short: &str, length: Option<u32>, limit: u32, long: &'static str) -> Cow<'static, str> {
    match length {
        Some(length) if length <= limit => format!("{short}({length})").into(),
        _ => long.into(),
    }
}

/// Whether a column of this type lies outside its row: no index without a prefix, no plain default.
pub(crate) fn is_large(ty: &Type, length: Option<u32>, dialect: &str) -> bool {
    column_name(ty, length, dialect).is_some_and(|name| name.starts_with("LONG") || name == "JSON")
}

/// A value as a literal. Quotes and backslashes are both doubled, so that no SQL mode lets a text end
/// early.
///
/// # Errors
/// `Unsupported` for a number that isn't finite, a year beyond four digits, and a kind of value that
/// this crate doesn't know.
pub(crate) fn literal(value: &Value, dialect: &str) -> Result<String> {
    Ok(match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(true) => "TRUE".to_owned(),
        Value::Bool(false) => "FALSE".to_owned(),
        Value::Interval(i64::MIN) => return Err(no_literal("a duration of more than 64 bits")),
        Value::Int(number) | Value::Interval(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => float(*number),
        Value::Float(_) => return Err(no_literal("NaN and infinity")),
        Value::Text(text) | Value::Json(text) => quoted(text),
        Value::Bytes(bytes) => hex(bytes),
        Value::Uuid(bytes) => hex(bytes),
        Value::Decimal(number) => number.to_string(),
        Value::Date(days) => format!("'{}'", civil::date_text(in_range(*days)?)),
        Value::Time(micros) => format!("'{}'", civil::time_text(*micros)),
        Value::DateTime(micros) | Value::Timestamp(micros) => {
            let days = civil::split(*micros).map(|(days, _)| days);
            in_range(days.unwrap_or(i32::MAX))?;
            format!("'{}'", civil::datetime_text(*micros))
        }
        Value::Extension(v) => return literal(&v.encode(dialect), dialect),
        Value::Array(_) => return Err(no_literal("an array")),
    })
}

/// A number without an exponent is an exact decimal.
fn float(number: f64) -> String {
    let digits = format!("{number:?}");
    if digits.contains('e') {
        digits
    } else {
        digits + "e0"
    }
}

/// `days` if its year has at most four digits, as every date of MySQL.
fn in_range(days: i32) -> Result<i32> {
    if (0..=9999).contains(&civil::civil(days).year) {
        return Ok(days);
    }
    Err(no_literal("years before 0 or after 9999"))
}

fn no_literal(what: &str) -> Error {
    Error::with_message(
        ErrorKind::Unsupported,
        format!("MySQL and MariaDB have no literal for {what}"),
    )
}

pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            // A bare NUL would end the text for tools that read scripts as C strings.
            '\0' => out.push_str("\\0"),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2 + 3);
    out.push_str("x'");
    for byte in bytes {
        // Writing to a String can't fail.
        let _ = write!(out, "{byte:02X}");
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_can_not_be_left() {
        let quote = |text: &str| literal(&Value::Text(text.into()), "mysql").unwrap();
        assert_eq!(quote("it's"), "'it''s'");
        assert_eq!(quote("\\'; DROP"), "'\\\\''; DROP'");
        assert_eq!(quote("a\0"), "'a\\0'");
    }

    #[test]
    fn what_has_no_literal_says_so() {
        assert_eq!(literal(&Value::Float(1e300), "mysql").unwrap(), "1e300");
        assert_eq!(literal(&Value::Date(0), "mysql").unwrap(), "'1970-01-01'");
        for value in [
            Value::Float(f64::NAN),
            Value::Interval(i64::MIN),
            Value::Date(i32::MAX),
            Value::DateTime(i64::MIN),
        ] {
            let error = literal(&value, "mysql").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{value:?}");
        }
    }

    #[test]
    fn long_texts_leave_the_row() {
        let name = |length| column_name(&Type::Text, length, "mysql").unwrap();
        assert_eq!(name(Some(16_383)), "VARCHAR(16383)");
        assert_eq!(name(Some(16_384)), "LONGTEXT");
        assert!(is_large(&Type::Bytes, None, "mysql"));
        assert!(!is_large(&Type::Uuid, None, "mysql"));
    }
}
