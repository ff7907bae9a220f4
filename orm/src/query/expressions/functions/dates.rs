//! Functions of dates and times on expressions; those of columns, in `date_columns.rs`, call them.

use orm_core::stmt::{DatePart, Func, TimeFunc, Unit};
use orm_core::types::DbType;

use super::moments::{ClockBase, DateBase, Moment, TimeBase};
use super::{Computed, strict};
use crate::query::expressions::expr::Expr;

fn of_time<T: DbType<Base: TimeBase>, R>(func: TimeFunc, first: Expr<T>) -> Expr<R> {
    strict(Func::Time(func, T::Base::KIND), first, [])
}

/// Fields of dates, of dates and times, and of instants. Those of an instant are of its time in UTC.
impl<T: DbType<Base: DateBase>> Expr<T> {
    /// Returns the year. The one before year 1 is -1.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.sent).year());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(YEAR FROM MIN("sent") AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn year(self) -> Expr<Computed<i32, T::Null>> {
        of_time(TimeFunc::Part(DatePart::Year), self)
    }

    /// Returns the quarter of the year: 1 to 4.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.sent).quarter());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(QUARTER FROM MIN("sent") AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn quarter(self) -> Expr<Computed<i32, T::Null>> {
        of_time(TimeFunc::Part(DatePart::Quarter), self)
    }

    /// Returns the month: 1 to 12.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.sent).month());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(MONTH FROM MIN("sent") AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn month(self) -> Expr<Computed<i32, T::Null>> {
        of_time(TimeFunc::Part(DatePart::Month), self)
    }

    /// Returns the day of the month: 1 to 31.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.sent).day());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(DAY FROM MIN("sent") AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn day(self) -> Expr<Computed<i32, T::Null>> {
        of_time(TimeFunc::Part(DatePart::Day), self)
    }

    /// Returns the day of the week of ISO 8601: 1 for Monday to 7 for Sunday.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.sent).weekday());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(ISODOW FROM MIN("sent") AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn weekday(self) -> Expr<Computed<i32, T::Null>> {
        of_time(TimeFunc::Part(DatePart::Weekday), self)
    }

    /// Returns the week of ISO 8601: 1 to 53. Week 1 is that of the first Thursday of a year.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.sent).iso_week());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(WEEK FROM MIN("sent") AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn iso_week(self) -> Expr<Computed<i32, T::Null>> {
        of_time(TimeFunc::Part(DatePart::IsoWeek), self)
    }

    /// Returns the year that the week of ISO 8601 belongs to, which differs from the year around New Year.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.sent).iso_year());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(ISOYEAR FROM MIN("sent") AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn iso_year(self) -> Expr<Computed<i32, T::Null>> {
        of_time(TimeFunc::Part(DatePart::IsoYear), self)
    }
}

/// Fields of times of day, of dates and times, and of instants. Those of an instant are of its time in UTC.
impl<T: DbType<Base: ClockBase>> Expr<T> {
    /// Returns the hour: 0 to 23.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.sent).hour());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(HOUR FROM MIN("sent") AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn hour(self) -> Expr<Computed<i32, T::Null>> {
        of_time(TimeFunc::Part(DatePart::Hour), self)
    }

    /// Returns the minute: 0 to 59.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.sent).minute());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(MINUTE FROM MIN("sent") AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn minute(self) -> Expr<Computed<i32, T::Null>> {
        of_time(TimeFunc::Part(DatePart::Minute), self)
    }

    /// Returns the second without its fraction: 0 to 59.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.sent).second());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(TRUNC(EXTRACT(SECOND FROM MIN("sent") AT TIME ZONE 'UTC')) AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn second(self) -> Expr<Computed<i32, T::Null>> {
        of_time(TimeFunc::Part(DatePart::Second), self)
    }
}

/// The calendar.
impl<T: DbType<Base: DateBase>> Expr<T> {
    /// Returns the start of the year, month or other unit that the date or time is in. A date is not shortened by a unit
    /// below a day. An instant is truncated in UTC.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::Unit;
    ///
    /// let query = select(min(Parcel.sent).trunc(Unit::Month));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT date_trunc('month', MIN("sent")) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn trunc(self, unit: Unit) -> Expr<T> {
        of_time(TimeFunc::Trunc(unit), self)
    }
}

/// Dates with a time of day.
impl<T: DbType<Plain: Moment>> Expr<T> {
    /// Returns the date of a date and time, or of an instant in UTC.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.sent).date());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT orm_date(MIN("sent")) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn date(self) -> Expr<Computed<<T::Plain as Moment>::Date, T::Null>> {
        of_time(TimeFunc::Date, self)
    }
}
