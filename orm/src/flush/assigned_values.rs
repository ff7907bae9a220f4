//! Assigns values to the rows of a batch before they are sent: versions, and foreign keys that are links to other
//! entities, including those that the same flush has inserted.
//!
//! Used by `emit.rs`. `plan.rs` records where linked rows are inserted.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::{Value, ValueRef};

use super::batch::{Batch, BatchKind, Plan};
use crate::mapping::{ModelDef, integer_fits};
use crate::state::{AnyArena, Link, State, Written};

/// Gives the rows of a batch what they get, after the batches before it are written.
///
/// # Errors
/// `OutOfRange` for a version that is at its end.
#[inline]
pub(super) fn assign_values(
    (state, arena): (&State, &dyn AnyArena),
    (plan, batch): (&Plan, &Batch),
    assigned: &mut Written,
) -> Result<()> {
    if matches!(batch.kind, BatchKind::Delete { .. }) {
        return Ok(());
    }
    if let Some(position) = batch.def.version {
        assigned.versions = versions(arena, batch, position)?;
    }
    if arena.has_links() {
        assign_links((state, arena), (plan, batch), assigned);
    }
    Ok(())
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
) {
    let rows = batch.slots.len();
    for (row, slot) in batch.slots.iter().enumerate() {
        for link in arena.links(*slot) {
            assigned.store((row, rows), linked(state, plan, link));
        }
    }
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

/// The columns of a foreign key that is taken from a relation, with the values that the row which it leads to has by now.
fn linked<'l>(
    state: &'l State,
    plan: &'l Plan,
    link: &'l Link,
) -> impl Iterator<Item = (usize, Value)> {
    let row = link.row();
    let target = row.and_then(|row| state.by_model(row.model));
    let inserted = row.and_then(|row| plan.inserted.get(&row));
    let inserted = inserted.map(|(batch, row)| (&plan.batches()[*batch].written, *row));
    let columns = link.reference.columns.iter();
    let columns = columns.zip(link.reference.target_columns);
    columns.map(move |(column, position)| {
        let value = match (row, target, inserted) {
            (Some(row), Some(target), Some((written, index))) => {
                target.written_value((row.slot, index), written, *position)
            }
            (Some(row), Some(target), None) => target.value(row.slot, *position),
            _ => ValueRef::Null,
        };
        (*column, value.to_value())
    })
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
