//! [`unnest`]: a list of values as a source of rows.

use std::borrow::Cow;

use orm_core::stmt::{FromItem, ListSource, Source};
use orm_core::types::{DbType, base};
use orm_core::value::Value;

use super::derived::Derived;
use super::values_source::ValuesOf;
use crate::mapping::interned;

/// Is implemented by the values of [`unnest`]: booleans, numbers, texts, bytes, dates, times and UUIDs, and `Option` of each.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an item of `unnest`",
    label = "expected a boolean, a number, a text, bytes, a date, a time or a UUID, or an `Option` of one",
    note = "text is a `String`; rows of several values are given to `values`"
)]
pub trait ListItem: DbType {}

#[diagnostic::do_not_recommend]
impl<T: DbType<Base: ListBase>> ListItem for T {}

/// The base of such a value.
#[doc(hidden)]
pub trait ListBase {}

macro_rules! bases {
    ($($base:ident),+) => {$(impl ListBase for base::$base {})+};
}

bases!(
    Bool, Int8, UInt8, UInt16, UInt32, UInt64, Int16, Int32, Int64, Float32, Float64, Decimal,
    Text, Bytes, Date, Time, DateTime, Timestamp, Interval, Uuid
);

/// Creates a source of the values of a list under a name, a row for each of them. The list is one bind, however long it is:
/// an array for `unnest` on PostgreSQL, JSON elsewhere. It has one column, and rows in no order.
///
/// # Errors
/// A verb of the query that has the source returns:
/// - `Usage`: the name is empty or reserved.
/// - `Unsupported`: the database has no such source. Nothing is sent.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::unnest;
///
/// let wanted = unnest("wanted", vec![1_i64, 2, 3]);
/// let (id,) = wanted.columns();
/// let query = select((id, optional(User.name))).from(&wanted).left_join_on(User, User.id.eq(id));
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "wanted"."c0", "users"."name" FROM unnest(CAST($1 AS int8[])) AS "wanted"("c0") LEFT JOIN "users" ON "users"."id" = "wanted"."c0""#
/// );
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT "wanted"."c0", "users"."name" FROM (SELECT value AS "c0" FROM json_each(?)) AS "wanted" LEFT JOIN "users" ON "users"."id" = "wanted"."c0""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn unnest<T: ListItem>(
    name: impl Into<Cow<'static, str>>,
    items: impl IntoIterator<Item = T>,
) -> Derived<ValuesOf<(T,)>> {
    let name = interned(name.into());
    let items = items.into_iter();
    let values: Vec<Value> = items.map(|item| item.to_value().to_value()).collect();
    let list = ListSource::new(values, T::TYPE);
    let item = FromItem::new(Source::List(Box::new(list))).alias(name);
    Derived::named(name, item)
}
