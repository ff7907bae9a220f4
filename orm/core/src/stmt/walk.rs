//! The direct parts of an expression, for whatever looks through a whole one.

use orm_core::error::Result;
use orm_core::stmt::{self, Expr};

/// A part of an expression.
pub(super) enum Part<'a> {
    Expr(&'a Expr),
    Query(&'a stmt::Select),
}

/// Hands the direct parts of `expr` to `each`. Raw SQL has none that could be looked into.
pub(super) fn parts<'a>(
    expr: &'a Expr,
    each: &mut dyn FnMut(Part<'a>) -> Result<()>,
) -> Result<()> {
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

fn all<'a>(terms: &'a [Expr], each: &mut dyn FnMut(Part<'a>) -> Result<()>) -> Result<()> {
    terms.iter().try_for_each(|term| each(Part::Expr(term)))
}
