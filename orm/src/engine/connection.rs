//! [`Connection`]: one checked-out connection that runs SQL and knows the truth of its transaction.
//!
//! Transactions are in `transaction.rs`; typed statements reach this through `query/executor.rs`.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use orm_core::driver::{self, Outcome, Row, TransactionState};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::violation;
use orm_core::sql::Dialect;
use orm_core::value::ValueRef;

use super::handle::{Engine, Shared};
use super::pool::Checkout;
use super::statement_cache::StatementKey;
use super::steps::{self, End};
use super::track::Track;
use crate::mapping::linked_tables;

/// A connection to the database, on its own or a session's.
///
/// Outside a transaction every statement commits by itself, unless its text has switched that off, as `SET
/// autocommit = 0` does on MySQL: then [`Connection::in_transaction`] is true after the first one, and nothing
/// is stored before [`Connection::commit`].
///
/// Dropping it rolls back what is open and gives the connection back to the pool. A setting, a temporary
/// table or a lock that the session was given ends there. After SQL text of the program's own (`raw` and the
/// `raw_…` methods) or use of [`Connection::driver_mut`] the session is reset, whatever the text was: the next
/// user gets it as it is after connecting. That costs a round trip on PostgreSQL and two on MySQL and MariaDB,
/// where prepared statements go, too. Statements of the typed layer cost nothing.
pub struct Connection {
    pub(super) slot: Checkout,
    pub(super) shared: Arc<Shared>,
    dialect: &'static dyn Dialect,
    pub(super) track: Track,
    pub(super) savepoints: u32,
    /// How many closures and sessions the transaction belongs to: only they end it.
    pub(super) holders: u32,
    /// Whether a statement has run since the checkout.
    pub(super) used: bool,
    /// Whether SQL text of the program's own or the driver's own connection has been used: then the session is
    /// reset before the next user gets it. What the library renders leaves nothing behind.
    pub(super) raw: bool,
    /// Whether the driver's own connection was in other hands since the driver last knew the state.
    touched: bool,
    /// What takes back what the transaction has set for longer than it lasts.
    pub(super) after_end: Option<&'static str>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("dialect", &self.dialect.name())
            .field("transaction", &self.track)
            .finish_non_exhaustive()
    }
}

impl Connection {
    pub(super) fn open(shared: Arc<Shared>, check_after: Duration) -> Result<Self> {
        let mut slot = shared.pool.get(check_after)?;
        let server = native(&mut slot).server();
        let dialect = shared.dialect(server)?;
        Ok(Self {
            slot,
            shared,
            dialect,
            track: Track::Idle,
            savepoints: 0,
            holders: 0,
            used: false,
            raw: false,
            touched: false,
            after_end: None,
        })
    }

    /// The dialect of the server behind this connection.
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// The engine that this connection belongs to.
    pub fn engine(&self) -> Engine {
        Engine::from_shared(Arc::clone(&self.shared))
    }

