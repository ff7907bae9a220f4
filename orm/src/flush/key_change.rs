//! Changes of keys of rows that are there, and of what references them: ON UPDATE follows them in the database, and here in
//! memory. Where it does not, and a loaded row references the old key, the flush is refused.
//!
//! `plan.rs` finds the foreign keys, `apply.rs` follows them.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::Action;
use orm_core::value::Value;

use super::batch::{Batch, Plan};
use super::pending::{Pending, old_key};
use super::reached_tables::loaded_references;
use super::row_node::RowKind;
use crate::mapping::{ColumnSet, ModelDef, ReferenceDef};
use crate::state::{AnyArena, KeyMap, KeyTuple, State};

/// Refuses a generated key that was set to what stands for none.
///
/// # Errors
/// `Usage`.
#[inline]
pub(super) fn check_generated(table: &Pending<'_>) -> Result<()> {
    let generated = table.arena.def().generated;
    match generated.filter(|key| table.touched.contains(*key)) {
        Some(position) => check_changed_key(table, position),
        None => Ok(()),
    }
}

#[cold]
fn check_changed_key(table: &Pending<'_>, position: usize) -> Result<()> {
    let def = table.arena.def();
    let is_none = |slot: u32| {
        table
            .arena
            .value(slot, position)
            .is_same(Value::Int(0).as_ref())
    };
    if table
        .work(RowKind::Update)
        .iter()
        .any(|row| row.touches(&[position]) && is_none(row.slot))
    {
        return Err(Error::with_message(
            ErrorKind::Usage,
            format!("the primary key of a persistent {} was set to 0", def.name),
        )
        .with_table(def.table)
        .with_column(def.names[position])
        .with_hint("restore the old key: the database generates keys of new rows only"));
    }
    Ok(())
}

/// Whether a foreign key references columns that change.
pub(super) fn is_moved(def: &ModelDef, reference: &ReferenceDef, columns: &ColumnSet) -> bool {
    let mut targets = reference.target_columns.iter();
    (reference.target)().table == def.table && targets.any(|column| columns.contains(*column))
}

/// Refuses a change of a key that a loaded row references, where the database does not follow.
///
/// # Errors
/// `Usage`.
pub(crate) fn check_referencing(plan: &Plan, state: &mut State) -> Result<()> {
    let mut batches = plan.batches().iter();
    batches.try_for_each(|batch| {
        if batch.facts.moves_referenced {
            check_batch(batch, state)
        } else {
            Ok(())
        }
    })
}

#[cold]
fn check_batch(batch: &Batch, state: &mut State) -> Result<()> {
    for (model, reference) in loaded_references(state, batch.def.table, |_| true) {
        let follows = !matches!(reference.on_update, Action::NoAction | Action::Restrict);
        if follows || !is_moved(batch.def, reference, &batch.columns) {
            continue;
        }
        let Some(parent) = state.by_model(batch.model) else {
            continue;
        };
        let changes = |slot: &&u32| {
            let mut columns = reference.target_columns.iter();
            columns.any(|column| {
                !parent
                    .value(**slot, *column)
                    .is_same(parent.old_value(**slot, *column))
            })
        };
        let slots = batch.slots.iter().filter(changes);
        let keys = slots.filter_map(|slot| old_key(parent, *slot, reference.target_columns));
        let keys = keys.map(|key| key.to_owned()).collect();
        let Some(child) = state.by_model_mut(model) else {
            continue;
        };
        let slots = child.referring(reference.columns, &keys);
        let stays = |slot: &u32| {
            let mut columns = reference.columns.iter();
            let is_linked = child.links(*slot).iter();
            let mut is_linked =
                is_linked.filter(|link| link.reference.columns == reference.columns);
            let same = |column: &usize| {
                child
                    .value(*slot, *column)
                    .is_same(child.old_value(*slot, *column))
            };
            is_linked.next().is_none() && columns.all(same)
        };
        if slots.iter().any(stays) {
            return Err(referenced(batch.def, child.def(), reference));
        }
    }
    Ok(())
}

