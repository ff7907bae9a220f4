//! Sends the UPDATE or DELETE of a batch for each of its rows: one statement, a prepared loop, or one
//! statement with an array a column. Row counts are exact; rows that don't match are named in `stale.rs`.

use std::ops::Range;
use std::sync::Arc;

use orm_core::driver::Outcome;
use orm_core::error::{Error, Result};
use orm_core::sql::{SqlWriter, write_batch_delete, write_batch_update};
use orm_core::stmt::{BatchColumn, BatchDelete, BatchRows, BatchUpdate};
use orm_core::value::{BatchValues, ValueRef};

use super::batch::{ARRAY_ROWS, Batch, BatchKind};
use super::emit::BatchWriter;
use super::expected::{Expected, is_spelled};
use super::stale::{no_key, stale};
use crate::engine::{StatementKey, StatementKind, TextOf};
use crate::query::{check_length, check_references};
use crate::state::{AnyArena, WrittenRow};

/// How many rows of a prepared loop are bound at a time.
const LOOP_ROWS: usize = 256;

/// The UPDATE or DELETE of a batch, and its rows.
struct Change<'c> {
    text: Arc<str>,
    arena: &'c dyn AnyArena,
    rows: &'c [WrittenRow],
    /// The columns that an UPDATE sets.
    set: &'c [usize],
    expected: Expected<'c>,
}

impl Change<'_> {
    /// How many binds a row has.
    fn width(&self) -> usize {
        self.set.len() + self.arena.def().primary_key.len() + self.expected.columns.len()
    }

    /// Adds the binds of a row, in the order of the statement, after checking them.
    fn fill<'v>(&'v self, row: usize, binds: &mut Vec<ValueRef<'v>>) -> Result<()> {
        let (def, written) = (self.arena.def(), &self.rows[row]);
        for position in self.set {
            let value = self.arena.written_value(written, *position);
            check_length(def, *position, value)?;
            check_references(def, *position, value)?;
            binds.push(value);
        }
        self.expected.fill(self.arena, (row, written.slot), binds);
        Ok(())
    }

    /// Puts the values of as many of `rows` together as come to `limit` bytes at most, but of one row at least.
    /// Returns the row that is next.
    fn fill_within<'v>(
        &'v self,
        limit: usize,
        rows: Range<usize>,
        values: &mut Vec<ValueRef<'v>>,
    ) -> Result<usize> {
        values.clear();
        let mut bytes = 0;
        for row in rows.clone() {
            let start = values.len();
            self.fill(row, values)?;
            bytes += values[start..]
                .iter()
                .map(|value| value.size())
                .sum::<usize>();
            if bytes > limit && row > rows.start {
                values.truncate(start);
                return Ok(row);
            }
        }
        Ok(rows.end)
    }
}

