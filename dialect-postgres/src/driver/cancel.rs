//! Stops the statement of a connection, by a request on another one (PostgreSQL manual, 55.2.8, Canceling Requests in
//! Progress).
//!
//! `connect.rs` says how that connection is opened, which is as the first one was.

use std::thread;

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

/// Stops the statement that one connection executes.
pub(super) struct CancelRequest {
    pub(super) token: CancelToken,
    pub(super) connector: Connector,
}

impl CancelRequest {
    fn send(&self) -> Result<(), postgres::Error> {
        match self.connector.clone() {
            Connector::Socket => self.token.cancel_query(NoTls),
            Connector::Plain(plain) => self.token.cancel_query(plain),
            #[cfg(feature = "tls")]
            Connector::Encrypted(tls) => self.token.cancel_query(tls),
        }
    }
}

impl Cancel for CancelRequest {
    fn cancel(&self) -> Result<()> {
        // In a thread of its own, since the native client refuses to wait inside a task.
        let sent = thread::scope(|scope| scope.spawn(|| self.send()).join());
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(native)) => Err(unsent().with_source(native)),
            Err(_) => Err(unsent()),
        }
    }
}

fn unsent() -> Error {
    let message = "the statement is not stopped: no connection can be opened for the request";
    Error::with_message(ErrorKind::ConnectionFailed, message)
        .with_hint("look at max_connections of the server, and whether a pooler is in between")
}
