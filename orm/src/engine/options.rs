//! [`EngineOptions`]: the options of an engine.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use orm_core::error::Result;
use orm_core::sql::IsolationLevel;

use super::connection::{Connection, OnConnect, SharedHooks};
use super::log::Log;
use super::pool::PoolOptions;
use super::url::{IntoUrl, UrlReader};
use crate::mapping::Criteria;

/// The words of a URL for isolation levels.
const LEVELS: &[(&str, IsolationLevel)] = &[
    ("read_uncommitted", IsolationLevel::ReadUncommitted),
    ("read_committed", IsolationLevel::ReadCommitted),
    ("repeatable_read", IsolationLevel::RepeatableRead),
    ("serializable", IsolationLevel::Serializable),
];

/// Configures the pool, the transactions and the log of an engine. Created by [`Engine::options`](super::Engine::options). Options that
/// are set here override those of the same names in the URL (`?pool_size=10&echo=true`).
///
/// ```
/// # use orm::engine::Engine;
/// # use std::time::Duration;
/// let engine = Engine::options("sqlite://")
///     .echo()
///     .pool_timeout(Duration::from_secs(5))
///     .connect()?;
/// # Ok::<(), orm::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct EngineOptions {
    pub(super) url: String,
    pub(super) pool: PoolOptions,
    pub(super) allow_blocking_in_async: Option<bool>,
    pub(super) on_connect: Option<OnConnect>,
    /// What sessions of the engine begin with, which are not known here.
    pub(crate) session_hooks: Option<SharedHooks>,
    /// What its connections begin with.
    pub(super) criteria: Criteria,
    /// The isolation level of transactions that name none.
    pub(super) isolation: Option<IsolationLevel>,
    /// The time that statements may take.
    pub(super) time_limit: Option<Duration>,
    echo: Option<bool>,
    log_values: bool,
}

impl fmt::Debug for EngineOptions {
    // The URL holds the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineOptions")
            .field("pool", &self.pool)
            .field("echo", &self.echo)
            .finish_non_exhaustive()
    }
}

impl EngineOptions {
    pub(super) fn new(url: impl IntoUrl) -> Self {
        let url = url.into_text();
        Self {
            url,
            ..Self::default()
        }
    }

