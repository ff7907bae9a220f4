//! [`EngineOptions`]: what can be set before an engine connects.

use std::time::Duration;

use orm_core::error::Result;

use super::Engine;

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
    pub(super) check_after: Duration,
    pub(super) echo: bool,
    pub(super) log_values: bool,
}

impl std::fmt::Debug for EngineOptions {
    // The URL holds the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngineOptions")
            .field("pool_size", &self.pool_size)
            .field("pool_timeout", &self.pool_timeout)
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
            check_after: Duration::from_secs(30),
            echo: false,
            log_values: false,
        }
    }

    /// The most connections that are open at a time. 3 unless set; a database in memory has one.
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

    /// After how long in the pool a connection is asked whether it still answers. 30 s unless set, where a
    /// transaction begins, and a second at most for statements without one.
    pub fn check_after(mut self, idle: Duration) -> Self {
        self.check_after = idle;
        self
    }

    /// Prints every statement to standard error, without values, beside the `tracing` events.
    pub fn echo(mut self) -> Self {
        self.echo = true;
        self
    }

    /// Adds bound values to `tracing` events and to what `echo` prints. They may be secret.
    pub fn log_values(mut self) -> Self {
        self.log_values = true;
        self
    }

    /// Makes the engine. Opens no connection, except to a database in memory.
    ///
    /// # Errors
    /// `Configuration` for a wrong URL, an unknown option, or a database whose feature is off.
    pub fn connect(self) -> Result<Engine> {
        Engine::from_options(self)
    }
}
