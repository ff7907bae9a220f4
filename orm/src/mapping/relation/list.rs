//! [`List`]: what a relation references whose foreign keys others have, or that it is not loaded. The field of each such
//! relation has one; what it keeps of its members is its own.

use crate::mapping::def::RelationDef;

/// The members of a relation, kept as `C`; nothing is kept of none.
pub(super) enum List<C> {
    /// With the relation, if it is that of a row.
    NotLoaded(Option<&'static RelationDef>),
    Loaded {
        /// The session's clock.
        clock: u32,
        members: Option<C>,
    },
}

impl<C> List<C> {
    pub(super) fn is_loaded(&self) -> bool {
        matches!(self, Self::Loaded { .. })
    }

    pub(super) fn loaded_at(&self) -> Option<u32> {
        match self {
            Self::NotLoaded(_) => None,
            Self::Loaded { clock, .. } => Some(*clock),
        }
    }

    /// # Errors
    /// The relation, for a message: it is not loaded.
    pub(super) fn get(&self) -> Result<Option<&C>, Option<&'static RelationDef>> {
        match self {
            Self::NotLoaded(relation) => Err(*relation),
            Self::Loaded { members, .. } => Ok(members.as_ref()),
        }
    }

    /// The members to be changed, if the relation is loaded.
    pub(super) fn members_mut(&mut self) -> Option<&mut Option<C>> {
        match self {
            Self::NotLoaded(_) => None,
            Self::Loaded { members, .. } => Some(members),
        }
    }
}

impl<C: Clone> Clone for List<C> {
    fn clone(&self) -> Self {
        match self {
            Self::NotLoaded(relation) => Self::NotLoaded(*relation),
            Self::Loaded { clock, members } => Self::Loaded {
                clock: *clock,
                members: members.clone(),
            },
        }
    }
}

impl<C> Default for List<C> {
    fn default() -> Self {
        Self::NotLoaded(None)
    }
}
