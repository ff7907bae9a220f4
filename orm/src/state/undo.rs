//! The undo log of an arena, which a rollback restores, to a savepoint or of the whole transaction.
//!
//! Each entry has the level at which it was made. Levels grow with each transaction and savepoint and are never
//! reused, so a rollback undoes, newest first, every entry of its level or a later one.

use orm_core::value::{Value, ValueRef};

use super::arena::Arena;
use super::entity_state::EntityState;
use super::relations::keep_relations;
use super::undo_log::{Change, Undo};
use crate::mapping::{Model, RawRef};

impl<M: Model> Arena<M> {
    pub(super) fn log(&mut self, level: u32, slot: u32, change: Change<M>) {
        let stamp = self.slots[slot as usize].stamp;
        self.undo.push(Undo {
            level,
            slot,
            stamp,
            change,
        });
    }

    /// Logs the columns before an update. The oldest copy of a level is the one to go back to.
    #[inline]
    pub(super) fn log_update(&mut self, level: u32, slot: u32, old: Box<M>) {
        let place = &mut self.slots[slot as usize];
        if std::mem::replace(&mut place.undo_level, level) == level {
            self.recycle(old);
        } else {
            self.log(level, slot, Change::Updated(old));
        }
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

    pub(super) fn undo_pending(&mut self) {
        self.unswitch();
        self.sql_values.clear();
        for index in std::mem::take(&mut self.added).into_iter().flatten() {
            self.slots[index as usize].state = EntityState::Transient;
        }
        for index in std::mem::take(&mut self.deleting) {
            let slot = &mut self.slots[index as usize];
            if slot.state == EntityState::Deleting {
                slot.state = EntityState::Persistent;
                self.restore(index);
            }
        }
        for index in std::mem::take(&mut self.touched) {
            if self.slots[index as usize].state == EntityState::Persistent {
                self.restore(index);
            }
        }
    }

    /// Puts back the values that the database has.
    pub(super) fn restore(&mut self, index: u32) {
        let slot = &mut self.slots[index as usize];
        if let (Some(old), Some(value)) = (slot.old.take(), &mut slot.value) {
            value.restore(*old);
        }
    }

    fn undo_one(&mut self, index: u32, change: Change<M>) {
        self.note_child(index);
        match change {
            Change::Inserted { generated, given } => self.undo_insert(index, generated, &given),
            Change::Switched { old, given, .. } => {
                self.undo_insert(index, false, &given);
                let handles = [index, old].map(|slot| {
                    let stamp = self.slots[slot as usize].stamp;
                    RawRef { slot, stamp }
                });
                self.undone_switches.push(handles);
            }
            Change::Updated(mut old) => {
                if let Some(value) = &mut self.slots[index as usize].value {
                    keep_relations(value, &mut *old);
                    let (now, before) = (value.key(), old.key());
                    value.restore(*old);
                    if now != before {
                        self.forget_key(&now, index);
                        self.identity.insert(before, index);
                    }
                }
            }
            // Its values may be those of the transaction that is undone.
            Change::Loaded => {
                self.slots[index as usize].epoch = 0;
                self.unknown.push(index);
            }
            Change::Deleted | Change::Replaced => {
                self.restore(index);
                let slot = &mut self.slots[index as usize];
                slot.state = EntityState::Persistent;
                if let Some(value) = &slot.value {
                    self.identity.insert(value.key(), index);
                }
            }
        }
    }

    /// The entity is as it was before its insert: key, version and what else the database filled in are
    /// to be filled in again.
    fn undo_insert(&mut self, index: u32, generated: bool, given: &[(usize, Value)]) {
        if M::HAS_RELATIONS {
            self.taken_back.push(index);
        }
        let slot = &mut self.slots[index as usize];
        slot.state = EntityState::Transient;
        let Some(value) = &mut slot.value else { return };
        let key = value.key();
        // Each of these was there before, or is the 0 of an integer key, so it fits.
        if let (true, Some(position)) = (generated, M::def().generated) {
            let _ = value.assign(position, ValueRef::Int(0));
        }
        for (position, given) in given.iter().rev() {
            if value.assign(*position, given.as_ref()).is_err() {
                value.unload(*position);
            }
        }
        self.forget_key(&key, index);
    }

    /// Forgets the log: what it would undo is stored. Slots of deleted rows become free.
    pub(super) fn discard_undo(&mut self) {
        let mut undo = std::mem::take(&mut self.undo);
        for entry in undo.drain(..) {
            let slot = &self.slots[entry.slot as usize];
            let is_here = slot.stamp == entry.stamp;
            if is_here && slot.state == EntityState::Deleted {
                self.release(entry.slot);
                continue;
            }
            match entry.change {
                Change::Inserted { .. } | Change::Switched { .. }
                    if is_here && !self.unset.is_empty() =>
                {
                    self.unset.remove(&entry.slot);
                }
                Change::Updated(old) => self.recycle(old),
                Change::Inserted { .. }
                | Change::Switched { .. }
                | Change::Deleted
                | Change::Replaced
                | Change::Loaded => {}
            }
        }
        // Its memory is for the next transaction.
        self.undo = undo;
    }
}
