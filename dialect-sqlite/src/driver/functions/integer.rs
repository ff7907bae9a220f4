//! `integer_store` and `unsigned_store`: a computed integer as a column stores it, or an error. SQLite makes a float of an integer beyond 64
//! bits, and would store it.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value, ValueRef};

use super::function::{PURE, failure};

pub(super) fn add(native: &Connection) -> rusqlite::Result<()> {
    native.create_scalar_function("integer_store", 2, PURE, store)?;
    native.create_scalar_function("unsigned_store", 2, PURE, store_unsigned)
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

/// `unsigned_store(value, bits)`, of which 64 bits are the text of an exact decimal.
fn store_unsigned(context: &Context<'_>) -> rusqlite::Result<Option<Value>> {
    let bits: u32 = context.get(1)?;
    let number = match context.get_raw(0) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(number) => u64::try_from(number).ok(),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok()),
        ValueRef::Real(_) | ValueRef::Blob(_) => None,
    };
    let number = number.filter(|number| number.checked_shr(bits).unwrap_or(0) == 0);
    let number = number.ok_or_else(|| failure("integer overflow"))?;
    Ok(Some(match i64::try_from(number) {
        Ok(number) if bits < 64 => Value::Integer(number),
        _ => Value::Text(number.to_string()),
    }))
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
