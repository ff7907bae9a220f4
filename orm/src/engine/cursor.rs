//! [`Cursor`]: a query on a [`Connection`] whose rows are read on demand.
//!
//! It does for an open query what `run.rs` does for a statement. `query/rows/stream.rs` decodes its rows.

use orm_core::driver;
use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::Dialect;
use orm_core::value::ValueRef;

use super::connection::{Connection, Shared, native};
use super::failure;
use super::log::Started;
use super::run::Effect;
use super::transaction_control;
use super::transaction_state::Transaction;

/// An open query, which has the connection for itself. Dropping it ends the query and frees the connection.
pub(crate) struct Cursor<'c> {
    native: Box<dyn driver::Cursor + 'c>,
    transaction: &'c mut Transaction,
    shared: &'c Shared,
    dialect: &'static dyn Dialect,
    sql: Box<str>,
    autocommits: bool,
    /// If it is logged, until it is.
    start: Option<Started>,
    rows: u64,
    /// Whether there are no more rows to be had.
    is_over: bool,
    /// Whether the query has ended.
    is_closed: bool,
}

impl Connection {
    /// Opens a cursor for a text that the library has rendered.
    ///
    /// # Errors
    /// The refusal to run a statement here and now. What the database refuses is the first row's error.
    pub(crate) fn cursor(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Cursor<'_>> {
        self.open_cursor(sql, binds, Effect::Reads)
    }

    /// Opens a cursor for SQL text of the program's own.
    ///
    /// # Errors
    /// As [`Connection::cursor`]; `Usage` in a transaction for what controls it or may end it.
    pub(crate) fn raw_cursor(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Cursor<'_>> {
        if self.impact(sql)? != transaction_control::Impact::Nothing {
            return Err(no_query(sql));
        }
        self.raw = true;
        self.open_cursor(sql, binds, Effect::Writes)
    }

    fn open_cursor(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        effect: Effect,
    ) -> Result<Cursor<'_>> {
        let autocommits = self.admit(effect)?;
        let start = self.shared.log.start(binds);
        Ok(Cursor {
            native: native(&mut self.pooled).cursor(sql, binds),
            transaction: &mut self.transaction,
            shared: &self.shared,
            dialect: self.dialect,
            sql: sql.into(),
            autocommits,
            start,
            rows: 0,
            is_over: false,
            is_closed: false,
        })
    }
}

impl Cursor<'_> {
    /// Reads the next row. After the last one, and after an error, whether of the database or of `read`, there is
    /// none any more.
    pub(crate) fn fetch<T>(
        &mut self,
        read: impl FnOnce(&dyn Row) -> Result<T>,
    ) -> Option<Result<T>> {
        if self.is_over {
            return None;
        }
        if let Err(refusal) = self.shared.check_thread() {
            self.is_over = true;
            return Some(Err(refusal));
        }
        let (mut read, mut value) = (Some(read), None);
        let fetched = self.native.fetch(&mut |row| {
            value = read.take().map(|read| read(row));
        });
        match fetched {
            Ok(true) => {
                self.rows += 1;
                if matches!(value, Some(Err(_))) {
                    self.close();
                }
                value
            }
            Ok(false) => {
                self.end(None);
                None
            }
            Err(error) => Some(Err(self.fail(error))),
        }
    }

    /// Ends the query, whatever is left of it.
    fn close(&mut self) {
        match self.native.close() {
            Ok(()) => self.end(None),
            // The transaction has what is to be known of it.
            Err(error) => drop(self.fail(error)),
        }
    }

    #[cold]
    fn fail(&mut self, error: Error) -> Error {
        self.end(Some(&error));
        failure::explain(error, &self.sql, (self.dialect, self.autocommits))
    }

    /// Takes note of the end, which `error` has brought about, if there is one.
    fn end(&mut self, error: Option<&Error>) {
        (self.is_over, self.is_closed) = (true, true);
        let reported = self.native.transaction(error);
        self.transaction
            .observe(reported, error, (&self.sql, self.dialect));
        if let Some(start) = self.start.take() {
            let ended = error.map_or(Ok(self.rows), Err);
            self.shared.log.finish(&start, &self.sql, ended);
        }
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        if !self.is_closed {
            self.close();
        }
    }
}

#[cold]
fn no_query(sql: &str) -> Error {
    let message = "only a query can be streamed inside a transaction: this statement may end it";
    Error::with_message(ErrorKind::Usage, message)
        .with_sql(sql)
        .with_hint("call all() or execute()")
}
