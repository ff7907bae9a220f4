//! Aggregates whose result has all values: `array_agg`, `json_array_agg` and `json_object_agg`. Those of one value are in
//! `aggregate.rs`.

use orm_core::stmt::{self, Aggregate};
use orm_core::types::{DbType, Element, ScalarBase};
#[cfg(feature = "json")]
use orm_core::types::{NotNull, base};

use super::aggregate::aggregate;
use super::expr::{Expr, IntoExpr};
use super::order::OrderList;

/// Is implemented by columns and expressions that [`array_agg`] accepts: those of elements of arrays that are no arrays.
#[diagnostic::on_unimplemented(
    message = "`array_agg` is not defined for `{Self}`",
    label = "expected a column or expression of a type that an array can have as an element, and that is no array"
)]
pub trait ArrayItem: IntoExpr<Value: Element> {}

#[diagnostic::do_not_recommend]
impl<E: IntoExpr<Value: Element<Base: ScalarBase>>> ArrayItem for E {}

/// Returns `ARRAY_AGG(expr ORDER BY order)`: the values as an array, in an order. `()` is no order. Values that are NULL are
/// elements of the array; over no rows the result is NULL. On PostgreSQL.
///
/// # Errors
/// A verb of the query returns:
/// - `Unsupported`: the database has no arrays. Nothing is sent. [`json_array_agg`] is a JSON array on the others.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::array_agg;
///
/// let titles = array_agg(Post.title, Post.id.desc());
/// let query = select((Post.author_id, titles)).group_by(Post.author_id);
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "author_id", ARRAY_AGG("title" ORDER BY "id" DESC) FROM "posts" GROUP BY "author_id""#
/// );
/// assert!(query.to_sql(&SqliteDialect).unwrap_err().is_unsupported());
/// # Ok::<(), orm::Error>(())
/// ```
pub fn array_agg<E: ArrayItem>(expr: E, order: impl OrderList) -> Expr<Option<Vec<E::Value>>> {
    let ty = <E::Value as DbType>::TYPE;
    ordered(aggregate(Aggregate::ArrayAgg, expr.into_expr(), ty), order)
}

/// Is implemented by columns and expressions that [`json_array_agg`] and [`json_object_agg`] accept: integers, texts, JSON
/// documents, and `Option` of each. Other types have no one form in JSON on all databases.
#[cfg(feature = "json")]
#[diagnostic::on_unimplemented(
    message = "an aggregate of JSON documents is not defined for `{Self}`",
    label = "expected a column or expression of integers, text or JSON documents",
    note = "other values differ in JSON from database to database: cast them to text"
)]
pub trait JsonItem: IntoExpr {}

#[cfg(feature = "json")]
#[diagnostic::do_not_recommend]
impl<E: IntoExpr<Value: DbType<Base: JsonItemBase>>> JsonItem for E {}

/// The base of such a column.
#[cfg(feature = "json")]
#[doc(hidden)]
pub trait JsonItemBase {}

#[cfg(feature = "json")]
macro_rules! bases {
    ($($base:ident),+) => {$(impl JsonItemBase for base::$base {})+};
}

#[cfg(feature = "json")]
bases!(Int8, UInt8, UInt16, UInt32, Int16, Int32, Int64, Text, Json);

/// Returns the values as a JSON array, in an order: `jsonb_agg` on PostgreSQL, `json_group_array` on SQLite, `JSON_ARRAYAGG` on
/// MySQL and MariaDB. `()` is no order, which MySQL demands. Values that are NULL are `null` in the array; over no rows the
/// result is NULL.
///
/// # Errors
/// A verb of the query returns:
/// - `Unsupported`: there is an order on MySQL, or FILTER on MySQL and MariaDB. Nothing is sent.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::json_array_agg;
///
/// let titles = json_array_agg(Post.title, Post.id.desc());
/// let query = select((Post.author_id, titles)).group_by(Post.author_id);
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "author_id", jsonb_agg("title" ORDER BY "id" DESC) FROM "posts" GROUP BY "author_id""#
/// );
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT "author_id", NULLIF(json_group_array("title" ORDER BY "id" DESC), '[]') FROM "posts" GROUP BY "author_id""#
/// );
/// assert!(query.to_sql(&MysqlDialect::MySql).unwrap_err().is_unsupported());
/// # Ok::<(), orm::Error>(())
/// ```
#[cfg(feature = "json")]
pub fn json_array_agg<E: JsonItem>(
    expr: E,
    order: impl OrderList,
) -> Expr<Option<serde_json::Value>> {
    let ty = <E::Value as DbType>::TYPE;
    ordered(aggregate(Aggregate::JsonArray, expr.into_expr(), ty), order)
}

/// Returns texts that are not NULL and their values as a JSON object: `jsonb_object_agg` on PostgreSQL, `json_group_object` on
/// SQLite, `JSON_OBJECTAGG` on MySQL and MariaDB. Of equal keys the last value in the order counts; without one, `()`, it is
/// any of them. Over no rows the result is NULL.
///
/// # Errors
/// A verb of the query returns:
/// - `Unsupported`: there is an order or FILTER, on MySQL and MariaDB. Nothing is sent.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::json_object_agg;
///
/// let ages = select(json_object_agg(User.name, User.age, ()));
/// assert_eq!(
///     ages.to_sql(&MysqlDialect::MySql)?,
///     "SELECT JSON_OBJECTAGG(`name`, `age`) FROM `users`"
/// );
/// assert_eq!(
///     ages.to_sql(&PostgresDialect)?,
///     r#"SELECT jsonb_object_agg("name", "age") FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
#[cfg(feature = "json")]
pub fn json_object_agg<K, E>(
    key: K,
    value: E,
    order: impl OrderList,
) -> Expr<Option<serde_json::Value>>
where
    K: IntoExpr<Value: DbType<Base = base::Text, Null = NotNull>>,
    E: JsonItem,
{
    let (key, value) = (key.into_expr(), value.into_expr());
    let deepest = key.depth.max(value.depth);
    let origin = key.origin.or(value.origin);
    let ty = <E::Value as DbType>::TYPE;
    let mut object: Expr<Option<serde_json::Value>> = aggregate(Aggregate::JsonObject, key, ty);
    if let stmt::Expr::Aggregate(call) = &mut object.ast {
        call.other = Some(value.ast);
    }
    ordered(Expr::around(object.ast, origin, deepest), order)
}

fn ordered<T>(mut aggregate: Expr<T>, order: impl OrderList) -> Expr<T> {
    if let stmt::Expr::Aggregate(call) = &mut aggregate.ast {
        order.add_to(&mut call.order_by);
    }
    aggregate
}
