//! [`EngineOptions`]: what can be set before an engine connects.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use orm_core::error::Result;

use super::connection::{Connection, OnConnect};
use super::log::Log;
use super::pool::PoolOptions;
use super::url::Url;

/// How an engine pools and logs. Made by [`Engine::options`](super::Engine::options); options of the same names in the URL
/// (`?pool_size=10&echo=true`) are overridden by what is set here.
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
    pub(super) fn new(url: &str) -> Self {
        let url = url.to_owned();
        Self {
            url,
            ..Self::default()
        }
    }

    /// The most connections that are open at a time. Unless set that is two for each core of the machine, but 4 at
    /// least and 10 at most; a database in memory has one.
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

    /// How long a checkout waits for a connection to become free. 30 s unless set; one second for a database
    /// in memory, where the caller who waits often holds the connection.
    pub fn pool_timeout(mut self, wait: Duration) -> Self {
        self.pool.timeout = Some(wait);
        self
    }

    /// How many connections are kept open, in use or not. None unless set. They are opened by
    /// a thread of the library when the engine is made, and again within half a minute after some were closed: those
    /// are that were idle for ten minutes or are half an hour old. Without this they are closed when the pool is next used.
    /// See [`Engine::warm_up`](super::Engine::warm_up), too.
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

    /// Runs `set_up` on each connection that is opened, and again after each reset: for settings of the session and
    /// whatever else each user of the connection is to find. An error of it is that of the checkout.
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

    /// After how long in the pool a connection is asked whether it still answers. 30 s unless set, where a
    /// transaction begins, and a second at most for statements without one.
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

    /// Prints every statement to standard error, without values, beside the `tracing` events.
    pub fn echo(mut self) -> Self {
        self.echo = Some(true);
        self
    }

    /// Adds bound values to `tracing` events and to what `echo` prints. They may be secret.
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

    /// Lets a call inside an async task of tokio block it, and with it all other tasks of its thread. Without this
    /// such a call is an error that names `spawn_blocking`, where the feature `tokio` (on with `postgres`) tells
    /// tasks from other callers. On PostgreSQL each such call is then made by a thread of its own.
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
    pub(super) fn take(&mut self, url: &mut Url) -> Result<()> {
        let pool = &mut self.pool;
        pool.size = pool.size.or(url.take_number("pool_size")?);
        pool.timeout = pool.timeout.or(url.take_seconds("pool_timeout")?);
        pool.min_idle = pool.min_idle.or(url.take_number("min_idle")?);
        pool.check_after = pool.check_after.or(url.take_seconds("check_after")?);
        self.echo = self.echo.or(url.take_switch("echo")?);
        let allow = url.take_switch("allow_blocking_in_async")?;
        self.allow_blocking_in_async = self.allow_blocking_in_async.or(allow);
        Ok(())
    }
}
