//! `+`, `-` and `*` on numeric columns and expressions. With a nullable side the result is nullable.
//!
//! The other operators are in `numeric_ops.rs`.

use std::ops::{Add, Mul, Sub};

use orm_core::stmt::ArithmeticOp;
use orm_core::types::DbType;
use orm_core::types::base::Numeric;

use super::expr::{Expr, IntoExpr, Lifted};
use super::numeric_ops::arithmetic_of;
use super::operand::Operand;
use crate::mapping::{Column, Model};

impl<T: DbType<Base: Numeric>> Expr<T> {
    fn arithmetic<V: Operand<T::Base>>(
        self,
        op: ArithmeticOp,
        other: V,
    ) -> Expr<Lifted<T, V::Null>> {
        let deepest = self.depth.max(other.depth());
        let ast = arithmetic_of::<T>(op, self.ast, other.into_operand());
        Expr::around(ast, self.origin, deepest)
    }
}

macro_rules! operator {
    ($operator:ident, $method:ident) => {
        impl<T: DbType<Base: Numeric>, V: Operand<T::Base>> $operator<V> for Expr<T> {
            type Output = Expr<Lifted<T, V::Null>>;

            fn $method(self, other: V) -> Self::Output {
                self.arithmetic(ArithmeticOp::$operator, other)
            }
        }

        impl<M: Model, T: DbType<Base: Numeric>, V: Operand<T::Base>> $operator<V>
            for Column<M, T>
        {
            type Output = Expr<Lifted<T, V::Null>>;

            fn $method(self, other: V) -> Self::Output {
                self.into_expr().arithmetic(ArithmeticOp::$operator, other)
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
