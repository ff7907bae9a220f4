//! Inserts the rows of a batch with `query/write/bulk/`, which `insert(…)` uses as well.
//!
//! Used by `emit.rs`, which reads back what the database has set.

use std::borrow::Cow;

use orm_core::error::Result;

use super::assigned_values::{fits, out_of_range};
use super::emit::BatchWriter;
use super::key_defaults::key_defaults;
use crate::mapping::column_not_loaded;
use crate::query::{BulkInsert, insert_rows};
use crate::state::Written;

impl BatchWriter<'_> {
    /// Inserts rows and notes their keys. Returns the columns that are still to be read: those of `fetched` that
    /// are no keys.
    pub(super) fn insert(
        &mut self,
        rows: &mut Written,
        (columns, fetched): (&[usize], &[usize]),
        generated: Option<usize>,
    ) -> Result<Vec<usize>> {
        let (arena, def, slots) = (self.arena, self.batch.def, &*self.batch.slots);
        if !def.deferred.is_empty()
            && let Some(column) = slots.iter().find_map(|slot| arena.unread(*slot))
        {
            return Err(column_not_loaded(Some(column)));
        }
        let mut columns = Cow::Borrowed(columns);
        let (made, fetched): (Vec<usize>, Vec<usize>) =
            fetched.iter().partition(|position| def.is_key(**position));
        if !made.is_empty() {
            self.make_keys(rows, &made)?;
            columns.to_mut().extend(&made);
        }
        let mut keys = Vec::with_capacity(generated.map_or(0, |_| slots.len()));
        let take: &mut dyn FnMut(usize, i64) = &mut |_, key| keys.push(key);
        let bulk = BulkInsert {
            def,
            model: self.batch.model,
            columns: &columns,
            rows: slots.len(),
        };
        let value =
            |row: usize, position: usize| arena.written_value((slots[row], row), rows, position);
        insert_rows(self.connection, &bulk, &value, generated.map(|_| take))?;
        if let Some(position) = generated
            && !keys.iter().all(|key| fits(def, position, *key))
        {
            return Err(out_of_range(def, position, "the generated key"));
        }
        rows.generated = keys;
        Ok(fetched)
    }

    /// A row whose key is a default can't be looked up by the key: the key is read first, and then inserted.
    fn make_keys(&mut self, rows: &mut Written, made: &[usize]) -> Result<()> {
        let slots = &self.batch.slots;
        let keys = key_defaults(self.connection, self.arena, slots, made)?;
        for (row, key) in keys.into_iter().enumerate() {
            rows.store((row, slots.len()), made.iter().copied().zip(key));
        }
        Ok(())
    }
}
