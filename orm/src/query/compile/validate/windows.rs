//! Rejects window functions where there are no windows yet: they are computed after WHERE, GROUP BY and HAVING. Statements
//! that write have none.

use std::ops::ControlFlow;

use orm_core::stmt::{Expr, Order, Query, Select, Visit, Window, named_windows, walk_expr};

use crate::query::expressions::build_error::BuildError;

/// Checks a query in which window functions stand.
///
/// # Errors
/// One stands in WHERE, ON, GROUP BY or HAVING.
#[cold]
pub(super) fn check(select: &Select, order_by: &[Order]) -> Result<(), BuildError> {
    check_names(select, order_by)?;
    let joins = select.joins.iter().map(|join| &join.on);
    let parts = select.filter.iter().chain(joins);
    let mut parts = parts.chain(&select.group_by).chain(&select.having);
    if !parts.any(|part| Windows.expr(part).is_break()) {
        return Ok(());
    }
    Err(BuildError::new(
        "window functions are not allowed in WHERE, ON, GROUP BY and HAVING",
        "select the function in a subquery, and use the condition outside",
    ))
}

/// # Errors
/// Two windows of one name are not equal.
fn check_names(select: &Select, order_by: &[Order]) -> Result<(), BuildError> {
    let windows = named_windows(select, order_by);
    let is_other = |(place, window): (usize, &&Window)| {
        let mut known = windows[..place].iter();
        known.any(|known| known.name == window.name && known != window)
    };
    if windows.iter().enumerate().any(is_other) {
        return Err(BuildError::new(
            "two windows of the query have one name, and are not equal",
            "give one of them another name: .named(\"other\")",
        ));
    }
    Ok(())
}

/// Refuses a window function in a statement that writes, which databases have no place for.
#[cold]
pub(super) fn in_write(statement: &str) -> BuildError {
    BuildError::new(
        format!("window functions are not allowed in {statement}"),
        "select the function in a subquery, and compare keys with it: in_(select(…))",
    )
}

/// Stops at a window function of the query itself.
struct Windows;

impl<'a> Visit<'a> for Windows {
    type Break = ();

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<()> {
        if let Expr::Over { .. } = expr {
            return ControlFlow::Break(());
        }
        walk_expr(self, expr)
    }

    fn query(&mut self, _query: &'a Query) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
