//! Loads a relation of several entities, by the strategy of its kind; and relations one after another.
//!
//! Used by the session. One file a strategy: `parents.rs`, `children.rs` with `links.rs`, `part.rs`, `view.rs`.

use std::collections::HashSet;

use orm_core::error::Result;

use super::owners::Owners;
use super::{children, parents, part, view};
use crate::engine::Connection;
use crate::mapping::{AnyList, LoadPath, LoadStep, RawRef};
use crate::query::keys_a_query;
use crate::state::{AnyArena, State};

/// Notes what is in memory, and returns the entities whose relation has to be read: all of them, for a part of it and for one
/// that is only read.
pub(crate) fn in_memory(state: &mut State, owners: &Owners<'_>) -> Vec<u32> {
    if !owners.relation().is_whole(owners.scope) {
        return owners.slots.to_vec();
    }
    match owners.own_key() {
        Some(reference) => parents::in_memory(state, owners, reference),
        None => children::in_memory(state, owners),
    }
}

/// Reads what the relation references, or the part of it that a scope selects.
///
/// # Errors
/// `NotFound` for a foreign key without a row, `MultipleRows` for several rows of a relation to one; the errors of the
/// queries.
pub(crate) fn relation(
    state: &mut State,
    connection: &mut Connection,
    owners: &Owners<'_>,
) -> Result<()> {
    if let Some(scope) = owners.scope {
        return part::load(state, connection, owners, scope);
    }
    if let Some(view) = owners.relation().view() {
        return view::load(state, connection, owners, view);
    }
    match owners.own_key() {
        Some(reference) => parents::load(state, connection, owners, reference),
        None => children::load(state, connection, owners),
    }
}

/// Whether it takes more than one statement to read the relation of so many entities.
pub(crate) fn takes_several(connection: &Connection, owners: &Owners<'_>) -> bool {
    // One of a few needs no look at the keys.
    owners.slots.len() > 1 && owners.slots.len() > keys_a_query(connection, owners.key_width())
}

/// Loads the relations of a path, one after another, for entities of the model that it begins with.
///
/// # Errors
/// As [`relation`].
pub(crate) fn path(
    state: &mut State,
    connection: &mut Connection,
    path: &LoadPath,
    slots: &[u32],
) -> Result<()> {
    let Some((last, steps)) = path.split_last() else {
        return Ok(());
    };
    let mut slots = distinct(slots.to_vec());
    for step in steps {
        slots = levels(state, connection, step, slots)?;
    }
    // What the last one leads to is looked for by no other.
    if last.levels == 1 {
        return follow(state, connection, &Owners::of(last, &slots));
    }
    levels(state, connection, last, slots).map(drop)
}

/// Follows a relation from these entities, as often as the step says, and returns what it references on all levels.
fn levels(
    state: &mut State,
    connection: &mut Connection,
    load: &LoadStep,
    mut level: Vec<u32>,
) -> Result<Vec<u32>> {
    if load.levels == 1 {
        return step(state, connection, load, &level);
    }
    let (mut followed, mut found) = (HashSet::new(), Vec::new());
    for _ in 0..load.levels {
        level.retain(|slot| followed.insert(*slot));
        if level.is_empty() {
            break;
        }
        level = step(state, connection, load, &level)?;
        found.extend_from_slice(&level);
    }
    Ok(distinct(found))
}

/// Loads a relation of entities, and returns what it references.
///
/// # Errors
/// As [`relation`].
pub(super) fn step(
    state: &mut State,
    connection: &mut Connection,
    step: &LoadStep,
    slots: &[u32],
) -> Result<Vec<u32>> {
    let owners = Owners::of(step, slots);
    follow(state, connection, &owners)?;
    Ok(match step.scope {
        None => targets(state, &owners, |list| list.targets()),
        Some(_) => targets(state, &owners, |list| list.part().unwrap_or_default()),
    })
}

/// Loads the relation of those of the owners that don't have it in memory.
fn follow(state: &mut State, connection: &mut Connection, owners: &Owners<'_>) -> Result<()> {
    let missing = in_memory(state, owners);
    if missing.is_empty() {
        return Ok(());
    }
    let slots = &*missing;
    relation(state, connection, &Owners { slots, ..*owners })
}

/// What the relation of all owners references, each entity once. Of lists it is what `members` has.
fn targets(
    state: &State,
    owners: &Owners<'_>,
    members: fn(&dyn AnyList) -> Vec<RawRef>,
) -> Vec<u32> {
    let Some(arena) = state.by_model(owners.model) else {
        return Vec::new();
    };
    let slots = owners.slots.iter();
    let targets = slots.flat_map(|slot| referenced(arena, (*slot, owners.index), members));
    distinct(targets.collect())
}

fn referenced(
    arena: &dyn AnyArena,
    (slot, index): (u32, usize),
    members: fn(&dyn AnyList) -> Vec<RawRef>,
) -> Vec<u32> {
    let members = if let Some(list) = arena.list(slot, index) {
        members(list)
    } else if let Some(one) = arena.to_one(slot, index).handle() {
        vec![one]
    } else {
        arena.view(slot, index).unwrap_or_default()
    };
    members.into_iter().map(|member| member.slot).collect()
}

/// Each slot once, in their order.
pub(crate) fn distinct(mut slots: Vec<u32>) -> Vec<u32> {
    slots.sort_unstable();
    slots.dedup();
    slots
}
