//! Renders queries in expressions: EXISTS, IN and scalar subqueries. Called by `expr.rs`; the query itself is
//! rendered by `query.rs`.

use std::ops::ControlFlow;

use super::expr::write_operand;
use super::query::write_query;
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{
    Expr, FromItem, Projection, Query, QueryBody, Select, Source, Visit, walk_expr, walk_query,
};

pub(super) fn write_exists<'a>(w: &mut SqlWriter<'a>, query: &'a Query) -> Result<()> {
    w.push("EXISTS ");
    // SQLite and MariaDB take DISTINCT for void in EXISTS, MySQL and MariaDB GROUP BY, and pass over duplicates by OFFSET.
    let is_whole = w.dialect().capabilities().limit_in_subquery;
    let merges = |select: &Select| select.distinct || (!is_whole && !select.group_by.is_empty());
    let passes_over = query.has_offset() && query.as_select().is_some_and(merges);
    // SQLite has no LATERAL, and its queries in FROM see these columns all the same.
    if passes_over && !is_whole {
        check_alone(
            w,
            query,
            "DISTINCT or GROUP BY with OFFSET in a query of EXISTS that uses columns of the outer one",
        )?;
    }
    if reads_target(w, query) || passes_over {
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

/// A query that may have a LIMIT where some databases have none. These take no window functions there, either.
pub(super) fn write_limited<'a>(w: &mut SqlWriter<'a>, query: &'a Query) -> Result<()> {
    let limited = query.is_limited() || has_windows(query);
    if limited && !w.dialect().capabilities().limit_in_subquery {
        check_alone(
            w,
            query,
            "LIMIT, OFFSET and window functions in a query of IN, ANY and ALL that uses columns of the outer one",
        )?;
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
            Source::Cte(_)
            | Source::Values(_)
            | Source::Function { .. }
            | Source::Call(_)
            | Source::List(_) => false,
        }),
        QueryBody::SetOperation(operation) => {
            reads_target(w, &operation.left) || reads_target(w, &operation.right)
        }
        QueryBody::Values(_) | QueryBody::Returning(_) => false,
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

/// Checks that a query can stand in FROM, where it does not see the columns of outer queries everywhere.
fn check_alone(w: &SqlWriter<'_>, query: &Query, what: &str) -> Result<()> {
    if w.dialect().capabilities().lateral || !has_outer_columns(query) {
        return Ok(());
    }
    let error = w.unsupported(what);
    Err(error.with_hint("compare with a scalar subquery of one row, or join the tables"))
}

/// Whether a window function is selected.
fn has_windows(query: &Query) -> bool {
    let selects = |select: &Select| {
        select.columns.iter().any(|projection| match projection {
            Projection::Expr(expr) | Projection::Labelled(expr, _) => Windows.expr(expr).is_break(),
            Projection::Columns { .. } | Projection::All => false,
        })
    };
    query.as_select().is_some_and(selects)
}

/// Stops at a window function of the query itself.
struct Windows;

impl<'a> Visit<'a> for Windows {
    type Break = ();

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<()> {
        if matches!(expr, Expr::Over { .. }) {
            return ControlFlow::Break(());
        }
        walk_expr(self, expr)
    }

    fn query(&mut self, _query: &'a Query) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Whether the query uses columns of a query around it.
fn has_outer_columns(query: &Query) -> bool {
    let mut columns = Columns::default();
    let _ = columns.query(query);
    let mut used = columns.used.iter();
    used.any(|source| !columns.known.contains(source))
}

/// The sources that a query and those inside of it have, and the sources of their columns. The names of sources differ in a
/// statement, unless they stand for one another.
#[derive(Default)]
struct Columns<'a> {
    known: Vec<&'a str>,
    used: Vec<&'a str>,
}

impl<'a> Visit<'a> for Columns<'a> {
    type Break = ();

    fn query(&mut self, query: &'a Query) -> ControlFlow<()> {
        if let Some(select) = query.as_select() {
            let names = select
                .sources()
                .filter_map(FromItem::name)
                .map(AsRef::as_ref);
            self.known.extend(names);
        }
        walk_query(self, query)
    }

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<()> {
        if let Expr::Column { source, .. } = expr {
            self.used.push(source);
        }
        walk_expr(self, expr)
    }
}
