//! What was written becomes the entities' state: keys, versions, and the undo log.

use orm_core::schema::Action;

use super::emit::Written;
use super::plan::Plan;
use crate::mapping::ModelDef;
use crate::state::State;

/// Applies the outcome of a plan that was written as a whole.
pub(crate) fn apply(state: &mut State, plan: Plan, written: Vec<Written>) {
    let (level, epoch) = (state.level, state.epoch);
    let mut emptied = Vec::new();
    for (unit, written) in plan.units.into_iter().zip(written) {
        let Some(arena) = state.by_model_mut(unit.model) else {
            continue;
        };
        match written {
            Written::Inserted(rows) => arena.apply_inserts(rows, level, epoch),
            Written::Updated(rows) => arena.apply_updates(rows, level, epoch),
            Written::Deleted => {
                arena.apply_deletes(&unit.slots, level);
                emptied.push(unit.def.table);
            }
        }
    }
    state.settle();
    expire_referring(state, emptied);
}

/// Makes the entities stale that the database may have deleted or changed along with a deleted row.
fn expire_referring(state: &mut State, mut emptied: Vec<&'static str>) {
    let mut next = 0;
    while let Some(table) = emptied.get(next).copied() {
        next += 1;
        let referring = state
            .arenas_mut()
            .filter(|arena| follows(arena.def(), table));
        for arena in referring {
            arena.expire();
            // Its rows may have been deleted in turn.
            if !emptied.contains(&arena.def().table) {
                emptied.push(arena.def().table);
            }
        }
    }
}

fn follows(def: &ModelDef, table: &str) -> bool {
    let mut to_it = def
        .references
        .iter()
        .filter(|reference| (reference.target)().table == table);
    to_it.any(|reference| !matches!(reference.on_delete, Action::NoAction | Action::Restrict))
}
