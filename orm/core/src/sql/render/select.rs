//! SELECT: one small function a clause, called in the dialect's order.

use super::condition::write_junction;
use super::expr::write_expr;
use super::repeat::name_of;
use crate::error::Result;
use crate::sql::{SelectClause, SqlWriter};
use crate::stmt::{
    Direction, Expr, Join, JoinKind, Limit, Order, Projection, RowLock, Select, Source,
};
use crate::value::ValueRef;

/// Writes a query.
///
/// # Errors
/// `Unsupported` if the dialect has no words for a part of it.
pub fn write_select<'a>(w: &mut SqlWriter<'a>, select: &'a Select) -> Result<()> {
    let qualified = needs_qualification(select);
    let outer = w.qualify(qualified);
    w.qualify(qualified || outer);
    let inner = w.repeats.inner();
    let repeats = std::mem::replace(&mut w.repeats, inner);
    let style = w.dialect().capabilities().repeats;
    for clause in w.dialect().select_clauses() {
        w.repeats.enter(style, *clause, select);
        match clause {
            SelectClause::Columns => write_columns(w, select)?,
            SelectClause::From => write_from(w, select)?,
            SelectClause::Where => write_conditions(w, " WHERE ", &select.filter)?,
            SelectClause::GroupBy => write_group_by(w, &select.group_by)?,
            SelectClause::Having => write_conditions(w, " HAVING ", &select.having)?,
            SelectClause::OrderBy => write_order_by(w, &select.order_by)?,
            SelectClause::Limit => write_limit(w, select),
            SelectClause::Lock => write_lock(w, select),
        }
    }
    w.repeats.leave(repeats);
    w.qualify(outer);
    w.check_binds()
}

// With one table and no subquery a bare column name can't be ambiguous, and reads better.
fn needs_qualification(select: &Select) -> bool {
    !select.joins.is_empty()
        || select
            .from
            .as_ref()
            .is_some_and(|from| from.alias.is_some())
}

fn write_columns<'a>(w: &mut SqlWriter<'a>, select: &'a Select) -> Result<()> {
    w.push(if select.distinct {
        "SELECT DISTINCT "
    } else {
        "SELECT "
    });
    for (index, projection) in select.columns.iter().enumerate() {
        if index > 0 {
            w.push(", ");
        }
        match projection {
            Projection::Columns { source, names } => {
                w.list(*names, |w, name| {
                    w.column(source, name);
                });
            }
            Projection::Expr(expr) => {
                write_expr(w, expr)?;
                if let Some(name) = name_of(w, select, index) {
                    w.push(" AS ").ident(&name);
                }
            }
            Projection::Labelled(expr, label) => {
                write_expr(w, expr)?;
                w.push(" AS ").ident(label);
            }
        }
    }
    if select.columns.is_empty() {
        w.push("1");
    }
    Ok(())
}

fn write_from<'a>(w: &mut SqlWriter<'a>, select: &'a Select) -> Result<()> {
    let Some(from) = &select.from else {
        return Ok(());
    };
    w.push(" FROM ");
    write_source(w, from);
    for join in &select.joins {
        write_join(w, join)?;
    }
    Ok(())
}

fn write_source(w: &mut SqlWriter<'_>, source: &Source) {
    w.ident(&source.table);
    if let Some(alias) = &source.alias {
        w.push(" AS ").ident(alias);
    }
}

fn write_join<'a>(w: &mut SqlWriter<'a>, join: &'a Join) -> Result<()> {
    w.push(match join.kind {
        JoinKind::Inner => " INNER JOIN ",
        JoinKind::Left => " LEFT JOIN ",
    });
    write_source(w, &join.source);
    w.push(" ON ");
    write_expr(w, &join.on)
}

/// Writes conditions that must all hold after `keyword`, or nothing without conditions.
pub(super) fn write_conditions<'a>(
    w: &mut SqlWriter<'a>,
    keyword: &str,
    conditions: &'a [Expr],
) -> Result<()> {
    match conditions {
        [] => Ok(()),
        [condition] => write_expr(w.push(keyword), condition),
        all => write_junction(w.push(keyword), all, " AND "),
    }
}

fn write_group_by<'a>(w: &mut SqlWriter<'a>, group_by: &'a [Expr]) -> Result<()> {
    for (index, expr) in group_by.iter().enumerate() {
        w.push(if index == 0 { " GROUP BY " } else { ", " });
        write_expr(w, expr)?;
    }
    Ok(())
}

fn write_order_by<'a>(w: &mut SqlWriter<'a>, order_by: &'a [Order]) -> Result<()> {
    for (index, order) in order_by.iter().enumerate() {
        w.push(if index == 0 { " ORDER BY " } else { ", " });
        write_expr(w, &order.expr)?;
        w.push(match order.direction {
            Direction::Ascending => " ASC",
            Direction::Descending => " DESC",
        });
    }
    Ok(())
}

fn write_limit(w: &mut SqlWriter<'_>, select: &Select) {
    match (select.limit, w.dialect().capabilities().no_limit) {
        (Some(Limit::Rows(rows)), _) => {
            w.push(" LIMIT ").bind(count(rows));
        }
        (Some(Limit::Fixed(rows)), _) => {
            w.push(" LIMIT ").display(rows);
        }
        (None, Some(everything)) if select.offset.is_some() => {
            w.push(" LIMIT ").push(everything);
        }
        (None, _) => {}
    }
    if let Some(offset) = select.offset {
        w.push(" OFFSET ").bind(count(offset));
    }
}

/// Without row locks in the database, a transaction that writes has locked all of it.
fn write_lock(w: &mut SqlWriter<'_>, select: &Select) {
    match select.lock {
        Some(RowLock::Update) if w.dialect().capabilities().row_locks => {
            w.push(" FOR UPDATE");
        }
        Some(RowLock::Update) | None => {}
    }
}

// No table has more rows than an i64 counts, so a larger limit is no limit.
fn count(rows: u64) -> ValueRef<'static> {
    ValueRef::Int(i64::try_from(rows).unwrap_or(i64::MAX))
}
