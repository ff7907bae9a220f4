//! [`AnyArena`]: an arena without its model's type, which is all that a flush needs.

use std::any::Any;

use orm_core::value::{Value, ValueRef};

use super::arena::{Added, Arena};
use super::lifecycle::EntityState;
use super::undo::Change;
use crate::mapping::{ColumnSet, Model, ModelDef};

/// What an INSERT told about a row.
#[derive(Debug)]
pub(crate) struct Inserted {
    pub slot: u32,
    /// Columns that the database or the flush filled in: the key, the version, server defaults.
    pub filled: Vec<(usize, Value)>,
}

/// What an UPDATE told about a row.
#[derive(Debug)]
pub(crate) struct Updated {
    pub slot: u32,
    /// The version that was written.
    pub version: Option<i64>,
}

/// The entities of one model, by slot and column position.
pub(crate) trait AnyArena: Any + Send {
    fn def(&self) -> &'static ModelDef;
    /// The model's number, for statement keys.
    fn model(&self) -> usize;
    fn added(&self) -> &[Added];
    fn touched(&self) -> &[u32];
    fn deleting(&self) -> &[u32];
    /// The value that the entity has.
    fn value(&self, slot: u32, position: usize) -> ValueRef<'_>;
    /// The value that the database has.
    fn old_value(&self, slot: u32, position: usize) -> ValueRef<'_>;
    /// The columns in which the two differ.
    fn changes(&self, slot: u32) -> ColumnSet;
    /// Whether the entity was stale when it was first touched, or is stale untouched.
    fn is_stale(&self, slot: u32, epoch: u32) -> bool;
    fn has_work(&self) -> bool;
    /// Drops the old copies of touched entities that turned out unchanged.
    fn settle(&mut self);
    fn apply_inserts(&mut self, rows: Vec<Inserted>, level: u32, epoch: u32);
    fn apply_updates(&mut self, rows: Vec<Updated>, level: u32, epoch: u32);
    fn apply_deletes(&mut self, slots: &[u32], level: u32);
    fn undo_to(&mut self, level: u32);
    fn keep(&mut self);
    /// Makes every loaded entity stale, whatever its epoch.
    fn expire(&mut self);
}

impl<M: Model> AnyArena for Arena<M> {
    fn def(&self) -> &'static ModelDef {
        M::def()
    }

    fn model(&self) -> usize {
        M::slot().index()
    }

    fn added(&self) -> &[Added] {
        &self.added
    }

    fn touched(&self) -> &[u32] {
        &self.touched
    }

    fn deleting(&self) -> &[u32] {
        &self.deleting
    }

    #[inline]
    fn value(&self, slot: u32, position: usize) -> ValueRef<'_> {
        let value = self.slots[slot as usize].value.as_ref();
        value.map_or(ValueRef::Null, |value| value.value(position))
    }

    #[inline]
    fn old_value(&self, slot: u32, position: usize) -> ValueRef<'_> {
        match &self.slots[slot as usize].old {
            Some(old) => old.value.value(position),
            None => self.value(slot, position),
        }
    }

    fn changes(&self, slot: u32) -> ColumnSet {
        let slot = &self.slots[slot as usize];
        match (&slot.value, &slot.old) {
            (Some(value), Some(old)) => value.changes(&old.value),
            _ => ColumnSet::new(),
        }
    }

    fn is_stale(&self, slot: u32, epoch: u32) -> bool {
        let slot = &self.slots[slot as usize];
        slot.old.as_ref().map_or(slot.epoch != epoch, |old| old.stale)
    }

    fn has_work(&self) -> bool {
        !(self.added.is_empty() && self.touched.is_empty() && self.deleting.is_empty())
    }

    fn settle(&mut self) {
        for index in std::mem::take(&mut self.touched) {
            self.slots[index as usize].old = None;
        }
    }

    fn apply_inserts(&mut self, rows: Vec<Inserted>, level: u32, epoch: u32) {
        for row in rows {
            let slot = &mut self.slots[row.slot as usize];
            let Some(value) = &mut slot.value else { continue };
            for (position, filled) in &row.filled {
                // The flush has checked that each fits, before anything was applied.
                let _ = value.assign(*position, filled.as_ref());
            }
            (slot.state, slot.epoch) = (EntityState::Persistent, epoch);
            let key = value.key();
            self.identity.insert(key, row.slot);
            self.log(level, row.slot, Change::Inserted);
        }
        self.added.clear();
    }

    fn apply_updates(&mut self, rows: Vec<Updated>, level: u32, epoch: u32) {
        for row in rows {
            let slot = &mut self.slots[row.slot as usize];
            let (Some(value), Some(old)) = (&mut slot.value, slot.old.take()) else { continue };
            if let (Some(position), Some(version)) = (M::def().version, row.version) {
                let _ = value.assign(position, ValueRef::Int(version));
            }
            // A stale entity stays so: only the columns written are known to be the database's.
            if !old.stale {
                slot.epoch = epoch;
            }
            // The oldest copy of a level is the one to go back to.
            if slot.undo_level != level {
                self.log(level, row.slot, Change::Updated(Box::new(old.value)));
            }
        }
    }

    fn apply_deletes(&mut self, slots: &[u32], level: u32) {
        for index in slots {
            let slot = &mut self.slots[*index as usize];
            slot.state = EntityState::Deleted;
            // What was changed before the delete was never written.
            if let (Some(old), Some(value)) = (slot.old.take(), &mut slot.value) {
                value.restore(old.value);
            }
            if let Some(value) = &slot.value {
                let key = value.key();
                if self.identity.get(&key) == Some(index) {
                    self.identity.remove(&key);
                }
            }
            self.log(level, *index, Change::Deleted);
        }
        self.deleting.retain(|index| !slots.contains(index));
    }

    fn undo_to(&mut self, level: u32) {
        Arena::undo_to(self, level);
    }

    fn keep(&mut self) {
        Arena::keep(self);
    }

    fn expire(&mut self) {
        for slot in &mut self.slots {
            slot.epoch = 0;
        }
    }
}
