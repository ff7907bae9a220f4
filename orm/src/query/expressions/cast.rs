//! CAST, between the types whose conversion means the same on every database.

use orm_core::stmt::{self, Call, Func, Numeric, NumericOp};
use orm_core::types::{DbType, NotNull, Type, base};

use super::expr::{Expr, IntoExpr};
use super::functions::Computed;
use crate::mapping::{Column, DbEnum, Model};

/// Is implemented by the types that a column of the base type `B` can be cast to.
#[diagnostic::on_unimplemented(
    message = "a column of base type `{B}` can't be cast to `{Self}`",
    label = "the databases disagree on this conversion",
    note = "integers can be cast to wider ones, decimals, `f64` and `String`, `f32` to `f64`, floats to `i64`, bool to `i32`, enums to `String`"
)]
pub trait CastFrom<B>: DbType<Null = NotNull> {
    /// Returns the cast.
    #[doc(hidden)]
    fn cast(from: stmt::Expr) -> stmt::Expr;
}

#[diagnostic::do_not_recommend]
impl<B, R: DbType<Null = NotNull, Base: CastBase<B>>> CastFrom<B> for R {
    fn cast(from: stmt::Expr) -> stmt::Expr {
        R::Base::cast(from, R::TYPE)
    }
}

/// The base type of such a type.
#[doc(hidden)]
pub trait CastBase<B> {
    fn cast(from: stmt::Expr, ty: Type) -> stmt::Expr {
        let expr = Box::new(from);
        stmt::Expr::Cast { expr, ty }
    }
}

macro_rules! casts {
    ($($from:ident => $($to:ident),+;)+) => {$($(
        impl CastBase<base::$from> for base::$to {}
    )+)+};
}

casts! {
    Bool => Int32;
    Int16 => Int32, Int64, Float64, Text;
    Int32 => Int64, Float64, Text;
    Int64 => Float64, Text;
    Float32 => Float64;
}

impl<T: DbEnum> CastBase<T> for base::Text {}

/// An integer of 64 bits has at most 19 digits, which fit into a decimal of each database.
macro_rules! decimals {
    ($($from:ident),+) => {$(
        impl CastBase<base::$from> for base::Decimal {
            fn cast(from: stmt::Expr, _ty: Type) -> stmt::Expr {
                let expr = Box::new(from);
                let cast = stmt::Expr::Cast { expr, ty: Type::DECIMAL };
                Numeric::new(NumericOp::Exact, Type::DECIMAL, vec![cast]).into()
            }
        }
    )+};
}

decimals!(Int16, Int32, Int64);

/// The databases round in three ways, and some return the nearest integer for a float that is out of range.
macro_rules! truncations {
    ($($from:ident),+) => {$(
        impl CastBase<base::$from> for base::Int64 {
            fn cast(from: stmt::Expr, _ty: Type) -> stmt::Expr {
                stmt::Expr::Call(Box::new(Call::new(Func::Truncate, vec![from])))
            }
        }
    )+};
}

truncations!(Float32, Float64);

impl<T: DbType> Expr<T> {
    /// Returns `CAST(self AS R)`, for conversions that mean the same on every database: integers to wider ones, exact decimals,
    /// `f64` and `String`; `f32` to `f64`; `f32` and `f64` to `i64`, without the fraction; bool to `i32`, as 0 and 1; enums to
    /// `String`, as their labels. An integer beyond 2⁵³ becomes the nearest `f64`.
    ///
    /// # Errors
    /// The statement returns:
    /// - `OutOfRange`: a float is no `i64`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(avg(User.age).cast::<i64>());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CAST(TRUNC(CAST(AVG("age") AS float8)) AS int8) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn cast<R: CastFrom<T::Base>>(self) -> Expr<Computed<R, T::Null>> {
        Expr::around(R::cast(self.ast), self.origin, self.depth)
    }
}

impl<M: Model, T: DbType> Column<M, T> {
    /// Returns `CAST(self AS R)`; see [`Expr::cast`].
    ///
    /// # Errors
    /// As [`Expr::cast`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.concat(" ").concat(User.age.cast::<String>()));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" || $1::text || CAST("age" AS text) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn cast<R: CastFrom<T::Base>>(self) -> Expr<Computed<R, T::Null>> {
        self.into_expr().cast::<R>()
    }
}
