//! Finds aggregates in expressions. Those of subqueries are not included.

use std::ops::ControlFlow;

use orm_core::stmt::{Expr, Query, Visit, is_closed, walk_expr, walk_window};

/// Whether there is an aggregate in `expr`.
pub(super) fn has_aggregate(expr: &Expr) -> bool {
    any(expr, &mut |part| matches!(part, Expr::Aggregate(_)))
}

/// Whether there is an aggregate in `expr`, or what can't be looked into and might be one.
pub(in crate::query::compile) fn may_aggregate(expr: &Expr) -> bool {
    any(expr, &mut |part| {
        let is_unknown = matches!(part, Expr::Function { name, .. } if !is_scalar(name));
        let is_sql = matches!(part, Expr::Raw(_) | Expr::NamedSql(_));
        is_unknown || is_closed(part) || is_sql || matches!(part, Expr::Aggregate(_))
    })
}

/// Whether a function by name is one of this library's, which are no aggregates.
fn is_scalar(name: &str) -> bool {
    matches!(name, "COALESCE" | "NULLIF")
}

/// Whether `test` holds for an expression or a part of it. The call of a window function is not tested: it yields a
/// value for each row.
pub(super) fn any(expr: &Expr, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
    Any { test }.expr(expr).is_break()
}

struct Any<'t> {
    test: &'t mut dyn FnMut(&Expr) -> bool,
}

impl<'a> Visit<'a> for Any<'_> {
    type Break = ();

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<()> {
        if let Expr::Over { call, window } = expr {
            walk_expr(self, call)?;
            return walk_window(self, window);
        }
        if (self.test)(expr) {
            return ControlFlow::Break(());
        }
        walk_expr(self, expr)
    }

    fn query(&mut self, _query: &'a Query) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
