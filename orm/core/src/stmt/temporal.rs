//! [`TimeFunc`]: the functions of dates and times, as [`Func::Time`](super::Func) has them.
//!
//! The calendar is the proleptic Gregorian one, and a field of an instant is that of its time in UTC, whatever the time
//! zone of the connection.

/// Lists the functions of dates and times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeFunc {
    /// A field of the argument, as an integer.
    Part(DatePart),
    /// The start of the unit that the argument is in. A date is not shortened by a unit below a day.
    Trunc(Unit),
    /// The date of a date and time, or of an instant in UTC.
    Date,
    /// The argument, a duration later.
    Add,
    /// The argument, a duration earlier.
    Sub,
    /// The duration from the second argument to the first.
    Since,
    /// The argument, so many days or months later. The day is at most the last one of its month.
    Shift(Unit),
    /// The instant at which the statement began. It has no argument.
    Now,
    /// The date of [`TimeFunc::Now`] in UTC. It has no argument.
    Today,
}

/// Chooses a field of a date or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DatePart {
    /// The year. The one before year 1 is -1, as in PostgreSQL.
    Year,
    /// 1 to 4.
    Quarter,
    /// 1 to 12.
    Month,
    /// 1 to 31.
    Day,
    /// 0 to 23.
    Hour,
    /// 0 to 59.
    Minute,
    /// 0 to 59, without the fraction.
    Second,
    /// 1 for Monday to 7 for Sunday: ISO 8601.
    Weekday,
    /// The week of ISO 8601, 1 to 53: that of the year's first Thursday is 1.
    IsoWeek,
    /// The year that the week of ISO 8601 belongs to.
    IsoYear,
}

/// Chooses the unit to which a date or time is truncated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// To January 1st.
    Year,
    /// To the first day of the quarter.
    Quarter,
    /// To the first day of the month.
    Month,
    /// To Monday: the week of ISO 8601.
    Week,
    /// To midnight.
    Day,
    /// To the full hour.
    Hour,
    /// To the full minute.
    Minute,
    /// To the full second.
    Second,
}

/// Is what the first argument of a [`TimeFunc`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeKind {
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A date and time without a time zone.
    DateTime,
    /// An instant.
    Timestamp,
}

impl DatePart {
    /// Returns PostgreSQL's word for the field.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// assert_eq!(DatePart::Weekday.word(), "isodow");
    /// ```
    pub const fn word(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Quarter => "quarter",
            Self::Month => "month",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
            Self::Weekday => "isodow",
            Self::IsoWeek => "week",
            Self::IsoYear => "isoyear",
        }
    }
}

impl Unit {
    /// Returns SQL's word for the unit in lower case.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// assert_eq!(Unit::Month.word(), "month");
    /// ```
    pub const fn word(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Quarter => "quarter",
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
        }
    }

    /// Returns the unit to which a value of a kind is truncated: a day if the value is a date and the unit is less.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// assert_eq!(Unit::Hour.of(TimeKind::Date), Unit::Day);
    /// assert_eq!(Unit::Hour.of(TimeKind::Timestamp), Unit::Hour);
    /// ```
    #[must_use]
    pub const fn of(self, kind: TimeKind) -> Self {
        match (self, kind) {
            (Self::Hour | Self::Minute | Self::Second, TimeKind::Date) => Self::Day,
            (unit, _) => unit,
        }
    }
}
