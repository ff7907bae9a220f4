//! Statements that the library has rendered, on a [`Connection`]: they do not change the session.
//!
//! Called by `query`, `flush` and `transaction.rs`. `run.rs` executes them; SQL text of the program is in `raw.rs`.

use orm_core::driver::{self, Outcome, Row, TransactionState, TransactionVerb};
use orm_core::error::Result;
use orm_core::value::ValueRef;

use super::check_text::check_text;
use super::connection::Connection;
use super::run::Effect;

impl Connection {
    /// As [`Connection::raw_execute`], of a text that the library has rendered.
    #[inline]
    pub(crate) fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        self.run(
            (sql, binds, Effect::Writes),
            |native| native.execute(sql, binds),
            |outcome| outcome.affected,
        )
    }

    /// As [`Connection::raw_execute_each`], of a text that the library has rendered.
    pub(crate) fn execute_each(
        &mut self,
        sql: &str,
        width: usize,
        binds: &[ValueRef<'_>],
        done: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        let rows = (binds.len() / width.max(1)) as u64;
        self.run(
            (sql, binds, Effect::Writes),
            |native| native.execute_each(sql, width, binds, done),
            |()| rows,
        )
    }

    /// Sends rows of `width` values each by a statement that reads them from the client, and returns their number.
    pub(crate) fn copy_in(
        &mut self,
        sql: &str,
        width: usize,
        values: &[ValueRef<'_>],
    ) -> Result<u64> {
        self.run(
            (sql, values, Effect::Writes),
            |native| native.copy_in(sql, width, values),
            |rows| *rows,
        )
    }

    /// As [`Connection::raw_query`], of a text that the library has rendered.
    #[inline]
    pub(crate) fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.fetch((sql, binds, Effect::Writes), false, &mut 0, each)
    }

    /// Runs a query that only reads. One whose connection turns out to have died in the pool is sent again on a
    /// new one: a query costs no round trip more to find that out.
    ///
    /// # Errors
    /// As [`Connection::raw_query`].
    #[inline]
    pub(crate) fn read(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.read_rows((sql, binds), false, each)
    }

    /// As [`Connection::read`], of a query that returns one row at most.
    #[inline]
    pub(crate) fn read_row(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.read_rows((sql, binds), true, each)
    }

    fn read_rows(
        &mut self,
        (sql, binds): (&str, &[ValueRef<'_>]),
        has_one_row: bool,
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let pooled = !self.used && self.transaction.state == TransactionState::None;
        let statement = (sql, binds, Effect::Reads);
        let mut rows = 0;
        match self.fetch(statement, has_one_row, &mut rows, each) {
            Err(error) if pooled && rows == 0 && error.is_connection_lost() => {
                self.reconnect()?;
                self.fetch(statement, has_one_row, &mut rows, each)
            }
            result => result,
        }
    }

    /// Counts the rows in `rows`.
    #[inline]
    fn fetch(
        &mut self,
        (sql, binds, effect): (&str, &[ValueRef<'_>], Effect),
        has_one_row: bool,
        rows: &mut u64,
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let query = |native: &mut dyn driver::Connection| {
            let mut counted = |row: &dyn Row| {
                *rows += 1;
                each(row)
            };
            if has_one_row {
                native.query_row(sql, binds, &mut counted)?;
            } else {
                native.query(sql, binds, &mut counted)?;
            }
            Ok(*rows)
        };
        self.run((sql, binds, effect), query, |rows| *rows)
            .map(|_| ())
    }

    /// As [`Connection::raw_control`], of a text that the library has rendered.
    pub(crate) fn control(&mut self, sql: &str) -> Result<()> {
        check_text(sql)?;
        self.send(sql, Effect::Control)
    }

    /// Begins or ends a transaction or a savepoint.
    pub(super) fn transact(&mut self, sql: &str, verb: TransactionVerb) -> Result<()> {
        let transact = |native: &mut dyn driver::Connection| native.transact(sql, verb);
        self.run((sql, &[], Effect::Control), transact, |()| 0)
    }

    pub(super) fn send(&mut self, sql: &str, effect: Effect) -> Result<()> {
        self.run((sql, &[], effect), |native| native.control(sql), |()| 0)
    }
}
