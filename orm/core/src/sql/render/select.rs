//! Renders a plain SELECT, with one small function for each clause. The clauses around it are rendered by `query.rs`.

use super::condition::write_junction;
use super::expr::{write_collated, write_expr, write_list};
use super::group_by::write_group_by;
use super::repeat::{Clause, name_of};
use super::source::write_sources;
use super::window::write_window_clause;
use crate::error::Result;
use crate::sql::{HintPlace, SqlWriter};
use crate::stmt::{
    Expr, Order, Projection, Select, implied_names_hide_columns, labels_hide_columns,
};

/// Writes a plain SELECT, whose rows are put in the order given.
pub(super) fn write_select<'a>(
    w: &mut SqlWriter<'a>,
    select: &'a Select,
    order_by: &'a [Order],
) -> Result<()> {
    let style = w.dialect().capabilities().repeats;
    let repeated = (select, order_by);
    w.repeats.enter(style, Clause::Columns, repeated);
    write_columns(w, select, order_by)?;
    w.repeats.enter(style, Clause::From, repeated);
    if select.from.is_none() {
        w.push(w.dialect().capabilities().from_nothing);
    }
    write_sources(w, " FROM ", select.from.as_ref(), &select.joins)?;
    w.repeats.enter(style, Clause::Where, repeated);
    write_conditions(w, " WHERE ", &select.filter)?;
    w.repeats.enter(style, Clause::GroupBy, repeated);
    write_group_by(w, select, order_by)?;
    w.repeats.enter(style, Clause::Having, repeated);
    write_conditions(w, " HAVING ", &select.having)?;
    w.repeats.enter(style, Clause::Columns, repeated);
    write_window_clause(w, select, order_by)
}

// With one table and no subquery a bare column name can't be ambiguous, and reads better.
pub(super) fn needs_qualification(select: &Select, order_by: &[Order]) -> bool {
    !select.joins.is_empty()
        || labels_hide_columns(select, order_by)
        || implied_names_hide_columns(select, order_by)
        || select
            .from
            .as_ref()
            .is_some_and(|from| from.alias.is_some())
}

fn write_columns<'a>(
    w: &mut SqlWriter<'a>,
    select: &'a Select,
    order_by: &'a [Order],
) -> Result<()> {
    w.push("SELECT ");
    write_hints(w, select, HintPlace::AfterSelect);
    w.push(if select.distinct { "DISTINCT " } else { "" });
    if !select.distinct_on.is_empty() {
        write_distinct_on(w, &select.distinct_on)?;
    }
    for (index, projection) in select.columns.iter().enumerate() {
        w.push(if index > 0 { ", " } else { "" });
        write_projection(w, projection)?;
        if let Some(name) = name_of(w, (select, order_by), index) {
            w.push(" AS ").ident(&name);
        }
    }
    if select.columns.is_empty() {
        w.push("1");
        if w.dialect().capabilities().derived_names {
            w.push(" AS ").ident("one");
        }
    }
    Ok(())
}

/// Writes the hints for the database as a comment, if it is their place.
pub(super) fn write_hints(w: &mut SqlWriter<'_>, select: &Select, place: HintPlace) {
    if select.hints.is_empty() || w.dialect().capabilities().selects.hints != place {
        return;
    }
    let name = w.dialect().name();
    let own = select.hints.iter().filter(|hint| hint.dialect == name);
    let mut texts = own.filter(|hint| hint.is_comment()).peekable();
    if texts.peek().is_none() {
        return;
    }
    w.push("/*+ ");
    for hint in texts {
        w.push(hint.text).push(" ");
    }
    w.push("*/ ");
}

fn write_distinct_on<'a>(w: &mut SqlWriter<'a>, exprs: &'a [Expr]) -> Result<()> {
    if !w.dialect().capabilities().distinct_on {
        return Err(w.unsupported("DISTINCT ON"));
    }
    w.push("DISTINCT ON ");
    write_list(w, exprs)?;
    w.push(" ");
    Ok(())
}

/// Writes something that is selected or returned.
pub(super) fn write_projection<'a>(
    w: &mut SqlWriter<'a>,
    projection: &'a Projection,
) -> Result<()> {
    match projection {
        Projection::Columns { source, names } => {
            w.list(*names, |w, name| {
                w.column(source, name);
            });
            Ok(())
        }
        Projection::All => {
            w.push("*");
            Ok(())
        }
        Projection::Expr(expr) => write_collated(w, expr),
        Projection::Labelled(expr, label) => {
            write_collated(w, expr)?;
            w.push(" AS ").alias(label);
            Ok(())
        }
    }
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
