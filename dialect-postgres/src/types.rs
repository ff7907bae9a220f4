//! The native names of types, and values as the text that PostgreSQL reads.
//!
//! `ddl.rs` takes column types and literals from here, `render.rs` casts, and the driver the text of
//! binds for which there is no binary form. Functions take the type of their counts from here. No SQL statement is made
//! here.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{SqlWriter, write_expr, write_operand};
use orm_core::stmt::Expr;
use orm_core::types::{Type, Width, civil};
use orm_core::value::{Extension, Value, ValueRef};

use crate::arrays::dimensions;

/// The name of the dialect, by which extensions know it.
pub(crate) const NAME: &str = "postgres";

/// The name by which casts know a type, without length.
pub(crate) fn cast_name(ty: &Type) -> Cow<'_, str> {
    if let Some(native) = ty.native_enum() {
        return quoted_name(&native.name).into();
    }
    let name = match ty {
        Type::Bool => "bool",
        Type::Int8 | Type::Unsigned(Width::W8) | Type::Int16 => "int2",
        Type::Unsigned(Width::W16) | Type::Int32 => "int4",
        Type::Unsigned(Width::W32) | Type::Int64 => "int8",
        Type::Unsigned(Width::W64) | Type::Decimal { .. } => "numeric",
        Type::Float32 => "float4",
        Type::Float64 => "float8",
        Type::Bytes => "bytea",
        Type::Date => "date",
        Type::Time => "time",
        Type::DateTime => "timestamp",
        Type::Timestamp => "timestamptz",
        Type::Interval => "interval",
        Type::Uuid => "uuid",
        Type::Json => "jsonb",
        // An enumeration that is not native is text with a CHECK.
        Type::Text | Type::Enum(_) => "text",
        Type::Extension(ty) => ty.native_name(NAME).unwrap_or("text"),
    };
    name.into()
}

/// The name of a type as an identifier.
fn quoted_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The name of a column's type, or `None` for an extension that has none here.
pub(crate) fn column_name(ty: &Type, length: Option<u32>) -> Option<Cow<'static, str>> {
    let name = match ty {
        Type::Bool => "BOOLEAN",
        Type::Int8 | Type::Unsigned(Width::W8) | Type::Int16 => "SMALLINT",
        Type::Unsigned(Width::W16) | Type::Int32 => "INTEGER",
        Type::Unsigned(Width::W32) | Type::Int64 => "BIGINT",
        Type::Unsigned(Width::W64) => "NUMERIC(20, 0)",
        Type::Float32 => "REAL",
        Type::Float64 => "DOUBLE PRECISION",
        Type::Text => return Some(text_name(length)),
        // There is no byte type with a length; core checks lengths at encoding.
        Type::Bytes => "BYTEA",
        Type::Date => "DATE",
        Type::Time => "TIME",
        Type::DateTime => "TIMESTAMP",
        Type::Timestamp => "TIMESTAMPTZ",
        Type::Interval => "INTERVAL",
        Type::Uuid => "UUID",
        Type::Json => "JSONB",
        Type::Decimal { precision, scale } => {
            return Some(format!("NUMERIC({precision}, {scale})").into());
        }
        Type::Enum(native) if native.native => return Some(quoted_name(&native.name).into()),
        Type::Enum(labels) => return Some(text_name(length.or(labels.longest()))),
        Type::Extension(ty) => return Some(ty.native_name(NAME)?.to_owned().into()),
    };
    Some(name.into())
}

fn text_name(length: Option<u32>) -> Cow<'static, str> {
    match length {
        Some(length) => format!("VARCHAR({length})").into(),
        None => "TEXT".into(),
    }
}

/// The type of a value, for a bind whose type the server can't infer from its context. NULL has none.
pub(crate) fn value_name(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Bool(_) => "bool",
        Value::Int(_) => "int8",
        Value::Float(_) => "float8",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytea",
        Value::Date(_) => "date",
        Value::Time(_) => "time",
        Value::DateTime(_) => "timestamp",
        Value::Timestamp(_) => "timestamptz",
        Value::Interval(_) => "interval",
        Value::Uuid(_) => "uuid",
        Value::Json(_) => "jsonb",
        Value::Decimal(_) => "numeric",
        Value::Null | Value::Array(_) => return None,
        Value::Extension(v) => {
            let encoded = v.encode(NAME);
            let array = array_name(&**v, &encoded);
            return array.or_else(|| value_name(&encoded));
        }
    })
}

/// The type of an array, which its elements don't tell: there may be none.
fn array_name(value: &dyn Extension, encoded: &Value) -> Option<&'static str> {
    let name = matches!(encoded, Value::Array(_)).then(|| value.native_name(NAME));
    name.flatten()
}

/// The type of a value whose type has a name of its own, by which a cast names it.
pub(crate) fn own_name(value: &Value) -> Option<Cow<'static, str>> {
    let Value::Extension(value) = value else {
        return None;
    };
    if let Some(name) = value.enum_name() {
        return Some(quoted_name(name).into());
    }
    value.native_name(NAME).map(Cow::Borrowed)
}

