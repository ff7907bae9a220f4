//! [`Arena`]: the entities of one model in one session, each in a slot, found by handle and by key.
//!
//! A slot costs 24 bytes beside the entity and its entry in the identity map. The first mutable access
//! keeps a copy of the columns and puts the slot on the touched list, so that a flush looks at nothing
//! else. Entities leave the lists of work lazily: an entry counts only while its slot's state says so,
//! which keeps every verb at constant time. What a flush reads and writes here is in `erased.rs`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::num::NonZeroU32;

use orm_core::value::Value;

use super::handle::{Ref, next_stamp};
use super::lifecycle::EntityState;
use super::undo::Undo;
use crate::mapping::{Model, NewEntity};

/// A place for one entity.
pub(super) struct Slot<M> {
    pub(super) stamp: NonZeroU32,
    /// The epoch in which the values were last known to be the database's. Another one is stale. Of a
    /// pending entity: the number of its entry in `added`.
    pub(super) epoch: u32,
    /// The level of the newest undo entry about this slot.
    pub(super) undo_level: u32,
    pub(super) state: EntityState,
    /// The values that the database has, where they may differ from `value`.
    pub(super) old: Option<Box<Baseline<M>>>,
    /// `None` in a free slot.
    pub(super) value: Option<M>,
}

/// The columns of an entity as the database has them, kept while it is touched.
pub(super) struct Baseline<M> {
    pub(super) value: M,
    /// Whether it was stale when it was first touched: its UPDATE must then match the old values.
    pub(super) stale: bool,
}

/// An entity that awaits its INSERT, or did when it was noted.
#[derive(Clone, Copy)]
pub(super) struct Added {
    pub(super) slot: u32,
    /// It still does if its slot has this number.
    number: u32,
}

/// Columns that the database is to fill in, each with the value that stands there until it has: if
/// another one stands there at the flush, that was given meanwhile.
pub(super) type Unset = Box<[(usize, Value)]>;

/// The entities of one model.
pub(crate) struct Arena<M: Model> {
    /// The stamp of slots that are used for the first time.
    stamp: NonZeroU32,
    pub(super) slots: Vec<Slot<M>>,
    free: Vec<u32>,
    pub(super) identity: HashMap<M::Key, u32, foldhash::fast::RandomState>,
    added: Vec<Added>,
    /// How many entries of `added` count.
    pending: usize,
    next_number: u32,
    pub(super) touched: Vec<u32>,
    pub(super) deleting: Vec<u32>,
    /// Of entities that are pending or transient, or inserted in the open transaction.
    pub(super) unset: HashMap<u32, Unset>,
    pub(super) undo: Vec<Undo<M>>,
}

impl<M: Model> Arena<M> {
    pub(crate) fn new(stamp: NonZeroU32) -> Self {
        Self {
            stamp,
            slots: Vec::new(),
            free: Vec::new(),
            identity: HashMap::default(),
            added: Vec::new(),
            pending: 0,
            next_number: 0,
            touched: Vec::new(),
            deleting: Vec::new(),
            unset: HashMap::new(),
            undo: Vec::new(),
        }
    }

    /// The stamp of the session.
    pub(super) fn stamp(&self) -> NonZeroU32 {
        self.stamp
    }

    #[inline]
    fn slot(&self, handle: Ref<M>) -> Option<&Slot<M>> {
        self.slots.get(handle.slot as usize).filter(|slot| slot.stamp == handle.stamp)
    }

    #[inline]
    fn slot_mut(&mut self, handle: Ref<M>) -> Option<&mut Slot<M>> {
        self.slots.get_mut(handle.slot as usize).filter(|slot| slot.stamp == handle.stamp)
    }

    /// The entity of a handle.
    #[inline]
    pub(crate) fn get(&self, handle: Ref<M>) -> Option<&M> {
        self.slot(handle)?.value.as_ref()
    }

