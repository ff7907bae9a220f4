//! Which tables the database's own ON DELETE CASCADE reaches when rows of others are deleted.
//!
//! By the models that the session has met: rows that are not loaded may be on the way from one to the other.

use orm_core::schema::Action;

use crate::mapping::ModelDef;
use crate::state::State;

/// The tables whose rows may be deleted along with rows of `tables`, these only if they are reached again.
pub(super) fn reached(
    state: &State,
    tables: impl IntoIterator<Item = &'static str>,
) -> Vec<&'static str> {
    let mut next: Vec<&'static str> = tables.into_iter().collect();
    let mut reached = Vec::new();
    while let Some(parent) = next.pop() {
        for arena in state.arenas() {
            let table = arena.def().table;
            if !reached.contains(&table) && cascades(arena.def(), parent) {
                reached.push(table);
                next.push(table);
            }
        }
    }
    reached
}

/// Whether rows of the model go with the row of `parent` that they refer to.
fn cascades(def: &ModelDef, parent: &str) -> bool {
    let mut to_it = def.references.iter();
    to_it.any(|reference| {
        reference.on_delete == Action::Cascade && (reference.target)().table == parent
    })
}
