//! [`InList`]: the argument of IN: a list of values, or a query.

use orm_core::stmt::{self, CompareOp};

use super::expr::Expr;
use super::operand::{Member, Operand as _};
use super::predicate::Predicate;

/// Is implemented by the arguments of `in_` and `not_in` for a column of the base type `B`: an array, slice, vector,
/// set, range or another iterator of values, or a query of one column.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of values for a column of base type `{B}`",
    label = "expected values such as `[1, 2]`, or a query of one column: `select(…)`"
)]
pub trait InList<B> {
    /// Returns `expr IN (…)`, or `expr NOT IN (…)` if `negated`.
    #[doc(hidden)]
    fn has<T>(self, expr: Expr<T>, negated: bool) -> Predicate;
}

impl<B, I: IntoIterator<Item: Member<B>>> InList<B> for I {
    fn has<T>(self, expr: Expr<T>, negated: bool) -> Predicate {
        let mut deepest = expr.depth;
        let operands = self.into_iter().map(|value| {
            deepest = deepest.max(value.depth());
            value.into_operand()
        });
        let operands = operands.collect();
        // Two deep: a comparison among others.
        Predicate::over(among(expr.ast, operands, negated), expr.origin, deepest + 1)
    }
}

// Values go into one list; columns and expressions among them become comparisons beside it.
fn among(expr: stmt::Expr, operands: Vec<stmt::Expr>, negated: bool) -> stmt::Expr {
    let mut list = Vec::with_capacity(operands.len());
    let mut others = Vec::new();
    for operand in operands {
        if let stmt::Expr::Value(value) = operand {
            list.push(value);
        } else {
            others.push(operand);
        }
    }
    let op = if negated {
        CompareOp::Ne
    } else {
        CompareOp::Eq
    };
    let mut terms: Vec<_> = others
        .into_iter()
        .map(|other| stmt::Expr::compare(op, expr.clone(), other))
        .collect();
    let listed = stmt::Expr::In {
        expr: Box::new(expr),
        list: list.into(),
        negated,
    };
    if terms.is_empty() {
        return listed;
    }
    if !matches!(&listed, stmt::Expr::In { list, .. } if list.is_empty()) {
        terms.push(listed);
    }
    if negated {
        stmt::Expr::And(terms)
    } else {
        stmt::Expr::Or(terms)
    }
}
