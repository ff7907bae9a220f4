//! Applies a written plan to the entities: keys, versions, the undo log, and that ON DELETE and ON UPDATE make other entities
//! stale. What is known of entities that reference deleted rows is in `deleted_rows.rs`, and of those
//! that reference changed keys in `key_change.rs`.

use std::ptr;

use orm_core::schema::Action;

use super::batch::{Batch, Plan};
use super::deleted_rows::follow_deletes;
use super::key_change::{follow_keys, moved};
use super::link::follow;
use super::row_node::RowKind;
use super::{reached_tables, row_switch};
use crate::mapping::ReferenceDef;
use crate::query::inferred::DmlKind;
use crate::state::State;

/// Applies the outcome of a plan that was written as a whole.
pub(crate) fn apply(state: &mut State, plan: &Plan) {
    let switched = if state.has_switches {
        row_switch::switched(state)
    } else {
        Vec::new()
    };
    let mut reached = Reached::default();
    for batch in plan.batches() {
        if batch.facts.kind == RowKind::Delete || batch.facts.moves_referenced {
            reached.apply(state, batch);
        } else {
            apply_batch(state, batch);
        }
    }
    for (row, columns) in &plan.emptied {
        let level = state.level;
        if let Some(arena) = state.by_model_mut(row.model) {
            arena.set_null(row.slot, columns, level);
        }
    }
    if !switched.is_empty() {
        row_switch::redirect(state, &switched);
    }
    if state.has_relations {
        state.leave_displaced();
    }
    if !plan.following.is_empty() {
        follow(state, &plan.following);
    }
    note_flushed(state, plan.batches());
    if state.has_twins {
        mark_twins(state, plan.batches());
    }
    state.clear_dirty();
    if !reached.is_empty() {
        reached.mark(state);
    }
}

#[inline]
fn apply_batch(state: &mut State, batch: &Batch) {
    let (level, clock) = (state.level, state.clock);
    let Some(arena) = state.by_model_mut(batch.model) else {
        return;
    };
    let (slots, written) = (&batch.slots, &batch.written);
    match batch.facts.kind {
        RowKind::Update => arena.apply_updates(slots, written, (level, batch.facts.moves_key)),
        RowKind::Insert => arena.apply_inserts(slots, written, (level, clock)),
        RowKind::Attach => arena.apply_attached(slots, written, level),
        RowKind::Delete => arena.apply_deletes(slots, level),
        // The rows are deleted next. A junction is no batch.
        RowKind::Detach | RowKind::Junction => {}
    }
}

/// The tables whose rows the database may have changed or deleted others along with.
#[derive(Default)]
struct Reached {
    /// Where rows were deleted.
    deleted_from: Vec<&'static str>,
    /// Where keys were changed that others follow by their defaults.
    defaulted: Vec<&'static str>,
}

impl Reached {
    /// Applies a batch whose rows others may reference.
    #[inline(never)]
    fn apply(&mut self, state: &mut State, batch: &Batch) {
        let table = batch.def.table;
        if batch.facts.kind == RowKind::Delete {
            follow_deletes(state, batch);
            add_once(&mut self.deleted_from, table);
            return apply_batch(state, batch);
        }
        let moved = moved(state, batch);
        apply_batch(state, batch);
        if moved.is_some_and(|moved| follow_keys(state, moved)) {
            add_once(&mut self.defaulted, table);
        }
    }

    fn is_empty(&self) -> bool {
        self.deleted_from.is_empty() && self.defaulted.is_empty()
    }

    /// Makes the entities stale that refer to these rows.
    #[inline(never)]
    fn mark(self, state: &mut State) {
        mark_referring(state, self.deleted_from, |reference| reference.on_delete);
        mark_referring(state, self.defaulted, |reference| reference.on_update);
    }
}

/// Of a handful: there are as many as tables or models.
#[inline]
fn add_once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// Makes the entities of a table stale that was written to past the unit of work, and those that the
/// database may have deleted or changed along with its rows.
pub(crate) fn overtake(state: &mut State, table: &'static str, write: DmlKind) {
    state.wrote_past = true;
    let clock = state.tick();
    for arena in state.arenas_mut() {
        if arena.def().table == table {
            arena.mark_stale(clock);
            arena.overtake(clock, write.as_sql());
        }
    }
    match write {
        DmlKind::Insert => {}
        DmlKind::Update => mark_referring(state, vec![table], |reference| reference.on_update),
        DmlKind::Delete => mark_referring(state, vec![table], |reference| reference.on_delete),
        DmlKind::Truncate => mark_referring(state, vec![table], |_| Action::Cascade),
    }
}

/// Notes which tables were written: a model that the session meets later in the transaction may read what a
/// rollback takes back.
fn note_flushed(state: &mut State, batches: &[Batch]) {
    for batch in batches {
        let (table, has_changed) = (batch.def.table, batch.facts.kind != RowKind::Insert);
        // Nearly always it is the same constant.
        let is_it = |name: &str| ptr::eq(name, table) || name == table;
        let mut known = state.flushed.iter();
        if !known.any(|(name, changed)| *changed == has_changed && is_it(name)) {
            state.flushed.push((table, has_changed));
        }
    }
}

/// What the database does with rows that refer to one that changes or goes.
type ActionOf = fn(&ReferenceDef) -> Action;

/// Makes the entities stale that refer to rows of these tables by a key that the database follows.
fn mark_referring(state: &mut State, tables: Vec<&'static str>, action: ActionOf) {
    if tables.is_empty() {
        return;
    }
    let follows = |reference: &ReferenceDef| {
        !matches!(action(reference), Action::NoAction | Action::Restrict)
    };
    let reached = reached_tables::referencing(tables, follows);
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

/// Makes the entities of other models of the same table stale: one of them may be of the same row.
fn mark_twins(state: &mut State, batches: &[Batch]) {
    let clock = state.tick();
    let mut twins = false;
    for arena in state.arenas_mut() {
        let (own, table) = (arena.model(), arena.def().table);
        let is_twin = |batch: &Batch| batch.model != own && batch.def.table == table;
        if batches.iter().any(is_twin) {
            twins = true;
            arena.mark_stale(clock);
        }
    }
    // What a twin reads from here on, a rollback takes back.
    state.wrote_past |= twins;
}
