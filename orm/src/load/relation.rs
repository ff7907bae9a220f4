//! Loads a relation of several entities, by the strategy of its kind; and relations one after another.
//!
//! Used by the session. One file a strategy: `parents.rs`, `children.rs` with `links.rs`.

use orm_core::error::Result;

use super::owners::Owners;
use super::{children, parents};
use crate::engine::Connection;
use crate::mapping::{LoadPath, RelationKind};
use crate::state::{AnyArena, State};

/// Notes what is in memory, and returns the entities whose relation has to be read.
pub(crate) fn in_memory(state: &mut State, owners: &Owners<'_>) -> Vec<u32> {
    match owners.relation().kind {
        RelationKind::BelongsTo { reference, .. } => {
            parents::in_memory(state, owners, &owners.def.references[reference])
        }
        RelationKind::HasMany { .. }
        | RelationKind::HasOne { .. }
        | RelationKind::ManyToMany { .. } => children::in_memory(state, owners),
    }
}

/// Reads what the relation references.
///
/// # Errors
/// `NotFound` for a foreign key without a row, `MultipleRows` for several rows of a relation to one; the errors of the
/// queries.
pub(crate) fn relation(
    state: &mut State,
    connection: &mut Connection,
    owners: &Owners<'_>,
) -> Result<()> {
    match owners.relation().kind {
        RelationKind::BelongsTo { reference, .. } => {
            parents::load(state, connection, owners, &owners.def.references[reference])
        }
        RelationKind::HasMany { inverse } | RelationKind::HasOne { inverse } => {
            let child = (owners.relation().target)();
            children::load(state, connection, owners, (child, inverse()))
        }
        RelationKind::ManyToMany { link, inverse, .. } => {
            children::load(state, connection, owners, (link(), inverse()))
        }
    }
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
    let mut slots = distinct(slots.to_vec());
    for step in path {
        let owners = Owners {
            def: step.owner,
            model: State::number(step.owner),
            slots: &slots,
            index: step.index,
        };
        let missing = in_memory(state, &owners);
        if !missing.is_empty() {
            let slots = &*missing;
            relation(state, connection, &Owners { slots, ..owners })?;
        }
        slots = targets(state, &owners);
    }
    Ok(())
}

/// What the relation of all owners references, each entity once.
fn targets(state: &State, owners: &Owners<'_>) -> Vec<u32> {
    let Some(arena) = state.by_model(owners.model) else {
        return Vec::new();
    };
    let slots = owners.slots.iter();
    let targets = slots.flat_map(|slot| referenced(arena, *slot, owners.index));
    distinct(targets.collect())
}

fn referenced(arena: &dyn AnyArena, slot: u32, index: usize) -> Vec<u32> {
    let members = match arena.list(slot, index) {
        Some(list) => list.targets(),
        None => arena.to_one(slot, index).handle().into_iter().collect(),
    };
    members.into_iter().map(|member| member.slot).collect()
}

/// Each slot once, in their order.
pub(crate) fn distinct(mut slots: Vec<u32>) -> Vec<u32> {
    slots.sort_unstable();
    slots.dedup();
    slots
}
