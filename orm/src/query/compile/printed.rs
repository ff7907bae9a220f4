//! Statements with literals instead of binds, for people. They are never sent.

use orm_core::error::Result;
use orm_core::sql::{Dialect, SqlWriter, WriteSql};

/// The text of a statement with its values as literals.
///
/// # Errors
/// `Unsupported`: by the dialect, or a value has no literal.
pub(in crate::query) fn with_literals<'a>(
    statement: impl WriteSql<'a>,
    dialect: &'a dyn Dialect,
) -> Result<String> {
    let mut w = SqlWriter::with_literals(dialect);
    statement.write(&mut w)?;
    w.finish_literals()
}
