//! Stops the statement of a connection. Called from other threads, by the engine.

use orm_core::driver::Cancel;
use orm_core::error::{Error, ErrorKind, Result};

use super::kill::Target;

impl Cancel for Target {
    fn cancel(&self) -> Result<()> {
        let cause = match self.kill() {
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
