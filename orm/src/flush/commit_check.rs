//! Checks whether a transaction that ended outside the session was committed, by reading a flushed row from the
//! database.

use orm_core::error::Result;
use orm_core::value::Value;

use crate::engine::Connection;
use crate::query::rows_by_key;
use crate::state::{Evidence, State, are_same};

/// Whether what was flushed is stored; `false` if nothing was flushed.
///
/// # Errors
/// The database's refusal.
#[cold]
pub(crate) fn was_committed(connection: &mut Connection, state: &State) -> Result<bool> {
    let witnesses = state
        .arenas()
        .filter_map(|arena| Some((arena, arena.witness()?)));
    let Some((arena, witness)) = witnesses.max_by_key(|(_, witness)| witness.evidence.rank())
    else {
        return Ok(false);
    };
    let mut row_is_there = false;
    let mut has_values = false;
    let model = (arena.def(), arena.model());
    rows_by_key(connection, model, &[witness.key], &mut |row| {
        row_is_there = true;
        if let Evidence::Values(values) = &witness.evidence {
            let (positions, written): (Vec<usize>, Vec<Value>) = values.iter().cloned().unzip();
            has_values = are_same(&arena.read(row, &positions)?, &written);
        }
        Ok(())
    })?;
    Ok(match witness.evidence {
        Evidence::RowExists => row_is_there,
        Evidence::RowMissing => !row_is_there,
        Evidence::Values(_) => has_values,
    })
}
