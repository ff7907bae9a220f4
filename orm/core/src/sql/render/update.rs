//! UPDATE by condition, with the order of its assignments; by key see `batch.rs`.

use std::ops::ControlFlow;

use super::insert::write_assigned;
use super::query::{write_orders, write_with_before};
use super::returning::write_returning;
use super::select::write_conditions;
use super::source::write_sources;
use crate::error::{Error, ErrorKind, Result};
use crate::sql::{OtherTables, SqlWriter};
use crate::stmt::{Expr, Update, Visit, walk_expr};

/// Renders an UPDATE with conditions.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a part of it.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::value::Value;
/// # let dialect = AnsiDialect::new();
/// let mut update = Update::new("users");
/// update.set.push(("age".into(), Expr::Value(Value::Int(37))));
/// let mut w = SqlWriter::new(&dialect);
/// write_update(&mut w, &update)?;
/// assert_eq!(w.finish().0, r#"UPDATE "users" SET "age" = ?"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_update<'a>(w: &mut SqlWriter<'a>, update: &'a Update) -> Result<()> {
    let style = update
        .from
        .as_ref()
        .map(|_| w.dialect().capabilities().update_from);
    write_with_before(w, "UPDATE", update.with.as_deref())?;
    w.write_to(Some(&update.table));
    let outer = w.qualify(style.is_some());
    w.push("UPDATE ").ident(&update.table);
    match style {
        Some(OtherTables::List) => write_sources(w, ", ", update.from.as_ref(), &update.joins)?,
        Some(OtherTables::Unsupported) => return Err(w.unsupported("UPDATE … FROM")),
        Some(OtherTables::Clause) | None => {}
    }
    write_set(w, update, style == Some(OtherTables::List))?;
    if style == Some(OtherTables::Clause) {
        write_sources(w, " FROM ", update.from.as_ref(), &update.joins)?;
    }
    write_conditions(w, " WHERE ", &update.filter)?;
    if !update.order_by.is_empty() || update.limit.is_some() {
        if style.is_some() || !w.dialect().capabilities().ordered_writes {
            return Err(w.unsupported("ORDER BY and LIMIT in UPDATE"));
        }
        write_orders(w, " ORDER BY ", &update.order_by)?;
        w.dialect().write_limit(w, update.limit, None);
    }
    w.write_to(None);
    let supported = w.dialect().capabilities().update_returning;
    write_returning(w, "UPDATE … RETURNING", supported, &update.returning)?;
    w.qualify(outer);
    w.check_limits()
}

fn write_set<'a>(w: &mut SqlWriter<'a>, update: &'a Update, qualified: bool) -> Result<()> {
    w.push(" SET ");
    let set = update.set.iter();
    let set: Vec<(&str, &Expr)> = set.map(|(name, value)| (&**name, value)).collect();
    // With other tables the database promises no order at all.
    let order = set_order(w, (&update.table, &set), update.from.is_some())?;
    for (index, position) in order.into_iter().enumerate() {
        let (name, value) = &update.set[position];
        w.push(if index > 0 { ", " } else { "" });
        if qualified {
            w.ident(&update.table).push(".");
        }
        w.ident(name).push(" = ");
        write_assigned(w, value)?;
    }
    Ok(())
}

/// The order in which no assignment of an UPDATE of `table` reads a column that one before it has set. It matters only where
/// the database doesn't let all of them read the old values.
///
/// # Errors
/// `Unsupported` if there is none, or if the assignments are `unordered` and it is not theirs.
pub(super) fn set_order(
    w: &SqlWriter<'_>,
    (table, set): (&str, &[(&str, &Expr)]),
    unordered: bool,
) -> Result<Vec<usize>> {
    let names: Vec<&str> = set.iter().map(|(name, _)| *name).collect();
    let reads = |reader: usize, read: usize| reads(set[reader].1, table, set[read].0);
    order_of(w, (table, &names), &reads, unordered)
}

/// As [`set_order`], of assignments to the columns `names`, of which `reads` returns whether one reads the column of another.
pub(super) fn order_of(
    w: &SqlWriter<'_>,
    (table, names): (&str, &[&str]),
    reads: &dyn Fn(usize, usize) -> bool,
    unordered: bool,
) -> Result<Vec<usize>> {
    let mut rest: Vec<usize> = (0..names.len()).collect();
    if w.dialect().capabilities().simultaneous_set || rest.len() < 2 {
        return Ok(rest);
    }
    let reads = |reader: usize, read: usize| reader != read && reads(reader, read);
    let mut order = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let unread = |position: &usize| !rest.iter().any(|reader| reads(*reader, *position));
        match rest.iter().position(unread) {
            Some(next) if next == 0 || !unordered => order.push(rest.remove(next)),
            _ => {
                let names: Vec<&str> = rest.iter().map(|position| names[*position]).collect();
                return Err(circular(w, table, &names));
            }
        }
    }
    Ok(order)
}

/// Whether `expr` reads a column of `table`, in subqueries too.
pub(super) fn reads(expr: &Expr, table: &str, column: &str) -> bool {
    ColumnOf { table, column }.expr(expr).is_break()
}

/// Finds a column of a table.
struct ColumnOf<'c> {
    table: &'c str,
    column: &'c str,
}

impl<'a> Visit<'a> for ColumnOf<'_> {
    type Break = ();

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<()> {
        if let Expr::Column { source, name } = expr
            && source == self.table
            && name == self.column
        {
            return ControlFlow::Break(());
        }
        walk_expr(self, expr)
    }
}

#[cold]
fn circular(w: &SqlWriter<'_>, table: &str, names: &[&str]) -> Error {
    let (dialect, names) = (w.dialect().name(), names.join(", "));
    Error::with_message(
        ErrorKind::Unsupported,
        format!("{dialect} evaluates SET from left to right, so the columns {names} can't be set from each other's old values"),
    )
    .with_table(table)
    .with_hint("read the rows first and set values, or use two updates")
}