    /// The entity of a handle, about to be changed in `epoch`.
    #[inline]
    pub(crate) fn get_mut(&mut self, handle: Ref<M>, epoch: u32) -> Option<&mut M> {
        let slot = self.slots.get_mut(handle.slot as usize)?;
        if slot.stamp != handle.stamp {
            return None;
        }
        // A deleted entity's changes are never written, but a rollback undoes them with the delete.
        if slot.old.is_none() && slot.state.has_row() {
            let value = slot.value.as_ref()?.snapshot();
            slot.old = Some(Box::new(Baseline { value, stale: slot.epoch != epoch }));
            if slot.state == EntityState::Persistent {
                self.touched.push(handle.slot);
            }
        }
        slot.value.as_mut()
    }

    /// Several entities, about to be changed. `None` if a handle is stale or given twice.
    pub(crate) fn get_many_mut<const N: usize>(
        &mut self,
        handles: [Ref<M>; N],
        epoch: u32,
    ) -> Option<[&mut M; N]> {
        for handle in handles {
            self.get_mut(handle, epoch)?;
        }
        let indices = handles.map(|handle| handle.slot as usize);
        let slots = self.slots.get_disjoint_mut(indices).ok()?;
        let mut entities = slots.map(|slot| slot.value.as_mut());
        if entities.iter().any(Option::is_none) {
            return None;
        }
        Some(entities.each_mut().map(|entity| {
            entity.take().expect("invariant: each was there one line ago")
        }))
    }

    /// The key that the database has for a handle's entity.
    pub(crate) fn old_key(&self, handle: Ref<M>) -> Option<M::Key> {
        let slot = self.slot(handle)?;
        let old = slot.old.as_ref().map(|old| &old.value);
        old.or(slot.value.as_ref()).map(Model::key)
    }

    /// The state of a handle's entity.
    pub(crate) fn state(&self, handle: Ref<M>) -> Option<EntityState> {
        self.slot(handle).filter(|slot| slot.value.is_some()).map(|slot| slot.state)
    }

    /// Whether a persistent entity's values are those of `epoch`.
    #[inline]
    pub(crate) fn is_fresh(&self, handle: Ref<M>, epoch: u32) -> bool {
        self.slot(handle).is_some_and(|slot| slot.epoch == epoch)
    }

    /// Whether the entity has been touched since the last flush.
    pub(crate) fn is_touched(&self, handle: Ref<M>) -> bool {
        self.slot(handle).is_some_and(|slot| slot.old.is_some())
    }

    /// The handle of the entity with that key.
    #[inline]
    pub(crate) fn find(&self, key: &M::Key) -> Option<Ref<M>> {
        let slot = *self.identity.get(key)?;
        Some(Ref::new(slot, self.slots[slot as usize].stamp))
    }

    fn occupy(&mut self, value: M, state: EntityState, epoch: u32) -> Ref<M> {
        if let Some(index) = self.free.pop() {
            let slot = &mut self.slots[index as usize];
            slot.value = Some(value);
            (slot.state, slot.epoch, slot.old) = (state, epoch, None);
            return Ref::new(index, slot.stamp);
        }
        let index = u32::try_from(self.slots.len())
            .expect("invariant: a session's memory ends long before 4 294 967 296 entities");
        let stamp = self.stamp;
        let slot = Slot { stamp, epoch, undo_level: 0, state, old: None, value: Some(value) };
        self.slots.push(slot);
        Ref::new(index, stamp)
    }

    /// Takes in a new entity.
    pub(crate) fn add(&mut self, row: NewEntity<M>) -> Ref<M> {
        let NewEntity { value, unset } = row;
        let unset: Unset = unset
            .iter()
            .map(|position| (position, value.value(position).to_value()))
            .collect();
        let handle = self.occupy(value, EntityState::Pending, 0);
        if !unset.is_empty() {
            self.unset.insert(handle.slot, unset);
        }
        self.note_added(handle.slot);
        handle
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
        self.next_number = self.next_number.wrapping_add(1);
        let number = self.next_number;
        self.slots[slot as usize].epoch = number;
        self.added.push(Added { slot, number });
        self.pending += 1;
    }

    /// A pending entity is so no longer. Its entry goes when as many others have.
    fn forget_added(&mut self) {
        self.pending -= 1;
        if self.pending * 2 < self.added.len() {
            let slots = &self.slots;
            self.added.retain(|added| awaits_insert(slots, *added));
        }
    }

