//! SQL functions of ours, which each connection gets: those that SQLite lacks, and those whose result has to be the other
//! databases'. One file a theme.

mod numbers;
mod search;
mod text;

use std::ffi::c_int;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

/// A function of the same arguments has the same result and no effect, so that indexes and views may use it.
const PURE: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

/// Any number of arguments.
const ANY: c_int = -1;

/// Registers all of them.
pub(super) fn register(native: &Connection) -> rusqlite::Result<()> {
    numbers::register(native)?;
    search::register(native)?;
    text::register(native)
}