    /// Sets the maximum number of open connections. Default: two for each core of the machine, at least 4 and at most
    /// 10; one for an in-memory database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let engine = Engine::options("sqlite://app.db").pool_size(20).connect()?;
    /// assert_eq!(engine.pool_status().size, 20);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.pool.size = Some(connections);
        self
    }

    /// Sets how long a checkout waits for a free connection. Default: 30 s; one second for an in-memory database,
    /// where the waiting thread often holds the only connection itself.
    pub fn pool_timeout(mut self, wait: Duration) -> Self {
        self.pool.timeout = Some(wait);
        self
    }

    /// Sets the number of connections that are kept open, idle or in use. Default: none. A thread of the library
    /// opens them when the engine is created, and replaces closed ones within half a minute. Connections are closed
    /// after ten idle minutes and at an age of half an hour. See also [`Engine::warm_up`](super::Engine::warm_up).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let engine = Engine::options("sqlite://app.db").pool_size(4).min_idle(2).connect()?;
    /// assert_eq!(engine.pool_status().size, 4);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn min_idle(mut self, connections: u32) -> Self {
        self.pool.min_idle = Some(connections);
        self
    }

    /// Sets a closure that runs on each new connection, and again after each reset of its session, for instance to
    /// set session parameters. If it returns an error, the checkout returns that error.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # use orm::engine::Engine;
    /// let engine = Engine::options("sqlite://")
    ///     .on_connect(|connection| connection.raw_control("PRAGMA cache_size = -64000"))
    ///     .connect()?;
    /// let cache: (i64,) = raw("PRAGMA cache_size").one(&mut engine.connection()?)?;
    /// assert_eq!(cache.0, -64000);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn on_connect(
        mut self,
        set_up: impl Fn(&mut Connection) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.on_connect = Some(Arc::new(set_up));
        self
    }

    /// Adds conditions to all statements of the engine's connections and sessions on the tables that they are for.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::Criteria;
    ///
    /// let criteria = Criteria::new().add("active", User, User.active.eq(true));
    /// let engine = Engine::options("sqlite://").criteria(&criteria).connect()?;
    /// Metadata::of((User, Post)).create_all(&engine)?;
    /// // SELECT COUNT(*) FROM "users" WHERE "active" = ?
    /// assert_eq!(select(User).count(&mut Session::new(&engine))?, 0);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn criteria(mut self, criteria: &Criteria) -> Self {
        self.criteria.extend(criteria);
        self
    }

    /// Sets the isolation level of the transactions that name none themselves. Sessions of the engine read in
    /// transactions, as with a level of their own. Default: the database's.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::engine::IsolationLevel;
    ///
    /// let engine = Engine::options("sqlite://").isolation(IsolationLevel::Serializable).connect()?;
    /// engine.connection()?.begin()?;
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn isolation(mut self, level: IsolationLevel) -> Self {
        self.isolation = Some(level);
        self
    }

    /// Sets the time that a statement may take, as [`Connection::time_limit`] does for one connection. Connections, sessions
    /// and statements may have another limit. Default: any time.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use std::time::Duration;
    ///
    /// let engine = Engine::options("sqlite://").time_limit(Duration::from_secs(30)).connect()?;
    /// let one: (i64,) = raw("SELECT 1").one(&mut engine.connection()?)?;
    /// assert_eq!(one, (1,));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Sets after how much idle time a connection is pinged before it is used. Default: 30 s at the begin of a
    /// transaction, and at most one second for statements outside a transaction.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use std::time::Duration;
    ///
    /// let engine = Engine::options("sqlite://").check_after(Duration::from_secs(5)).connect()?;
    /// assert!(engine.is_private());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn check_after(mut self, idle: Duration) -> Self {
        self.pool.check_after = Some(idle);
        self
    }

    /// Prints every statement to standard error, without values, in addition to the `tracing` events.
    pub fn echo(mut self) -> Self {
        self.echo = Some(true);
        self
    }

    /// Adds bound values to `tracing` events and to the output of `echo`. Values may be confidential.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let engine = Engine::options("sqlite://").echo().log_values().connect()?;
    /// // prints SELECT ? with the value 1
    /// let one: (i64,) = raw("SELECT :one").bind("one", 1).one(&mut engine.connection()?)?;
    /// assert_eq!(one, (1,));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn log_values(mut self) -> Self {
        self.log_values = true;
        self
    }

    /// Allows calls inside an async task of tokio, which block the task and its thread. Without this, such a call
    /// returns an error that names `spawn_blocking`. Tasks are detected with the Cargo feature `tokio`, which
    /// `postgres` enables. On PostgreSQL each such call is made by a separate thread.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let engine = Engine::options("sqlite://").allow_blocking_in_async().connect()?;
    /// let one: (i64,) = raw("SELECT 1").one(&mut engine.connection()?)?; // inside a task, too
    /// assert_eq!(one, (1,));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn allow_blocking_in_async(mut self) -> Self {
        self.allow_blocking_in_async = Some(true);
        self
    }

    /// What of statements is logged.
    pub(super) fn log(&self) -> Log {
        Log {
            echo: self.echo.unwrap_or_default(),
            values: self.log_values,
        }
    }

    /// Takes what the URL sets of all this and the program doesn't.
    pub(super) fn take(&mut self, url: &mut UrlReader) -> Result<()> {
        let pool = &mut self.pool;
        pool.size = pool.size.or(url.take_number("pool_size")?);
        pool.timeout = pool.timeout.or(url.take_seconds("pool_timeout")?);
        pool.min_idle = pool.min_idle.or(url.take_number("min_idle")?);
        pool.check_after = pool.check_after.or(url.take_seconds("check_after")?);
        self.isolation = self.isolation.or(url.take_choice("isolation", LEVELS)?);
        self.time_limit = self.time_limit.or(url.take_seconds("time_limit")?);
        self.echo = self.echo.or(url.take_switch("echo")?);
        let allow = url.take_switch("allow_blocking_in_async")?;
        self.allow_blocking_in_async = self.allow_blocking_in_async.or(allow);
        Ok(())
    }
}
