//! Returns the `StaleData` error: finds the row that an UPDATE or DELETE did not match, and names it.

use std::collections::HashSet;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::Value;

use super::batch::{Batch, Plan};
use super::key_text::key_text;
use crate::engine::Connection;
use crate::query::current_rows_by_key;
use crate::state::{AnyArena, State, are_same};

/// The error of a row that was not there as expected.
#[cold]
pub(super) fn stale(arena: &dyn AnyArena, slot: u32) -> Error {
    let def = arena.def();
    let (name, key) = (def.name, own_key(arena, slot));
    let (by, hint) = match arena.overtaken(slot) {
        Some(own) => (
            format!(" by {own} of this session or by another transaction"),
            "call refresh after such a statement, before changing entities",
        ),
        None => (
            " by another transaction".to_owned(),
            "call refresh, apply the change again and flush; if the row is deleted, call expunge",
        ),
    };
    let message = format!(
        "the {name} with the primary key {key} was changed or deleted{by} since it was read"
    );
    Error::with_message(ErrorKind::StaleData, message)
        .with_table(def.table)
        .with_hint(hint)
}

/// The error of a key that several rows have, all of which were written.
#[cold]
pub(super) fn no_key(arena: &dyn AnyArena, slot: u32, rows: u64) -> Error {
    let def = arena.def();
    Error::with_message(
        ErrorKind::MultipleRows,
        format!(
            "{rows} rows match the primary key {} of this {}",
            own_key(arena, slot),
            def.name
        ),
    )
    .with_table(def.table)
    .with_hint("add a primary key or a unique index to the table, on the columns of the model's primary key")
}

fn own_key(arena: &dyn AnyArena, slot: u32) -> String {
    let key = arena.old_values(slot, arena.def().primary_key);
    key_text(key.iter().map(Value::as_ref))
}

/// Names the first row of a batch that did not match as a whole that is gone or changed; `error` if each is as expected by
/// now.
pub(super) fn find_stale(
    connection: &mut Connection,
    state: &State,
    (plan, batch): (&Plan, usize),
    error: Error,
) -> Error {
    let batch = &plan.batches()[batch];
    let Some(arena) = state.by_model(batch.model) else {
        return error;
    };
    match first_stale(connection, arena, batch) {
        Ok(Some(slot)) => stale(arena, slot),
        Ok(None) => swallowed(batch),
        // The batch did fail, whatever keeps this look from telling why.
        Err(_) => error,
    }
}

#[cold]
fn swallowed(batch: &Batch) -> Error {
    Error::with_message(
        ErrorKind::StaleData,
        format!(
            "not all of {} rows were written, although none has changed since it was loaded",
            batch.slots.len()
        ),
    )
    .with_table(batch.def.table)
    .with_hint("check the table for a trigger or rule")
}

fn first_stale(
    connection: &mut Connection,
    arena: &dyn AnyArena,
    batch: &Batch,
) -> Result<Option<u32>> {
    let expected = batch.kind.expected();
    let key = batch.def.primary_key;
    let slots = batch.slots.iter();
    let keys: Vec<Vec<Value>> = slots.map(|slot| arena.old_values(*slot, key)).collect();
    let mut intact = HashSet::new();
    let positions = [key, expected].concat();
    current_rows_by_key(connection, (batch.def, batch.model), &keys, &mut |row| {
        let found = arena.read(row, &positions)?;
        let (key, values) = found.split_at(key.len());
        if let Some(slot) = arena.find(key).map(|slot| arena.switched_to(slot))
            && are_same(values, &arena.old_values(slot, expected))
        {
            intact.insert(slot);
        }
        Ok(())
    })?;
    Ok(batch
        .slots
        .iter()
        .copied()
        .find(|slot| !intact.contains(slot)))
}

/// The first of these entities whose row is there. Those that are gone were taken along by the database.
pub(super) fn still_there(
    connection: &mut Connection,
    arena: &dyn AnyArena,
    slots: &[u32],
) -> Result<Option<u32>> {
    let key = arena.def().primary_key;
    let slots = slots.iter();
    let keys: Vec<Vec<Value>> = slots.map(|slot| arena.old_values(*slot, key)).collect();
    let mut there = None;
    let model = (arena.def(), arena.model());
    current_rows_by_key(connection, model, &keys, &mut |row| {
        there = there.or(arena.find(&arena.read(row, key)?));
        Ok(())
    })?;
    Ok(there)
}
