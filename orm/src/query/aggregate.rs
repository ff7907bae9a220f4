//! Aggregates over the rows of a group, or of the whole query.

use orm_core::stmt::{self, Aggregate};
use orm_core::types::base::Numeric;
use orm_core::types::{DbType, Type};

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

/// The sum; NULL over no rows. Integers sum up to an `i64`.
pub fn sum<E>(expr: E) -> Expr<Option<<<E::Value as DbType>::Base as Numeric>::Sum>>
where
    E: IntoExpr<Value: DbType<Base: Numeric>>,
{
    let ty = <<<E::Value as DbType>::Base as Numeric>::Sum as DbType>::TYPE;
    aggregate(Aggregate::Sum, expr.into_expr(), ty)
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
pub fn avg<E>(expr: E) -> Expr<Option<f64>>
where
    E: IntoExpr<Value: DbType<Base: Numeric>>,
{
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
