//! The collations and functions that each connection has, by which SQLite computes as the other databases do: those that
//! SQLite lacks, and those whose result has to be the other databases'. `connect.rs` registers them.
//!
//! One file a theme. The dialect writes their names: those of `decimal.rs` in statements of exact decimals, that of
//! `integer.rs` where a computed integer is stored, as `numbers.rs` has it of floats and `text.rs` of texts.

mod decimal;
mod function;
mod integer;
#[cfg(feature = "json")]
mod json;
mod numbers;
mod search;
mod statistics;
mod temporal;
mod text;

use rusqlite::Connection;

/// Registers all of them.
pub(super) fn register(native: &Connection) -> rusqlite::Result<()> {
    decimal::add(native)?;
    integer::add(native)?;
    #[cfg(feature = "json")]
    json::register(native)?;
    numbers::register(native)?;
    search::register(native)?;
    statistics::register(native)?;
    temporal::register(native)?;
    text::register(native)
}
