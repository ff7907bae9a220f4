//! The states of an entity. Transitions are made by the arena, the flush and the undo log:
//!
//! ```text
//!            add                flush                 delete             flush             commit
//! (a struct) ----> Pending ---------------> Persistent ------> Deleting ---------> Deleted -------> gone
//!                  | ^                       ^   |               |                   |
//!     rollback,    v | add_again             |   | rollback of   | rollback          | rollback
//!     delete   Transient <-------------------|---+ the insert    |                   |
//!                                            +-------------------+-------------------+
//! ```

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
