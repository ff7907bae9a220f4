//! Functions of dates and times on columns.

use orm_core::stmt::Unit;
use orm_core::types::DbType;

use super::Computed;
use super::moments::{ClockBase, DateBase, Moment};
use crate::mapping::{Column, Model};
use crate::query::expressions::expr::{Expr, IntoExpr};

/// Fields of dates, of dates and times, and of instants. Those of an instant are of its time in UTC.
impl<M: Model, T: DbType<Base: DateBase>> Column<M, T> {
    /// Returns the year. The one before year 1 is -1.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.year());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(YEAR FROM "sent" AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn year(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().year()
    }

    /// Returns the quarter of the year: 1 to 4.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.quarter());
    /// assert_eq!(
    ///     query.to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT EXTRACT(QUARTER FROM `sent`) FROM `parcels`"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn quarter(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().quarter()
    }

    /// Returns the month: 1 to 12.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.month());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT date_part('month', "sent") FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn month(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().month()
    }

    /// Returns the day of the month: 1 to 31.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.day());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(DAY FROM "sent" AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn day(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().day()
    }

    /// Returns the day of the week of ISO 8601: 1 for Monday to 7 for Sunday.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.weekday());
    /// assert_eq!(
    ///     query.to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT (WEEKDAY(`sent`) + 1) FROM `parcels`"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn weekday(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().weekday()
    }

    /// Returns the week of ISO 8601: 1 to 53. Week 1 is that of the first Thursday of a year.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.iso_week());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT date_part('week', "sent") FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn iso_week(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().iso_week()
    }

    /// Returns the year that the week of ISO 8601 belongs to, which differs from the year around New Year.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.iso_year());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(ISOYEAR FROM "sent" AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn iso_year(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().iso_year()
    }
}

/// Fields of times of day, of dates and times, and of instants. Those of an instant are of its time in UTC.
impl<M: Model, T: DbType<Base: ClockBase>> Column<M, T> {
    /// Returns the hour: 0 to 23.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.hour());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(EXTRACT(HOUR FROM "sent" AT TIME ZONE 'UTC') AS int4) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn hour(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().hour()
    }

    /// Returns the minute: 0 to 59.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.minute());
    /// assert_eq!(
    ///     query.to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT EXTRACT(MINUTE FROM `sent`) FROM `parcels`"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn minute(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().minute()
    }

    /// Returns the second without its fraction: 0 to 59.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.second());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT date_part('second', "sent") FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn second(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().second()
    }
}

/// The calendar.
impl<M: Model, T: DbType<Base: DateBase>> Column<M, T> {
    /// Returns the start of the year, month or other unit that the date or time is in. A date is not shortened by a unit
    /// below a day. An instant is truncated in UTC.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::Unit;
    ///
    /// let query = select(Parcel.sent.trunc(Unit::Month));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT DATE_TRUNC('month', "sent", 'UTC') FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn trunc(self, unit: Unit) -> Expr<T> {
        self.into_expr().trunc(unit)
    }
}

/// Dates with a time of day.
impl<M: Model, T: DbType<Plain: Moment>> Column<M, T> {
    /// Returns the date of a date and time, or of an instant in UTC.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.date());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST("sent" AT TIME ZONE 'UTC' AS date) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn date(self) -> Expr<Computed<<T::Plain as Moment>::Date, T::Null>> {
        self.into_expr().date()
    }
}
