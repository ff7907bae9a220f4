//! Checks that the text of a statement is valid, for raw SQL and for rendered texts.

use orm_core::error::{Error, ErrorKind, Result};

/// Rejects invalid text. SQLite parses a text up to a NUL, and would execute a DELETE without its WHERE.
/// An empty text succeeds on some databases.
///
/// # Errors
/// `Syntax`.
pub(super) fn check_text(sql: &str) -> Result<()> {
    if sql.contains('\0') {
        let message = "the statement contains a NUL character";
        return Err(Error::with_message(ErrorKind::Syntax, message)
            .with_hint("pass values as bind parameters"));
    }
    if sql.trim_ascii().is_empty() {
        let message = "the statement is empty";
        return Err(Error::with_message(ErrorKind::Syntax, message));
    }
    Ok(())
}
