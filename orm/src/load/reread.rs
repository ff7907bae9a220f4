//! Reads rows again whose values a rollback has invalidated.
//!
//! An entity that was first loaded in a transaction after it had changed rows outside the unit of work may have
//! values that were never committed, and has no earlier ones.

use orm_core::error::Result;
use orm_core::value::Value;

use crate::engine::Connection;
use crate::mapping::ModelDef;
use crate::query::rows_by_key;
use crate::state::{State, Take};

/// Reads such entities again. Where that fails they can't be read until it is done by `get` or `refresh`.
#[cold]
pub(crate) fn reread(state: &mut State, connection: &mut Connection) {
    for (model, slots) in state.take_unknown() {
        // Without their values they return `Expired`.
        let _ = reread_model(state, connection, model, &slots);
    }
}

fn reread_model(
    state: &mut State,
    connection: &mut Connection,
    model: usize,
    slots: &[u32],
) -> Result<()> {
    let (level, reading) = (state.level, state.reading(Take::All));
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
    Ok(())
}
