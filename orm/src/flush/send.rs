//! Sends the UPDATE or DELETE of a batch: one statement, a prepared statement in a loop, or multi-row statements from
//! `together.rs`. Checks the row counts; `stale.rs` names rows that did not match.

use std::mem;
use std::ops::{Deref, Range};
use std::sync::Arc;

use orm_core::driver::Outcome;
use orm_core::error::{Error, Result};
use orm_core::sql::{SqlWriter, write_batch_delete, write_batch_update};
use orm_core::stmt::{BatchColumn, BatchDelete, BatchRows, BatchUpdate, Expr};
use orm_core::value::{Value, ValueRef};

use super::batch::{Batch, BatchKind, TextFor};
use super::emit::BatchWriter;
use super::expected::{Expected, is_spelled};
use super::stale::{no_key, stale};
use crate::engine::{StatementKey, StatementKind, StatementText};
use crate::mapping::ModelDef;
use crate::query::{check_length, check_references};
use crate::state::{AnyArena, Written};

/// How many rows of a prepared loop are bound at a time.
const LOOP_ROWS: usize = 256;

/// The text of a batch's statement.
pub(super) enum Text<'b> {
    Kept(&'b StatementText),
    Own(Arc<StatementText>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Kept(text) => text,
            Self::Own(text) => text,
        }
    }
}

/// For how many binds a session keeps memory.
const KEPT_BINDS: usize = 1024;

/// The UPDATE or DELETE of a batch, and its rows.
pub(super) struct Change<'c> {
    arena: &'c dyn AnyArena,
    def: &'static ModelDef,
    pub(super) slots: &'c [u32],
    written: &'c Written,
    /// The columns that an UPDATE sets.
    pub(super) set: &'c [usize],
    /// The binds of the columns that are set to expressions, which are the same for each row.
    values: Vec<Value>,
    expected: Expected<'c>,
    is_checked: bool,
    /// Whether the flush has written the rows already, and finds them by their keys alone.
    is_attach: bool,
}

