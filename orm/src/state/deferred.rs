//! Columns that were left out of the row of an entity: a later row fills them, and an UPDATE does not expect what isn't known.

use orm_core::driver::Row;
use orm_core::error::Result;

use super::arena::Arena;
use super::reading::Reading;
use super::slot::Slot;
use crate::mapping::{ColumnSet, Model};

impl<M: Model> Arena<M> {
    /// Fills the columns that an entity lacks and its row has.
    ///
    /// # Errors
    /// `Decode` for a value that doesn't fit.
    #[cold]
    pub(crate) fn fill(
        &mut self,
        slot: u32,
        (row, start): (&dyn Row, usize),
        reading: Reading,
    ) -> Result<()> {
        let Some(value) = &self.slots[slot as usize].value else {
            return Ok(());
        };
        let deferred = M::def().deferred.iter().map(|deferred| deferred.column);
        let missing =
            deferred.filter(|column| row.has(start + column) && !value.is_loaded(*column));
        let missing: ColumnSet = missing.collect();
        if missing.is_empty() {
            return Ok(());
        }
        let fresh = M::decode(row, start)?;
        self.overwrite_columns(self.handle_at(slot), &fresh, &missing, reading);
        Ok(())
    }
}

impl<M: Model> Slot<M> {
    /// Whether any of these columns was assigned without having been read.
    pub(super) fn has_unread(&self, columns: &ColumnSet) -> bool {
        let is_unread = |stored: &M| columns.iter().any(|column| !stored.is_loaded(column));
        M::HAS_DEFERRED && self.stored().is_some_and(is_unread)
    }
}
