//! Aggregates over the rows of a group, or of the whole query.

use orm_core::stmt::{self, Aggregate};
use orm_core::types::base::Numeric;
use orm_core::types::{DbType, NotNull, Type};

use super::expr::{Expr, IntoExpr};

/// The number of rows in which `expr` is not NULL.
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

/// The number of different values of `expr`, NULL not counted.
pub fn count_distinct(expr: impl IntoExpr) -> Expr<i64> {
    let mut counted = count(expr);
    if let stmt::Expr::Aggregate { distinct, .. } = &mut counted.ast {
        *distinct = true;
    }
    counted
}

/// The number of rows.
pub fn count_all() -> Expr<i64> {
    Expr::new(stmt::Expr::Aggregate {
        function: Aggregate::Count,
        expr: None,
        distinct: false,
        ty: Type::Int64,
    })
}

/// A column or expression of numbers, whose sum has the type `Sum`: integers stay integers, widened to
/// 64 bits.
#[diagnostic::on_unimplemented(
    message = "sums and averages need numbers, not `{Self}`",
    label = "not a column or expression of numbers"
)]
pub trait Numbers<Sum>: IntoExpr {}

#[diagnostic::do_not_recommend]
impl<E, B, Sum> Numbers<Sum> for E
where
    E: IntoExpr<Value: DbType<Base = B>>,
    B: Numeric<Sum = Sum>,
{
}

/// The sum; NULL over no rows. Integers sum up to an `i64`.
pub fn sum<E, Sum>(expr: E) -> Expr<Option<Sum>>
where
    E: Numbers<Sum>,
    Sum: DbType<Null = NotNull>,
{
    aggregate(Aggregate::Sum, expr.into_expr(), Sum::TYPE)
}

/// The least value; NULL over no rows.
pub fn min<E: IntoExpr>(expr: E) -> Expr<Option<<E::Value as DbType>::Plain>> {
    aggregate(Aggregate::Min, expr.into_expr(), <E::Value as DbType>::TYPE)
}

/// The greatest value; NULL over no rows.
pub fn max<E: IntoExpr>(expr: E) -> Expr<Option<<E::Value as DbType>::Plain>> {
    aggregate(Aggregate::Max, expr.into_expr(), <E::Value as DbType>::TYPE)
}

/// The mean; NULL over no rows.
pub fn avg<E: Numbers<Sum>, Sum>(expr: E) -> Expr<Option<f64>> {
    aggregate(Aggregate::Avg, expr.into_expr(), Type::Float64)
}

fn aggregate<T, R>(function: Aggregate, over: Expr<T>, ty: Type) -> Expr<R> {
    let origin = over.origin;
    let expr = Some(Box::new(over.ast));
    Expr::from(
        stmt::Expr::Aggregate {
            function,
            expr,
            distinct: false,
            ty,
        },
        origin,
    )
}
