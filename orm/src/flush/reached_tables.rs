//! Finds the tables that ON DELETE and ON UPDATE reach when rows of other tables are deleted or changed.
//!
//! Considers all linked models, since rows of a model that the session has not loaded may be in between. Only
//! [`loaded_references`] is about those of which it has some.

use orm_core::schema::Action;

use crate::mapping::{ReferenceDef, linked_models};
use crate::state::State;

/// The tables whose rows may be deleted along with rows of `tables`, these only if they are reached again.
pub(super) fn cascade_deleted(tables: impl IntoIterator<Item = &'static str>) -> Vec<&'static str> {
    referencing(tables, |reference| reference.on_delete == Action::Cascade)
}

/// The tables that reference `tables` by foreign keys that the database follows, and those that reference these.
pub(super) fn referencing(
    tables: impl IntoIterator<Item = &'static str>,
    follows: impl Fn(&ReferenceDef) -> bool,
) -> Vec<&'static str> {
    let mut next: Vec<&'static str> = tables.into_iter().collect();
    let mut reached = Vec::new();
    while let Some(parent) = next.pop() {
        for def in linked_models() {
            let mut references = def.references.iter();
            let refers = |reference: &ReferenceDef| {
                follows(reference) && (reference.target)().table == parent
            };
            if !reached.contains(&def.table) && references.any(refers) {
                reached.push(def.table);
                next.push(def.table);
            }
        }
    }
    reached
}

/// The foreign keys to a table of the models that the session has, as far as they are `meant`, each with the number of its
/// model.
pub(super) fn loaded_references(
    state: &State,
    table: &str,
    meant: impl Fn(&ReferenceDef) -> bool,
) -> Vec<(usize, &'static ReferenceDef)> {
    let is_meant =
        |reference: &&'static ReferenceDef| (reference.target)().table == table && meant(reference);
    let mut found = Vec::new();
    for child in state.arenas() {
        let references = child.def().references.iter().filter(is_meant);
        found.extend(references.map(|reference| (child.model(), reference)));
    }
    found
}
