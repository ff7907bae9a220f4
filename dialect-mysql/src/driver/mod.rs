//! Connections to MySQL and MariaDB over the `mysql` crate: their configuration, and [`MysqlDriver`].
//!
//! `connect.rs` opens a connection, `session.rs` sets it up, `connection.rs` runs statements on it and knows what
//! is left of the transaction, with `statement_kind.rs` for what a statement's text tells, `bind.rs` with `bind_types.rs` and
//! `row.rs` are the two ways of a value, and `answer.rs` reads all of an answer; `cursor.rs` reads one row by row, and
//! `kill.rs` stops it. Deliberately not here: URLs and pools.

mod answer;
mod bind;
mod bind_types;
mod connect;
mod connection;
mod cursor;
mod kill;
mod row;
mod session;
mod statement_kind;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use orm_core::driver::{Connection, Driver};
use orm_core::error::Result;

pub use connection::MysqlConnection;
/// The native driver, in the version that [`MysqlConnection`] hands out.
pub use mysql;

/// Where a database is and how to connect to it.
///
/// ```
/// use dialect_mysql::{MysqlConfig, TlsMode};
/// let config = MysqlConfig::new("localhost", 3306)
///     .user("shop")
///     .password("secret")
///     .database("shop")
///     .variable("innodb_lock_wait_timeout", "5");
/// assert!(!format!("{config:?}").contains("secret"));
/// ```
#[derive(Clone)]
pub struct MysqlConfig {
    host: String,
    port: u16,
    socket: Option<PathBuf>,
    user: Option<String>,
    password: Option<String>,
    database: Option<String>,
    variables: Vec<(String, String)>,
    tls: TlsMode,
    root_certificates: Option<PathBuf>,
    server_public_key: Option<PathBuf>,
    allow_public_key_retrieval: bool,
    connect_timeout: Duration,
    answer_timeout: Duration,
    tcp_user_timeout: Duration,
    statement_cache: usize,
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

impl MysqlConfig {
    /// A server by name or address and port. Every address of a name is tried in turn, except with
    /// [`TlsMode::Require`], which tries the first one only.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            socket: None,
            user: None,
            password: None,
            database: None,
            variables: Vec::new(),
            tls: TlsMode::Disable,
            root_certificates: None,
            server_public_key: None,
            allow_public_key_retrieval: false,
            connect_timeout: Duration::from_secs(10),
            answer_timeout: Duration::ZERO,
            tcp_user_timeout: Duration::from_secs(60),
            statement_cache: 256,
        }
    }

    /// The path of a unix socket, which is used instead of host and port.
    #[must_use]
    pub fn socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.socket = Some(path.into());
        self
    }

    /// The user; the anonymous one without it.
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

    /// The database; none without it.
    #[must_use]
    pub fn database(mut self, database: impl Into<String>) -> Self {
        self.database = Some(database.into());
        self
    }

    /// A session variable for the whole connection, such as `innodb_lock_wait_timeout`.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Whether the connection is encrypted; it is not without this.
    #[must_use]
    pub fn tls(mut self, mode: TlsMode) -> Self {
        self.tls = mode;
        self
    }

    /// A PEM file with authorities that [`TlsMode::Require`] trusts beside Mozilla's.
    #[must_use]
    pub fn root_certificates(mut self, path: impl Into<PathBuf>) -> Self {
        self.root_certificates = Some(path.into());
        self
    }

    /// How long the server has to answer; 10 seconds without it, a day at most. Zero waits without end.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        // The native driver adds to the clock, which overflows.
        self.connect_timeout = timeout.min(Duration::from_secs(24 * 3600));
        self
    }

    /// How long the server may be silent while a statement waits for its answer; zero, which is the default,
    /// waits without end, since a report may take minutes. After a time-out the connection is lost, and a COMMIT
    /// unknown. Rows that keep coming are no silence.
    #[must_use]
    pub fn answer_timeout(mut self, timeout: Duration) -> Self {
        // As for connecting.
        self.answer_timeout = timeout.min(Duration::from_secs(24 * 3600));
        self
    }

    /// How long data that was sent may stay without an acknowledgement from the other machine; 60 seconds without
    /// it, where the operating system offers that. Zero leaves it to the operating system.
    #[must_use]
    pub fn tcp_user_timeout(mut self, timeout: Duration) -> Self {
        self.tcp_user_timeout = timeout;
        self
    }

    /// A PEM file with the RSA key of the server, which MySQL keeps as `public_key.pem` beside its data: the
    /// password is encrypted with it where the connection isn't.
    #[must_use]
    pub fn server_public_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.server_public_key = Some(path.into());
        self
    }

    /// Takes the RSA key that encrypts the password from whatever answers, if the connection is not encrypted.
    /// Without this that is refused: something on the way could send a key of its own and read the password.
    /// MySQL asks for it at a user's first login since it was started.
    #[must_use]
    pub fn allow_public_key_retrieval(mut self) -> Self {
        self.allow_public_key_retrieval = true;
        self
    }

    /// Whether the password must not be encrypted with a key that nothing vouches for.
    fn refuses_retrieved_key(&self) -> bool {
        self.tls == TlsMode::Disable
            && self.socket.is_none()
            && self.server_public_key.is_none()
            && !self.allow_public_key_retrieval
    }

    /// How many statements each connection keeps prepared; 256 without it. 0 keeps none, for proxies that
    /// give each transaction another connection: a statement is then prepared and closed each time.
    #[must_use]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements;
        self
    }
}

