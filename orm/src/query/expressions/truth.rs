//! Boolean columns and expressions as conditions, with `&`, `|` and `!`. The operators of conditions are in
//! `predicate.rs`.

use std::ops::{BitAnd, BitOr, Not};

use orm_core::stmt;
use orm_core::types::{DbType, base};

use super::expr::{Expr, IntoExpr};
use super::predicate::{Condition, Predicate};
use crate::mapping::{Column, Model};

/// Is implemented by the base type of booleans. It is a trait, so that another type is an unmet bound, which the
/// compiler reports with the message of [`Condition`].
#[doc(hidden)]
pub trait TruthBase {
    /// Returns the condition that a boolean of this base is `value`.
    fn is<T: DbType<Base = Self>>(truth: Expr<T>, value: bool) -> Predicate;
}

impl TruthBase for base::Bool {
    fn is<T: DbType<Base = Self>>(truth: Expr<T>, value: bool) -> Predicate {
        if !is_own(&truth.ast) {
            return truth.eq(value);
        }
        let condition = Predicate::over(truth.ast, truth.origin, truth.depth);
        if value { condition } else { condition.not() }
    }
}

/// Whether it is SQL of the program's, which is a condition as it is: an index may be for it.
fn is_own(expr: &stmt::Expr) -> bool {
    use stmt::Expr::{Extension, Function, NamedSql, Operator};
    if let Function { name, .. } = expr {
        return !matches!(&**name, "COALESCE" | "NULLIF");
    }
    matches!(expr, Operator { .. } | NamedSql(_) | Extension(_))
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType<Base: TruthBase>> Condition for Column<M, T> {
    fn into_predicate(self) -> Predicate {
        T::Base::is(self.into_expr(), true)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType<Base: TruthBase>> Condition for Expr<T> {
    fn into_predicate(self) -> Predicate {
        T::Base::is(self, true)
    }
}

macro_rules! operators {
    ([$($generics:tt)*] $truth:ty) => {
        impl<$($generics)* T: DbType<Base: TruthBase>, C: Condition> BitAnd<C> for $truth {
            type Output = Predicate;

            fn bitand(self, other: C) -> Predicate {
                self.into_predicate().and(other)
            }
        }

        impl<$($generics)* T: DbType<Base: TruthBase>, C: Condition> BitOr<C> for $truth {
            type Output = Predicate;

            fn bitor(self, other: C) -> Predicate {
                self.into_predicate().or(other)
            }
        }

        /// False: neither true nor NULL.
        impl<$($generics)* T: DbType<Base: TruthBase>> Not for $truth {
            type Output = Predicate;

            fn not(self) -> Predicate {
                T::Base::is(self.into_expr(), false)
            }
        }
    };
}

operators!([M: Model,] Column<M, T>);
operators!([] Expr<T>);
