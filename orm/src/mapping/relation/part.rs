//! [`WithPart`]: a list, and beside it the part of it that a filtered load has selected.
//!
//! Used by the fields of relations to many. All that changes lists, or relies on them, sees the list alone, so that a part
//! is never taken for it.

use super::refs::Refs;

/// A list of kind `L`, and the part of it that was loaded last, if one was.
pub(super) enum WithPart<L, M> {
    List(L),
    // Apart, since fields of most entities have none.
    Both(Box<(L, Refs<M>)>),
}

impl<L, M> WithPart<L, M> {
    pub(super) fn list(&self) -> &L {
        match self {
            Self::List(list) => list,
            Self::Both(both) => &both.0,
        }
    }

    pub(super) fn list_mut(&mut self) -> &mut L {
        match self {
            Self::List(list) => list,
            Self::Both(both) => &mut both.0,
        }
    }

    pub(super) fn part(&self) -> Option<&Refs<M>> {
        match self {
            Self::List(_) => None,
            Self::Both(both) => Some(&both.1),
        }
    }
}

impl<L: Default, M> WithPart<L, M> {
    pub(super) fn set_part(&mut self, part: Refs<M>) {
        let list = std::mem::take(self.list_mut());
        *self = Self::Both(Box::new((list, part)));
    }
}

impl<L: Default, M> Default for WithPart<L, M> {
    fn default() -> Self {
        Self::List(L::default())
    }
}

impl<L: Clone, M> Clone for WithPart<L, M> {
    fn clone(&self) -> Self {
        match self {
            Self::List(list) => Self::List(list.clone()),
            Self::Both(both) => Self::Both(both.clone()),
        }
    }
}
