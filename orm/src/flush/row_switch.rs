//! Finds new entities with the keys of deleted ones: their rows are updated instead of deleted and inserted, so that what
//! ON DELETE would do to rows that refer to them is not done.
//!
//! Called after `link.rs`, before the plan is made. `state/row_switch.rs` has what the flush then reads and applies.

use orm_core::value::ValueRef;

use super::pending::old_key;
use crate::mapping::{ColumnSet, RawRef};
use crate::state::{
    AnyArena, EntityState, KeyMap, KeyTuple, Link, PendingRow, PendingRows, State, Switch,
};

/// Makes each new entity with the key of a deleted one take its row.
#[inline]
pub(crate) fn switch_rows(state: &mut State) {
    if state.has_switches || state.arenas().any(AnyArena::may_switch) {
        switch_all(state);
    }
}

#[cold]
fn switch_all(state: &mut State) {
    state.has_switches = true;
    let arenas = state.arenas().filter(|arena| arena.may_switch());
    let models: Vec<usize> = arenas.map(AnyArena::model).collect();
    for model in models {
        if let Some(arena) = state.by_model_mut(model) {
            arena.unswitch();
        }
        let switches = match state.by_model(model) {
            Some(arena) => find(state, arena),
            None => Vec::new(),
        };
        if let Some(arena) = state.by_model_mut(model) {
            arena.switch(switches);
        }
    }
}

fn find(state: &State, arena: &dyn AnyArena) -> Vec<(u32, Switch)> {
    let (mut rows, key) = (PendingRows::default(), arena.def().primary_key);
    arena.pending_rows(&mut rows);
    let deleting = rows.deleting().iter();
    let deleting = deleting.filter_map(|row| Some((old_key(arena, row.slot, key)?, row.slot)));
    let mut deleting: KeyMap<KeyTuple<ValueRef<'_>>, u32> = deleting.collect();
    let added = rows.added().iter().filter_map(|row| {
        let values = key
            .iter()
            .map(|position| known(state, arena, row, *position));
        let values: Vec<ValueRef<'_>> = values.collect::<Option<_>>()?;
        let key = KeyTuple::new(values.into_iter())?;
        let (taken, old) = deleting.remove_entry(&key)?;
        let Some(columns) = set(state, arena, (row, old)) else {
            deleting.insert(taken, old);
            return None;
        };
        Some((row.slot, Switch { old, columns }))
    });
    added.collect()
}

/// The columns that the UPDATE sets. Where a version shows that the row is as it was read, they are those that differ;
/// else all that are given, which are then also expected to be as they were read: no value of the new entity is left out
/// because the deleted one was out of date. What the database would fill in stays as it is in the row. `None` if there is
/// nothing to set.
fn set(state: &State, arena: &dyn AnyArena, (row, old): (&PendingRow, u32)) -> Option<ColumnSet> {
    let def = arena.def();
    let given = (0..def.columns.len()).filter(|position| {
        !def.is_key(*position) && !row.columns.contains(*position) && def.version != Some(*position)
    });
    if def.version.is_none() {
        let given: ColumnSet = given.collect();
        return (!given.is_empty()).then_some(given);
    }
    let differs = |position: &usize| {
        let new = known(state, arena, row, *position);
        new.is_none_or(|new| !new.is_same(arena.old_value(old, *position)))
    };
    Some(given.filter(differs).collect())
}

/// The value that a new row gets in a column, if it is known before the flush.
fn known<'s>(
    state: &'s State,
    arena: &'s dyn AnyArena,
    row: &PendingRow,
    position: usize,
) -> Option<ValueRef<'s>> {
    let links = arena.links(row.slot).iter();
    let mut links = links.filter(|link| link.reference.columns.contains(&position));
    match links.next() {
        Some(link) => linked(state, link, position),
        None if row.columns.contains(position) => None,
        None => Some(arena.value(row.slot, position)),
    }
}

fn linked<'s>(state: &'s State, link: &Link, column: usize) -> Option<ValueRef<'s>> {
    let Some((model, RawRef { slot, stamp })) = link.target else {
        return Some(ValueRef::Null);
    };
    let target = state.by_model(model)?;
    let mut columns = link
        .reference
        .columns
        .iter()
        .zip(link.reference.target_columns);
    let (_, position) = columns.find(|(own, _)| **own == column)?;
    let is_known = match target.entity_state(slot, stamp)? {
        EntityState::Pending => {
            target.def().generated != Some(*position) && !target.is_unset(slot, *position)
        }
        state => state.has_row(),
    };
    is_known.then(|| target.value(slot, *position))
}

/// A deleted entity and the one that has got its row.
pub(super) struct Switched {
    model: usize,
    old: RawRef,
    new: RawRef,
}

/// The switches of a flush that is about to be applied.
pub(super) fn switched(state: &State) -> Vec<Switched> {
    let mut all = Vec::new();
    for arena in state.arenas() {
        let switches = arena.switched().iter();
        all.extend(switches.map(|(new, switch)| Switched {
            model: arena.model(),
            old: arena.handle(switch.old),
            new: arena.handle(*new),
        }));
    }
    all
}

/// Relations that reference deleted entities reference those that have their rows, and these have their lists.
pub(super) fn redirect(state: &mut State, switched: &[Switched]) {
    let level = state.level;
    for Switched { model, old, new } in switched {
        state.take_lists(*model, [*old, *new]);
        state.redirect(*model, [*old, *new], Some(level));
    }
}
