//! IS DISTINCT FROM. IS NOT DISTINCT FROM, `same_as`, is beside the other operators.

use orm_core::stmt::CompareOp;
use orm_core::types::DbType;

use super::expr::{Expr, IntoExpr};
use super::operand::Operand;
use super::predicate::Predicate;
use crate::mapping::{Column, Model};

impl<T: DbType> Expr<T> {
    /// Returns the null-safe comparison `self IS DISTINCT FROM value`: NULL differs from all but NULL, and the result is
    /// never unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).distinct_from(18));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE NOT (("age" + $1::int8) IS NOT DISTINCT FROM $2)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn distinct_from<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.equality(CompareOp::Distinct, value)
    }
}

impl<M: Model, T: DbType> Column<M, T> {
    /// Returns the null-safe comparison `self IS DISTINCT FROM value`: NULL differs from all but NULL, and the result is
    /// never unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.distinct_from(""));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE NOT ("email" IS NOT DISTINCT FROM $1)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn distinct_from<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.into_expr().distinct_from(value)
    }
}
