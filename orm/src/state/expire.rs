//! Makes single entities stale, or some columns and relations of one, and takes these of a row that is read again.
//!
//! What makes all of them stale at once is the session's clock, in `store.rs`.

use orm_core::value::ValueRef;

use super::arena::Arena;
use super::handle::{Ref, RowId};
use super::reading::Reading;
use super::relations::{forget_relations, set_to_one, to_one};
use super::slot::{STALE, Slot, StaleColumns};
use super::store::State;
use crate::mapping::{ColumnSet, Model};

impl<M: Model> Arena<M> {
    /// Makes an entity stale.
    pub(crate) fn expire(&mut self, handle: Ref<M>) {
        self.take_stale_columns(handle.slot);
        if let Some(slot) = self.slot_mut(handle).filter(|slot| slot.state.has_row()) {
            // What is not known stays so.
            slot.epoch = slot.epoch.min(STALE);
        }
    }

    /// Makes columns of an entity stale.
    pub(crate) fn expire_columns(&mut self, handle: Ref<M>, columns: &ColumnSet) {
        let fresh_from = self.fresh_from;
        let Some(slot) = self.slot_mut(handle).filter(|slot| slot.state.has_row()) else {
            return;
        };
        let epoch = slot.epoch;
        if epoch < fresh_from {
            if let Some(known) = self.stale_columns.get_mut(&handle.slot) {
                known.columns.unite(columns);
            }
            return;
        }
        slot.epoch = STALE;
        let columns = columns.clone();
        let stale = StaleColumns { epoch, columns };
        self.stale_columns.insert(handle.slot, stale);
    }

    /// Takes the note that only some columns of an entity are stale; `None` if all are.
    #[inline]
    pub(super) fn take_stale_columns(&mut self, slot: u32) -> Option<StaleColumns> {
        if self.stale_columns.is_empty() {
            return None;
        }
        let stale = self.stale_columns.remove(&slot)?;
        (stale.epoch >= self.fresh_from).then_some(stale)
    }

    /// The stale columns of an entity take the values of its row.
    #[cold]
    pub(super) fn refresh_columns(
        &mut self,
        handle: Ref<M>,
        fresh: &M,
        stale: &StaleColumns,
        reading: Reading,
    ) {
        self.overwrite_columns(handle, fresh, &stale.columns, reading);
        if let Some(slot) = self.slot_mut(handle) {
            slot.epoch = stale.epoch;
        }
    }

    /// Overwrites columns of an entity with what was just read, touched or not. Other columns keep their changes.
    pub(crate) fn overwrite_columns(
        &mut self,
        handle: Ref<M>,
        fresh: &M,
        columns: &ColumnSet,
        reading: Reading,
    ) {
        let Some(slot) = self.slot_mut(handle) else {
            return;
        };
        let Some(before) = slot.stored().map(Model::snapshot) else {
            return;
        };
        // What was assigned to a deferred column that the row lacks stays.
        let kept = if M::HAS_DEFERRED {
            slot.changes()
        } else {
            ColumnSet::new()
        };
        let Slot { value, old, .. } = slot;
        let mut moved = ColumnSet::new();
        for entity in value.iter_mut().chain(old.as_deref_mut()) {
            for position in columns.iter() {
                if !fresh.is_loaded(position) {
                    if !kept.contains(position) {
                        entity.unload(position);
                    }
                    continue;
                }
                // What the field of one entity holds fits that of another.
                let read: ValueRef<'_> = fresh.value(position);
                if !before.value(position).is_same(read) {
                    moved.insert(position);
                }
                let _ = entity.assign(position, read);
            }
        }
        unassign(value.as_mut(), &before, columns);
        forget_relations(&moved, value.iter_mut().chain(old.as_deref_mut()));
        value.iter_mut().for_each(Model::loaded);
        if let Some(level) = reading.log {
            self.log_update(level, handle.slot, Box::new(before));
        }
        self.note_child(handle.slot);
        self.take_columns_off(handle, columns);
    }

    /// Columns were read again: if others were stale as well, these still are.
    fn take_columns_off(&mut self, handle: Ref<M>, columns: &ColumnSet) {
        let Some(mut stale) = self.take_stale_columns(handle.slot) else {
            return;
        };
        columns
            .iter()
            .for_each(|column| stale.columns.remove(column));
        if !stale.columns.is_empty() {
            self.stale_columns.insert(handle.slot, stale);
        } else if let Some(slot) = self.slot_mut(handle) {
            slot.epoch = stale.epoch;
        }
    }
}

/// Relations with a foreign key among the columns reference what they are known to reference by the key in the database.
fn unassign<M: Model>(value: Option<&mut M>, stored: &M, columns: &ColumnSet) {
    let Some(value) = value.filter(|_| M::HAS_RELATIONS) else {
        return;
    };
    for (index, _, reference) in M::def().belongs_to() {
        let mut key = reference.columns.iter();
        if key.any(|column| columns.contains(*column)) {
            set_to_one(value, index, to_one(stored, index));
        }
    }
}

impl State {
    /// Makes the lists of an entity stale: they can be read, and the next load reads them again.
    pub(crate) fn expire_lists(&mut self, row: RowId) {
        let relations = self.by_model(row.model).map_or(0, |arena| {
            let def = arena.def();
            def.relations.len()
        });
        (0..relations).for_each(|index| self.expire_list(row, index));
    }

    /// Makes the list of a relation stale, if the relation has one and it is loaded.
    pub(crate) fn expire_list(&mut self, row: RowId, index: usize) {
        let arena = self.by_model_mut(row.model);
        let list = arena.and_then(|arena| arena.list_mut(row.slot, index));
        if let Some(list) = list
            && list.loaded_at().is_some()
        {
            let members = list.members();
            list.fill(&members, STALE);
        }
    }

    /// The relations of an entity are what they were before changes that are now discarded: it is in the lists of what
    /// they reference.
    pub(crate) fn place_again(&mut self, row: RowId) {
        let Some(arena) = self.by_model(row.model) else {
            return;
        };
        let relations = arena.def().belongs_to();
        let relations = relations.map(|(index, ..)| (index, arena.to_one(row.slot, index)));
        let relations: Vec<_> = relations.collect();
        for (index, to) in relations {
            if self.was_placed(row, index) {
                self.put_in_step(row, index, to.handle());
            }
        }
    }
}
