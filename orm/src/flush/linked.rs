//! The values of foreign keys that are links: what the rows that they refer to have by now, those included that
//! this very flush has inserted.
//!
//! Used by `emit.rs` while a batch is sent. Where each link leads is found in `plan.rs`.

use orm_core::value::{Value, ValueRef};

use super::batch::{Batch, Written};
use crate::state::State;

/// The linked columns of a batch. Most batches have none.
#[derive(Debug, Default)]
pub(super) struct LinkedColumns {
    /// Each column's values by row; `None` where the row has no link there.
    columns: Vec<(usize, Vec<Option<Value>>)>,
}

impl LinkedColumns {
    /// Reads the values through what was written so far.
    pub(super) fn resolve(state: &State, batch: &Batch, written: &[Written]) -> Self {
        let mut linked = Self::default();
        for link in &batch.links {
            let Some(target) = state.by_model(link.target.model) else {
                continue;
            };
            let inserted = link
                .inserted
                .and_then(|(batch, row)| match written.get(batch) {
                    Some(Written::Inserted(rows)) => rows.get(row),
                    _ => None,
                });
            let targets = link.reference.target_columns;
            for (column, position) in link.reference.columns.iter().zip(targets) {
                let value = match inserted {
                    Some(row) => target.inserted_value(row, *position),
                    None => target.value(link.target.slot, *position),
                };
                linked.column(*column, batch.slots.len())[link.row] = Some(value.to_value());
            }
        }
        linked
    }

    fn column(&mut self, position: usize, rows: usize) -> &mut [Option<Value>] {
        let mut known = self.columns.iter();
        let index = known.position(|(column, _)| *column == position);
        let index = index.unwrap_or_else(|| {
            self.columns.push((position, vec![None; rows]));
            self.columns.len() - 1
        });
        &mut self.columns[index].1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The value of a row's column, if it is linked.
    #[inline]
    pub(super) fn value(&self, row: usize, position: usize) -> Option<ValueRef<'_>> {
        let mut columns = self.columns.iter();
        let (_, values) = columns.find(|(column, _)| *column == position)?;
        values[row].as_ref().map(Value::as_ref)
    }

    /// The linked columns of a row, with their values.
    pub(super) fn row(&self, row: usize) -> Vec<(usize, Value)> {
        let columns = self.columns.iter();
        columns
            .filter_map(|(column, values)| Some((*column, values[row].clone()?)))
            .collect()
    }
}
