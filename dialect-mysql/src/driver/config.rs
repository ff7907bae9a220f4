//! Where a database is and how to connect to it, as plain data.
//!
//! `connect.rs` makes the native driver's options of it, `session.rs` the settings of each session. Deliberately not
//! here: URLs.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use orm_core::driver::{TlsMode, encoded};

/// Where a database is and how to connect to it. [`new`](Self::new) has the default of each field.
///
/// ```
/// use dialect_mysql::{MysqlConfig, TlsMode};
/// let mut config = MysqlConfig::new("localhost", 3306);
/// config.user = Some("shop".into());
/// config.password = Some("secret".into());
/// config.database = Some("shop".into());
/// config.variables.push(("innodb_lock_wait_timeout".into(), "5".into()));
/// assert!(!format!("{config:?}").contains("secret"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct MysqlConfig {
    /// The server's name or address. Every address of a name is tried in turn, except with [`TlsMode::Require`], which
    /// tries the first one only.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// The path of a unix socket, which is used instead of host and port.
    pub socket: Option<PathBuf>,
    /// The user; the anonymous one without it.
    pub user: Option<String>,
    /// The password. It is never shown.
    pub password: Option<String>,
    /// The database; none without it.
    pub database: Option<String>,
    /// Session variables for the whole connection, such as `innodb_lock_wait_timeout`, with their values.
    pub variables: Vec<(String, String)>,
    /// Whether the connection is encrypted; it is not without this.
    pub tls: TlsMode,
    /// A PEM file with authorities that [`TlsMode::Require`] trusts beside Mozilla's.
    pub root_certificates: Option<PathBuf>,
    /// A PEM file with the RSA key of the server, which MySQL keeps as `public_key.pem` beside its data: the
    /// password is encrypted with it where the connection isn't.
    pub server_public_key: Option<PathBuf>,
    /// Takes the RSA key that encrypts the password from whatever answers, if the connection is not encrypted.
    /// Without this that is refused: something on the way could send a key of its own and read the password.
    /// MySQL asks for it at a user's first login since it was started.
    pub allow_public_key_retrieval: bool,
    /// How long the server has to answer; 10 seconds without it. Zero waits without end.
    pub connect_timeout: Duration,
    /// How long the server may be silent while a statement waits for its answer; zero, which is the default,
    /// waits without end, since a report may take minutes. After a time-out the connection is lost, and a COMMIT
    /// unknown. Rows that keep coming are no silence.
    pub answer_timeout: Duration,
    /// How long data that was sent may stay without an acknowledgement from the other machine; 60 seconds without
    /// it, where the operating system offers that. Zero leaves it to the operating system.
    pub tcp_user_timeout: Duration,
    /// How many statements each connection keeps prepared; 256 without it. 0 keeps none, for proxies that
    /// give each transaction another connection: a statement is then prepared and closed each time.
    pub statement_cache: usize,
}

impl MysqlConfig {
    /// A server by name or address and port.
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

    /// Whether the password must not be encrypted with a key that nothing vouches for.
    pub(super) fn refuses_retrieved_key(&self) -> bool {
        self.tls == TlsMode::Disable
            && self.socket.is_none()
            && self.server_public_key.is_none()
            && !self.allow_public_key_retrieval
    }

    /// Scheme, server and database, as in a URL without user and password.
    pub(super) fn target(&self) -> String {
        let database = encoded(self.database.as_deref().unwrap_or_default());
        let port = self.port;
        match (&self.socket, self.host.as_str()) {
            (Some(path), _) => {
                let path = encoded(&path.to_string_lossy());
                format!("mysql:///{database}?socket={path}")
            }
            (None, host) if host.contains(':') => format!("mysql://[{host}]:{port}/{database}"),
            (None, host) => format!("mysql://{host}:{port}/{database}"),
        }
    }
}

impl fmt::Debug for MysqlConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MysqlConfig")
            .field("target", &self.target())
            .field("user", &self.user)
            .field("tls", &self.tls)
            .field("statement_cache", &self.statement_cache)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use orm_core::driver::Driver as _;

    use super::super::MysqlDriver;
    use super::*;

    #[test]
    fn the_password_does_not_show() {
        let mut config = MysqlConfig::new("::1", 3306);
        config.password = Some("secret".into());
        config.database = Some("shop".into());
        let driver = MysqlDriver::new(config);
        assert!(!format!("{driver:?} {}", driver.target()).contains("secret"));
        assert_eq!(driver.target(), "mysql://[::1]:3306/shop");
    }
}
