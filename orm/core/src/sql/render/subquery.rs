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
    if select.distinct && select.offset.is_some() {
        return write_wrapped_query(w, "1", select);
    }
    write_subquery(w, select)
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
    if !limited || w.dialect().capabilities().limit_in_subquery {
        return write_subquery(w, select);
    }
    write_wrapped_query(w, "*", select)
}

/// `(SELECT * FROM (SELECT …) AS inner_query)`.
fn write_wrapped_query<'a>(w: &mut SqlWriter<'a>, columns: &str, select: &'a Select) -> Result<()> {
    w.push("(SELECT ").push(columns).push(" FROM ");
    write_subquery(w, select)?;
    w.push(" AS ").ident("inner_query").push(")");
    Ok(())
}

pub(super) fn write_subquery<'a>(w: &mut SqlWriter<'a>, select: &'a Select) -> Result<()> {
    let outer = w.qualify(true);
    w.push("(");
    write_select(w, select)?;
    w.push(")").qualify(outer);
    Ok(())
}
