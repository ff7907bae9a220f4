//! INSERT, UPDATE and DELETE of expressions.

use super::expr::write_expr;
use super::select::write_conditions;
use crate::error::{Error, ErrorKind, Result};
use crate::sql::SqlWriter;
use crate::stmt::walk::{Part, exprs, parts};
use crate::stmt::{Delete, Expr, Insert, Update};

/// Writes an INSERT.
///
/// # Errors
/// `Unsupported` if the dialect can't hand back columns that are asked for.
pub fn write_insert<'a>(w: &mut SqlWriter<'a>, insert: &'a Insert) -> Result<()> {
    w.write_to(Some(&insert.table));
    w.push("INSERT INTO ").ident(&insert.table);
    if insert.columns.is_empty() {
        let defaults = w.dialect().capabilities().insert_defaults;
        w.push(defaults);
    } else {
        w.push(" (").idents(&insert.columns).push(") VALUES ");
        for (index, row) in insert.rows.iter().enumerate() {
            w.push(if index > 0 { ", (" } else { "(" });
            write_values(w, row)?;
            w.push(")");
        }
    }
    w.write_to(None);
    write_returning(w, &insert.returning)?;
    w.check_binds()
}

fn write_values<'a>(w: &mut SqlWriter<'a>, row: &'a [Expr]) -> Result<()> {
    for (index, value) in row.iter().enumerate() {
        if index > 0 {
            w.push(", ");
        }
        write_assigned(w, value)?;
    }
    Ok(())
}

// A value that is stored takes its type from the column, so the bind is plain.
fn write_assigned<'a>(w: &mut SqlWriter<'a>, value: &'a Expr) -> Result<()> {
    match value {
        Expr::Value(value) => {
            w.bind(value.as_ref());
            Ok(())
        }
        other => write_expr(w, other),
    }
}

fn write_returning<N: AsRef<str>>(w: &mut SqlWriter<'_>, names: &[N]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    if !w.dialect().capabilities().insert_returning {
        return Err(w.unsupported("INSERT … RETURNING"));
    }
    w.push(" RETURNING ").idents(names);
    Ok(())
}

/// Writes an UPDATE by condition.
///
/// # Errors
/// `Unsupported` if the dialect has no words for a part of it.
pub fn write_update<'a>(w: &mut SqlWriter<'a>, update: &'a Update) -> Result<()> {
    w.write_to(Some(&update.table));
    w.push("UPDATE ").ident(&update.table).push(" SET ");
    for (index, position) in set_order(w, update)?.into_iter().enumerate() {
        let (name, value) = &update.set[position];
        w.push(if index > 0 { ", " } else { "" });
        w.ident(name).push(" = ");
        write_assigned(w, value)?;
    }
    write_conditions(w, " WHERE ", &update.filter)?;
    w.write_to(None);
    w.check_binds()
}

/// The order in which no assignment reads a column that one before it has set. It matters only where the
/// database doesn't let all of them read the old values.
fn set_order(w: &SqlWriter<'_>, update: &Update) -> Result<Vec<usize>> {
    let mut rest: Vec<usize> = (0..update.set.len()).collect();
    if w.dialect().capabilities().simultaneous_set || rest.len() < 2 {
        return Ok(rest);
    }
    let reads = |reader: usize, read: usize| {
        reader != read && reads(&update.set[reader].1, &update.table, &update.set[read].0)
    };
    let mut order = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let unread = |position: &usize| !rest.iter().any(|reader| reads(*reader, *position));
        let Some(next) = rest.iter().position(unread) else {
            return Err(circular(w, update, &rest));
        };
        order.push(rest.remove(next));
    }
    Ok(order)
}

/// Whether `expr` reads a column of `table`, in subqueries too.
fn reads(expr: &Expr, table: &str, column: &str) -> bool {
    if let Expr::Column { source, name } = expr {
        return source == table && name == column;
    }
    let mut found = false;
    // The walks can't fail, since their callbacks don't.
    let _ = parts(expr, &mut |part| {
        let mut look = |expr: &Expr| {
            found = found || reads(expr, table, column);
            Ok(())
        };
        match part {
            Part::Expr(part) => look(part),
            Part::Query(query) => exprs(query, &mut look),
        }
    });
    found
}

#[cold]
fn circular(w: &SqlWriter<'_>, update: &Update, positions: &[usize]) -> Error {
    let names = positions
        .iter()
        .map(|position| update.set[*position].0.as_ref());
    let names = names.collect::<Vec<_>>().join(", ");
    let dialect = w.dialect().name();
    Error::with_message(
        ErrorKind::Unsupported,
        format!("{dialect} sets columns one after the other, and each of {names} takes its new value from another one of them"),
    )
    .with_table(update.table.as_ref())
    .with_hint("read the rows first and set values, or use two updates")
}

/// Writes a DELETE by condition.
///
/// # Errors
/// `Unsupported` if the dialect has no words for a part of it.
pub fn write_delete<'a>(w: &mut SqlWriter<'a>, delete: &'a Delete) -> Result<()> {
    w.write_to(Some(&delete.table));
    w.push("DELETE FROM ").ident(&delete.table);
    write_conditions(w, " WHERE ", &delete.filter)?;
    w.write_to(None);
    w.check_binds()
}
