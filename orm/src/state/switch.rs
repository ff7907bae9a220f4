//! [`Switch`]: a new entity that takes the row of a deleted one with the same key, by an UPDATE.
//!
//! `row_switch.rs` has the operations.

use crate::mapping::ColumnSet;

/// A new entity that takes the row of a deleted one.
#[derive(Clone, Debug)]
pub(crate) struct Switch {
    /// The slot of the deleted entity.
    pub(crate) old: u32,
    /// The columns that its UPDATE sets.
    pub(crate) columns: ColumnSet,
}
