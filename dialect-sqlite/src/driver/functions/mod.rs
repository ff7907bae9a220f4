//! The collations and functions that each connection has, by which SQLite computes as the other databases do. `connect.rs`
//! adds them.
//!
//! One file a theme. The dialect writes their names: those of `decimal.rs` in statements of exact decimals, that of
//! `integer.rs` where a computed integer is stored.

mod decimal;
mod function;
mod integer;

use rusqlite::Connection;

/// Adds all of them to a new connection.
pub(super) fn add(native: &Connection) -> rusqlite::Result<()> {
    decimal::add(native)?;
    integer::add(native)
}
