//! `+`, `-` and `*` on numeric columns and expressions, and durations added to instants. With a nullable side the result
//! is nullable.
//!
//! The other operators are in `numeric_ops.rs`.

use std::ops::{Add, Mul, Sub};

use orm_core::stmt::{self, ArithmeticOp, Call};
use orm_core::types::DbType;
use orm_core::types::base::{Additive, Numeric};

use super::expr::{Expr, IntoExpr, Lifted};
use super::functions::durations::moving;
use super::numeric_ops::arithmetic_of;
use super::operand::Operand;
use crate::mapping::{Column, Model};

impl<T: DbType> Expr<T> {
    fn arithmetic<B, V: Operand<B>>(self, op: ArithmeticOp, other: V) -> Expr<Lifted<T, V::Null>> {
        let deepest = self.depth.max(other.depth());
        let (left, right) = (self.ast, other.into_operand());
        let ast = match moving::<T>(op) {
            Some(func) => stmt::Expr::Call(Box::new(Call::new(func, vec![left, right]))),
            None => arithmetic_of::<T>(op, left, right),
        };
        Expr::around(ast, self.origin, deepest)
    }
}

macro_rules! operator {
    ($operator:ident, $method:ident, $bound:ident, $side:ty) => {
        impl<T: DbType<Base: $bound>, V: Operand<$side>> $operator<V> for Expr<T> {
            type Output = Expr<Lifted<T, V::Null>>;

            fn $method(self, other: V) -> Self::Output {
                self.arithmetic(ArithmeticOp::$operator, other)
            }
        }

        impl<M: Model, T: DbType<Base: $bound>, V: Operand<$side>> $operator<V> for Column<M, T> {
            type Output = Expr<Lifted<T, V::Null>>;

            fn $method(self, other: V) -> Self::Output {
                self.into_expr().arithmetic(ArithmeticOp::$operator, other)
            }
        }
    };
}

operator!(Add, add, Additive, <T::Base as Additive>::Step);
operator!(Sub, sub, Additive, <T::Base as Additive>::Step);
operator!(Mul, mul, Numeric, T::Base);
