//! [`Arena`]: the entities of one model in one session, each in a slot, found by handle and by key.
//!
//! A slot costs 24 bytes beside the entity and its entry in the identity map. The first mutable access
//! keeps a copy of the columns and puts the slot on the touched list, so that a flush looks at nothing
//! else. How entities come and go is in `membership.rs`; what a flush reads and writes, in `erased.rs`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::num::NonZeroU32;

use super::handle::Ref;
use super::lifecycle::EntityState;
use super::membership::{Added, Unset};
use super::undo::Undo;
use crate::mapping::Model;

/// A place for one entity.
pub(super) struct Slot<M> {
    pub(super) stamp: NonZeroU32,
    /// The epoch in which the values were last known to be the database's. Another one is stale. Of a
    /// pending entity: the number of its entry in `added`.
    pub(super) epoch: u32,
    /// The level of the newest undo entry about an update of this slot.
    pub(super) undo_level: u32,
    pub(super) state: EntityState,
    /// The values that the database has, where they may differ from `value`.
    pub(super) old: Option<Box<Baseline<M>>>,
    /// `None` in a free slot.
    pub(super) value: Option<M>,
}

impl<M: Model> Slot<M> {
    /// Whether the entity has other values than the database.
    #[inline]
    pub(super) fn is_changed(&self) -> bool {
        match (&self.value, &self.old) {
            (Some(value), Some(old)) => !value.changes(&old.value).is_empty(),
            _ => false,
        }
    }
}

/// The columns of an entity as the database has them, kept while it is touched.
pub(super) struct Baseline<M> {
    pub(super) value: M,
    /// Whether it was stale when it was first touched: its UPDATE must then match the old values.
    pub(super) stale: bool,
}

/// The entities of one model.
pub(crate) struct Arena<M: Model> {
    /// The stamp of slots that are used for the first time.
    stamp: NonZeroU32,
    pub(super) slots: Vec<Slot<M>>,
    pub(super) free: Vec<u32>,
    pub(super) identity: HashMap<M::Key, u32, foldhash::fast::RandomState>,
    pub(super) added: Vec<Added>,
    /// How many entries of `added` count.
    pub(super) pending: usize,
    pub(super) next_number: u32,
    pub(super) touched: Vec<u32>,
    pub(super) deleting: Vec<u32>,
    /// Of entities that are pending or transient, or inserted in the open transaction.
    pub(super) unset: HashMap<u32, Unset>,
    pub(super) undo: Vec<Undo<M>>,
    /// Old copies that are over, for the next ones: a program that changes many entities again and again
    /// would else allocate and free as many texts each time.
    spare: Vec<Box<Baseline<M>>>,
}

