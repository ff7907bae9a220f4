//! The direct parts of an expression and of a query, for whatever looks through a whole one.

use super::{Expr, Projection, Select};
use crate::error::Result;

/// A part of an expression.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// An expression.
    Expr(&'a Expr),
    /// A subquery.
    Query(&'a Select),
}

/// Hands the direct parts of `expr` to `each`. Raw SQL has none that could be looked into.
///
/// # Errors
/// Those of `each`.
pub fn parts<'a>(expr: &'a Expr, each: &mut dyn FnMut(Part<'a>) -> Result<()>) -> Result<()> {
    match expr {
        Expr::And(terms) | Expr::Or(terms) | Expr::Function { args: terms, .. } => all(terms, each),
        Expr::Not(inner)
        | Expr::IsNull { expr: inner, .. }
        | Expr::In { expr: inner, .. }
        | Expr::Cast { expr: inner, .. } => each(Part::Expr(inner)),
        Expr::Compare { left, right, .. } | Expr::Arithmetic { left, right, .. } => {
            each(Part::Expr(left))?;
            each(Part::Expr(right))
        }
        Expr::InSelect { expr, select, .. } => {
            each(Part::Expr(expr))?;
            each(Part::Query(select))
        }
        Expr::Between { expr, low, high } => {
            each(Part::Expr(expr))?;
            each(Part::Expr(low))?;
            each(Part::Expr(high))
        }
        Expr::Like(like) => each(Part::Expr(&like.expr)),
        Expr::Aggregate {
            expr: Some(over), ..
        } => each(Part::Expr(over)),
        Expr::Exists(select) | Expr::Subquery(select) => each(Part::Query(select)),
        Expr::Extension(node) => all(node.args(), each),
        // Columns, values and raw SQL have no parts.
        _ => Ok(()),
    }
}

/// Hands the expressions of all clauses of `select` to `each`.
///
/// # Errors
/// Those of `each`.
pub fn exprs<'a>(select: &'a Select, each: &mut dyn FnMut(&'a Expr) -> Result<()>) -> Result<()> {
    for projection in &select.columns {
        match projection {
            Projection::Columns { .. } => {}
            Projection::Expr(expr) | Projection::Labelled(expr, _) => each(expr)?,
        }
    }
    let joins = select.joins.iter().map(|join| &join.on);
    let conditions = select.filter.iter().chain(&select.group_by);
    let orders = select.order_by.iter().map(|order| &order.expr);
    let all = joins.chain(conditions).chain(&select.having).chain(orders);
    all.into_iter().try_for_each(each)
}

/// How deep the expressions of `select` are nested.
pub fn depth(select: &Select) -> usize {
    let mut deepest = 0;
    // The walks can't fail, since their callbacks don't.
    let _ = exprs(select, &mut |expr| {
        deepest = deepest.max(expr_depth(expr));
        Ok(())
    });
    deepest + 1
}

fn expr_depth(expr: &Expr) -> usize {
    let mut deepest = 0;
    let _ = parts(expr, &mut |part| {
        deepest = deepest.max(match part {
            Part::Expr(part) => expr_depth(part),
            Part::Query(query) => depth(query),
        });
        Ok(())
    });
    deepest + 1
}

fn all<'a>(terms: &'a [Expr], each: &mut dyn FnMut(Part<'a>) -> Result<()>) -> Result<()> {
    terms.iter().try_for_each(|term| each(Part::Expr(term)))
}
