//! The UPDATE or DELETE of a batch in statements of many rows: with an array a column, or with a CASE for each column
//! that is set and an OR of the rows.
//!
//! Used by `send.rs`, which runs a statement for each row where this can't be. The rule is in `rows_together`, by
//! capability and by what the batch does.

use orm_core::error::Result;
use orm_core::stmt::BatchRows;
use orm_core::value::{BatchValues, ValueRef};

use super::batch::ARRAY_ROWS;
use super::emit::BatchWriter;
use super::send::{Change, missing};

impl BatchWriter<'_> {
    /// How many rows go into one statement at most, if several do.
    pub(super) fn rows_together(&self, change: &Change<'_>) -> Option<usize> {
        if change.slots.len() == 1 {
            return None;
        }
        let capabilities = self.connection.dialect().capabilities();
        if capabilities.arrays {
            return Some(ARRAY_ROWS);
        }
        let key = self.batch.def.primary_key.len();
        let most = capabilities.bind_limit / (change.width() + change.set.len() * key);
        let most = capabilities.update_rows.min(most);
        // The largest power of two in it.
        let most = 1 << most.checked_ilog2()?;
        (most > 1 && self.batch.is_written_in_any_order()).then_some(most)
    }

    /// Runs statements of at most `most` rows and checks that each has matched all of its own.
    pub(super) fn send_together(
        &mut self,
        change: &Change<'_>,
        most: usize,
        absent: &mut Vec<u32>,
    ) -> Result<()> {
        let rows = change.slots.len();
        let limit = self.connection.statement_bytes();
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
                self.execute_cases(change, &values, sent)?
            };
            if !are_all {
                let slots = &self.batch.slots[first..next];
                missing((self.arena, self.batch), slots, absent)?;
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
        match self.connection.execute(&text, &binds) {
            Ok(outcome) => Ok(checked || outcome.affected == sent as u64),
            Err(error) if checked && error.is_stale_data() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a statement with a CASE a column finds all of its rows. It has a power of two of them, and rows of NULLs
    /// fill it up: texts of a few sizes do for any number of rows.
    fn execute_cases(
        &mut self,
        change: &Change<'_>,
        values: &[ValueRef<'_>],
        rows_sent: usize,
    ) -> Result<bool> {
        let size = rows_sent.next_power_of_two();
        let text = self.text(change, BatchRows::Rows(size))?;
        if size == 1 {
            return Ok(self.connection.execute(&text, values)?.affected == 1);
        }
        let (set, key_width) = (change.set.len(), self.batch.def.primary_key.len());
        let none = vec![ValueRef::Null; change.width()];
        let rows = values.chunks(change.width());
        let rows: Vec<_> = rows.chain(std::iter::repeat(&*none)).take(size).collect();
        let mut binds = Vec::with_capacity(size * (none.len() + set * key_width));
        for column in 0..set {
            for row in &rows {
                binds.extend_from_slice(&row[set..set + key_width]);
                binds.push(row[column]);
            }
        }
        for row in &rows {
            binds.extend_from_slice(&row[set..]);
        }
        Ok(self.connection.execute(&text, &binds)?.affected == rows_sent as u64)
    }
}
