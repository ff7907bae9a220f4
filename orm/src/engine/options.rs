//! [`EngineOptions`]: what can be set before an engine connects.

use std::sync::Arc;
use std::time::Duration;

use orm_core::error::Result;

use super::connection::Connection;
use super::handle::Engine;
use super::url::Url;

/// What the program does with each connection that is opened.
pub(super) type OnConnect = Arc<dyn Fn(&mut Connection) -> Result<()> + Send + Sync>;

/// How an engine pools and logs. Made by [`Engine::options`]; options of the same names in the URL
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
#[derive(Clone)]
#[must_use]
pub struct EngineOptions {
    pub(super) url: String,
    pub(super) pool_size: Option<u32>,
    pub(super) pool_timeout: Option<Duration>,
    pub(super) min_idle: Option<u32>,
    pub(super) check_after: Option<Duration>,
    pub(super) allow_blocking_in_async: Option<bool>,
    pub(super) on_connect: Option<OnConnect>,
    pub(super) echo: Option<bool>,
    pub(super) log_values: bool,
}

impl std::fmt::Debug for EngineOptions {
    // The URL holds the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngineOptions")
            .field("pool_size", &self.pool_size)
            .field("pool_timeout", &self.pool_timeout)
            .field("min_idle", &self.min_idle)
            .field("check_after", &self.check_after)
            .field("echo", &self.echo)
            .finish_non_exhaustive()
    }
}

impl EngineOptions {
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            pool_size: None,
            pool_timeout: None,
            min_idle: None,
            check_after: None,
            allow_blocking_in_async: None,
            on_connect: None,
            echo: None,
            log_values: false,
        }
    }

    /// The most connections that are open at a time. Unless set that is two for each core of the machine, but 4 at
    /// least and 10 at most; a database in memory has one.
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.pool_size = Some(connections);
        self
    }

    /// How long a checkout waits for a connection to become free. 30 s unless set; one second for a database
    /// in memory, where whoever waits is often the one who holds the connection.
    pub fn pool_timeout(mut self, wait: Duration) -> Self {
        self.pool_timeout = Some(wait);
        self
    }

    /// How many connections are kept open, in use or not. None unless set. They are opened by
    /// a thread of the library when the engine is made, and again within half a minute after some were closed: those
    /// are that were idle for ten minutes or are half an hour old. See [`Engine::warm_up`], too.
    pub fn min_idle(mut self, connections: u32) -> Self {
        self.min_idle = Some(connections);
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
    pub fn check_after(mut self, idle: Duration) -> Self {
        self.check_after = Some(idle);
        self
    }

    /// Prints every statement to standard error, without values, beside the `tracing` events.
    pub fn echo(mut self) -> Self {
        self.echo = Some(true);
        self
    }

    /// Adds bound values to `tracing` events and to what `echo` prints. They may be secret.
    pub fn log_values(mut self) -> Self {
        self.log_values = true;
        self
    }

    /// Lets a call inside an async task of tokio block it, and with it all other tasks of its thread. Without this
    /// such a call is an error that names `spawn_blocking`, where the feature `tokio` (on with `postgres`) tells
    /// tasks from other callers. On PostgreSQL each such call is then made by a thread of its own.
    pub fn allow_blocking_in_async(mut self) -> Self {
        self.allow_blocking_in_async = Some(true);
        self
    }

    /// Takes what the URL sets of all this and the program doesn't.
    pub(super) fn take(&mut self, url: &mut Url) -> Result<()> {
        or_else(&mut self.pool_size, url.take_number("pool_size")?);
        or_else(&mut self.pool_timeout, url.take_seconds("pool_timeout")?);
        or_else(&mut self.min_idle, url.take_number("min_idle")?);
        or_else(&mut self.check_after, url.take_seconds("check_after")?);
        or_else(&mut self.echo, url.take_switch("echo")?);
        let allow = url.take_switch("allow_blocking_in_async")?;
        or_else(&mut self.allow_blocking_in_async, allow);
        Ok(())
    }

    /// Makes the engine. Opens no connection, except with [`min_idle`](Self::min_idle).
    ///
    /// # Errors
    /// `Configuration` for a wrong URL, an unknown option, or a database whose feature is off.
    pub fn connect(self) -> Result<Engine> {
        Engine::from_options(self)
    }
}

fn or_else<T>(option: &mut Option<T>, other: Option<T>) {
    if option.is_none() {
        *option = other;
    }
}
