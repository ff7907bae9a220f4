//! Aggregates: `count`, `sum`, `min`, `max`, `avg` and `string_agg`, and their FILTER. Over windows they are in `window.rs`.

use std::borrow::Cow;

use orm_core::stmt::{self, Aggregate, AggregateCall};
use orm_core::types::base::{self, Numeric};
use orm_core::types::{DbType, NotNull, Type};

use super::build_error::BuildError;
use super::expr::{Expr, IntoExpr};
use super::order::OrderList;
use super::predicate::Condition;
use crate::mapping::DbEnum;

/// Returns `COUNT(expr)`: the number of rows in which `expr` is not NULL.
///
/// ```
/// # use orm::prelude::*;
/// # #[derive(Model)]
/// # struct Post { #[orm(primary_key)] id: i64, author_id: i64 }
/// let busy = select((Post.author_id, count(Post.id)))
///     .group_by(Post.author_id)
///     .having(count(Post.id).gt(3));
/// # let _ = busy;
/// ```
pub fn count(expr: impl IntoExpr) -> Expr<i64> {
    aggregate(Aggregate::Count, expr.into_expr(), Type::Int64)
}

/// Returns `COUNT(DISTINCT expr)`: the number of distinct values of `expr`, without NULL.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// let query = select(count_distinct(Post.author_id));
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT COUNT(DISTINCT "author_id") FROM "posts""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn count_distinct(expr: impl IntoExpr) -> Expr<i64> {
    distinct(count(expr))
}

/// Returns `COUNT(*)`: the number of rows.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// let query = select((User.active, count_all())).group_by(User.active);
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT "active", COUNT(*) FROM "users" GROUP BY "active""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn count_all() -> Expr<i64> {
    let call = AggregateCall::new(Aggregate::Count, None, Type::Int64);
    Expr::leaf(stmt::Expr::Aggregate(Box::new(call)), None)
}

/// Is implemented by columns and expressions of numbers. `Sum` is the type of their sum: `i64` for integers, `f64`
/// for floats, a decimal for decimals.
#[diagnostic::on_unimplemented(
    message = "`sum` and `avg` are not defined for `{Self}`",
    label = "not a column or expression of numbers"
)]
pub trait Summable<Sum>: IntoExpr {}

#[diagnostic::do_not_recommend]
impl<E, B, Sum> Summable<Sum> for E
where
    E: IntoExpr<Value: DbType<Base = B>>,
    B: Numeric<Sum = Sum>,
{
}

/// Returns `SUM(expr)`, which is NULL over no rows. The sum of integers is an `i64`, that of decimals a decimal.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// assert_eq!(
///     select(sum(User.age)).to_sql(&SqliteDialect)?,
///     r#"SELECT SUM("age") FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn sum<E, Sum>(expr: E) -> Expr<Option<Sum>>
where
    E: Summable<Sum>,
    Sum: DbType<Null = NotNull>,
{
    let mut expr = expr.into_expr();
    if <E::Value as DbType>::TYPE == Type::Float32 {
        // PostgreSQL would add up in single precision.
        let ast = stmt::Expr::Cast {
            expr: Box::new(expr.ast),
            ty: Type::Float64,
        };
        expr = Expr::around(ast, expr.origin, expr.depth);
    }
    aggregate(Aggregate::Sum, expr, Sum::TYPE)
}

/// Is implemented by columns and expressions that `min` and `max` accept: numbers, text, enum labels, dates and
/// times. PostgreSQL has no `min` and `max` of booleans, bytes and UUIDs.
#[diagnostic::on_unimplemented(
    message = "`min` and `max` are not defined for `{Self}`",
    label = "expected a column or expression of numbers, text, dates or times",
    note = "PostgreSQL has no `min` and `max` of booleans, bytes and UUIDs; use `order_by` and `first`"
)]
pub trait Orderable: IntoExpr {}

#[diagnostic::do_not_recommend]
impl<E: IntoExpr<Value: DbType<Base: OrderableBase>>> Orderable for E {}

/// The base of such a column.
#[doc(hidden)]
pub trait OrderableBase {}

impl<T: DbEnum> OrderableBase for T {}

macro_rules! ranked {
    ($($base:ident),+) => {$(impl OrderableBase for base::$base {})+};
}

ranked!(
    Int8, UInt8, UInt16, UInt32, UInt64, Int16, Int32, Int64, Float32, Float64, Decimal, Text,
    Date, Time, DateTime, Timestamp, Interval
);

/// Returns `MIN(expr)`, which is NULL over no rows.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// assert_eq!(
///     select(min(User.age)).to_sql(&SqliteDialect)?,
///     r#"SELECT MIN("age") FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn min<E: Orderable>(expr: E) -> Expr<Option<<E::Value as DbType>::Plain>> {
    aggregate(Aggregate::Min, expr.into_expr(), <E::Value as DbType>::TYPE)
}

/// Returns `MAX(expr)`, which is NULL over no rows.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// # let (engine, sent) = database()?;
/// # let mut conn = engine.connection()?;
/// assert_eq!(select(max(User.age)).one(&mut conn)?, Some(36));
/// assert_eq!(sent.take_sql(), [r#"SELECT MAX("age") FROM "users" LIMIT 2"#]);
/// # Ok::<(), orm::Error>(())
/// ```
pub fn max<E: Orderable>(expr: E) -> Expr<Option<<E::Value as DbType>::Plain>> {
    aggregate(Aggregate::Max, expr.into_expr(), <E::Value as DbType>::TYPE)
}

