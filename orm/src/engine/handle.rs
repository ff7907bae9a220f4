//! [`Engine`]: a database, as a handle to its pool.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use orm_core::driver::Driver;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Dialect, TransactionOptions};

use super::cache::Cache;
use super::canceller::Watching;
use super::connect;
use super::connection::{Connection, Shared, SharedHooks};
use super::options::EngineOptions;
use super::pool::{Pool, PoolOptions, PoolStatus};
use super::statement_cache::{StatementCache, StatementCacheStatus};
use super::stored_table::StoredTable;
use super::url::{IntoUrl, Url, UrlReader, wrong};
use crate::mapping::Criteria;

/// Represents a database: its driver, its dialect and a pool of connections. A clone is a handle to the same pool.
///
/// Creating an engine opens no connection. The first statement opens one, and returns the error if that fails.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Engine").field(&self.target()).finish()
    }
}

impl Engine {
    /// An engine for `url`: `sqlite://file.db`, `sqlite://` (in memory), `postgresql://user:password@host/database`
    /// or `mysql://…`, each with options behind `?`.
    ///
    /// | SQLite | |
    /// | --- | --- |
    /// | `sqlite://`, `sqlite::memory:`, `sqlite:///:memory:` | in memory |
    /// | `sqlite://app.db`, `sqlite:///app.db`, `sqlite:///./data/app.db`, `sqlite:///../app.db` | relative to the working folder |
    /// | `sqlite:///srv/data/app.db`, `sqlite:////app.db` | absolute; directly in the root folder with four slashes |
    ///
    /// In the URL of a server, an `@`, `:`, `/` or `?` inside user, password, database or options is encoded as
    /// `%40`, `%3A`, `%2F` or `%3F`; the address of a host in IPv6 stands in brackets, and the folder of a unix
    /// socket in `?host=` (PostgreSQL) or its path in `?socket=` (MySQL).
    ///
    /// # Options
    #[doc = include_str!("url_options.md")]
    ///
    /// # Errors
    /// - `Configuration`: the URL is not valid, its scheme or an option is unknown, or the Cargo feature of its
    ///   database is off.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let engine = Engine::connect("sqlite://")?; // postgresql://user:password@host/database, mysql://…
    /// let one: (i64,) = raw("SELECT 1").one(&mut engine.connection()?)?;
    /// assert_eq!(one, (1,));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn connect(url: impl IntoUrl) -> Result<Self> {
        Self::options(url).connect()
    }

    /// Returns the options of an engine for `url`, which can be changed before it connects.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let engine = Engine::options("sqlite://").echo().connect()?;
    /// Metadata::of((User,)).create_all(&engine)?; // prints CREATE TABLE "users" …
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn options(url: impl IntoUrl) -> EngineOptions {
        EngineOptions::new(url)
    }

    /// Creates an engine over a driver from outside this workspace. `dialects` are those that its connections may
    /// report by name.
    ///
    /// # Errors
    /// - `Configuration`: the pool has no connections, or a thread that keeps connections open can't be started.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use std::sync::Arc;
    ///
    /// use orm::sqlite::{SqliteDialect, SqliteDriver};
    ///
    /// let driver = Arc::new(SqliteDriver::memory());
    /// let engine = Engine::with_driver(driver, vec![&SqliteDialect], &Engine::options("sqlite://"))?;
    /// let one: (i64,) = raw("SELECT 1").one(&mut engine.connection()?)?;
    /// assert_eq!(one, (1,));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn with_driver(
        driver: Arc<dyn Driver>,
        dialects: Vec<&'static dyn Dialect>,
        options: &EngineOptions,
    ) -> Result<Self> {
        let shared = Shared {
            pool: Pool::new(driver, dialects, options.pool)?,
            log: options.log(),
            on_connect: options.on_connect.clone(),
            session_hooks: options.session_hooks.clone(),
            criteria: options.criteria.clone(),
            isolation: options.isolation,
            time_limit: options.time_limit,
            allow_blocking_in_async: options.allow_blocking_in_async.unwrap_or_default(),
            statements: StatementCache::default(),
            stored: Cache::default(),
            forgotten: AtomicU64::new(0),
        };
        let engine = Self(Arc::new(shared));
        if let Some(connections @ 1..) = options.pool.min_idle {
            keep_open(Arc::downgrade(&engine.0), connections)?;
        }
        Ok(engine)
    }

    /// Checks out a connection of the pool. Opens a new connection if none is idle. A connection that has been idle
    /// for a second is pinged first and replaced if it is broken.
    ///
    /// # Errors
    /// - `ConnectionFailed`, `Authentication`: a new connection can't be opened.
    /// - `PoolTimeout`: all connections stay in use until `pool_timeout` elapses.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// let mut conn = engine.connection()?;
    /// assert_eq!(select(User.name).one(&mut conn)?, "ada");
    /// assert_eq!(sent.take_sql(), [r#"SELECT "name" FROM "users" LIMIT 2"#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn connection(&self) -> Result<Connection> {
        /// Short enough that a connection rarely breaks in the meantime, and long enough that a busy program never checks.
        const FRESH: Duration = Duration::from_secs(1);
        Connection::open(&self.0, self.0.pool.check_after.min(FRESH))
    }

    /// Opens a connection that does not belong to the pool, for instance for a lock or a listener that is held for
    /// long. The connection is closed when it is dropped. For an in-memory database it is a separate, empty database.
    ///
    /// # Errors
    /// - `ConnectionFailed`, `Authentication`: the connection can't be opened.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// let mut conn = engine.connection()?; // the only one of this pool
    /// let mut extra = engine.extra_connection()?;
    /// let one: (i64,) = raw("SELECT 1").one(&mut extra)?;
    /// assert_eq!(one, (1,));
    /// assert_eq!(sent.take_sql(), ["SELECT 1"]);
    /// # drop(conn);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn extra_connection(&self) -> Result<Connection> {
        let one = PoolOptions {
            size: Some(1),
            ..PoolOptions::default()
        };
        let pool = &self.0.pool;
        let shared = Shared {
            pool: Pool::new(Arc::clone(&pool.driver), pool.dialects.clone(), one)?,
            log: self.0.log,
            on_connect: self.0.on_connect.clone(),
            session_hooks: self.0.session_hooks.clone(),
            criteria: self.0.criteria.clone(),
            isolation: self.0.isolation,
            time_limit: self.0.time_limit,
            allow_blocking_in_async: self.0.allow_blocking_in_async,
            statements: StatementCache::default(),
            stored: Cache::default(),
            forgotten: AtomicU64::new(0),
        };
        Self(Arc::new(shared)).connection()
    }

    /// As [`Engine::connection`], to begin a transaction with: its BEGIN finds out by itself.
    pub(crate) fn connection_to_begin(&self) -> Result<Connection> {
        Connection::open(&self.0, self.0.pool.check_after)
    }

    /// The same for a transaction or a query, in the place where the connection stays.
    #[inline]
    pub(crate) fn connect_in(&self, place: &mut Option<Connection>) -> Result<()> {
        Connection::open_in(place, &self.0, self.0.pool.check_after)
    }

    /// Clears what the engine has cached of the database's catalogue. The engine queries the catalogue for each table
    /// when it first writes to it, for the types of the columns and for triggers. Connections drop their prepared
    /// statements at the next checkout. Call this after altering a table or creating a trigger while the program runs.
    /// `create_all` and `drop_all` call it.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # let engine = Engine::connect("sqlite://")?;
    /// let mut conn = engine.connection()?;
    /// conn.raw_control("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT COLLATE NOCASE)")?;
    /// engine.forget_tables();
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn forget_tables(&self) {
        self.0.forget_tables();
    }

    /// What sessions of the engine begin with.
    #[inline]
    pub(crate) fn session_hooks(&self) -> Option<&SharedHooks> {
        self.0.session_hooks.as_ref()
    }

    /// The conditions that its connections add to statements.
    #[inline]
    pub(crate) fn criteria(&self) -> &Criteria {
        &self.0.criteria
    }

    /// Options of a transaction with the engine's isolation level, if they name none.
    pub(crate) fn with_isolation(&self, options: TransactionOptions) -> TransactionOptions {
        self.0.with_isolation(options)
    }

    /// The watch that its sessions begin with.
    pub(crate) fn watching(&self) -> Option<Watching> {
        Watching::of_engine(self.0.time_limit)
    }

    /// How often what is known of tables was forgotten: what was read since stays true until then.
    #[inline]
    pub(crate) fn tables_since(&self) -> u64 {
        self.0.forgotten.load(Ordering::Acquire)
    }

    /// What is known of the table of a model.
    pub(crate) fn stored(&self, model: usize) -> Option<Arc<StoredTable>> {
        self.0.stored.get(&model)
    }

    /// Opens connections until `connections` of them are open, idle or in use. The first requests then need not wait
    /// for a connection, and a wrong password is reported at once.
    ///
    /// # Errors
    /// - `Usage`: `connections` is greater than the pool's size.
    /// - As [`Engine::connection`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let engine = Engine::options("sqlite://").pool_size(1).connect()?;
    /// engine.warm_up(1)?;
    /// assert_eq!(engine.pool_status().open, 1);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn warm_up(&self, connections: u32) -> Result<()> {
        let size = self.pool_status().size;
        if connections > size {
            let message =
                format!("can't open {connections} connections: the pool has {size} at most");
            return Err(Error::with_message(ErrorKind::Usage, message)
                .with_hint("raise pool_size, or open fewer"));
        }
        let mut held = Vec::new();
        while self.pool_status().open < connections {
            held.push(self.connection_to_begin()?);
        }
        Ok(())
    }

    /// Returns the numbers of open, used and awaited connections, for metrics and health checks. Runs no statement.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// let conn = engine.connection()?;
    /// let status = engine.pool_status();
    /// assert_eq!((status.size, status.open, status.in_use), (1, 1, 1));
    /// # drop(conn);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn pool_status(&self) -> PoolStatus {
        self.0.pool.status()
    }

    /// Returns the number of misses of the statement cache, for metrics and tests. Runs no statement.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// let before = engine.statement_cache_status();
    /// for id in [1, 2] {
    ///     delete(Post).filter(Post.id.eq(id)).execute(&mut engine.connection()?)?;
    /// }
    /// let after = engine.statement_cache_status();
    /// assert_eq!(sent.take_sql(), [r#"DELETE FROM "posts" WHERE "id" = ?"#; 2]);
    /// assert_eq!(after.misses - before.misses, 1); // the text is rendered once
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn statement_cache_status(&self) -> StatementCacheStatus {
        self.0.statements.status()
    }

    /// Returns the scheme, host and name of the database as text, without the password.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let engine = Engine::connect("sqlite://app.db")?;
    /// assert!(engine.target().ends_with("app.db"));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn target(&self) -> String {
        self.0.pool.driver.target()
    }

    /// Returns whether the database exists in this engine's single connection only: SQLite in memory.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert!(Engine::connect("sqlite://")?.is_private());
    /// assert!(!Engine::connect("sqlite://app.db")?.is_private());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_private(&self) -> bool {
        self.0.pool.driver.is_private()
    }
}

