//! Cancels the statement of a connection, by a cancel request over a separate one (PostgreSQL manual, 55.2.8, Canceling
//! Requests in Progress).
//!
//! `connect.rs` says how that connection is opened, which is as the first one was.

use std::time::Duration;

use orm_core::blocking::within;
use orm_core::driver::Cancel;
use orm_core::error::{Error, ErrorKind, Result};
use postgres::{CancelToken, NoTls};

use super::stream::Plain;

/// How the connection of the request is opened.
#[derive(Clone)]
pub(super) enum Connector {
    /// Over a unix socket.
    Socket,
    /// Over TCP, without encryption.
    Plain(Plain),
    /// Encrypted, with the same trust.
    #[cfg(feature = "tls")]
    Encrypted(tokio_postgres_rustls::MakeRustlsConnect),
}

/// Cancels the statement that one connection executes.
#[derive(Clone)]
pub(super) struct CancelRequest {
    pub(super) token: CancelToken,
    pub(super) connector: Connector,
    /// How long the request may take; zero for as long as it takes.
    pub(super) limit: Duration,
}

impl CancelRequest {
    fn send(self) -> Result<(), postgres::Error> {
        match self.connector {
            Connector::Socket => self.token.cancel_query(NoTls),
            Connector::Plain(plain) => self.token.cancel_query(plain),
            #[cfg(feature = "tls")]
            Connector::Encrypted(tls) => self.token.cancel_query(tls),
        }
    }
}

impl Cancel for CancelRequest {
    fn cancel(&self) -> Result<()> {
        let limit = if self.limit.is_zero() {
            Duration::MAX
        } else {
            self.limit
        };
        // In a thread of its own, since the native client refuses to wait inside a task.
        let request = self.clone();
        match within(limit, "orm-cancel", move || request.send()) {
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
