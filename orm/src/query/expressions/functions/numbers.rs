//! Functions of numbers on expressions, and GREATEST and LEAST; those of columns, in `number_columns.rs`, call them.
#![expect(
    clippy::type_complexity,
    reason = "the type of a result says which of the operands make it NULL"
)]

use orm_core::stmt::Func;
use orm_core::types::{DbType, Nullability, base};

use super::{Computed, Either, FloatBase, Part, RealBase, chosen, part, strict};
use crate::query::expressions::aggregate::OrderableBase;
use crate::query::expressions::expr::{Expr, Lifted};
use crate::query::expressions::numeric_ops::exact;
use crate::query::expressions::operand::Operand;

/// Functions of integers and floats.
impl<T: DbType<Base: RealBase>> Expr<T> {
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
    /// let query = select((User.age - 18).abs());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT ABS("age" - $1::int8) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn abs(self) -> Expr<T> {
        strict(Func::Abs, self, [])
    }

    /// Returns -1, 0 or 1: the sign of the number.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select((User.age - 18).sign());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(SIGN("age" - $1::int8) AS int4) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn sign(self) -> Expr<Computed<i32, T::Null>> {
        strict(Func::Sign, self, [])
    }

    /// Returns the square root, which is NULL for a number below 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(avg(User.age).sqrt());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT sqrt(AVG("age")) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn sqrt(self) -> Expr<Option<f64>> {
        strict(Func::Sqrt, self, [])
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
    /// let query = select(avg(User.age).power(2.0));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT POWER(CAST(AVG("age") AS float8), $1::float8) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn power<V: Operand<base::Float64>>(
        self,
        exponent: V,
    ) -> Expr<Computed<f64, Either<T::Null, V::Null>>> {
        strict(Func::Power, self, [part(exponent)])
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
    /// let query = select(avg(User.age).exp());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT EXP(CAST(AVG("age") AS float8)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn exp(self) -> Expr<Computed<f64, T::Null>> {
        strict(Func::Exp, self, [])
    }

    /// Returns the natural logarithm, which is NULL for a number that is not above 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(avg(User.age).ln());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT ln(AVG("age")) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ln(self) -> Expr<Option<f64>> {
        strict(Func::Ln, self, [])
    }
}

/// Functions of floats.
impl<T: DbType<Base: FloatBase>> Expr<T> {
    /// Returns the least integer that is not less than the number.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(avg(User.age).ceil());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CEIL(CAST(AVG("age") AS float8)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ceil(self) -> Expr<T> {
        strict(Func::Ceil, self, [])
    }

    /// Returns the greatest integer that is not greater than the number.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(avg(User.age).floor());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT FLOOR(CAST(AVG("age") AS float8)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn floor(self) -> Expr<T> {
        strict(Func::Floor, self, [])
    }

    /// Returns the nearest integer, and the even one if two are as near: 2.5 is rounded to 2.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(avg(User.age).round());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT ROUND(CAST(AVG("age") AS float8)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn round(self) -> Expr<T> {
        strict(Func::Round, self, [])
    }
}

impl<T: DbType<Base: OrderableBase>> Expr<T> {
    /// Returns the greatest of both values. It is NULL if one of them is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select((User.age - 18).greatest(0).greatest(User.age));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT GREATEST("age" - $1::int8, $2::int8, "age") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn greatest<V: Operand<T::Base>>(self, other: V) -> Expr<Lifted<T, V::Null>> {
        let nullable = T::Null::NULLABLE || V::Null::NULLABLE;
        compared_exactly(Func::Greatest, self, part(other), nullable)
    }

    /// Returns the least of both values. It is NULL if one of them is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select((User.age - 18).least(0).least(User.age));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT LEAST("age" - $1::int8, $2::int8, "age") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn least<V: Operand<T::Base>>(self, other: V) -> Expr<Lifted<T, V::Null>> {
        let nullable = T::Null::NULLABLE || V::Null::NULLABLE;
        compared_exactly(Func::Least, self, part(other), nullable)
    }
}

/// GREATEST or LEAST. Exact decimals may be text in the database: then both the arguments and the result are compared as
/// numbers.
fn compared_exactly<T: DbType, R: DbType>(
    func: Func,
    first: Expr<T>,
    other: Part,
    nullable: bool,
) -> Expr<R> {
    let (ast, origin, depth) = (exact::<T>(first.ast), first.origin, first.depth);
    let chosen: Expr<R> = chosen(func, Expr::<T>::around(ast, origin, depth), other, nullable);
    if !T::TYPE.is_decimal() {
        return chosen;
    }
    Expr::around(exact::<T>(chosen.ast), chosen.origin, chosen.depth)
}
