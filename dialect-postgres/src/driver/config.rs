//! [`PostgresConfig`]: the configuration of a connection, as plain data.
//!
//! `connect.rs` makes the native driver's configuration of it. Deliberately not here: URLs.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use orm_core::driver::{TlsMode, encoded};

/// Configures a connection to a PostgreSQL server. [`new`](Self::new) sets the defaults.
///
/// The time zone of every connection is UTC. It is set by the startup parameter `options`, together with
/// [`parameters`](Self::parameters) and [`options`](Self::options). If a pooler ignores that parameter, the time zone
/// is set by a statement, and any other parameter without effect is an error.
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
    /// The servers by host name or address and port, or by the folder of a Unix socket, which begins with `/`. Each
    /// is tried if those before it can't be reached.
    pub hosts: Vec<(String, u16)>,
    /// The user. Default: the user of the operating system.
    pub user: Option<String>,
    /// The password, which is never displayed.
    pub password: Option<String>,
    /// The database. Default: the database with the user's name.
    pub database: Option<String>,
    /// The name in `pg_stat_activity`. Default: `orm`.
    pub application_name: String,
    /// Run-time parameters and their values, such as `search_path` or `statement_timeout`. They are set on each
    /// connection.
    pub parameters: Vec<(String, String)>,
    /// The startup parameter `options`, unchanged: `-c name=value`, or what a proxy requires.
    pub options: Option<String>,
    /// The encryption. Default: none.
    pub tls: TlsMode,
    /// The path of a PEM file with the certificate authorities that [`TlsMode::Require`] trusts, instead of the
    /// system's.
    pub root_certificates: Option<PathBuf>,
    /// Whether the password is sent in clear text if the server requests it on an unencrypted connection. Default:
    /// no, except over a Unix socket, since it could be read in between.
    pub allow_cleartext_password: bool,
    /// The timeout of connecting to each server. Default: 10 seconds. Zero waits without limit.
    pub connect_timeout: Duration,
    /// The maximum time for which a server may send nothing while a statement waits for its response. Default: zero,
    /// which waits without limit, since a statement may take minutes. After the timeout the connection is lost, and
    /// the outcome of a COMMIT unknown. Each row that arrives restarts the timeout. It does not apply to Unix sockets
    /// and to the native client.
    pub answer_timeout: Duration,
    /// The maximum time for which sent data may stay unacknowledged. Default: 60 seconds, where the operating system
    /// supports it. Zero uses the operating system's default.
    pub tcp_user_timeout: Duration,
    /// The number of prepared statements that each connection keeps. Default: 256.
    ///
    /// With 0, no statement is prepared, for poolers that give each transaction another connection, such as PgBouncer
    /// in transaction mode before version 1.21. A statement still takes one round trip, and the server parses and
    /// plans it each time.
    pub statement_cache: usize,
    /// Whether calls inside an async task are allowed, which block the task and its thread. Default: no. Since the
    /// native client can't run there, each such call is made by a separate thread.
    pub allow_blocking_in_async: bool,
}

impl PostgresConfig {
    /// Creates a configuration for a host name or address and a port, or for the folder of a Unix socket, which
    /// begins with `/`.
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