    /// Runs one statement of SQL text with binds and tells how many rows it matched.
    ///
    /// # Errors
    /// The database's refusal as a kind; `Transaction` if the transaction around it is lost or aborted.
    pub fn raw_execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        self.raw = true;
        self.execute(sql, binds)
    }

    /// Runs one statement of SQL text once for each `width` values of `binds`.
    ///
    /// # Errors
    /// As [`Connection::raw_execute`], or the error of `done`.
    pub fn raw_execute_each(
        &mut self,
        sql: &str,
        width: usize,
        binds: &[ValueRef<'_>],
        done: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        self.raw = true;
        self.execute_each(sql, width, binds, done)
    }

    /// Runs one statement of SQL text with binds and hands each row to `each`.
    ///
    /// # Errors
    /// As [`Connection::raw_execute`], or the error of `each`.
    pub fn raw_query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.raw = true;
        self.query(sql, binds, each)
    }

    /// Runs one statement without binds and rows, such as DDL. A statement that ends the transaction, as
    /// DDL does on MySQL and MariaDB and COMMIT does everywhere, is noticed: the next call says so.
    ///
    /// # Errors
    /// As [`Connection::raw_execute`].
    pub fn raw_control(&mut self, sql: &str) -> Result<()> {
        self.raw = true;
        self.control(sql)?;
        // Here alone a text may hold several statements.
        if self.track == Track::Open && sql.contains(';') {
            self.track = self.after(sql);
        }
        Ok(())
    }

    /// As [`Connection::raw_execute`], of a text that the library has rendered.
    #[inline]
    pub(crate) fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        self.run(
            sql,
            binds,
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
            sql,
            binds,
            |native| native.execute_each(sql, width, binds, done),
            |()| rows,
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
        let query = |native: &mut dyn driver::Connection| {
            let mut rows = 0_u64;
            native.query(sql, binds, &mut |row| {
                rows += 1;
                each(row)
            })?;
            Ok(rows)
        };
        self.run(sql, binds, query, |rows| *rows).map(|_| ())
    }

    /// As [`Connection::raw_control`], of a text that the library has rendered.
    pub(crate) fn control(&mut self, sql: &str) -> Result<()> {
        self.run(sql, &[], |native| native.control(sql), |()| 0)
    }

    /// The driver's own connection, such as `rusqlite::Connection`, for what this library doesn't
    /// cover. `None` if it is of another type.
    ///
    /// What it does to transactions is noticed by the next call here, which asks the server: one that it has
    /// ended is refused until [`Connection::rollback`], one that it has begun is open. Only a transaction that
    /// it has ended and another that it has begun at once can't be told apart. The session is reset before the
    /// next user gets it; SQLite's, which can't be reset, is closed, except that of a database in memory.
    pub fn driver_mut<T: Any>(&mut self) -> Option<&mut T> {
        self.used = true;
        self.raw = true;
        self.touched = true;
        native(&mut self.slot).native().downcast_mut()
    }

    /// The compiled text of a model's statement, from the engine's cache.
    pub(crate) fn statement(
        &mut self,
        key: &StatementKey,
        render: impl FnOnce() -> Result<String>,
    ) -> Result<Arc<str>> {
        self.shared.statements.get(key, render)
    }

    /// The connection under this one, past checks and logging.
    pub(super) fn native(&mut self) -> &mut dyn driver::Connection {
        native(&mut self.slot)
    }

    #[inline]
    fn run<T>(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        statement: impl FnOnce(&mut dyn driver::Connection) -> Result<T>,
        rows: impl Fn(&T) -> u64,
    ) -> Result<T> {
        self.resync()?;
        self.track.allow_statement()?;
        if !is_text(sql) {
            return Err(no_text(sql));
        }
        self.used = true;
        let start = self.shared.log.start();
        let result = statement(native(&mut self.slot));
        if let Some(start) = start {
            self.shared.log.finish(
                start,
                (sql, binds),
                &result,
                result.as_ref().map_or(0, rows),
            );
        }
        match result {
            Ok(value) => {
                // Any text may begin or end a transaction: BEGIN by hand, a CALL, DDL on MySQL.
                self.observe(Ok(sql));
                Ok(value)
            }
            Err(error) => Err(self.failed(error, sql)),
        }
    }

    #[cold]
    fn failed(&mut self, error: Error, sql: &str) -> Error {
        self.observe(Err(&error));
        self.doubt(&error, sql);
        let error = self.completed(error.with_sql(sql), sql);
        match (error.kind(), error.hint()) {
            (ErrorKind::ConnectionLost, None) => error
                .with_hint("call rollback() to go on with a new connection, without this one's settings"),
            (ErrorKind::UndefinedColumn, None) => error.with_hint(
                "if the model has changed since its table was made: create_all only creates missing \
                 tables and never alters one, so migrate the table",
            ),
            _ => error,
        }
    }

    /// A violated constraint with what the registered models know of it.
    fn completed(&self, error: Error, sql: &str) -> Error {
        if !error.is_constraint_violation() {
            return error;
        }
        let limit = self.dialect.capabilities().identifier_limit;
        violation::complete(error, sql, linked_tables(), limit)
    }

    /// Of several statements the first may have ended the transaction, and another failed in the next one. What
    /// has no code was refused before it was sent.
    fn doubt(&mut self, error: &Error, sql: &str) {
        let is_single = !sql.trim_end_matches([';', ' ', '\n']).contains(';');
        if self.track != Track::Open || is_single || error.code().is_none() {
            return;
        }
        self.track = self.after(sql);
    }

    /// What is known of the open transaction after a text that may have put another in its place.
    #[cold]
    fn after(&self, sql: &str) -> Track {
        match self.end_of(sql) {
            None => Track::Open,
            Some(End::Stored) => Track::Ended,
            Some(End::Undone) => Track::Gone,
        }
    }

    /// Asks the driver what is left of the transaction after a statement, that succeeded or failed, and
    /// remembers it. Costs no I/O.
    #[inline]
    pub(super) fn observe(&mut self, outcome: Result<&str, &Error>) {
        let state = self.native().transaction(outcome.err());
        self.track = match (self.track, state) {
            (Track::Open, TransactionState::Open) => match outcome {
                Ok(sql) if steps::may_end(sql) => self.after(sql),
                _ => Track::Open,
            },
            (Track::Idle, TransactionState::None) => Track::Idle,
            (track, state) => track.changed(state, self.is_stored_after(outcome)),
        };
    }

    /// Where DDL commits what is open, so does BEGIN.
    fn end_of(&self, sql: &str) -> Option<End> {
        steps::end_of(sql, !self.dialect.capabilities().transactional_ddl)
    }

    /// Whether a transaction that is no longer open has been committed: by the statement's own success,
    /// or, where DDL commits what is open, before it failed.
    #[cold]
    fn is_stored_after(&self, outcome: Result<&str, &Error>) -> bool {
        let error = match outcome {
            Ok(sql) => return self.end_of(sql) != Some(End::Undone),
            Err(error) => error,
        };
        let rolled_back =
            error.is_serialization_failure() || error.is_busy() || error.is_connection_lost();
        !self.dialect.capabilities().transactional_ddl && !rolled_back
    }

    /// Lets the driver find out what was done through its own connection, if that was in other hands.
    #[inline]
    pub(super) fn resync(&mut self) -> Result<()> {
        if self.touched { self.look() } else { Ok(()) }
    }

    #[cold]
    fn look(&mut self) -> Result<()> {
        self.touched = false;
        let looked = self.native().resync();
        let state = self.native().transaction(None);
        self.track = match (self.track, state) {
            (Track::Open | Track::Aborted, TransactionState::None) if looked.is_ok() => {
                Track::Taken
            }
            (track, state) => track.changed(state, false),
        };
        looked
    }

    /// Puts a new connection in the place of a broken one.
    pub(super) fn reconnect(&mut self) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        shared.pool.reconnect(&mut self.slot)?;
        self.used = false;
        self.raw = false;
        Ok(())
    }

    /// Whether the connection can be handed to its next user: nothing is open and nothing left behind.
    fn is_clean(&mut self) -> bool {
        // `undo` asks first what became of the transaction while the driver's own connection was in use.
        if !self.touched {
            self.observe(Ok(""));
        }
        self.undo().is_ok()
            && !self.native().is_broken()
            && (!self.raw || self.native().reset().is_ok())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // What could not be rolled back must not reach the next user of the connection.
        if !self.is_clean() {
            self.slot.connection = None;
        }
        self.slot.returned = Some(std::time::Instant::now());
    }
}

// On the way of every statement: without an early end the compiler looks at many bytes at once.
#[inline]
fn is_text(sql: &str) -> bool {
    let least = sql.bytes().fold(u8::MAX, u8::min);
    least != 0 && sql.bytes().any(|byte| !byte.is_ascii_whitespace())
}

/// SQLite reads a text up to the NUL, and would so run a DELETE without its WHERE. Of no text at all some
/// databases say that it worked.
#[cold]
fn no_text(sql: &str) -> Error {
    if sql.contains('\0') {
        let message = "the statement's text has a NUL character in it";
        return Error::with_message(ErrorKind::Syntax, message).with_hint("give values as binds");
    }
    Error::with_message(ErrorKind::Syntax, "the statement's text is empty")
}

fn native(slot: &mut Checkout) -> &mut dyn driver::Connection {
    slot.connection
        .as_deref_mut()
        .expect("invariant: the pool fills a slot before it hands it out")
}