impl fmt::Debug for MysqlConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MysqlConfig")
            .field("target", &connect::target(self))
            .field("user", &self.user)
            .field("tls", &self.tls)
            .field("statement_cache", &self.statement_cache)
            .finish_non_exhaustive()
    }
}

/// Opens connections to MySQL or MariaDB; which of them it is, the server tells.
///
/// Every connection counts matched rows instead of changed ones, speaks utf8mb4, and sets for itself:
///
/// - `time_zone = '+00:00'`, `autocommit = 1` and `foreign_key_checks = 1`;
/// - a strict `sql_mode`: a value that doesn't fit is an error and never cut, there are no zero dates,
///   backslashes escape, and double quotes are strings. `ONLY_FULL_GROUP_BY` is on for MySQL and off for
///   MariaDB, which would refuse columns that depend on the grouped key. `SIMULTANEOUS_ASSIGNMENT` is on
///   for MariaDB, so that the assignments of an UPDATE read the old values as the standard says;
/// - the collation of comparisons between values: the one that text columns are created with;
/// - `div_precision_increment = 16`, so that a mean has the digits of a floating point number;
/// - messages in English, from which errors take the names of constraints and columns.
///
/// The native driver always offers the server to take several statements at once, but prepared
/// statements, which everything with binds is, never take more than one.
///
/// ```no_run
/// use dialect_mysql::{MysqlConfig, MysqlDriver};
/// use orm_core::driver::Driver;
///
/// let config = MysqlConfig::new("localhost", 3306).user("shop").database("shop");
/// let mut connection = MysqlDriver::new(config).connect()?;
/// connection.control("CREATE TABLE notes (text LONGTEXT)")?;
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MysqlDriver {
    config: MysqlConfig,
}

impl MysqlDriver {
    /// A driver for the database of `config`. Nothing is opened or checked before the first connection.
    pub fn new(config: MysqlConfig) -> Self {
        Self { config }
    }
}

impl Driver for MysqlDriver {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        let connection = connect::connect(&self.config)?;
        Ok(Box::new(connection))
    }

    fn target(&self) -> String {
        connect::target(&self.config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_does_not_show() {
        let config = MysqlConfig::new("::1", 3306).password("secret");
        let driver = MysqlDriver::new(config.database("shop"));
        assert!(!format!("{driver:?} {}", driver.target()).contains("secret"));
        assert_eq!(driver.target(), "mysql://[::1]:3306/shop");
    }
}
