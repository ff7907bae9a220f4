//! What hooks see of an arena: the entities that a flush will write.

use super::arena::Arena;
use crate::mapping::Model;

impl<M: Model> Arena<M> {
    /// An entity that a flush will write, which a hook may change, and the values that the database has if it was changed.
    pub(crate) fn hooked(&mut self, slot: u32) -> Option<(&mut M, Option<&M>)> {
        let slot = self.slots.get_mut(slot as usize)?;
        Some((slot.value.as_mut()?, slot.old.as_deref()))
    }

    /// A copy of the values that the database has of an entity.
    pub(crate) fn stored_copy(&self, slot: u32) -> Option<M> {
        Some(self.slots.get(slot as usize)?.stored()?.snapshot())
    }
}
