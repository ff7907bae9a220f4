//! [`Ref`]: the handle of an entity in a session; [`RawRef`]: the same without its model's type, as relation fields
//! give it to code that knows no types.
//!
//! Sessions hand them out, see `state`. Here is nothing of the entities.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::num::NonZeroU32;

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

    /// The same without the model's type.
    pub(crate) fn raw(self) -> RawRef {
        RawRef {
            slot: self.slot,
            stamp: self.stamp,
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

/// Holds what a [`Ref`] has: a place in a session, and the stamp of its entity.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RawRef {
    pub(crate) slot: u32,
    pub(crate) stamp: NonZeroU32,
}

impl RawRef {
    /// The handle of an entity of `M`, which the caller knows it to be.
    pub(crate) fn typed<M>(self) -> Ref<M> {
        Ref::new(self.slot, self.stamp)
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
