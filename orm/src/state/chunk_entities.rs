//! What a chunk needs of an arena: which entities it has loaded, which of them are as their rows, and what is noted of those
//! that have left. `chunk.rs` decides which leave.

use super::arena::Arena;
use super::entity_state::EntityState;
use super::undo_log::Change;
use crate::mapping::{Model, RawRef};

/// An arena without its model's type, as a chunk uses it.
pub(crate) trait ChunkEntities {
    /// Begins to note the entities that are loaded, or ends it.
    fn note_loaded(&mut self, notes: bool);
    /// The entities that were noted.
    fn loaded(&self) -> &[RawRef];
    /// How many slots there are.
    fn slot_count(&self) -> u32;
    /// How long the undo log is.
    fn undo_len(&self) -> usize;
    /// Whether an entity is as its row, and has no entry in the undo log since a level.
    fn is_untouched(&self, entity: RawRef, since: u32) -> bool;
    /// Forgets what is noted of entities that have left, from these places on.
    fn forget_expunged(&mut self, from: [usize; 2]);
}

impl<M: Model> ChunkEntities for Arena<M> {
    fn note_loaded(&mut self, notes: bool) {
        self.loaded = notes.then(Vec::new);
    }

    fn loaded(&self) -> &[RawRef] {
        self.loaded.as_deref().unwrap_or_default()
    }

    fn slot_count(&self) -> u32 {
        // There are at most so many, see `vacant`.
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    fn undo_len(&self) -> usize {
        self.undo.len()
    }

    fn is_untouched(&self, RawRef { slot, stamp }: RawRef, since: u32) -> bool {
        let place = &self.slots[slot as usize];
        place.stamp == stamp
            && place.value.is_some()
            && place.state == EntityState::Persistent
            && place.old.is_none()
            && place.undo_level < since
            && !self.sql_values.contains_key(&slot)
    }

    fn forget_expunged(&mut self, [loaded, undo]: [usize; 2]) {
        let slots = &self.slots;
        let is_here = |slot: u32, stamp| slots[slot as usize].stamp == stamp;
        if let Some(noted) = &mut self.loaded {
            let mut rest = noted.split_off(loaded.min(noted.len()));
            rest.retain(|entity| is_here(entity.slot, entity.stamp));
            noted.append(&mut rest);
        }
        let mut rest = self.undo.split_off(undo.min(self.undo.len()));
        rest.retain(|entry| {
            !matches!(entry.change, Change::Loaded) || is_here(entry.slot, entry.stamp)
        });
        self.undo.append(&mut rest);
    }
}
