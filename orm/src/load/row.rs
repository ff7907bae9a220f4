//! One row to one handle: identity look-up and the rules of refreshing.

use orm_core::driver::Row;
use orm_core::error::Result;

use crate::mapping::Model;
use crate::state::{Ref, State};

/// Takes the columns of a row from `start` on into the session.
///
/// An entity that is here already, by the key as the row has it, is overwritten if it is stale and
/// untouched, and left alone otherwise: its row is then not decoded at all.
///
/// # Errors
/// `Decode` for a value that doesn't fit.
#[inline]
pub(crate) fn entity<M: Model>(state: &mut State, row: &dyn Row, start: usize) -> Result<Ref<M>> {
    let key = M::decode_key(row, start)?;
    let (epoch, log) = (state.epoch, state.read_level());
    state
        .ensure::<M>()
        .load(key, epoch, log, || M::decode(row, start))
}
