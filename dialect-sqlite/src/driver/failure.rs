//! Maps the native driver's errors. `errors.rs` maps the codes. Pure, no I/O.

use orm_core::error::{Error, ErrorKind};

use crate::errors::classify_in;

/// The error of a native one, which becomes its source, with the statement that it happened in, if it was one.
#[cold]
pub(super) fn from_native(native: rusqlite::Error, sql: &str) -> Error {
    use rusqlite::Error as Native;
    let error = match &native {
        Native::SqliteFailure(error, message) => {
            classify_in(error.extended_code, message.as_deref().unwrap_or(""), sql)
        }
        Native::SqlInputError { error, msg, .. } => {
            let classified = classify_in(error.extended_code, msg, sql);
            // Found while the text was parsed, before there were values.
            if classified.message() == ErrorKind::Database.as_str() {
                Error::with_message(ErrorKind::Database, msg.clone())
                    .with_code(error.extended_code.to_string())
            } else {
                classified
            }
        }
        Native::MultipleStatement => Error::with_message(
            ErrorKind::Syntax,
            "the text contains several statements; only one can be executed at a time",
        ),
        _ => Error::new(ErrorKind::Database),
    };
    error.with_sql(sql).with_source(native)
}
