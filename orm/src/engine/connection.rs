//! [`Connection`]: a checked-out connection that executes SQL and tracks the state of its transaction.
//!
//! `run.rs` executes a statement for `raw.rs` and `rendered.rs`; transactions are in `transaction.rs`; typed
//! statements arrive through `query/executor.rs`.

use std::any::Any;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use orm_core::ServerVersion;
use orm_core::blocking::refuse_in_task;
use orm_core::driver::{self, TransactionState};
use orm_core::error::Result;
use orm_core::sql::{Capabilities, Dialect, IsolationLevel, TransactionOptions};

use super::cache::Cache;
use super::canceller::Watching;
use super::log::Log;
use super::pool::{Pool, Pooled};
use super::statement_cache::{StatementCache, StatementText};
use super::stored_table::StoredTable;
use super::transaction_state::Transaction;
use crate::mapping::{Criteria, Exempt};

/// The hooks of sessions, which are not known here.
pub(crate) type SharedHooks = Arc<dyn Any + Send + Sync>;

/// What the program does with each connection that is opened.
pub(super) type OnConnect = Arc<dyn Fn(&mut Connection) -> Result<()> + Send + Sync>;

/// What the connections of an engine share.
pub(super) struct Shared {
    pub pool: Pool,
    pub log: Log,
    pub on_connect: Option<OnConnect>,
    /// What sessions begin with.
    pub session_hooks: Option<SharedHooks>,
    /// What connections begin with.
    pub criteria: Criteria,
    /// The isolation level of transactions that name none.
    pub isolation: Option<IsolationLevel>,
    /// The time that statements may take.
    pub time_limit: Option<Duration>,
    pub allow_blocking_in_async: bool,
    /// The compiled texts of statements.
    pub statements: StatementCache,
    /// The catalogue's description of the tables of models, by the model's number.
    pub stored: Cache<usize, Arc<StoredTable>>,
    /// How often that was forgotten.
    pub forgotten: AtomicU64,
}

impl Shared {
    /// Options of a transaction with the engine's isolation level, if they name none.
    pub(super) fn with_isolation(&self, options: TransactionOptions) -> TransactionOptions {
        options.isolation(options.isolation.or(self.isolation))
    }

    /// Forgets what is known of tables, and with it the texts that rely on it.
    pub(super) fn forget_tables(&self) {
        self.stored.clear();
        self.statements.clear();
        // Afterwards, so that what is read from here on is not what was forgotten.
        self.forgotten.fetch_add(1, Ordering::Release);
    }

    fn check_out(&self, check_after: Duration) -> Result<Box<Pooled>> {
        self.check_thread()?;
        let mut pooled = self.pool.get(check_after)?;
        // What was prepared for a table as it was fails in a transaction, which a second attempt can't go on with.
        let forgotten = self.forgotten.load(Ordering::Acquire);
        if pooled.tables_since != forgotten {
            pooled.native.clear_statements();
            pooled.tables_since = forgotten;
        }
        Ok(pooled)
    }

    /// A task that waits for a database stops all others of its thread.
    #[inline]
    pub(super) fn check_thread(&self) -> Result<()> {
        if self.allow_blocking_in_async {
            return Ok(());
        }
        refuse_in_task()
    }
}

