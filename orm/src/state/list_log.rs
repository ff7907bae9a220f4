//! [`Lists`]: the log of what has changed the lists of relations. `lists.rs` has the operations.

use super::handle::RowId;
use super::key_tuple::RowMap;
use crate::mapping::{Member, RawRef};

/// The changes of lists in the open transaction.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    pub(super) log: Vec<Entry>,
    /// How many entries are of what was flushed.
    pub(super) flushed: usize,
    /// Whose list has a child, where that has changed since the last flush: by the child and its relation.
    pub(super) placed: RowMap<(RowId, usize), Option<RawRef>>,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) level: u32,
    pub(super) list: ListId,
    pub(super) change: Change,
}

/// A relation of an entity.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListId {
    /// The owner's model.
    pub(super) model: usize,
    pub(super) owner: RawRef,
    pub(super) index: usize,
}

#[derive(Debug)]
pub(super) enum Change {
    Added(Member),
    Removed(Member, usize),
    Loaded,
    Unloaded,
}

impl Lists {
    /// Everything was written.
    pub(super) fn flushed(&mut self) {
        self.flushed = self.log.len();
        if !self.placed.is_empty() {
            self.placed.clear();
        }
    }

    /// What was changed is stored.
    pub(super) fn discard(&mut self) {
        self.log.clear();
        self.flushed();
    }
}
