//! Loads a relation of several entities, by the strategy of its kind.
//!
//! Used by the session. One file a strategy: `parents.rs`.

use orm_core::error::Result;

use super::owners::Owners;
use super::parents;
use crate::engine::Connection;
use crate::mapping::RelationKind;
use crate::state::State;

/// Notes what is in memory, and returns the entities whose relation has to be read.
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
