//! [`BatchValues`]: many values in one bind.

use std::fmt;

use super::{Value, ValueRef};

/// Holds the values of many rows or of a list in one bind. It is not an array value of the database.
///
/// # Examples
///
/// ```
/// # use orm_core::value::{BatchValues, ValueRef};
/// let names = [ValueRef::Text("ada"), ValueRef::Text("grace")];
/// let batch = BatchValues::Borrowed(&names);
/// assert_eq!((batch.len(), batch.is_empty()), (2, false));
/// assert_eq!(batch.iter().next(), Some(ValueRef::Text("ada")));
/// ```
#[derive(Clone, Copy)]
pub enum BatchValues<'a> {
    /// The values of rows.
    Borrowed(&'a [ValueRef<'a>]),
    /// The values of a list in a statement.
    Owned(&'a [Value]),
}

impl<'a> BatchValues<'a> {
    /// Iterates over the values in order.
    pub fn iter(self) -> impl Iterator<Item = ValueRef<'a>> + Clone {
        let (borrowed, owned): (&[ValueRef<'a>], &[Value]) = match self {
            Self::Borrowed(values) => (values, &[]),
            Self::Owned(values) => (&[], values),
        };
        let owned = owned.iter().map(Value::as_ref);
        borrowed.iter().copied().chain(owned)
    }

    /// Returns the number of values.
    pub fn len(self) -> usize {
        match self {
            Self::Borrowed(values) => values.len(),
            Self::Owned(values) => values.len(),
        }
    }

    /// Returns whether there are no values.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for BatchValues<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for BatchValues<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}