impl BatchWriter<'_> {
    /// Runs the statement of the batch for every row and checks that each matched exactly one. Returns those that
    /// did not match, where the database may have deleted rows along with others.
    pub(super) fn change(
        &mut self,
        rows: &[WrittenRow],
        set: &[usize],
        expected: &[usize],
    ) -> Result<Vec<u32>> {
        let expected = self.expected(expected);
        let change = Change {
            text: self.text(set, &expected)?,
            arena: self.arena,
            rows,
            set,
            expected,
        };
        let mut absent = Vec::new();
        if self.by_arrays() {
            self.send_arrays(&change, &mut absent)?;
        } else {
            self.send_loop(&change, &mut absent)?;
        }
        Ok(absent)
    }

    fn send_loop(&mut self, change: &Change<'_>, absent: &mut Vec<u32>) -> Result<()> {
        let (rows, width) = (change.rows.len(), change.width());
        let mut binds = Vec::with_capacity(width * rows.min(LOOP_ROWS));
        let mut next = 0;
        while next < rows {
            binds.clear();
            for row in next..rows.min(next + LOOP_ROWS) {
                change.fill(row, &mut binds)?;
            }
            let (done, result) = self.send_each(change, next, &binds, absent);
            next += done;
            match result {
                Ok(()) => {}
                Err(error)
                    if error.is_stale_data() && change.expected.may_be_respelled(self.batch) =>
                {
                    let row = &binds[done * width..][..width];
                    self.send_respelled(change, next, row, error)?;
                    next += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Runs the statement once for each row's values in `binds`, those of the rows from `first` on, up to the first
    /// that doesn't match. Returns how many did.
    fn send_each(
        &mut self,
        change: &Change<'_>,
        first: usize,
        binds: &[ValueRef<'_>],
        absent: &mut Vec<u32>,
    ) -> (usize, Result<()>) {
        let (arena, batch) = (self.arena, self.batch);
        let mut done = 0;
        let mut check = |outcome: Outcome| {
            let slots = &batch.slots[first + done..][..1];
            match outcome.affected {
                1 => {}
                0 => missing((arena, batch), slots, absent)?,
                found => return Err(no_key(arena, slots[0], found)),
            }
            done += 1;
            Ok(())
        };
        let result = if batch.slots.len() == 1 {
            self.connection.execute(&change.text, binds).and_then(check)
        } else {
            let width = change.width();
            self.connection
                .execute_each(&change.text, width, binds, &mut check)
        };
        (done, result)
    }

    /// Runs the statement again for a row that it did not match, with the old values as the row has them, if
    /// they read as what they are expected to be: another program may spell a date or a UUID in another way.
    #[cold]
    fn send_respelled(
        &mut self,
        change: &Change<'_>,
        row: usize,
        binds: &[ValueRef<'_>],
        error: Error,
    ) -> Result<()> {
        let slot = self.batch.slots[row];
        let spelled = change.expected.spelled(self.connection, self.arena, slot)?;
        let Some(spelled) = spelled else {
            return Err(error);
        };
        let mut binds = binds.to_vec();
        let first = binds.len() - spelled.len();
        for (bind, (position, spelled)) in binds[first..].iter_mut().zip(&spelled) {
            if is_spelled(&self.batch.def.columns[*position].ty) {
                *bind = spelled.as_ref();
            }
        }
        match self.connection.execute(&change.text, &binds)?.affected {
            1 => Ok(()),
            _ => Err(error),
        }
    }

    fn send_arrays(&mut self, change: &Change<'_>, absent: &mut Vec<u32>) -> Result<()> {
        let (rows, width) = (change.rows.len(), change.width());
        let mut values = Vec::with_capacity(width * rows.min(ARRAY_ROWS));
        let (limit, checked) = (self.connection.statement_bytes(), self.is_checked());
        let mut next = 0;
        while next < rows {
            let first = next;
            let most = first..rows.min(first + ARRAY_ROWS);
            next = change.fill_within(limit, most, &mut values)?;
            let column = |column: usize| values.iter().skip(column).step_by(width).copied();
            let columns: Vec<Vec<ValueRef<'_>>> = (0..width).map(|c| column(c).collect()).collect();
            let binds: Vec<ValueRef<'_>> = columns
                .iter()
                .map(|c| ValueRef::Batch(BatchValues::Borrowed(c)))
                .collect();
            let are_all = match self.connection.execute(&change.text, &binds) {
                Ok(outcome) => checked || outcome.affected == (next - first) as u64,
                Err(error) if checked && error.is_stale_data() => false,
                Err(error) => return Err(error),
            };
            if !are_all {
                missing(
                    (self.arena, self.batch),
                    &self.batch.slots[first..next],
                    absent,
                )?;
            }
        }
        Ok(())
    }

    /// Whether all rows go into one statement, as one array a column.
    fn by_arrays(&self) -> bool {
        self.batch.slots.len() > 1 && self.connection.dialect().capabilities().arrays
    }

    /// Whether the statement counts its rows itself: outside a transaction, nothing else would undo it.
    fn is_checked(&self) -> bool {
        self.by_arrays() && !self.connection.in_transaction()
    }

    fn text(&mut self, set: &[usize], expected: &Expected<'_>) -> Result<Arc<str>> {
        let (batch, dialect, digest) =
            (self.batch, self.connection.dialect(), expected.by_digest());
        let (arrays, checked) = (self.by_arrays(), self.is_checked());
        let is_update = matches!(batch.kind, BatchKind::Update { .. });
        let key = StatementKey {
            model: batch.model,
            kind: if is_update {
                StatementKind::Update
            } else {
                StatementKind::Delete
            },
            columns: set.to_vec(),
            guard: expected.columns.to_vec(),
            rows: usize::from(!arrays),
            digest,
            checked,
        };
        self.connection.statement(TextOf::Model, &key, || {
            let rows = if arrays {
                BatchRows::Arrays
            } else {
                BatchRows::Rows(1)
            };
            let mut w = SqlWriter::new(dialect);
            let table = batch.def.table;
            let key = &batch_columns(batch, batch.def.primary_key);
            let (set, guard) = (
                &batch_columns(batch, set),
                &batch_columns(batch, expected.columns),
            );
            if is_update {
                let mut update = BatchUpdate::new(table, set, key, rows);
                (update.guard, update.digest, update.checked) = (guard, digest, checked);
                write_batch_update(&mut w, &update)?;
            } else {
                let mut delete = BatchDelete::new(table, key, rows);
                (delete.guard, delete.checked) = (guard, checked);
                write_batch_delete(&mut w, &delete)?;
            }
            Ok(w.finish().0)
        })
    }
}

fn batch_columns<'b>(batch: &'b Batch, positions: &[usize]) -> Vec<BatchColumn<'b>> {
    let positions = positions.iter();
    positions.map(|position| batch.column(*position)).collect()
}

/// Takes note of rows of which some did not match, if they may be gone, or else refuses the first of them.
#[cold]
fn missing(
    (arena, batch): (&dyn AnyArena, &Batch),
    slots: &[u32],
    absent: &mut Vec<u32>,
) -> Result<()> {
    if !matches!(batch.kind, BatchKind::Delete { cascaded: true, .. }) {
        return Err(stale(arena, slots[0]));
    }
    absent.extend_from_slice(slots);
    Ok(())
}
