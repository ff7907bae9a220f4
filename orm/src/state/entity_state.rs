//! The states of an entity, and every transition between them. They are made by `lifecycle.rs` (verbs),
//! `apply_rows.rs` (flush) and `undo.rs` (rollback and commit):
//!
//! | from | by | to |
//! |-|-|-|
//! | a struct | `add` | Pending |
//! | Pending | flush | Persistent |
//! | Pending | `delete`, rollback | Transient |
//! | Transient | `add_again` | Pending |
//! | a row | `get`, a query | Persistent |
//! | Persistent | `delete` | Deleting |
//! | Persistent | rollback of its insert | Transient |
//! | Persistent, Deleting | `get` or `refresh` finds no row, or another entity's insert takes the key | Deleted |
//! | Persistent | rollback brings back the entity whose key its row had taken | Deleted |
//! | Deleting | flush | Deleted |
//! | Deleting | rollback, `refresh` | Persistent |
//! | Deleted | rollback of that | Persistent |
//! | Deleted | commit | none: the slot is free, handles are stale |
//! | any | `expunge`, `clear` | none, likewise |
//!
//! A rollback to a savepoint is one of what was done since.

/// The state of an entity in its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntityState {
    /// Added, not yet inserted.
    Pending,
    /// A row of the database, as far as the session knows.
    Persistent,
    /// Marked by `delete`, its row still there.
    Deleting,
    /// Its row is deleted, the transaction still open.
    Deleted,
    /// Out of the unit of work: its insert was rolled back, or it was deleted before it was inserted.
    /// Readable, and can be added again.
    Transient,
}

impl EntityState {
    /// Whether the database has a row of it, or had one when the transaction began.
    pub(crate) fn has_row(self) -> bool {
        matches!(self, Self::Persistent | Self::Deleting | Self::Deleted)
    }
}
