//! Assigns values to the rows of a batch before they are sent: versions, and foreign keys that are links to other
//! entities, including those that the same flush has inserted.
//!
//! Used by `emit.rs`. `plan.rs` records where linked rows are inserted.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::Few;
use orm_core::value::{Value, ValueRef};

use super::batch::{Batch, BatchKind, Plan};
use super::circles::Interim;
use super::post_update::Deferred;
use super::shared_columns::{self, Taken, emptied, has_shared_columns};
use crate::mapping::{ModelDef, integer_fits};
use crate::state::{AnyArena, EntityState, Link, RowId, State, Written};

/// Gives the rows of a batch what they get, after the batches before it are written.
///
/// # Errors
/// `OutOfRange` for a version that is at its end.
pub(super) fn assign_values(
    (state, arena): (&State, &dyn AnyArena),
    (plan, batch): (&Plan, &Batch),
    assigned: &mut Written,
) -> Result<()> {
    match &batch.kind {
        BatchKind::Insert { .. } | BatchKind::Update { .. } => {}
        BatchKind::Attach { set } => {
            assign_given(arena, (batch, set), assigned);
            assign_links((state, arena), (plan, batch), assigned)?;
            assign_keys(arena, (plan, batch), assigned);
            return Ok(());
        }
        BatchKind::Detach { set, .. } => {
            let rows = batch.slots.len();
            for row in 0..rows {
                assigned.store((row, rows), set.iter().map(|column| (*column, Value::Null)));
            }
            return Ok(());
        }
        BatchKind::Delete { .. } => return Ok(()),
    }
    if let Some(position) = batch.def.version {
        assigned.versions = versions(arena, batch, position)?;
    }
    if !batch.def.update_defaults.is_empty() && matches!(batch.kind, BatchKind::Update { .. }) {
        assign_update_defaults(batch, assigned);
    }
    if arena.has_links() {
        assign_links((state, arena), (plan, batch), assigned)?;
    }
    if !plan.deferred.is_empty() {
        defer(arena, (&plan.deferred, batch), assigned);
    }
    Ok(())
}

fn id(batch: &Batch, slot: u32) -> RowId {
    let model = batch.model;
    RowId { model, slot }
}

/// Foreign keys of circles of rows have an interim value until the others are written.
fn defer(arena: &dyn AnyArena, (deferred, batch): (&Deferred, &Batch), assigned: &mut Written) {
    let rows = batch.slots.len();
    for (row, slot) in batch.slots.iter().enumerate() {
        let columns = deferred.get(&id(batch, *slot)).into_iter().flatten();
        let value = |(column, interim): &(usize, Interim)| match interim {
            Interim::Null => (*column, Value::Null),
            Interim::Old => (*column, arena.old_value(*slot, *column).to_value()),
        };
        assigned.store((row, rows), columns.map(value));
    }
}

/// What an UPDATE sets beside the columns that have changed.
#[inline(never)]
fn assign_update_defaults(batch: &Batch, assigned: &mut Written) {
    let rows = batch.slots.len();
    for row in 0..rows {
        let values = batch.def.update_defaults_beside(&batch.columns);
        let values = values.map(|default| (default.column, (default.value)()));
        assigned.store((row, rows), values);
    }
}

/// What the program has given columns.
fn assign_given(arena: &dyn AnyArena, (batch, set): (&Batch, &[usize]), assigned: &mut Written) {
    let rows = batch.slots.len();
    for (row, slot) in batch.slots.iter().enumerate() {
        let value = |column: &usize| (*column, arena.value(*slot, *column).to_value());
        assigned.store((row, rows), set.iter().map(value));
    }
}

/// The keys of rows that the flush has inserted, by which it finds them.
fn assign_keys(arena: &dyn AnyArena, (plan, batch): (&Plan, &Batch), assigned: &mut Written) {
    let rows = batch.slots.len();
    for (row, slot) in batch.slots.iter().enumerate() {
        let Some((inserted, place)) = plan.inserted.get(&id(batch, *slot)) else {
            continue;
        };
        let written = &plan.batches()[*inserted].written;
        let key = batch.def.primary_key.iter();
        let value = |position| {
            arena
                .written_value((*slot, *place), written, position)
                .to_value()
        };
        assigned.store(
            (row, rows),
            key.map(|position| (*position, value(*position))),
        );
    }
}

