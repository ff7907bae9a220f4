//! Loads one row as an entity: identity map lookup, and the rules of refreshing.

use orm_core::driver::Row;
use orm_core::error::Result;

use crate::mapping::Model;
use crate::state::{Ref, State, Take};

/// Takes the columns of a row from `start` on into the session.
///
/// An entity that is here already, by the key as the row has it, takes the row's values by the rule of `take`. Else
/// it is left alone, and its row is not decoded at all.
///
/// # Errors
/// `Decode` for a value that doesn't fit; `StaleData` for a changed entity whose row is not as it was loaded.
#[inline]
pub(crate) fn entity<M: Model>(
    state: &mut State,
    take: Take,
    row: &dyn Row,
    start: usize,
) -> Result<Ref<M>> {
    let key = M::decode_key(row, start)?;
    let (arena, reading) = state.reader::<M>(take);
    arena.make_room(|| 1 + row.rows_left());
    arena.load(key, reading, |key| M::decode_rest(row, start, key))
}
