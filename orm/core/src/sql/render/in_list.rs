//! IN with a list of any length, in the dialect's style. Called by `expr.rs`; IN with a query is in
//! `subquery.rs`.

use super::expr::{write_list, write_operand};
use super::list_source::{ListKind, write_list_query};
use crate::error::Result;
use crate::sql::{InListStyle, SqlWriter};
use crate::stmt::Expr;
use crate::value::{BatchValues, Value, ValueRef};

pub(super) fn write_in<'a>(
    w: &mut SqlWriter<'a>,
    expr: &'a Expr,
    list: &'a [Value],
    negated: bool,
) -> Result<()> {
    if list.is_empty() {
        w.push(if negated { "1 = 1" } else { "1 = 0" });
        return Ok(());
    }
    let capabilities = w.dialect().capabilities();
    // An array has no array of its own: it would be one of more dimensions.
    let has_arrays = matches!(list.first(), Some(Value::Extension(v)) if matches!(v.encode(""), Value::Array(_)));
    if capabilities.in_list == InListStyle::Array && !has_arrays {
        write_operand(w, expr)?;
        w.push(if negated { " <> ALL(" } else { " = ANY(" });
        w.bind(ValueRef::Batch(BatchValues::Owned(list))).push(")");
        return Ok(());
    }
    write_operand(w, expr)?;
    w.push(if negated { " NOT IN " } else { " IN " });
    // Half of what is left, so that other conditions of the same statement find room.
    let room = capabilities.bind_limit.saturating_sub(w.bind_count()) / 2;
    if has_arrays || list.len().next_power_of_two() <= room {
        w.push("(");
        write_padded(w, list);
        w.push(")");
    } else {
        write_long_list(w, list, capabilities.in_list)?;
    }
    Ok(())
}

/// Writes membership of a row in a list of rows: a bind for each value, whatever the dialect.
pub(super) fn write_in_rows<'a>(
    w: &mut SqlWriter<'a>,
    row: &'a [Expr],
    list: &'a [Vec<Value>],
    negated: bool,
) -> Result<()> {
    let Some(filler) = list.last() else {
        w.push(if negated { "1 = 1" } else { "1 = 0" });
        return Ok(());
    };
    let padding = list.len().next_power_of_two() - list.len();
    let padded = list.iter().chain(std::iter::repeat_n(filler, padding));
    if !w.dialect().capabilities().row_values {
        return write_conditions_of_rows(w, row, padded, negated);
    }
    write_list(w, row)?;
    w.push(if negated { " NOT IN (" } else { " IN (" });
    w.list(padded, |w, values| {
        w.push("(");
        w.list(values, |w, value| {
            w.bind(value.as_ref());
        });
        w.push(")");
    });
    w.push(")");
    Ok(())
}

/// `(a = ? AND b = ? OR a = ? AND b = ?)`.
fn write_conditions_of_rows<'a>(
    w: &mut SqlWriter<'a>,
    row: &'a [Expr],
    list: impl Iterator<Item = &'a Vec<Value>>,
    negated: bool,
) -> Result<()> {
    w.push(if negated { "NOT (" } else { "(" });
    for (index, values) in list.enumerate() {
        w.push(if index > 0 { " OR " } else { "" });
        for (index, (expr, value)) in row.iter().zip(values).enumerate() {
            w.push(if index > 0 { " AND " } else { "" });
            write_operand(w, expr)?;
            w.push(" = ").bind(value.as_ref());
        }
    }
    w.push(")");
    Ok(())
}

// Lists are padded to a power of two by repeating the last value, so that there are few texts.
fn write_padded<'a>(w: &mut SqlWriter<'a>, list: &'a [Value]) {
    let padding = list.len().next_power_of_two() - list.len();
    let filler = list.last();
    let padded = list
        .iter()
        .chain(std::iter::repeat_n(filler, padding).flatten());
    w.list(padded, |w, value| {
        w.bind(value.as_ref());
    });
}

fn write_long_list<'a>(w: &mut SqlWriter<'a>, list: &'a [Value], style: InListStyle) -> Result<()> {
    let items = ValueRef::Batch(BatchValues::Owned(list));
    match style {
        InListStyle::JsonTable | InListStyle::JsonEach | InListStyle::Array => {
            write_list_query(w, items, ListKind::of_value(list.first()), None);
            Ok(())
        }
        InListStyle::Unsupported => Err(w.unsupported("lists as long as this one in IN")),
    }
}
