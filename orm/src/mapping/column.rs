//! [`Column`]: the typed handle of one column of a model. Its operators are in
//! `query/expressions/column_ops.rs`.

use std::fmt;
use std::marker::PhantomData;

/// The column of model `M` whose field has the type `T`: what `User.username` is.
///
/// A constant of two names and a position. Columns of an alias carry the alias's name.
// The compiler shows the line where columns are compared by operators.
#[rustfmt::skip]
pub struct Column<M, T> { // compare by methods, not by `==` and `<`: User.email.eq("x"), .ne, .lt, .ge, .is_null()
    source: &'static str,
    name: &'static str,
    position: usize,
    marker: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Column<M, T> {
    /// The column `name` at `position` of the table or alias `source`. For the derive.
    #[doc(hidden)]
    pub const fn new(source: &'static str, name: &'static str, position: usize) -> Self {
        Self {
            source,
            name,
            position,
            marker: PhantomData,
        }
    }

    /// The table's name, or the alias's.
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

    /// The column's name in the database.
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

    /// The column's position in its model, counted from 0.
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
