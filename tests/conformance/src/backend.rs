//! [`Backend`]: what a database must provide for the cases to run on it.

use std::borrow::Cow;

use orm::Result;
use orm::engine::{Connection, Target, driver_for};

use crate::database::Db;
use crate::suite::Requires;

/// What one connection does to another when it is called.
pub type Control = Box<dyn FnMut() + Send>;

/// What [`Backend::control`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Cancels the statement that runs, if one does.
    Cancel,
    /// Ends the connection, and returns when the server has noticed.
    Kill,
}

/// A database that the cases run on.
pub trait Backend: Send + Sync {
    /// The name in the lines of the run.
    fn name(&self) -> &'static str;

    /// Makes an empty database, or what stands for one, and returns the URL that leads there. `name` is a plain
    /// identifier of at most 30 bytes.
    ///
    /// # Errors
    /// What the server refuses: it ends the run.
    fn create(&self, name: &str) -> Result<String>;

    /// Drops what [`Backend::create`] made under that name, whatever transactions a failed case has left there.
    ///
    /// # Errors
    /// What the server refuses. A database that is left behind harms no other case.
    fn drop(&self, name: &str) -> Result<()>;

    /// The driver for a URL of [`Backend::create`], with the dialects of the servers that it may meet. A dialect from
    /// outside, whose scheme the library doesn't know, makes its own driver here.
    ///
    /// # Errors
    /// `Configuration`.
    fn target(&self, url: &str) -> Result<Target> {
        driver_for(url)
    }

    /// A query of one text: the version of the server or the library.
    fn version(&self) -> &'static str;

    /// Runs SQL on the driver's own connection, past this library.
    fn natively(&self, conn: &mut Connection, sql: &str);

    /// What sends that signal to a connection from another one, or from another thread of the program. A backend that
    /// lacks [`Requires::Cancel`] or [`Requires::Server`] need not implement it.
    fn control(&self, db: &Db, conn: &mut Connection, signal: Signal) -> Control;

    /// Makes the connection give up after less than two seconds when it waits for a lock.
    fn limit_lock_wait(&self, conn: &mut Connection);

    /// A statement that was sent, as it would be without what the dialect writes around it: a block, for instance.
    fn unwrapped<'s>(&self, sql: &'s str) -> Cow<'s, str> {
        sql.into()
    }

    /// Returns why the case of this name can't mean anything here, where neither a capability nor [`Requires`] excludes it.
    /// The run prints the reason.
    fn skips(&self, case: &str) -> Option<&'static str> {
        let _ = case;
        None
    }

    /// Returns why a case that needs this can't mean anything here, beyond the dialect's
    /// [capabilities](orm::sql::Capabilities). The run prints the reason.
    fn lacks(&self, need: Requires) -> Option<&'static str> {
        let _ = need;
        None
    }
}
