//! Loads one row as an entity: identity map lookup, and the rules of refreshing.

use orm_core::driver::Row;
use orm_core::error::Result;

use crate::mapping::Model;
use crate::state::{Arena, Reading, Ref, State, Take};

/// Takes the columns of a row from `start` on into the session.
///
/// An entity that is here already, by the key as the row has it, takes the row's values by the rule of `take`. Else
/// it is left alone, and its row is not decoded at all.
///
/// # Errors
/// `Decode` for a value that doesn't fit; `StaleData` for a changed entity whose row is not as it was loaded.
#[expect(
    clippy::inline_always,
    reason = "a handle that is returned in a result is written to memory in parts and read as a whole, for which the \
              processor waits: with a row that is known, for a tenth of the time"
)]
#[inline(always)]
pub(crate) fn entity<M: Model>(
    state: &mut State,
    take: Take,
    row: &dyn Row,
    start: usize,
) -> Result<Ref<M>> {
    let key = M::decode_key(row, start)?;
    let (arena, reading) = state.reader::<M>(take);
    let slot = match arena.next_known(&key, take) {
        Some(slot) => slot,
        None => load((row, start), arena, key, reading)?,
    };
    if M::HAS_DEFERRED {
        arena.fill(slot, (row, start), reading)?;
    }
    Ok(arena.handle_at(slot))
}

/// Takes in a row whose entity isn't the next one, and returns the entity's slot.
#[inline(never)]
fn load<M: Model>(
    (row, start): (&dyn Row, usize),
    arena: &mut Arena<M>,
    key: M::Key,
    reading: Reading,
) -> Result<u32> {
    arena.make_room(|| 1 + row.rows_left());
    arena.load(key, reading, |key, place| {
        M::decode_rest(row, start, key, place)
    })
}
