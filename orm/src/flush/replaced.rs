//! The keys that a flush has inserted. An entity whose row was deleted by another transaction must not update or
//! delete the row of a new entity with the same key.

use orm_core::error::Result;
use orm_core::value::Value;

use super::batch::Batch;
use super::pending::old_key;
use super::row_node::RowKind;
use super::stale::stale;
use crate::state::{AnyArena, KeySet, KeyTuple, RowMap, Written};

/// The keys inserted so far, by table, as far as a later batch writes to it.
#[derive(Default)]
pub(super) struct InsertedKeys(Option<Box<Keys>>);

type Keys = RowMap<&'static str, KeySet<KeyTuple<Value>>>;

impl InsertedKeys {
    /// Notes what a batch has inserted, if one of `later` changes or deletes rows of the table.
    #[inline]
    pub(super) fn note(
        &mut self,
        (arena, batch): (&dyn AnyArena, &Batch),
        written: &Written,
        later: &[Batch],
    ) {
        if batch.facts.kind == RowKind::Insert && !later.is_empty() {
            self.note_insert((arena, batch), written, later);
        }
    }

    #[cold]
    fn note_insert(
        &mut self,
        (arena, batch): (&dyn AnyArena, &Batch),
        written: &Written,
        later: &[Batch],
    ) {
        let table = batch.def.table;
        let changes = |batch: &Batch| batch.def.table == table && batch.kind.is_of_old_rows();
        if later.iter().any(changes) {
            let keys = batch.slots.iter().enumerate().filter_map(|(row, slot)| {
                let value = |position| arena.written_value((*slot, row), written, position);
                let key = batch.def.primary_key.iter();
                KeyTuple::new(key.map(|position| value(*position).to_value()))
            });
            let tables = self.0.get_or_insert_default();
            tables.entry(table).or_default().extend(keys);
        }
    }

    /// Refuses a batch with an entity whose row isn't there any more, or its key could not have been inserted.
    ///
    /// # Errors
    /// `StaleData`.
    #[inline]
    pub(super) fn check(&self, arena: &dyn AnyArena, batch: &Batch) -> Result<()> {
        match &self.0 {
            None => Ok(()),
            Some(keys) => check_rows(keys, arena, batch),
        }
    }
}

#[cold]
fn check_rows(keys: &Keys, arena: &dyn AnyArena, batch: &Batch) -> Result<()> {
    let keys = keys.get(batch.def.table);
    let Some(keys) = keys.filter(|_| batch.kind.is_of_old_rows()) else {
        return Ok(());
    };
    let is_replaced = |slot: &&u32| {
        let key = old_key(arena, **slot, batch.def.primary_key);
        key.is_some_and(|key| keys.contains(&key.to_owned()))
    };
    match batch.slots.iter().find(is_replaced) {
        Some(slot) => Err(stale(arena, *slot)),
        None => Ok(()),
    }
}
