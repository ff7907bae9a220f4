//! Binds values as the parameters of a prepared statement.
//!
//! The native driver takes parameters by value, so text and bytes are copied once here. Booleans become integers,
//! dates and times their fields, UUIDs bytes, and lists the text of a JSON array.

use mysql::{Params, Value};
use orm_core::driver::{LONG_DURATION, json_fault};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::civil::{self, Clock};
use orm_core::value::ValueRef;

use super::failure::too_large;

/// What stands around values in a packet.
pub(super) const ROOM: usize = 64;

/// Values that come to more than a protocol packet travel one by one instead of together.
const TOGETHER: u64 = 0x0100_0000;

/// All binds of one run, none of which may be longer than a `packet` has room for: the server hangs up on longer
/// ones, and with the connection goes the transaction. Nor may all of them, where they travel together.
///
/// # Errors
/// `OutOfRange` for a number that isn't finite, a year beyond four digits and a time beyond a day;
/// `DataTooLong`.
pub(super) fn params(
    binds: &[ValueRef<'_>],
    packet: usize,
    server: &'static str,
) -> Result<Params> {
    let mut values = Vec::with_capacity(binds.len());
    let limit = packet.saturating_sub(ROOM);
    // A command and its fixed fields.
    let mut total = 16;
    for (index, bind) in binds.iter().enumerate() {
        let value = value(*bind, server).map_err(|what| refused(what, index))?;
        if matches!(&value, Value::Bytes(bytes) if bytes.len() > limit) {
            return Err(too_long(limit, index));
        }
        // Each value has a type of two bytes and a bit for NULL.
        total += value.bin_len() + 3;
        values.push(value);
    }
    if total > packet as u64 && total <= TOGETHER {
        return Err(too_large());
    }
    Ok(Params::Positional(values))
}

/// One value, or what is wrong with it.
fn value(bind: ValueRef<'_>, server: &str) -> Result<Value, &'static str> {
    Ok(match bind {
        ValueRef::Null => Value::NULL,
        ValueRef::Bool(v) => Value::Int(i64::from(v)),
        ValueRef::Interval(_) if bind.is_long_duration() => return Err(LONG_DURATION),
        ValueRef::Int(v) | ValueRef::Interval(v) => Value::Int(v),
        ValueRef::Float(v) if v.is_finite() => Value::Double(v),
        ValueRef::Float(_) => return Err(FINITE),
        ValueRef::Json(v) => match json_fault(v, json_depth(server)) {
            Some(fault) => return Err(fault),
            None => Value::Bytes(v.as_bytes().to_vec()),
        },
        ValueRef::Text(v) => Value::Bytes(v.as_bytes().to_vec()),
        ValueRef::Bytes(v) => Value::Bytes(v.to_vec()),
        ValueRef::Uuid(v) => Value::Bytes(v.to_vec()),
        ValueRef::Decimal(v) => Value::Bytes(v.to_string().into_bytes()),
        ValueRef::Date(days) => moment(days, 0)?,
        ValueRef::Time(micros) => time(micros)?,
        ValueRef::DateTime(micros) | ValueRef::Timestamp(micros) => {
            let (days, micros) = civil::split(micros).ok_or(YEAR)?;
            moment(days, micros)?
        }
        ValueRef::Batch(batch) if !batch.iter().all(is_finite) => return Err(FINITE),
        ValueRef::Batch(_) if bind.is_long_duration() => return Err(LONG_DURATION),
        ValueRef::Batch(_) => Value::Bytes(bind.to_json(server).into_bytes()),
        ValueRef::Extension(v) => return value(v.encode(server).as_ref(), server),
        ValueRef::Array(_) => return Err("MySQL and MariaDB have no array type"),
    })
}

/// The levels of a document that the server reads.
fn json_depth(server: &str) -> usize {
    if server == "mysql" { 100 } else { 31 }
}

const FINITE: &str = "NaN and infinity can't be stored in MySQL and MariaDB";

fn is_finite(value: ValueRef<'_>) -> bool {
    !matches!(value, ValueRef::Float(number) if !number.is_finite())
}

const YEAR: &str = "the date is out of range: MySQL and MariaDB store the years 0 to 9999";

fn moment(days: i32, micros: i64) -> Result<Value, &'static str> {
    let date = civil::civil(days);
    let year = u16::try_from(date.year).ok().filter(|year| *year <= 9999);
    let year = year.ok_or(YEAR)?;
    let Clock {
        hour,
        minute,
        second,
        micro,
    } = civil::clock(micros);
    let (month, day) = (small(date.month), small(date.day));
    Ok(Value::Date(
        year,
        month,
        day,
        small(hour),
        small(minute),
        small(second),
        micro,
    ))
}

fn time(micros: i64) -> Result<Value, &'static str> {
    if !(0..civil::DAY).contains(&micros) {
        return Err("the time of day is out of range: it must be before 24:00");
    }
    let Clock {
        hour,
        minute,
        second,
        micro,
    } = civil::clock(micros);
    Ok(Value::Time(
        false,
        0,
        small(hour),
        small(minute),
        small(second),
        micro,
    ))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "months, days, hours, minutes and seconds are below 60"
)]
fn small(field: u32) -> u8 {
    field as u8
}

#[cold]
fn refused(what: &'static str, index: usize) -> Error {
    let number = index + 1;
    Error::with_message(ErrorKind::OutOfRange, format!("{what} (bind {number})"))
}

#[cold]
fn too_long(limit: usize, index: usize) -> Error {
    let number = index + 1;
    let message =
        format!("bind {number} is longer than the server's max_allowed_packet of {limit} bytes");
    Error::with_message(ErrorKind::DataTooLong, message)
        .with_hint("raise max_allowed_packet on the server, or split the value")
}

#[cfg(test)]
mod tests {
    use orm_core::value::BatchValues;

    use super::*;

    #[test]
    fn dates_and_times_become_fields() {
        let cases = [
            (ValueRef::Date(0), Value::Date(1970, 1, 1, 0, 0, 0, 0)),
            (
                ValueRef::DateTime(-1),
                Value::Date(1969, 12, 31, 23, 59, 59, 999_999),
            ),
            (
                ValueRef::Time(3_723_000_004),
                Value::Time(false, 0, 1, 2, 3, 4),
            ),
            (ValueRef::Bool(true), Value::Int(1)),
            (
                ValueRef::Batch(BatchValues::Borrowed(&[ValueRef::Int(1), ValueRef::Null])),
                Value::Bytes(b"[1,null]".to_vec()),
            ),
        ];
        for (bind, expected) in cases {
            assert_eq!(value(bind, "mysql"), Ok(expected));
        }
    }

    #[test]
    fn a_bind_has_a_longest_length() {
        let text = ValueRef::Text("0123456789");
        assert!(params(&[text], 10 + ROOM, "mysql").is_ok());
        // Those that would travel together may not be longer together.
        for (binds, limit) in [(&[text][..], 9 + ROOM), (&[text; 9], 100)] {
            let error = params(binds, limit, "mysql").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::DataTooLong);
        }
    }

    #[test]
    fn what_has_no_place_is_refused_by_its_number() {
        for bind in [
            ValueRef::Float(f64::INFINITY),
            ValueRef::Date(-800_000),
            ValueRef::Timestamp(i64::MAX),
            ValueRef::Time(-1),
        ] {
            let error = params(&[ValueRef::Null, bind], 99, "mysql").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OutOfRange);
            assert!(error.message().ends_with("(bind 2)"), "{error}");
        }
    }
}