/// Returns `AVG(expr)`, which is NULL over no rows. The mean of decimals is a double, too: their exact sum as a double,
/// divided by the number of rows.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// assert_eq!(
///     select(avg(User.age)).to_sql(&SqliteDialect)?,
///     r#"SELECT AVG("age") FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn avg<E: Summable<Sum>, Sum>(expr: E) -> Expr<Option<f64>> {
    // The type of a mean of decimals is that of its operand: it is a double all the same.
    let ty = if <E::Value as DbType>::TYPE.is_decimal() {
        Type::DECIMAL
    } else {
        Type::Float64
    };
    aggregate(Aggregate::Avg, expr.into_expr(), ty)
}

/// Returns `SUM(DISTINCT expr)`: the sum of the distinct values, which is NULL over no rows.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::sum_distinct;
///
/// assert_eq!(
///     select(sum_distinct(User.age)).to_sql(&SqliteDialect)?,
///     r#"SELECT SUM(DISTINCT "age") FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn sum_distinct<E, Sum>(expr: E) -> Expr<Option<Sum>>
where
    E: Summable<Sum>,
    Sum: DbType<Null = NotNull>,
{
    distinct(sum(expr))
}

/// Returns the texts joined with a separator, in an order: `STRING_AGG` on PostgreSQL, `GROUP_CONCAT` elsewhere. `()` is
/// no order. Texts that are NULL are left out; over no rows the result is NULL. The separator is part of the SQL text, as a
/// literal.
///
/// # Errors
/// A verb of the query returns:
/// - `Unsupported`: the database has no such aggregate, or the separator no literal.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::string_agg;
///
/// let titles = string_agg(Post.title, ", ", Post.title.desc());
/// let query = select((Post.author_id, titles)).group_by(Post.author_id);
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "author_id", STRING_AGG("title", ', ' ORDER BY "title" DESC) FROM "posts" GROUP BY "author_id""#
/// );
/// assert_eq!(
///     query.to_sql(&MysqlDialect::MySql)?,
///     "SELECT `author_id`, GROUP_CONCAT(`title` ORDER BY `title` DESC SEPARATOR ', ') FROM `posts` GROUP BY `author_id`"
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn string_agg<E>(
    expr: E,
    separator: impl Into<Cow<'static, str>>,
    order: impl OrderList,
) -> Expr<Option<String>>
where
    E: IntoExpr<Value: DbType<Base = base::Text>>,
{
    let mut joined = aggregate(Aggregate::StringAgg, expr.into_expr(), Type::Text);
    if let stmt::Expr::Aggregate(call) = &mut joined.ast {
        call.separator = separator.into();
        order.add_to(&mut call.order_by);
    }
    joined
}

/// As [`string_agg`], of the distinct texts in ascending order. On SQLite the separator must be `","`.
///
/// # Errors
/// As [`string_agg`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::string_agg_distinct;
///
/// let titles = select(string_agg_distinct(Post.title, ","));
/// assert_eq!(
///     titles.to_sql(&SqliteDialect)?,
///     r#"SELECT GROUP_CONCAT(DISTINCT "title" ORDER BY "title" ASC) FROM "posts""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn string_agg_distinct<E>(
    expr: E,
    separator: impl Into<Cow<'static, str>>,
) -> Expr<Option<String>>
where
    E: IntoExpr<Value: DbType<Base = base::Text>>,
{
    let expr = expr.into_expr();
    // PostgreSQL orders distinct texts by themselves alone.
    let order = expr.clone();
    distinct(string_agg(expr, separator, order))
}

impl<T: DbType> Expr<T> {
    /// Adds FILTER to an aggregate: only rows for which the condition is true are aggregated. MySQL and MariaDB have no such
    /// clause, and get a CASE as the argument.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Usage`: the expression is not an aggregate.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let grown = count_all().filter(User.age.ge(18));
    /// assert_eq!(
    ///     select(grown.clone()).from(User).to_sql(&SqliteDialect)?,
    ///     r#"SELECT COUNT(*) FILTER (WHERE "age" >= ?) FROM "users""#
    /// );
    /// assert_eq!(
    ///     select(grown).from(User).to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT COUNT(CASE WHEN `age` >= ? THEN 1 END) FROM `users`"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn filter<C: Condition>(self, condition: C) -> Expr<T> {
        let condition = condition.into_predicate().value();
        let deepest = self.depth.max(condition.depth);
        let ast = if let stmt::Expr::Aggregate(mut call) = self.ast {
            call.filter = Some(match call.filter.take() {
                Some(earlier) => earlier.and(condition.ast),
                None => condition.ast,
            });
            stmt::Expr::Aggregate(call)
        } else {
            no_aggregate().into_expr()
        };
        Expr::around(ast, self.origin, deepest)
    }
}

#[cold]
fn no_aggregate() -> BuildError {
    BuildError::new(
        "FILTER is a clause of aggregates",
        "call filter of count, sum, avg, min, max or string_agg, before over",
    )
}

fn distinct<T>(mut aggregate: Expr<T>) -> Expr<T> {
    if let stmt::Expr::Aggregate(call) = &mut aggregate.ast {
        call.distinct = true;
    }
    aggregate
}

pub(in crate::query) fn aggregate<T, R>(function: Aggregate, over: Expr<T>, ty: Type) -> Expr<R> {
    let call = AggregateCall::new(function, Some(over.ast), ty);
    let ast = stmt::Expr::Aggregate(Box::new(call));
    Expr::around(ast, over.origin, over.depth)
}
