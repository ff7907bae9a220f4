//! Connections to PostgreSQL over the `postgres` crate: their configuration, and [`PostgresDriver`].
//!
//! `connect.rs` opens a connection, over `stream.rs` and with `tls.rs` if it is to be encrypted; `greeting.rs`
//! hears what the server says first. `connection.rs` runs statements on it, `cursor.rs` hands out rows as they are
//! asked for, `statement_kind.rs` follows what statements do to the transaction, `session.rs` knows how a session is reset, `bind.rs` writes values and `row.rs` reads them, both in PostgreSQL's
//! binary form. Deliberately not here: URLs and pools.

mod bind;
mod connect;
mod connection;
mod cursor;
mod failure;
mod greeting;
mod row;
mod session;
mod statement_kind;
mod stream;
#[cfg(feature = "tls")]
mod tls;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use orm_core::blocking::refuse_in_task;
use orm_core::driver::{Connection, Driver};
use orm_core::error::{Error, ErrorKind, Result};

use connect::Connector;

/// Where a database is and how to connect to it.
///
/// The time zone of every connection is UTC. It is set by the startup parameter `options`, as are
/// [`parameter`](Self::parameter) and [`options`](Self::options). A pooler may not pass that on: the time zone is
/// then set by a statement, and any other parameter that had no effect is an error.
///
/// ```
/// use dialect_postgres::{PostgresConfig, TlsMode};
/// let config = PostgresConfig::new("localhost", 5432)
///     .user("shop")
///     .password("secret")
///     .database("shop")
///     .parameter("search_path", "shop");
/// assert!(!format!("{config:?}").contains("secret"));
/// ```
#[derive(Clone)]
pub struct PostgresConfig {
    hosts: Vec<(String, u16)>,
    user: Option<String>,
    password: Option<String>,
    database: Option<String>,
    application_name: String,
    parameters: Vec<(String, String)>,
    options: Option<String>,
    tls: TlsMode,
    root_certificates: Option<PathBuf>,
    allow_cleartext_password: bool,
    connect_timeout: Duration,
    answer_timeout: Duration,
    tcp_user_timeout: Duration,
    statement_cache: usize,
    allow_blocking_in_async: bool,
}

/// Whether a connection is encrypted. There is no mode that falls back to plain text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMode {
    /// Plain text.
    #[default]
    Disable,
    /// Encrypted; the server's certificate must be valid for its host. Needs the feature `tls`.
    Require,
    /// Encrypted, but anybody may be at the other end. Needs the feature `tls`.
    Insecure,
}

impl PostgresConfig {
    /// A server by name or address and port, or by the folder of its unix socket, which begins with `/`.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            hosts: vec![(host.into(), port)],
            user: None,
            password: None,
            database: None,
            application_name: "orm".to_owned(),
            parameters: Vec::new(),
            options: None,
            tls: TlsMode::Disable,
            root_certificates: None,
            allow_cleartext_password: false,
            connect_timeout: Duration::from_secs(10),
            answer_timeout: Duration::ZERO,
            tcp_user_timeout: Duration::from_secs(60),
            statement_cache: 256,
            allow_blocking_in_async: false,
        }
    }

    /// Another server, tried if those before it can't be reached.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>, port: u16) -> Self {
        self.hosts.push((host.into(), port));
        self
    }

    /// The user; without one, the user of the operating system.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// The password. It is never shown.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// The database; without one, that of the user's name.
    #[must_use]
    pub fn database(mut self, database: impl Into<String>) -> Self {
        self.database = Some(database.into());
        self
    }

    /// What the server's lists of connections show; `orm` without it.
    #[must_use]
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = name.into();
        self
    }

    /// A run-time parameter for the whole connection, such as `search_path` or `statement_timeout`.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Text for the `options` of the connection as it is: `-c name=value`, or what a proxy asks for.
    #[must_use]
    pub fn options(mut self, options: impl Into<String>) -> Self {
        self.options = Some(options.into());
        self
    }

    /// Whether the connection is encrypted; it is not without this.
    #[must_use]
    pub fn tls(mut self, mode: TlsMode) -> Self {
        self.tls = mode;
        self
    }

    /// A PEM file with the authorities that [`TlsMode::Require`] trusts, instead of the system's.
    #[must_use]
    pub fn root_certificates(mut self, path: impl Into<PathBuf>) -> Self {
        self.root_certificates = Some(path.into());
        self
    }

    /// How long each server has to answer; 10 seconds without it. Zero waits without end.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the server may be silent while a statement waits for its answer; zero, which is the default,
    /// waits without end, since a report may take minutes. After a time-out the connection is lost, and a COMMIT
    /// unknown. Rows that keep coming are no silence. Not for a unix socket, nor for what is done on the native
    /// client.
    #[must_use]
    pub fn answer_timeout(mut self, timeout: Duration) -> Self {
        self.answer_timeout = timeout;
        self
    }

    /// How long data that was sent may stay without an acknowledgement from the other machine; 60 seconds without
    /// it, where the operating system offers that. Zero leaves it to the operating system.
    #[must_use]
    pub fn tcp_user_timeout(mut self, timeout: Duration) -> Self {
        self.tcp_user_timeout = timeout;
        self
    }

    /// Sends the password as it is if the server asks for it so and the connection is not encrypted. Without this
    /// that is refused, except over a unix socket: anybody on the way could read it.
    #[must_use]
    pub fn allow_cleartext_password(mut self) -> Self {
        self.allow_cleartext_password = true;
        self
    }

    /// How many statements each connection keeps prepared; 256 without it.
    ///
    /// 0 prepares nothing: for poolers that give each transaction another connection, such as PgBouncer
    /// in transaction mode before version 1.21. A statement is then still one round trip, but the server
    /// parses and plans it each time.
    #[must_use]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements;
        self
    }

    /// Lets a call inside an async task block it, and all other tasks of its thread. Without this that is refused.
    /// The native client can't work there, so each such call is made by a thread of its own.
    #[must_use]
    pub fn allow_blocking_in_async(mut self) -> Self {
        self.allow_blocking_in_async = true;
        self
    }
}

impl fmt::Debug for PostgresConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("target", &connect::target(self))
            .field("user", &self.user)
            .field("tls", &self.tls)
            .field("statement_cache", &self.statement_cache)
            .finish_non_exhaustive()
    }
}

/// Opens connections to one PostgreSQL database.
#[derive(Debug)]
pub struct PostgresDriver {
    connector: Connector,
}

impl PostgresDriver {
    /// A driver for the database of `config`. Nothing is opened or checked before the first connection.
    pub fn new(config: PostgresConfig) -> Self {
        Self {
            connector: Connector::new(config),
        }
    }
}

impl Driver for PostgresDriver {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        if !self.connector.may_block_tasks() {
            refuse_in_task()?;
        }
        let connection = self.connector.connect()?;
        Ok(Box::new(connection))
    }

    fn target(&self) -> String {
        self.connector.target()
    }
}

/// Calls from a thread of its own, which no runtime knows.
fn elsewhere<T: Send>(call: impl FnOnce() -> T + Send) -> Result<thread::Result<T>> {
    let done = thread::scope(|scope| {
        let thread = thread::Builder::new().name("orm-call".to_owned());
        Ok(thread.spawn_scoped(scope, call)?.join())
    });
    done.map_err(|error: io::Error| {
        Error::with_message(ErrorKind::Usage, "no thread can be started").with_source(error)
    })
}
