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
    pub(super) placed: RowMap<(RowId, usize), Placed>,
    next: usize,
}

/// Whose list has a child.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) owner: Option<RawRef>,
    /// The later it came, the greater it is.
    pub(super) number: usize,
    /// Whether a verb or the INSERT of a new entity has changed that, and not only a flush or a load, which follow what a
    /// relation was assigned.
    pub(super) by_verb: bool,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) level: u32,
    pub(super) list: ListId,
    pub(super) change: Change,
}

/// A relation of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ListId {
    /// The owner's model.
    pub(crate) model: usize,
    pub(crate) owner: RawRef,
    pub(crate) index: usize,
}

#[derive(Debug)]
pub(super) enum Change {
    Added(Member),
    Removed(Member, usize),
    /// With the place that it had, and the one that it has.
    Moved(Member, [usize; 2]),
    Loaded,
    Unloaded,
}

impl Lists {
    /// Notes whose list has a child from here on. One that has it already keeps its number.
    pub(super) fn place(&mut self, child: (RowId, usize), owner: Option<RawRef>, by_verb: bool) {
        let number = self.next;
        self.next += 1;
        let new = Placed {
            owner,
            number,
            by_verb,
        };
        let placed = self.placed.entry(child).or_insert(new);
        if placed.owner != owner {
            (placed.owner, placed.number) = (owner, number);
        }
        placed.by_verb |= by_verb;
    }

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
