//! Checks a connection out of the pool and returns it: runs `on_connect`, and resets the session for the next user.
//!
//! Dropping a connection never waits for a server: a reset that needs a response runs in a separate thread, which
//! then returns the connection. An embedded database is reset in place.

use std::sync::Arc;
use std::thread;

use orm_core::driver::TransactionState;
use orm_core::error::{Error, ErrorKind, Result};

use super::connection::Connection;
use super::pool::Pooled;

impl Connection {
    /// Lets the program set up a session that is new or was reset. What it leaves is what each user begins with.
    pub(super) fn set_up(&mut self) -> Result<()> {
        if self.is_set_up() {
            return Ok(());
        }
        self.mark_set_up(true);
        let Some(set_up) = self.shared.on_connect.clone() else {
            return Ok(());
        };
        let done = set_up(self).and_then(|()| self.resync());
        let done = done.and_then(|()| self.check_set_up());
        if done.is_err() {
            // The next use of the connection tries again.
            self.mark_set_up(false);
            self.touched = true;
        }
        self.used = false;
        self.raw = false;
        done
    }

    fn check_set_up(&self) -> Result<()> {
        if self.transaction.state == TransactionState::None {
            return Ok(());
        }
        let message = "on_connect returned with an open transaction";
        Err(Error::with_message(ErrorKind::Usage, message)
            .with_hint("commit or roll back in on_connect; session settings need no transaction"))
    }

    pub(super) fn is_set_up(&self) -> bool {
        self.pooled.as_ref().is_some_and(|pooled| pooled.is_set_up)
    }

    fn mark_set_up(&mut self, is_set_up: bool) {
        if let Some(pooled) = &mut self.pooled {
            pooled.is_set_up = is_set_up;
        }
    }

    /// Closes the connection instead of giving it back.
    pub(super) fn close(mut self) {
        self.is_leaving = true;
    }

    /// Replaces a broken connection by a new one.
    pub(super) fn reconnect(&mut self) -> Result<()> {
        if let Some(pooled) = &mut self.pooled {
            // A broken one stays until there is another: a connection that is checked out is never without.
            **pooled = self.shared.pool.open()?;
        }
        self.used = false;
        self.raw = false;
        self.set_up()
    }

    /// Whether nothing is open and nothing can be left behind, known without I/O.
    fn is_untouched(&mut self) -> bool {
        let idle = self.transaction.state == TransactionState::None && self.after_end.is_none();
        idle && !self.raw
            && !self.touched
            && !self.native().is_broken()
            && self.native().transaction(None) == TransactionState::None
    }

    /// Rolls back what is open and resets what may be left behind. What can't be made clean is closed.
    fn clean_up(&mut self) {
        self.is_leaving = true;
        if !self.touched {
            self.observe(None, "");
        }
        // `undo` first reads the state of the transaction, which the driver's own connection may have changed.
        let is_clean = self.undo().is_ok()
            && !self.native().is_broken()
            && (!self.raw || self.native().reset().is_ok());
        if let Some(pooled) = &mut self.pooled {
            // What the program has set up is gone, too.
            pooled.is_set_up &= !self.raw;
        }
        if !is_clean {
            self.pooled = None;
        }
    }

    /// Gives the connection back, or its place if it was closed.
    fn give_back(&mut self) {
        let pooled = self.pooled.take();
        self.shared.pool.put_back(pooled);
    }

    /// A connection as one of another thread, which cleans it up.
    fn hand_over(&mut self, pooled: Box<Pooled>) -> Self {
        let mut connection = Self::of(pooled, Arc::clone(&self.shared));
        connection.transaction = self.transaction;
        connection.raw = self.raw;
        connection.touched = self.touched;
        connection.after_end = self.after_end.take();
        connection.is_leaving = true;
        connection
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.pooled.is_none() {
            return;
        }
        if self.is_leaving || Arc::strong_count(&self.shared) == 1 {
            // It could not be cleaned up; or the engine is gone, so that there is no next user. The server undoes
            // what is open.
            self.pooled = None;
        } else if self.is_untouched() {
            // As it was.
        } else if self.shared.pool.driver.is_embedded() {
            self.clean_up();
        } else if let Some(pooled) = self.pooled.take() {
            let mut leaving = self.hand_over(pooled);
            let thread = thread::Builder::new().name("orm-clean-up".to_owned());
            // Without threads it is closed.
            let _ = thread.spawn(move || {
                leaving.clean_up();
                leaving.give_back();
            });
            return;
        }
        self.give_back();
    }
}
