//! [`Connection`]: one checked-out connection that runs SQL and knows the truth of its transaction.
//!
//! Transactions are in `transaction.rs`; typed statements reach this through `query/executor.rs`.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use orm_core::driver::{self, Outcome, Row, TransactionState};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Dialect, IsolationLevel};
use orm_core::value::ValueRef;

use super::failure;
use super::handle::{Engine, Shared};
use super::pool::Checkout;
use super::statement_cache::StatementKey;
use super::stored::StoredTable;
use super::transaction_control;
use super::transaction_state::{Owner, Transaction, allow_statement};

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
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, known at another time"
)]
pub struct Connection {
    /// There until the connection is given back.
    pub(super) slot: Option<Checkout>,
    pub(super) shared: Arc<Shared>,
    pub(super) dialect: &'static dyn Dialect,
    pub(super) transaction: Transaction,
    pub(super) savepoints: u32,
    /// How many closures the transaction belongs to: only they end it.
    pub(super) closures: u32,
    /// Whether a statement has run since the checkout.
    pub(super) used: bool,
    /// Whether SQL text of the program's own or the driver's own connection has been used: then the session is
    /// reset before the next user gets it. What the library renders leaves nothing behind.
    pub(super) raw: bool,
    /// Whether the driver's own connection was in other hands since the driver last knew the state.
    pub(super) touched: bool,
    /// Whether it is on its way back, where nothing may be refused for the thread that it is on.
    pub(super) is_leaving: bool,
    /// What takes back what the transaction has set for longer than it lasts.
    pub(super) after_end: Option<&'static str>,
    /// Whether the transaction was begun to write, which takes SQLite's write lock.
    pub(super) writes: bool,
}

/// What a statement may do, which tells what a lost answer means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing: a typed query.
    Reads,
    /// Anything: a statement that commits by itself outside a transaction.
    Writes,
    /// Transactions and savepoints, which the caller follows.
    Control,
}

/// As much as brings the cost of a round trip to nothing, and far from the gigabyte that a message to PostgreSQL holds.
const STATEMENT_BYTES: usize = 16 << 20;

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("dialect", &self.dialect.name())
            .field("transaction", &self.transaction)
            .finish_non_exhaustive()
    }
}

impl Connection {
    pub(super) fn open(shared: Arc<Shared>, check_after: Duration) -> Result<Self> {
        shared.check_thread()?;
        let mut slot = Some(shared.pool.get(check_after)?);
        let server = native(&mut slot).server();
        let dialect = shared.dialect(server)?;
        let mut connection = Self::of(slot, shared, dialect);
        match connection.set_up() {
            Ok(()) => Ok(connection),
            Err(error) => {
                connection.close();
                Err(error)
            }
        }
    }

    pub(super) fn of(
        slot: Option<Checkout>,
        shared: Arc<Shared>,
        dialect: &'static dyn Dialect,
    ) -> Self {
        Self {
            slot,
            shared,
            dialect,
            transaction: Transaction::NONE,
            savepoints: 0,
            closures: 0,
            used: false,
            raw: false,
            touched: false,
            is_leaving: false,
            after_end: None,
            writes: false,
        }
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
    /// - The database's refusal as a kind.
    /// - `Transaction` if the transaction around it is lost or aborted.
    /// - `Usage` for COMMIT, ROLLBACK, BEGIN and their like in a transaction that this library has begun; in a
    ///   session's also for ROLLBACK TO SAVEPOINT. The hint names the verb to call.
    /// - `CommitUnknown` if the connection was lost under a statement outside a transaction.
    pub fn raw_execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        self.raw = true;
        self.watched(sql, |connection| connection.execute(sql, binds))
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
        self.watched(sql, |connection| {
            connection.execute_each(sql, width, binds, done)
        })
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
        self.watched(sql, |connection| connection.query(sql, binds, each))
    }

