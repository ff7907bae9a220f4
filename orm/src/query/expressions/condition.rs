//! [`Condition`]: what `filter` and its like take, and `&`, `|` and `!` of columns and expressions of truth values.
//! Those of conditions are in `predicate.rs`.

use std::ops::{BitAnd, BitOr, Not};

use orm_core::types::{DbType, base};

use super::expr::{Expr, IntoExpr};
use super::predicate::Predicate;
use crate::mapping::{Column, Model};

/// What `filter`, `having` and the like take: a [`Predicate`], or a column or expression of truth values, which holds
/// where it is true: neither false nor NULL.
///
/// ```
/// # use orm::prelude::*;
/// # #[derive(Model)]
/// # #[orm(table = "users")]
/// # struct User { #[orm(primary_key)] id: i64, active: bool, admin: Option<bool> }
/// let query = select(User.id).filter(User.active & !User.admin);
/// let sql = query.to_sql(&orm::sqlite::SqliteDialect)?;
/// assert_eq!(sql, r#"SELECT "id" FROM "users" WHERE "active" = ? AND "admin" = ?"#); // true, false
/// # Ok::<(), orm::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition",
    label = "expected a comparison such as `User.id.eq(1)`, or a column of type bool",
    note = "compare by `.eq(…)`, `.ne(…)`, `.lt(…)`, `.is_null()`, `.contains(…)`; combine by `&`, `|` and `!`"
)]
pub trait Condition {
    /// The condition.
    fn into_predicate(self) -> Predicate;
}

/// The base of truth values. A trait, so that another type is an unmet bound and not a mismatch, which the compiler
/// reports in other words than [`Condition`]'s.
#[doc(hidden)]
pub trait TruthBase {
    /// A truth value of that base is `value`.
    fn is<T: DbType<Base = Self>>(truth: Expr<T>, value: bool) -> Predicate;
}

impl TruthBase for base::Bool {
    fn is<T: DbType<Base = Self>>(truth: Expr<T>, value: bool) -> Predicate {
        truth.eq(value)
    }
}

#[diagnostic::do_not_recommend]
impl Condition for Predicate {
    fn into_predicate(self) -> Predicate {
        self
    }
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
