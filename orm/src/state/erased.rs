//! [`AnyArena`]: an arena without its model's type, which is all that a flush needs.

use std::any::Any;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::{Value, ValueRef};

use super::arena::{Arena, Slot};
use super::lifecycle::EntityState;
use super::outcome::{Inserted, Updated};
use super::reading::Reading;
use super::witness::Witness;
use crate::mapping::{ColumnSet, Model, ModelDef};

/// An entity to update.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) slot: u32,
    pub(crate) columns: ColumnSet,
    /// Its key in the database, if that is a single integer.
    pub(crate) key: Option<i64>,
}

/// The entities of one model, by slot and column position.
pub(crate) trait AnyArena: Any + Send {
    fn def(&self) -> &'static ModelDef;
    /// The model's number, for statement keys.
    fn model(&self) -> usize;
    /// The entities to insert, in the order in which they were added.
    fn added(&self) -> Vec<u32>;
    /// The entities that have changed. One may be named twice.
    fn changed(&self) -> Vec<Changed>;
    /// The entities to delete. One may be named twice.
    fn deleting(&self) -> Vec<u32>;
    /// The value that the entity has.
    fn value(&self, slot: u32, position: usize) -> ValueRef<'_>;
    /// The value that the database has.
    fn old_value(&self, slot: u32, position: usize) -> ValueRef<'_>;
    /// The columns in which the two differ.
    fn changes(&self, slot: u32) -> ColumnSet;
    /// The columns of an entity to insert that the database is to fill in.
    fn left_out(&self, slot: u32) -> ColumnSet;
    /// The columns that a flush would write.
    fn written(&self, slot: u32) -> ColumnSet;
    /// Reads a row of the model's columns and tells its values at `positions`.
    fn read(&self, row: &dyn Row, positions: &[usize]) -> Result<Vec<Value>>;
    /// `value` as the field of an entity's column has it.
    ///
    /// # Errors
    /// `Decode` if it doesn't fit.
    fn fitted(&self, slot: u32, position: usize, value: ValueRef<'_>) -> Result<Value>;
    /// Whether a flush has anything to look at.
    fn has_work(&self) -> bool;
    /// Whether a flush would write anything.
    fn has_changes(&self) -> bool;
    /// Everything was written: empties the lists of work and drops the old copies of touched entities.
    fn settle(&mut self);
    fn apply_inserts(&mut self, rows: &[Inserted], level: u32, epoch: u32);
    fn apply_updates(&mut self, rows: &[Updated], level: u32);
    fn apply_deletes(&mut self, slots: &[u32], level: u32);
    /// Puts back what was not flushed.
    fn undo_pending(&mut self);
    fn undo_to(&mut self, level: u32);
    fn keep(&mut self);
    /// Makes every loaded entity stale at that time of the session's clock.
    fn mark_stale(&mut self, clock: u32);
    /// Makes every loaded entity expired, too: in a session that expires on commit it can't be read.
    fn mark_expired(&mut self, clock: u32);
    /// Notes that a statement of the session's own may have changed any row of the table.
    fn overtake(&mut self, clock: u32, statement: &'static str);
    /// The statement of the session's own that may have changed the entity's row since it was read.
    fn overtaken(&self, slot: u32) -> Option<&'static str>;
    /// Notes that the database may have deleted rows of the table along with others.
    fn mark_cascaded(&mut self);
    /// Whether it may have.
    fn is_cascaded(&self) -> bool;
    /// Whether a rollback has taken away values of entities.
    fn has_unknown(&self) -> bool;
    /// A row by which the database shows whether the open transaction was stored.
    fn witness(&self) -> Option<Witness>;
    /// The entities whose values a rollback has taken away, by slot.
    fn take_unknown(&mut self) -> Vec<u32>;
    /// Reads a row of the model's columns into the entity that has its key, and tells its slot.
    fn reread(&mut self, row: &dyn Row, reading: Reading) -> Result<Option<u32>>;
    /// Notes that the rows of entities turned out to be gone.
    fn lose(&mut self, slots: &[u32], level: u32);
    /// Begins the clock again: every entity is stale.
    fn reset_clock(&mut self);
    /// The slots of persistent entities.
    fn loaded(&self) -> Vec<u32>;
    /// Sets columns to NULL, as the database has done.
    fn set_null(&mut self, slot: u32, columns: &[usize], level: u32);
}

impl dyn AnyArena {
    /// The arena with its type, which the caller knows.
    pub(crate) fn typed_mut<M: Model>(&mut self) -> &mut Arena<M> {
        let arena: &mut dyn Any = self;
        arena
            .downcast_mut()
            .expect("invariant: a model's number leads to its own arena")
    }
}

impl<M: Model> AnyArena for Arena<M> {
    fn def(&self) -> &'static ModelDef {
        M::def()
    }

    fn model(&self) -> usize {
        M::slot().index()
    }

    fn added(&self) -> Vec<u32> {
        self.pending().collect()
    }

    fn changed(&self) -> Vec<Changed> {
        let key = match M::def().primary_key {
            [position] => Some(*position),
            _ => None,
        };
        let changed = |index: &u32| {
            let slot = &self.slots[*index as usize];
            let (Some(value), Some(old)) = (&slot.value, &slot.old) else {
                return None;
            };
            let columns = match slot.state {
                EntityState::Persistent => value.changes(old),
                _ => return None,
            };
            let key = match key.map(|position| old.value(position)) {
                Some(ValueRef::Int(key)) => Some(key),
                _ => None,
            };
            (!columns.is_empty()).then_some(Changed {
                slot: *index,
                columns,
                key,
            })
        };
        let mut all = Vec::with_capacity(self.touched.len());
        all.extend(self.touched.iter().filter_map(changed));
        all
    }

    fn deleting(&self) -> Vec<u32> {
        let counts = |index: &u32| self.slots[*index as usize].state == EntityState::Deleting;
        self.deleting.iter().copied().filter(counts).collect()
    }

    #[inline]
    fn value(&self, slot: u32, position: usize) -> ValueRef<'_> {
        let value = self.slots[slot as usize].value.as_ref();
        value.map_or(ValueRef::Null, |value| value.value(position))
    }

