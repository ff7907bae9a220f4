//! Opens a connection: the native configuration, timeouts, and TLS. `failure.rs` maps the errors.
//!
//! Everything that the session needs (encoding, time zone, parameters) is in the startup message, so that connecting
//! costs no extra round trip. `session.rs` checks its effect.

use std::fmt;
use std::io;
use std::time::Duration;

use orm_core::blocking::{is_in_task, refuse_in_task, within};
use orm_core::driver::{Connection, Driver, TlsMode, misconfigured, no_answer};
use orm_core::error::Result;
use postgres::config::SslMode;
use postgres::{Client, Config};

use super::cancel::Connector;
use super::config::PostgresConfig;
use super::connection::PostgresConnection;
use super::failure::{Unchecked, failed, refused};
use super::session::{Session, Wanted, isolation_and_version};
use super::stream::Link;

/// Opens connections to a PostgreSQL database.
pub struct PostgresDriver {
    config: PostgresConfig,
    #[cfg(feature = "tls")]
    tls: super::tls::Lazy,
}

impl fmt::Debug for PostgresDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = &self.config;
        f.debug_struct("PostgresDriver")
            .field("config", config)
            .finish_non_exhaustive()
    }
}

impl Driver for PostgresDriver {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        if !self.config.allow_blocking_in_async {
            refuse_in_task()?;
        }
        Ok(Box::new(self.open()?))
    }

    fn target(&self) -> String {
        self.config.target()
    }
}

impl PostgresDriver {
    /// Creates a driver for the database of `config`. Opens no connection.
    pub fn new(config: PostgresConfig) -> Self {
        Self {
            config,
            #[cfg(feature = "tls")]
            tls: super::tls::Lazy::default(),
        }
    }

    fn open(&self) -> Result<PostgresConnection> {
        let (native, connector) = (self.native()?, self.connector()?);
        let link = Link::default();
        let opened = {
            let (connector, link) = (connector.clone(), link.clone());
            move || connector.connect(native, link)
        };
        let (client, session) = self.within_time(&link, opened)?;
        link.end();
        let config = self.config.clone();
        Ok(PostgresConnection::new(client, session, config, connector))
    }

    fn connector(&self) -> Result<Connector> {
        Ok(match self.config.tls {
            TlsMode::Disable if self.config.has_socket() => Connector::Socket,
            TlsMode::Disable => Connector::Plain {
                allow_cleartext: self.config.allow_cleartext_password,
            },
            mode => self.encrypted(mode)?,
        })
    }

    #[cfg(feature = "tls")]
    fn encrypted(&self, mode: TlsMode) -> Result<Connector> {
        let roots = self.config.root_certificates.as_deref();
        self.tls.get(mode, roots).map(Connector::Encrypted)
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    fn encrypted(&self, _: TlsMode) -> Result<Connector> {
        Err(
            misconfigured("TLS is not available: the Cargo feature tls is off")
                .with_hint("add it to Cargo.toml: orm = { features = [\"postgres\", \"tls\"] }"),
        )
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
        // Without a password the server decides whether it needs one, and returns an error if so.
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
        if self.config.has_socket() {
            return Err(
                misconfigured("TLS is not supported over a Unix socket").with_hint(
                    "turn TLS off, since the connection stays on this machine, or connect over TCP",
                ),
            );
        }
        Ok(SslMode::Require)
    }

    fn options(&self) -> Result<String> {
        let mut options = String::new();
        for (name, value) in &self.config.parameters {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            if name.is_empty() || !name.chars().all(is_name) {
                return Err(misconfigured(format!(
                    "{name:?} is not a valid name of a run-time parameter"
                )));
            }
            if ["timezone", "client_encoding"]
                .iter()
                .any(|own| name.eq_ignore_ascii_case(own))
            {
                return Err(
                    misconfigured(format!("the parameter {name} is set by the driver")).with_hint(
                        "remove it: the driver depends on UTC and UTF-8; convert in the program",
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
    /// a server that accepts and never responds would block the caller without limit.
    fn within_time(
        &self,
        link: &Link,
        open: impl FnOnce() -> Result<Client, postgres::Error> + Send + 'static,
    ) -> Result<(Client, Session)> {
        let limit = self.config.connect_timeout;
        let wanted = self.wanted();
        let watched = (!self.config.has_socket()).then(|| link.clone());
        let attempt = move || attempt(open, wanted, watched);
        let opened = if limit.is_zero() && !is_in_task() {
            attempt()
        } else {
            let mut wait = Duration::MAX;
            if !limit.is_zero() {
                // The thread ends as well.
                link.begin(limit);
                let servers = u32::try_from(self.config.hosts.len()).unwrap_or(u32::MAX);
                wait = limit.saturating_mul(servers);
            }
            within(wait, "orm-connect", attempt).map_err(|error| match error.kind() {
                io::ErrorKind::TimedOut => failed(&self.config, no_answer(limit)),
                _ => failed(&self.config, error),
            })?
        };
        opened.map_err(|error| refused(&self.config, error, link))
    }

    /// The parameters of the startup message, beside the time zone.
    fn wanted(&self) -> Wanted {
        let mut wanted = Wanted(self.config.parameters.clone());
        if let Some(options) = &self.config.options {
            wanted.add_options(options);
        }
        wanted
    }
}

/// Opens one connection, for which a thread of its own needs nothing else.
fn attempt(
    open: impl FnOnce() -> Result<Client, postgres::Error>,
    wanted: Wanted,
    link: Option<Link>,
) -> Result<(Client, Session), Unchecked> {
    let mut client = open()?;
    let heard = link.as_ref().map(Link::heard).unwrap_or_default();
    let reset = wanted.check(&mut client, heard.time_zone.as_deref())?;
    let (isolation, version) = isolation_and_version(&mut client)?;
    let session = Session {
        reset,
        isolation,
        version,
        link,
    };
    Ok((client, session))
}

fn plain<'a>(what: &str, text: &'a str) -> Result<&'a str> {
    if text.contains('\0') {
        return Err(misconfigured(format!(
            "the {what} of a connection contains a NUL character"
        )));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use orm_core::error::ErrorKind;

    use super::*;

    #[test]
    fn parameters_are_escaped_and_checked() {
        let options = |name: &str, value: &str| {
            let mut config = PostgresConfig::new("a", 1);
            config.parameters.push((name.into(), value.into()));
            PostgresDriver::new(config)
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
}
