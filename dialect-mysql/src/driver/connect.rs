//! Where a server is and how its connections are set up.
//!
//! `orm` parses URLs and fills in the [`MysqlConfig`]. Each connection gets the same settings, before its
//! first statement, and whatever is wrong is found here, at once and without a second try.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use mysql::consts::CapabilityFlags;
use mysql::prelude::Queryable;
use mysql::{Conn, OptsBuilder, SslOpts};
use orm_core::driver::{Connection, Driver};
use orm_core::error::{Error, ErrorKind, Result};

use super::connection::{MysqlConnection, Settings};
use crate::errors::from_native;
use crate::{MARIADB_COLLATION, MYSQL_COLLATION};

/// Where a server is, and who asks.
///
/// ```
/// use dialect_mysql::MysqlConfig;
/// let mut config = MysqlConfig::default();
/// config.user = Some("app".into());
/// config.password = Some("secret".into());
/// assert!(!format!("{config:?}").contains("secret"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct MysqlConfig {
    /// The host's name or address; `localhost` by default. Every address of a name is tried in turn,
    /// except with [`TlsMode::Require`], which needs the name.
    pub host: String,
    /// The port; 3306 by default.
    pub port: u16,
    /// The path of a unix socket, which is used instead of host and port.
    pub socket: Option<PathBuf>,
    /// The user.
    pub user: Option<String>,
    /// The password. It shows in no message and in no `Debug`.
    pub password: Option<String>,
    /// The database that unqualified names belong to.
    pub database: Option<String>,
    /// Whether the connection is encrypted; not at all by default. A unix socket never is.
    pub tls: TlsMode,
    /// A file of certificates (PEM) of authorities to trust beside the public ones.
    pub root_certificate: Option<PathBuf>,
    /// How long one address may take to answer; ten seconds by default.
    pub connect_timeout: Duration,
    /// How long the server may take to answer a statement, after which the connection is given up; no
    /// limit by default.
    pub read_timeout: Option<Duration>,
    /// How many prepared statements a connection keeps; 256 by default, none with 0, for proxies that
    /// can't keep them apart.
    pub statement_cache: usize,
}

impl Default for MysqlConfig {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            port: 3306,
            socket: None,
            user: None,
            password: None,
            database: None,
            tls: TlsMode::Disable,
            root_certificate: None,
            connect_timeout: Duration::from_secs(10),
            read_timeout: None,
            statement_cache: 256,
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

impl MysqlConfig {
    fn target(&self) -> String {
        let database = self.database.as_deref().unwrap_or("");
        match &self.socket {
            Some(path) => format!("mysql://{}/{database}", path.display()),
            None if self.host.contains(':') => {
                format!("mysql://[{}]:{}/{database}", self.host, self.port)
            }
            None => format!("mysql://{}:{}/{database}", self.host, self.port),
        }
    }
}

/// Whether a connection is encrypted. There is no mode that falls back to plain text in silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMode {
    /// Plain text.
    #[default]
    Disable,
    /// Encrypted, with the server's certificate and name verified. Needs the feature `tls`.
    Require,
    /// Encrypted, with whoever answers: safe from listeners only. Needs the feature `tls`.
    Insecure,
}

/// Opens connections to MySQL or MariaDB; which of them it is, the server tells.
///
/// Every connection counts matched rows instead of changed ones, speaks utf8mb4, and sets for itself:
///
/// - `time_zone = '+00:00'`, `autocommit = 1` and `foreign_key_checks = 1`;
/// - a strict `sql_mode`: a value that doesn't fit is an error and never cut, there are no zero dates,
///   backslashes escape, and double quotes are strings. `ONLY_FULL_GROUP_BY` is on for MySQL and off for
///   MariaDB, which refuses columns that depend on the grouped key;
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
/// let mut config = MysqlConfig::default();
/// config.user = Some("app".into());
/// config.database = Some("shop".into());
/// let mut connection = MysqlDriver::new(config).connect()?;
/// connection.control("CREATE TABLE notes (text TEXT)")?;
/// # orm_core::Result::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct MysqlDriver {
    config: MysqlConfig,
    guise: Guise,
}

/// As which server a connection presents itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guise {
    /// As the one that answers.
    Own,
    /// As MySQL, also on MariaDB.
    Mysql,
}

impl MysqlDriver {
    /// A driver for that server. Nothing is opened yet.
    pub fn new(config: MysqlConfig) -> Self {
        Self { config, guise: Guise::Own }
    }

    /// Lets connections present themselves as MySQL when the server is MariaDB: for testing on MariaDB
    /// what a program does on MySQL, without RETURNING and with MySQL's SQL. The one name in that SQL
    /// which MariaDB lacks, the collation `utf8mb4_0900_bin`, is replaced by MariaDB's own on the way.
    #[must_use]
    pub fn as_mysql(mut self) -> Self {
        self.guise = Guise::Mysql;
        self
    }

