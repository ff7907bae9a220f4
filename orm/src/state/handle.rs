//! [`Ref`]: the handle of an entity in a session; [`RowId`]: the same without its model's type.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::mapping::ReferenceDef;

/// Represents the handle of an entity of model `M` in one session. A handle is `Copy` and has 8 bytes.
///
/// A handle exists before the primary key is known: `session[handle]` is the entity. Two handles of a session are
/// equal if and only if they refer to the same row.
pub struct Ref<M> {
    pub(crate) slot: u32,
    pub(crate) stamp: NonZeroU32,
    marker: PhantomData<fn() -> M>,
}

impl<M> Ref<M> {
    pub(crate) fn new(slot: u32, stamp: NonZeroU32) -> Self {
        Self {
            slot,
            stamp,
            marker: PhantomData,
        }
    }
}

impl<M> Clone for Ref<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Ref<M> {}

impl<M> PartialEq for Ref<M> {
    fn eq(&self, other: &Self) -> bool {
        (self.slot, self.stamp) == (other.slot, other.stamp)
    }
}

impl<M> Eq for Ref<M> {}

impl<M> Hash for Ref<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.slot, self.stamp).hash(state);
    }
}

impl<M> fmt::Debug for Ref<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = std::any::type_name::<M>();
        let name = path.rsplit("::").next().unwrap_or(path);
        write!(f, "Ref<{name}>({})", self.slot)
    }
}

/// A row of a session, whatever its model: an erased [`Ref`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RowId {
    /// The model's number.
    pub(crate) model: usize,
    pub(crate) slot: u32,
}

/// A foreign key that takes its values from an entity of the session, which may have no key yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) reference: &'static ReferenceDef,
    pub(crate) target: RowId,
    /// That of the target's handle.
    pub(crate) stamp: NonZeroU32,
}

/// A stamp that no other session and no other use of a slot has: one comparison then tells a handle of
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_small() {
        assert_eq!(size_of::<Ref<String>>(), 8);
        assert_eq!(size_of::<Option<Ref<String>>>(), 8);
    }
}
