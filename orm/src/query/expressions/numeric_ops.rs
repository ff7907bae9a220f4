//! Operators of numbers: `/`, `%`, the sign and bits; and what exact decimals need, which a database may have as text.
//!
//! Division by zero is NULL on every database, so that the result is an `Option`. `+`, `-` and `*` are in `arithmetic.rs`.

use std::ops::{Div, Neg, Rem};

use orm_core::stmt::{self, ArithmeticOp, Numeric, NumericOp};
use orm_core::types::base::{self, Divisible, Whole};
use orm_core::types::{DbType, Type};

use super::expr::{Expr, IntoExpr as _, Lifted};
use super::operand::Operand;
use crate::mapping::{Column, Model};

/// Arithmetic of numbers of the type `T`.
pub(super) fn arithmetic_of<T: DbType>(
    op: ArithmeticOp,
    left: stmt::Expr,
    right: stmt::Expr,
) -> stmt::Expr {
    if !T::TYPE.is_decimal() {
        return stmt::Expr::arithmetic(op, left, right);
    }
    let op = match op {
        ArithmeticOp::Add => NumericOp::Add,
        ArithmeticOp::Sub => NumericOp::Sub,
        ArithmeticOp::Mul => NumericOp::Mul,
    };
    Numeric::new(op, Type::DECIMAL, vec![left, right]).into()
}

/// An expression of the type `T` that no operator has made, such as a CASE.
pub(in crate::query) fn exact<T: DbType>(ast: stmt::Expr) -> stmt::Expr {
    if T::TYPE.is_decimal() {
        Numeric::new(NumericOp::Exact, Type::DECIMAL, vec![ast]).into()
    } else {
        ast
    }
}

impl<T: DbType<Base: Divisible>, V: Operand<T::Base>> Div<V> for Expr<T> {
    type Output = Expr<Option<T::Plain>>;

    /// Divides; by zero the result is NULL. The quotient of integers is truncated toward zero.
    fn div(self, other: V) -> Self::Output {
        let op = if T::Base::IS_WHOLE {
            NumericOp::IntDivide
        } else {
            NumericOp::Divide
        };
        self.numeric(op, other)
    }
}

impl<M: Model, T: DbType<Base: Divisible>, V: Operand<T::Base>> Div<V> for Column<M, T> {
    type Output = Expr<Option<T::Plain>>;

    fn div(self, other: V) -> Self::Output {
        self.into_expr() / other
    }
}

impl<T: DbType<Base: Whole>, V: Operand<T::Base>> Rem<V> for Expr<T> {
    type Output = Expr<Option<T::Plain>>;

    /// Returns the remainder, which has the sign of the dividend; by zero it is NULL.
    fn rem(self, other: V) -> Self::Output {
        self.numeric(NumericOp::Remainder, other)
    }
}

impl<M: Model, T: DbType<Base: Whole>, V: Operand<T::Base>> Rem<V> for Column<M, T> {
    type Output = Expr<Option<T::Plain>>;

    fn rem(self, other: V) -> Self::Output {
        self.into_expr() % other
    }
}

impl<T: DbType<Base: base::Signed>> Neg for Expr<T> {
    type Output = Self;

    fn neg(self) -> Self {
        let args = vec![self.ast];
        let ast = Numeric::new(NumericOp::Negate, T::TYPE, args);
        Self::around(ast.into(), self.origin, self.depth)
    }
}

impl<M: Model, T: DbType<Base: base::Signed>> Neg for Column<M, T> {
    type Output = Expr<T>;

    fn neg(self) -> Expr<T> {
        -self.into_expr()
    }
}

impl<T: DbType> Expr<T> {
    fn numeric<V: Operand<T::Base>, R>(self, op: NumericOp, other: V) -> Expr<R> {
        let deepest = self.depth.max(other.depth());
        let args = vec![self.ast, other.into_operand()];
        let ast = Numeric::new(op, T::TYPE, args);
        Expr::around(ast.into(), self.origin, deepest)
    }
}

impl<T: DbType<Base: Whole>> Expr<T> {
    /// Returns the bitwise AND of integers: `self & other`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let odd = select(User.id).filter((User.age + 1).bit_and(1).eq(1));
    /// assert_eq!(
    ///     odd.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE (("age" + ?) & ?) = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn bit_and<V: Operand<T::Base>>(self, other: V) -> Expr<Lifted<T, V::Null>> {
        self.numeric(NumericOp::BitAnd, other)
    }

    /// Returns the bitwise OR of integers: `self | other`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert_eq!(
    ///     select((User.age + 1).bit_or(8)).to_sql(&PostgresDialect)?,
    ///     r#"SELECT ("age" + $1::int8) | $2::int8 FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn bit_or<V: Operand<T::Base>>(self, other: V) -> Expr<Lifted<T, V::Null>> {
        self.numeric(NumericOp::BitOr, other)
    }

    /// Returns the bitwise exclusive OR of integers.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert_eq!(
    ///     select((User.age + 1).bit_xor(User.age)).to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT CAST((`age` + ?) ^ `age` AS SIGNED) FROM `users`"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn bit_xor<V: Operand<T::Base>>(self, other: V) -> Expr<Lifted<T, V::Null>> {
        self.numeric(NumericOp::BitXor, other)
    }
}

impl<M: Model, T: DbType<Base: Whole>> Column<M, T> {
    /// Returns the bitwise AND of integers: `self & other`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.age.bit_and(4).ne(0));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" & ?) <> ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn bit_and<V: Operand<T::Base>>(self, other: V) -> Expr<Lifted<T, V::Null>> {
        self.into_expr().bit_and(other)
    }

    /// Returns the bitwise OR of integers: `self | other`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert_eq!(
    ///     update(User).set(User.age, User.age.bit_or(8)).to_sql(&PostgresDialect)?,
    ///     r#"UPDATE "users" SET "age" = "age" | $1::int8"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn bit_or<V: Operand<T::Base>>(self, other: V) -> Expr<Lifted<T, V::Null>> {
        self.into_expr().bit_or(other)
    }

    /// Returns the bitwise exclusive OR of integers.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert_eq!(
    ///     select(User.age.bit_xor(User.age)).to_sql(&SqliteDialect)?,
    ///     r#"SELECT ("age" | "age") - ("age" & "age") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn bit_xor<V: Operand<T::Base>>(self, other: V) -> Expr<Lifted<T, V::Null>> {
        self.into_expr().bit_xor(other)
    }
}

impl<T: DbType<Base = base::Decimal>> Expr<T> {
    /// Returns the decimal rounded to so many digits after the point, half away from zero.
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
    /// assert_eq!(
    ///     select((Item.price * Item.price).round_dp(1)).to_sql(&PostgresDialect)?,
    ///     r#"SELECT ROUND("price" * "price", 1) FROM "items""#
    /// );
    /// # }
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn round_dp(self, digits: u8) -> Self {
        let ast = Numeric::new(NumericOp::Round(digits), Type::DECIMAL, vec![self.ast]);
        Self::around(ast.into(), self.origin, self.depth)
    }
}

impl<M: Model, T: DbType<Base = base::Decimal>> Column<M, T> {
    /// Returns the decimal rounded to so many digits after the point, half away from zero.
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
    /// assert_eq!(
    ///     select(Item.price.round_dp(0)).to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT ROUND(`price`, 0) FROM `items`"
    /// );
    /// # }
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn round_dp(self, digits: u8) -> Expr<T> {
        self.into_expr().round_dp(digits)
    }
}
