//! Renders the UPDATE or DELETE of a batch as multi-row statements: with one array for each column, or with a list of
//! keys and a CASE for each column.
//!
//! Used by `send.rs`, which executes a statement for each row where [`Batch::together`] does not allow this.

use orm_core::error::Result;
use orm_core::stmt::BatchRows;
use orm_core::value::{BatchValues, ValueRef};

use super::emit::BatchWriter;
use super::send::{Change, missing};
use crate::query::{case_binds, cut_at};

impl BatchWriter<'_> {
    /// Runs statements of several rows and checks that each has matched all of its own.
    pub(super) fn send_together(&mut self, change: &Change<'_>) -> Result<()> {
        let (rows, most) = (change.slots.len(), self.batch.together());
        let limit = cut_at(self.connection);
        let arrays = self.connection.dialect().capabilities().arrays;
        let mut values = Vec::with_capacity(change.width() * rows.min(most));
        let mut next = 0;
        while next < rows {
            let first = next;
            let together = first..rows.min(first + most);
            next = change.fill_within(limit, together, &mut values)?;
            let sent = next - first;
            let are_all = if arrays {
                self.execute_arrays(change, &values, sent)?
            } else {
                self.execute_keys(change, &values, sent)?
            };
            if !are_all {
                let slots = &self.batch.slots[first..next];
                missing((self.arena, self.batch), slots, &mut self.absent)?;
            }
        }
        Ok(())
    }

    /// Whether a statement that binds one array a column finds all of its rows.
    fn execute_arrays(
        &mut self,
        change: &Change<'_>,
        values: &[ValueRef<'_>],
        sent: usize,
    ) -> Result<bool> {
        let width = change.width();
        let column = |column: usize| values.iter().skip(column).step_by(width).copied();
        let columns: Vec<Vec<ValueRef<'_>>> = (0..width).map(|c| column(c).collect()).collect();
        let binds: Vec<ValueRef<'_>> = columns
            .iter()
            .map(|c| ValueRef::Batch(BatchValues::Borrowed(c)))
            .collect();
        let text = self.text(change, BatchRows::Arrays)?;
        let checked = self.is_checked(BatchRows::Arrays);
        self.finds_all((&text, &binds), checked, sent)
    }

    /// Whether a statement finds all of its rows, by its own count or by that of the driver.
    fn finds_all(
        &mut self,
        (text, binds): (&str, &[ValueRef<'_>]),
        checked: bool,
        rows: usize,
    ) -> Result<bool> {
        match self.connection.execute(text, binds) {
            Ok(outcome) => Ok(checked || outcome.affected == rows as u64),
            Err(error) if checked && error.is_stale_data() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a statement with a list of keys finds all of its rows. It has a power of two of them, and rows of NULLs
    /// fill it up: texts of a few sizes do for any number of rows.
    fn execute_keys(
        &mut self,
        change: &Change<'_>,
        values: &[ValueRef<'_>],
        rows_sent: usize,
    ) -> Result<bool> {
        let size = rows_sent.next_power_of_two();
        let rows_bound = BatchRows::Rows(size);
        let text = self.text(change, rows_bound)?;
        if size == 1 {
            return self.finds_all((&text, values), false, 1);
        }
        let keys = self.batch.def.primary_key.len();
        let columns = (change.width(), change.set.len(), keys);
        let mut binds = case_binds(values, columns, size);
        let checked = self.is_checked(rows_bound);
        if checked {
            binds.push(count(rows_sent));
        }
        self.finds_all((&text, &binds), checked, rows_sent)
    }
}

/// The number of rows of a statement, as a bind.
fn count(rows: usize) -> ValueRef<'static> {
    ValueRef::Int(i64::try_from(rows).unwrap_or(i64::MAX))
}