#[cold]
fn referenced(parent: &ModelDef, child: &ModelDef, reference: &ReferenceDef) -> Error {
    let column = reference.columns[0];
    let message = format!(
        "the key of a persistent {} was changed, and a row of `{}` references it by `{}`, which has no ON UPDATE CASCADE",
        parent.name, child.table, child.names[column]
    );
    let target = parent.fields[reference.target_columns[0]];
    let hint = format!(
        "declare `on_update = cascade` beside `references = {}.{target}` on `{}.{}` and migrate the table, or change the foreign keys of these rows as well, in a flush before",
        parent.name, child.name, child.fields[column]
    );
    Error::with_message(ErrorKind::Usage, message)
        .with_table(child.table)
        .with_column(child.names[column])
        .with_hint(hint)
}

/// A row whose key has changed, with the values before.
struct Moved {
    slot: u32,
    before: Vec<(usize, Value)>,
}

/// The rows of a batch that is about to be applied, if their keys change.
pub(super) struct MovedRows {
    model: usize,
    rows: Vec<Moved>,
}

pub(super) fn moved(state: &State, batch: &Batch) -> Option<MovedRows> {
    let arena = state.by_model(batch.model)?;
    let rows = batch
        .slots
        .iter()
        .map(|slot| moved_row(arena, *slot, batch.kind.set()));
    Some(MovedRows {
        model: batch.model,
        rows: rows.collect(),
    })
}

fn moved_row(arena: &dyn AnyArena, slot: u32, columns: &[usize]) -> Moved {
    let old = |column: &usize| (*column, arena.old_value(slot, *column).to_value());
    Moved {
        slot,
        before: columns.iter().map(old).collect(),
    }
}

/// Does in memory what ON UPDATE has done in the database to loaded rows that reference these, and to those that reference
/// them in turn. Returns whether it has set defaults, which are not known here.
pub(super) fn follow_keys(state: &mut State, moved: MovedRows) -> bool {
    let (level, mut sets_defaults) = (state.level, false);
    let mut all = vec![moved];
    while let Some(MovedRows { model, rows }) = all.pop() {
        let Some(def) = state.by_model(model).map(AnyArena::def) else {
            continue;
        };
        for (child, reference) in loaded_references(state, def.table, |_| true) {
            let keys = new_keys(state, (model, &rows), reference);
            if keys.is_empty() {
                continue;
            }
            let Some(arena) = state.by_model_mut(child) else {
                continue;
            };
            let mut following = Vec::new();
            let old_keys = keys.keys().cloned().collect();
            for slot in arena.referring(reference.columns, &old_keys) {
                match reference.on_update {
                    Action::Cascade => {
                        following.push(moved_row(&**arena, slot, reference.columns));
                        let old =
                            KeyTuple::new(arena.old_values(slot, reference.columns).into_iter());
                        if let Some(new) = old.and_then(|old| keys.get(&old)) {
                            arena.set_key(slot, reference.columns, new, level);
                        }
                    }
                    Action::SetNull => arena.set_null(slot, reference.columns, level),
                    Action::SetDefault => sets_defaults = true,
                    Action::NoAction | Action::Restrict => {}
                }
            }
            if !following.is_empty() {
                all.push(MovedRows {
                    model: child,
                    rows: following,
                });
            }
        }
    }
    sets_defaults
}

/// What a foreign key has instead of the old key of each row.
fn new_keys(
    state: &State,
    (model, rows): (usize, &[Moved]),
    reference: &ReferenceDef,
) -> KeyMap<KeyTuple<Value>, Vec<Value>> {
    let Some(arena) = state.by_model(model) else {
        return KeyMap::default();
    };
    let keys = rows.iter().filter_map(|row| {
        let new = arena.old_values(row.slot, reference.target_columns);
        let columns = reference.target_columns.iter().zip(&new);
        let old: Vec<Value> = columns
            .map(|(column, new)| {
                let mut before = row.before.iter();
                let before = before.find(|(changed, _)| changed == column);
                before.map_or_else(|| new.clone(), |(_, before)| before.clone())
            })
            .collect();
        let (old, same) = (
            KeyTuple::new(old.into_iter())?,
            KeyTuple::new(new.clone().into_iter()),
        );
        (same.as_ref() != Some(&old)).then_some((old, new))
    });
    keys.collect()
}