    /// Runs one statement without binds and rows, such as DDL. A statement that ends the transaction, as
    /// DDL does on MySQL and MariaDB and a CALL may, is noticed: the next call says so.
    ///
    /// # Errors
    /// As [`Connection::raw_execute`].
    pub fn raw_control(&mut self, sql: &str) -> Result<()> {
        self.raw = true;
        let was = self.transaction.state;
        let result = self.watched(sql, |connection| connection.send(sql, Effect::Writes));
        if result.is_err() {
            self.doubt(was);
        }
        result
    }

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

    /// As [`Connection::raw_query`], of a text that the library has rendered.
    #[inline]
    pub(crate) fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.fetch((sql, binds, Effect::Writes), each)
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
        let pooled = !self.used && self.transaction.state == TransactionState::None;
        let mut begun = false;
        let result = self.fetch((sql, binds, Effect::Reads), &mut |row| {
            begun = true;
            each(row)
        });
        match result {
            Err(error) if pooled && !begun && error.is_connection_lost() => {
                self.reconnect()?;
                self.fetch((sql, binds, Effect::Reads), each)
            }
            result => result,
        }
    }

    #[inline]
    fn fetch(
        &mut self,
        (sql, binds, effect): (&str, &[ValueRef<'_>], Effect),
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
        self.run((sql, binds, effect), query, |rows| *rows)
            .map(|_| ())
    }

    /// As [`Connection::raw_control`], of a text that the library has rendered.
    pub(crate) fn control(&mut self, sql: &str) -> Result<()> {
        self.send(sql, Effect::Control)
    }

    fn send(&mut self, sql: &str, effect: Effect) -> Result<()> {
        self.run((sql, &[], effect), |native| native.control(sql), |()| 0)
    }

    /// Runs a text of the program's own, unless it controls a transaction that isn't its own. One that may end the
    /// open transaction and begin another is watched: the driver tells that one is open then, not that it is a
    /// different one. A savepoint of the library's own is gone with the first.
    #[inline]
    fn watched<T>(&mut self, sql: &str, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        use transaction_control::Impact;
        match self.impact(sql)? {
            Impact::Nothing | Impact::Controls(_) => run(self),
            Impact::Unknown => {
                let watch = self.set_savepoint()?;
                let result = run(self);
                self.find_savepoint(watch);
                result
            }
        }
    }

    /// What a text of the program's own may do to the open transaction.
    ///
    /// # Errors
    /// `Usage` for one that controls a transaction which isn't its own.
    #[inline]
    pub(super) fn impact(&mut self, sql: &str) -> Result<transaction_control::Impact> {
        use transaction_control::Impact;
        self.resync()?;
        let Transaction { state, owner } = self.transaction;
        if state != TransactionState::Open {
            return Ok(Impact::Nothing);
        }
        let rules = self.dialect.capabilities().lexical_rules;
        match transaction_control::impact(sql, rules, owner) {
            Impact::Controls(control) if owner != Owner::Text => {
                let in_closure = self.closures > 0 && owner != Owner::Session;
                Err(transaction_control::refusal(&control, owner, in_closure).with_sql(sql))
            }
            impact => Ok(impact),
        }
    }

    /// Where DDL commits what is open, that has happened before the answer of a statement without rows is lost.
    fn doubt(&mut self, was: TransactionState) {
        let lost = was == TransactionState::Open
            && self.transaction.state == TransactionState::RolledBack
            && self.native().is_broken();
        if lost && !self.dialect.capabilities().transactional_ddl {
            self.transaction.state = TransactionState::EndedExternally;
        }
    }

    /// Whether the database says that a statement can't change anything. Only SQLite knows.
    pub(crate) fn is_read_only(&mut self, sql: &str) -> Result<bool> {
        self.resync()?;
        self.native().is_read_only(sql)
    }

    /// Whether a query can lock rows here: until the end of a transaction.
    pub(crate) fn can_lock(&self) -> bool {
        self.transaction.state == TransactionState::Open
            && (self.writes || self.dialect.capabilities().row_locks)
    }

    /// Whether plain reads show an older state than locking ones: in a transaction where the database reads from
    /// a snapshot.
    pub(crate) fn reads_a_snapshot(&self) -> bool {
        self.transaction.state == TransactionState::Open
            && self.dialect.capabilities().snapshot_reads
    }

    /// The isolation level of its transactions when none is asked for, if that is stronger than the one that
    /// its kind of database comes with.
    pub(crate) fn default_isolation(&mut self) -> Option<IsolationLevel> {
        self.native().default_isolation()
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

    /// What the engine knows of the table of a model.
    pub(crate) fn stored(&self, model: usize) -> Option<Arc<StoredTable>> {
        self.shared.stored.get(model)
    }

    /// Keeps what was learned of the table of a model.
    pub(crate) fn keep_stored(&self, model: usize, table: StoredTable) {
        self.shared.stored.keep(model, table);
    }

    /// As [`Engine::forget_tables`].
    pub(crate) fn forget_tables(&self) {
        self.shared.forget_tables();
    }

    /// Whether the database generates the value of `column` where an INSERT leaves it out, so that the driver can tell
    /// it.
    pub(crate) fn generates(&mut self, table: &str, column: &str) -> Result<bool> {
        self.native().generates(table, column)
    }

    /// The most bytes of values that a statement of many rows should have.
    pub(crate) fn statement_bytes(&mut self) -> usize {
        let limit = self.native().message_limit();
        limit.map_or(STATEMENT_BYTES, |limit| limit.min(STATEMENT_BYTES))
    }

    /// The connection under this one, past checks and logging.
    pub(super) fn native(&mut self) -> &mut dyn driver::Connection {
        native(&mut self.slot)
    }

    #[inline]
    fn run<T>(
        &mut self,
        (sql, binds, effect): (&str, &[ValueRef<'_>], Effect),
        statement: impl FnOnce(&mut dyn driver::Connection) -> Result<T>,
        rows: impl Fn(&T) -> u64,
    ) -> Result<T> {
        let autocommits = self.admit(sql, effect)?;
        let start = self.shared.log.start(binds);
        let result = statement(native(&mut self.slot));
        if let Some(start) = start {
            self.shared
                .log
                .finish(&start, sql, result.as_ref().map(rows));
        }
        match result {
            Ok(value) => {
                // Any text may begin or end a transaction: BEGIN by hand, a CALL, DDL on MySQL.
                self.observe(None, sql);
                Ok(value)
            }
            Err(error) => Err(self.failed(error, sql, autocommits)),
        }
    }

    /// Whether a statement may run here and now; if so, whether it commits by itself.
    #[inline]
    pub(super) fn admit(&mut self, sql: &str, effect: Effect) -> Result<bool> {
        if !self.is_leaving {
            self.shared.check_thread()?;
        }
        self.resync()?;
        allow_statement(self.transaction.state)?;
        if !is_text(sql) {
            return Err(no_text(sql));
        }
        self.used = true;
        Ok(self.transaction.state == TransactionState::None && effect == Effect::Writes)
    }

    #[cold]
    fn failed(&mut self, error: Error, sql: &str, autocommits: bool) -> Error {
        self.observe(Some(&error), sql);
        failure::explain(error, sql, (self.dialect, autocommits))
    }

    /// Asks the driver what is left of the transaction after `sql`, which succeeded or failed by `error`, and
    /// remembers it. Costs no I/O.
    #[inline]
    pub(super) fn observe(&mut self, error: Option<&Error>, sql: &str) {
        let reported = self.native().transaction(error);
        self.transaction
            .observe(reported, error, (sql, self.dialect));
    }

    /// Lets the driver find out what was done through its own connection, if that was in other hands.
    #[inline]
    pub(crate) fn resync(&mut self) -> Result<()> {
        if self.touched { self.look() } else { Ok(()) }
    }

    #[cold]
    fn look(&mut self) -> Result<()> {
        self.touched = false;
        if !self.is_set_up() {
            return self.set_up();
        }
        let looked = self.native().resync();
        let reported = self.native().transaction(None);
        self.transaction.observe(reported, None, ("", self.dialect));
        looked
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

pub(super) fn native(slot: &mut Option<Checkout>) -> &mut dyn driver::Connection {
    slot.as_mut()
        .and_then(|slot| slot.connection.as_deref_mut())
        .expect("invariant: the pool fills a slot before it hands it out, and none is used after it is given back")
}
