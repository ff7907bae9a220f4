//! `+`, `-` and `*` with a value on the left: `1.0 - Item.discount`. The other forms are in `arithmetic.rs`.

use std::ops::{Add, Mul, Sub};

use orm_core::stmt::ArithmeticOp;
use orm_core::types::{DbType, NotNull, base};

use super::expr::{Expr, IntoExpr, Lifted};
use super::numeric_ops::arithmetic_of;
use super::operand::Operand;
use crate::mapping::{Column, Model};

fn computed<T: DbType, V: Operand<T::Base>>(
    op: ArithmeticOp,
    value: V,
    expr: Expr<T>,
) -> Expr<Lifted<T, NotNull>> {
    let ast = arithmetic_of::<T>(op, value.into_operand(), expr.ast);
    Expr::around(ast, expr.origin, expr.depth)
}

macro_rules! operator {
    ($value:ty, $base:ident: $($operator:ident $method:ident),+) => {$(
        impl<T: DbType<Base = base::$base>> $operator<Expr<T>> for $value {
            type Output = Expr<Lifted<T, NotNull>>;

            fn $method(self, expr: Expr<T>) -> Self::Output {
                computed(ArithmeticOp::$operator, self, expr)
            }
        }

        impl<M: Model, T: DbType<Base = base::$base>> $operator<Column<M, T>> for $value {
            type Output = Expr<Lifted<T, NotNull>>;

            fn $method(self, column: Column<M, T>) -> Self::Output {
                computed(ArithmeticOp::$operator, self, column.into_expr())
            }
        }
    )+};
}

macro_rules! values {
    ($($value:ty: $base:ident),+ $(,)?) => {$(
        operator!($value, $base: Add add, Sub sub, Mul mul);
    )+};
}

values! {
    i16: Int16,
    i32: Int32,
    i64: Int64,
    f32: Float32,
    f64: Float64,
}

#[cfg(feature = "rust_decimal")]
values! { rust_decimal::Decimal: Decimal }
