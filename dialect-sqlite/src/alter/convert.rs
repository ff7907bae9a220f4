//! Values of a column in another type. A value that the new type does not have makes the copy fail, where CAST would make
//! another value of it: `CAST('abc' AS INTEGER)` is 0.
//!
//! Used by `copy.rs`, for changes of a type without an expression of their own. `native.rs` asks which changes leave all
//! values as they are.

use orm_core::error::Result;
use orm_core::schema::{Column, Table};
use orm_core::types::{Type, Width};
use orm_core::value::Value;

use crate::types::{cast_type, literal};

const DATE: &str = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
const TIME: &str = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*";

/// How values get another type.
enum Conversion {
    /// They are stored in the same way.
    Unchanged,
    /// By an expression that has a value for each of them.
    Total(String),
    /// By an expression, if a condition is true.
    Checked(String, String),
}

/// Whether all values of one type are stored in the same way in another.
pub(super) fn is_unchanged(from: &Type, to: &Type) -> bool {
    matches!(conversion(from, to, ""), Conversion::Unchanged)
}

/// Returns the expression that converts `value`, of the type of the column `from`, to the type of the column `to`.
///
/// # Errors
/// `Unsupported`: the name of the table or column has a NUL character.
pub(super) fn convert(table: &Table, from: &Column, to: &Column, value: String) -> Result<String> {
    Ok(match conversion(&from.ty, &to.ty, &value) {
        Conversion::Unchanged => value,
        Conversion::Total(converted) => converted,
        Conversion::Checked(condition, converted) => {
            let message = format!(
                "{}.{} has a value that is no {}: ",
                table.name,
                to.name,
                to.ty.describe()
            );
            let message = literal(&Value::Text(message))?;
            // RAISE works in triggers alone. A path that does not begin with $ is an error with its text.
            format!(
                "CASE WHEN {value} IS NULL OR {condition} THEN {converted} \
                 ELSE json_extract('{{}}', {message} || {value}) END"
            )
        }
    })
}

fn conversion(from: &Type, to: &Type, value: &str) -> Conversion {
    if from == to || matches!((from, to), (Type::Enum(_), Type::Enum(_))) {
        return Conversion::Unchanged;
    }
    if matches!(from, Type::Extension(_)) || matches!(to, Type::Extension(_)) {
        return impossible(value);
    }
    match (cast_type(from), cast_type(to)) {
        ("INTEGER", "INTEGER") => integer(from, to, value),
        ("TEXT", "TEXT") => text(from, to, value),
        ("REAL", "REAL") => Conversion::Unchanged,
        ("REAL", "TEXT") if *to == Type::Text => Conversion::Total(real_text(value)),
        ("INTEGER", "TEXT") if *to == Type::Text => {
            Conversion::Total(format!("CAST({value} AS TEXT)"))
        }
        ("BLOB", _) | (_, "BLOB") => bytes(from, to, value),
        (_, storage) => number(to, storage, value),
    }
}

/// The least and the greatest integer of a type.
fn range(ty: &Type) -> (i64, i64) {
    if *ty == Type::Bool {
        return (0, 1);
    }
    ty.range().unwrap_or((i64::MIN, i64::MAX))
}

/// No value but NULL has one of the new type.
fn impossible(value: &str) -> Conversion {
    Conversion::Checked("FALSE".to_owned(), value.to_owned())
}

fn integer(from: &Type, to: &Type, value: &str) -> Conversion {
    let ((low, high), (least, most)) = (range(from), range(to));
    if least <= low && high <= most {
        return Conversion::Unchanged;
    }
    let condition = format!("{value} BETWEEN {least} AND {most}");
    Conversion::Checked(condition, value.to_owned())
}

/// 15 digits, where they are enough, or all of them.
fn real_text(value: &str) -> String {
    let cast = format!("CAST({value} AS TEXT)");
    format!("CASE WHEN {cast} = {value} THEN {cast} ELSE printf('%!.17g', {value}) END")
}

