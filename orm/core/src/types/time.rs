//! [`DbType`] for the types of the crate `time`. As those of chrono, they are truncated to microseconds when they are
//! bound.

use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time};

use super::civil::{self, Clock};
use super::{DbType, moments};
use crate::value::{ConversionError, ValueRef};

/// The Julian day of 1970-01-01.
const EPOCH: i32 = 2_440_588;

impl DbType for Date {
    plain!(Date);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Date(self.to_julian_day() - EPOCH)
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

impl DbType for PrimitiveDateTime {
    plain!(DateTime);

    fn to_value(&self) -> ValueRef<'_> {
        let days = self.date().to_julian_day() - EPOCH;
        let micros = civil::join(days, micros(self.time()));
        ValueRef::DateTime(micros.unwrap_or(i64::MIN))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let (days, clock) = moments::split(moments::micros(value)?)?;
        Ok(Self::new(date(days)?, time(clock)?))
    }
}

/// The offset is not stored: what is read has the offset 0.
impl DbType for OffsetDateTime {
    plain!(Timestamp);

    fn to_value(&self) -> ValueRef<'_> {
        let nanos = self.unix_timestamp_nanos();
        ValueRef::Timestamp(moments::counted(nanos.div_euclid(1000)))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let nanos = i128::from(moments::micros(value)?) * 1000;
        Self::from_unix_timestamp_nanos(nanos).map_err(|_| ConversionError::Range)
    }
}

/// A duration of `i64::MAX` microseconds, 292,000 years, is the longest one: a longer one is an error when it is bound.
impl DbType for Duration {
    plain!(Interval);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Interval(moments::counted(self.whole_microseconds()))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        moments::duration(value).map(Self::microseconds)
    }
}

fn date(days: i32) -> Result<Date, ConversionError> {
    let day = days.checked_add(EPOCH).ok_or(ConversionError::Range)?;
    Date::from_julian_day(day).map_err(|_| ConversionError::Range)
}

fn micros(time: Time) -> i64 {
    let (hour, minute, second, micro) = time.as_hms_micro();
    moments::of_clock(Clock {
        hour: hour.into(),
        minute: minute.into(),
        second: second.into(),
        micro,
    })
}

fn time(clock: Clock) -> Result<Time, ConversionError> {
    let small = |field: u32| u8::try_from(field).map_err(|_| ConversionError::Range);
    let (hour, minute, second) = (
        small(clock.hour)?,
        small(clock.minute)?,
        small(clock.second)?,
    );
    Time::from_hms_micro(hour, minute, second, clock.micro).map_err(|_| ConversionError::Range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_binds() {
        let date = Date::from_ordinal_date(1969, 201).unwrap();
        let time = Time::from_hms_micro(20, 17, 40, 123_456).unwrap();
        let at = PrimitiveDateTime::new(date, time);
        assert_eq!(Date::from_value(date.to_value()), Ok(date));
        assert_eq!(Time::from_value(time.to_value()), Ok(time));
        assert_eq!(PrimitiveDateTime::from_value(at.to_value()), Ok(at));
        let instant = at.assume_utc();
        assert_eq!(OffsetDateTime::from_value(instant.to_value()), Ok(instant));
        let took = Duration::microseconds(-7);
        assert_eq!(Duration::from_value(took.to_value()), Ok(took));
        for too_long in [Duration::MIN, Duration::MAX] {
            assert!(too_long.to_value().is_long_duration());
        }
        let longest = Duration::microseconds(i64::MAX);
        assert_eq!(longest.to_value(), ValueRef::Interval(i64::MAX));
        let late = Date::from_value(ValueRef::Date(i32::MAX));
        assert_eq!(late, Err(ConversionError::Range));
    }
}
