//! A cursor: a query whose rows are computed on demand.
//!
//! `connection.rs` opens it. SQLite computes each row when it steps, so only the statement is stored here.

use std::mem::ManuallyDrop;

use orm_core::driver::{Cursor, Row, TransactionState};
use orm_core::error::{Error, Result};
use orm_core::value::ValueRef;

use super::bind::bind_all;
use super::connection::{Prepared, prepare, transaction};
use super::failure::from_native;
use super::row::SqliteRow;
use super::rowid::Rowids;

/// The rows of one statement.
pub(super) struct SqliteCursor<'c> {
    native: &'c rusqlite::Connection,
    rowids: &'c Rowids,
    sql: Box<str>,
    /// There until the end.
    statement: Option<Prepared<'c>>,
    /// Why the statement could not be prepared or bound.
    refused: Option<Error>,
}

impl<'c> SqliteCursor<'c> {
    pub(super) fn open(
        native: &'c rusqlite::Connection,
        rowids: &'c Rowids,
        (sql, binds): (&str, &[ValueRef<'_>]),
    ) -> Self {
        let bound = prepare(native, sql).and_then(|mut statement| {
            bind_all(&mut statement, sql, binds)?;
            Ok(statement)
        });
        let (statement, refused) = match bound {
            Ok(statement) => (Some(statement), None),
            Err(error) => (None, Some(error)),
        };
        Self {
            native,
            rowids,
            sql: sql.into(),
            statement,
            refused,
        }
    }

    fn end(&mut self) {
        if let Some(mut statement) = self.statement.take() {
            // Rows that are dropped reset their statement.
            drop(statement.raw_query());
            self.rowids.note(&statement);
        }
    }
}

impl Cursor for SqliteCursor<'_> {
    fn fetch(&mut self, read: &mut dyn FnMut(&dyn Row)) -> Result<bool> {
        if let Some(error) = self.refused.take() {
            return Err(error);
        }
        let Some(statement) = &mut self.statement else {
            return Ok(false);
        };
        // Dropping the rows would reset the statement, which continues with its next row.
        let mut rows = ManuallyDrop::new(statement.raw_query());
        let end = match rows.next() {
            Ok(Some(row)) => {
                read(&SqliteRow { row });
                return Ok(true);
            }
            Ok(None) => Ok(false),
            Err(native) => Err(from_native(native, &self.sql)),
        };
        self.end();
        end
    }

    fn close(&mut self) -> Result<()> {
        self.end();
        Ok(())
    }

    fn transaction(&mut self, _error: Option<&Error>) -> TransactionState {
        transaction(self.native)
    }
}

impl Drop for SqliteCursor<'_> {
    fn drop(&mut self) {
        self.end();
    }
}
