//! Quotients and means of exact decimals, rounded to digits that the query states. `/` of other numbers is in `numeric_ops.rs`,
//! the mean as a double in `aggregate.rs`.

use orm_core::stmt::{self, Aggregate, AggregateCall, Numeric, NumericOp};
use orm_core::types::{DbType, NotNull, Type, base};

use super::aggregate::Summable;
use super::expr::{Expr, IntoExpr};
use super::operand::Operand;
use crate::mapping::{Column, Model};

fn quotient(a: stmt::Expr, b: stmt::Expr, digits: u8) -> stmt::Expr {
    Numeric::new(NumericOp::DivideTo(digits), Type::DECIMAL, vec![a, b]).into()
}

impl<T: DbType<Base = base::Decimal>> Expr<T> {
    /// Returns the quotient of exact decimals, rounded to so many digits after the point, half away from zero. Division by
    /// zero is NULL.
    ///
    /// # Errors
    /// The statement returns:
    /// - `OutOfRange`: the quotient has more digits than the database's decimals.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[cfg(feature = "rust_decimal")]
    /// # {
    /// #[derive(Model)]
    /// #[orm(table = "items")]
    /// struct Item {
    ///     #[orm(primary_key)]
    ///     id: i64,
    ///     #[orm(precision = 12, scale = 2)]
    ///     price: rust_decimal::Decimal,
    /// }
    ///
    /// let share = Item.price.div_dp(sum(Item.price).over(orm::query::window()), 4);
    /// assert_eq!(
    ///     select(share).to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT ROUND(`price` * 1.00000 / NULLIF(SUM(`price`) OVER (), 0), 4) FROM `items`"
    /// );
    /// # }
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn div_dp<V: Operand<T::Base>>(self, other: V, digits: u8) -> Expr<Option<T::Plain>> {
        let deepest = self.depth.max(other.depth());
        let ast = quotient(self.ast, other.into_operand(), digits);
        Expr::around(ast, self.origin, deepest)
    }
}

impl<M: Model, T: DbType<Base = base::Decimal>> Column<M, T> {
    /// Returns the quotient of exact decimals, rounded to so many digits after the point; see [`Expr::div_dp`].
    ///
    /// # Errors
    /// As [`Expr::div_dp`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[cfg(feature = "rust_decimal")]
    /// # {
    /// #[derive(Model)]
    /// #[orm(table = "items")]
    /// struct Item {
    ///     #[orm(primary_key)]
    ///     id: i64,
    ///     #[orm(precision = 12, scale = 2)]
    ///     price: rust_decimal::Decimal,
    ///     #[orm(precision = 12, scale = 2)]
    ///     weight: rust_decimal::Decimal,
    /// }
    ///
    /// assert_eq!(
    ///     select(Item.price.div_dp(Item.weight, 2)).to_sql(&PostgresDialect)?,
    ///     r#"SELECT ROUND(DIV("price" * 1000, NULLIF("weight", 0)) * 0.001, 2) FROM "items""#
    /// );
    /// # }
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn div_dp<V: Operand<T::Base>>(self, other: V, digits: u8) -> Expr<Option<T::Plain>> {
        self.into_expr().div_dp(other, digits)
    }
}

/// Returns the mean of exact decimals, rounded to so many digits after the point, half away from zero. It is NULL over no
/// rows.
///
/// [`avg`](super::aggregate::avg) returns the mean as a double.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// # #[cfg(feature = "rust_decimal")]
/// # {
/// use orm::query::avg_dp;
///
/// #[derive(Model)]
/// #[orm(table = "items")]
/// struct Item {
///     #[orm(primary_key)]
///     id: i64,
///     #[orm(precision = 12, scale = 2)]
///     price: rust_decimal::Decimal,
/// }
///
/// assert_eq!(
///     select(avg_dp(Item.price, 2)).to_sql(&MysqlDialect::MySql)?,
///     "SELECT ROUND(SUM(`price`) * 1.000 / NULLIF(COUNT(`price`), 0), 2) FROM `items`"
/// );
/// # }
/// # Ok::<(), orm::Error>(())
/// ```
pub fn avg_dp<E, Sum>(expr: E, digits: u8) -> Expr<Option<Sum>>
where
    E: Summable<Sum>,
    Sum: DbType<Base = base::Decimal, Null = NotNull>,
{
    let expr = expr.into_expr();
    let aggregate = |function, ty| {
        let call = AggregateCall::new(function, Some(expr.ast.clone()), ty);
        stmt::Expr::Aggregate(Box::new(call))
    };
    let sum = aggregate(Aggregate::Sum, Sum::TYPE);
    let count = aggregate(Aggregate::Count, Type::Int64);
    Expr::around(quotient(sum, count, digits), expr.origin, expr.depth)
}
