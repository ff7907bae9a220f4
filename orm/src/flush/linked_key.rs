//! The values that rows get by their relations, as far as they are known before the flush.
//!
//! Used by `dependencies.rs`. The foreign key of a row that is linked has its former value until the row is written.

use orm_core::value::ValueRef;

use super::pending::Pending;
use super::row_node::RowNode;
use crate::state::{AnyArena, EntityState, KeyTuple, Link, State};

/// What a column of an entity will have that a link references; `None` if that is not known or does not count.
pub(super) type TargetKey =
    for<'s> fn((&'s dyn AnyArena, EntityState), u32, usize) -> Option<ValueRef<'s>>;

/// The values that a row gets in these columns, those of relations included; `key` where it has no relations. `None` if one
/// is NULL, or is not known.
pub(super) fn linked_key<'s>(
    state: &'s State,
    table: &Pending<'s>,
    (row, columns): (RowNode, &'static [usize]),
    key: Option<KeyTuple<ValueRef<'s>>>,
    target_key: TargetKey,
) -> Option<KeyTuple<ValueRef<'s>>> {
    let (arena, slot) = (table.arena, table.slot(row));
    let links = arena.links(slot);
    let is_linked = |column: &usize| links.iter().any(|link| has_column(link, *column));
    if !columns.iter().any(is_linked) {
        return key;
    }
    let value = |column: &usize| {
        let link = links.iter().find(|link| has_column(link, *column));
        match link {
            Some(link) => linked_value(state, link, *column, target_key),
            None => Some(arena.value(slot, *column)),
        }
    };
    let values: Option<Vec<ValueRef<'s>>> = columns.iter().map(value).collect();
    KeyTuple::new(values?.into_iter())
}

fn has_column(link: &Link, column: usize) -> bool {
    link.reference.columns.contains(&column)
}

fn linked_value<'s>(
    state: &'s State,
    link: &Link,
    column: usize,
    target_key: TargetKey,
) -> Option<ValueRef<'s>> {
    let Some((model, handle)) = link.target else {
        return Some(ValueRef::Null);
    };
    let columns = link.reference.columns.iter();
    let mut columns = columns.zip(link.reference.target_columns);
    let (_, position) = columns.find(|(own, _)| **own == column)?;
    let arena = state.by_model(model)?;
    let entity = arena.entity_state(handle.slot, handle.stamp)?;
    target_key((arena, entity), handle.slot, *position)
}

/// The key of an entity that has a row.
pub(super) fn stored_key(
    (arena, state): (&dyn AnyArena, EntityState),
    slot: u32,
    position: usize,
) -> Option<ValueRef<'_>> {
    match state {
        // It keeps its key until it is deleted.
        EntityState::Deleting => Some(arena.old_value(slot, position)),
        _ => state.has_row().then(|| arena.value(slot, position)),
    }
}

/// As [`stored_key`], and that of an entity to insert, unless the database generates it.
pub(super) fn given_key(
    (arena, state): (&dyn AnyArena, EntityState),
    slot: u32,
    position: usize,
) -> Option<ValueRef<'_>> {
    let is_given = state == EntityState::Pending
        && arena.def().generated != Some(position)
        && !arena.is_unset(slot, position);
    if is_given {
        Some(arena.value(slot, position))
    } else {
        stored_key((arena, state), slot, position)
    }
}
