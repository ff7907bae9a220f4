//! Statistical aggregates: standard deviations and variances, and those of pairs of numbers.

use orm_core::stmt::{self, Aggregate, Statistic};
use orm_core::types::{DbType, Type};

use super::aggregate::{Summable, aggregate};
use super::expr::Expr;

/// Returns `STDDEV_POP(expr)`: the standard deviation of all rows as a double, which is NULL over no rows.
///
/// # Errors
/// A verb of the query returns:
/// - `Unsupported`: the database has no such aggregate.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::stddev_pop;
///
/// assert_eq!(
///     select(stddev_pop(User.age)).to_sql(&PostgresDialect)?,
///     r#"SELECT STDDEV_POP(CAST("age" AS float8)) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn stddev_pop<E: Summable<Sum>, Sum>(expr: E) -> Expr<Option<f64>> {
    of_numbers(Statistic::StddevPop, expr)
}

/// Returns `STDDEV_SAMP(expr)`: the standard deviation of a sample as a double, which is NULL over no rows and over one row.
///
/// # Errors
/// As [`stddev_pop`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::stddev_samp;
///
/// assert_eq!(
///     select(stddev_samp(User.age)).to_sql(&SqliteDialect)?,
///     r#"SELECT STDDEV_SAMP(CAST("age" AS REAL)) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn stddev_samp<E: Summable<Sum>, Sum>(expr: E) -> Expr<Option<f64>> {
    of_numbers(Statistic::StddevSamp, expr)
}

/// Returns `VAR_POP(expr)`: the variance of all rows as a double, which is NULL over no rows.
///
/// # Errors
/// As [`stddev_pop`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::var_pop;
///
/// assert_eq!(
///     select(var_pop(User.age)).to_sql(&MysqlDialect::MySql)?,
///     "SELECT VAR_POP(CAST(`age` AS DOUBLE)) FROM `users`"
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn var_pop<E: Summable<Sum>, Sum>(expr: E) -> Expr<Option<f64>> {
    of_numbers(Statistic::VarPop, expr)
}

/// Returns `VAR_SAMP(expr)`: the variance of a sample as a double, which is NULL over no rows and over one row.
///
/// # Errors
/// As [`stddev_pop`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::var_samp;
///
/// assert_eq!(
///     select(var_samp(User.age)).to_sql(&SqliteDialect)?,
///     r#"SELECT VAR_SAMP(CAST("age" AS REAL)) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn var_samp<E: Summable<Sum>, Sum>(expr: E) -> Expr<Option<f64>> {
    of_numbers(Statistic::VarSamp, expr)
}

/// Returns `CORR(y, x)`: the correlation coefficient, from -1 to 1, on PostgreSQL. It is NULL where there is none.
///
/// # Errors
/// As [`stddev_pop`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::corr;
///
/// let query = select(corr(User.age, User.id));
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT CORR(CAST("age" AS float8), CAST("id" AS float8)) FROM "users""#
/// );
/// assert!(query.to_sql(&SqliteDialect).unwrap_err().is_unsupported());
/// # Ok::<(), orm::Error>(())
/// ```
pub fn corr<Y: Summable<S>, X: Summable<R>, S, R>(y: Y, x: X) -> Expr<Option<f64>> {
    of_pairs(Statistic::Corr, y, x)
}

/// Returns `COVAR_POP(y, x)`: the covariance over all rows, on PostgreSQL.
///
/// # Errors
/// As [`stddev_pop`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::covar_pop;
///
/// assert_eq!(
///     select(covar_pop(User.age, User.id)).to_sql(&PostgresDialect)?,
///     r#"SELECT COVAR_POP(CAST("age" AS float8), CAST("id" AS float8)) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn covar_pop<Y: Summable<S>, X: Summable<R>, S, R>(y: Y, x: X) -> Expr<Option<f64>> {
    of_pairs(Statistic::CovarPop, y, x)
}

/// Returns `COVAR_SAMP(y, x)`: the covariance of a sample, on PostgreSQL. It is NULL over one row.
///
/// # Errors
/// As [`stddev_pop`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::covar_samp;
///
/// assert_eq!(
///     select(covar_samp(User.age, User.id)).to_sql(&PostgresDialect)?,
///     r#"SELECT COVAR_SAMP(CAST("age" AS float8), CAST("id" AS float8)) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn covar_samp<Y: Summable<S>, X: Summable<R>, S, R>(y: Y, x: X) -> Expr<Option<f64>> {
    of_pairs(Statistic::CovarSamp, y, x)
}

/// Returns `REGR_SLOPE(y, x)`: the slope of the line that fits the points best by least squares, on PostgreSQL.
///
/// # Errors
/// As [`stddev_pop`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::regr_slope;
///
/// assert_eq!(
///     select(regr_slope(User.age, User.id)).to_sql(&PostgresDialect)?,
///     r#"SELECT REGR_SLOPE(CAST("age" AS float8), CAST("id" AS float8)) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn regr_slope<Y: Summable<S>, X: Summable<R>, S, R>(y: Y, x: X) -> Expr<Option<f64>> {
    of_pairs(Statistic::RegrSlope, y, x)
}

/// Returns `REGR_INTERCEPT(y, x)`: the y of the line of [`regr_slope`] where x is 0, on PostgreSQL.
///
/// # Errors
/// As [`stddev_pop`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::regr_intercept;
///
/// assert_eq!(
///     select(regr_intercept(User.age, User.id)).to_sql(&PostgresDialect)?,
///     r#"SELECT REGR_INTERCEPT(CAST("age" AS float8), CAST("id" AS float8)) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn regr_intercept<Y: Summable<S>, X: Summable<R>, S, R>(y: Y, x: X) -> Expr<Option<f64>> {
    of_pairs(Statistic::RegrIntercept, y, x)
}

/// Returns `REGR_R2(y, x)`: the square of the correlation coefficient, on PostgreSQL.
///
/// # Errors
/// As [`stddev_pop`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::regr_r2;
///
/// assert_eq!(
///     select(regr_r2(User.age, User.id)).to_sql(&PostgresDialect)?,
///     r#"SELECT REGR_R2(CAST("age" AS float8), CAST("id" AS float8)) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn regr_r2<Y: Summable<S>, X: Summable<R>, S, R>(y: Y, x: X) -> Expr<Option<f64>> {
    of_pairs(Statistic::RegrR2, y, x)
}

fn of_numbers<E: Summable<Sum>, Sum>(statistic: Statistic, expr: E) -> Expr<Option<f64>> {
    aggregate(Aggregate::Statistic(statistic), double(expr), Type::Float64)
}

fn of_pairs<Y: Summable<S>, X: Summable<R>, S, R>(
    statistic: Statistic,
    y: Y,
    x: X,
) -> Expr<Option<f64>> {
    let x = double(x);
    let mut pairs = of_numbers(statistic, y);
    pairs.origin = pairs.origin.or(x.origin);
    pairs.depth = pairs.depth.max(x.depth + 1);
    if let stmt::Expr::Aggregate(call) = &mut pairs.ast {
        call.other = Some(x.ast);
    }
    pairs
}

/// The argument as a double, of which each database computes alike.
fn double<E: Summable<Sum>, Sum>(expr: E) -> Expr<f64> {
    let expr = expr.into_expr();
    let ast = if <E::Value as DbType>::TYPE == Type::Float64 {
        expr.ast
    } else {
        stmt::Expr::Cast {
            expr: Box::new(expr.ast),
            ty: Type::Float64,
        }
    };
    Expr::around(ast, expr.origin, expr.depth)
}