/// Executes statements on one connection to the database. A connection is checked out of the pool, opened by
/// [`Engine::extra_connection`](super::Engine::extra_connection), or part of a session.
///
/// Outside a transaction every statement commits by itself. SQL text such as `SET autocommit = 0` on MySQL changes
/// that: then [`Connection::in_transaction`] is true after the first statement, and its changes are stored by
/// [`Connection::commit`].
///
/// Dropping a connection rolls back its open transaction and returns it to the pool. Settings, temporary tables and
/// locks of its session are removed. The session is reset after SQL text of the program (`raw` and the `raw_…`
/// methods) and after [`Connection::driver_mut`]. The reset costs one round trip on PostgreSQL and two on MySQL and
/// MariaDB, where it also drops prepared statements. Statements of the typed layer need no reset.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, known at another time"
)]
pub struct Connection {
    /// There until the connection is given back.
    pub(super) pooled: Option<Box<Pooled>>,
    pub(super) shared: Arc<Shared>,
    pub(super) dialect: &'static dyn Dialect,
    pub(super) transaction: Transaction,
    pub(super) savepoints: u32,
    /// Whether the savepoint after those has ended and is still there.
    pub(super) is_unreleased: bool,
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
    /// The conditions that are added to statements.
    pub(super) criteria: Criteria,
    /// What may stop its statements.
    pub(super) watching: Option<Watching>,
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
    pub(super) fn open(shared: &Arc<Shared>, check_after: Duration) -> Result<Self> {
        let mut place = None;
        Self::open_in(&mut place, shared, check_after)?;
        Ok(place.expect("invariant: what was opened is there"))
    }

    /// Opens one in the place where it stays: one that is returned is copied, right after it was written.
    #[inline]
    pub(super) fn open_in(
        place: &mut Option<Self>,
        shared: &Arc<Shared>,
        check_after: Duration,
    ) -> Result<()> {
        let pooled = shared.check_out(check_after)?;
        let is_set_up = pooled.is_set_up;
        *place = Some(Self::of(pooled, Arc::clone(shared)));
        if is_set_up { Ok(()) } else { set_up(place) }
    }

    #[inline]
    pub(super) fn of(pooled: Box<Pooled>, shared: Arc<Shared>) -> Self {
        Self {
            dialect: pooled.dialect,
            pooled: Some(pooled),
            criteria: shared.criteria.clone(),
            watching: Watching::of_engine(shared.time_limit),
            shared,
            transaction: Transaction::NONE,
            savepoints: 0,
            is_unreleased: false,
            closures: 0,
            used: false,
            raw: false,
            touched: false,
            is_leaving: false,
            after_end: None,
            writes: false,
        }
    }

