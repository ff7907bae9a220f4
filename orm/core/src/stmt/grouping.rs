//! [`grouped_columns`]: the columns that a grouped SELECT reads of its groups.
//!
//! Used by the renderer and by the crate `orm`, each with its own rule for them. Whether a query is grouped is not
//! decided here.

use std::ops::ControlFlow;

use super::enum_rank::EnumRank;
use super::expr::Expr;
use super::numeric::Numeric;
use super::query::{Order, Query};
use super::select::{Projection, Select};
use super::stored_text::StoredText;
use super::visit::{Visit, walk_expr, walk_window};

/// Visits the columns, each by its source and name, that the select list, HAVING and ORDER BY read outside of aggregates,
/// subqueries and expressions of GROUP BY. Stops where `visitor` breaks, and returns that.
///
/// The arguments of an extension, or of SQL text, are not visited, since it may be an aggregate itself.
///
/// ```
/// use std::ops::ControlFlow;
/// use orm_core::stmt::{Expr, Projection, Select, grouped_columns};
/// // SELECT n.word FROM nodes n
/// let mut select = Select::default();
/// select.columns = vec![Projection::Expr(Expr::column("n", "word"))].into();
/// let first = grouped_columns(&select, &[], |source, name| ControlFlow::Break(format!("{source}.{name}")));
/// assert_eq!(first, ControlFlow::Break("n.word".to_owned()));
/// // SELECT n.word FROM nodes n GROUP BY n.word
/// select.group_by = vec![Expr::column("n", "word")];
/// assert_eq!(grouped_columns(&select, &[], |_, _| ControlFlow::Break(())), ControlFlow::Continue(()));
/// ```
pub fn grouped_columns<B>(
    select: &Select,
    order_by: &[Order],
    visitor: impl FnMut(&str, &str) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let groups = &select.group_by;
    let mut pass = Grouped { groups, visitor };
    for projection in &select.columns {
        pass.projection(projection)?;
    }
    let orders = order_by.iter().map(|order| &order.expr);
    let mut others = select.having.iter().chain(orders);
    others.try_for_each(|expr| pass.expr(expr))
}

/// Returns whether an expression is an extension of which nothing is known: it may aggregate its arguments. The numbers, ranks
/// and stored texts of this crate have a value for each row.
///
/// ```
/// use orm_core::stmt::{Expr, Numeric, NumericOp, is_closed};
/// use orm_core::types::Type;
/// let negated = Numeric::new(NumericOp::Negate, Type::Int64, vec![Expr::column("users", "age")]);
/// assert!(!is_closed(&negated.into()));
/// assert!(!is_closed(&Expr::column("users", "age")));
/// ```
pub fn is_closed(expr: &Expr) -> bool {
    let Expr::Extension(node) = expr else {
        return false;
    };
    let node = node.as_ref();
    Numeric::of(node).is_none() && EnumRank::of(node).is_none() && StoredText::of(node).is_none()
}

struct Grouped<'q, F> {
    groups: &'q [Expr],
    visitor: F,
}

impl<'a, B, F: FnMut(&str, &str) -> ControlFlow<B>> Visit<'a> for Grouped<'_, F> {
    type Break = B;

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<B> {
        if self.groups.contains(expr) {
            return ControlFlow::Continue(());
        }
        if let Expr::Column { source, name } = expr {
            return (self.visitor)(source, name);
        }
        // An aggregate over a window is one over what the groups yield.
        if let Expr::Over { call, window } = expr {
            walk_expr(self, call)?;
            return walk_window(self, window);
        }
        if is_closed(expr) || matches!(expr, Expr::Aggregate(_) | Expr::NamedSql(_)) {
            return ControlFlow::Continue(());
        }
        walk_expr(self, expr)
    }

    fn query(&mut self, _query: &'a Query) -> ControlFlow<B> {
        ControlFlow::Continue(())
    }

    fn projection(&mut self, projection: &'a Projection) -> ControlFlow<B> {
        match projection {
            Projection::Columns { source, names } => {
                let mut names = names.iter();
                names.try_for_each(|name| (self.visitor)(source, name))
            }
            Projection::All => ControlFlow::Continue(()),
            Projection::Expr(expr) | Projection::Labelled(expr, _) => self.expr(expr),
        }
    }
}
