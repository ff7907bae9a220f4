//! The time of the statement.

use chrono::{DateTime, NaiveDate, Utc};
use orm_core::stmt::{Call, Func, TimeFunc, TimeKind};

use super::called;
use crate::query::expressions::expr::Expr;

/// Returns the instant at which the statement began: the same one wherever it is in the statement, by the clock of the
/// database, which is SQLite's in the program. SQLite has milliseconds, the others microseconds.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::now;
///
/// let query = select(Parcel.id).filter(Parcel.sent.lt(now()));
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "id" FROM "parcels" WHERE "sent" < STATEMENT_TIMESTAMP()"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn now() -> Expr<DateTime<Utc>> {
    let func = Func::Time(TimeFunc::Now, TimeKind::Timestamp);
    called(Call::new(func, Vec::new()), None, 0)
}

/// Returns the date of [`now`] in UTC.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::current_date;
///
/// let query = select(Parcel.id).filter(Parcel.due.lt(current_date()));
/// assert_eq!(
///     query.to_sql(&MysqlDialect::MySql)?,
///     "SELECT `id` FROM `parcels` WHERE `due` < UTC_DATE()"
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn current_date() -> Expr<NaiveDate> {
    let func = Func::Time(TimeFunc::Today, TimeKind::Date);
    called(Call::new(func, Vec::new()), None, 0)
}
