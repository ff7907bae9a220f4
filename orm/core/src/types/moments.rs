//! What the types of jiff and of time share: the counts of a value, and the fields of a count.

use super::civil::{self, Clock};
use crate::value::{ConversionError, ValueRef};

/// The days since 1970-01-01.
pub(super) fn days(value: ValueRef<'_>) -> Result<i32, ConversionError> {
    match value {
        ValueRef::Date(days) => Ok(days),
        ValueRef::Text(text) => civil::parse_date(text).ok_or(ConversionError::Format),
        _ => Err(ConversionError::Kind),
    }
}

/// The time of day.
pub(super) fn clock(value: ValueRef<'_>) -> Result<Clock, ConversionError> {
    let micros = match value {
        ValueRef::Time(micros) => micros,
        ValueRef::Text(text) => civil::parse_time(text).ok_or(ConversionError::Format)?,
        _ => return Err(ConversionError::Kind),
    };
    if !(0..civil::DAY).contains(&micros) {
        return Err(ConversionError::Range);
    }
    Ok(civil::clock(micros))
}

/// The microseconds since 1970-01-01.
pub(super) fn micros(value: ValueRef<'_>) -> Result<i64, ConversionError> {
    match value {
        ValueRef::DateTime(micros) | ValueRef::Timestamp(micros) => Ok(micros),
        ValueRef::Text(text) => civil::parse_datetime(text).ok_or(ConversionError::Format),
        _ => Err(ConversionError::Kind),
    }
}

/// The date and the time of day of microseconds since 1970-01-01.
pub(super) fn split(micros: i64) -> Result<(i32, Clock), ConversionError> {
    let (days, micros) = civil::split(micros).ok_or(ConversionError::Range)?;
    Ok((days, civil::clock(micros)))
}

/// The microseconds of a duration.
pub(super) fn duration(value: ValueRef<'_>) -> Result<i64, ConversionError> {
    match value {
        ValueRef::Interval(micros) | ValueRef::Int(micros) => Ok(micros),
        _ => Err(ConversionError::Kind),
    }
}

/// A time of day as a value.
pub(super) fn of_clock(clock: Clock) -> i64 {
    civil::micros(clock).unwrap_or_default()
}

/// A count of microseconds as a value. One beyond 64 bits is the least, which every driver refuses as a duration and as a
/// moment.
pub(super) fn counted(micros: i128) -> i64 {
    i64::try_from(micros).unwrap_or(i64::MIN)
}
