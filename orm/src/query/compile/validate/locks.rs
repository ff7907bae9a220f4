//! Rejects locks of tables that the query does not read from: `FOR UPDATE OF`.

use orm_core::stmt::Query;

use super::typed::Typed;
use crate::query::expressions::build_error::BuildError;

/// Checks the tables that the locks of a query name.
pub(super) fn check(query: &Query, typed: &Typed<'_>) -> Result<(), BuildError> {
    let mut named = query.locks.iter().flat_map(|lock| &lock.of);
    match named.find(|name| typed.table(name).is_none()) {
        Some(name) => Err(missing(name)),
        None => Ok(()),
    }
}

#[cold]
fn missing(name: &str) -> BuildError {
    BuildError::new(
        format!("missing FROM entry for {name}: the lock of the query is OF {name}"),
        "add the table with .join(…), or leave it out of .of(…)",
    )
}
