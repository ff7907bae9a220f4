//! A connection: statements, kept prepared or prepared for one execution, and their results.
//!
//! `connect.rs` creates it, `statement_kind.rs` determines what a statement counts, and SQLite reports the state of
//! the transaction.

use std::fmt;
use std::ops::{Deref, DerefMut};

use orm_core::driver::{LONGEST_KEPT, Outcome, Row, TransactionState};
use orm_core::error::Result;
use orm_core::value::ValueRef;
use rusqlite::{CachedStatement, Statement};

use super::bind::bind_all;
use super::failure::from_native;
use super::row::SqliteRow;
use super::rowid::Rowids;
use super::session::{Settings, Watch};
use super::statement_kind::StatementKind;
use super::statements::Native;

/// A connection to SQLite. Its [`native`](orm_core::driver::Connection::native) is a [`rusqlite::Connection`].
pub(super) struct SqliteConnection {
    pub(super) native: Native,
    /// What sets up a database in memory, which can't be closed and opened again.
    pub(super) memory: Option<Settings>,
    /// Whether something is left behind that the next user would find.
    pub(super) watch: Watch,
    pub(super) rowids: Rowids,
}

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
        statements: usize,
        memory: Option<Settings>,
    ) -> rusqlite::Result<Self> {
        let watch = Watch::new(&mut native)?;
        Ok(Self {
            native: Native::new(native, statements),
            memory,
            watch,
            rowids: Rowids::default(),
        })
    }

    /// Reads the rows of a statement, or the first one alone.
    #[inline]
    pub(super) fn read(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
        is_first_alone: bool,
    ) -> Result<()> {
        self.native.with_prepared(sql, |_, statement| {
            bind_all(statement, sql, binds)?;
            {
                let mut rows = statement.raw_query();
                // The rows reset the statement when they are dropped, however this ends.
                while let Some(row) = rows.next().map_err(|native| from_native(native, sql))? {
                    each(&SqliteRow { row })?;
                    if is_first_alone {
                        break;
                    }
                }
            }
            self.rowids.note(statement);
            Ok(())
        })
    }

    /// Runs one statement without binds, which is kept prepared: it is short and comes again.
    pub(super) fn run_kept(&mut self, sql: &str) -> Result<()> {
        self.native.with_prepared(sql, |_, statement| {
            step_to_end(statement).map_err(|native| from_native(native, sql))
        })
    }
}

/// Runs a bound statement to its end.
pub(super) fn run(
    native: &rusqlite::Connection,
    statement: &mut Statement<'_>,
    sql: &str,
    kind: StatementKind,
) -> Result<Outcome> {
    let run = |statement| step_to_end(statement).map_err(|native| from_native(native, sql));
    let affected = if kind == StatementKind::Unknown {
        let before = native.total_changes();
        run(statement)?;
        let has_changed = native.total_changes() != before;
        if has_changed { native.changes() } else { 0 }
    } else {
        run(statement)?;
        native.changes()
    };
    // The last row id keeps its value, too, over an INSERT that inserted nothing.
    let last_insert_id = if kind == StatementKind::Insert && affected > 0 {
        native.last_insert_rowid()
    } else {
        0
    };
    Ok(Outcome::new(affected, last_insert_id))
}

impl fmt::Debug for SqliteConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteConnection").finish_non_exhaustive()
    }
}

/// Prepares a statement for the life of a cursor.
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

pub(super) fn step_to_end(statement: &mut Statement<'_>) -> rusqlite::Result<()> {
    if statement.column_count() == 0 {
        return statement.raw_execute().map(drop);
    }
    // A PRAGMA that returns rows, or an INSERT with RETURNING whose rows are not read.
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}