/// Between text and numbers. In the comparison, text that is a number becomes one ("Type Conversions Prior To Comparison"
/// in the manual); other text is unequal. A collation of the driver's must not be needed for it.
fn number(to: &Type, storage: &str, value: &str) -> Conversion {
    let cast = format!("CAST({value} AS {storage})");
    if let Some(form) = form(to, &cast) {
        return Conversion::Checked(form, cast);
    }
    let equal = format!("{cast} = {value} COLLATE BINARY");
    let (least, most) = range(to);
    let condition = if (least, most) == (i64::MIN, i64::MAX) {
        equal
    } else {
        format!("{equal} AND {cast} BETWEEN {least} AND {most}")
    };
    Conversion::Checked(condition, cast)
}

/// Between types that are stored as text.
fn text(from: &Type, to: &Type, value: &str) -> Conversion {
    let is_instant = |ty: &Type| matches!(ty, Type::DateTime | Type::Timestamp);
    if *from == Type::Date && is_instant(to) {
        return Conversion::Total(format!("{value} || ' 00:00:00'"));
    }
    if is_instant(from) && *to == Type::Date {
        let date = format!("substr({value}, 1, 10)");
        return Conversion::Checked(format!("{date} || ' 00:00:00' = {value}"), date);
    }
    let is_same = is_instant(from) && is_instant(to) || from.is_decimal() && to.is_decimal();
    match form(to, value).filter(|_| !is_same) {
        Some(form) => Conversion::Checked(form, value.to_owned()),
        None => Conversion::Unchanged,
    }
}

/// The condition that a text has the form of a type. `None` for a type that takes every text, or has a CHECK of its own.
fn form(to: &Type, value: &str) -> Option<String> {
    Some(match to {
        Type::Date => format!("{value} GLOB '{DATE}' AND date({value}) = {value}"),
        Type::Time => format!("{value} GLOB '{TIME}' AND time({value}) IS NOT NULL"),
        Type::DateTime | Type::Timestamp => {
            format!("{value} GLOB '{DATE} {TIME}' AND datetime({value}) IS NOT NULL")
        }
        Type::Decimal { .. } | Type::Unsigned(Width::W64) => {
            format!("CAST({value} AS NUMERIC) = {value} COLLATE BINARY")
        }
        Type::Bool
        | Type::Int8
        | Type::Int16
        | Type::Int32
        | Type::Int64
        | Type::Unsigned(Width::W8 | Width::W16 | Width::W32)
        | Type::Float32
        | Type::Float64
        | Type::Text
        | Type::Bytes
        | Type::Interval
        | Type::Uuid
        | Type::Json
        | Type::Enum(_)
        | Type::Extension(_) => return None,
    })
}

fn bytes(from: &Type, to: &Type, value: &str) -> Conversion {
    let is = |old: &Type, new: &Type| from == old && to == new;
    if is(&Type::Uuid, &Type::Bytes) {
        Conversion::Unchanged
    } else if is(&Type::Bytes, &Type::Uuid) {
        Conversion::Checked(format!("length({value}) = 16"), value.to_owned())
    } else if is(&Type::Text, &Type::Bytes) {
        Conversion::Total(format!("CAST({value} AS BLOB)"))
    } else if is(&Type::Bytes, &Type::Text) {
        Conversion::Total(format!("CAST({value} AS TEXT)"))
    } else if is(&Type::Uuid, &Type::Text) {
        Conversion::Total(uuid_text(value))
    } else {
        impossible(value)
    }
}

/// The text of a UUID (RFC 9562, section 4).
fn uuid_text(value: &str) -> String {
    let part = |from: usize, length: usize| format!("substr(hex({value}), {from}, {length})");
    let parts = [
        part(1, 8),
        part(9, 4),
        part(13, 4),
        part(17, 4),
        part(21, 12),
    ];
    format!("lower({})", parts.join(" || '-' || "))
}