impl EngineOptions {
    /// Creates the engine. Opens no connection, unless [`min_idle`](Self::min_idle) is set.
    ///
    /// # Errors
    /// - `Configuration`: the URL is not valid, an option is unknown, or the Cargo feature of its database is off.
    pub fn connect(mut self) -> Result<Engine> {
        let mut url = UrlReader::new(Url::parse(&self.url)?);
        self.take(&mut url)?;
        let allow_blocking_in_async = self.allow_blocking_in_async.unwrap_or_default();
        let (driver, dialects) = connect::driver(url, allow_blocking_in_async)?;
        Engine::with_driver(driver, dialects, &self)
    }
}

impl Connection {
    /// Returns the engine that this connection belongs to.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let engine = conn.engine();
    /// assert!(engine.is_private());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn engine(&self) -> Engine {
        Engine(Arc::clone(&self.shared))
    }
}

/// Sees to it now and then that connections are open, and that those are closed that are worn, as long as the engine is
/// there.
impl Engine {
    /// Writes what an error says as a warning: as an event, and as a line if statements are printed.
    #[cold]
    pub(crate) fn warn(&self, error: &Error) {
        self.0.log.warn(error);
    }
}

fn keep_open(shared: Weak<Shared>, connections: u32) -> Result<()> {
    const RATE: Duration = Duration::from_secs(15);
    let thread = thread::Builder::new().name("orm-keep-open".to_owned());
    let keep = move || {
        while let Some(shared) = shared.upgrade() {
            shared.pool.close_worn();
            // What fails now is tried again, and the next checkout returns the error.
            let _ = Engine(shared).warm_up(connections);
            thread::sleep(RATE);
        }
    };
    let failed = |error| {
        wrong(format!(
            "min_idle needs a thread, which can't be started: {error}"
        ))
    };
    thread.spawn(keep).map(drop).map_err(failed)
}
