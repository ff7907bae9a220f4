//! [`DbType`] for the types of jiff. As those of chrono, they are truncated to microseconds when they are bound.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

use super::civil::{Civil, Clock, civil};
use super::{DbType, moments};
use crate::value::{ConversionError, ValueRef};

impl DbType for Date {
    plain!(Date);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Date(days(*self))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        date(moments::days(value)?)
    }
}

impl DbType for Time {
    plain!(Time);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Time(micros(*self))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        time(moments::clock(value)?)
    }
}

impl DbType for DateTime {
    plain!(DateTime);

    fn to_value(&self) -> ValueRef<'_> {
        let micros = super::civil::join(days(self.date()), micros(self.time()));
        ValueRef::DateTime(micros.unwrap_or(i64::MIN))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let (days, clock) = moments::split(moments::micros(value)?)?;
        Ok(Self::from_parts(date(days)?, time(clock)?))
    }
}

impl DbType for Timestamp {
    plain!(Timestamp);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Timestamp(moments::counted(self.as_nanosecond().div_euclid(1000)))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let micros = moments::micros(value)?;
        Self::from_microsecond(micros).map_err(|_| ConversionError::Range)
    }
}

/// The time zone is not stored: what is read is in UTC.
impl DbType for ZonedDateTime {
    plain!(Timestamp);

    fn to_value(&self) -> ValueRef<'_> {
        let nanos = self.timestamp().as_nanosecond();
        ValueRef::Timestamp(moments::counted(nanos.div_euclid(1000)))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        Timestamp::from_value(value).map(|instant| instant.to_zoned_datetime(TimeZone::UTC))
    }
}

/// A duration of `i64::MAX` microseconds, 292,000 years, is the longest one: a longer one is an error when it is bound.
impl DbType for SignedDuration {
    plain!(Interval);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Interval(moments::counted(self.as_micros()))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        moments::duration(value).map(Self::from_micros)
    }
}

fn days(date: Date) -> i32 {
    // The date exists, and its year has four digits.
    super::civil::days(Civil {
        year: date.year().into(),
        month: date.month().unsigned_abs().into(),
        day: date.day().unsigned_abs().into(),
    })
    .unwrap_or(i32::MIN)
}

fn date(days: i32) -> Result<Date, ConversionError> {
    let Civil { year, month, day } = civil(days);
    let year = i16::try_from(year).map_err(|_| ConversionError::Range)?;
    let (month, day) = (small(month)?, small(day)?);
    Date::new(year, month, day).map_err(|_| ConversionError::Range)
}

fn micros(time: Time) -> i64 {
    moments::of_clock(Clock {
        hour: time.hour().unsigned_abs().into(),
        minute: time.minute().unsigned_abs().into(),
        second: time.second().unsigned_abs().into(),
        micro: time.subsec_nanosecond().unsigned_abs() / 1000,
    })
}

fn time(clock: Clock) -> Result<Time, ConversionError> {
    let (hour, minute, second) = (
        small(clock.hour)?,
        small(clock.minute)?,
        small(clock.second)?,
    );
    let nanos = i32::try_from(clock.micro * 1000).map_err(|_| ConversionError::Range)?;
    Time::new(hour, minute, second, nanos).map_err(|_| ConversionError::Range)
}

fn small(field: u32) -> Result<i8, ConversionError> {
    i8::try_from(field).map_err(|_| ConversionError::Range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_binds() {
        let at = DateTime::constant(1969, 7, 20, 20, 17, 40, 123_456_000);
        assert_eq!(Date::from_value(at.date().to_value()), Ok(at.date()));
        assert_eq!(Time::from_value(at.time().to_value()), Ok(at.time()));
        assert_eq!(DateTime::from_value(at.to_value()), Ok(at));
        let zoned = at.to_zoned_datetime(TimeZone::UTC).unwrap();
        assert_eq!(
            ZonedDateTime::from_value(zoned.to_value()),
            Ok(zoned.clone())
        );
        let instant = zoned.timestamp();
        assert_eq!(Timestamp::from_value(instant.to_value()), Ok(instant));
        let took = SignedDuration::from_micros(-7);
        assert_eq!(SignedDuration::from_value(took.to_value()), Ok(took));
        for too_long in [SignedDuration::MIN, SignedDuration::MAX] {
            assert!(too_long.to_value().is_long_duration());
        }
        let longest = SignedDuration::from_micros(i64::MAX);
        assert_eq!(longest.to_value(), ValueRef::Interval(i64::MAX));
        let late = Date::from_value(ValueRef::Date(i32::MAX));
        assert_eq!(late, Err(ConversionError::Range));
    }
}
