//! [`BatchValues`]: many values in one bind.

use std::fmt;

use super::{Value, ValueRef};

/// The values of many rows or of a list. Not an array of the database, which is one value.
#[derive(Clone, Copy)]
pub enum BatchValues<'a> {
    /// Those of rows, where they are.
    Borrowed(&'a [ValueRef<'a>]),
    /// Those of a list in a statement.
    Owned(&'a [Value]),
}

impl<'a> BatchValues<'a> {
    /// The values in their order.
    pub fn iter(self) -> impl Iterator<Item = ValueRef<'a>> + Clone {
        let (borrowed, owned): (&[ValueRef<'a>], &[Value]) = match self {
            Self::Borrowed(values) => (values, &[]),
            Self::Owned(values) => (&[], values),
        };
        let owned = owned.iter().map(Value::as_ref);
        borrowed.iter().copied().chain(owned)
    }

    /// How many there are.
    pub fn len(self) -> usize {
        match self {
            Self::Borrowed(values) => values.len(),
            Self::Owned(values) => values.len(),
        }
    }

    /// Whether there is none.
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