// Not inlined: most flushes have neither versions nor links, and the less code one has, the more of it stays in the
// processor's cache.
#[inline(never)]
fn versions(arena: &dyn AnyArena, batch: &Batch, position: usize) -> Result<Vec<Option<i64>>> {
    let slots = batch.slots.iter();
    let versions = slots.map(|slot| version(arena, batch, (*slot, position)));
    versions.collect()
}

#[inline(never)]
fn assign_links(
    (state, arena): (&State, &dyn AnyArena),
    (plan, batch): (&Plan, &Batch),
    assigned: &mut Written,
) -> Result<()> {
    let rows = batch.slots.len();
    let is_update = matches!(batch.kind, BatchKind::Update { .. });
    let may_differ = has_shared_columns(batch.def);
    for (row, slot) in batch.slots.iter().enumerate() {
        let links = arena.links(*slot);
        // A foreign key that is deferred has no value yet.
        let is_attach = matches!(batch.kind, BatchKind::Attach { .. });
        let is_final = is_attach || !plan.deferred.contains_key(&id(batch, *slot));
        if may_differ && is_final && !links.is_empty() {
            let taken = |link: &Link| Taken {
                relation: link.relation,
                reference: link.reference,
                values: linked(state, (plan, batch.def), link),
            };
            let taken: Vec<Taken> = links.iter().map(taken).collect();
            shared_columns::check((arena, *slot), &taken, is_update)?;
        }
        for link in links {
            assigned.store((row, rows), linked(state, (plan, batch.def), link));
        }
    }
    Ok(())
}

/// The version that a row gets: one more than it had. They count from 1, and 0 is one that was not set.
fn version(
    arena: &dyn AnyArena,
    batch: &Batch,
    (slot, position): (u32, usize),
) -> Result<Option<i64>> {
    let old = match arena.old_value(slot, position) {
        ValueRef::Int(old) if old == 0 || !batch.kind.is_insert() => old,
        _ => return Ok(None),
    };
    let next = old.checked_add(1);
    match next.filter(|next| fits(batch.def, position, *next)) {
        None => Err(out_of_range(batch.def, position, "the next version")),
        next => Ok(next),
    }
}

/// The columns of a foreign key that is taken from a relation, with the values that the row which it references has by now.
fn linked(state: &State, (plan, def): (&Plan, &ModelDef), link: &Link) -> Few<(usize, Value)> {
    if link.target.is_none() {
        let columns = emptied(def, link.reference).into_iter();
        return columns.map(|column| (column, Value::Null)).collect();
    }
    let row = link.row();
    let target = row.and_then(|row| state.by_model(row.model));
    let inserted = row.and_then(|row| plan.inserted.get(&row));
    let inserted = inserted.map(|(batch, row)| (&plan.batches()[*batch].written, *row));
    let columns = link.reference.columns.iter();
    let columns = columns.zip(link.reference.target_columns);
    let values = columns.map(|(column, position)| {
        let value = match (row, target, inserted) {
            (Some(row), Some(target), Some((written, index))) => {
                target.written_value((row.slot, index), written, *position)
            }
            // Its own key may be that of a relation; a row that is deleted keeps its key until then.
            (Some(row), Some(target), None)
                if target.def().is_key(*position) && target.switched().contains_key(&row.slot)
                    || is_deleting(target, link) =>
            {
                target.old_value(row.slot, *position)
            }
            (Some(row), Some(target), None) => target.value(row.slot, *position),
            _ => ValueRef::Null,
        };
        (*column, value.to_value())
    });
    values.collect()
}

/// Whether the row that a link references is deleted by this flush.
fn is_deleting(target: &dyn AnyArena, link: &Link) -> bool {
    let handle = link.target.map(|(_, handle)| handle);
    let state = handle.and_then(|handle| target.entity_state(handle.slot, handle.stamp));
    state == Some(EntityState::Deleting)
}

/// Whether a column's field has room for a number.
pub(super) fn fits(def: &ModelDef, position: usize, number: i64) -> bool {
    let ty = &def.columns[position].ty;
    !ty.is_integer() || integer_fits(ty, number)
}

#[cold]
pub(super) fn out_of_range(def: &ModelDef, position: usize, what: &str) -> Error {
    Error::with_message(
        ErrorKind::OutOfRange,
        format!("{what} is out of range for its field"),
    )
    .with_table(def.table)
    .with_column(def.names[position])
    .with_hint("make the field an i64")
}
