//! [`Undo`]: an entry of the undo log of an arena. `undo.rs` has the operations on the log.

use std::num::NonZeroU32;

use orm_core::value::Value;

/// What was done to one entity by a flush.
pub(super) struct Undo<M> {
    pub(super) level: u32,
    pub(super) slot: u32,
    pub(super) stamp: NonZeroU32,
    pub(super) change: Change<M>,
}

/// The change, with what it takes to put it back.
pub(super) enum Change<M> {
    Inserted {
        /// Whether the database generated the key.
        generated: bool,
        /// What the entity was given where the row has something else.
        given: Box<[(usize, Value)]>,
    },
    /// The columns before.
    Updated(Box<M>),
    Deleted,
    /// Deleted, but its row is that of another entity.
    Replaced,
    /// Got the row of a deleted entity.
    Switched {
        /// The slot of that one.
        old: u32,
        /// What the entity was given where the row has something else.
        given: Box<[(usize, Value)]>,
        /// The row before.
        before: Box<M>,
    },
    /// Read for the first time, in a transaction that had changed rows past the unit of work.
    Loaded,
}
