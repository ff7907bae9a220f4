//! Refuses a grouped query that selects a column by the key of its table, where the database does not know that the key
//! determines it. Called for each SELECT by `query.rs`. What is wrong on every database is refused by the crate `orm`.

use std::ops::ControlFlow;

use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{
    Expr, FromItem, Order, Projection, Query, Select, Visit, walk_expr, walk_window,
};

/// Refuses a column that is neither grouped nor aggregated.
///
/// # Errors
/// - `Unsupported`: there is one, and the dialect lacks
///   [`group_by_key`](crate::sql::Capabilities::group_by_key).
pub(super) fn check(w: &SqlWriter<'_>, select: &Select, order_by: &[Order]) -> Result<()> {
    if w.dialect().capabilities().group_by_key || select.group_by.is_empty() {
        return Ok(());
    }
    match ungrouped(select, order_by) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(column) => Err(w
            .unsupported(&format!("selecting {column}, which is not in GROUP BY"))
            .with_hint("add the column to group_by, or select an aggregate of it")),
    }
}

fn ungrouped(select: &Select, order_by: &[Order]) -> ControlFlow<String> {
    let mut pass = Ungrouped { select };
    for projection in &select.columns {
        pass.projection(projection)?;
    }
    let orders = order_by.iter().map(|order| &order.expr);
    let mut others = select.having.iter().chain(orders);
    others.try_for_each(|expr| pass.expr(expr))
}

struct Ungrouped<'q> {
    select: &'q Select,
}

impl Ungrouped<'_> {
    fn column(&self, source: &str, name: &str) -> ControlFlow<String> {
        let mut sources = self.select.sources().filter_map(FromItem::name);
        // A column of a query around this one is the same in all rows.
        let is_own = sources.any(|own| own == source);
        let mut groups = self.select.group_by.iter();
        let is_grouped = groups.any(
            |group| matches!(group, Expr::Column { source: of, name: own } if of == source && own == name),
        );
        if !is_own || is_grouped {
            return ControlFlow::Continue(());
        }
        ControlFlow::Break(format!("column {source}.{name}"))
    }
}

/// Goes through what a group yields, and stops at a column that it does not name.
impl<'a> Visit<'a> for Ungrouped<'_> {
    type Break = String;

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<String> {
        if self.select.group_by.contains(expr) {
            return ControlFlow::Continue(());
        }
        if let Expr::Column { source, name } = expr {
            return self.column(source, name);
        }
        if let Expr::Over { call, window } = expr {
            walk_expr(self, call)?;
            return walk_window(self, window);
        }
        // An extension may be an aggregate itself.
        if matches!(expr, Expr::Aggregate { .. } | Expr::Extension(_)) {
            return ControlFlow::Continue(());
        }
        walk_expr(self, expr)
    }

    fn query(&mut self, _query: &'a Query) -> ControlFlow<String> {
        ControlFlow::Continue(())
    }

    fn projection(&mut self, projection: &'a Projection) -> ControlFlow<String> {
        match projection {
            Projection::Columns { source, names } => {
                let mut names = names.iter();
                names.try_for_each(|name| self.column(source, name))
            }
            Projection::All => ControlFlow::Continue(()),
            Projection::Expr(expr) | Projection::Labelled(expr, _) => self.expr(expr),
        }
    }
}
