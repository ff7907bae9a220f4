//! [`Marks`]: what the cascades of a flush have changed in memory, to be taken back if it fails.
//!
//! `cascade.rs` makes marks and takes them back.

use crate::mapping::ToOne;
use crate::state::RowId;

/// What was changed, in order.
#[derive(Debug, Default)]
pub(crate) struct Marks(pub(super) Vec<(RowId, Mark)>);

/// What was changed of an entity.
#[derive(Debug)]
pub(super) enum Mark {
    /// The entity is to be deleted.
    Deleted,
    /// It was to be inserted, and is not.
    Dropped,
    /// A relation of it references nothing; what it referenced.
    Emptied(usize, ToOne),
}
