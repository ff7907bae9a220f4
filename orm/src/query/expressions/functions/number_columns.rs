//! Functions of numbers on columns, and GREATEST and LEAST.
#![expect(
    clippy::type_complexity,
    reason = "the type of a result says which of the operands make it NULL"
)]

use orm_core::types::{DbType, base};

use super::{Computed, Either, FloatBase, RealBase};
use crate::mapping::{Column, Model};
use crate::query::expressions::aggregate::OrderableBase;
use crate::query::expressions::expr::{Expr, IntoExpr, Lifted};
use crate::query::expressions::operand::Operand;

/// Functions of integers and floats.
impl<M: Model, T: DbType<Base: RealBase>> Column<M, T> {
    /// Returns the absolute value.
    ///
    /// # Errors
    /// The statement returns:
    /// - `OutOfRange`: the number is the least one of its type, on servers of each width, on SQLite of 64 bits.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.age.abs());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT ABS("age") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn abs(self) -> Expr<T> {
        self.into_expr().abs()
    }

    /// Returns -1, 0 or 1: the sign of the number.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.age.sign());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(SIGN("age") AS int4) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn sign(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().sign()
    }

    /// Returns the square root, which is NULL for a number below 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Town.area.sqrt());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT sqrt("area") FROM "towns""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn sqrt(self) -> Expr<Option<f64>> {
        self.into_expr().sqrt()
    }

    /// Returns the number to the power of `exponent`.
    ///
    /// # Errors
    /// The statement returns:
    /// - `OutOfRange`: the result is no finite number, such as a power of 0 below 0. On PostgreSQL one that is too
    ///   near to 0 is, too.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Town.area.power(0.5));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT POWER("area", $1::float8) FROM "towns""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn power<V: Operand<base::Float64>>(
        self,
        exponent: V,
    ) -> Expr<Computed<f64, Either<T::Null, V::Null>>> {
        self.into_expr().power(exponent)
    }

    /// Returns e to the power of the number.
    ///
    /// # Errors
    /// The statement returns:
    /// - `OutOfRange`: the result is no finite number. On PostgreSQL one that is too near to 0 is, too.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Town.area.exp());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT EXP("area") FROM "towns""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn exp(self) -> Expr<Computed<f64, T::Null>> {
        self.into_expr().exp()
    }

    /// Returns the natural logarithm, which is NULL for a number that is not above 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Town.area.ln());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT ln("area") FROM "towns""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ln(self) -> Expr<Option<f64>> {
        self.into_expr().ln()
    }
}

/// Functions of floats.
impl<M: Model, T: DbType<Base: FloatBase>> Column<M, T> {
    /// Returns the least integer that is not less than the number.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Town.area.ceil());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CEIL("area") FROM "towns""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ceil(self) -> Expr<T> {
        self.into_expr().ceil()
    }

    /// Returns the greatest integer that is not greater than the number.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Town.area.floor());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT FLOOR("area") FROM "towns""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn floor(self) -> Expr<T> {
        self.into_expr().floor()
    }

    /// Returns the nearest integer, and the even one if two are as near: 2.5 is rounded to 2.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Town.area.round());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT ROUND("area") FROM "towns""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn round(self) -> Expr<T> {
        self.into_expr().round()
    }
}

impl<M: Model, T: DbType<Base: OrderableBase>> Column<M, T> {
    /// Returns the greatest of both values. It is NULL if one of them is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.age.greatest(18));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT GREATEST("age", $1::int8) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn greatest<V: Operand<T::Base>>(self, other: V) -> Expr<Lifted<T, V::Null>> {
        self.into_expr().greatest(other)
    }

    /// Returns the least of both values. It is NULL if one of them is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.age.least(18));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT LEAST("age", $1::int8) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn least<V: Operand<T::Base>>(self, other: V) -> Expr<Lifted<T, V::Null>> {
        self.into_expr().least(other)
    }
}
