//! What was written becomes the entities' state: keys, versions, and the undo log.

use super::emit::Written;
use super::plan::Plan;
use crate::state::State;

/// Applies the outcome of a plan that was written as a whole.
pub(crate) fn apply(state: &mut State, plan: Plan, written: Vec<Written>) {
    let (level, epoch) = (state.level, state.epoch);
    for (unit, written) in plan.units.into_iter().zip(written) {
        let Some(arena) = state.by_model_mut(unit.model) else { continue };
        match written {
            Written::Inserted(rows) => arena.apply_inserts(rows, level, epoch),
            Written::Updated(rows) => arena.apply_updates(rows, level, epoch),
            Written::Deleted => arena.apply_deletes(&unit.slots, level),
        }
    }
    state.settle();
}
