//! Opening a connection: the native options, time limits, and what a refusal means. The session that every
//! connection begins with is in `session.rs`.
//!
//! Whatever is wrong with the configuration is found here, at once and without a second try.

use std::fs;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use mysql::consts::CapabilityFlags;
use mysql::{Conn, DriverError, LocalInfileHandler, OptsBuilder, SslOpts};
use orm_core::driver::encoded;
use orm_core::error::{Error, ErrorKind, Result};

use super::connection::{MysqlConnection, Settings};
use super::kill::Target;
use super::session::{check_variables, set_up};
use super::{MysqlConfig, TlsMode};
use crate::errors::{classify, is_silence};

/// Scheme, server and database, as in a URL without user and password.
pub(super) fn target(config: &MysqlConfig) -> String {
    let database = encoded(config.database.as_deref().unwrap_or_default());
    let port = config.port;
    match (&config.socket, config.host.as_str()) {
        (Some(path), _) => {
            let path = encoded(&path.to_string_lossy());
            format!("mysql:///{database}?socket={path}")
        }
        (None, host) if host.contains(':') => format!("mysql://[{host}]:{port}/{database}"),
        (None, host) => format!("mysql://{host}:{port}/{database}"),
    }
}

/// Opens a connection and sets it up, within the time that the configuration allows.
///
/// That happens in a thread of its own, since the native driver limits the time of the TCP connection
/// only: a server that accepts and never answers would hold the caller for ever.
///
/// # Errors
/// `Configuration`, `ConnectionFailed` or `Authentication`, naming the target.
pub(super) fn connect(config: &MysqlConfig) -> Result<MysqlConnection> {
    let limit = config.connect_timeout;
    let attempt = Attempt {
        options: options(config)?,
        config: config.clone(),
    };
    if limit.is_zero() {
        return attempt.open();
    }
    let (sender, receiver) = sync_channel(1);
    let thread = thread::Builder::new().name("orm-connect".to_owned());
    let spawned = thread.spawn(move || {
        // A caller who has stopped waiting drops the receiver, and the connection is closed here.
        let _ = sender.send(attempt.open());
    });
    spawned.map_err(|error| failed(config, "no thread can be started").with_source(error))?;
    // A bit longer than the TCP connection may take, so that its own error comes first.
    match receiver.recv_timeout(limit.saturating_add(limit / 4)) {
        Ok(opened) => opened,
        Err(RecvTimeoutError::Timeout) => Err(failed(config, &unanswered(limit))),
        Err(RecvTimeoutError::Disconnected) => Err(failed(config, "the native driver failed")),
    }
}

/// What opening one connection needs, owned, so that another thread can do it.
struct Attempt {
    config: MysqlConfig,
    options: OptsBuilder,
}

impl Attempt {
    fn open(self) -> Result<MysqlConnection> {
        let (mut native, options) = self.native()?;
        let session = set_up(&mut native, &self.config)?;
        let kill = Target {
            // Another answer than that to a login is not waited for long.
            options: options.read_timeout(time_limit(self.config.connect_timeout)),
            server_name: session.server_name.clone(),
        };
        let settings = Settings {
            session,
            kill,
            statement_cache: self.config.statement_cache,
            ping_timeout: self.config.connect_timeout,
            answer_timeout: self.config.answer_timeout,
        };
        Ok(MysqlConnection::new(native, settings))
    }

    /// The connection, and the options that have led to it.
    fn native(&self) -> Result<(Conn, OptsBuilder)> {
        // A host that is to be verified must be given by its name, and the native driver then tries the
        // first of its addresses only.
        if self.config.socket.is_some() || self.config.tls == TlsMode::Require {
            return self.try_open(self.options.clone());
        }
        let addresses = self.resolve()?;
        let share = u32::try_from(addresses.len()).unwrap_or(1).max(1);
        let mut last = None;
        for address in addresses {
            let options = self.options.clone();
            let options = options
                .ip_or_hostname(Some(bracketed(address)))
                .tcp_connect_timeout(time_limit(self.config.connect_timeout / share));
            match self.try_open(options) {
                Err(error) if error.kind() == ErrorKind::ConnectionFailed => last = Some(error),
                opened => return opened,
            }
        }
        Err(last.unwrap_or_else(|| failed(&self.config, "the host has no address")))
    }

    fn try_open(&self, options: OptsBuilder) -> Result<(Conn, OptsBuilder)> {
        match Conn::new(options.clone()) {
            Ok(native) => Ok((native, options)),
            Err(native) => Err(refused(&self.config, native)),
        }
    }

    fn resolve(&self) -> Result<Vec<SocketAddr>> {
        let target = (self.config.host.as_str(), self.config.port);
        match target.to_socket_addrs() {
            Ok(addresses) => Ok(addresses.collect()),
            Err(error) => Err(failed(&self.config, "the host is not known").with_source(error)),
        }
    }
}

fn bracketed(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

fn time_limit(limit: Duration) -> Option<Duration> {
    (!limit.is_zero()).then_some(limit)
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
        // What the server takes is checked before sending; its answers may be larger than that.
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
            None => Err(wrong("the path of the unix socket is not valid utf-8")),
        },
    }
}

/// Where the native driver finds the key that encrypts the password. It asks the server if there is no path, so
/// what must not be asked for is looked for where nothing is.
fn server_key(config: &MysqlConfig) -> Result<Option<PathBuf>> {
    if config.refuses_retrieved_key() {
        return Ok(Some(PathBuf::new()));
    }
    if let Some(path) = &config.server_public_key {
        fs::File::open(path).map_err(|error| {
            let path = path.display();
            wrong(format!("the server's public key in {path} can't be read")).with_source(error)
        })?;
    }
    Ok(config.server_public_key.clone())
}

