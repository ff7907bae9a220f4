//! Applies a row that was read to the arena: inserts an entity, or refreshes the existing one.
//!
//! Used by `load/`, which decodes rows; here are values only.

use std::collections::hash_map::Entry;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;

use super::arena::{Arena, GROWTH, vacant};
use super::entity_state::EntityState;
use super::handle::Ref;
use super::relations::{forget_relations, keep_relations};
use super::undo_log::Change;
use crate::mapping::{ColumnSet, Model, variant_columns};

/// Which entities take the values of their row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    /// Stale ones that are unchanged: a typed query.
    Stale,
    /// All that are unchanged: a query that populates existing entities.
    Clean,
    /// All: a query that locks the rows.
    All,
    /// All that are unchanged. A changed one must have the row's values as its old ones: raw SQL.
    Unchanged,
}

/// How rows are read into a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// The session's clock.
    pub(crate) clock: u32,
    /// The undo level at which values are logged that the database may take back by a rollback.
    pub(crate) log: Option<u32>,
    pub(crate) take: Take,
}

impl<M: Model> Arena<M> {
    /// Makes room for as many entities as may come, if there is none for another one.
    #[inline]
    pub(crate) fn make_room(&mut self, coming: impl FnOnce() -> usize) {
        if self.identity.len() == self.identity.capacity() {
            let coming = if self.identity.is_empty() {
                coming()
            } else {
                coming().max(GROWTH)
            };
            self.identity.reserve(coming);
            self.slots.reserve(coming);
        }
    }

    /// The slot behind the one that was found last, if the entity with `key` is there and does not take the values of its
    /// row. Rows mostly come in the order in which they came before, and to look the key up costs more than all the rest:
    /// in a large session it isn't in the processor's cache.
    #[inline]
    pub(crate) fn next_known(&mut self, key: &M::Key, take: Take) -> Option<u32> {
        let index = self.next;
        let slot = self.slots.get(index as usize)?;
        // Without an old copy, the entity has the key that the identity map has for it.
        let is_as_loaded = slot.state == EntityState::Persistent && slot.old.is_none();
        let is_left_alone = slot.epoch >= self.fresh_from && take == Take::Stale;
        let entity = slot.value.as_ref();
        if is_as_loaded && is_left_alone && entity.is_some_and(|entity| entity.has_key(key)) {
            self.next = index + 1;
            return Some(index);
        }
        None
    }

    /// The slot of the entity with `key`, of which `decode` makes the entity if it isn't here. One that is here
    /// takes the values of its row by the rule of `reading`; else its row is not decoded.
    ///
    /// # Errors
    /// That of `decode`; `StaleData` for a changed entity whose row is not as it was loaded.
    #[inline]
    pub(crate) fn load(
        &mut self,
        key: M::Key,
        reading: Reading,
        decode: impl FnOnce(M::Key, &mut Option<M>) -> Result<()>,
    ) -> Result<u32> {
        let index = match self.identity.entry(key) {
            Entry::Occupied(known) => {
                let index = *known.get();
                let slot = &self.slots[index as usize];
                let takes = slot.state == EntityState::Persistent
                    && (slot.epoch < self.fresh_from || reading.take != Take::Stale);
                let keeps_changes = matches!(reading.take, Take::Stale | Take::Clean);
                if takes && !(keeps_changes && slot.is_changed()) {
                    let mut fresh = None;
                    decode(known.key().clone(), &mut fresh)?;
                    self.refresh(index, fresh, reading)?;
                }
                index
            }
            Entry::Vacant(unknown) => {
                // The entity is decoded where it stays.
                let index = vacant(&mut self.slots, &self.free, self.stamp);
                let place = &mut self.slots[index as usize].value;
                if let Err(error) = decode(unknown.key().clone(), place) {
                    if self.free.last() != Some(&index) {
                        self.slots.pop();
                    }
                    return Err(error);
                }
                if let Some(entity) = place {
                    entity.loaded();
                }
                unknown.insert(index);
                self.occupied(index, EntityState::Persistent, reading.clock);
                if let Some(level) = reading.log {
                    self.log(level, index, Change::Loaded);
                }
                index
            }
        };
        self.next = index + 1;
        Ok(index)
    }

