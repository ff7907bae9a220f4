//! Sends rows: as arrays, in multi-row statements, with a prepared statement in a loop, or by COPY.
//!
//! Used by `mod.rs`, which chooses the way. `keys.rs` reads the result.

use std::ops::Range;
use std::sync::Arc;

use orm_core::driver::Outcome;
use orm_core::error::Result;
use orm_core::stmt::{BatchRows, Insert};
use orm_core::value::{BatchValues, ValueRef};

use super::batch_sql::{
    ARRAY_ROWS, LOOP_ROWS, chunks, copy_key, goes_as_arrays, render, render_copy, render_with,
    rows_within, statement_key, statement_rows,
};
use super::keys::{RowsStatement, check_count, consecutive_keys, not_all, unordered};
use super::rows::{BulkInsert, TakeKey};
use crate::engine::{Connection, StatementKind, StatementText};
use crate::query::write::check::{check_length, check_references};
use crate::query::write::reflection::stored_table;

/// Rows on their way to a connection.
pub(super) struct Bulk<'a, 'v> {
    pub(super) conn: &'a mut Connection,
    pub(super) insert: &'a BulkInsert<'a>,
    pub(super) value: &'a dyn Fn(usize, usize) -> ValueRef<'v>,
    /// The position of the column that the statements return.
    pub(super) returning: Option<usize>,
    /// The conflict clause and the RETURNING list, whose values are bound after the rows.
    pub(super) clauses: Option<&'a Insert>,
    /// The most bytes of values that a statement has, unless one row has more.
    pub(super) limit: usize,
}

