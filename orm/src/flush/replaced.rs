//! Keys that a flush has inserted: a row with one of them is no other entity's row.
//!
//! An entity whose row another transaction has deleted, and whose key a new entity of the same flush takes, would
//! else change or delete that new row.

use std::collections::{HashMap, HashSet};

use super::stale::stale;
use super::unique::{Key, key_of, old_key};
use super::unit::{Unit, UnitKind};
use crate::state::{AnyArena, Inserted};
use orm_core::error::Result;

/// The keys inserted so far, by table, as far as a later unit writes to it.
#[derive(Default)]
pub(super) struct InsertedKeys(HashMap<&'static str, HashSet<Key>>);

impl InsertedKeys {
    /// Notes what a unit has inserted, if one of `later` changes or deletes rows of the table.
    pub(super) fn note(&mut self, arena: &dyn AnyArena, rows: &[Inserted], later: &[Unit]) {
        let table = arena.def().table;
        let changes =
            |unit: &Unit| unit.def.table == table && !matches!(unit.kind, UnitKind::Insert { .. });
        if later.iter().any(changes) {
            let keys = rows.iter().filter_map(|row| key_of(arena, row));
            self.0.entry(table).or_default().extend(keys);
        }
    }

    /// Refuses a unit with an entity whose row isn't there any more, or its key could not have been inserted.
    ///
    /// # Errors
    /// `StaleData`.
    pub(super) fn check(&self, arena: &dyn AnyArena, unit: &Unit) -> Result<()> {
        let Some(keys) = self.0.get(unit.def.table) else {
            return Ok(());
        };
        let is_replaced = |slot: &&u32| {
            let key = old_key(arena, **slot, unit.def.primary_key);
            key.is_some_and(|key| keys.contains(&key))
        };
        let is_insert = matches!(unit.kind, UnitKind::Insert { .. });
        match unit.slots.iter().find(is_replaced) {
            Some(slot) if !is_insert => Err(stale(arena, *slot)),
            _ => Ok(()),
        }
    }
}
