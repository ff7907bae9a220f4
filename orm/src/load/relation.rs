//! Loads a relation of several entities, by the strategy of its kind.
//!
//! Used by the session. One file a strategy: `parents.rs`.

use orm_core::error::Result;

use super::parents;
use crate::engine::Connection;
use crate::mapping::{ModelDef, RelationDef, RelationKind};
use crate::state::State;

/// Entities of one model, and the relation of theirs that is loaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owners<'o> {
    pub(crate) def: &'static ModelDef,
    /// The model's number.
    pub(crate) model: usize,
    pub(crate) slots: &'o [u32],
    /// The relation's index.
    pub(crate) index: usize,
}

impl Owners<'_> {
    pub(super) fn relation(&self) -> &'static RelationDef {
        &self.def.relations[self.index]
    }
}

/// Notes what is in memory, and tells which entities are left whose relation has to be read.
pub(crate) fn in_memory(state: &mut State, owners: &Owners<'_>) -> Vec<u32> {
    match owners.relation().kind {
        RelationKind::BelongsTo { .. } => parents::in_memory(state, owners),
    }
}

/// Reads what the relation leads to, as far as it isn't in memory.
///
/// # Errors
/// `NotFound` for a foreign key without a row; the errors of the queries.
pub(crate) fn relation(
    state: &mut State,
    connection: &mut Connection,
    owners: &Owners<'_>,
) -> Result<()> {
    match owners.relation().kind {
        RelationKind::BelongsTo { .. } => parents::load(state, connection, owners),
    }
}
