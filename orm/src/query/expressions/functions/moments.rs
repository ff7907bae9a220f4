//! Which types are dates, times of day, and both.

use orm_core::stmt::TimeKind;
use orm_core::types::{DbType, NotNull, base};

/// Is implemented by the base types of dates and times.
#[doc(hidden)]
pub trait TimeBase {
    /// What it is to the functions.
    const KIND: TimeKind;
}

impl TimeBase for base::Date {
    const KIND: TimeKind = TimeKind::Date;
}

impl TimeBase for base::Time {
    const KIND: TimeKind = TimeKind::Time;
}

impl TimeBase for base::DateTime {
    const KIND: TimeKind = TimeKind::DateTime;
}

impl TimeBase for base::Timestamp {
    const KIND: TimeKind = TimeKind::Timestamp;
}

/// Is implemented by the base types that have a date.
#[doc(hidden)]
pub trait DateBase: TimeBase {}

impl DateBase for base::Date {}
impl DateBase for base::DateTime {}
impl DateBase for base::Timestamp {}

/// Is implemented by the base types that have a time of day.
#[doc(hidden)]
pub trait ClockBase: TimeBase {}

impl ClockBase for base::Time {}
impl ClockBase for base::DateTime {}
impl ClockBase for base::Timestamp {}

/// Is implemented by the Rust types that have a date and a time of day.
#[doc(hidden)]
pub trait Moment: DbType<Base: TimeBase> {
    /// The type of the date alone.
    type Date: DbType<Null = NotNull>;
    /// The type of the time between two of them.
    type Duration: DbType<Null = NotNull>;
}

#[cfg(feature = "chrono")]
impl Moment for chrono::NaiveDateTime {
    type Date = chrono::NaiveDate;
    type Duration = chrono::TimeDelta;
}

#[cfg(feature = "chrono")]
impl<Z: chrono::TimeZone> Moment for chrono::DateTime<Z>
where
    Self: DbType<Base: TimeBase>,
{
    type Date = chrono::NaiveDate;
    type Duration = chrono::TimeDelta;
}

/// `Moment` for the types of a crate.
#[cfg(any(feature = "jiff", feature = "time"))]
macro_rules! moments {
    ($date:ty, $duration:ty: $($moment:ty),+) => {$(
        impl Moment for $moment {
            type Date = $date;
            type Duration = $duration;
        }
    )+};
}

#[cfg(feature = "jiff")]
moments!(jiff::civil::Date, jiff::SignedDuration: jiff::civil::DateTime, jiff::Timestamp, jiff::ZonedDateTime);

#[cfg(feature = "time")]
moments!(time::Date, time::Duration: time::PrimitiveDateTime, time::OffsetDateTime);
