//! Opening a connection: the native configuration, time limits, TLS, and what a refusal means.
//!
//! Everything that the session needs (encoding, time zone, parameters) goes into the startup message, so that
//! connecting costs no extra round trip. Whether it had an effect is looked at in `session.rs`.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use orm_core::blocking::is_in_task;
use orm_core::driver::encoded;
use orm_core::error::{Error, ErrorKind, Result};
use postgres::config::{SslMode, SslNegotiation};
use postgres::{Client, Config, NoTls};

use super::connection::PostgresConnection;
use super::session::{Session, Unchecked, Wanted, stronger_isolation};
use super::stream::{Link, Plain};
use super::{PostgresConfig, TlsMode};

/// Opens connections by one configuration.
pub(super) struct Connector {
    config: PostgresConfig,
    #[cfg(feature = "tls")]
    tls: super::tls::Lazy,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.config.fmt(f)
    }
}

impl Connector {
    pub(super) fn new(config: PostgresConfig) -> Self {
        Self {
            config,
            #[cfg(feature = "tls")]
            tls: super::tls::Lazy::default(),
        }
    }

    pub(super) fn target(&self) -> String {
        target(&self.config)
    }

    pub(super) fn may_block_tasks(&self) -> bool {
        self.config.allow_blocking_in_async
    }

    pub(super) fn connect(&self) -> Result<PostgresConnection> {
        let mut native = self.native()?;
        let link = Link::default();
        let config = &self.config;
        let (client, session) = match config.tls {
            // A unix socket gives the stream to nobody.
            TlsMode::Disable if self.has_socket() => {
                self.within_time(&link, move || native.connect(NoTls))?
            }
            TlsMode::Disable => {
                // The stream stands where an encrypted one would, and asks the server for nothing.
                native.ssl_mode(SslMode::Require);
                native.ssl_negotiation(SslNegotiation::Direct);
                let plain = Plain {
                    link: link.clone(),
                    allow_cleartext: config.allow_cleartext_password,
                };
                self.within_time(&link, move || native.connect(plain))?
            }
            mode => self.connect_encrypted(native, mode, &link)?,
        };
        link.end();
        Ok(PostgresConnection::new(client, session, config))
    }

    fn has_socket(&self) -> bool {
        self.config.hosts.iter().any(|(host, _)| is_folder(host))
    }

