//! `integer_store`, `integer_cast` and `unsigned_store`: a computed integer as a column stores it, or an error. SQLite makes a
//! float of an integer beyond 64 bits, and would store it.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::{Value, ValueRef};

use super::function::{PURE, failure};

pub(super) fn add(native: &Connection) -> rusqlite::Result<()> {
    native.create_scalar_function("integer_store", 2, PURE, store)?;
    native.create_scalar_function("integer_cast", 2, PURE, cast)?;
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

/// `integer_cast(value, bits)`, which rounds a float, and reads a text, as an assignment does on other databases.
fn cast(context: &Context<'_>) -> rusqlite::Result<Option<i64>> {
    let bits: u32 = context.get(1)?;
    let value = match context.get_raw(0) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(value) => Some(value),
        ValueRef::Real(value) => rounded(value),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).ok();
            let value = text.and_then(|text| text.trim().parse().ok());
            return value
                .filter(|value| fits(*value, bits))
                .map(Some)
                .ok_or_else(|| failure("not an integer"));
        }
        ValueRef::Blob(_) => return Err(failure("not an integer")),
    };
    match value.filter(|value| fits(*value, bits)) {
        Some(value) => Ok(Some(value)),
        None => Err(failure("integer overflow")),
    }
}

/// The nearest integer of 64 bits, the even one of two.
fn rounded(value: f64) -> Option<i64> {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    let whole = value.round_ties_even();
    #[expect(clippy::cast_possible_truncation, reason = "within 64 bits")]
    (-BEYOND..BEYOND).contains(&whole).then_some(whole as i64)
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

    #[test]
    fn floats_are_rounded_within_64_bits() {
        assert_eq!([1.5, 2.5, -0.4].map(rounded), [2, 2, 0].map(Some));
        assert_eq!(rounded(-9_223_372_036_854_775_808.0), Some(i64::MIN));
        assert_eq!(
            [9_223_372_036_854_775_808.0, f64::INFINITY].map(rounded),
            [None; 2]
        );
    }
}
