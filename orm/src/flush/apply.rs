//! What was written becomes the entities' state: keys, versions, the undo log, and what the database has
//! done to other rows along with it.

use std::collections::HashSet;

use orm_core::schema::Action;

use super::emit::Written;
use super::unit::{Plan, Unit};
use super::work::tuple;
use crate::mapping::{ModelDef, ReferenceDef};
use crate::query::Write;
use crate::state::State;

/// Applies the outcome of a plan that was written as a whole.
pub(crate) fn apply(state: &mut State, plan: Plan, written: Vec<Written>) {
    let (level, epoch) = (state.level, state.epoch);
    let mut emptied = Vec::new();
    for (unit, written) in plan.units.into_iter().zip(written) {
        if let Written::Deleted = written {
            null_references(state, &unit);
            emptied.push(unit.def.table);
        }
        expire_twins(state, &unit);
        let Some(arena) = state.by_model_mut(unit.model) else {
            continue;
        };
        match written {
            Written::Inserted(rows) => arena.apply_inserts(&rows, level, epoch),
            Written::Updated(rows) => arena.apply_updates(&rows, level, epoch),
            Written::Deleted => arena.apply_deletes(&unit.slots, level),
        }
    }
    state.settle();
    expire_referring(state, emptied, |reference| reference.on_delete);
}

/// Makes the entities of a table stale that was written to past the unit of work, and those that the
/// database may have deleted or changed along with its rows.
pub(crate) fn expire(state: &mut State, table: &'static str, write: Write) {
    state.wrote_past = true;
    for arena in state.arenas_mut() {
        if arena.def().table == table {
            arena.expire();
        }
    }
    match write {
        Write::Insert => {}
        Write::Update => expire_referring(state, vec![table], |reference| reference.on_update),
        Write::Delete => expire_referring(state, vec![table], |reference| reference.on_delete),
    }
}

/// What the database does with rows that refer to one that changes or goes.
type ActionOf = fn(&ReferenceDef) -> Action;

/// Makes the entities stale that refer to rows of these tables by a key that the database follows.
fn expire_referring(state: &mut State, mut tables: Vec<&'static str>, action: ActionOf) {
    let mut next = 0;
    while let Some(table) = tables.get(next).copied() {
        next += 1;
        let mut followed = false;
        let referring = state
            .arenas_mut()
            .filter(|arena| follows(arena.def(), table, action));
        for arena in referring {
            followed = true;
            arena.expire();
            // Its rows may have been deleted in turn.
            if !tables.contains(&arena.def().table) {
                tables.push(arena.def().table);
            }
        }
        state.wrote_past |= followed;
    }
}

fn follows(def: &ModelDef, table: &str, action: ActionOf) -> bool {
    let mut to_it = def
        .references
        .iter()
        .filter(|reference| (reference.target)().table == table);
    to_it.any(|reference| !matches!(action(reference), Action::NoAction | Action::Restrict))
}

/// Does in memory what ON DELETE SET NULL has done in the database: else the next change of such an
/// entity would look as if somebody else had been there before.
fn null_references(state: &mut State, deleted: &Unit) {
    let level = state.level;
    let mut nulled = Vec::new();
    let Some(parents) = state.by_model(deleted.model) else {
        return;
    };
    for child in state.arenas() {
        for reference in child.def().references {
            if reference.on_delete == Action::SetNull
                && (reference.target)().table == deleted.def.table
            {
                let columns = (reference.target_columns)();
                let key = |slot: &u32| tuple(columns.iter().map(|c| parents.old_value(*slot, *c)));
                let keys: HashSet<String> = deleted.slots.iter().filter_map(key).collect();
                nulled.push((child.model(), reference.columns, keys));
            }
        }
    }
    for (model, columns, keys) in nulled {
        let Some(child) = state.by_model_mut(model) else {
            continue;
        };
        for slot in child.loaded() {
            let key = tuple(columns.iter().map(|c| child.old_value(slot, *c)));
            if key.is_some_and(|key| keys.contains(&key)) {
                child.set_null(slot, columns, level);
            }
        }
    }
}

/// Makes the entities of other models of the same table stale: one of them may be of the same row.
fn expire_twins(state: &mut State, unit: &Unit) {
    let (model, table) = (unit.model, unit.def.table);
    for arena in state.arenas_mut() {
        if arena.model() != model && arena.def().table == table {
            arena.expire();
        }
    }
}
