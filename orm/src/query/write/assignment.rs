//! [`Assignment`]: a column with its new value, for `update.rs` and `patch.rs`.

use std::marker::PhantomData;

use orm_core::stmt::Expr;
use orm_core::types::DbType;
use orm_core::value::ValueRef;

use crate::mapping::{Column, Embedded, Model};
use crate::query::expressions::operand::ValueFor;

/// Represents the assignment of a value to a column: `User.email.to(Null)`.
#[must_use = "an assignment does nothing until it is given to a statement"]
#[derive(Clone, Debug)]
pub struct Assignment<M> {
    position: usize,
    value: Expr,
    marker: PhantomData<fn() -> M>,
}

impl<M> Assignment<M> {
    pub(in crate::query) fn new(position: usize, value: Expr) -> Self {
        Self {
            position,
            value,
            marker: PhantomData,
        }
    }

    /// The column's position, and its new value.
    pub(crate) fn into_parts(self) -> (usize, Expr) {
        (self.position, self.value)
    }
}

impl<M: Model, T: DbType> Column<M, T> {
    /// Returns the assignment `self = value`, for [`Update::set_all`](crate::query::Update::set_all).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = update(User).set_all([User.email.to(Null), User.age.to(User.age + 1)]);
    /// assert_eq!(
    ///     statement.to_sql(&SqliteDialect)?,
    ///     r#"UPDATE "users" SET "email" = ?, "age" = integer_store("age" + ?, 32)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to<V: ValueFor<T>>(self, value: V) -> Assignment<M> {
        Assignment::new(self.position(), value.into_operand())
    }
}

/// Returns the assignments of a flattened struct's columns, which begin with `first`. Called by the derive.
#[doc(hidden)]
pub fn part_assignments<M, T, V: Embedded>(
    first: Column<M, T>,
    value: Option<&V>,
) -> Vec<Assignment<M>> {
    let assignment = |column| {
        let value = value.map_or(ValueRef::Null, |value| value.value(column));
        let value = Expr::Value(value.to_value());
        Assignment::new(first.position() + column, value)
    };
    (0..V::WIDTH).map(assignment).collect()
}
