//! Binds values by index, borrowed, without an allocation for each value.
//!
//! The storage of each kind is determined here: booleans as 0 and 1, dates and times as ISO 8601 text, decimals as their
//! digits, UUIDs as their 16 bytes, arrays as JSON text. `types.rs` renders the same as literals.

use std::fmt::{self, Write as _};

use orm_core::civil;
use orm_core::driver::{LONG_DURATION, bind_count, json_fault, not_json};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;
use rusqlite::Statement;
use rusqlite::types::{Null, ToSqlOutput, ValueRef as Native};

use super::failure::from_native;
use crate::types::NAME;

/// The days from 0000-01-01 to 9999-12-31. ISO 8601 text sorts by time as long as every year has four
/// digits and no sign.
const CALENDAR: std::ops::RangeInclusive<i64> = -719_528..=2_932_896;

/// The levels of a document that `serde_json` reads. SQLite reads 1000.
const JSON_DEPTH: usize = 127;

/// Binds all values of a statement.
///
/// # Errors
/// `Usage` if the statement has another number of binds.
pub(super) fn bind_all(
    statement: &mut Statement<'_>,
    sql: &str,
    binds: &[ValueRef<'_>],
) -> Result<()> {
    check_count(statement, sql, binds.len())?;
    bind_row(statement, sql, binds)
}

/// Refuses another number of values than the statement has binds: SQLite would take missing ones as
/// NULL.
pub(super) fn check_count(statement: &Statement<'_>, sql: &str, given: usize) -> Result<()> {
    let taken = statement.parameter_count();
    if taken == given {
        return Ok(());
    }
    Err(bind_count(taken, given).with_sql(sql))
}

/// Binds values whose number has been checked.
pub(super) fn bind_row(
    statement: &mut Statement<'_>,
    sql: &str,
    binds: &[ValueRef<'_>],
) -> Result<()> {
    for (index, value) in (1..).zip(binds) {
        bind(statement, index, value).map_err(|error| error.with_sql(sql))?;
    }
    Ok(())
}

/// Binds a value. Each kind is bound as its own type, of which the native driver binds each without looking at it again;
/// texts and integers, which most values are, without a look at the others.
#[inline]
fn bind(statement: &mut Statement<'_>, index: usize, value: &ValueRef<'_>) -> Result<()> {
    let bound = match value {
        ValueRef::Text(v) => statement.raw_bind_parameter(index, *v),
        ValueRef::Int(v) => statement.raw_bind_parameter(index, *v),
        _ => {
            let bound = bind_other(statement, index, *value);
            return bound.map_err(|fault| fault.into_error(index));
        }
    };
    bound.map_err(|native| Fault::Native(native).into_error(index))
}

enum Fault {
    Native(rusqlite::Error),
    NotANumber,
    LongDuration,
    NotJson(&'static str),
    BeyondCalendar(&'static str),
    Unknown(&'static str),
}

impl Fault {
    #[cold]
    fn into_error(self, index: usize) -> Error {
        match self {
            Self::Native(native) => from_native(native, ""),
            Self::NotANumber => Error::with_message(
                ErrorKind::OutOfRange,
                format!(
                    "bind {index} is NaN, which SQLite can't store"
                ),
            )
            .with_hint("bind NULL instead, and make the column nullable"),
            Self::LongDuration => Error::with_message(
                ErrorKind::OutOfRange,
                format!("{LONG_DURATION} (bind {index})"),
            ),
            Self::NotJson(fault) => not_json(index, fault),
            Self::BeyondCalendar(kind) => Error::with_message(
                ErrorKind::OutOfRange,
                format!("bind {index} is out of range: {kind} must be in the years 0000 to 9999"),
            )
            .with_hint("store it as an integer: SQLite stores dates as text, which sorts by four digits of the year only"),
            Self::Unknown(kind) => Error::with_message(
                ErrorKind::Unsupported,
                format!("bind {index} is {kind}, which SQLite can't store"),
            ),
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(native: rusqlite::Error) -> Self {
        Self::Native(native)
    }
}

#[inline(never)]
fn bind_other(
    statement: &mut Statement<'_>,
    index: usize,
    value: ValueRef<'_>,
) -> std::result::Result<(), Fault> {
    let bound = match &value {
        ValueRef::Null => statement.raw_bind_parameter(index, Null),
        ValueRef::Bool(v) => statement.raw_bind_parameter(index, *v),
        ValueRef::Interval(_) if value.is_long_duration() => return Err(Fault::LongDuration),
        ValueRef::Int(v) | ValueRef::Interval(v) => statement.raw_bind_parameter(index, *v),
        // SQLite would bind NULL.
        ValueRef::Float(_) if is_nan(value) => return Err(Fault::NotANumber),
        ValueRef::Float(v) => statement.raw_bind_parameter(index, *v),
        ValueRef::Text(v) => statement.raw_bind_parameter(index, *v),
        ValueRef::Json(v) => match json_fault(v, JSON_DEPTH) {
            Some(fault) => return Err(Fault::NotJson(fault)),
            None => statement.raw_bind_parameter(index, *v),
        },
        ValueRef::Bytes(v) => statement.raw_bind_parameter(index, *v),
        ValueRef::Uuid(v) => statement.raw_bind_parameter(index, v.as_slice()),
        ValueRef::Decimal(v) => return bind_text(statement, index, v),
        ValueRef::Date(v) if !CALENDAR.contains(&i64::from(*v)) => {
            return Err(Fault::BeyondCalendar(value.kind_name()));
        }
        ValueRef::Date(v) => return bind_text(statement, index, civil::date_text(*v)),
        ValueRef::Time(v) => return bind_text(statement, index, civil::time_text(*v)),
        ValueRef::DateTime(v) | ValueRef::Timestamp(v)
            if !CALENDAR.contains(&v.div_euclid(civil::DAY)) =>
        {
            return Err(Fault::BeyondCalendar(value.kind_name()));
        }
        ValueRef::DateTime(v) | ValueRef::Timestamp(v) => {
            return bind_text(statement, index, civil::datetime_text(*v));
        }
        ValueRef::Batch(batch) if batch.iter().any(is_nan) => return Err(Fault::NotANumber),
        ValueRef::Batch(_) if value.is_long_duration() => return Err(Fault::LongDuration),
        ValueRef::Batch(_) => statement.raw_bind_parameter(index, value.to_json(NAME)),
        ValueRef::Extension(v) => return bind_other(statement, index, v.encode(NAME).as_ref()),
        ValueRef::Array(_) => return Err(Fault::Unknown(value.kind_name())),
    };
    Ok(bound?)
}

fn is_nan(value: ValueRef<'_>) -> bool {
    matches!(value, ValueRef::Float(number) if number.is_nan())
}

fn bind_text(
    statement: &mut Statement<'_>,
    index: usize,
    text: impl fmt::Display,
) -> std::result::Result<(), Fault> {
    let mut short = ShortText::default();
    // A date that is longer than any year of the calendar would be a fault of `civil`.
    if write!(short, "{text}").is_err() {
        return Err(Fault::Unknown("a date and time"));
    }
    let text = ToSqlOutput::Borrowed(Native::Text(short.as_bytes()));
    Ok(statement.raw_bind_parameter(index, text)?)
}

/// The text of a date and time or a decimal on the stack, of which a decimal of 36 digits with a sign, a zero and a point
/// is the longest.
struct ShortText {
    bytes: [u8; 41],
    len: usize,
}

impl Default for ShortText {
    fn default() -> Self {
        Self {
            bytes: [0; 41],
            len: 0,
        }
    }
}

impl ShortText {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl fmt::Write for ShortText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_has_years_of_four_digits() {
        let texts = [CALENDAR.start(), CALENDAR.end()].map(|days| {
            let days = i32::try_from(*days).unwrap();
            civil::date_text(days).to_string()
        });
        assert_eq!(texts, ["0000-01-01", "9999-12-31"]);
    }

    #[test]
    fn the_longest_date_has_room() {
        for micros in [i64::MIN, i64::MAX] {
            let mut text = ShortText::default();
            assert!(write!(text, "{}", civil::datetime_text(micros)).is_ok());
        }
        for days in [i32::MIN, i32::MAX] {
            let mut text = ShortText::default();
            assert!(write!(text, "{}", civil::date_text(days)).is_ok());
        }
    }
}
