//! The error of a violated constraint in the flush's own words, which know the rows: used by `blockers.rs` and `early_value.rs`.

use orm_core::error::Error;

/// An error with another message, and the kind, constraint, code and SQL of `error`, which is its source.
pub(super) fn reworded(error: Error, message: String) -> Error {
    let (constraint, code) = (
        error.constraint().map(str::to_owned),
        error.code().map(str::to_owned),
    );
    let sql = error.sql().unwrap_or_default().to_owned();
    Error::with_message(error.kind(), message)
        .with_any(constraint, Error::with_constraint)
        .with_any(code, Error::with_code)
        .with_sql(&sql)
        .with_source(error)
}
