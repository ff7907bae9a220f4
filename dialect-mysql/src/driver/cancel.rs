//! Stops the statement of a connection. Called from other threads, by the engine.

use orm_core::driver::Cancel;
use orm_core::error::{Error, ErrorKind, Result};

use super::kill::{Target, kill};

/// Stops the statement of a connection, at once.
pub(super) struct KillQuery {
    pub(super) target: Target,
    /// The connection's number.
    pub(super) connection: u32,
}

impl Cancel for KillQuery {
    fn cancel(&self) -> Result<()> {
        let cause = match kill(self.target.clone(), self.connection) {
            Ok(true) => return Ok(()),
            Ok(false) => "another server has answered",
            Err(_) => "no connection can be opened for KILL QUERY",
        };
        Err(Error::with_message(
            ErrorKind::ConnectionFailed,
            format!("the statement can't be canceled: {cause}"),
        )
        .with_hint("look at max_connections, and whether a load balancer is in between"))
    }
}
