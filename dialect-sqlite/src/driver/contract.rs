//! Implements the traits of `orm_core::driver`.
//!
//! Every statement uses the cache of prepared ones, including the library's BEGIN and COMMIT; only DDL does not,
//! since it is executed once. Cursors are in `cursor.rs`.

use std::any::Any;
use std::sync::Arc;

use orm_core::ServerVersion;
use orm_core::driver::{
    Cancel, Connection, Cursor, Outcome, Row, TransactionState, TransactionVerb, whole_rows,
};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;
use rusqlite::Batch;
use rusqlite::fallible_iterator::FallibleIterator as _;

use super::bind::{bind_all, bind_row, check_count};
use super::cancel::Interrupt;
use super::connection::{SqliteConnection, run, step_to_end, transaction};
use super::cursor::SqliteCursor;
use super::failure::from_native;
use super::session::clear;
use super::statement_kind::{StatementKind, controls_transaction};
use crate::render::READ_WRITE;

impl Connection for SqliteConnection {
    fn server(&self) -> &'static str {
        "sqlite"
    }

    fn server_version(&self) -> Option<ServerVersion> {
        ServerVersion::parse(rusqlite::version())
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        self.native.with_prepared(sql, |native, statement| {
            bind_all(statement, sql, binds)?;
            let kind = StatementKind::of(sql);
            if kind == StatementKind::Unknown {
                self.rowids.doubt();
            }
            let outcome = run(native, statement, sql, kind);
            match kind {
                StatementKind::Insert | StatementKind::Change => self.rowids.note_write(statement),
                StatementKind::Unknown => self.rowids.note(statement),
            }
            outcome
        })
    }

    fn execute_each(
        &mut self,
        sql: &str,
        width: usize,
        binds: &[ValueRef<'_>],
        done: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        if binds.is_empty() {
            return Ok(());
        }
        self.native.with_prepared(sql, |native, statement| {
            check_count(statement, sql, width)?;
            let rows = whole_rows(sql, width, binds)?;
            let kind = StatementKind::of(sql);
            for row in rows {
                bind_row(statement, sql, row)?;
                done(run(native, statement, sql, kind)?)?;
            }
            self.rowids.note(statement);
            Ok(())
        })
    }

    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.read(sql, binds, each, false)
    }

    // Whether a second row follows costs another step of the program.
    fn query_row(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.read(sql, binds, each, true)
    }

    fn cursor<'c>(&'c mut self, sql: &str, binds: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c> {
        Box::new(SqliteCursor::open(
            self.native.connection(),
            &self.rowids,
            (sql, binds),
        ))
    }

    fn transact(&mut self, sql: &str, _verb: TransactionVerb) -> Result<()> {
        self.run_kept(sql)
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        if controls_transaction(sql) {
            return self.run_kept(sql);
        }
        self.rowids.doubt();
        // `execute_batch` stops a statement that returns rows at the first one.
        let run = || {
            let mut batch = Batch::new(self.native.connection(), sql);
            while let Some(mut statement) = batch.next()? {
                step_to_end(&mut statement)?;
            }
            Ok(())
        };
        run().map_err(|native| from_native(native, sql))
    }

    // Some errors end the transaction and some don't, by rules of SQLite's own (a full disk, an
    // interrupted write, OR ROLLBACK; not a failed COMMIT that may be tried again). The connection has the state.
    fn transaction(&mut self, _error: Option<&Error>) -> TransactionState {
        transaction(self.native.connection())
    }

    fn ping(&mut self) -> Result<()> {
        self.query("SELECT 1", &[], &mut |_| Ok(()))
    }

    // BEGIN and COMMIT are read-only to SQLite, too, so only what yields rows counts.
    fn is_read_only(&mut self, sql: &str) -> Result<bool> {
        self.native.with_prepared(sql, |_, statement| {
            // A text of comments alone is no statement, for which `readonly` is undefined.
            Ok(statement.column_count() > 0 && statement.readonly())
        })
    }

    fn generates(&mut self, table: &str, column: &str) -> Result<bool> {
        let found = self
            .rowids
            .is_rowid(self.native.connection(), table, column);
        found.map_err(|native| from_native(native, ""))
    }

    // There is no server that could close the connection. Errors of the file are errors of statements.
    fn is_broken(&self) -> bool {
        false
    }

    fn clear_statements(&mut self) {
        self.native.clear_statements();
    }

    // A file is opened again for less than it takes to find all that was set. Its statements stay otherwise, since
    // nothing has changed what they mean.
    fn reset(&mut self) -> Result<()> {
        let query_only = |native: &rusqlite::Connection| native.execute_batch(READ_WRITE);
        if !self.watch.has_leftovers() {
            return query_only(self.native.connection()).map_err(|native| from_native(native, ""));
        }
        let Some(memory) = &self.memory else {
            return Err(Error::new(ErrorKind::Unsupported));
        };
        // A PRAGMA that is kept prepared would not be reported at its next run.
        self.native.clear_statements();
        let native = self.native.connection();
        query_only(native)
            .and_then(|()| clear(native))
            .and_then(|()| memory.set_up_again(native))
            .map_err(|native| from_native(native, ""))?;
        self.watch.set(false);
        Ok(())
    }

    fn canceller(&self) -> Option<Arc<dyn Cancel>> {
        let handle = self.native.connection().get_interrupt_handle();
        Some(Arc::new(Interrupt(handle)))
    }

    fn native(&mut self) -> &mut dyn Any {
        self.watch.set(true);
        self.rowids.doubt();
        self.native.connection_mut()
    }
}