    /// The slots of the pending entities, in the order in which they were added.
    pub(super) fn pending(&self) -> impl Iterator<Item = u32> {
        let counts = |added: &&Added| awaits_insert(&self.slots, **added);
        self.added.iter().filter(counts).map(|added| added.slot)
    }

    /// How many entities are pending.
    pub(super) fn pending_count(&self) -> usize {
        self.pending
    }

    /// Empties the list of pending entities, which have all been dealt with.
    pub(super) fn clear_added(&mut self) {
        self.added.clear();
        self.pending = 0;
    }

    /// The handle of the entity with `key`, which `decode` makes if it isn't here, or overwrites if it
    /// is here, stale and untouched.
    #[inline]
    pub(crate) fn load<E>(
        &mut self,
        key: M::Key,
        epoch: u32,
        decode: impl FnOnce() -> Result<M, E>,
    ) -> Result<Ref<M>, E> {
        match self.identity.entry(key) {
            Entry::Occupied(known) => {
                let index = *known.get();
                let slot = &mut self.slots[index as usize];
                if slot.epoch != epoch && slot.old.is_none() && slot.state == EntityState::Persistent
                {
                    let fresh = decode()?;
                    if let Some(value) = &mut slot.value {
                        value.restore(fresh);
                    }
                    slot.epoch = epoch;
                }
                Ok(Ref::new(index, slot.stamp))
            }
            Entry::Vacant(unknown) => {
                // Taken apart from `occupy`, since the entry borrows the map.
                let value = decode()?;
                let index = match self.free.last() {
                    Some(index) => *index,
                    None => u32::try_from(self.slots.len())
                        .expect("invariant: a session's memory ends long before 4 294 967 296 entities"),
                };
                unknown.insert(index);
                Ok(self.occupy(value, EntityState::Persistent, epoch))
            }
        }
    }

    /// Overwrites an entity with what was just read, touched or not.
    pub(crate) fn overwrite(&mut self, handle: Ref<M>, fresh: M, epoch: u32) {
        let Some(slot) = self.slot_mut(handle) else { return };
        slot.old = None;
        slot.epoch = epoch;
        if let Some(value) = &mut slot.value {
            value.restore(fresh);
        }
        // Entries elsewhere in the list don't count without an old copy; this one can go at once.
        self.touched.pop_if(|touched| *touched == handle.slot);
    }

    /// Marks an entity for deletion. A pending one becomes transient at once.
    pub(crate) fn delete(&mut self, handle: Ref<M>) -> bool {
        let Some(slot) = self.slot_mut(handle).filter(|slot| slot.value.is_some()) else {
            return false;
        };
        match slot.state {
            EntityState::Pending => {
                slot.state = EntityState::Transient;
                self.forget_added();
            }
            EntityState::Persistent => {
                slot.state = EntityState::Deleting;
                self.deleting.push(handle.slot);
            }
            EntityState::Deleting | EntityState::Deleted | EntityState::Transient => {}
        }
        true
    }

    /// Notes that a persistent entity's row turned out to be gone. A rollback undoes it: the row may
    /// have gone in the same transaction.
    pub(crate) fn gone(&mut self, handle: Ref<M>, level: u32) {
        let persistent = |slot: &&mut Slot<M>| slot.state == EntityState::Persistent;
        if self.slot_mut(handle).filter(persistent).is_some() {
            self.set_deleted(handle.slot, level);
        }
    }

    /// Takes an entity out of the session and gives its slot back.
    pub(crate) fn expunge(&mut self, handle: Ref<M>) -> Option<M> {
        let pending = self.slot(handle)?.state == EntityState::Pending;
        let taken = self.release(handle.slot)?;
        if pending {
            self.forget_added();
        }
        Some(taken)
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
        self.unset.remove(&index);
        // A touched key counts by what the database has.
        let key = baseline.map_or_else(|| value.key(), |old| old.value.key());
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

fn awaits_insert<M>(slots: &[Slot<M>], added: Added) -> bool {
    let slot = &slots[added.slot as usize];
    slot.state == EntityState::Pending && slot.epoch == added.number
}
