//! One connection: runs statements from the cache, and asks SQLite what is left of a transaction.
//!
//! `connect.rs` makes and sets it up, `statement_kind.rs` knows what a statement counts. Every statement goes through `rusqlite`'s cache of prepared
//! statements, the library's BEGIN and COMMIT too; DDL alone does not, since it runs once.

use std::any::Any;
use std::fmt;
use std::ops::{Deref, DerefMut};

use orm_core::driver::{Connection, Cursor, Outcome, Row, TransactionState, TransactionVerb};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;
use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::{Batch, CachedStatement, Statement};

use super::bind::{bind_all, bind_row, check_count};
use super::connect::SqliteDriver;
use super::cursor::SqliteCursor;
use super::row::SqliteRow;
use super::rowid::Rowids;
use super::session::{self, Watch};
use super::statement_kind::{StatementKind, controls_transaction};
use crate::errors::from_native;
use crate::render::READ_WRITE;

/// A connection to SQLite. Its [`native`](Connection::native) is a [`rusqlite::Connection`].
pub(super) struct SqliteConnection {
    native: rusqlite::Connection,
    /// What sets up a database in memory, which can't be closed and opened again.
    memory: Option<SqliteDriver>,
    /// Whether something is left behind that the next user would find.
    watch: Watch,
    rowids: Rowids,
}

/// Statements of a longer text are prepared for one run: kept ones are counted, not weighed.
const LONGEST_KEPT: usize = 16 * 1024;

pub(super) enum Prepared<'c> {
    Kept(CachedStatement<'c>),
    Once(Statement<'c>),
}

impl<'c> Deref for Prepared<'c> {
    type Target = Statement<'c>;

    fn deref(&self) -> &Statement<'c> {
        match self {
            Self::Kept(statement) => statement,
            Self::Once(statement) => statement,
        }
    }
}

impl<'c> DerefMut for Prepared<'c> {
    fn deref_mut(&mut self) -> &mut Statement<'c> {
        match self {
            Self::Kept(statement) => statement,
            Self::Once(statement) => statement,
        }
    }
}

impl SqliteConnection {
    pub(super) fn new(
        mut native: rusqlite::Connection,
        memory: Option<SqliteDriver>,
    ) -> rusqlite::Result<Self> {
        let watch = Watch::new(&mut native)?;
        Ok(Self {
            native,
            memory,
            watch,
            rowids: Rowids::default(),
        })
    }

    fn prepare(&self, sql: &str) -> Result<Prepared<'_>> {
        prepare(&self.native, sql)
    }

    /// Runs one statement without binds, which is kept prepared: it is short and comes again.
    fn run_kept(&self, sql: &str) -> Result<()> {
        let mut statement = self.prepare(sql)?;
        step_to_end(&mut statement).map_err(|native| from_native(native, sql))
    }

    /// Runs a bound statement to its end.
    fn run(
        &self,
        statement: &mut Statement<'_>,
        sql: &str,
        kind: StatementKind,
    ) -> Result<Outcome> {
        let run = |statement| step_to_end(statement).map_err(|native| from_native(native, sql));
        let affected = if kind == StatementKind::Unknown {
            let before = self.native.total_changes();
            run(statement)?;
            let has_changed = self.native.total_changes() != before;
            if has_changed {
                self.native.changes()
            } else {
                0
            }
        } else {
            run(statement)?;
            self.native.changes()
        };
        // The last row id keeps its value, too, over an INSERT that inserted nothing.
        let last_insert_id = if kind == StatementKind::Insert && affected > 0 {
            self.native.last_insert_rowid()
        } else {
            0
        };
        Ok(Outcome::new(affected, last_insert_id))
    }
}

