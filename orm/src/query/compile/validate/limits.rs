//! Rejects LIMIT and OFFSET by an expression of each row: they are computed once, before there are rows.

use orm_core::stmt::{Query, Visit};

use super::{Outside, Pass, Tables};
use crate::query::expressions::build_error::BuildError;

/// Checks a query whose parts are valid.
///
/// # Errors
/// An expression of LIMIT or OFFSET has a column of the query or of one around it, an aggregate or a window function.
pub(super) fn check(query: &Query) -> Result<(), BuildError> {
    let Some(by) = &query.limit_by else {
        return Ok(());
    };
    let mut pass = Pass::new(Tables::None, Outside::Nothing, 0);
    let is_alone = by.exprs().all(|expr| pass.expr(expr).is_continue());
    if is_alone && !pass.aggregates && !pass.windows {
        return Ok(());
    }
    Err(BuildError::new(
        "LIMIT and OFFSET must not contain columns of the query, aggregates and window functions",
        "compute the number in a subquery: limit_by(scalar(select(…)).coalesce(0))",
    ))
}
