//! Statements with literals instead of binds, for people. They are never sent.

use orm_core::error::Result;
use orm_core::sql::{Dialect, SqlWriter, WriteSql};

use super::handle_keys::HandleKeys;
use crate::mapping::NoSession;

/// The text of a statement with its values as literals.
///
/// # Errors
/// - `Unsupported`: by the dialect, or a value has no literal.
/// - `Usage`: a condition has a handle, whose key only the session has.
pub(in crate::query) fn with_literals<'a>(
    statement: impl WriteSql<'a> + Copy,
    dialect: &'a dyn Dialect,
) -> Result<String> {
    let mut binds = SqlWriter::binds_only(dialect);
    statement.write(&mut binds)?;
    HandleKeys::of(&binds.finish().1, &NoSession)?;
    let mut w = SqlWriter::with_literals(dialect);
    statement.write(&mut w)?;
    w.finish_literals()
}
