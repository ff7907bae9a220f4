//! What was written becomes the entities' state: keys, versions, the undo log, and what the database has
//! done to other rows along with it.

use std::collections::HashSet;

use orm_core::schema::Action;

use super::cascade;
use super::emit::Written;
use super::unique::{Key, old_key};
use super::unit::{Plan, Unit, UnitKind};
use crate::mapping::ReferenceDef;
use crate::query::Write;
use crate::state::State;

/// Applies the outcome of a plan that was written as a whole.
pub(crate) fn apply(state: &mut State, plan: Plan, written: Vec<Written>) {
    let (level, clock) = (state.level, state.clock);
    let all = plan.units;
    let mut emptied = Vec::new();
    let mut written = written.into_iter();
    // Deletes stand together, first or last: those last find the references as the rest has left them.
    for units in all.chunk_by(|a, b| deletes(a) == deletes(b)) {
        if deletes(&units[0]) {
            null_references(state, units);
            let tables = units.iter().map(|unit| unit.def.table);
            tables.for_each(|table| add_once(&mut emptied, table));
        }
        for (unit, written) in units.iter().zip(written.by_ref()) {
            let Some(arena) = state.by_model_mut(unit.model) else {
                continue;
            };
            match written {
                Written::Inserted(rows) => arena.apply_inserts(&rows, level, clock),
                Written::Updated(rows) => arena.apply_updates(&rows, level),
                Written::Deleted => arena.apply_deletes(&unit.slots, level),
            }
        }
    }
    note_flushed(state, &all);
    mark_twins(state, &all);
    state.settle();
    mark_referring(state, emptied, |reference| reference.on_delete);
}

fn deletes(unit: &Unit) -> bool {
    matches!(unit.kind, UnitKind::Delete { .. })
}

/// Of a handful: there are as many as tables or models.
fn add_once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// Makes the entities of a table stale that was written to past the unit of work, and those that the
/// database may have deleted or changed along with its rows.
pub(crate) fn overtake(state: &mut State, table: &'static str, write: Write) {
    state.wrote_past = true;
    let clock = state.tick();
    for arena in state.arenas_mut() {
        if arena.def().table == table {
            arena.mark_stale(clock);
            arena.overtake(clock, write.as_sql());
        }
    }
    match write {
        Write::Insert => {}
        Write::Update => mark_referring(state, vec![table], |reference| reference.on_update),
        Write::Delete => mark_referring(state, vec![table], |reference| reference.on_delete),
    }
}

/// Notes which tables were written: a model that the session meets later in the transaction may read what a
/// rollback takes back.
fn note_flushed(state: &mut State, units: &[Unit]) {
    for unit in units {
        let changed = !matches!(unit.kind, UnitKind::Insert { .. });
        add_once(&mut state.flushed, (unit.def.table, changed));
    }
}

/// What the database does with rows that refer to one that changes or goes.
type ActionOf = fn(&ReferenceDef) -> Action;

/// Makes the entities stale that refer to rows of these tables by a key that the database follows.
fn mark_referring(state: &mut State, tables: Vec<&'static str>, action: ActionOf) {
    let follows = |reference: &ReferenceDef| {
        !matches!(action(reference), Action::NoAction | Action::Restrict)
    };
    let reached = cascade::follow(tables, follows);
    if reached.is_empty() {
        return;
    }
    state.wrote_past = true;
    let clock = state.tick();
    for arena in state.arenas_mut() {
        if reached.contains(&arena.def().table) {
            arena.mark_stale(clock);
            arena.mark_cascaded();
        }
    }
}

/// A foreign key's columns, and the keys in it that the database has set to NULL.
type Nulled = (&'static [usize], HashSet<Key>);

/// Does in memory what ON DELETE SET NULL has done in the database: else the next change of such an
/// entity would look as if somebody else had been there before.
fn null_references(state: &mut State, deleted: &[Unit]) {
    let level = state.level;
    let mut children: Vec<(usize, Vec<Nulled>)> = Vec::new();
    for child in state.arenas() {
        let references = child.def().references.iter();
        let nulled = references
            .filter(|reference| reference.on_delete == Action::SetNull)
            .map(|reference| (reference.columns, deleted_keys(state, deleted, reference)))
            .filter(|(_, keys)| !keys.is_empty());
        let nulled: Vec<Nulled> = nulled.collect();
        if !nulled.is_empty() {
            children.push((child.model(), nulled));
        }
    }
    for (model, nulled) in children {
        let Some(child) = state.by_model_mut(model) else {
            continue;
        };
        for slot in child.loaded() {
            for (columns, keys) in &nulled {
                if old_key(child.as_ref(), slot, columns).is_some_and(|key| keys.contains(&key)) {
                    child.set_null(slot, columns, level);
                }
            }
        }
    }
}

/// What a foreign key holds that refers to one of the deleted rows.
fn deleted_keys(state: &State, deleted: &[Unit], reference: &ReferenceDef) -> HashSet<Key> {
    let table = (reference.target)().table;
    let columns = reference.target_columns;
    let mut keys = HashSet::new();
    for unit in deleted.iter().filter(|unit| unit.def.table == table) {
        if let Some(parents) = state.by_model(unit.model) {
            let slots = unit.slots.iter();
            keys.extend(slots.filter_map(|slot| old_key(parents, *slot, columns)));
        }
    }
    keys
}

/// Makes the entities of other models of the same table stale: one of them may be of the same row.
fn mark_twins(state: &mut State, units: &[Unit]) {
    let mut wrote = Vec::new();
    for unit in units {
        add_once(&mut wrote, (unit.model, unit.def.table));
    }
    let clock = state.tick();
    let mut twins = false;
    for arena in state.arenas_mut() {
        let (own, table) = (arena.model(), arena.def().table);
        if wrote
            .iter()
            .any(|(model, of)| *model != own && *of == table)
        {
            twins = true;
            arena.mark_stale(clock);
        }
    }
    // What a twin reads from here on, a rollback takes back.
    state.wrote_past |= twins;
}