    fn options(&self) -> Result<OptsBuilder> {
        let config = &self.config;
        let capabilities =
            CapabilityFlags::CLIENT_FOUND_ROWS | CapabilityFlags::CLIENT_SESSION_TRACK;
        let options = OptsBuilder::new()
            .ip_or_hostname(Some(config.host.as_str()))
            .tcp_port(config.port)
            .user(config.user.clone())
            .pass(config.password.clone())
            .db_name(config.database.clone())
            .prefer_socket(false)
            .tcp_connect_timeout(Some(config.connect_timeout))
            .read_timeout(config.read_timeout)
            .stmt_cache_size(config.statement_cache)
            .additional_capabilities(capabilities)
            .ssl_opts(self.tls()?);
        match &config.socket {
            None => Ok(options),
            Some(path) => match path.to_str() {
                Some(path) => Ok(options.socket(Some(path))),
                None => Err(wrong("the path of the unix socket is not valid utf-8")),
            },
        }
    }

    fn tls(&self) -> Result<Option<SslOpts>> {
        if self.config.tls == TlsMode::Disable {
            return Ok(None);
        }
        choose_provider()?;
        let insecure = self.config.tls == TlsMode::Insecure;
        let options = SslOpts::default()
            .with_danger_accept_invalid_certs(insecure)
            .with_danger_skip_domain_validation(insecure)
            .with_root_cert_path(self.config.root_certificate.clone());
        Ok(Some(options))
    }

    fn open(&self) -> Result<Conn> {
        let options = self.options()?;
        // The name of the host must be at hand to be verified, so its addresses are the native driver's
        // business then; it tries the first one only.
        if self.config.socket.is_some() || self.config.tls == TlsMode::Require {
            return Conn::new(options).map_err(|native| self.refused(native));
        }
        let mut last = None;
        for address in self.resolve()? {
            let options = options.clone().ip_or_hostname(Some(address.ip().to_string()));
            match Conn::new(options) {
                Ok(native) => return Ok(native),
                Err(native) if is_unreachable(&native) => last = Some(native),
                Err(native) => return Err(self.refused(native)),
            }
        }
        match last {
            Some(native) => Err(self.refused(native)),
            None => Err(self.unresolved()),
        }
    }

    fn resolve(&self) -> Result<Vec<SocketAddr>> {
        let target = (self.config.host.as_str(), self.config.port);
        match target.to_socket_addrs() {
            Ok(addresses) => Ok(addresses.collect()),
            Err(native) => Err(self.unresolved().with_source(native)),
        }
    }

    #[cold]
    fn unresolved(&self) -> Error {
        let message = format!("can't find the host of {}", self.target());
        Error::with_message(ErrorKind::ConnectionFailed, message).with_hint("check the host's name")
    }

    /// Why there is no connection, by kind: the native message alone doesn't name the target.
    #[cold]
    fn refused(&self, native: mysql::Error) -> Error {
        use mysql::DriverError as D;
        let target = self.target();
        let (kind, message, hint) = match &native {
            mysql::Error::MySqlError(_) => return self.denied(native),
            mysql::Error::DriverError(D::TlsNotSupported) => (
                ErrorKind::Configuration,
                format!("{target} does not offer tls"),
                "set up tls on the server, or disable it for this connection",
            ),
            mysql::Error::DriverError(
                D::UnknownAuthPlugin(_) | D::OldMysqlPasswordDisabled | D::CleartextPluginDisabled,
            ) => (
                ErrorKind::Authentication,
                format!("{target} asks for a login that this driver can't do"),
                "let the user log in with mysql_native_password or caching_sha2_password",
            ),
            mysql::Error::DriverError(D::ConnectTimeout) => (
                ErrorKind::ConnectionFailed,
                format!("{target} does not answer"),
                "check host, port and firewall",
            ),
            _ => (
                ErrorKind::ConnectionFailed,
                format!("can't connect to {target}"),
                "check that the server runs there, and that it is MySQL or MariaDB",
            ),
        };
        Error::with_message(kind, message).with_hint(hint).with_source(native)
    }

    /// A refusal by the server itself: of the user, the password or the database.
    fn denied(&self, native: mysql::Error) -> Error {
        let error = from_native(native, "");
        let kind = match error.kind() {
            kind @ (ErrorKind::Authentication | ErrorKind::ConnectionFailed) => kind,
            _ => ErrorKind::ConnectionFailed,
        };
        let user = self.config.user.as_deref().unwrap_or("");
        let target = self.target();
        let message = match (kind, error.code()) {
            (_, Some("1049")) => format!("the database of {target} does not exist"),
            (ErrorKind::Authentication, _) => format!("{target} refused the login of user {user}"),
            _ => format!("{target} refused the connection"),
        };
        let made = Error::with_message(kind, message);
        let made = match error.code() {
            Some(code) => made.with_code(code),
            None => made,
        };
        let hint = match (error.hint(), kind) {
            (Some(hint), _) => hint.to_owned(),
            (None, ErrorKind::Authentication) => "check user, password and database".to_owned(),
            (None, _) => "look into the server's log".to_owned(),
        };
        made.with_hint(hint).with_source(error)
    }

