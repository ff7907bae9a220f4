//! Sends the UPDATE or DELETE of a batch for each of its rows: one statement, a prepared loop, or one
//! statement with an array a column. Row counts are exact; rows that don't match are named in `stale.rs`.

use std::ops::Range;
use std::sync::Arc;

use orm_core::driver::Outcome;
use orm_core::error::{Error, Result};
use orm_core::sql::{SqlWriter, write_batch_delete, write_batch_update};
use orm_core::stmt::{BatchColumn, BatchDelete, BatchRows, BatchUpdate};
use orm_core::value::{BatchValues, ValueRef};

use super::batch::Batch;
use super::emit::BatchWriter;
use super::expected::{Expected, is_spelled};
use super::stale::{no_key, stale};
use crate::engine::{StatementKey, StatementKind};
use crate::state::AnyArena;

/// How many rows of a prepared loop are bound at a time.
const LOOP_ROWS: usize = 256;
/// How many rows go into one array statement at most: few round trips. Long values make them fewer.
const ARRAY_ROWS: usize = 1024;

/// What came of a loop over a statement.
struct Sent {
    /// The rows before the one that ended it.
    done: usize,
    /// Whether it ended because the statement matched no row.
    missed: bool,
    result: Result<()>,
}

/// Adds the binds of a row, in the order of the statement, after checking them.
pub(super) type Fill<'f, 'a> = &'f dyn Fn(usize, &mut Vec<ValueRef<'a>>) -> Result<()>;

