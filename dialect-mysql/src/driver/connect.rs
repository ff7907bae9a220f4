//! Opens a connection: the native options and timeouts. `session.rs` sets up its session, `failure.rs` maps the
//! errors.
//!
//! Errors in the configuration are reported here, at once and without a retry.

use std::fs;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mysql::consts::CapabilityFlags;
use mysql::{Conn, OptsBuilder, SslOpts};
use orm_core::blocking::within;
use orm_core::driver::{Connection, Driver, TlsMode, misconfigured, no_answer};
use orm_core::error::{ErrorKind, Result};

use super::config::MysqlConfig;
use super::connection::MysqlConnection;
use super::failure::{failed, refused};
use super::kill::Target;
use super::session::{check_variables, no_file, set_up};

/// Opens connections to MySQL or MariaDB. Which of the two it is, the server reports.
///
/// Every connection counts matched rows instead of changed ones, uses utf8mb4, and sets for itself:
///
/// - `time_zone = '+00:00'`, `autocommit = 1` and `foreign_key_checks = 1`;
/// - a strict `sql_mode`: a value that doesn't fit is an error and never cut, there are no zero dates,
///   backslashes escape, and double quotes are strings. `ONLY_FULL_GROUP_BY` is on for MySQL and off for
///   MariaDB, which would refuse columns that depend on the grouped key. `SIMULTANEOUS_ASSIGNMENT` is on
///   for MariaDB, so that the assignments of an UPDATE read the old values, as in the standard;
/// - the collation of comparisons between values: the one that text columns are created with;
/// - `div_precision_increment = 16`, so that a mean has the digits of a floating point number;
/// - on MariaDB `max_recursive_iterations = 4294967295`: a recursive query that takes more steps than its default of 1,000
///   would return a part of its rows;
/// - messages in English, from which errors take the names of constraints and columns.
///
/// The native driver always offers the server to take several statements at once, but prepared
/// statements, which everything with binds is, never take more than one.
///
/// ```no_run
/// use dialect_mysql::{MysqlConfig, MysqlDriver};
/// use orm_core::driver::Driver;
///
/// let mut config = MysqlConfig::new("localhost", 3306);
/// config.user = Some("shop".into());
/// config.database = Some("shop".into());
/// let mut connection = MysqlDriver::new(config).connect()?;
/// connection.control("CREATE TABLE notes (text LONGTEXT)")?;
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MysqlDriver {
    config: MysqlConfig,
}

impl MysqlDriver {
    /// Creates a driver for the database of `config`. Opens no connection.
    pub fn new(config: MysqlConfig) -> Self {
        Self { config }
    }
}

impl Driver for MysqlDriver {
    // In a thread of its own, since the native driver limits the time of the TCP connection only: a server that
    // accepts and never responds would block the caller without limit.
    fn connect(&self) -> Result<Box<dyn Connection>> {
        let config = self.config.clone();
        let (limit, options) = (config.connect_timeout, options(&config)?);
        let open = move || open(config, options);
        let opened = if limit.is_zero() {
            open()
        } else {
            // A bit longer than the TCP connection may take, so that its own error comes first.
            let opened = within(limit.saturating_add(limit / 4), "orm-connect", open);
            opened.map_err(|error| match error.kind() {
                io::ErrorKind::TimedOut => failed(&self.config, &no_answer(limit)),
                _ => failed(&self.config, &error.to_string()),
            })?
        };
        Ok(Box::new(opened?))
    }

    fn target(&self) -> String {
        self.config.target()
    }
}

fn open(config: MysqlConfig, options: OptsBuilder) -> Result<MysqlConnection> {
    let (mut native, options) = native(&config, options)?;
    let session = set_up(&mut native, &config)?;
    let kill = Target {
        // Past the login, a response has the time limit of a login.
        options: options.read_timeout(time_limit(config.connect_timeout)),
        server_name: session.server_name.clone(),
        connection: native.connection_id(),
    };
    let kill = Arc::new(kill);
    Ok(MysqlConnection::new(native, session, kill, config))
}

/// The connection, and the options that have led to it.
fn native(config: &MysqlConfig, options: OptsBuilder) -> Result<(Conn, OptsBuilder)> {
    // A host that is to be verified must be given by its name, and the native driver then tries the
    // first of its addresses only.
    if config.socket.is_some() || config.tls == TlsMode::Require {
        return try_open(config, options);
    }
    let server = (config.host.as_str(), config.port);
    let addresses: Vec<SocketAddr> = match server.to_socket_addrs() {
        Ok(addresses) => addresses.collect(),
        Err(error) => {
            return Err(failed(config, "the host name can't be resolved").with_source(error));
        }
    };
    let share = u32::try_from(addresses.len()).unwrap_or(1).max(1);
    let mut last = None;
    for address in addresses {
        let options = options
            .clone()
            .ip_or_hostname(Some(bracketed(address)))
            .tcp_connect_timeout(time_limit(config.connect_timeout / share));
        match try_open(config, options) {
            Err(error) if error.kind() == ErrorKind::ConnectionFailed => last = Some(error),
            opened => return opened,
        }
    }
    Err(last.unwrap_or_else(|| failed(config, "the host name has no address")))
}

