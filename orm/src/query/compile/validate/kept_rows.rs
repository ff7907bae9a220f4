//! Rejects DISTINCT ON and WITH TIES in an order that does not say which rows they keep.

use orm_core::stmt::{EnumRank, Order, Query, Select};

use crate::query::expressions::build_error::BuildError;

/// # Errors
/// WITH TIES without ORDER BY.
pub(super) fn check_ties(query: &Query) -> Result<(), BuildError> {
    if !query.with_ties || !query.order_by.is_empty() {
        return Ok(());
    }
    Err(BuildError::new(
        "WITH TIES needs an ORDER BY clause, by which rows are equal",
        "add order_by, or call limit",
    ))
}

/// # Errors
/// DISTINCT ON of other expressions than those that ORDER BY begins with.
pub(super) fn check_distinct_on(select: &Select, order_by: &[Order]) -> Result<(), BuildError> {
    let on = &select.distinct_on;
    let mut first = order_by
        .iter()
        .map(|order| EnumRank::operand_of(&order.expr))
        .take(on.len());
    if first.all(|expr| on.contains(expr)) {
        return Ok(());
    }
    Err(BuildError::new(
        "ORDER BY must begin with the expressions of DISTINCT ON",
        "put them first: distinct_on(a).order_by((a, b))",
    ))
}
