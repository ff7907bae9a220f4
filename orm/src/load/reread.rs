//! Reads rows again: those whose values a rollback has invalidated, and those that a statement past the unit of work has
//! written.
//!
//! An entity that was first loaded in a transaction after it had changed rows outside the unit of work may have
//! values that were never committed, and has no earlier ones.

use orm_core::error::Result;
use orm_core::value::Value;

use crate::engine::Connection;
use crate::mapping::ModelDef;
use crate::query::inferred::DmlKind;
use crate::query::rows_by_key;
use crate::state::{RowId, State, Take};

/// Reads such entities again. Where that fails they can't be read until it is done by `get` or `refresh`.
#[cold]
pub(crate) fn reread(state: &mut State, connection: &mut Connection) {
    for (model, slots) in state.take_unknown() {
        // Without their values they return `Expired`.
        let _ = reread_model((state, Take::All), connection, model, &slots);
    }
}

/// A statement past the unit of work has written the rows of these entities: they take the new values, but for those
/// with unflushed changes, or are deleted.
///
/// # Errors
/// The errors of the query.
pub(crate) fn written(
    state: &mut State,
    connection: &mut Connection,
    (def, write): (&'static ModelDef, DmlKind),
    slots: &[u32],
) -> Result<()> {
    let model = State::number(def);
    if slots.is_empty() {
        return Ok(());
    }
    if write != DmlKind::Delete {
        return reread_model((state, Take::Clean), connection, model, slots);
    }
    for slot in slots {
        let slot = *slot;
        state.leave_for_good(RowId { model, slot });
    }
    let level = state.level;
    if let Some(arena) = state.by_model_mut(model) {
        arena.lose(slots, level);
    }
    Ok(())
}

fn reread_model(
    (state, take): (&mut State, Take),
    connection: &mut Connection,
    model: usize,
    slots: &[u32],
) -> Result<()> {
    let (level, reading) = (state.level, state.reading(take));
    let Some(arena) = state.by_model_mut(model) else {
        return Ok(());
    };
    let def: &'static ModelDef = arena.def();
    let key = |slot: &u32| arena.old_values(*slot, def.primary_key);
    let keys: Vec<Vec<Value>> = slots.iter().map(key).collect();
    let mut found = Vec::with_capacity(slots.len());
    rows_by_key(connection, (def, model), &keys, &mut |row| {
        found.push(arena.load(row, 0, reading)?);
        Ok(())
    })?;
    let mut gone = slots.to_vec();
    gone.retain(|slot| !found.contains(slot));
    arena.lose(&gone, level);
    for slot in gone {
        state.leave_for_good(RowId { model, slot });
    }
    Ok(())
}
