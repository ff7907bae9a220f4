//! Labels: the names that a program gives to selected expressions. ORDER BY says an expression that is selected under a
//! label by its label.

use std::ops::ControlFlow;

use super::{Expr, Name, Order, Projection, Select, Visit, is_generated_alias};

/// Returns the label by which ORDER BY says `expr`: that of the selected expression which is equal to it. A column keeps its
/// own name, and a label that is not the name of one selected column alone is no name in ORDER BY.
///
/// # Examples
///
/// ```
/// # use orm_core::stmt::*;
/// let sum = Expr::arithmetic(ArithmeticOp::Add, Expr::column("t", "a"), Expr::column("t", "b"));
/// let columns = [Projection::Labelled(sum.clone(), "total".into())];
/// assert_eq!(order_label(&columns, &sum), Some(&"total".into()));
/// assert_eq!(order_label(&columns, &Expr::column("t", "a")), None);
/// ```
pub fn order_label<'a>(columns: &'a [Projection], expr: &Expr) -> Option<&'a Name> {
    if matches!(expr, Expr::Column { .. } | Expr::Label(_)) {
        return None;
    }
    let label = columns.iter().find_map(|column| match column {
        Projection::Labelled(selected, label) if selected == expr => Some(label),
        Projection::Labelled(..)
        | Projection::Columns { .. }
        | Projection::All
        | Projection::Expr(_) => None,
    })?;
    let times: usize = columns.iter().map(|column| times(column, label)).sum();
    (is_label(label) && times == 1).then_some(label)
}

/// Whether a clause after the select list has a column whose name is a label, which the database would take for the label.
pub(crate) fn labels_hide_columns(select: &Select, order_by: &[Order]) -> bool {
    if !has_labels(&select.columns) {
        return false;
    }
    let mut hidden = Hidden(&select.columns);
    let orders = order_by.iter().map(|order| &order.expr);
    let clauses = select.distinct_on.iter().chain(&select.group_by);
    let mut clauses = clauses.chain(&select.having).chain(orders);
    clauses.any(|expr| hidden.expr(expr).is_break())
}

/// Whether a program has given a label.
pub(crate) fn has_labels(columns: &[Projection]) -> bool {
    let mut columns = columns.iter();
    columns.any(|column| matches!(column, Projection::Labelled(_, label) if is_label(label)))
}

/// Whether a name is a label of a program's. Those that the library makes are `c0`, `c1` and so on, and generated aliases.
fn is_label(name: &str) -> bool {
    let number = name.strip_prefix('c').unwrap_or_default();
    let is_numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    !is_numbered && !is_generated_alias(name)
}

/// How many columns of that name an item is.
fn times(column: &Projection, name: &str) -> usize {
    let is_it = |other: &str| other.eq_ignore_ascii_case(name);
    match column {
        Projection::Columns { names, .. } => names.iter().filter(|other| is_it(other)).count(),
        // It may have any.
        Projection::All => 2,
        Projection::Labelled(_, other) | Projection::Expr(Expr::Column { name: other, .. }) => {
            usize::from(is_it(other))
        }
        Projection::Expr(_) => 0,
    }
}

/// Stops at a column that has the name of a label.
struct Hidden<'q>(&'q [Projection]);

impl<'a> Visit<'a> for Hidden<'_> {
    type Break = ();

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<()> {
        if let Expr::Column { name, .. } = expr {
            let mut columns = self.0.iter();
            let is_hidden = columns.any(
                |column| matches!(column, Projection::Labelled(_, label) if label.eq_ignore_ascii_case(name)),
            );
            return if is_hidden {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            };
        }
        super::walk_expr(self, expr)
    }
}