    #[cfg(feature = "tls")]
    fn connect_encrypted(
        &self,
        native: Config,
        mode: TlsMode,
        link: &Link,
    ) -> Result<(Client, Session)> {
        let roots = self.config.root_certificates.as_deref();
        let tls = super::tls::Encrypted {
            inner: self.tls.get(mode, roots)?,
            link: link.clone(),
        };
        self.within_time(link, move || native.connect(tls))
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    fn connect_encrypted(&self, _: Config, _: TlsMode, _: &Link) -> Result<(Client, Session)> {
        Err(wrong("an encrypted connection needs the feature tls")
            .with_hint("build it with: orm = { features = [\"postgres\", \"tls\"] }"))
    }

    fn native(&self) -> Result<Config> {
        let config = &self.config;
        let mut native = Config::new();
        for (host, port) in &config.hosts {
            native.host(plain("host", host)?).port(*port);
        }
        if let Some(user) = &config.user {
            native.user(plain("user", user)?);
        }
        // Without a password the server decides whether it needs one, and says so.
        native.password(plain(
            "password",
            config.password.as_deref().unwrap_or_default(),
        )?);
        if let Some(database) = &config.database {
            native.dbname(plain("database", database)?);
        }
        native.application_name(plain("application name", &config.application_name)?);
        native.options(&self.options()?);
        if !config.connect_timeout.is_zero() {
            native.connect_timeout(config.connect_timeout);
        }
        // A peer that is gone is noticed in a minute or two instead of hours, whether it is waited for or sent to.
        native.keepalives_idle(Duration::from_secs(60));
        native.keepalives_interval(Duration::from_secs(10));
        native.keepalives_retries(6);
        if !config.tcp_user_timeout.is_zero() {
            native.tcp_user_timeout(config.tcp_user_timeout);
        }
        native.ssl_mode(self.ssl_mode()?);
        Ok(native)
    }

    fn ssl_mode(&self) -> Result<SslMode> {
        if self.config.tls == TlsMode::Disable {
            return Ok(SslMode::Disable);
        }
        if self.has_socket() {
            return Err(wrong("a unix socket can't be encrypted").with_hint(
                "leave tls out, since it doesn't leave the machine, or connect by tcp",
            ));
        }
        Ok(SslMode::Require)
    }

    fn options(&self) -> Result<String> {
        let mut options = String::new();
        for (name, value) in &self.config.parameters {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            if name.is_empty() || !name.chars().all(is_name) {
                return Err(wrong(format!(
                    "{name:?} is no name of a run-time parameter"
                )));
            }
            if ["timezone", "client_encoding"]
                .iter()
                .any(|own| name.eq_ignore_ascii_case(own))
            {
                return Err(
                    wrong(format!("the parameter {name} is set by the driver")).with_hint(
                        "instants are kept in UTC and text in UTF-8: convert in the program",
                    ),
                );
            }
            options.push_str("-c ");
            options.push_str(name);
            options.push('=');
            for c in plain(name, value)?.chars() {
                if c.is_ascii_whitespace() || c == '\\' {
                    options.push('\\');
                }
                options.push(c);
            }
            options.push(' ');
        }
        if let Some(more) = &self.config.options {
            options.push_str(plain("options", more)?);
            options.push(' ');
        }
        // The last one counts.
        options.push_str("-c TimeZone=UTC");
        Ok(options)
    }

    /// Opens in a thread of its own, since the native driver limits the time of the TCP connection only:
    /// a server that accepts and never answers would hold the caller for ever.
    fn within_time(
        &self,
        link: &Link,
        open: impl FnOnce() -> Result<Client, postgres::Error> + Send + 'static,
    ) -> Result<(Client, Session)> {
        let limit = self.config.connect_timeout;
        let attempt = Attempt {
            wanted: self.wanted(),
            link: (!self.has_socket()).then(|| link.clone()),
            answer_timeout: self.config.answer_timeout,
        };
        if limit.is_zero() && !is_in_task() {
            let opened = attempt.open(open);
            return opened.map_err(|error| self.refused(error, link));
        }
        if !limit.is_zero() {
            // The thread ends as well.
            link.begin(limit);
        }
        let servers = u32::try_from(self.config.hosts.len()).unwrap_or(u32::MAX);
        let (sender, receiver) = sync_channel(1);
        let thread = thread::Builder::new().name("orm-connect".to_owned());
        let spawned = thread.spawn(move || {
            // A caller who has stopped waiting drops the receiver, and the connection is closed here.
            let _ = sender.send(attempt.open(open));
        });
        spawned.map_err(|error| self.failed("no thread can be started").with_source(error))?;
        let limit = if limit.is_zero() {
            Duration::MAX
        } else {
            limit
        };
        match receiver.recv_timeout(limit.saturating_mul(servers)) {
            Ok(opened) => opened.map_err(|error| self.refused(error, link)),
            Err(RecvTimeoutError::Timeout) => Err(self.failed(&unanswered(limit))),
            Err(RecvTimeoutError::Disconnected) => Err(self.failed("the native driver failed")),
        }
    }

    /// What the startup message asks for, beside the time zone.
    fn wanted(&self) -> Wanted {
        let mut wanted = Wanted(self.config.parameters.clone());
        if let Some(options) = &self.config.options {
            wanted.add_options(options);
        }
        wanted
    }

    fn failed(&self, why: &str) -> Error {
        let target = self.target();
        Error::with_message(
            ErrorKind::ConnectionFailed,
            format!("can't connect to {target}: {why}"),
        )
    }

    #[cold]
    fn refused(&self, error: Unchecked, link: &Link) -> Error {
        let error = match error {
            Unchecked::Ignored(error) => return error,
            Unchecked::Native(_) if link.has_timed_out() => {
                return self.failed(&unanswered(self.config.connect_timeout));
            }
            Unchecked::Native(error) => error,
        };
        if link.heard().refused_cleartext {
            let target = self.target();
            let message = format!(
                "can't connect to {target}: the server asks for the password in clear text"
            );
            return Error::with_message(ErrorKind::Authentication, message)
                .with_hint(
                    "encrypt the connection with sslmode=require, or let the password be sent so with \
                     allow_cleartext_password=true",
                )
                .with_source(error);
        }
        let (kind, why) = match error.as_db_error() {
            Some(server) => (refusal(server.code().code()), server.message().to_owned()),
            None => (local_refusal(&error), cause(&error)),
        };
        let target = self.target();
        let mut refused = Error::with_message(kind, format!("can't connect to {target}: {why}"));
        if let Some(code) = error.code() {
            refused = refused.with_code(code.code());
        }
        if kind == ErrorKind::Authentication && self.config.password.is_none() {
            refused = refused.with_hint("no password is given");
        } else if refused.code() == Some("3D000") {
            refused = refused.with_hint("create the database first, or name another one");
        } else if why.starts_with("unsupported startup parameter") {
            refused = refused.with_hint(POOLER);
        } else if why.contains("invalid peer certificate") {
            refused = refused.with_hint(
                "connect by the name in the certificate, and name its authority in root_certificates, sslrootcert in a url",
            );
        }
        refused.with_source(error)
    }
}

/// What opening one connection needs, owned, so that another thread can do it.
struct Attempt {
    wanted: Wanted,
    link: Option<Link>,
    answer_timeout: Duration,
}

impl Attempt {
    fn open(
        self,
        open: impl FnOnce() -> Result<Client, postgres::Error>,
    ) -> Result<(Client, Session), Unchecked> {
        let mut client = open()?;
        let heard = self.link.as_ref().map(Link::heard).unwrap_or_default();
        let reset = self.wanted.check(&mut client, heard.time_zone.as_deref())?;
        let session = Session {
            reset,
            isolation: stronger_isolation(&mut client)?,
            link: self.link,
            answer_timeout: self.answer_timeout,
        };
        Ok((client, session))
    }
}

/// Why a pooler refuses what every connection asks for.
const POOLER: &str = "PgBouncer takes the startup parameter options since version 1.20; let an older one ignore it \
     with ignore_startup_parameters = options: the time zone is then set by a statement, other parameters by \
     ALTER ROLE … SET";

// The native driver keeps these kinds to itself; its texts are all there is to go by.
fn local_refusal(error: &postgres::Error) -> ErrorKind {
    match error.to_string().as_str() {
        "authentication error" => ErrorKind::Authentication,
        "invalid configuration" => ErrorKind::Configuration,
        _ => ErrorKind::ConnectionFailed,
    }
}

/// What a server that refuses a connection means by its SQLSTATE.
fn refusal(code: &str) -> ErrorKind {
    match code {
        // A role without the right to connect is 42501.
        "28000" | "28P01" | "42501" => ErrorKind::Authentication,
        // A parameter of the startup message that is unknown, malformed or not to be set.
        code if code.starts_with("42") || code.starts_with("22") || code == "55P02" => {
            ErrorKind::Configuration
        }
        _ => ErrorKind::ConnectionFailed,
    }
}

fn cause(error: &postgres::Error) -> String {
    let Some(source) = error.source() else {
        return error.to_string();
    };
    match source.downcast_ref::<io::Error>() {
        // Of a unix socket, and "entity not found" in the standard library.
        Some(io) if io.kind() == io::ErrorKind::NotFound => {
            "the socket file does not exist".to_owned()
        }
        Some(io) if io.raw_os_error().is_some() => io.kind().to_string(),
        _ => source.to_string(),
    }
}

fn unanswered(limit: Duration) -> String {
    format!("the server did not answer within {} s", limit.as_secs_f32())
}

pub(super) fn wrong(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::with_message(ErrorKind::Configuration, message)
}

fn plain<'a>(what: &str, text: &'a str) -> Result<&'a str> {
    if text.contains('\0') {
        return Err(wrong(format!(
            "the {what} of a connection has a NUL character in it"
        )));
    }
    Ok(text)
}

