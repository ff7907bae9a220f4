//! Rejects window functions where there are no windows yet: they are computed after WHERE, GROUP BY and HAVING. Statements
//! that write have none.

use std::ops::ControlFlow;

use orm_core::stmt::{
    Expr, FrameBound, FrameNumber, FrameUnit, Order, Projection, Query, Select, Visit, Window,
    named_windows, walk_expr,
};

use super::Typed;
use crate::query::expressions::build_error::BuildError;

/// Checks a query in which window functions stand.
///
/// # Errors
/// One stands in WHERE, ON, GROUP BY or HAVING.
#[cold]
pub(super) fn check(
    select: &Select,
    order_by: &[Order],
    typed: &Typed<'_>,
) -> Result<(), BuildError> {
    check_names(select, order_by)?;
    check_frames(select, order_by, typed)?;
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

/// # Errors
/// A frame of RANGE has a number over a column of another type: where exact decimals are text, it would be of other rows.
fn check_frames(select: &Select, order_by: &[Order], typed: &Typed<'_>) -> Result<(), BuildError> {
    let selected = select.columns.iter().filter_map(Projection::expr);
    let orders = order_by.iter().map(|order| &order.expr);
    for expr in selected.chain(orders) {
        if let ControlFlow::Break(error) = Frames(typed).expr(expr) {
            return Err(error);
        }
    }
    Ok(())
}

/// Stops at a window whose frame is refused.
struct Frames<'t>(&'t Typed<'t>);

impl Frames<'_> {
    fn check(&self, window: &Window) -> ControlFlow<BuildError> {
        let (Some(frame), [order]) = (window.frame, window.order_by.as_slice()) else {
            return ControlFlow::Continue(());
        };
        if frame.unit != FrameUnit::Range {
            return ControlFlow::Continue(());
        }
        let is_distance = |bound| match bound {
            FrameBound::Preceding(_)
            | FrameBound::Following(_)
            | FrameBound::PrecedingNumber(_)
            | FrameBound::FollowingNumber(_) => true,
            FrameBound::UnboundedPreceding
            | FrameBound::UnboundedFollowing
            | FrameBound::CurrentRow
            | FrameBound::PrecedingTime(_)
            | FrameBound::FollowingTime(_) => false,
        };
        let is_exact = |bound: FrameBound| bound.number().is_some_and(FrameNumber::is_exact);
        let bounds = [frame.start, frame.end];
        let mut distances = bounds.into_iter().filter(|bound| is_distance(*bound));
        match self.is_decimal(&order.expr) {
            Some(true) if !distances.all(is_exact) => ControlFlow::Break(BuildError::new(
                "a frame of RANGE over exact decimals has a bound that is none",
                "give an exact decimal: FrameBound::preceding(dec!(0.5))",
            )),
            Some(false) if distances.any(is_exact) => ControlFlow::Break(BuildError::new(
                "a frame of RANGE has an exact decimal as a bound, and ORDER BY has none",
                "give a float: FrameBound::preceding(0.5)",
            )),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Whether a column of a model is one of exact decimals; `None` for another expression.
    fn is_decimal(&self, expr: &Expr) -> Option<bool> {
        let Expr::Column { source, name } = expr else {
            return None;
        };
        let def = self.0.table(source)?.def;
        let position = def.names.iter().position(|known| known == name)?;
        Some(def.columns.get(position)?.ty.is_decimal())
    }
}

impl<'a> Visit<'a> for Frames<'_> {
    type Break = BuildError;

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<BuildError> {
        if let Expr::Over { window, .. } = expr {
            self.check(window)?;
        }
        walk_expr(self, expr)
    }

    fn query(&mut self, _query: &'a Query) -> ControlFlow<BuildError> {
        ControlFlow::Continue(())
    }
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
