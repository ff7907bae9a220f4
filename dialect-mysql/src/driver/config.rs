//! [`MysqlConfig`]: the configuration of a connection, as plain data.
//!
//! `connect.rs` makes the native driver's options of it, `session.rs` the settings of each session. Deliberately not
//! here: URLs.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use orm_core::driver::{TlsMode, encoded};

/// Configures a connection to a MySQL or MariaDB server. [`new`](Self::new) sets the defaults.
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
    /// The host name or address. All addresses of a name are tried in turn, except with [`TlsMode::Require`], which
    /// tries the first one only.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The path of a Unix socket, which is used instead of host and port.
    pub socket: Option<PathBuf>,
    /// The user. Default: the anonymous user.
    pub user: Option<String>,
    /// The password, which is never displayed.
    pub password: Option<String>,
    /// The database. Default: none.
    pub database: Option<String>,
    /// Session variables and their values, such as `innodb_lock_wait_timeout`. They are set on each connection.
    pub variables: Vec<(String, String)>,
    /// The encryption. Default: none.
    pub tls: TlsMode,
    /// The path of a PEM file with certificate authorities that [`TlsMode::Require`] trusts in addition to Mozilla's.
    pub root_certificates: Option<PathBuf>,
    /// The path of a PEM file with the server's RSA key, which MySQL stores as `public_key.pem` in its data folder.
    /// The key encrypts the password on an unencrypted connection.
    pub server_public_key: Option<PathBuf>,
    /// Whether the RSA key that encrypts the password is accepted from the server over an unencrypted connection.
    /// Default: no, since an attacker in between could send his own key and read the password. MySQL needs the key at
    /// a user's first login after its start.
    pub allow_public_key_retrieval: bool,
    /// The timeout of connecting. Default: 10 seconds. Zero waits without limit.
    pub connect_timeout: Duration,
    /// The maximum time for which a server may send nothing while a statement waits for its response. Default: zero,
    /// which waits without limit, since a statement may take minutes. After the timeout the connection is lost, and
    /// the outcome of a COMMIT unknown. Each row that arrives restarts the timeout.
    pub answer_timeout: Duration,
    /// The maximum time for which sent data may stay unacknowledged. Default: 60 seconds, where the operating system
    /// supports it. Zero uses the operating system's default.
    pub tcp_user_timeout: Duration,
    /// The number of prepared statements that each connection keeps. Default: 256. With 0, statements are prepared
    /// and closed each time, for proxies that give each transaction another connection.
    pub statement_cache: usize,
}

impl MysqlConfig {
    /// Creates a configuration for a host name or address and a port.
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
