//! Arithmetic of dates and times with durations, days and months.
#![expect(
    clippy::type_complexity,
    reason = "the type of a result says which of the operands make it NULL"
)]

use orm_core::stmt::{ArithmeticOp, Func, TimeFunc, TimeKind, Unit};
use orm_core::types::{DbType, Type, base};

use super::moments::{DateBase, Moment, TimeBase};
use super::{Computed, Either, part, strict};
use crate::mapping::{Column, Model};
use crate::query::expressions::expr::{Expr, IntoExpr, Lifted};
use crate::query::expressions::operand::Operand;

/// The function that `+` or `-` is where the left side is a time, and the right one a duration.
pub(in crate::query::expressions) fn moving<T: DbType>(op: ArithmeticOp) -> Option<Func> {
    let kind = if T::TYPE == Type::Timestamp {
        TimeKind::Timestamp
    } else if T::TYPE == Type::DateTime {
        TimeKind::DateTime
    } else {
        return None;
    };
    match op {
        ArithmeticOp::Add => Some(Func::Time(TimeFunc::Add, kind)),
        ArithmeticOp::Sub => Some(Func::Time(TimeFunc::Sub, kind)),
        ArithmeticOp::Mul => None,
    }
}

/// Days and months of the calendar.
impl<T: DbType<Base: DateBase>> Expr<T> {
    /// Returns the date or time, so many days later.
    ///
    /// # Errors
    /// The statement returns:
    /// - `OutOfRange`: the result is beyond the years of the database. On MySQL and MariaDB it is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.due).add_days(3));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT date_shift('day', MIN("due"), ?) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn add_days<V: Operand<base::Int32>>(self, days: V) -> Expr<Lifted<T, V::Null>> {
        strict(
            Func::Time(TimeFunc::Shift(Unit::Day), T::Base::KIND),
            self,
            [part(days)],
        )
    }

    /// Returns the date or time, so many months later: on the same day of the month, or on its last day if the month is
    /// too short.
    ///
    /// # Errors
    /// The statement returns:
    /// - `OutOfRange`: the result is beyond the years of the database. On MySQL and MariaDB it is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(min(Parcel.due).add_months(1));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT date_shift('month', MIN("due"), ?) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn add_months<V: Operand<base::Int32>>(self, months: V) -> Expr<Lifted<T, V::Null>> {
        strict(
            Func::Time(TimeFunc::Shift(Unit::Month), T::Base::KIND),
            self,
            [part(months)],
        )
    }
}

/// The time between two moments.
impl<T: DbType<Base: TimeBase, Plain: Moment>> Expr<T> {
    /// Returns the time from `earlier` to `self`, which is negative if `self` is earlier.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(max(Parcel.sent).duration_since(min(Parcel.sent)));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT time_since(MAX("sent"), MIN("sent")) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn duration_since<V: Operand<T::Base>>(
        self,
        earlier: V,
    ) -> Expr<Computed<<T::Plain as Moment>::Duration, Either<T::Null, V::Null>>> {
        strict(
            Func::Time(TimeFunc::Since, T::Base::KIND),
            self,
            [part(earlier)],
        )
    }
}

/// Days and months of the calendar.
impl<M: Model, T: DbType<Base: DateBase>> Column<M, T> {
    /// Returns the date or time, so many days later.
    ///
    /// # Errors
    /// The statement returns:
    /// - `OutOfRange`: the result is beyond the years of the database. On MySQL and MariaDB it is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.due.add_days(3));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST("due" + MAKE_INTERVAL(days => $1) AS date) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn add_days<V: Operand<base::Int32>>(self, days: V) -> Expr<Lifted<T, V::Null>> {
        self.into_expr().add_days(days)
    }

    /// Returns the date or time, so many months later: on the same day of the month, or on its last day if the month is
    /// too short.
    ///
    /// # Errors
    /// The statement returns:
    /// - `OutOfRange`: the result is beyond the years of the database. On MySQL and MariaDB it is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.sent.add_months(1));
    /// assert_eq!(
    ///     query.to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT DATE_ADD(`sent`, INTERVAL ? MONTH) FROM `parcels`"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn add_months<V: Operand<base::Int32>>(self, months: V) -> Expr<Lifted<T, V::Null>> {
        self.into_expr().add_months(months)
    }
}

/// The time between two moments.
impl<M: Model, T: DbType<Base: TimeBase, Plain: Moment>> Column<M, T> {
    /// Returns the time from `earlier` to `self`, which is negative if `self` is earlier.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Parcel.arrived.duration_since(Parcel.sent));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT ("arrived" - "sent") FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn duration_since<V: Operand<T::Base>>(
        self,
        earlier: V,
    ) -> Expr<Computed<<T::Plain as Moment>::Duration, Either<T::Null, V::Null>>> {
        self.into_expr().duration_since(earlier)
    }
}
