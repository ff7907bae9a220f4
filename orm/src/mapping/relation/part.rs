//! [`WithPart`]: a list, and beside it the part of it that a filtered load has selected.
//!
//! Used by the fields of relations to many. All that changes lists, or relies on them, sees the list alone, so that a part
//! is never taken for it.

use orm_core::error::{Error, Result};

use super::list::List;
use super::refs::Refs;
use super::to_one::{loaded_in_part, not_loaded, part_not_loaded};
use crate::mapping::def::RelationDef;
use crate::mapping::handle::RawRef;

/// A list that keeps `C`, and the part of it that was loaded last, if one was.
pub(super) enum WithPart<C, M> {
    List(List<C>),
    // Apart, since fields of most entities have none.
    Both(Box<(List<C>, Refs<M>)>),
}

impl<C, M> WithPart<C, M> {
    pub(super) const fn unloaded(relation: &'static RelationDef) -> Self {
        Self::List(List::NotLoaded(Some(relation)))
    }

    pub(super) fn list(&self) -> &List<C> {
        match self {
            Self::List(list) => list,
            Self::Both(both) => &both.0,
        }
    }

    pub(super) fn list_mut(&mut self) -> &mut List<C> {
        match self {
            Self::List(list) => list,
            Self::Both(both) => &mut both.0,
        }
    }

    /// What is kept of the members of the whole list.
    ///
    /// # Errors
    /// `NotLoaded`.
    pub(super) fn get(&self) -> Result<Option<&C>> {
        self.list().get().map_err(|relation| self.missing(relation))
    }

    #[cold]
    fn missing(&self, relation: Option<&'static RelationDef>) -> Error {
        match self {
            Self::List(_) => not_loaded(relation),
            Self::Both(_) => loaded_in_part(relation),
        }
    }

    /// The part.
    ///
    /// # Errors
    /// `NotLoaded`.
    pub(super) fn part(&self) -> Result<Refs<M>> {
        match self {
            Self::List(list) => Err(part_not_loaded(list.get().err().flatten())),
            Self::Both(both) => Ok(both.1.clone()),
        }
    }

    /// The handles of the part, if there is one.
    pub(super) fn targets(&self) -> Option<Vec<RawRef>> {
        match self {
            Self::List(_) => None,
            Self::Both(both) => Some(both.1.iter().map(|member| member.raw()).collect()),
        }
    }

    pub(super) fn set_part(&mut self, members: Vec<RawRef>) {
        let list = std::mem::take(self.list_mut());
        let part = members.into_iter().map(RawRef::typed);
        *self = Self::Both(Box::new((list, part.collect())));
    }
}

impl<C, M> Default for WithPart<C, M> {
    fn default() -> Self {
        Self::List(List::default())
    }
}

impl<C: Clone, M> Clone for WithPart<C, M> {
    fn clone(&self) -> Self {
        match self {
            Self::List(list) => Self::List(list.clone()),
            Self::Both(both) => Self::Both(both.clone()),
        }
    }
}