impl Connection for SqliteConnection {
    fn server(&self) -> &'static str {
        "sqlite"
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        let mut statement = self.prepare(sql)?;
        bind_all(&mut statement, sql, binds)?;
        let kind = StatementKind::of(sql);
        if kind == StatementKind::Unknown {
            self.rowids.doubt();
        }
        let outcome = self.run(&mut statement, sql, kind);
        self.rowids.note(&statement);
        outcome
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
        let mut statement = self.prepare(sql)?;
        check_count(&statement, sql, width)?;
        let rows = binds.chunks_exact(width.max(1));
        if !rows.remainder().is_empty() {
            let count = binds.len();
            return Err(Error::with_message(
                ErrorKind::Usage,
                format!("{count} binds make no whole rows of {width}"),
            )
            .with_sql(sql));
        }
        let kind = StatementKind::of(sql);
        for row in rows {
            bind_row(&mut statement, sql, row)?;
            done(self.run(&mut statement, sql, kind)?)?;
        }
        self.rowids.note(&statement);
        Ok(())
    }

    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.prepare(sql)?;
        bind_all(&mut statement, sql, binds)?;
        {
            let mut rows = statement.raw_query();
            // The rows reset the statement when they are dropped, however this ends.
            while let Some(row) = rows.next().map_err(|native| from_native(native, sql))? {
                each(&SqliteRow { row })?;
            }
        }
        self.rowids.note(&statement);
        Ok(())
    }

    fn cursor<'c>(&'c mut self, sql: &str, binds: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c> {
        Box::new(SqliteCursor::open(&self.native, &self.rowids, (sql, binds)))
    }

    fn transact(&mut self, sql: &str, _verb: TransactionVerb) -> Result<()> {
        self.run_kept(sql)
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        if controls_transaction(sql) {
            return self.run_kept(sql);
        }
        self.rowids.doubt();
        // `execute_batch` stops a statement that answers rows at the first one.
        let run = || {
            let mut batch = Batch::new(&self.native, sql);
            while let Some(mut statement) = batch.next()? {
                step_to_end(&mut statement)?;
            }
            Ok(())
        };
        run().map_err(|native| from_native(native, sql))
    }

    // Some errors end the transaction and some don't, by rules of SQLite's own (a full disk, an
    // interrupted write, OR ROLLBACK; not a failed COMMIT that may be tried again). It tells when asked.
    fn transaction(&mut self, _error: Option<&Error>) -> TransactionState {
        transaction(&self.native)
    }

    fn ping(&mut self) -> Result<()> {
        self.query("SELECT 1", &[], &mut |_| Ok(()))
    }

    // BEGIN and COMMIT are read-only to SQLite, too, so only what yields rows counts.
    fn is_read_only(&mut self, sql: &str) -> Result<bool> {
        let statement = self.prepare(sql)?;
        // A text of comments alone is no statement, which must not be asked whether it reads.
        Ok(statement.column_count() > 0 && statement.readonly())
    }

    fn generates(&mut self, table: &str, column: &str) -> Result<bool> {
        let found = self.rowids.is_rowid(&self.native, table, column);
        found.map_err(|native| from_native(native, ""))
    }

    // There is no other side that could go away. Errors of the file are errors of statements.
    fn is_broken(&self) -> bool {
        false
    }

    fn clear_statements(&mut self) {
        self.native.flush_prepared_statement_cache();
    }

    // A file is opened again for less than it takes to find all that was set. Its statements stay otherwise, since
    // nothing has changed what they mean.
    fn reset(&mut self) -> Result<()> {
        let query_only = |native: &rusqlite::Connection| native.execute_batch(READ_WRITE);
        if !self.watch.has_leftovers() {
            return query_only(&self.native).map_err(|native| from_native(native, ""));
        }
        let Some(driver) = &self.memory else {
            return Err(Error::new(ErrorKind::Unsupported));
        };
        // A PRAGMA that is kept prepared would not be reported at its next run.
        self.native.flush_prepared_statement_cache();
        query_only(&self.native)
            .and_then(|()| session::clear(&self.native))
            .and_then(|()| driver.set_up_again(&self.native))
            .map_err(|native| from_native(native, ""))?;
        self.watch.set(false);
        Ok(())
    }

    fn native(&mut self) -> &mut dyn Any {
        self.watch.set(true);
        self.rowids.doubt();
        &mut self.native
    }
}

impl fmt::Debug for SqliteConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteConnection").finish_non_exhaustive()
    }
}

pub(super) fn prepare<'c>(native: &'c rusqlite::Connection, sql: &str) -> Result<Prepared<'c>> {
    let prepared = if sql.len() > LONGEST_KEPT {
        native.prepare(sql).map(Prepared::Once)
    } else {
        native.prepare_cached(sql).map(Prepared::Kept)
    };
    prepared.map_err(|native| from_native(native, sql))
}

pub(super) fn transaction(native: &rusqlite::Connection) -> TransactionState {
    if native.is_autocommit() {
        TransactionState::None
    } else {
        TransactionState::Open
    }
}

fn step_to_end(statement: &mut Statement<'_>) -> rusqlite::Result<()> {
    if statement.column_count() == 0 {
        return statement.raw_execute().map(drop);
    }
    // A PRAGMA that answers, or an INSERT with RETURNING whose rows nobody asked for.
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}