    /// Returns the version of the server, or of the SQLite that is linked; `None` if the driver does not know it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use orm::engine::ServerVersion;
    ///
    /// assert!(conn.server_version() > Some(ServerVersion::new(3, 39, 0)));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn server_version(&mut self) -> Option<ServerVersion> {
        self.native().server_version()
    }

    /// Returns the features of the connection's server, of its version. A statement that needs another one is `Unsupported`
    /// before it is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// assert!(conn.capabilities().update_returning);
    /// assert!(!conn.capabilities().lateral);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn capabilities(&self) -> &'static Capabilities {
        self.dialect.capabilities()
    }

    /// Returns the dialect of the connection's server.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// assert_eq!(conn.dialect().name(), "sqlite");
    /// assert_eq!(
    ///     select(User.name).to_sql(conn.dialect())?,
    ///     r#"SELECT "name" FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// Adds conditions to all statements of this connection on the tables that they are for, besides those of the engine.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::Criteria;
    ///
    /// let mut conn = engine.connection()?;
    /// conn.add_criteria(&Criteria::new().add("active", User, User.active.eq(true)));
    /// assert_eq!(select(User.name).all(&mut conn)?, ["ada"]);
    /// assert_eq!(sent.take_sql(), [r#"SELECT "name" FROM "users" WHERE "active" = ?"#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn add_criteria(&mut self, criteria: &Criteria) {
        self.criteria.extend(criteria);
    }

    /// Replaces the conditions that are added to statements.
    #[inline]
    pub(crate) fn set_criteria(&mut self, criteria: &Criteria) {
        if !criteria.is_empty() || !self.criteria.is_empty() {
            self.criteria = criteria.clone();
        }
    }

    /// The conditions that are added to statements.
    #[inline]
    pub(crate) fn criteria(&self) -> &Criteria {
        &self.criteria
    }

    /// Runs what is exempt from criteria.
    pub(crate) fn exempting<T>(
        &mut self,
        exempt: Option<&Exempt>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        if exempt.is_none() || self.criteria.is_empty() {
            return run(self);
        }
        let left = self.criteria.without(exempt);
        let all = std::mem::replace(&mut self.criteria, left);
        let outcome = run(self);
        self.criteria = all;
        outcome
    }

    /// Whether the database reports that a statement only reads. Only SQLite does.
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

    /// The default isolation level of the connection, if it is stronger than the default of its database.
    pub(crate) fn default_isolation(&mut self) -> Option<IsolationLevel> {
        self.native().default_isolation()
    }

    /// Returns the driver's own connection, such as `rusqlite::Connection`, for features that this library does not
    /// cover. Returns `None` if the connection is of another type than `T`.
    ///
    /// The next call on this connection reads the state of the transaction from the server. If the driver's connection
    /// has ended a transaction, statements fail until [`Connection::rollback`]. If it has begun one, that transaction
    /// is open. A transaction that was ended and followed at once by another one is not detected. The session is
    /// reset before the connection is used again; a SQLite connection, which can't be reset, is closed, unless its
    /// database is in memory.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let engine = Engine::connect("sqlite://")?;
    /// let mut conn = engine.connection()?;
    /// let native = conn.driver_mut::<rusqlite::Connection>().expect("a connection to SQLite");
    /// let one: i64 = native.query_row("SELECT 1", [], |row| row.get(0)).unwrap();
    /// assert_eq!(one, 1);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn driver_mut<T: Any>(&mut self) -> Option<&mut T> {
        self.used = true;
        self.raw = true;
        // What fails here is known by the state of the transaction.
        let _ = self.release_ended();
        self.touched = true;
        self.native().native().downcast_mut()
    }

    /// The text of what depends on `key` and the dialect alone: known, or else rendered by `render`. The key feeds a
    /// [`TextOf`](super::TextOf) first.
    #[inline]
    pub(crate) fn statement<T: Into<StatementText>>(
        &mut self,
        key: &impl Hash,
        render: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<StatementText>> {
        let sent = &mut checked_out(&mut self.pooled).sent;
        let engine = (&self.shared.statements, self.dialect);
        sent.get(engine, key, render)
    }

    /// Takes back a text of [`Connection::statement`] that is no longer used, to find it sooner.
    #[inline]
    pub(crate) fn return_text(&mut self, text: Arc<StatementText>) {
        checked_out(&mut self.pooled).sent.return_text(text);
    }

    /// What the engine knows of the table of a model.
    pub(crate) fn stored(&self, model: usize) -> Option<Arc<StoredTable>> {
        self.shared.stored.get(&model)
    }

    /// Keeps what was learned of the table of a model.
    pub(crate) fn keep_stored(&self, model: usize, table: StoredTable) {
        self.shared.stored.keep(model, Arc::new(table));
    }

    /// As [`Engine::forget_tables`](super::Engine::forget_tables).
    pub(crate) fn forget_tables(&self) {
        self.shared.forget_tables();
    }

    /// Whether the database generates the value of `column` where an INSERT leaves it out, so that the driver can return
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
    #[inline]
    pub(super) fn native(&mut self) -> &mut dyn driver::Connection {
        native(&mut self.pooled)
    }
}

/// Sets up a connection that was opened. One that can't be is closed.
#[cold]
fn set_up(place: &mut Option<Connection>) -> Result<()> {
    let done = place.as_mut().map_or(Ok(()), Connection::set_up);
    if done.is_err()
        && let Some(connection) = place.take()
    {
        connection.close();
    }
    done
}

#[inline]
pub(super) fn native(pooled: &mut Option<Box<Pooled>>) -> &mut dyn driver::Connection {
    &mut *checked_out(pooled).native
}

#[inline]
fn checked_out(pooled: &mut Option<Box<Pooled>>) -> &mut Pooled {
    pooled
        .as_deref_mut()
        .expect("invariant: no connection is used after it is given back")
}
