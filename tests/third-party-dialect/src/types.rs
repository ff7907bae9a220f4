//! Logical types in Firebird's words, and values as literals.

use std::borrow::Cow;
use std::fmt::Write as _;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::{Type, Width, civil};
use orm_core::value::Value;

/// The name of the dialect, by which extensions know it.
pub(crate) const NAME: &str = "firebird";

/// The most characters of a VARCHAR: 32,765 bytes at four bytes a character.
const VARCHAR_LIMIT: u32 = 8191;

const LONG_TEXT: &str = "BLOB SUB_TYPE TEXT CHARACTER SET UTF8";

/// The type of a column, or `None` for an extension that has none here.
pub(crate) fn column_type(ty: &Type, length: Option<u32>) -> Option<Cow<'static, str>> {
    let varchar = |length: Option<u32>| match length {
        Some(length) if length <= VARCHAR_LIMIT => {
            format!("VARCHAR({length}) CHARACTER SET UTF8").into()
        }
        _ => LONG_TEXT.into(),
    };
    Some(match ty {
        Type::Text => varchar(length),
        Type::Enum(labels) => varchar(length.or(labels.longest())),
        Type::Extension(ty) => ty.native_name(NAME)?.to_owned().into(),
        // There are no documents, and its client has no numbers of more than 18 digits.
        Type::Json | Type::Decimal { .. } | Type::Unsigned(Width::W64) => return None,
        other => plain_name(other).into(),
    })
}

/// The name by which CAST knows a type. A bind of text is as long as a few of them may be in one row of 64 KB.
pub(crate) fn cast_type(ty: &Type) -> &str {
    match ty {
        Type::Text | Type::Enum(_) => "VARCHAR(2000) CHARACTER SET UTF8",
        Type::Extension(ty) => ty.native_name(NAME).unwrap_or("BLOB"),
        other => plain_name(other),
    }
}

/// The name of a type that has no length.
fn plain_name(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "BOOLEAN",
        Type::Int8 | Type::Unsigned(Width::W8) | Type::Int16 => "SMALLINT",
        Type::Unsigned(Width::W64) => "DECIMAL(18, 0)",
        Type::Unsigned(Width::W16) | Type::Int32 => "INTEGER",
        Type::Unsigned(Width::W32) | Type::Int64 | Type::Interval => "BIGINT",
        Type::Float32 => "FLOAT",
        Type::Float64 => "DOUBLE PRECISION",
        Type::Date => "DATE",
        Type::Time => "TIME",
        Type::DateTime | Type::Timestamp => "TIMESTAMP",
        // The client reads 16 bytes as text, which they are not.
        Type::Uuid => "CHAR(36) CHARACTER SET ASCII",
        Type::Decimal { .. } => "DECIMAL(18, 9)",
        Type::Text | Type::Enum(_) | Type::Json => LONG_TEXT,
        Type::Bytes | Type::Extension(_) => "BLOB SUB_TYPE BINARY",
    }
}

/// The type of a bind where the server can't infer it; `None` for NULL, which needs none.
pub(crate) fn value_type(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => "BOOLEAN",
        Value::Int(_) | Value::Interval(_) => "BIGINT",
        Value::Float(_) => "DOUBLE PRECISION",
        Value::Text(_) => "VARCHAR(2000) CHARACTER SET UTF8",
        Value::Date(_) => "DATE",
        Value::Time(_) => "TIME",
        Value::DateTime(_) | Value::Timestamp(_) => "TIMESTAMP",
        Value::Uuid(_) => "CHAR(36) CHARACTER SET ASCII",
        Value::Json(_) => "BLOB SUB_TYPE TEXT CHARACTER SET UTF8",
        Value::Decimal(_) => "DECIMAL(18, 9)",
        Value::Bytes(_) | Value::Array(_) => "BLOB SUB_TYPE BINARY",
        Value::Extension(value) => return value_type(&value.encode(NAME)),
    })
}

/// A value as a literal.
pub(crate) fn literal(value: &Value) -> Result<String> {
    Ok(match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(true) => "TRUE".to_owned(),
        Value::Bool(false) => "FALSE".to_owned(),
        Value::Interval(i64::MIN) => return Err(no_literal("durations of more than 64 bits")),
        Value::Int(number) | Value::Interval(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => format!("{number:e}"),
        Value::Float(_) => return Err(no_literal("numbers that aren't finite")),
        Value::Text(text) | Value::Json(text) if text.contains('\0') => {
            return Err(no_literal("text with NUL in it"));
        }
        Value::Text(text) | Value::Json(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Bytes(bytes) => hex(bytes),
        Value::Uuid(bytes) => format!("'{}'", uuid_text(*bytes)),
        Value::Decimal(number) => number.to_string(),
        Value::Date(days) => format!("DATE '{}'", civil::date_text(*days)),
        Value::Time(micros) => format!("TIME '{}'", civil::time_text(cut(*micros))),
        Value::DateTime(micros) | Value::Timestamp(micros) => {
            format!(
                "TIMESTAMP '{}'",
                civil::datetime_text(cut(*micros))
                    .to_string()
                    .replace('T', " ")
            )
        }
        Value::Extension(value) => return literal(&value.encode(NAME)),
        Value::Array(_) => return Err(no_literal("an array")),
    })
}

/// The microseconds that Firebird keeps: four digits of a second.
pub(crate) fn cut(micros: i64) -> i64 {
    micros - micros.rem_euclid(100)
}

/// A UUID as the 36 characters that its column holds.
pub(crate) fn uuid_text(bytes: [u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        text.push_str(if matches!(index, 4 | 6 | 8 | 10) {
            "-"
        } else {
            ""
        });
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2 + 3);
    text.push_str("x'");
    for byte in bytes {
        let _ = write!(text, "{byte:02X}");
    }
    text.push('\'');
    text
}

fn no_literal(what: &str) -> Error {
    Error::with_message(
        ErrorKind::Unsupported,
        format!("firebird has no literal for {what}"),
    )
    .with_hint("leave it out of the default or check, and give the value when inserting")
}
