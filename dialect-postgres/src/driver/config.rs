//! Where a database is and how to connect to it, as plain data.
//!
//! `connect.rs` makes the native driver's configuration of it. Deliberately not here: URLs.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use orm_core::driver::{TlsMode, encoded};

/// Where a database is and how to connect to it. [`new`](Self::new) has the default of each field.
///
/// The time zone of every connection is UTC. It is set by the startup parameter `options`, as are
/// [`parameters`](Self::parameters) and [`options`](Self::options). A pooler may not pass that on: the time zone is
/// then set by a statement, and any other parameter that had no effect is an error.
///
/// ```
/// use dialect_postgres::{PostgresConfig, TlsMode};
/// let mut config = PostgresConfig::new("localhost", 5432);
/// config.user = Some("shop".into());
/// config.password = Some("secret".into());
/// config.database = Some("shop".into());
/// config.parameters.push(("search_path".into(), "shop".into()));
/// assert!(!format!("{config:?}").contains("secret"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct PostgresConfig {
    /// Servers by name or address and port, or by the folder of a unix socket, which begins with `/`. Each is tried if
    /// those before it can't be reached.
    pub hosts: Vec<(String, u16)>,
    /// The user; without one, the user of the operating system.
    pub user: Option<String>,
    /// The password. It is never shown.
    pub password: Option<String>,
    /// The database; without one, that of the user's name.
    pub database: Option<String>,
    /// What the server's lists of connections show; `orm` without it.
    pub application_name: String,
    /// Run-time parameters for the whole connection, such as `search_path` or `statement_timeout`, with their values.
    pub parameters: Vec<(String, String)>,
    /// Text for the `options` of the connection as it is: `-c name=value`, or what a proxy asks for.
    pub options: Option<String>,
    /// Whether the connection is encrypted; it is not without this.
    pub tls: TlsMode,
    /// A PEM file with the authorities that [`TlsMode::Require`] trusts, instead of the system's.
    pub root_certificates: Option<PathBuf>,
    /// Sends the password as it is if the server asks for it so and the connection is not encrypted. Without this
    /// that is refused, except over a unix socket: anybody on the way could read it.
    pub allow_cleartext_password: bool,
    /// How long each server has to answer; 10 seconds without it. Zero waits without end.
    pub connect_timeout: Duration,
    /// How long the server may be silent while a statement waits for its answer; zero, which is the default,
    /// waits without end, since a report may take minutes. After a time-out the connection is lost, and a COMMIT
    /// unknown. Rows that keep coming are no silence. Not for a unix socket, nor for what is done on the native
    /// client.
    pub answer_timeout: Duration,
    /// How long data that was sent may stay without an acknowledgement from the other machine; 60 seconds without
    /// it, where the operating system offers that. Zero leaves it to the operating system.
    pub tcp_user_timeout: Duration,
    /// How many statements each connection keeps prepared; 256 without it.
    ///
    /// 0 prepares nothing: for poolers that give each transaction another connection, such as PgBouncer
    /// in transaction mode before version 1.21. A statement is then still one round trip, but the server
    /// parses and plans it each time.
    pub statement_cache: usize,
    /// Lets a call inside an async task block it, and all other tasks of its thread. Without this that is refused.
    /// The native client can't work there, so each such call is made by a thread of its own.
    pub allow_blocking_in_async: bool,
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

    /// Whether a server is reached by a unix socket.
    pub(super) fn has_socket(&self) -> bool {
        self.hosts.iter().any(|(host, _)| host.starts_with('/'))
    }

    /// Scheme, servers and database, as in a URL without user and password.
    pub(super) fn target(&self) -> String {
        let database = self
            .database
            .as_deref()
            .or(self.user.as_deref())
            .map(encoded)
            .unwrap_or_default();
        let list = |separator: &str| -> String {
            let servers = self.hosts.iter().map(|(host, port)| match host {
                host if host.contains(':') => format!("[{host}]{separator}{port}"),
                host => format!("{host}{separator}{port}"),
            });
            servers.collect::<Vec<_>>().join(",")
        };
        if self.has_socket() {
            format!("postgresql:///{database}?host={}", list("&port="))
        } else {
            format!("postgresql://{}/{database}", list(":"))
        }
    }
}

impl fmt::Debug for PostgresConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("target", &self.target())
            .field("user", &self.user)
            .field("tls", &self.tls)
            .field("statement_cache", &self.statement_cache)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::PostgresDriver;
    use super::*;

    #[test]
    fn targets_read_like_urls_and_hold_no_password() {
        let mut config = PostgresConfig::new("::1", 5432);
        config.hosts.push(("b".into(), 1));
        config.user = Some("u".into());
        config.password = Some("secret".into());
        assert_eq!(config.target(), "postgresql://[::1]:5432,b:1/u");
        let mut socket = PostgresConfig::new("/run/postgresql", 5432);
        socket.database = Some("shop".into());
        assert_eq!(
            socket.target(),
            "postgresql:///shop?host=/run/postgresql&port=5432"
        );
        let driver = format!("{:?}", PostgresDriver::new(config));
        assert!(!driver.contains("secret"), "{driver}");
    }
}
