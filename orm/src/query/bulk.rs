//! Inserting many rows of one model in the way that is fastest on each database, with or without
//! bringing back the keys that it generates.
//!
//! Used by `insert.rs` and by the session's flush. The way is chosen by capability alone: arrays
//! (PostgreSQL), statements of many rows with RETURNING (MariaDB), one prepared statement in a loop with
//! the last key of each (SQLite, MySQL). Texts come from the engine's cache, and there are few of them
//! per column set. Which rows go together, and the transaction around them, are the caller's.

use std::ops::Range;
use std::sync::Arc;

use orm_core::driver::{Outcome, Row};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Capabilities, Dialect, GeneratedKeys, SqlWriter, write_batch_insert};
use orm_core::stmt::{BatchColumn, BatchInsert, BatchRows};
use orm_core::value::ValueRef;

use super::check::{check_length, check_references};
use crate::engine::{Connection, StatementKey, StatementKind};
use crate::mapping::ModelDef;

/// The most rows of one multi-row statement: beyond, nothing gets faster.
const STATEMENT_ROWS: usize = 100;
/// The rows whose values are collected at once for a loop over one statement.
const LOOP_ROWS: usize = 256;
/// The rows of one array statement: few round trips, and far from the gigabyte that a message holds.
const ARRAY_ROWS: usize = 1024;

/// Rows to be inserted into one model's table, all with the same columns.
#[derive(Clone, Copy)]
pub(crate) struct BulkInsert<'r> {
    pub def: &'static ModelDef,
    /// The model's slot index.
    pub model: usize,
    /// The positions of the columns that get a value.
    pub columns: &'r [usize],
    /// How many rows.
    pub rows: usize,
}

/// Takes the key that the database generated for a row, in the order of the rows.
pub(crate) type TakeKey<'k> = &'k mut dyn FnMut(usize, i64);

/// Inserts rows. `value` gives the value of a row, counted from 0, for a column's position; `key`, if
/// given, takes each row's generated key.
pub(crate) fn insert_rows<'v>(
    conn: &mut Connection,
    insert: &BulkInsert<'_>,
    value: &dyn Fn(usize, usize) -> ValueRef<'v>,
    key: Option<TakeKey<'_>>,
) -> Result<()> {
    let keys = conn.dialect().capabilities().generated_keys;
    let returning = insert
        .def
        .generated
        .filter(|_| keys == GeneratedKeys::Returning);
    match key {
        None => Bulk {
            conn,
            insert,
            value,
            returning: None,
        }
        .run(),
        Some(key) if returning.is_none() => Bulk {
            conn,
            insert,
            value,
            returning,
        }
        .looped(key),
        Some(key) => Bulk {
            conn,
            insert,
            value,
            returning,
        }
        .returning(&mut |query, rows| {
            for (row, generated) in rows.clone().zip(query.keys(insert.def, rows.len())?) {
                key(row, generated);
            }
            Ok(())
        }),
    }
}

/// Inserts rows and hands each row of the column at `returning` that comes back to `each`, in the order
/// of the database.
pub(super) fn insert_returning<'v>(
    conn: &mut Connection,
    insert: &BulkInsert<'_>,
    value: &dyn Fn(usize, usize) -> ValueRef<'v>,
    returning: usize,
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    let returning = Some(returning);
    Bulk {
        conn,
        insert,
        value,
        returning,
    }
    .returning(&mut |query, rows| {
        let mut found = 0;
        query.conn.raw_query(query.sql, query.binds, &mut |row| {
            found += 1;
            each(row)
        })?;
        check_count(insert.def, found, rows.len())
    })
}

/// The text of the first statement by which rows are inserted.
pub(super) fn first_statement(
    dialect: &dyn Dialect,
    insert: &BulkInsert<'_>,
    returning: Option<usize>,
) -> Result<String> {
    let capabilities = dialect.capabilities();
    let rows = if goes_as_arrays(capabilities, insert) {
        BatchRows::Arrays
    } else {
        BatchRows::Rows(statement_rows(capabilities, insert, insert.rows))
    };
    render(dialect, insert, rows, returning)
}

struct Bulk<'a, 'v> {
    conn: &'a mut Connection,
    insert: &'a BulkInsert<'a>,
    value: &'a dyn Fn(usize, usize) -> ValueRef<'v>,
    /// The position of the column that the statements hand back.
    returning: Option<usize>,
}

