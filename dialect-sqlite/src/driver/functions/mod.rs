//! The collations and functions that each connection has, by which SQLite computes as the other databases do. `connect.rs`
//! adds them.
//!
//! One file a theme. The dialect writes their names: those of `decimal.rs` in statements of exact decimals, that of
//! `integer.rs` where a computed integer is stored.

mod decimal;
mod integer;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Error, ffi};

/// Equal arguments have equal results, and nothing but the arguments is read: indexes and CHECK constraints may use them.
const PURE: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

/// Adds all of them to a new connection.
pub(super) fn add(native: &Connection) -> rusqlite::Result<()> {
    decimal::add(native)?;
    integer::add(native)
}

/// The error of a function. `errors.rs` knows the messages.
#[cold]
fn failure(message: &str) -> Error {
    let error = ffi::Error::new(ffi::SQLITE_ERROR);
    Error::SqliteFailure(error, Some(message.to_owned()))
}