/// The type by which a cast names the type of a value.
#[cfg(feature = "driver")]
pub(crate) fn cast_of(value: ValueRef<'_>) -> &'static str {
    match value {
        ValueRef::Array(_) | ValueRef::Batch(_) => "text[]",
        value => value_name(&value.to_value()).unwrap_or("text"),
    }
}

/// A value as a literal of DDL.
///
/// # Errors
/// `Unsupported` for text with a NUL character, and for a kind of value that this crate doesn't know.
pub(crate) fn literal(value: &Value) -> Result<String> {
    match value {
        Value::Null => Ok("NULL".to_owned()),
        Value::Bool(true) => Ok("TRUE".to_owned()),
        Value::Bool(false) => Ok("FALSE".to_owned()),
        // Its digits alone are beyond an int8, so that they and the sign are a numeric.
        Value::Int(i64::MIN) => Ok(format!("'{}'::int8", i64::MIN)),
        Value::Int(number) => Ok(number.to_string()),
        // Without the cast it is a numeric.
        Value::Float(number) if number.is_finite() => Ok(format!("{number:?}::float8")),
        Value::Decimal(number) => Ok(number.to_string()),
        Value::Text(text) => without_nul(text).map(quoted),
        Value::Json(text) => Ok(format!("{}::jsonb", quoted(text))),
        Value::Array(_) => match text(value.as_ref()) {
            Some(text) => without_nul(&text).map(quoted),
            None => Err(Error::with_message(
                ErrorKind::Unsupported,
                "postgres does not support arrays whose inner arrays have different lengths or no elements",
            )),
        },
        Value::Extension(v) => {
            let encoded = v.encode(NAME);
            let literal = literal(&encoded)?;
            Ok(match array_name(&**v, &encoded) {
                Some(name) => format!("{literal}::{name}"),
                None => literal,
            })
        }
        other @ (Value::Float(_)
        | Value::Bytes(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Timestamp(_)
        | Value::Interval(_)
        | Value::Uuid(_)) => match (value_name(other), text(other.as_ref())) {
            (Some(name), Some(text)) => Ok(format!("{}::{name}", quoted(&text))),
            _ => Err(Error::with_message(
                ErrorKind::Unsupported,
                "postgres has no literal for this kind of value",
            )),
        },
    }
}

fn without_nul(text: &str) -> Result<&str> {
    if text.contains('\0') {
        return Err(Error::with_message(
            ErrorKind::Unsupported,
            "postgres does not support the NUL character in text",
        ));
    }
    Ok(text)
}

// A backslash means itself or an escape, depending on `standard_conforming_strings`; in E'…' it is
// always an escape, so that no setting can turn a literal into something else.
fn quoted(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') {
        format!("E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// A value in the text form that the server's input functions read, or `None` for NULL and for a kind
/// that has none. Arrays are written as `{…}`.
pub(crate) fn text(value: ValueRef<'_>) -> Option<String> {
    let mut out = String::new();
    write_text(&mut out, value).then_some(out)
}

fn write_text(out: &mut String, value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Bool(v) => out.push_str(if v { "true" } else { "false" }),
        ValueRef::Int(v) => push(out, format_args!("{v}")),
        ValueRef::Float(v) => write_float(out, v),
        ValueRef::Decimal(v) => push(out, format_args!("{v}")),
        ValueRef::Text(v) | ValueRef::Json(v) => out.push_str(v),
        ValueRef::Bytes(v) => {
            out.push_str("\\x");
            for byte in v {
                push(out, format_args!("{byte:02x}"));
            }
        }
        ValueRef::Date(days) => write_date(out, days, ""),
        ValueRef::Time(micros) => push(out, format_args!("{}", civil::time_text(micros))),
        ValueRef::DateTime(micros) => return write_moment(out, micros, ""),
        ValueRef::Timestamp(micros) => return write_moment(out, micros, "+00"),
        ValueRef::Interval(_) if value.is_long_duration() => return false,
        ValueRef::Interval(micros) => write_interval(out, micros),
        ValueRef::Uuid(bytes) => {
            for (index, byte) in bytes.iter().enumerate() {
                let dash = if matches!(index, 4 | 6 | 8 | 10) {
                    "-"
                } else {
                    ""
                };
                push(out, format_args!("{dash}{byte:02x}"));
            }
        }
        ValueRef::Array(items) => {
            return dimensions(items).is_some()
                && write_array(out, items.iter().map(Value::as_ref), true);
        }
        ValueRef::Batch(batch) => return write_array(out, batch.iter(), false),
        ValueRef::Extension(v) => return write_text(out, v.encode(NAME).as_ref()),
        ValueRef::Null => return false,
    }
    true
}

fn push(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _ = out.write_fmt(text);
}

fn write_float(out: &mut String, value: f64) {
    if value.is_infinite() {
        out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        push(out, format_args!("{value:?}"));
    }
}

// The era comes last, after the time and the zone; years before 1 are counted backwards from 1 BC.
fn write_date(out: &mut String, days: i32, clock: &str) {
    let date = civil::civil(days);
    let (year, era) = if date.year > 0 {
        (i64::from(date.year), "")
    } else {
        (1 - i64::from(date.year), " BC")
    };
    let (month, day) = (date.month, date.day);
    push(
        out,
        format_args!("{year:04}-{month:02}-{day:02}{clock}{era}"),
    );
}

fn write_moment(out: &mut String, micros: i64, zone: &str) -> bool {
    let Some((days, clock)) = civil::split(micros) else {
        return false;
    };
    write_date(out, days, &format!(" {}{zone}", civil::time_text(clock)));
    true
}

// Every field has its sign, which `intervalstyle` would else read as one of all fields.
fn write_interval(out: &mut String, micros: i64) {
    let (days, clock) = (micros.div_euclid(civil::DAY), micros.rem_euclid(civil::DAY));
    push(
        out,
        format_args!("{days:+} days +{}", civil::time_text(clock)),
    );
}

// Every element is quoted: then none is taken for NULL, and commas and braces mean themselves. An array in a batch is an element
// of text, which the statement casts.
fn write_array<'a>(
    out: &mut String,
    items: impl Iterator<Item = ValueRef<'a>>,
    is_nested: bool,
) -> bool {
    out.push('{');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        if item.is_null() {
            out.push_str("NULL");
            continue;
        }
        if is_nested && matches!(item, ValueRef::Array(_)) {
            if !write_text(out, item) {
                return false;
            }
            continue;
        }
        let Some(text) = text(item) else {
            return false;
        };
        out.push('"');
        for c in text.chars() {
            if matches!(c, '"' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
        out.push('"');
    }
    out.push('}');
    true
}

/// Writes a count of characters or days as an `int4`, or as `least` if it is less than that.
pub(crate) fn write_count<'a>(
    w: &mut SqlWriter<'a>,
    arg: &'a Expr,
    least: Option<i64>,
) -> Result<()> {
    if let Some(least) = least {
        w.push("CASE WHEN ");
        write_operand(w, arg)?;
        w.push(" < ").display(least).push(" THEN ").display(least);
        w.push(" ELSE ");
        write_count(w, arg, None)?;
        w.push(" END");
        return Ok(());
    }
    // The function gives a parameter its type.
    if let Expr::Value(value) = arg {
        w.value(value);
        return Ok(());
    }
    if matches!(arg, Expr::Column { name, .. } if !is_computed(name)) {
        return write_expr(w, arg);
    }
    w.push("CAST(");
    write_expr(w, arg)?;
    w.push(" AS int4)");
    Ok(())
}

/// Whether a column has the name of those of derived tables, whose integers may be of any width.
fn is_computed(name: &str) -> bool {
    let number = name.strip_prefix('c').unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use orm_core::value::BatchValues;

    use super::*;

    #[test]
    fn text_forms_are_postgresqls() {
        let cases = [
            (ValueRef::Float(f64::NEG_INFINITY), "-Infinity"),
            (ValueRef::Float(1e300), "1e300"),
            (ValueRef::Bytes(&[0, 255]), "\\x00ff"),
            (ValueRef::Date(0), "1970-01-01"),
            (ValueRef::Date(-719_528), "0001-01-01 BC"),
            (ValueRef::Time(1), "00:00:00.000001"),
            (ValueRef::DateTime(-1), "1969-12-31 23:59:59.999999"),
            (ValueRef::Timestamp(0), "1970-01-01 00:00:00+00"),
            (ValueRef::Interval(-1), "-1 days +23:59:59.999999"),
            (
                ValueRef::Uuid(*b"0123456789abcdef"),
                "30313233-3435-3637-3839-616263646566",
            ),
            (
                ValueRef::Batch(BatchValues::Borrowed(&[
                    ValueRef::Text("a\"\\,{"),
                    ValueRef::Null,
                    ValueRef::Int(1),
                ])),
                r#"{"a\"\\,{",NULL,"1"}"#,
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(text(value).as_deref(), Some(expected));
        }
        assert_eq!(text(ValueRef::Null), None);
    }

    #[test]
    fn a_literal_can_not_be_left() {
        let quote = |text: &str| literal(&Value::Text(text.into())).unwrap();
        assert_eq!(quote("it's"), "'it''s'");
        assert_eq!(quote("\\'; DROP"), "E'\\\\''; DROP'");
        assert!(literal(&Value::Text("\0".into())).is_err());
        assert_eq!(literal(&Value::Float(f64::NAN)).unwrap(), "'NaN'::float8");
        assert_eq!(
            literal(&Value::Bytes(vec![1])).unwrap(),
            "E'\\\\x01'::bytea"
        );
    }
}
