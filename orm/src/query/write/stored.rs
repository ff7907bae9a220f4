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
    let may_exceed = || {
        let mut of_others = OfOthers { table: def.table };
        HasArithmetic.expr(&value).is_break() || of_others.expr(&value).is_break()
    };
    if ty.is_decimal() || (ty.is_integer() && may_exceed()) {
        Numeric::new(NumericOp::Stored, ty.clone(), vec![value]).into()
    } else {
        value
    }
}

/// Finds columns of other tables and of derived tables, which may be of wider types.
struct OfOthers {
    table: &'static str,
}

impl<'s> Visit<'s> for OfOthers {
    type Break = ();

    fn expr(&mut self, expr: &'s Expr) -> ControlFlow<()> {
        if let Expr::Column { source, .. } = expr
            && source != self.table
        {
            return ControlFlow::Break(());
        }
        stmt::walk_expr(self, expr)
    }

    fn query(&mut self, _query: &'s stmt::Query) -> ControlFlow<()> {
        ControlFlow::Continue(())
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
