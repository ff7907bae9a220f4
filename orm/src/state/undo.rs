//! The undo log of an arena: what a rollback, of a savepoint or the whole, puts back.
//!
//! Each entry carries the level at which it was made. Levels grow with each transaction and savepoint
//! and are never used twice, so rolling back to one means undoing, newest first, every entry of that
//! level or a later one.

use std::num::NonZeroU32;

use orm_core::value::ValueRef;

use super::arena::Arena;
use super::lifecycle::EntityState;
use crate::mapping::Model;

/// What was done to one entity by a flush.
pub(super) struct Undo<M> {
    pub level: u32,
    pub slot: u32,
    pub stamp: NonZeroU32,
    pub change: Change<M>,
}

/// The change, with what it takes to put it back.
pub(super) enum Change<M> {
    Inserted,
    /// The columns before.
    Updated(Box<M>),
    Deleted,
}

impl<M: Model> Arena<M> {
    pub(super) fn log(&mut self, level: u32, slot: u32, change: Change<M>) {
        let place = &mut self.slots[slot as usize];
        place.undo_level = level;
        let stamp = place.stamp;
        self.undo.push(Undo { level, slot, stamp, change });
    }

    /// Puts back everything since `level`: first what was not flushed, then the log.
    pub(super) fn undo_to(&mut self, level: u32) {
        self.undo_pending();
        while let Some(entry) = self.undo.pop_if(|entry| entry.level >= level) {
            if self.slots[entry.slot as usize].stamp == entry.stamp {
                self.undo_one(entry.slot, entry.change);
            }
        }
    }

    fn undo_pending(&mut self) {
        for added in std::mem::take(&mut self.added) {
            self.slots[added.slot as usize].state = EntityState::Transient;
        }
        let deleting = std::mem::take(&mut self.deleting);
        let touched = std::mem::take(&mut self.touched);
        for index in deleting.into_iter().chain(touched) {
            let slot = &mut self.slots[index as usize];
            if slot.state == EntityState::Deleting {
                slot.state = EntityState::Persistent;
            }
            if let (Some(old), Some(value)) = (slot.old.take(), &mut slot.value) {
                value.restore(old.value);
            }
        }
    }

    fn undo_one(&mut self, index: u32, change: Change<M>) {
        let slot = &mut self.slots[index as usize];
        let Some(value) = &mut slot.value else { return };
        match change {
            Change::Inserted => {
                slot.state = EntityState::Transient;
                let key = value.key();
                if let Some(position) = M::def().generated {
                    // An integer key takes 0, which stands for "generate".
                    let _ = value.assign(position, ValueRef::Int(0));
                }
                if self.identity.get(&key) == Some(&index) {
                    self.identity.remove(&key);
                }
            }
            Change::Updated(old) => value.restore(*old),
            Change::Deleted => {
                slot.state = EntityState::Persistent;
                let key = value.key();
                self.identity.insert(key, index);
            }
        }
    }

    /// Forgets the log: what it would undo is stored. Slots of deleted rows become free.
    pub(super) fn keep(&mut self) {
        for entry in std::mem::take(&mut self.undo) {
            let slot = &self.slots[entry.slot as usize];
            if slot.stamp == entry.stamp && slot.state == EntityState::Deleted {
                self.release(entry.slot);
            }
        }
    }
}
