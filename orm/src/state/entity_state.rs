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

/// Describes the state of an entity in its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntityState {
    /// Added and not inserted yet.
    Pending,
    /// Stored as a row of the database.
    Persistent,
    /// Marked by `delete`; the row is not deleted yet.
    Deleting,
    /// Deleted by the open transaction.
    Deleted,
    /// Outside the unit of work: the INSERT was rolled back, or the entity was deleted before it. It can be read, and
    /// added again.
    Transient,
}

impl EntityState {
    /// Whether the database has a row of it, or had one when the transaction began.
    pub(crate) fn has_row(self) -> bool {
        matches!(self, Self::Persistent | Self::Deleting | Self::Deleted)
    }
}
