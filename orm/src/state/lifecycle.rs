//! Adds, deletes and expunges entities of an arena.
//!
//! The lists of touched and deleted entities are cleaned lazily: an entry counts only while the state of its slot
//! agrees, so that every call takes constant time.

use std::collections::HashSet;

use super::arena::{Arena, make_room};
use super::entity_state::EntityState;
use super::handle::{Ref, next_stamp};
use super::relations::name_relations;
use super::slot::Unset;
use crate::mapping::{Model, NewEntity};

impl<M: Model> Arena<M> {
    /// Takes in a new entity.
    pub(crate) fn add(&mut self, row: NewEntity<M>) -> Ref<M> {
        let NewEntity { mut value, unset } = row;
        name_relations(&mut value);
        let placeholders: Option<Unset> = (!unset.is_empty()).then(|| {
            let placeholder = |position| (position, value.value(position).to_value());
            unset.iter().map(placeholder).collect()
        });
        let handle = self.occupy(value, EntityState::Pending, 0);
        if let Some(placeholders) = placeholders {
            self.unset.insert(handle.slot, placeholders);
        }
        self.note_added(handle.slot);
        handle
    }

    /// Whether the database is still to make a part of the entity's key.
    pub(crate) fn awaits_key(&self, handle: Ref<M>) -> bool {
        let unset = self.unset.get(&handle.slot).into_iter().flatten();
        let mut key = unset.filter(|(position, _)| M::def().is_key(*position));
        let has_row = self.state(handle).is_some_and(EntityState::has_row);
        let entity = self.slot(handle).and_then(|slot| slot.value.as_ref());
        !has_row
            && entity.is_some_and(|entity| {
                key.any(|(position, value)| entity.value(*position).is_same(value.as_ref()))
            })
    }

    /// Takes a transient entity back in.
    pub(crate) fn add_again(&mut self, handle: Ref<M>) -> bool {
        match self.slot_mut(handle) {
            Some(slot) if slot.state == EntityState::Transient => {
                slot.state = EntityState::Pending;
                self.note_added(handle.slot);
                true
            }
            _ => false,
        }
    }

    fn note_added(&mut self, slot: u32) {
        make_room(&mut self.added);
        self.added.push(Some(slot));
        self.slots[slot as usize].epoch = u32::try_from(self.added.len())
            .expect("invariant: a flush comes long before 4 294 967 296 entities are added");
    }

    /// An entity is pending no longer.
    fn forget_added(&mut self, slot: u32) {
        let number = self.slots[slot as usize].epoch;
        self.added[number as usize - 1] = None;
        while self.added.pop_if(|last| last.is_none()).is_some() {}
    }

    /// Marks an entity for deletion. A pending one becomes transient at once.
    pub(super) fn mark_deleted(&mut self, index: u32) {
        let slot = &mut self.slots[index as usize];
        match slot.state {
            EntityState::Pending => {
                slot.state = EntityState::Transient;
                self.forget_added(index);
            }
            EntityState::Persistent => {
                slot.state = EntityState::Deleting;
                self.deleting.push(index);
            }
            EntityState::Deleting | EntityState::Deleted | EntityState::Transient => {}
        }
    }

    /// The entities that are marked for deletion and whose rows no new ones take, each once.
    pub(super) fn marked(&self) -> Vec<u32> {
        let marked = self.deleting.iter().copied();
        let mut marked: Vec<u32> = marked.filter(|index| self.is_deleting(*index)).collect();
        marked.sort_unstable();
        marked.dedup();
        if !self.switched.is_empty() {
            let switched: HashSet<u32> = self.switched.values().map(|switch| switch.old).collect();
            marked.retain(|index| !switched.contains(index));
        }
        marked
    }

    /// An entity that was marked for deletion stays.
    pub(super) fn unmark(&mut self, index: u32) {
        let slot = &mut self.slots[index as usize];
        if slot.state == EntityState::Deleting {
            slot.state = EntityState::Persistent;
        }
    }

    /// Notes that the row of an entity turned out to be gone. A rollback undoes it: the row may have
    /// gone in the same transaction.
    pub(crate) fn gone(&mut self, handle: Ref<M>, level: u32) {
        use EntityState::{Deleting, Persistent};
        if self
            .slot(handle)
            .is_some_and(|slot| matches!(slot.state, Persistent | Deleting))
        {
            self.set_deleted(handle.slot, level);
        }
    }

    /// Takes an entity out of the session and gives its slot back.
    pub(crate) fn expunge(&mut self, handle: Ref<M>) -> Option<M> {
        if self.slot(handle)?.state == EntityState::Pending {
            self.forget_added(handle.slot);
        }
        self.release(handle.slot)
    }

    /// Frees a slot: its handles are stale from here on.
    pub(super) fn release(&mut self, index: u32) -> Option<M> {
        let slot = &mut self.slots[index as usize];
        let baseline = slot.old.take();
        let value = slot.value.take()?;
        slot.stamp = next_stamp();
        // No entry of a list of work counts in this state.
        slot.state = EntityState::Transient;
        self.free.push(index);
        if !self.unset.is_empty() {
            self.unset.remove(&index);
        }
        self.take_stale_columns(index);
        self.forget_sql(index);
        // A touched key counts by what the database has.
        let key = baseline.map_or_else(|| value.key(), |old| old.key());
        self.forget_key(&key, index);
        Some(value)
    }

    /// Takes a key out of the identity map, unless it leads to another slot by now.
    pub(super) fn forget_key(&mut self, key: &M::Key, index: u32) {
        if self.identity.get(key) == Some(&index) {
            self.identity.remove(key);
        }
    }
}
