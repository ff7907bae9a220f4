//! A cursor of the server: DECLARE, FETCH in batches of a good message size, CLOSE.
//!
//! `connection.rs` opens it. The native client opens portals of the protocol in its own transactions only. A query
//! that is sent whole occupies the connection until its last row has arrived, or aborts its transaction when it is
//! canceled; closing a cursor does neither.

use std::mem::replace;
use std::sync::Arc;
use std::vec;

use orm_core::driver::{Connection as _, Cursor, Row, TransactionState};
use orm_core::error::{Error, Result};
use orm_core::value::ValueRef;
use postgres::Client;

use super::array::Arrays;
use super::connection::{CURSOR, Declared, EXECUTE, PostgresConnection, wires};
use super::row::PostgresRow;
use super::statement_kind::TransactionEffect;
use super::wire::Wire;

/// What the rows of one FETCH should come to.
const BATCH_BYTES: usize = 256 * 1024;

/// The most rows of one FETCH, however small they are.
const BATCH_ROWS: usize = 4096;

/// How many times as many rows as the last one a FETCH may request: their size may change.
const GROWTH: usize = 8;

impl PostgresConnection {
    fn declare(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<()> {
        let has_begun = self.transaction == TransactionState::None;
        if has_begun {
            self.control("BEGIN")?;
        }
        let declare = format!("DECLARE {CURSOR} NO SCROLL CURSOR FOR {sql}");
        let opened = self.run(&declare, binds, &EXECUTE);
        // After an error there is none, but the transaction is to be ended.
        if opened.is_ok() || has_begun {
            self.declared = Some(Declared { has_begun });
        }
        opened.map(|_| ())
    }

    fn fetch(&mut self, rows: usize) -> Result<Vec<postgres::Row>> {
        let sql = format!("FETCH {rows} FROM {CURSOR}");
        let fetched = self.talk(|client: &mut Client| client.query_typed(&sql, &[]))?;
        self.after_statement(&sql, TransactionEffect::NOTHING, fetched)
            .map_err(|failure| failure.error)
    }
}

/// The rows of one query.
pub(super) struct PostgresCursor<'c> {
    connection: &'c mut PostgresConnection,
    sql: Box<str>,
    /// Why the cursor could not be opened.
    refused: Option<Error>,
    fetched: vec::IntoIter<postgres::Row>,
    wires: Arc<[Wire]>,
    /// How many rows the next FETCH requests; 0 after the end.
    next: usize,
}

impl<'c> PostgresCursor<'c> {
    pub(super) fn open(
        connection: &'c mut PostgresConnection,
        sql: &str,
        binds: &[ValueRef<'_>],
    ) -> Self {
        let refused = connection.declare(sql, binds).err();
        Self {
            connection,
            sql: sql.into(),
            refused,
            fetched: Vec::new().into_iter(),
            wires: Arc::new([]),
            // The first one has the columns. Their types may have to be looked up, which blocks behind an
            // response that the native client can't buffer as a whole.
            next: 1,
        }
    }

    /// The next row, from the server if need be.
    fn advance(&mut self) -> Result<Option<postgres::Row>> {
        if let Some(error) = self.refused.take() {
            return Err(error);
        }
        if let Some(row) = self.fetched.next() {
            return Ok(Some(row));
        }
        if self.next == 0 {
            return Ok(None);
        }
        let asked = self.next;
        let rows = self.connection.fetch(asked)?;
        if self.wires.is_empty()
            && let Some(first) = rows.first()
        {
            self.wires = wires(first.columns()).into();
        }
        self.next = if rows.len() < asked { 0 } else { next(&rows) };
        self.fetched = rows.into_iter();
        Ok(self.fetched.next())
    }

    /// Ends the query after `error`, and returns this error, even if closing fails.
    fn fail(&mut self, error: Error) -> Error {
        self.next = 0;
        // A rollback that fails has lost the connection, which the next call reports.
        let _ = self.end();
        error.with_sql(&self.sql)
    }

    /// Closes the cursor. An end is not refused inside an async task, where a cursor may be dropped as well.
    fn end(&mut self) -> Result<()> {
        let may_block = replace(&mut self.connection.config.allow_blocking_in_async, true);
        let closed = self.connection.close_cursor();
        self.connection.config.allow_blocking_in_async = may_block;
        closed
    }
}

/// How many rows to fetch after those.
fn next(rows: &[postgres::Row]) -> usize {
    let bytes: usize = rows.iter().map(postgres::Row::raw_size_bytes).sum();
    let fitting = BATCH_BYTES * rows.len() / bytes.max(1);
    fitting.clamp(1, BATCH_ROWS.min(rows.len() * GROWTH))
}

impl Cursor for PostgresCursor<'_> {
    fn fetch(&mut self, read: &mut dyn FnMut(&dyn Row)) -> Result<bool> {
        match self.advance() {
            Ok(Some(row)) => {
                let wires = &self.wires;
                read(&PostgresRow {
                    row: &row,
                    wires,
                    left: 0,
                    arrays: Arrays::default(),
                });
                Ok(true)
            }
            Ok(None) => self.close().map(|()| false),
            Err(error) => Err(self.fail(error)),
        }
    }

    fn close(&mut self) -> Result<()> {
        self.next = 0;
        self.fetched = Vec::new().into_iter();
        self.end().map_err(|error| error.with_sql(&self.sql))
    }

    fn transaction(&mut self, error: Option<&Error>) -> TransactionState {
        self.connection.transaction(error)
    }
}

impl Drop for PostgresCursor<'_> {
    fn drop(&mut self) {
        // What has gone wrong has lost the connection, which the next call reports.
        let _ = self.end();
    }
}
