//! `integer_store`: a computed integer as a column stores it, or an error. SQLite makes a float of an integer beyond 64
//! bits, and would store it.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;

use super::{PURE, failure};

pub(super) fn add(native: &Connection) -> rusqlite::Result<()> {
    native.create_scalar_function("integer_store", 2, PURE, store)
}

/// `integer_store(value, bits)`.
fn store(context: &Context<'_>) -> rusqlite::Result<Option<i64>> {
    let bits: u32 = context.get(1)?;
    match context.get_raw(0) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(value) if fits(value, bits) => Ok(Some(value)),
        ValueRef::Integer(_) | ValueRef::Real(_) => Err(failure("integer overflow")),
        ValueRef::Text(_) | ValueRef::Blob(_) => Err(failure("not an integer")),
    }
}

/// Whether a signed integer of so many bits holds a value.
fn fits(value: i64, bits: u32) -> bool {
    let unused = i64::BITS.saturating_sub(bits);
    value << unused >> unused == value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_have_limits() {
        assert!(fits(-32_768, 16) && fits(32_767, 16) && !fits(32_768, 16));
        assert!(fits(i64::MIN, 64) && !fits(i64::MIN, 32));
    }
}