/// A statement that hands back rows, ready to be sent.
struct Query<'q> {
    conn: &'q mut Connection,
    sql: &'q str,
    binds: &'q [ValueRef<'q>],
}

/// Sends a statement that hands back rows; the range says which rows it inserts.
type SendQuery<'s> = &'s mut dyn FnMut(Query<'_>, Range<usize>) -> Result<()>;

impl<'v> Bulk<'_, 'v> {
    fn run(&mut self) -> Result<()> {
        if goes_as_arrays(self.conn.dialect().capabilities(), self.insert) {
            self.arrays()
        } else {
            self.statements()
        }
    }

    fn returning(&mut self, send: SendQuery<'_>) -> Result<()> {
        if goes_as_arrays(self.conn.dialect().capabilities(), self.insert) {
            self.arrays_returning(send)
        } else {
            self.statements_returning(send)
        }
    }

    /// One statement of one row, run for each row, for the last key of each.
    fn looped(&mut self, key: TakeKey<'_>) -> Result<()> {
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
                // Without binds their number can't tell how often the statement is to run.
                for _ in rows {
                    done(self.conn.raw_execute(&sql, &[])?)?;
                }
                continue;
            }
            self.fill(&mut binds, rows)?;
            self.conn.raw_execute_each(&sql, width, &binds, &mut done)?;
        }
        Ok(())
    }

    /// Statements of many rows: full ones first, then one for each power of two in what is left.
    fn statements(&mut self) -> Result<()> {
        let (width, def) = (self.insert.columns.len(), self.insert.def);
        let mut binds = Vec::new();
        let mut next = 0;
        while next < self.insert.rows {
            let left = self.insert.rows - next;
            let rows = self.statement_rows(left);
            // The largest size may repeat: then it is prepared once for several runs.
            let runs = (left / rows).min((LOOP_ROWS / rows).max(1));
            let sql = self.text(BatchRows::Rows(rows))?;
            if width == 0 {
                check_count(def, self.conn.raw_execute(&sql, &[])?.affected, 1)?;
                next += 1;
                continue;
            }
            self.fill(&mut binds, next..next + rows * runs)?;
            let mut done = |outcome: Outcome| check_count(def, outcome.affected, rows);
            self.conn
                .raw_execute_each(&sql, width * rows, &binds, &mut done)?;
            next += rows * runs;
        }
        Ok(())
    }

    /// As [`Bulk::statements`], with rows that come back.
    fn statements_returning(&mut self, send: SendQuery<'_>) -> Result<()> {
        let mut binds = Vec::new();
        let mut next = 0;
        while next < self.insert.rows {
            let rows = self.statement_rows(self.insert.rows - next);
            let sql = self.text(BatchRows::Rows(rows))?;
            self.fill(&mut binds, next..next + rows)?;
            send(
                Query {
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
    fn arrays(&mut self) -> Result<()> {
        let sql = self.text(BatchRows::Arrays)?;
        let mut values = Vec::new();
        for rows in chunks(self.insert.rows, ARRAY_ROWS) {
            self.fill_columns(&mut values, rows.clone())?;
            let outcome = self
                .conn
                .raw_execute(&sql, &as_arrays(&values, rows.len()))?;
            check_count(self.insert.def, outcome.affected, rows.len())?;
        }
        Ok(())
    }

    /// As [`Bulk::arrays`], with rows that come back.
    fn arrays_returning(&mut self, send: SendQuery<'_>) -> Result<()> {
        let sql = self.text(BatchRows::Arrays)?;
        let mut values = Vec::new();
        for rows in chunks(self.insert.rows, ARRAY_ROWS) {
            self.fill_columns(&mut values, rows.clone())?;
            let binds = as_arrays(&values, rows.len());
            send(
                Query {
                    conn: self.conn,
                    sql: &sql,
                    binds: &binds,
                },
                rows,
            )?;
        }
        Ok(())
    }

    fn statement_rows(&self, left: usize) -> usize {
        statement_rows(self.conn.dialect().capabilities(), self.insert, left)
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

    fn text(&mut self, rows: BatchRows) -> Result<Arc<str>> {
        let dialect = self.conn.dialect();
        let (insert, returning) = (self.insert, self.returning);
        let key = StatementKey {
            dialect: dialect.name(),
            model: insert.model,
            kind: match returning {
                Some(_) => StatementKind::InsertReturning,
                None => StatementKind::Insert,
            },
            columns: insert.columns.to_vec(),
            // An insert guards nothing: this is what it hands back.
            guard: returning.into_iter().collect(),
            rows: match rows {
                BatchRows::Rows(rows) => rows,
                BatchRows::Arrays => 0,
            },
        };
        self.conn
            .statement(&key, || render(dialect, insert, rows, returning))
    }
}

impl Query<'_> {
    /// The generated keys, which must ascend: that alone tells which row has which. They come back as
    /// the rows were inserted, and a sequence counts up; a key by another default can't be told.
    fn keys(self, def: &'static ModelDef, rows: usize) -> Result<Vec<i64>> {
        let mut keys = Vec::with_capacity(rows);
        self.conn
            .raw_query(self.sql, self.binds, &mut |row| match row.get(0)? {
                ValueRef::Int(generated) => {
                    keys.push(generated);
                    Ok(())
                }
                other => Err(Error::with_message(
                    ErrorKind::Decode,
                    format!("the generated key is {}, not an integer", other.kind_name()),
                )
                .with_table(def.table)),
            })?;
        check_count(def, keys.len() as u64, rows)?;
        if keys.is_sorted_by(|earlier, later| earlier < later) {
            Ok(keys)
        } else {
            Err(unordered(def))
        }
    }
}

/// Whether rows are inserted as one array a column. One row has nothing to gain from it, and without
/// columns there is nothing to make arrays of.
fn goes_as_arrays(capabilities: &Capabilities, insert: &BulkInsert<'_>) -> bool {
    capabilities.arrays && insert.rows > 1 && !insert.columns.is_empty()
}

/// Whether one statement inserts all rows, whether or not it hands back keys.
pub(super) fn goes_at_once(capabilities: &Capabilities, insert: &BulkInsert<'_>) -> bool {
    insert.rows == 1 || goes_as_arrays(capabilities, insert) && insert.rows <= ARRAY_ROWS
}

/// How many of `left` rows go into the next statement. Only a few sizes occur per column set, so that
/// there are few texts to prepare and to keep.
fn statement_rows(capabilities: &Capabilities, insert: &BulkInsert<'_>, left: usize) -> usize {
    let width = insert.columns.len();
    if width == 0 {
        return 1;
    }
    let full = (capabilities.insert_binds / width).clamp(1, STATEMENT_ROWS);
    if left >= full {
        full
    } else {
        1 << left.ilog2()
    }
}

fn render(
    dialect: &dyn Dialect,
    insert: &BulkInsert<'_>,
    rows: BatchRows,
    returning: Option<usize>,
) -> Result<String> {
    let def = insert.def;
    let column = |position: &usize| {
        let column = &def.columns[*position];
        BatchColumn {
            name: column.name,
            ty: &column.ty,
        }
    };
    let columns: Vec<_> = insert.columns.iter().map(column).collect();
    let returning = returning.map(|position| def.names[position]);
    let mut w = SqlWriter::new(dialect);
    write_batch_insert(
        &mut w,
        &BatchInsert {
            table: def.table,
            columns: &columns,
            rows,
            returning,
        },
    )?;
    Ok(w.finish().0)
}

fn chunks(rows: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows)
        .step_by(size)
        .map(move |start| start..(start + size).min(rows))
}

fn as_arrays<'a>(values: &'a [ValueRef<'a>], rows: usize) -> Vec<ValueRef<'a>> {
    values.chunks(rows).map(ValueRef::Array).collect()
}

#[cold]
fn unordered(def: &'static ModelDef) -> Error {
    Error::with_message(
        ErrorKind::Unsupported,
        "the database generated keys that don't count up, so it can't be told which row has which",
    )
    .with_table(def.table)
    .with_hint("make the key a column that counts up (auto-increment, serial, identity), or insert one row at a time")
}

/// A trigger or rule that swallows a row must not go unnoticed: the caller counts on every row.
fn check_count(def: &'static ModelDef, written: u64, expected: usize) -> Result<()> {
    if written == expected as u64 {
        return Ok(());
    }
    Err(Error::with_message(
        ErrorKind::Database,
        format!("the insert of {expected} rows wrote {written}"),
    )
    .with_table(def.table)
    .with_hint("look for a trigger or rule on the table"))
}
