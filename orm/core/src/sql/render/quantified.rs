//! Renders comparisons with ANY and ALL. Called by `condition.rs`.

use super::expr::write_operand;
use super::subquery::{write_in_parentheses, write_limited};
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{CompareOp, Expr, Projection, Quantified, Quantifier, Visit, walk_expr};

pub(super) fn write_quantified<'a>(
    w: &mut SqlWriter<'a>,
    op: CompareOp,
    left: &'a Expr,
    right: &'a Quantified,
) -> Result<()> {
    let operator = match op {
        CompareOp::Eq => " = ",
        CompareOp::Ne => " <> ",
        CompareOp::Lt => " < ",
        CompareOp::Le => " <= ",
        CompareOp::Gt => " > ",
        CompareOp::Ge => " >= ",
        CompareOp::Same | CompareOp::Distinct => {
            return Err(w.unsupported("a null-safe comparison with ANY and ALL"));
        }
    };
    if !w.dialect().capabilities().quantifiers {
        return write_counted(w, (left, operator), right);
    }
    write_operand(w, left)?;
    w.push(operator).push(match right.quantifier {
        Quantifier::Any => "ANY ",
        Quantifier::All => "ALL ",
    });
    write_limited(w, &right.query)
}

/// The quantifier as an aggregate over the query. Of each row it takes 2 if it matches, 0 if it doesn't, and
/// 1 if that is unknown: the greatest decides for ANY, and the least for ALL.
fn write_counted<'a>(
    w: &mut SqlWriter<'a>,
    (left, operator): (&'a Expr, &str),
    right: &'a Quantified,
) -> Result<()> {
    let select = right.query.as_select();
    let column = select.and_then(|select| select.columns.first());
    let Some(Projection::Labelled(_, label)) = column else {
        return Err(w.unsupported("ANY and ALL of such a query"));
    };
    if Aggregates.expr(left).is_break() {
        return Err(w.unsupported("the comparison of an aggregate with ANY and ALL"));
    }
    w.push(match right.quantifier {
        Quantifier::Any => "(SELECT CASE MAX(",
        Quantifier::All => "(SELECT CASE MIN(",
    });
    w.push("COALESCE(2 * (");
    let outer = w.qualify(true);
    write_operand(w, left)?;
    w.push(operator).column(ALIAS, label).qualify(outer);
    w.push(match right.quantifier {
        Quantifier::Any => "), 1)) WHEN 2 THEN 1 WHEN 1 THEN NULL ELSE 0 END FROM ",
        Quantifier::All => "), 1)) WHEN 0 THEN 0 WHEN 1 THEN NULL ELSE 1 END FROM ",
    });
    write_in_parentheses(w, &right.query)?;
    w.push(" AS ").ident(ALIAS).push(")");
    Ok(())
}

const ALIAS: &str = "inner_query";

/// Finds aggregates, which would be those of the query that stands for the quantifier.
struct Aggregates;

impl<'a> Visit<'a> for Aggregates {
    type Break = ();

    fn expr(&mut self, expr: &'a Expr) -> std::ops::ControlFlow<()> {
        if matches!(expr, Expr::Aggregate(_)) {
            return std::ops::ControlFlow::Break(());
        }
        walk_expr(self, expr)
    }
}
