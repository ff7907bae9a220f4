//! Queries in expressions: EXISTS, IN and single values. Called by `expr.rs`; the query itself is written by
//! `select.rs`.

use super::expr::write_operand;
use super::select::write_select;
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{Expr, Select};

pub(super) fn write_exists<'a>(w: &mut SqlWriter<'a>, select: &'a Select) -> Result<()> {
    w.push("EXISTS ");
    // SQLite and MariaDB take DISTINCT for void in EXISTS, and pass over duplicates by OFFSET.
    if reads_target(w, select) || select.distinct && select.offset.is_some() {
        return write_wrapped(w, "1", select);
    }
    write_in_parentheses(w, select)
}

pub(super) fn write_in_select<'a>(
    w: &mut SqlWriter<'a>,
    expr: &'a Expr,
    select: &'a Select,
    negated: bool,
) -> Result<()> {
    write_operand(w, expr)?;
    w.push(if negated { " NOT IN " } else { " IN " });
    let limited = select.limit.is_some() || select.offset.is_some();
    if limited && !w.dialect().capabilities().limit_in_subquery {
        return write_wrapped(w, "*", select);
    }
    write_subquery(w, select)
}

pub(super) fn write_subquery<'a>(w: &mut SqlWriter<'a>, select: &'a Select) -> Result<()> {
    if reads_target(w, select) {
        return write_wrapped(w, "*", select);
    }
    write_in_parentheses(w, select)
}

/// Whether the query reads the table that the statement writes, and needs another query around it for that.
fn reads_target(w: &SqlWriter<'_>, select: &Select) -> bool {
    let joined = select.joins.iter().map(|join| &join.source);
    let mut sources = select.from.iter().chain(joined);
    let is_target = |target: &str| sources.any(|source| source.table == target);
    w.target.is_some_and(is_target)
}

/// `(SELECT * FROM (SELECT …) AS inner_query)`.
fn write_wrapped<'a>(w: &mut SqlWriter<'a>, columns: &str, select: &'a Select) -> Result<()> {
    w.push("(SELECT ");
    // What the inner query reads is there before the statement writes.
    let target = w.target.take();
    if target.is_some() {
        let hint = w.dialect().capabilities().own_table_hint;
        w.push(hint.unwrap_or_default());
    }
    w.push(columns).push(" FROM ");
    write_in_parentheses(w, select)?;
    w.target = target;
    w.push(" AS ").ident("inner_query").push(")");
    Ok(())
}

fn write_in_parentheses<'a>(w: &mut SqlWriter<'a>, select: &'a Select) -> Result<()> {
    let outer = w.qualify(true);
    w.push("(");
    write_select(w, select)?;
    w.push(")").qualify(outer);
    Ok(())
}
