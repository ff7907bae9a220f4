//! [`stored`]: an expression that a column is set to, as the column stores its value.
//!
//! Used by `update.rs`, by `conflict.rs` and by `session/set.rs`. What a plain value must be, `check.rs` decides before it is sent.

use std::ops::ControlFlow;

use orm_core::stmt::{self, Expr, Numeric, NumericOp, Visit};

use crate::mapping::ModelDef;

/// Adds what a database needs that would store any number: a decimal is rounded to the scale of the column, and a number
/// beyond its range is an error.
#[cold]
pub(crate) fn stored(def: &'static ModelDef, position: usize, value: Expr) -> Expr {
    let ty = &def.columns[position].ty;
    if matches!(value, Expr::Value(_)) {
        return value;
    }
    let has_arithmetic = || HasArithmetic.expr(&value).is_break();
    if ty.is_decimal() || (ty.is_integer() && has_arithmetic()) {
        Numeric::new(NumericOp::Stored, ty.clone(), vec![value]).into()
    } else {
        value
    }
}

/// Finds arithmetic, which can leave the range of its operands.
struct HasArithmetic;

impl<'s> Visit<'s> for HasArithmetic {
    type Break = ();

    fn expr(&mut self, expr: &'s Expr) -> ControlFlow<()> {
        let is_numeric =
            matches!(expr, Expr::Extension(node) if Numeric::of(node.as_ref()).is_some());
        if is_numeric || matches!(expr, Expr::Arithmetic { .. } | Expr::Aggregate(_)) {
            return ControlFlow::Break(());
        }
        stmt::walk_expr(self, expr)
    }
}