impl Change<'_> {
    /// How many binds a row has.
    pub(super) fn width(&self) -> usize {
        let own = self.set.len() + self.def.primary_key.len() + self.expected.columns.len();
        self.values.len() + own
    }

    /// Adds the binds of rows, each in the order of the statement, after checking them.
    fn fill<'v>(&'v self, rows: Range<usize>, binds: &mut Vec<ValueRef<'v>>) -> Result<()> {
        let first = binds.len();
        if self.written.is_as_given() && !self.expected.by_digest() && self.values.is_empty() {
            let columns = [self.set, self.expected.columns];
            self.arena.push_changes(&self.slots[rows], columns, binds);
        } else {
            for row in rows {
                let (arena, slot) = (self.arena, self.slots[row]);
                let value = |position| arena.written_value((slot, row), self.written, position);
                binds.extend(self.values.iter().map(Value::as_ref));
                binds.extend(self.set.iter().map(|position| value(*position)));
                if self.is_attach {
                    let key = self.def.primary_key.iter();
                    binds.extend(key.map(|position| value(*position)));
                } else {
                    self.expected.fill(arena, (row, slot), binds);
                }
            }
        }
        if self.is_checked {
            let mut rows = binds[first..].chunks(self.width());
            return rows.try_for_each(|row| self.check(&row[self.values.len()..]));
        }
        Ok(())
    }

    fn check(&self, row: &[ValueRef<'_>]) -> Result<()> {
        for (position, value) in self.set.iter().zip(row) {
            check_length(self.def, *position, *value)?;
            check_references(self.def, *position, *value)?;
        }
        Ok(())
    }

    /// Puts the values of as many of `rows` together as come to `limit` bytes at most, but of one row at least.
    /// Returns the row that is next.
    pub(super) fn fill_within<'v>(
        &'v self,
        limit: usize,
        rows: Range<usize>,
        values: &mut Vec<ValueRef<'v>>,
    ) -> Result<usize> {
        values.clear();
        let mut bytes = 0;
        for row in rows.clone() {
            let start = values.len();
            self.fill(row..row + 1, values)?;
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

impl<'b> BatchWriter<'b> {
    /// Runs the statement of the batch for every row and checks that each matched exactly one, or is absent where the
    /// database may have deleted rows along with others.
    pub(super) fn change(&mut self, written: &Written, set: &[usize]) -> Result<()> {
        let batch = self.batch;
        let expected = batch.kind.expected();
        let mut change = Change {
            arena: self.arena,
            def: batch.def,
            slots: &batch.slots,
            written,
            set,
            values: Vec::new(),
            expected: Expected::whole(expected, batch),
            is_checked: batch.facts.is_checked,
            is_attach: matches!(batch.kind, BatchKind::Attach { .. }),
        };
        if !batch.values.is_empty() {
            change.values = self.with_values(&change)?.1;
        }
        let rows = change.slots.len();
        if rows < 2 || batch.together() < 2 {
            let next = self.send_loop(&change, 0)?;
            if next < rows {
                change.expected = self.expected(expected);
                self.send_loop(&change, next)?;
            }
            return Ok(());
        }
        change.expected = self.expected(expected);
        self.send_together(&change)
    }

    /// Runs the statement for each row from `next` on. Stops before rows of which one has a large value, if it isn't
    /// known yet which have, and returns the row that is next.
    fn send_loop(&mut self, change: &Change<'_>, mut next: usize) -> Result<usize> {
        let (rows, width) = (change.slots.len(), change.width());
        let text = &*self.text(change, BatchRows::Rows(1))?;
        let mut binds: Vec<ValueRef<'_>> = mem::take(self.memory);
        binds.reserve(width * rows.min(LOOP_ROWS));
        while next < rows {
            binds.clear();
            change.fill(next..rows.min(next + LOOP_ROWS), &mut binds)?;
            if change.expected.has_large(&binds, width) {
                break;
            }
            let (done, result) = self.send_each((text, width), next, &binds);
            next += done;
            match result {
                Ok(()) => {}
                Err(error)
                    if error.is_stale_data() && change.expected.may_be_respelled(self.batch) =>
                {
                    let row = &binds[done * width..][..width];
                    self.send_respelled((text, &change.expected), next, row, error)?;
                    next += 1;
                }
                Err(error) => return Err(error),
            }
        }
        *self.memory = emptied(binds);
        Ok(next)
    }

    /// Runs the statement once for each row's values in `binds`, those of the rows from `first` on, up to the first
    /// that doesn't match. Returns how many did.
    fn send_each(
        &mut self,
        (text, width): (&str, usize),
        first: usize,
        binds: &[ValueRef<'_>],
    ) -> (usize, Result<()>) {
        let (arena, batch, absent) = (self.arena, self.batch, &mut self.absent);
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
            self.connection.execute(text, binds).and_then(check)
        } else {
            self.connection.execute_each(text, width, binds, &mut check)
        };
        (done, result)
    }

    /// Runs the statement again for a row that it did not match, with the old values as the row has them, if
    /// they read as what they are expected to be: another program may spell a date or a UUID in another way.
    #[cold]
    fn send_respelled(
        &mut self,
        (text, expected): (&str, &Expected<'_>),
        row: usize,
        binds: &[ValueRef<'_>],
        error: Error,
    ) -> Result<()> {
        let slot = self.batch.slots[row];
        let spelled = expected.spelled(self.connection, self.arena, slot)?;
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
        match self.connection.execute(text, &binds)?.affected {
            1 => Ok(()),
            _ => Err(error),
        }
    }

    /// Whether the statement counts its rows itself: outside a transaction, nothing else would undo it.
    pub(super) fn is_checked(&self, rows: BatchRows) -> bool {
        rows != BatchRows::Rows(1)
            && self.connection.dialect().capabilities().checked_batches
            && !self.connection.in_transaction()
    }

    /// The text for this many rows.
    pub(super) fn text(&mut self, change: &Change<'_>, rows: BatchRows) -> Result<Text<'b>> {
        if !self.batch.values.is_empty() {
            let text = self.with_values(change)?.0.into();
            return Ok(Text::Own(Arc::new(text)));
        }
        let of = TextFor {
            dialect: self.connection.dialect().name(),
            rows,
            digest: change.expected.by_digest(),
            checked: self.is_checked(rows),
        };
        let batch = self.batch;
        match batch.text.get() {
            Some((known, text)) if known.is(&of) => Ok(Text::Kept(text)),
            _ => {
                let text = self.rendered(change, of)?;
                // Another text of the batch stays.
                let _ = batch.text.set((of, Arc::clone(&text)));
                Ok(Text::Own(text))
            }
        }
    }

    /// The text of an UPDATE of one row that sets columns to expressions, and the binds of these. It is hardly the same
    /// for the next row, so it is not kept.
    #[cold]
    fn with_values(&self, change: &Change<'_>) -> Result<(String, Vec<Value>)> {
        let (batch, expected) = (self.batch, &change.expected);
        let set = batch_columns(batch, change.set);
        let key = batch_columns(batch, batch.def.primary_key);
        let matched = batch_columns(batch, expected.columns);
        let values = batch.values.iter();
        let values: Vec<(&str, &Expr)> = values
            .map(|(position, value)| (batch.def.names[*position], value))
            .collect();
        let mut update = BatchUpdate::new(batch.def.table, &set, &key, BatchRows::Rows(1));
        (update.values, update.expected) = (&values, &matched);
        update.digest = expected.by_digest();
        let mut w = SqlWriter::new(self.connection.dialect());
        write_batch_update(&mut w, &update)?;
        let (text, binds) = w.finish();
        Ok((text, binds.into_iter().map(ValueRef::to_value).collect()))
    }

    #[cold]
    fn rendered(&mut self, change: &Change<'_>, of: TextFor) -> Result<Arc<StatementText>> {
        let (batch, dialect) = (self.batch, self.connection.dialect());
        let (set, expected) = (change.set, &change.expected);
        let TextFor {
            rows,
            digest,
            checked,
            ..
        } = of;
        let is_update = !matches!(batch.kind, BatchKind::Delete { .. });
        let key = StatementKey {
            model: batch.model,
            kind: if is_update {
                StatementKind::Update
            } else {
                StatementKind::Delete
            },
            columns: set,
            expected: expected.columns,
            rows: match rows {
                BatchRows::Rows(rows) => rows,
                BatchRows::Arrays => 0,
            },
            digest,
            checked,
        };
        self.connection.statement(&key, || {
            let mut w = SqlWriter::new(dialect);
            let table = batch.def.table;
            let key = &batch_columns(batch, batch.def.primary_key);
            let (set, expected) = (
                &batch_columns(batch, set),
                &batch_columns(batch, expected.columns),
            );
            if is_update {
                let mut update = BatchUpdate::new(table, set, key, rows);
                (update.expected, update.digest, update.checked) = (expected, digest, checked);
                write_batch_update(&mut w, &update)?;
            } else {
                let mut delete = BatchDelete::new(table, key, rows);
                (delete.expected, delete.checked) = (expected, checked);
                delete.outside_key = batch.def.outside_key();
                write_batch_delete(&mut w, &delete)?;
            }
            Ok(w.finish().0)
        })
    }
}

/// Whether values of a row may be refused before it is sent.
pub(super) fn may_be_refused(def: &ModelDef, set: &[usize]) -> bool {
    let has_limit = |position: &usize| {
        let column = &def.columns[*position];
        column.length.is_some() || column.ty.is_decimal()
    };
    !def.references.is_empty() || set.iter().any(has_limit)
}

/// The memory of binds.
fn emptied(mut binds: Vec<ValueRef<'_>>) -> Vec<ValueRef<'static>> {
    binds.clear();
    if binds.capacity() > KEPT_BINDS {
        binds.shrink_to(KEPT_BINDS);
    }
    // None is left: this makes no list of its own.
    binds.into_iter().map(|_| ValueRef::Null).collect()
}

fn batch_columns<'b>(batch: &'b Batch, positions: &[usize]) -> Vec<BatchColumn<'b>> {
    let positions = positions.iter();
    positions.map(|position| batch.column(*position)).collect()
}

/// Takes note of rows of which some did not match, if they may be gone, or else refuses the first of them.
#[cold]
pub(super) fn missing(
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