fn try_open(config: &MysqlConfig, options: OptsBuilder) -> Result<(Conn, OptsBuilder)> {
    match Conn::new(options.clone()) {
        Ok(native) => Ok((native, options)),
        Err(native) => Err(refused(config, native)),
    }
}

fn bracketed(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

/// A day at most: the native driver adds to the clock, which overflows.
fn time_limit(limit: Duration) -> Option<Duration> {
    (!limit.is_zero()).then_some(limit.min(Duration::from_secs(24 * 3600)))
}

fn options(config: &MysqlConfig) -> Result<OptsBuilder> {
    check_variables(config)?;
    let capabilities = CapabilityFlags::CLIENT_FOUND_ROWS | CapabilityFlags::CLIENT_SESSION_TRACK;
    let options = OptsBuilder::new()
        .ip_or_hostname(Some(config.host.as_str()))
        .tcp_port(config.port)
        .user(config.user.clone())
        .pass(config.password.clone())
        .db_name(config.database.clone())
        .prefer_socket(false)
        .tcp_connect_timeout(time_limit(config.connect_timeout))
        .stmt_cache_size(config.statement_cache)
        // The server's limit is checked before sending; its result sets may be larger.
        .max_allowed_packet(Some(usize::MAX))
        .read_timeout(time_limit(config.answer_timeout))
        .write_timeout(time_limit(config.answer_timeout))
        // A peer that is gone is noticed in a minute or two instead of never.
        .tcp_keepalive_time_ms(Some(60_000))
        .server_key_path(server_key(config)?)
        .additional_capabilities(capabilities)
        .local_infile_handler(Some(no_file()))
        .ssl_opts(tls(config)?);
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    let options = options
        .tcp_keepalive_probe_interval_secs(Some(10))
        .tcp_keepalive_probe_count(Some(6));
    #[cfg(target_os = "linux")]
    let options = options.tcp_user_timeout_ms(
        time_limit(config.tcp_user_timeout)
            .map(|limit| u32::try_from(limit.as_millis()).unwrap_or(u32::MAX)),
    );
    match &config.socket {
        None => Ok(options),
        Some(path) => match path.to_str() {
            Some(path) => Ok(options.socket(Some(path))),
            None => Err(misconfigured(
                "the path of the Unix socket is not valid UTF-8",
            )),
        },
    }
}

/// The path of the key with which the native driver encrypts the password. Without a path it requests the key from the
/// server, so a configuration that forbids this gets a path where no file is.
fn server_key(config: &MysqlConfig) -> Result<Option<PathBuf>> {
    if config.refuses_retrieved_key() {
        return Ok(Some(PathBuf::new()));
    }
    if let Some(path) = &config.server_public_key {
        fs::File::open(path).map_err(|error| {
            let path = path.display();
            misconfigured(format!("can't read the server's public key in {path}"))
                .with_source(error)
        })?;
    }
    Ok(config.server_public_key.clone())
}

fn tls(config: &MysqlConfig) -> Result<Option<SslOpts>> {
    if config.tls == TlsMode::Disable {
        return Ok(None);
    }
    choose_provider()?;
    if config.socket.is_some() {
        return Err(
            misconfigured("TLS is not supported over a Unix socket").with_hint(
                "turn TLS off, since the connection stays on this machine, or connect over TCP",
            ),
        );
    }
    if let Some(path) = &config.root_certificates {
        fs::File::open(path).map_err(|error| {
            misconfigured(format!("can't read the certificates in {}", path.display()))
                .with_source(error)
        })?;
    }
    let insecure = config.tls == TlsMode::Insecure;
    let options = SslOpts::default()
        .with_danger_accept_invalid_certs(insecure)
        .with_danger_skip_domain_validation(insecure)
        .with_root_cert_path(config.root_certificates.clone());
    Ok(Some(options))
}

/// The native driver takes its cryptography from the process, and panics if there are two to choose from
/// and none is chosen, as when the program brings another one.
#[cfg(feature = "tls")]
#[expect(clippy::unnecessary_wraps, reason = "as without the feature")]
fn choose_provider() -> Result<()> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    Ok(())
}

#[cfg(not(feature = "tls"))]
fn choose_provider() -> Result<()> {
    Err(
        misconfigured("TLS is not available: the Cargo feature tls is off")
            .with_hint("add it to Cargo.toml: orm = { features = [\"mysql\", \"tls\"] }"),
    )
}

#[cfg(test)]
#[cfg(not(feature = "tls"))]
mod tests {
    use orm_core::driver::{Driver as _, TlsMode};
    use orm_core::error::ErrorKind;

    use super::MysqlDriver;
    use crate::MysqlConfig;

    #[test]
    fn tls_names_its_feature() {
        for mode in [TlsMode::Require, TlsMode::Insecure] {
            let mut config = MysqlConfig::new("h", 1);
            config.tls = mode;
            let error = MysqlDriver::new(config).connect().err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.message().contains("feature tls"), "{error}");
        }
    }
}
