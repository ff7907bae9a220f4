//! [`Column`]: a typed column of a model. Its operators are in `query/expressions/column_ops.rs`.

use std::fmt;
use std::marker::PhantomData;

use super::model::Model;

/// Represents the column of model `M` whose field has the type `T`: `User.username`.
///
/// A column is a constant of a name and a position. Columns of an alias hold the name of the alias as well.
// The compiler shows the line where columns are compared by operators.
#[rustfmt::skip]
pub struct Column<M, T> { // compare by methods, not by `==` and `<`: User.email.eq("x"), .ne, .lt, .ge, .is_null()
    alias: Option<&'static str>,
    name: &'static str,
    position: u32,
    marker: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Column<M, T> {
    /// Creates the column `name` at `position` of a model, under an alias of its table if there is one. Called by the
    /// derive.
    #[doc(hidden)]
    pub const fn new(alias: Option<&'static str>, name: &'static str, position: u32) -> Self {
        Self {
            alias,
            name,
            position,
            marker: PhantomData,
        }
    }

    /// As [`Column::position`].
    #[doc(hidden)]
    pub const fn index(&self) -> u32 {
        self.position
    }

    /// The alias of the table, if the column has one.
    #[doc(hidden)]
    pub const fn alias_name(&self) -> Option<&'static str> {
        self.alias
    }

    /// Returns the name of the column in the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert_eq!(User.email.name(), "email");
    /// ```
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the position of the column in its model, counted from 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert_eq!((User.id.position(), User.name.position()), (0, 1));
    /// ```
    pub const fn position(&self) -> usize {
        self.position as usize
    }
}

impl<M: Model, T> Column<M, T> {
    /// Returns the name of the table or alias.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let author = User.alias("author");
    /// assert_eq!((User.name.source(), author.name.source()), ("users", "author"));
    /// ```
    pub fn source(&self) -> &'static str {
        self.alias.unwrap_or_else(|| M::def().table)
    }
}

impl<M, T> Clone for Column<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Column<M, T> {}

impl<M: Model, T> fmt::Debug for Column<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.source(), self.name)
    }
}
