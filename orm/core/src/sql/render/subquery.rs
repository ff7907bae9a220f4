//! Renders queries in expressions: EXISTS, IN and scalar subqueries. Called by `expr.rs`; the query itself is
//! rendered by `query.rs`.

use super::expr::write_operand;
use super::query::write_query;
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{Expr, Query, QueryBody, Source};

pub(super) fn write_exists<'a>(w: &mut SqlWriter<'a>, query: &'a Query) -> Result<()> {
    w.push("EXISTS ");
    // SQLite and MariaDB take DISTINCT for void in EXISTS, and pass over duplicates by OFFSET.
    let distinct = query.as_select().is_some_and(|select| select.distinct);
    if reads_target(w, query) || distinct && query.offset.is_some() {
        return write_wrapped(w, "1", query);
    }
    write_in_parentheses(w, query)
}

pub(super) fn write_in_query<'a>(
    w: &mut SqlWriter<'a>,
    expr: &'a Expr,
    query: &'a Query,
    negated: bool,
) -> Result<()> {
    write_operand(w, expr)?;
    w.push(if negated { " NOT IN " } else { " IN " });
    write_limited(w, query)
}

/// A query that may have a LIMIT where some databases have none.
pub(super) fn write_limited<'a>(w: &mut SqlWriter<'a>, query: &'a Query) -> Result<()> {
    let limited = query.limit.is_some() || query.offset.is_some();
    if limited && !w.dialect().capabilities().limit_in_subquery {
        return write_wrapped(w, "*", query);
    }
    write_subquery(w, query)
}

pub(super) fn write_subquery<'a>(w: &mut SqlWriter<'a>, query: &'a Query) -> Result<()> {
    if reads_target(w, query) {
        return write_wrapped(w, "*", query);
    }
    write_in_parentheses(w, query)
}

/// Whether the query reads the table that the statement writes, and needs another query around it for that.
fn reads_target(w: &SqlWriter<'_>, query: &Query) -> bool {
    let Some(target) = w.target else {
        return false;
    };
    match &query.body {
        QueryBody::Select(select) => select.sources().any(|item| match &item.source {
            Source::Table(name) => name == target,
            Source::Query(query) => reads_target(w, query),
            Source::Cte(_) | Source::Values(_) | Source::Function { .. } => false,
        }),
        QueryBody::SetOperation(operation) => {
            reads_target(w, &operation.left) || reads_target(w, &operation.right)
        }
        QueryBody::Values(_) => false,
    }
}

/// `(SELECT * FROM (SELECT …) AS inner_query)`.
fn write_wrapped<'a>(w: &mut SqlWriter<'a>, columns: &str, query: &'a Query) -> Result<()> {
    w.push("(SELECT ");
    // What the inner query reads is there before the statement writes.
    let target = w.target.take();
    if target.is_some() {
        let hint = w.dialect().capabilities().own_table_hint;
        w.push(hint.unwrap_or_default());
    }
    w.push(columns).push(" FROM ");
    write_in_parentheses(w, query)?;
    w.target = target;
    w.push(" AS ").ident("inner_query").push(")");
    Ok(())
}

pub(super) fn write_in_parentheses<'a>(w: &mut SqlWriter<'a>, query: &'a Query) -> Result<()> {
    let outer = w.qualify(true);
    w.push("(");
    write_query(w, query)?;
    w.push(")").qualify(outer);
    Ok(())
}
