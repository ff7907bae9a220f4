//! Cancels a query from another connection, since a connection can't send a statement while it receives a response.
//!
//! `cursor.rs` continues to read in the meantime: most responses end before a connection is opened.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use mysql::prelude::Queryable;
use mysql::{Conn, OptsBuilder};

/// How long the rest of a result set is read before the query is killed.
const PATIENCE: Duration = Duration::from_millis(20);

/// The identity of a server: behind a load balancer a second connection may reach another server, where the same
/// connection id belongs to another client.
pub(super) const SERVER_NAME: &str = "CONCAT(@@hostname, ':', @@port)";

/// Which connection's query is to be stopped, and how its server is reached.
pub(super) struct Target {
    pub(super) options: OptsBuilder,
    pub(super) server_name: String,
    /// The connection's number.
    pub(super) connection: u32,
}

/// A thread that stops a query soon.
pub(super) struct Kill {
    end: Sender<()>,
    thread: thread::JoinHandle<bool>,
}

impl Kill {
    /// Stops the query of the connection, unless it ends soon. `None` without threads.
    pub(super) fn later(target: Arc<Target>) -> Option<Self> {
        let (end, ended) = channel::<()>();
        let thread = thread::Builder::new().name("orm-kill".to_owned());
        let spawned = thread.spawn(move || {
            matches!(ended.recv_timeout(PATIENCE), Err(RecvTimeoutError::Timeout))
                && target.kill().is_ok_and(|killed| killed)
        });
        let thread = spawned.ok()?;
        Some(Self { end, thread })
    }

    /// Returns whether the query may have been killed. Afterwards none is.
    pub(super) fn stop(self) -> bool {
        drop(self.end);
        self.thread.join().unwrap_or(true)
    }
}

impl Target {
    /// Stops the query that runs. Returns whether the same server has been reached.
    pub(super) fn kill(&self) -> mysql::Result<bool> {
        let mut other = Conn::new(self.options.clone())?;
        let found: Option<String> = other.query_first(format!("SELECT {SERVER_NAME}"))?;
        let is_same = found.is_some_and(|name| name == self.server_name);
        if is_same {
            other.query_drop(format!("KILL QUERY {}", self.connection))?;
        }
        Ok(is_same)
    }
}