fn is_folder(host: &str) -> bool {
    host.starts_with('/')
}

/// Scheme, servers and database, as in a URL without user and password.
pub(super) fn target(config: &PostgresConfig) -> String {
    let database = config
        .database
        .as_deref()
        .or(config.user.as_deref())
        .map(encoded)
        .unwrap_or_default();
    let list = |separator: &str| -> String {
        let servers = config.hosts.iter().map(|(host, port)| match host {
            host if host.contains(':') => format!("[{host}]{separator}{port}"),
            host => format!("{host}{separator}{port}"),
        });
        servers.collect::<Vec<_>>().join(",")
    };
    if config.hosts.iter().any(|(host, _)| is_folder(host)) {
        format!("postgresql:///{database}?host={}", list("&port="))
    } else {
        format!("postgresql://{}/{database}", list(":"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_read_like_urls_and_hold_no_password() {
        let config = PostgresConfig::new("::1", 5432)
            .host("b", 1)
            .user("u")
            .password("secret");
        assert_eq!(target(&config), "postgresql://[::1]:5432,b:1/u");
        let socket = PostgresConfig::new("/run/postgresql", 5432).database("shop");
        assert_eq!(
            target(&socket),
            "postgresql:///shop?host=/run/postgresql&port=5432"
        );
        let driver = format!("{:?}", Connector::new(config));
        assert!(!driver.contains("secret"), "{driver}");
    }

    #[test]
    fn parameters_are_escaped_and_checked() {
        let options = |name: &str, value: &str| {
            let config = PostgresConfig::new("a", 1).parameter(name, value);
            Connector::new(config)
                .options()
                .map_err(|error| error.kind())
        };
        assert_eq!(
            options("search_path", "a, b\\c").as_deref(),
            Ok("-c search_path=a,\\ b\\\\c -c TimeZone=UTC")
        );
        for name in ["", "a b", "a=b", "TimeZone", "client_encoding"] {
            assert_eq!(options(name, "x"), Err(ErrorKind::Configuration), "{name}");
        }
        assert_eq!(options("a", "\0"), Err(ErrorKind::Configuration));
    }

    #[test]
    fn refusals_have_kinds() {
        assert_eq!(refusal("28P01"), ErrorKind::Authentication);
        assert_eq!(refusal("3D000"), ErrorKind::ConnectionFailed);
        assert_eq!(refusal("42704"), ErrorKind::Configuration);
        assert_eq!(refusal("53300"), ErrorKind::ConnectionFailed);
        assert_eq!(refusal("57P03"), ErrorKind::ConnectionFailed);
    }
}