/// Without a handler the native driver sends an empty file.
pub(super) fn no_file() -> LocalInfileHandler {
    LocalInfileHandler::new(|_, _| Err(io::Error::other("no file of this machine is sent")))
}

fn tls(config: &MysqlConfig) -> Result<Option<SslOpts>> {
    if config.tls == TlsMode::Disable {
        return Ok(None);
    }
    choose_provider()?;
    if config.socket.is_some() {
        return Err(wrong("a unix socket can't be encrypted")
            .with_hint("leave tls out, since it doesn't leave the machine, or connect by tcp"));
    }
    if let Some(path) = &config.root_certificates {
        fs::File::open(path).map_err(|error| {
            wrong(format!(
                "the certificates in {} can't be read",
                path.display()
            ))
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
/// and nobody has chosen, as when the program brings another one.
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
    Err(wrong("an encrypted connection needs the feature tls")
        .with_hint("build it with: orm = { features = [\"mysql\", \"tls\"] }"))
}

/// Why there is no connection. The server's own words are shown, since nothing but names is in them.
#[cold]
fn refused(config: &MysqlConfig, native: mysql::Error) -> Error {
    use mysql::Error as Native;
    if config.refuses_retrieved_key()
        && matches!(&native, Native::IoError(io) if io.kind() == io::ErrorKind::NotFound)
    {
        let why = "the server asks for the password, encrypted with a key that nothing vouches for";
        return failed_as(ErrorKind::Authentication, config, why)
            .with_hint(
                "encrypt the connection with sslmode=require, name the server's key with server_public_key, or \
                 let it be taken from the server with allow_public_key_retrieval=true; MySQL asks so at a user's first \
                 login, and after a wrong password",
            )
            .with_source(native);
    }
    let (kind, why) = match &native {
        Native::MySqlError(server) => {
            let kind = match classify(server.code, &server.state, &server.message).kind() {
                ErrorKind::Authentication => ErrorKind::Authentication,
                _ => ErrorKind::ConnectionFailed,
            };
            (kind, server.message.clone())
        }
        Native::DriverError(DriverError::TlsNotSupported) => (
            ErrorKind::Configuration,
            "the server does not offer tls".into(),
        ),
        Native::DriverError(
            DriverError::UnknownAuthPlugin(_)
            | DriverError::OldMysqlPasswordDisabled
            | DriverError::CleartextPluginDisabled,
        ) => (
            ErrorKind::Authentication,
            "the server asks for a login that this driver can't do".into(),
        ),
        Native::DriverError(DriverError::ConnectTimeout) => (
            ErrorKind::ConnectionFailed,
            unanswered(config.connect_timeout),
        ),
        Native::DriverError(DriverError::CouldNotConnect(Some((_, why, kind)))) => {
            (ErrorKind::ConnectionFailed, plain_cause(*kind, why))
        }
        other if is_silence(other) => (
            ErrorKind::ConnectionFailed,
            unanswered(config.answer_timeout),
        ),
        other => (ErrorKind::ConnectionFailed, broken_cause(config, other)),
    };
    let mut error = failed_as(kind, config, &why);
    if kind == ErrorKind::Authentication && config.password.is_none() {
        error = error.with_hint("no password is given");
    }
    if let Native::MySqlError(server) = &native {
        error = error.with_code(server.code.to_string());
        if let Some(hint) = classify(server.code, &server.state, &server.message).hint() {
            error = error.with_hint(hint.to_owned());
        }
    }
    error.with_source(native)
}

/// What went wrong between the TCP connection and the login.
fn broken_cause(config: &MysqlConfig, native: &mysql::Error) -> String {
    if config.tls == TlsMode::Disable {
        return "whoever answers does not speak mysql's protocol as it should".to_owned();
    }
    let cause = match native {
        mysql::Error::IoError(io) => io.to_string(),
        mysql::Error::CodecError(codec) => codec.to_string(),
        other => other.to_string(),
    };
    let cause = cause
        .trim_start_matches("IO error: ")
        .trim_matches(['`', '\'']);
    format!("the tls handshake failed: {cause}")
}

fn unanswered(limit: Duration) -> String {
    format!("the server did not answer within {} s", limit.as_secs_f32())
}

fn plain_cause(kind: io::ErrorKind, why: &str) -> String {
    match kind {
        io::ErrorKind::Other | io::ErrorKind::InvalidInput => why.to_owned(),
        // Of a unix socket, and "entity not found" in the standard library.
        io::ErrorKind::NotFound => "the socket file does not exist".to_owned(),
        kind => kind.to_string(),
    }
}

#[cold]
pub(super) fn failed(config: &MysqlConfig, why: &str) -> Error {
    failed_as(ErrorKind::ConnectionFailed, config, why)
}

fn failed_as(kind: ErrorKind, config: &MysqlConfig, why: &str) -> Error {
    let target = target(config);
    Error::with_message(kind, format!("can't connect to {target}: {why}"))
}

pub(super) fn wrong(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::with_message(ErrorKind::Configuration, message)
}

#[cfg(all(test, not(feature = "tls")))]
mod tests {
    use orm_core::error::ErrorKind;

    use super::super::{MysqlConfig, TlsMode};
    use super::connect;

    #[test]
    fn tls_names_its_feature() {
        for mode in [TlsMode::Require, TlsMode::Insecure] {
            let config = MysqlConfig::new("h", 1).tls(mode);
            let error = connect(&config).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.message().contains("the feature tls"), "{error}");
        }
    }
}