/// How many old copies are kept for the next ones.
const SPARE: usize = 1024;

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
            spare: Vec::new(),
        }
    }

    /// Takes back an old copy that is over.
    #[inline]
    pub(super) fn recycle(&mut self, old: Box<Baseline<M>>) {
        if self.spare.len() < SPARE {
            self.spare.push(old);
        }
    }

    /// The stamp of the session.
    pub(super) fn stamp(&self) -> NonZeroU32 {
        self.stamp
    }

    #[inline]
    pub(super) fn slot(&self, handle: Ref<M>) -> Option<&Slot<M>> {
        self.slots
            .get(handle.slot as usize)
            .filter(|slot| slot.stamp == handle.stamp)
    }

    #[inline]
    pub(super) fn slot_mut(&mut self, handle: Ref<M>) -> Option<&mut Slot<M>> {
        self.slots
            .get_mut(handle.slot as usize)
            .filter(|slot| slot.stamp == handle.stamp)
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
            let stale = slot.epoch != epoch;
            let value = slot.value.as_ref()?;
            slot.old = Some(match self.spare.pop() {
                Some(mut old) => {
                    value.snapshot_into(&mut old.value);
                    old.stale = stale;
                    old
                }
                None => Box::new(Baseline {
                    value: value.snapshot(),
                    stale,
                }),
            });
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
            entity
                .take()
                .expect("invariant: each was there one line ago")
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
        self.slot(handle)
            .filter(|slot| slot.value.is_some())
            .map(|slot| slot.state)
    }

    /// Whether a persistent entity's values are those of `epoch`.
    #[inline]
    pub(crate) fn is_fresh(&self, handle: Ref<M>, epoch: u32) -> bool {
        self.slot(handle).is_some_and(|slot| slot.epoch == epoch)
    }

    /// Whether a persistent entity's values may be older than the database's, and nothing was changed.
    pub(crate) fn is_expired(&self, handle: Ref<M>, epoch: u32) -> bool {
        self.slot(handle).is_some_and(|slot| {
            slot.state == EntityState::Persistent && slot.epoch != epoch && !slot.is_changed()
        })
    }

    /// Whether the entity has changes that are not flushed.
    pub(crate) fn is_changed(&self, handle: Ref<M>) -> bool {
        self.slot(handle).is_some_and(Slot::is_changed)
    }

    /// The handle of the entity with that key.
    #[inline]
    pub(crate) fn find(&self, key: &M::Key) -> Option<Ref<M>> {
        let slot = *self.identity.get(key)?;
        Some(Ref::new(slot, self.slots[slot as usize].stamp))
    }

    pub(super) fn occupy(&mut self, value: M, state: EntityState, epoch: u32) -> Ref<M> {
        if let Some(index) = self.free.pop() {
            let slot = &mut self.slots[index as usize];
            slot.value = Some(value);
            (slot.state, slot.epoch, slot.undo_level, slot.old) = (state, epoch, 0, None);
            return Ref::new(index, slot.stamp);
        }
        let index = u32::try_from(self.slots.len())
            .expect("invariant: a session's memory ends long before 4 294 967 296 entities");
        let stamp = self.stamp;
        let slot = Slot {
            stamp,
            epoch,
            undo_level: 0,
            state,
            old: None,
            value: Some(value),
        };
        self.slots.push(slot);
        Ref::new(index, stamp)
    }

    /// The handle of the entity with `key`, which `decode` makes if it isn't here, or overwrites if it
    /// is here, stale and unchanged. What is overwritten is logged at the level `log`.
    #[inline]
    pub(crate) fn load<E>(
        &mut self,
        key: M::Key,
        epoch: u32,
        log: Option<u32>,
        decode: impl FnOnce() -> Result<M, E>,
    ) -> Result<Ref<M>, E> {
        match self.identity.entry(key) {
            Entry::Occupied(known) => {
                let index = *known.get();
                let slot = &mut self.slots[index as usize];
                let persistent = slot.state == EntityState::Persistent;
                if slot.epoch != epoch && persistent && !slot.is_changed() {
                    let fresh = decode()?;
                    let handle = Ref::new(index, slot.stamp);
                    self.overwrite(handle, fresh, epoch, log);
                    return Ok(handle);
                }
                Ok(Ref::new(index, slot.stamp))
            }
            Entry::Vacant(unknown) => {
                // Taken apart from `occupy`, since the entry borrows the map.
                let value = decode()?;
                let index = match self.free.last() {
                    Some(index) => *index,
                    None => u32::try_from(self.slots.len()).expect(
                        "invariant: a session's memory ends long before 4 294 967 296 entities",
                    ),
                };
                unknown.insert(index);
                Ok(self.occupy(value, EntityState::Persistent, epoch))
            }
        }
    }

    /// Overwrites an entity with what was just read, touched or not. What it is taken to have in the
    /// database until now is logged at the level `log`.
    pub(crate) fn overwrite(&mut self, handle: Ref<M>, fresh: M, epoch: u32, log: Option<u32>) {
        let Some(slot) = self.slot_mut(handle) else {
            return;
        };
        let old = slot.old.take();
        slot.epoch = epoch;
        let Some(value) = &mut slot.value else { return };
        let current = |value: &M| {
            Box::new(Baseline {
                value: value.snapshot(),
                stale: false,
            })
        };
        let logged = log.map(|level| (level, old.unwrap_or_else(|| current(value))));
        value.restore(fresh);
        if slot.state == EntityState::Deleting {
            slot.state = EntityState::Persistent;
        }
        if let Some((level, old)) = logged {
            self.log_update(level, handle.slot, old);
        }
        // Entries elsewhere in the list don't count without an old copy; this one can go at once.
        self.touched.pop_if(|touched| *touched == handle.slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_costs_24_bytes() {
        assert_eq!(
            size_of::<Slot<[String; 4]>>(),
            size_of::<[String; 4]>() + 24
        );
    }
}
