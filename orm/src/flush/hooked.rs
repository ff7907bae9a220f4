//! [`HookedRow`]: an entity that the flush is going to write, for the session's hooks, which this module knows nothing of.

use crate::mapping::RawRef;
use crate::query::inferred::DmlKind;
use crate::state::{AnyArena, PendingRows, RowId, State};

/// An entity, and what its program did with it: a new entity that takes the row of a deleted one is inserted, and that one
/// deleted, though the flush sends one UPDATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HookedRow {
    pub(crate) row: RowId,
    pub(crate) handle: RawRef,
    pub(crate) verb: DmlKind,
}

/// The entities of some models that the flush is going to write: of each model those to update and to insert, then those
/// to delete.
pub(crate) fn hooked_rows(
    state: &State,
    is_meant: impl Fn(&dyn AnyArena) -> bool,
) -> Vec<HookedRow> {
    let mut all = Vec::new();
    for arena in state.arenas().filter(|arena| arena.has_work()) {
        if is_meant(arena) {
            add_rows(arena, &mut all);
        }
    }
    all
}

fn add_rows(arena: &dyn AnyArena, all: &mut Vec<HookedRow>) {
    let mut add = |slot: u32, verb: DmlKind| {
        let model = arena.model();
        all.push(HookedRow {
            row: RowId { model, slot },
            handle: arena.handle(slot),
            verb,
        });
    };
    let mut rows = PendingRows::default();
    arena.pending_rows(&mut rows);
    let switched = |slot: u32| arena.switched().get(&slot);
    for row in rows.changed() {
        let is_switched = switched(row.slot).is_some();
        let verb = if is_switched {
            DmlKind::Insert
        } else {
            DmlKind::Update
        };
        add(row.slot, verb);
    }
    for row in rows.added() {
        add(row.slot, DmlKind::Insert);
    }
    for row in rows.changed() {
        if let Some(switch) = switched(row.slot) {
            add(switch.old, DmlKind::Delete);
        }
    }
    for row in rows.deleting() {
        add(row.slot, DmlKind::Delete);
    }
}
