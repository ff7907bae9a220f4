//! What SQL functions share: their flags and their errors.

use std::ffi::c_int;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Error, ffi};

/// Equal arguments have equal results, and nothing but the arguments is read: indexes and CHECK constraints may use them.
pub(super) const PURE: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

/// Any number of arguments.
pub(super) const ANY: c_int = -1;

/// The error of a function. `errors.rs` knows the messages.
#[cold]
pub(super) fn failure(message: &str) -> Error {
    let error = ffi::Error::new(ffi::SQLITE_ERROR);
    Error::SqliteFailure(error, Some(message.to_owned()))
}
