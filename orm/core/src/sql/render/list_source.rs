//! Renders a list of values that is one bind: as a source of rows, and as the query of a long IN. Called by `source.rs` and
//! `in_list.rs`.

use super::numeric::COLLATED;
use crate::error::Result;
use crate::sql::{DecimalStyle, InListStyle, SqlWriter};
use crate::stmt::{ListSource, Name};
use crate::types::Type;
use crate::value::{BatchValues, Value, ValueRef};

/// What the items of a list are, which decides how JSON is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListKind {
    Integer,
    Float,
    Text,
    /// Hexadecimal digits in JSON.
    Bytes,
    Date,
    Time,
    DateTime,
    Decimal,
    Other,
}

impl ListKind {
    /// The kind of a list whose first value is given.
    pub(super) fn of_value(first: Option<&Value>) -> Self {
        match first {
            // Of a value from outside, its encoding is in the list.
            Some(Value::Extension(value)) => Self::of_value(Some(&value.encode(""))),
            Some(Value::Int(_) | Value::Bool(_) | Value::Interval(_)) => Self::Integer,
            Some(Value::Float(_)) => Self::Float,
            Some(Value::Text(_)) => Self::Text,
            Some(Value::Bytes(_) | Value::Uuid(_)) => Self::Bytes,
            Some(Value::Date(_)) => Self::Date,
            Some(Value::Time(_)) => Self::Time,
            Some(Value::DateTime(_) | Value::Timestamp(_)) => Self::DateTime,
            Some(Value::Decimal(_)) => Self::Decimal,
            Some(Value::Null | Value::Json(_) | Value::Array(_)) | None => Self::Other,
        }
    }

    fn of_type(ty: &Type) -> Self {
        if ty.is_decimal() {
            return Self::Decimal;
        }
        match ty {
            Type::Bool
            | Type::Int8
            | Type::Int16
            | Type::Int32
            | Type::Int64
            | Type::Unsigned(_)
            | Type::Interval => Self::Integer,
            Type::Float32 | Type::Float64 => Self::Float,
            Type::Text | Type::Enum(_) => Self::Text,
            Type::Bytes | Type::Uuid => Self::Bytes,
            Type::Date => Self::Date,
            Type::Time => Self::Time,
            Type::DateTime | Type::Timestamp => Self::DateTime,
            Type::Json | Type::Decimal { .. } | Type::Extension(_) => Self::Other,
        }
    }
}

/// Writes a list with its alias.
pub(super) fn write_list_source<'a>(
    w: &mut SqlWriter<'a>,
    list: &'a ListSource,
    alias: &Name,
) -> Result<()> {
    let style = w.dialect().capabilities().in_list;
    let items = ValueRef::Batch(BatchValues::Owned(&list.values));
    match style {
        InListStyle::Array => {
            let ty = w.dialect().cast_type(&list.ty);
            w.push("unnest(CAST(").bind(items).push(" AS ").push(&ty);
            w.push("[])) AS ").alias(alias);
            w.push("(").ident("c0").push(")");
        }
        InListStyle::JsonEach | InListStyle::JsonTable => {
            write_list_query(w, items, ListKind::of_type(&list.ty), Some("c0"));
            w.push(" AS ").alias(alias);
        }
        InListStyle::Unsupported => return Err(w.unsupported("a list of values in FROM")),
    }
    Ok(())
}

/// Writes the query of the items of a list that is bound as JSON, in parentheses. `name` is that of its column.
pub(super) fn write_list_query<'a>(
    w: &mut SqlWriter<'a>,
    items: ValueRef<'a>,
    kind: ListKind,
    name: Option<&str>,
) {
    let capabilities = w.dialect().capabilities();
    let is_table = capabilities.in_list == InListStyle::JsonTable;
    w.push("(SELECT ");
    w.push(match (kind, is_table) {
        (ListKind::Bytes, true) => "UNHEX(v)",
        (ListKind::Decimal, true) => "CAST(v AS DECIMAL(65,30))",
        // A bare text column of JSON_TABLE has the database's collation, which clashes with the
        // collation of what it is compared with. What JSON_UNQUOTE yields gives way, as a bind does.
        (ListKind::Text, true) => "JSON_UNQUOTE(JSON_QUOTE(v))",
        (_, true) => "v",
        (ListKind::Bytes, false) => "unhex(value)",
        (_, false) => "value",
    });
    if let Some(name) = name {
        let is_text = kind == ListKind::Decimal && capabilities.decimals == DecimalStyle::Functions;
        w.push(match kind {
            _ if is_text => COLLATED,
            ListKind::Text => capabilities.selects.list_text,
            _ => "",
        });
        w.push(" AS ").ident(name);
    }
    if !is_table {
        w.push(" FROM json_each(").bind(items).push("))");
        return;
    }
    let column = match kind {
        ListKind::Integer => "BIGINT",
        ListKind::Float => "DOUBLE",
        ListKind::Date => "DATE",
        ListKind::Time => "TIME(6)",
        ListKind::DateTime => "DATETIME(6)",
        ListKind::Text | ListKind::Bytes | ListKind::Decimal | ListKind::Other => "LONGTEXT",
    };
    w.push(" FROM JSON_TABLE(")
        .bind(items)
        .push(", '$[*]' COLUMNS (v ")
        .push(column)
        .push(" PATH '$')) AS list)");
}