    /// An entity that is here takes the values of its row.
    fn refresh(&mut self, index: u32, fresh: Option<M>, reading: Reading) -> Result<()> {
        let Some(fresh) = fresh else { return Ok(()) };
        let handle = self.handle_at(index);
        if reading.take == Take::Unchanged && self.is_changed(handle) {
            return self.merge(handle, &fresh, reading);
        }
        if reading.take == Take::Stale
            && let Some(stale) = self.take_stale_columns(index)
        {
            self.refresh_columns(handle, &fresh, &stale, reading);
            return Ok(());
        }
        self.overwrite(handle, fresh, reading);
        Ok(())
    }

    /// Overwrites an entity with what was just read, touched or not. What it is taken to have in the
    /// database until now is logged.
    pub(crate) fn overwrite(&mut self, handle: Ref<M>, mut fresh: M, reading: Reading) {
        self.take_stale_columns(handle.slot);
        let Some(slot) = self.slot_mut(handle) else {
            return;
        };
        let old = slot.old.take();
        let is_unknown = slot.epoch == 0;
        slot.epoch = reading.clock;
        let Some(value) = &mut slot.value else { return };
        keep_relations(old.as_deref().unwrap_or(value), &mut fresh);
        let logged = reading.log.map(|level| {
            let old = old.unwrap_or_else(|| Box::new(value.snapshot()));
            (level, old)
        });
        value.restore(fresh);
        value.loaded();
        if slot.state == EntityState::Deleting {
            slot.state = EntityState::Persistent;
        }
        match logged {
            // A rollback to a savepoint has made them so: those before are of no transaction that is stored.
            Some((level, _)) if is_unknown => self.log(level, handle.slot, Change::Loaded),
            Some((level, old)) => self.log_update(level, handle.slot, old),
            None => {}
        }
        self.note_child(handle.slot);
        // Entries elsewhere in the list don't count without an old copy; this one can go at once.
        self.touched.pop_if(|touched| *touched == handle.slot);
    }

    /// Takes a row's values for the columns of a changed entity that are unchanged.
    fn merge(&mut self, handle: Ref<M>, fresh: &M, reading: Reading) -> Result<()> {
        let Some(slot) = self.slot_mut(handle) else {
            return Ok(());
        };
        let (Some(value), Some(old)) = (&mut slot.value, &mut slot.old) else {
            return Ok(());
        };
        let (mut written, mut moved) = (value.changes(old), fresh.changes(old));
        written.remove_all(M::def().computed);
        with_variants::<M>([&mut written, &mut moved]);
        // What was not known can't have moved.
        let is_known = |position: &usize| old.is_loaded(*position);
        if moved
            .iter()
            .filter(is_known)
            .any(|position| written.contains(position))
        {
            return Err(changed_meanwhile::<M>());
        }
        let before = reading.log.map(|_| Box::new(old.snapshot()));
        for position in moved.iter() {
            // What the field of one entity holds fits that of another.
            let read: ValueRef<'_> = fresh.value(position);
            if !written.contains(position) {
                let _ = value.assign(position, read);
            }
            let _ = old.assign(position, read);
        }
        forget_relations(&moved, [&mut *value, &mut **old]);
        value.loaded();
        slot.epoch = reading.clock;
        if let (Some(level), Some(before)) = (reading.log, before) {
            self.log_update(level, handle.slot, before);
        }
        self.note_child(handle.slot);
        self.take_stale_columns(handle.slot);
        Ok(())
    }
}

/// Another variant has other columns: all of them are changed.
#[inline]
fn with_variants<M: Model>(changed: [&mut ColumnSet; 2]) {
    if !M::HAS_VARIANTS {
        return;
    }
    for columns in changed {
        let all = columns.iter().filter_map(variant_columns::<M>);
        all.collect::<Vec<_>>()
            .iter()
            .for_each(|all| columns.unite(all));
    }
}

#[cold]
fn changed_meanwhile<M: Model>() -> Error {
    let name = M::def().name;
    let message =
        format!("the row of a dirty {name} was changed in the database since it was loaded");
    Error::with_message(ErrorKind::StaleData, message)
        .with_table(M::def().table)
        .with_hint("flush before raw SQL, or refresh the entity and change it again")
}
