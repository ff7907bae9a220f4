//! [`named_windows`]: the windows of a query that have names. Used by the renderer, which writes each once, and by the crate
//! `orm`, which refuses two of one name.

use std::ops::ControlFlow;

use super::{Expr, Order, Projection, Query, Select, Visit, Window, walk_expr};

/// Returns the windows with names in the select list and ORDER BY, in order, as often as they are used. Those of subqueries are
/// not among them.
///
/// ```
/// use orm_core::stmt::{Select, named_windows};
/// assert!(named_windows(&Select::default(), &[]).is_empty());
/// ```
pub fn named_windows<'a>(select: &'a Select, order_by: &'a [Order]) -> Vec<&'a Window> {
    let mut named = Named(Vec::new());
    let selected = select.columns.iter().filter_map(Projection::expr);
    for expr in selected.chain(order_by.iter().map(|order| &order.expr)) {
        let _ = named.expr(expr);
    }
    named.0
}

struct Named<'a>(Vec<&'a Window>);

impl<'a> Visit<'a> for Named<'a> {
    type Break = ();

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<()> {
        if let Expr::Over { window, .. } = expr
            && window.name.is_some()
        {
            self.0.push(window);
        }
        walk_expr(self, expr)
    }

    fn query(&mut self, _query: &'a Query) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
