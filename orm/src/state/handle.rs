//! [`RowId`]: a row of a session; [`Link`]: a foreign key that takes its values from another entity; and the stamps that
//! make handles different.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::mapping::{RawRef, ReferenceDef, RelationDef};

pub use crate::mapping::Ref;

/// A row of a session, whatever its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RowId {
    /// The model's number.
    pub(crate) model: usize,
    pub(crate) slot: u32,
}

/// A foreign key that a flush takes from the relation of an entity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) relation: &'static RelationDef,
    pub(crate) reference: &'static ReferenceDef,
    /// The model's number, and the handle of the entity that it references, which may have no key yet. `None`: the key
    /// becomes NULL.
    pub(crate) target: Option<(usize, RawRef)>,
}

impl Link {
    /// The row that the foreign key references.
    pub(crate) fn row(&self) -> Option<RowId> {
        let (model, RawRef { slot, .. }) = self.target?;
        Some(RowId { model, slot })
    }
}

/// A stamp that no other session and no other use of a slot has: one comparison then detects a handle of
/// another session, or of an entity that has left its slot.
pub(crate) fn next_stamp() -> NonZeroU32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    loop {
        // After four thousand million stamps the counter wraps, over zero.
        if let Some(stamp) = NonZeroU32::new(NEXT.fetch_add(1, Ordering::Relaxed)) {
            return stamp;
        }
    }
}