/// Sends a statement; the range is that of the rows that it inserts.
pub(super) type Send<'s> = &'s mut dyn FnMut(RowsStatement<'_>, Range<usize>) -> Result<()>;

impl<'v> Bulk<'_, 'v> {
    pub(super) fn run(&mut self) -> Result<()> {
        let def = self.insert.def;
        if goes_as_arrays(self.conn.dialect().capabilities(), self.insert) {
            let checked = self.is_checked(BatchRows::Arrays);
            self.arrays(&mut |statement, rows| match statement
                .conn
                .execute(statement.sql, statement.binds)
            {
                Ok(_) if checked => Ok(()),
                Ok(outcome) => check_count(def, outcome.affected, rows.len()),
                Err(error) if checked && error.is_stale_data() => {
                    Err(not_all(def, rows.len(), "another number"))
                }
                Err(error) => Err(error),
            })
        } else {
            self.statements(&mut |rows, outcome| check_count(def, outcome.affected, rows.len()))
        }
    }

    pub(super) fn returning(&mut self, send: Send<'_>) -> Result<()> {
        if goes_as_arrays(self.conn.dialect().capabilities(), self.insert) {
            self.arrays(send)
        } else {
            self.statements_returning(send)
        }
    }

    /// One statement of one row, run for each row, for the last key of each.
    pub(super) fn looped(&mut self, key: TakeKey<'_>) -> Result<()> {
        let width = self.insert.columns.len();
        let def = self.insert.def;
        let sql = self.text(BatchRows::Rows(1))?;
        let mut binds = Vec::with_capacity(width * self.insert.rows.min(LOOP_ROWS));
        let mut row = 0;
        let mut done = |outcome: Outcome| {
            check_count(def, outcome.affected, 1)?;
            if outcome.last_insert_id == 0 {
                return Err(unordered(def));
            }
            key(row, outcome.last_insert_id);
            row += 1;
            Ok(())
        };
        for rows in chunks(self.insert.rows, LOOP_ROWS) {
            if width == 0 {
                // Without binds their number does not give the number of executions.
                for _ in rows {
                    done(self.conn.execute(&sql, &[])?)?;
                }
                continue;
            }
            self.fill(&mut binds, rows)?;
            self.conn.execute_each(&sql, width, &binds, &mut done)?;
        }
        Ok(())
    }

    /// Statements of many rows with the first key of each; the other keys follow at a step that is read from the server.
    pub(super) fn consecutive(&mut self, key: TakeKey<'_>) -> Result<()> {
        let def = self.insert.def;
        let mut firsts = Vec::new();
        self.statements(&mut |rows, outcome| {
            check_count(def, outcome.affected, rows.len())?;
            firsts.push((rows, outcome.last_insert_id));
            Ok(())
        })?;
        for (rows, first) in firsts {
            let keys = consecutive_keys(self.conn, self.insert, first, rows.len())?;
            for (row, generated) in rows.zip(keys) {
                key(row, generated);
            }
        }
        Ok(())
    }

    /// Statements of many rows: full ones first, then one for each power of two in what is left. `done` gets the rows
    /// of each.
    fn statements(
        &mut self,
        done: &mut dyn FnMut(Range<usize>, Outcome) -> Result<()>,
    ) -> Result<()> {
        let width = self.insert.columns.len();
        let mut binds = Vec::new();
        let mut next = 0;
        while next < self.insert.rows {
            let rows = self.fill_statement(&mut binds, next)?;
            let sql = self.text(BatchRows::Rows(rows))?;
            if width == 0 {
                done(next..next + 1, self.conn.execute(&sql, &[])?)?;
                next += 1;
                continue;
            }
            // The largest size may repeat: then it is prepared once for several runs.
            let most = ((self.insert.rows - next) / rows).min((LOOP_ROWS / rows).max(1));
            for run in 1..most {
                let filled = binds.len();
                let first = next + run * rows;
                if self.fill_within(&mut binds, first..first + rows)? < rows {
                    binds.truncate(filled);
                    break;
                }
            }
            let mut each = |outcome: Outcome| {
                next += rows;
                done(next - rows..next, outcome)
            };
            self.conn
                .execute_each(&sql, width * rows, &binds, &mut each)?;
        }
        Ok(())
    }

    /// As [`Bulk::statements`], with rows that come back.
    fn statements_returning(&mut self, send: Send<'_>) -> Result<()> {
        let mut binds = Vec::new();
        let mut next = 0;
        while next < self.insert.rows {
            let rows = self.fill_statement(&mut binds, next)?;
            let sql = self.text(BatchRows::Rows(rows))?;
            send(
                RowsStatement {
                    conn: self.conn,
                    sql: &sql,
                    binds: &binds,
                },
                next..next + rows,
            )?;
            next += rows;
        }
        Ok(())
    }

    /// One array a column: the text is the same for any number of rows.
    fn arrays(&mut self, send: Send<'_>) -> Result<()> {
        let sql = self.text(BatchRows::Arrays)?;
        let mut values = Vec::new();
        let mut next = 0;
        while next < self.insert.rows {
            let rows = next..next + self.rows_within(next, ARRAY_ROWS);
            next = rows.end;
            self.fill_columns(&mut values, rows.clone())?;
            let binds = as_arrays(&values, rows.len());
            send(
                RowsStatement {
                    conn: self.conn,
                    sql: &sql,
                    binds: &binds,
                },
                rows,
            )?;
        }
        Ok(())
    }

    /// Rows that the driver sends after the statement: COPY.
    pub(super) fn copied(&mut self) -> Result<()> {
        let (def, width) = (self.insert.def, self.insert.columns.len());
        let dialect = self.conn.dialect();
        let key = copy_key(self.insert);
        let sql = self
            .conn
            .statement(&key, || render_copy(dialect, self.insert))?;
        let mut values = Vec::new();
        let mut next = 0;
        while next < self.insert.rows {
            let rows = next..next + self.rows_within(next, self.insert.rows);
            next = rows.end;
            self.fill(&mut values, rows.clone())?;
            let copied = self.conn.copy_in(&sql, width, &values)?;
            check_count(def, copied, rows.len())?;
        }
        Ok(())
    }

    /// Collects the values of the statement whose first row is `next`, and returns its number of rows: fewer if they are
    /// long, of the sizes for which there are texts.
    fn fill_statement(&self, binds: &mut Vec<ValueRef<'v>>, next: usize) -> Result<usize> {
        let (width, left) = (self.insert.columns.len(), self.insert.rows - next);
        let rows = statement_rows(self.conn.dialect().capabilities(), self.insert, left);
        binds.clear();
        binds.reserve(rows * width);
        let fitting = self.fill_within(binds, next..next + rows)?;
        if fitting == rows {
            return Ok(rows);
        }
        let rows = 1 << fitting.ilog2();
        binds.truncate(rows * width);
        Ok(rows)
    }

    /// Appends the checked values of as many rows as fit a statement, at least one. Returns the number of these rows.
    fn fill_within(&self, binds: &mut Vec<ValueRef<'v>>, rows: Range<usize>) -> Result<usize> {
        let mut bytes = 0;
        for (filled, row) in rows.clone().enumerate() {
            let start = binds.len();
            for &position in self.insert.columns {
                let value = self.checked(row, position)?;
                bytes += value.size();
                binds.push(value);
            }
            if bytes > self.limit && filled > 0 {
                binds.truncate(start);
                return Ok(filled);
            }
        }
        Ok(rows.len())
    }

    /// How many of at most `most` rows from `next` on a statement has room for.
    fn rows_within(&self, next: usize, most: usize) -> usize {
        let end = self.insert.rows.min(next + most);
        rows_within(self.insert, self.value, next..end, self.limit)
    }

    /// The values of some rows, row by row, checked.
    fn fill(&self, binds: &mut Vec<ValueRef<'v>>, rows: Range<usize>) -> Result<()> {
        binds.clear();
        binds.reserve(rows.len() * self.insert.columns.len());
        for row in rows {
            for &position in self.insert.columns {
                binds.push(self.checked(row, position)?);
            }
        }
        Ok(())
    }

    /// The values of some rows, column by column, checked.
    fn fill_columns(&self, values: &mut Vec<ValueRef<'v>>, rows: Range<usize>) -> Result<()> {
        values.clear();
        values.reserve(rows.len() * self.insert.columns.len());
        for &position in self.insert.columns {
            for row in rows.clone() {
                values.push(self.checked(row, position)?);
            }
        }
        Ok(())
    }

    #[inline]
    fn checked(&self, row: usize, position: usize) -> Result<ValueRef<'v>> {
        let value = (self.value)(row, position);
        check_length(self.insert.def, position, value)?;
        check_references(self.insert.def, position, value)?;
        Ok(value)
    }

    /// Whether the statement counts its rows itself: outside a transaction, nothing else would undo it.
    fn is_checked(&self, rows: BatchRows) -> bool {
        rows == BatchRows::Arrays
            && self.returning.is_none()
            && self.conn.dialect().capabilities().checked_batches
            && !self.conn.in_transaction()
    }

    fn text(&mut self, rows: BatchRows) -> Result<Arc<StatementText>> {
        let dialect = self.conn.dialect();
        let (insert, returning) = (self.insert, self.returning);
        if let Some(clauses) = self.clauses {
            return self.text_with(rows, clauses);
        }
        let checked = self.is_checked(rows);
        let mut key = statement_key(insert, rows, returning.as_slice());
        key.checked = checked;
        let stored = match rows {
            BatchRows::Arrays => stored_table(self.conn, (insert.def, insert.model))?,
            // Each bind takes the type of its column.
            BatchRows::Rows(_) => Arc::default(),
        };
        let render = || render(dialect, insert, rows, (returning, checked), &stored);
        self.conn.statement(&key, render)
    }
}

impl Bulk<'_, '_> {
    fn text_with(&mut self, rows: BatchRows, clauses: &Insert) -> Result<Arc<StatementText>> {
        let (dialect, insert) = (self.conn.dialect(), self.insert);
        let mut key = statement_key(insert, rows, &[]);
        key.kind = StatementKind::InsertWith;
        let key = (key, &clauses.conflict, &clauses.returning);
        let stored = match rows {
            BatchRows::Arrays => stored_table(self.conn, (insert.def, insert.model))?,
            BatchRows::Rows(_) => Arc::default(),
        };
        let render = || render_with(dialect, insert, rows, clauses, &stored);
        self.conn.statement(&key, render)
    }
}

fn as_arrays<'a>(values: &'a [ValueRef<'a>], rows: usize) -> Vec<ValueRef<'a>> {
    values
        .chunks(rows)
        .map(|values| ValueRef::Batch(BatchValues::Borrowed(values)))
        .collect()
}