    /// Sets up what the driver promises. Returns which server it is, and whether it reports the state of
    /// transactions.
    fn set_up(&self, native: &mut Conn) -> Result<&'static str> {
        let version = version(native).map_err(|native| self.unset(native))?;
        let server = if version.to_ascii_lowercase().contains("mariadb") { "mariadb" } else { "mysql" };
        self.check_version(server, &version)?;
        let settings = session_settings(server);
        // A proxy may not know this variable. What is missing then is asked for when it matters.
        let tracking = format!("{settings}, session_track_transaction_info = 'STATE'");
        match native.query_drop(tracking) {
            Err(mysql::Error::MySqlError(server)) if server.code == 1193 => {
                native.query_drop(settings).map_err(|native| self.unset(native))?;
            }
            other => other.map_err(|native| self.unset(native))?,
        }
        Ok(server)
    }

    fn check_version(&self, server: &str, version: &str) -> Result<()> {
        let oldest = if server == "mariadb" { (10, 5) } else { (8, 0) };
        let mut numbers = version.split('.').map(str::parse::<u32>);
        let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else {
            return Ok(());
        };
        if (major, minor) >= oldest {
            return Ok(());
        }
        let target = self.target();
        Err(wrong(format!("{server} {major}.{minor} at {target} is too old"))
            .with_hint(format!("the oldest that works is {}.{}", oldest.0, oldest.1)))
    }

    #[cold]
    fn unset(&self, native: mysql::Error) -> Error {
        let error = from_native(native, "");
        let message = format!("can't set up the connection to {}", self.target());
        let made = Error::with_message(ErrorKind::ConnectionFailed, message);
        match error.hint() {
            Some(hint) => made.with_hint(hint.to_owned()).with_source(error),
            None => made.with_source(error),
        }
    }
}

impl Driver for MysqlDriver {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        let mut native = self.open()?;
        let server = self.set_up(&mut native)?;
        let settings = Settings {
            server,
            guise: self.guise,
            statement_cache: self.config.statement_cache,
        };
        Ok(Box::new(MysqlConnection::new(native, &settings)))
    }

    fn target(&self) -> String {
        self.config.target()
    }
}

/// The native driver takes TLS from the process's provider and panics if there are two of them to choose
/// from, as when the program brings another one.
#[cfg(feature = "tls")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is an error")]
fn choose_provider() -> Result<()> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    Ok(())
}

#[cfg(not(feature = "tls"))]
fn choose_provider() -> Result<()> {
    Err(wrong("this program was built without tls for mysql")
        .with_hint("switch on the feature tls, or disable tls for this connection"))
}

fn wrong(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::with_message(ErrorKind::Configuration, message)
}

fn is_unreachable(native: &mysql::Error) -> bool {
    use mysql::DriverError as D;
    matches!(native, mysql::Error::DriverError(D::ConnectTimeout | D::CouldNotConnect(_)))
}

fn version(native: &mut Conn) -> mysql::Result<String> {
    let row: Option<mysql::Row> = native.query_first("SELECT VERSION()")?;
    Ok(match row.as_ref().and_then(|row| row.as_ref(0)) {
        Some(mysql::Value::Bytes(version)) => String::from_utf8_lossy(version).into_owned(),
        _ => String::new(),
    })
}

fn session_settings(server: &str) -> String {
    const STRICT: &str = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,\
         ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";
    let (collation, grouping) = match server {
        "mariadb" => (MARIADB_COLLATION, ""),
        _ => (MYSQL_COLLATION, ",ONLY_FULL_GROUP_BY"),
    };
    format!(
        "SET NAMES utf8mb4 COLLATE {collation}, autocommit = 1, foreign_key_checks = 1, \
         time_zone = '+00:00', lc_messages = 'en_US', div_precision_increment = 16, \
         sql_mode = '{STRICT}{grouping}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_does_not_show() {
        let config = MysqlConfig { password: Some("secret".into()), ..MysqlConfig::default() };
        let driver = MysqlDriver::new(config);
        assert!(!format!("{driver:?} {}", driver.target()).contains("secret"));
        assert_eq!(driver.target(), "mysql://localhost:3306/");
    }

    #[test]
    fn an_old_server_is_named() {
        let driver = MysqlDriver::new(MysqlConfig::default());
        assert!(driver.check_version("mysql", "8.0.36").is_ok());
        assert!(driver.check_version("mariadb", "11.4.2-MariaDB").is_ok());
        assert!(driver.check_version("mysql", "unknown").is_ok());
        let error = driver.check_version("mariadb", "10.4.1-MariaDB").unwrap_err();
        assert!(error.message().starts_with("mariadb 10.4 at"), "{error}");
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn tls_names_its_feature() {
        for tls in [TlsMode::Require, TlsMode::Insecure] {
            let config = MysqlConfig { tls, ..MysqlConfig::default() };
            let error = MysqlDriver::new(config).connect().err().expect("no tls");
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.hint().is_some_and(|hint| hint.contains("feature tls")));
        }
    }
}
