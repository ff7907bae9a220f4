//! [`DbType`] for the types of chrono: dates, times, naive date-times, and instants of any time zone, which are stored in
//! UTC.
//!
//! Everything is truncated to microseconds when it is bound, which is what the databases keep; a leap
//! second, which none of them keeps, is bound as the last microsecond of its minute.

use chrono::{
    DateTime, Datelike, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    Timelike, Utc,
};

use super::{DbType, civil};
use crate::value::{ConversionError, ValueRef};

const EPOCH_FROM_CE: i32 = 719_163;

impl DbType for NaiveDate {
    plain!(Date);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Date(self.num_days_from_ce() - EPOCH_FROM_CE)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let days = match value {
            ValueRef::Date(days) => days,
            ValueRef::Text(text) => civil::parse_date(text).ok_or(ConversionError::Format)?,
            _ => return Err(ConversionError::Kind),
        };
        days.checked_add(EPOCH_FROM_CE)
            .and_then(NaiveDate::from_num_days_from_ce_opt)
            .ok_or(ConversionError::Range)
    }
}

impl DbType for NaiveTime {
    plain!(Time);

    fn to_value(&self) -> ValueRef<'_> {
        let micros = (self.nanosecond() / 1000).min(999_999);
        ValueRef::Time(i64::from(self.num_seconds_from_midnight()) * 1_000_000 + i64::from(micros))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let micros = match value {
            ValueRef::Time(micros) => micros,
            ValueRef::Text(text) => civil::parse_time(text).ok_or(ConversionError::Format)?,
            _ => return Err(ConversionError::Kind),
        };
        if !(0..civil::DAY).contains(&micros) {
            return Err(ConversionError::Range);
        }
        let clock = civil::clock(micros);
        NaiveTime::from_hms_micro_opt(clock.hour, clock.minute, clock.second, clock.micro)
            .ok_or(ConversionError::Range)
    }
}

impl DbType for NaiveDateTime {
    plain!(DateTime);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::DateTime(micros(self.and_utc()))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        instant(value).map(|instant| instant.naive_utc())
    }
}

impl DbType for DateTime<Utc> {
    plain!(Timestamp);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Timestamp(micros(*self))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        instant(value)
    }
}

/// The offset is not stored: what is read has the offset 0.
impl DbType for DateTime<FixedOffset> {
    plain!(Timestamp);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Timestamp(micros(self.to_utc()))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        instant(value).map(|instant| instant.fixed_offset())
    }
}

/// What is read has the time zone of the program that reads it.
impl DbType for DateTime<Local> {
    plain!(Timestamp);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Timestamp(micros(self.to_utc()))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        instant(value).map(|instant| instant.with_timezone(&Local))
    }
}

/// A duration of `i64::MAX` microseconds, 292,000 years, is the longest one: a longer one is an error when it is bound.
impl DbType for TimeDelta {
    plain!(Interval);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Interval(self.num_microseconds().unwrap_or(i64::MIN))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        match value {
            ValueRef::Interval(micros) | ValueRef::Int(micros) => Ok(Self::microseconds(micros)),
            _ => Err(ConversionError::Kind),
        }
    }
}

fn micros(instant: DateTime<Utc>) -> i64 {
    let sub = (instant.timestamp_subsec_nanos() / 1000).min(999_999);
    instant.timestamp() * 1_000_000 + i64::from(sub)
}

fn instant(value: ValueRef<'_>) -> Result<DateTime<Utc>, ConversionError> {
    let micros = match value {
        ValueRef::DateTime(micros) | ValueRef::Timestamp(micros) => micros,
        ValueRef::Text(text) => civil::parse_datetime(text).ok_or(ConversionError::Format)?,
        _ => return Err(ConversionError::Kind),
    };
    DateTime::from_timestamp_micros(micros).ok_or(ConversionError::Range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_binds() {
        let date = NaiveDate::from_ymd_opt(1969, 7, 20).unwrap();
        let at = date.and_hms_micro_opt(20, 17, 40, 123_456).unwrap();
        assert_eq!(NaiveDate::from_value(date.to_value()), Ok(date));
        assert_eq!(NaiveTime::from_value(at.time().to_value()), Ok(at.time()));
        assert_eq!(NaiveDateTime::from_value(at.to_value()), Ok(at));
        assert_eq!(
            DateTime::<Utc>::from_value(at.and_utc().to_value()),
            Ok(at.and_utc())
        );
        let offset = FixedOffset::east_opt(20_700).unwrap();
        let zoned = at.and_utc().with_timezone(&offset);
        assert_eq!(zoned.to_value(), at.and_utc().to_value());
        let read = DateTime::<FixedOffset>::from_value(zoned.to_value()).unwrap();
        assert_eq!((read, read.offset().local_minus_utc()), (zoned, 0));
        let local = at.and_utc().with_timezone(&Local);
        assert_eq!(DateTime::<Local>::from_value(local.to_value()), Ok(local));
        assert_eq!(
            NaiveDate::from_value(ValueRef::Text("1969-07-20")),
            Ok(date)
        );
        assert_eq!(
            NaiveDate::from_value(ValueRef::Text("soon")),
            Err(ConversionError::Format)
        );
    }

    #[test]
    fn durations_have_64_bits() {
        for too_long in [TimeDelta::MIN, TimeDelta::MAX] {
            assert!(too_long.to_value().is_long_duration());
        }
        let longest = TimeDelta::microseconds(i64::MAX);
        assert_eq!(longest.to_value(), ValueRef::Interval(i64::MAX));
        assert_eq!(TimeDelta::from_value(longest.to_value()), Ok(longest));
    }
}
