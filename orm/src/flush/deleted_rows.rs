//! Does in memory what ON DELETE has done in the database to loaded entities that reference deleted rows, at any depth: it
//! empties foreign keys, and takes what is deleted along out of lists.
//!
//! Used by `apply.rs`. Else a list would have an entity whose row is gone, and the next change of an entity with an emptied
//! foreign key would look as if another transaction had been there before. Which rows were really deleted along only the
//! database knows: `apply.rs` makes their entities stale, and reading them finds it out.

use std::collections::HashSet;

use orm_core::schema::Action;
use orm_core::value::Value;

use super::batch::Batch;
use super::pending::old_key;
use super::reached_tables::loaded_references;
use crate::mapping::{ModelDef, ReferenceDef};
use crate::state::{KeySet, KeyTuple, RowId, State};

/// Rows of one model that are deleted.
struct Deleted {
    model: usize,
    def: &'static ModelDef,
    slots: Vec<u32>,
}

/// Makes entities that reference the rows of a batch what the database has made of them, and takes deleted ones out of
/// lists.
pub(super) fn follow_deletes(state: &mut State, batch: &Batch) {
    let mut next = follow_rows(state, (batch.model, batch.def), &batch.slots);
    // Rows may refer to each other in a circle.
    let mut seen = HashSet::new();
    while let Some(Deleted { model, def, slots }) = next.pop() {
        let mut slots = slots;
        slots.retain(|slot| seen.insert((model, *slot)));
        if !slots.is_empty() {
            next.extend(follow_rows(state, (model, def), &slots));
        }
    }
}

/// As [`follow_deletes`], for one level. Returns the rows that the database has deleted along with these.
fn follow_rows(
    state: &mut State,
    (model, def): (usize, &'static ModelDef),
    slots: &[u32],
) -> Vec<Deleted> {
    let level = state.level;
    let mut along = Vec::new();
    for (child, reference) in loaded_references(state, def.table, follows) {
        let keys = keys(state, (model, slots), reference);
        let Some(arena) = state.by_model_mut(child) else {
            continue;
        };
        let referring = arena.referring(reference.columns, &keys);
        if referring.is_empty() {
            continue;
        }
        match reference.on_delete {
            Action::SetNull => {
                for slot in referring {
                    arena.set_null(slot, reference.columns, level);
                }
            }
            Action::SetDefault => arena.forget_to_one(&referring, reference.columns, level),
            Action::Cascade => along.push(Deleted {
                model: child,
                def: arena.def(),
                slots: referring,
            }),
            Action::NoAction | Action::Restrict => {}
        }
    }
    if !def.relations.is_empty() {
        for slot in slots {
            let slot = *slot;
            state.leave_lists(RowId { model, slot });
        }
    }
    along
}

/// Whether the database does something to rows with such a foreign key.
fn follows(reference: &ReferenceDef) -> bool {
    !matches!(reference.on_delete, Action::NoAction | Action::Restrict)
}

/// What a foreign key holds that references one of the deleted rows.
fn keys(
    state: &State,
    (model, slots): (usize, &[u32]),
    reference: &ReferenceDef,
) -> KeySet<KeyTuple<Value>> {
    let columns = reference.target_columns;
    let Some(arena) = state.by_model(model) else {
        return KeySet::default();
    };
    let keys = slots.iter();
    let keys = keys.filter_map(|slot| old_key(arena, *slot, columns));
    keys.map(|key| key.to_owned()).collect()
}
