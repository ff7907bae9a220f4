//! [`Arena`]: the entities of one model in one session, each in a slot, found by handle and by key.
//!
//! A slot costs 24 bytes beside the entity and its entry in the identity map. The first mutable access
//! keeps a copy of the columns and puts the slot on the touched list, so that a flush looks at nothing
//! else.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::num::NonZeroU32;

use super::handle::{Ref, next_stamp};
use super::lifecycle::EntityState;
use super::undo::Undo;
use crate::mapping::{ColumnSet, Model, NewEntity};

/// A place for one entity.
pub(super) struct Slot<M> {
    pub stamp: NonZeroU32,
    /// The epoch in which the values were last known to be the database's. Another one is stale.
    pub epoch: u32,
    /// The level of the newest undo entry about this slot.
    pub undo_level: u32,
    pub state: EntityState,
    /// The values that the database has, where they may differ from `value`.
    pub old: Option<Box<Baseline<M>>>,
    /// `None` in a free slot.
    pub value: Option<M>,
}

/// The columns of an entity as the database has them, kept while it is touched.
pub(super) struct Baseline<M> {
    pub value: M,
    /// Whether it was stale when it was first touched: its UPDATE must then match the old values.
    pub stale: bool,
}

/// An entity that awaits its INSERT.
#[derive(Clone, Debug)]
pub(crate) struct Added {
    pub slot: u32,
    /// Columns that the database is to fill in.
    pub unset: ColumnSet,
}

/// The entities of one model.
pub(crate) struct Arena<M: Model> {
    /// The stamp of slots that are used for the first time.
    stamp: NonZeroU32,
    pub(super) slots: Vec<Slot<M>>,
    free: Vec<u32>,
    pub(super) identity: HashMap<M::Key, u32, foldhash::fast::RandomState>,
    pub(super) added: Vec<Added>,
    pub(super) touched: Vec<u32>,
    pub(super) deleting: Vec<u32>,
    pub(super) undo: Vec<Undo<M>>,
}

impl<M: Model> Arena<M> {
    pub fn new(stamp: NonZeroU32) -> Self {
        Self {
            stamp,
            slots: Vec::new(),
            free: Vec::new(),
            identity: HashMap::default(),
            added: Vec::new(),
            touched: Vec::new(),
            deleting: Vec::new(),
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
    pub fn get(&self, handle: Ref<M>) -> Option<&M> {
        self.slot(handle)?.value.as_ref()
    }

    /// The entity of a handle, about to be changed in `epoch`.
    #[inline]
    pub fn get_mut(&mut self, handle: Ref<M>, epoch: u32) -> Option<&mut M> {
        let slot = self.slots.get_mut(handle.slot as usize)?;
        if slot.stamp != handle.stamp {
            return None;
        }
        if slot.old.is_none() && slot.state == EntityState::Persistent {
            let value = slot.value.as_ref()?.snapshot();
            slot.old = Some(Box::new(Baseline { value, stale: slot.epoch != epoch }));
            self.touched.push(handle.slot);
        }
        slot.value.as_mut()
    }

    /// Several entities, about to be changed. `None` if a handle is stale or given twice.
    pub fn get_many_mut<const N: usize>(
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
    pub fn old_key(&self, handle: Ref<M>) -> Option<M::Key> {
        let slot = self.slot(handle)?;
        let old = slot.old.as_ref().map(|old| &old.value);
        old.or(slot.value.as_ref()).map(Model::key)
    }

    /// The state of a handle's entity.
    pub fn state(&self, handle: Ref<M>) -> Option<EntityState> {
        self.slot(handle).filter(|slot| slot.value.is_some()).map(|slot| slot.state)
    }

    /// Whether a persistent entity's values are those of `epoch`.
    #[inline]
    pub fn is_fresh(&self, handle: Ref<M>, epoch: u32) -> bool {
        self.slot(handle).is_some_and(|slot| slot.epoch == epoch)
    }

    /// Whether the entity has been touched since the last flush.
    pub fn is_touched(&self, handle: Ref<M>) -> bool {
        self.slot(handle).is_some_and(|slot| slot.old.is_some())
    }

    /// The handle of the entity with that key.
    #[inline]
    pub fn find(&self, key: &M::Key) -> Option<Ref<M>> {
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
    pub fn add(&mut self, row: NewEntity<M>) -> Ref<M> {
        let handle = self.occupy(row.value, EntityState::Pending, 0);
        self.added.push(Added { slot: handle.slot, unset: row.unset });
        handle
    }

    /// Takes a transient entity back in.
    pub fn add_again(&mut self, handle: Ref<M>) -> bool {
        match self.slot_mut(handle) {
            Some(slot) if slot.state == EntityState::Transient => {
                slot.state = EntityState::Pending;
                self.added.push(Added { slot: handle.slot, unset: ColumnSet::new() });
                true
            }
            _ => false,
        }
    }

    /// The handle of the entity with `key`, which `decode` makes if it isn't here, or overwrites if it
    /// is here, stale and untouched.
    #[inline]
    pub fn load<E>(
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
    pub fn overwrite(&mut self, handle: Ref<M>, fresh: M, epoch: u32) {
        let Some(slot) = self.slot_mut(handle) else { return };
        slot.old = None;
        slot.epoch = epoch;
        if let Some(value) = &mut slot.value {
            value.restore(fresh);
        }
        self.touched.retain(|touched| *touched != handle.slot);
    }

    /// Marks an entity for deletion. A pending one becomes transient at once.
    pub fn delete(&mut self, handle: Ref<M>) -> bool {
        let Some(slot) = self.slot_mut(handle).filter(|slot| slot.value.is_some()) else {
            return false;
        };
        match slot.state {
            EntityState::Pending => {
                slot.state = EntityState::Transient;
                self.added.retain(|added| added.slot != handle.slot);
            }
            EntityState::Persistent => {
                slot.state = EntityState::Deleting;
                self.deleting.push(handle.slot);
                self.touched.retain(|touched| *touched != handle.slot);
            }
            EntityState::Deleting | EntityState::Deleted | EntityState::Transient => {}
        }
        true
    }

    /// Takes an entity out of the session and gives its slot back.
    pub fn expunge(&mut self, handle: Ref<M>) -> Option<M> {
        self.slot(handle)?;
        self.added.retain(|added| added.slot != handle.slot);
        self.touched.retain(|touched| *touched != handle.slot);
        self.deleting.retain(|deleting| *deleting != handle.slot);
        self.release(handle.slot)
    }

    /// Frees a slot: its handles are stale from here on.
    pub(super) fn release(&mut self, index: u32) -> Option<M> {
        let slot = &mut self.slots[index as usize];
        let baseline = slot.old.take();
        let value = slot.value.take()?;
        slot.stamp = next_stamp();
        self.free.push(index);
        // A touched key counts by what the database has.
        let key = baseline.map_or_else(|| value.key(), |old| old.value.key());
        if self.identity.get(&key) == Some(&index) {
            self.identity.remove(&key);
        }
        Some(value)
    }
}
