//! Aggregates: `count`, `sum`, `min`, `max` and `avg`.

use orm_core::stmt::{self, Aggregate};
use orm_core::types::base::{self, Numeric};
use orm_core::types::{DbType, NotNull, Type};

use super::expr::{Expr, IntoExpr};
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
    let mut counted = count(expr);
    if let stmt::Expr::Aggregate { distinct, .. } = &mut counted.ast {
        *distinct = true;
    }
    counted
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
    let ast = stmt::Expr::Aggregate {
        function: Aggregate::Count,
        expr: None,
        distinct: false,
        ty: Type::Int64,
    };
    Expr::leaf(ast, None)
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
        expr = Expr::over(ast, expr.origin, expr.depth);
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
trait OrderableBase {}

impl<T: DbEnum> OrderableBase for T {}

macro_rules! ranked {
    ($($base:ident),+) => {$(impl OrderableBase for base::$base {})+};
}

ranked!(
    Int8, UInt8, UInt16, UInt32, UInt64, Int16, Int32, Int64, Float32, Float64, Decimal, Text,
    Date, Time, DateTime, Timestamp
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

fn aggregate<T, R>(function: Aggregate, over: Expr<T>, ty: Type) -> Expr<R> {
    let ast = stmt::Expr::Aggregate {
        function,
        expr: Some(Box::new(over.ast)),
        distinct: false,
        ty,
    };
    Expr::over(ast, over.origin, over.depth)
}
