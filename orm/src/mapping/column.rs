//! [`Column`]: a typed column of a model. Its operators are in `query/expressions/column_ops.rs`.

use std::fmt;
use std::marker::PhantomData;

/// Represents the column of model `M` whose field has the type `T`: `User.username`.
///
/// A column is a constant of two names and a position. Columns of an alias hold the name of the alias.
// The compiler shows the line where columns are compared by operators.
#[rustfmt::skip]
pub struct Column<M, T> { // compare by methods, not by `==` and `<`: User.email.eq("x"), .ne, .lt, .ge, .is_null()
    source: &'static str,
    name: &'static str,
    position: usize,
    marker: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Column<M, T> {
    /// Creates the column `name` at `position` of the table or alias `source`. Called by the derive.
    #[doc(hidden)]
    pub const fn new(source: &'static str, name: &'static str, position: usize) -> Self {
        Self {
            source,
            name,
            position,
            marker: PhantomData,
        }
    }

    /// Returns the name of the table or alias.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let author = User.alias("author");
    /// assert_eq!((User.name.source(), author.name.source()), ("users", "author"));
    /// ```
    pub const fn source(&self) -> &'static str {
        self.source
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
        self.position
    }
}

impl<M, T> Clone for Column<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Column<M, T> {}

impl<M, T> fmt::Debug for Column<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.source, self.name)
    }
}
