//! Rejects DISTINCT ON and WITH TIES in an order that does not say which rows they keep.

use orm_core::stmt::{Expr, Query, Select};

use crate::query::expressions::build_error::BuildError;

/// Refuses an order that does not say which rows are the first.
///
/// # Errors
/// DISTINCT ON of other expressions than those that ORDER BY begins with, WITH TIES without ORDER BY.
pub(super) fn check(query: &Query, select: &Select) -> Result<(), BuildError> {
    if query.with_ties && query.order_by.is_empty() {
        return Err(BuildError::new(
            "WITH TIES needs an ORDER BY clause, by which rows are equal",
            "add order_by, or call limit",
        ));
    }
    let on = &select.distinct_on;
    let is_on = |expr: &Expr| on.contains(expr);
    let mut first = query.order_by.iter().map(|order| &order.expr);
    let begins = first.by_ref().take(on.len()).all(is_on);
    if on.is_empty() || begins {
        return Ok(());
    }
    Err(BuildError::new(
        "ORDER BY must begin with the expressions of DISTINCT ON",
        "put them first: distinct_on(a).order_by((a, b))",
    ))
}
