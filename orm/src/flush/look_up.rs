//! Reads the catalogue for the tables of a plan, and determines which columns are read back.
//!
//! Called between planning and writing. `fetch.rs` reads the values back; the dialect compares expected values.

use orm_core::error::Result;
use orm_core::value::ValueRef;

use super::batch::{Batch, BatchKind, Plan};
use crate::engine::{Connection, Engine, StoredTable};
use crate::mapping::ModelDef;
use crate::query::{check_writable, learn_tables};
use crate::state::{AnyArena, State};

/// Gives each batch of `plan` what is known of its table. What isn't known is read on `connection`, or on
/// another one if there is none: in one query, once for each table and engine.
///
/// # Errors
/// `Usage` for a model of a view; the database's refusal; those of connecting.
pub(crate) fn look_up(
    plan: &mut Plan,
    state: &State,
    engine: &Engine,
    connection: Option<&mut Connection>,
) -> Result<()> {
    let mut are_known = true;
    for batch in plan.batches_mut() {
        check_writable(batch.def)?;
        are_known &= learn(batch, state, engine);
    }
    if are_known {
        return Ok(());
    }
    look_up_unknown(plan, state, engine, connection)
}

#[cold]
fn look_up_unknown(
    plan: &mut Plan,
    state: &State,
    engine: &Engine,
    connection: Option<&mut Connection>,
) -> Result<()> {
    let mut unknown: Vec<(&'static ModelDef, usize)> = Vec::new();
    for batch in plan.batches() {
        let is_listed = unknown.iter().any(|(_, model)| *model == batch.model);
        if batch.stored.is_none() && !is_listed {
            unknown.push((batch.def, batch.model));
        }
    }
    match connection {
        Some(connection) => learn_tables(connection, &unknown)?,
        // As before a BEGIN: what has died in the pool is found out by the query itself.
        None => learn_tables(&mut engine.connection_to_begin()?, &unknown)?,
    }
    for batch in plan
        .batches_mut()
        .iter_mut()
        .filter(|batch| batch.stored.is_none())
    {
        learn(batch, state, engine);
    }
    Ok(())
}

/// Gives a batch what the engine knows of its table; `false` if it knows nothing.
#[inline]
fn learn(batch: &mut Batch, state: &State, engine: &Engine) -> bool {
    batch.learn(engine);
    let Some(stored) = &batch.stored else {
        return false;
    };
    if stored.changes_values()
        && let Some(arena) = state.by_model(batch.model)
    {
        batch.read_back = read_back(batch, stored, arena);
    } else {
        batch.read_back.clear();
    }
    let values = batch.values.iter().map(|(position, _)| *position);
    // An INSERT fetches them with its defaults.
    let computed = match &batch.kind {
        BatchKind::Update { .. } | BatchKind::Attach { .. } => batch.def.computed,
        BatchKind::Insert { .. } | BatchKind::Delete { .. } | BatchKind::Detach { .. } => &[],
    };
    for position in values.chain(computed.iter().copied()) {
        if !batch.read_back.contains(&position) {
            batch.read_back.push(position);
        }
    }
    true
}

/// The columns in which the database may have something else than what was bound.
fn read_back(batch: &Batch, stored: &StoredTable, arena: &dyn AnyArena) -> Vec<usize> {
    if !stored.readable {
        // If it isn't readable no row of the table can be read as this model.
        return Vec::new();
    }
    let def = batch.def;
    let less = |position: &usize| {
        let mut less = stored.less.iter();
        let limit = less.find(|(less, _)| less == position);
        limit.is_some_and(|(_, most)| {
            most.is_none_or(|most| is_longer(batch, arena, *position, most))
        })
    };
    let outside_key = (0..def.columns.len()).filter(|position| !def.is_key(*position));
    match &batch.kind {
        BatchKind::Delete { .. } | BatchKind::Detach { .. } => Vec::new(),
        BatchKind::Insert {
            columns, fetched, ..
        } => {
            let given = columns.iter().copied().filter(less);
            if !stored.insert_triggers {
                return given.collect();
            }
            let key = given.filter(|position| def.is_key(*position));
            let all = outside_key.filter(|position| !fetched.contains(position));
            key.chain(all).collect()
        }
        BatchKind::Update { .. } | BatchKind::Attach { .. } if stored.update_triggers => {
            outside_key.collect()
        }
        BatchKind::Update { set, .. } | BatchKind::Attach { set } => {
            let touched = stored.touched.iter().copied();
            let touched = touched.filter(|position| !set.contains(position));
            set.iter().copied().filter(less).chain(touched).collect()
        }
    }
}

/// Whether a row of the batch has a longer text than that in a column. In bytes, which are never fewer than
/// characters, and quicker to count.
fn is_longer(batch: &Batch, arena: &dyn AnyArena, position: usize, most: u32) -> bool {
    let longer = |slot: &u32| match arena.value(*slot, position) {
        ValueRef::Text(text) => text.len() > most as usize,
        _ => false,
    };
    batch.slots.iter().any(longer)
}