/// Puts the values of as many of `rows` together as come to `limit` bytes at most, but of one row at least. Returns the
/// row that is next.
fn fill_chunk<'a>(
    values: &mut Vec<ValueRef<'a>>,
    rows: Range<usize>,
    limit: usize,
    fill: Fill<'_, 'a>,
) -> Result<usize> {
    values.clear();
    let mut bytes = 0;
    for row in rows.clone() {
        let start = values.len();
        fill(row, values)?;
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

impl BatchWriter<'_> {
    /// Runs the statement, which has `width` binds a row, for every row and checks that each matched exactly one.
    /// Rows that may be gone go to `absent` if they did not match.
    pub(super) fn write(
        &mut self,
        (text, width, expected): (&str, usize, &Expected<'_>),
        fill: Fill<'_, '_>,
        mut absent: Option<&mut Vec<u32>>,
    ) -> Result<()> {
        let rows = self.batch.slots.len();
        if self.by_arrays() {
            return self.write_arrays((text, width), fill, absent);
        }
        let mut binds = Vec::with_capacity(width * rows.min(LOOP_ROWS));
        let mut next = 0;
        while next < rows {
            binds.clear();
            for row in next..rows.min(next + LOOP_ROWS) {
                fill(row, &mut binds)?;
            }
            let sent = self.write_loop((text, width, next), &binds, absent.as_deref_mut());
            next += sent.done;
            match sent.result {
                Ok(()) => {}
                Err(error) if sent.missed && expected.may_be_respelled(self.batch) => {
                    let start = sent.done * width;
                    let row = &binds[start..start + width];
                    self.write_respelled(text, row, (next, expected), error)?;
                    next += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Runs the statement once for each `width` values, those of the rows from `first` on, up to the first that
    /// doesn't match.
    fn write_loop(
        &mut self,
        (text, width, first): (&str, usize, usize),
        binds: &[ValueRef<'_>],
        mut absent: Option<&mut Vec<u32>>,
    ) -> Sent {
        let (arena, batch) = (self.arena, self.batch);
        let (mut done, mut missed) = (0, false);
        let mut check = |outcome: Outcome| {
            let slot = batch.slots[first + done];
            let checked = match outcome.affected {
                1 => Ok(()),
                0 => missing(arena, &[slot], absent.as_deref_mut()),
                found => Err(no_key(arena, slot, found)),
            };
            missed = checked.is_err() && outcome.affected == 0;
            done += usize::from(checked.is_ok());
            checked
        };
        let result = if batch.slots.len() == 1 {
            self.connection.execute(text, binds).and_then(check)
        } else {
            self.connection.execute_each(text, width, binds, &mut check)
        };
        Sent {
            done,
            missed,
            result,
        }
    }

    /// Runs the statement again for a row that it did not match, with the old values as the row has them, if
    /// they read as what they are expected to be: another program may spell a date or a UUID in another way.
    #[cold]
    fn write_respelled(
        &mut self,
        text: &str,
        binds: &[ValueRef<'_>],
        (row, expected): (usize, &Expected<'_>),
        error: Error,
    ) -> Result<()> {
        let slot = self.batch.slots[row];
        let Some(spelled) = expected.spelled(self.connection, self.arena, slot)? else {
            return Err(error);
        };
        let mut binds = binds.to_vec();
        let first = binds.len() - expected.columns.len();
        for (bind, (position, spelled)) in binds[first..].iter_mut().zip(&spelled) {
            if is_spelled(&self.batch.def.columns[*position].ty) {
                *bind = spelled.as_ref();
            }
        }
        match self.connection.execute(text, &binds)?.affected {
            1 => Ok(()),
            _ => Err(error),
        }
    }

    fn write_arrays(
        &mut self,
        (text, width): (&str, usize),
        fill: Fill<'_, '_>,
        mut absent: Option<&mut Vec<u32>>,
    ) -> Result<()> {
        let rows = self.batch.slots.len();
        let mut values = Vec::with_capacity(width * rows.min(ARRAY_ROWS));
        let limit = self.connection.statement_bytes();
        let mut next = 0;
        while next < rows {
            let first = next;
            next = fill_chunk(
                &mut values,
                first..rows.min(first + ARRAY_ROWS),
                limit,
                fill,
            )?;
            let column = |column: usize| values.iter().skip(column).step_by(width).copied();
            let columns: Vec<Vec<ValueRef<'_>>> = (0..width).map(|c| column(c).collect()).collect();
            let binds: Vec<ValueRef<'_>> = columns
                .iter()
                .map(|c| ValueRef::Batch(BatchValues::Borrowed(c)))
                .collect();
            let outcome = self.connection.execute(text, &binds)?;
            if outcome.affected != (next - first) as u64 {
                missing(
                    self.arena,
                    &self.batch.slots[first..next],
                    absent.as_deref_mut(),
                )?;
            }
        }
        Ok(())
    }

    /// Whether all rows go into one statement, as one array a column.
    fn by_arrays(&self) -> bool {
        self.batch.slots.len() > 1 && self.connection.dialect().capabilities().arrays
    }

    pub(super) fn text(
        &mut self,
        kind: StatementKind,
        set: &[usize],
        expected: &Expected<'_>,
    ) -> Result<Arc<str>> {
        let dialect = self.connection.dialect();
        let arrays = self.by_arrays();
        let rows = if arrays {
            BatchRows::Arrays
        } else {
            BatchRows::Rows(1)
        };
        let key = StatementKey {
            dialect: dialect.name(),
            model: self.batch.model,
            kind,
            columns: set.to_vec(),
            guard: expected.columns.to_vec(),
            rows: usize::from(!arrays),
            digest: expected.by_digest(),
        };
        let batch = self.batch;
        self.connection.statement(&key, || {
            let mut w = SqlWriter::new(dialect);
            let table = batch.def.table;
            let key = &batch_columns(batch, batch.def.primary_key);
            let (set, digest) = (&batch_columns(batch, set), expected.by_digest());
            let guard = &batch_columns(batch, expected.columns);
            if kind == StatementKind::Update {
                let mut update = BatchUpdate::new(table, set, key, rows);
                (update.guard, update.digest) = (guard, digest);
                write_batch_update(&mut w, &update)?;
            } else {
                let mut delete = BatchDelete::new(table, key, rows);
                delete.guard = guard;
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

/// Takes note of rows of which some did not match, or refuses the first of them.
#[cold]
fn missing(arena: &dyn AnyArena, slots: &[u32], absent: Option<&mut Vec<u32>>) -> Result<()> {
    match absent {
        Some(absent) => absent.extend_from_slice(slots),
        None => return Err(stale(arena, slots[0])),
    }
    Ok(())
}
