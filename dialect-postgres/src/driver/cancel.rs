//! Cancels the statement of a connection, by a cancel request over a separate one (PostgreSQL manual, 55.2.8, Canceling
//! Requests in Progress).
//!
//! It is opened as the first one was, by `connect.rs`: both are opened by a [`Connector`].

use std::time::Duration;

use orm_core::blocking::within;
use orm_core::driver::Cancel;
use orm_core::error::{Error, ErrorKind, Result};
use postgres::config::{SslMode, SslNegotiation};
use postgres::{CancelToken, Client, Config, NoTls};

use super::stream::{Link, Plain};

/// How connections are opened, by the configuration.
#[derive(Clone)]
pub(super) enum Connector {
    /// Over a unix socket, which does not give the stream away.
    Socket,
    /// Over TCP, without encryption.
    Plain {
        /// Whether the server may have the password as it is.
        allow_cleartext: bool,
    },
    /// Encrypted, with the same trust.
    #[cfg(feature = "tls")]
    Encrypted(tokio_postgres_rustls::MakeRustlsConnect),
}

impl Connector {
    /// Opens a connection, whose stream shares `link`.
    pub(super) fn connect(self, mut native: Config, link: Link) -> Result<Client, postgres::Error> {
        match self {
            Self::Socket => native.connect(NoTls),
            Self::Plain { allow_cleartext } => {
                // The stream stands where an encrypted one would, and sends no SSLRequest.
                native.ssl_mode(SslMode::Require);
                native.ssl_negotiation(SslNegotiation::Direct);
                native.connect(Plain {
                    link,
                    allow_cleartext,
                })
            }
            #[cfg(feature = "tls")]
            Self::Encrypted(inner) => native.connect(super::tls::Encrypted { inner, link }),
        }
    }

    /// Sends a cancel request over a connection of its own.
    pub(super) fn cancel(self, token: &CancelToken) -> Result<(), postgres::Error> {
        match self {
            Self::Socket => token.cancel_query(NoTls),
            Self::Plain { allow_cleartext } => token.cancel_query(Plain {
                link: Link::default(),
                allow_cleartext,
            }),
            #[cfg(feature = "tls")]
            Self::Encrypted(tls) => token.cancel_query(tls),
        }
    }
}

/// Cancels the statement that one connection executes.
pub(super) struct CancelRequest {
    pub(super) token: CancelToken,
    pub(super) connector: Connector,
    /// How long the request may take; zero for as long as it takes.
    pub(super) limit: Duration,
}

impl Cancel for CancelRequest {
    fn cancel(&self) -> Result<()> {
        let limit = if self.limit.is_zero() {
            Duration::MAX
        } else {
            self.limit
        };
        // In a thread of its own, since the native client refuses to wait inside a task.
        let (connector, token) = (self.connector.clone(), self.token.clone());
        match within(limit, "orm-cancel", move || connector.cancel(&token)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(native)) => Err(unsent().with_source(native)),
            Err(error) => Err(unsent().with_source(error)),
        }
    }
}

fn unsent() -> Error {
    let message = "the statement can't be canceled: the cancel request can't be sent";
    Error::with_message(ErrorKind::ConnectionFailed, message)
        .with_hint("look at max_connections of the server, and whether a pooler is in between")
}