    #[inline]
    fn old_value(&self, slot: u32, position: usize) -> ValueRef<'_> {
        match &self.slots[slot as usize].old {
            Some(old) => old.value(position),
            None => self.value(slot, position),
        }
    }

    fn changes(&self, slot: u32) -> ColumnSet {
        let slot = &self.slots[slot as usize];
        match (&slot.value, &slot.old) {
            (Some(value), Some(old)) => value.changes(old),
            _ => ColumnSet::new(),
        }
    }

    fn left_out(&self, slot: u32) -> ColumnSet {
        let unset = self.unset.get(&slot).into_iter().flatten();
        let placeholders =
            unset.filter(|(position, value)| self.value(slot, *position).is_same(value.as_ref()));
        let generated = M::def()
            .generated
            .filter(|key| self.value(slot, *key) == ValueRef::Int(0));
        placeholders
            .map(|(position, _)| *position)
            .chain(generated)
            .collect()
    }

    fn written(&self, slot: u32) -> ColumnSet {
        match self.slots[slot as usize].state {
            EntityState::Pending => {
                let left_out = self.left_out(slot);
                let all = 0..M::def().columns.len();
                all.filter(|position| !left_out.contains(*position))
                    .collect()
            }
            EntityState::Persistent => self.changes(slot),
            EntityState::Deleting | EntityState::Deleted | EntityState::Transient => {
                ColumnSet::new()
            }
        }
    }

    fn read(&self, row: &dyn Row, positions: &[usize]) -> Result<Vec<Value>> {
        let entity = M::decode(row, 0)?;
        Ok(positions
            .iter()
            .map(|position| entity.value(*position).to_value())
            .collect())
    }

    fn fitted(&self, slot: u32, position: usize, value: ValueRef<'_>) -> Result<Value> {
        let misfit = |misfit| {
            Error::with_message(
                ErrorKind::Decode,
                format!("the default's value is {misfit}"),
            )
            .with_table(M::def().table)
            .with_column(M::def().names[position])
        };
        let Some(entity) = &self.slots[slot as usize].value else {
            return Ok(value.to_value());
        };
        let mut copy = entity.snapshot();
        copy.assign(position, value).map_err(misfit)?;
        Ok(copy.value(position).to_value())
    }

    fn has_work(&self) -> bool {
        self.pending_count() > 0 || !self.touched.is_empty() || !self.deleting.is_empty()
    }

    fn has_changes(&self) -> bool {
        self.pending_count() > 0
            || !AnyArena::deleting(self).is_empty()
            || self.touched.iter().any(|index| {
                let slot = &self.slots[*index as usize];
                slot.state == EntityState::Persistent && slot.is_changed()
            })
    }

    fn settle(&mut self) {
        for index in std::mem::take(&mut self.touched) {
            let slot = &mut self.slots[index as usize];
            // The old copy of a deleted one is for the rollback.
            if slot.state == EntityState::Persistent {
                slot.old = None;
            }
        }
        self.clear_added();
        self.deleting.clear();
    }

    fn apply_inserts(&mut self, rows: &[Inserted], level: u32, epoch: u32) {
        Self::apply_inserts(self, rows, level, epoch);
    }

    fn apply_updates(&mut self, rows: &[Updated], level: u32) {
        Self::apply_updates(self, rows, level);
    }

    fn apply_deletes(&mut self, slots: &[u32], level: u32) {
        for index in slots {
            self.set_deleted(*index, level);
        }
    }

    fn undo_pending(&mut self) {
        Self::undo_pending(self);
    }

    fn undo_to(&mut self, level: u32) {
        Self::undo_to(self, level);
    }

    fn keep(&mut self) {
        Self::keep(self);
    }

    fn mark_stale(&mut self, clock: u32) {
        self.fresh_from = clock;
    }

    fn mark_expired(&mut self, clock: u32) {
        (self.fresh_from, self.expired_before) = (clock, clock);
    }

    fn overtake(&mut self, clock: u32, statement: &'static str) {
        self.overtaken = Some((clock, statement));
    }

    fn overtaken(&self, slot: u32) -> Option<&'static str> {
        let (since, statement) = self.overtaken?;
        (self.slots[slot as usize].epoch < since).then_some(statement)
    }

    fn mark_cascaded(&mut self) {
        self.cascaded = true;
    }

    fn is_cascaded(&self) -> bool {
        self.cascaded
    }

    fn has_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    fn witness(&self) -> Option<Witness> {
        self.best_witness()
    }

    fn take_unknown(&mut self) -> Vec<u32> {
        let unknown = std::mem::take(&mut self.unknown);
        let counts = |index: &u32| {
            let slot = &self.slots[*index as usize];
            slot.epoch == 0 && slot.state.has_row() && slot.value.is_some()
        };
        unknown.into_iter().filter(counts).collect()
    }

    fn reread(&mut self, row: &dyn Row, reading: Reading) -> Result<Option<u32>> {
        let fresh = M::decode(row, 0)?;
        let Some(handle) = self.find(&fresh.key()) else {
            return Ok(None);
        };
        self.overwrite(handle, fresh, reading);
        Ok(Some(handle.slot))
    }

    fn lose(&mut self, slots: &[u32], level: u32) {
        for index in slots {
            // What it had was never stored; it can be looked at all the same.
            self.slots[*index as usize].epoch = 1;
            self.set_deleted(*index, level);
        }
    }

    fn reset_clock(&mut self) {
        let pending = |slot: &Slot<M>| slot.state == EntityState::Pending;
        for slot in self.slots.iter_mut().filter(|slot| !pending(slot)) {
            slot.epoch = slot.epoch.min(1);
        }
        (self.fresh_from, self.expired_before, self.overtaken) = (2, 2, None);
    }

    fn loaded(&self) -> Vec<u32> {
        let slots = self.slots.iter().zip(0..);
        let persistent = slots.filter(|(slot, _)| slot.state == EntityState::Persistent);
        persistent.map(|(_, index)| index).collect()
    }

    fn set_null(&mut self, slot: u32, columns: &[usize], level: u32) {
        Self::set_null(self, slot, columns, level);
    }
}
