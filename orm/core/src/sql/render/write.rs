//! INSERT, UPDATE and DELETE of expressions.

use super::expr::write_expr;
use super::select::write_conditions;
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{Delete, Expr, Insert, Update};

/// Writes an INSERT.
///
/// # Errors
/// `Unsupported` if the dialect can't hand back columns that are asked for.
pub fn write_insert<'a>(w: &mut SqlWriter<'a>, insert: &'a Insert) -> Result<()> {
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
    write_returning(w, &insert.returning)
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
    w.push("UPDATE ").ident(&update.table).push(" SET ");
    for (index, (name, value)) in update.set.iter().enumerate() {
        if index > 0 {
            w.push(", ");
        }
        w.ident(name).push(" = ");
        write_assigned(w, value)?;
    }
    write_conditions(w, " WHERE ", &update.filter)
}

/// Writes a DELETE by condition.
///
/// # Errors
/// `Unsupported` if the dialect has no words for a part of it.
pub fn write_delete<'a>(w: &mut SqlWriter<'a>, delete: &'a Delete) -> Result<()> {
    w.push("DELETE FROM ").ident(&delete.table);
    write_conditions(w, " WHERE ", &delete.filter)
}
