//! Time limits of statements: the watch over each statement of a connection that has a limit or a canceller.
//!
//! `run.rs` calls [`Connection::begin_watch`] and [`Connection::end_watch`] around the statement; for other connections this is
//! one test. Statements that control the transaction are never stopped: a COMMIT would have no known outcome. `timer.rs` finds
//! out when a limit has elapsed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use orm_core::error::{Error, ErrorKind, Result};

use super::canceller::{Canceller, Watching};
use super::connection::Connection;
use super::timer;
use super::watch::{Reason, Watch};

/// The number of the next statement that is watched.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// The time that a statement of its own may take.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum StatementLimit {
    /// That of its connection.
    #[default]
    Outer,
    /// This; any time without one.
    Own(Option<Duration>),
}

/// A connection whose statements have another limit, and get what they had before at the end.
struct Within<'c> {
    connection: &'c mut Connection,
    before: Option<Watching>,
}

impl Drop for Within<'_> {
    fn drop(&mut self) {
        self.connection.watching = self.before.take();
    }
}

/// A statement that is watched, and when its time is over.
pub(super) struct Running {
    watch: Arc<Watch>,
    deadline: Option<(Instant, u64)>,
}

impl Running {
    fn end(&mut self) -> (Option<Reason>, u32) {
        if let Some(deadline) = self.deadline.take() {
            timer::remove(deadline);
        }
        self.watch.end()
    }
}

// A closure that takes rows may panic, and the connection has another user then.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

impl Connection {
    /// Sets the time that a statement of this connection may take, instead of that of its engine; `None` for any time. A statement that takes longer is
    /// stopped, and fails with the kind [`Canceled`](ErrorKind::Canceled). The pool's next user of the connection has the limit of
    /// the engine. A single statement has one by [`Select::time_limit`](crate::Select::time_limit) and its like.
    ///
    /// Statements that begin or end a transaction or a savepoint have no limit, nor have the rows of a stream. On SQLite the
    /// wait for a lock has its own limit, `busy_timeout`. PostgreSQL, MySQL and MariaDB receive a cancel request over a separate
    /// connection.
    ///
    /// # Errors
    /// The statements themselves return `Unsupported` if the driver can't stop any.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use std::time::Duration;
    ///
    /// let mut conn = engine.connection()?;
    /// conn.time_limit(Duration::from_secs(5));
    /// # conn.time_limit(None);
    /// assert_eq!(select(User.name).all(&mut conn)?, ["ada"]);
    /// # sent.take();
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(&mut self, limit: impl Into<Option<Duration>>) {
        Watching::set_limit(&mut self.watching, limit.into());
    }

    /// Returns a handle that cancels the statement that the connection is executing, from another thread.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// let mut conn = engine.connection()?;
    /// assert!(!conn.canceller().cancel()?); // nothing is running
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn canceller(&mut self) -> Canceller {
        Watching::canceller(&mut self.watching)
    }

    /// Runs `work`, whose statements have that limit.
    #[inline]
    pub(crate) fn within<T>(
        &mut self,
        limit: StatementLimit,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        match limit {
            StatementLimit::Outer => work(self),
            StatementLimit::Own(limit) => {
                let before = self.watching.clone();
                Watching::set_limit(&mut self.watching, limit);
                let connection = self;
                work(Within { connection, before }.connection)
            }
        }
    }

    /// Sets the watch over the statements to that of a session.
    #[inline]
    pub(crate) fn set_watching(&mut self, watching: Option<&Watching>) {
        if watching.is_some() || self.watching.is_some() {
            self.watching = watching.cloned();
        }
    }

    /// Begins to watch a statement.
    ///
    /// # Errors
    /// `Unsupported`: there is a time limit, and the driver can't stop statements.
    #[cold]
    pub(super) fn begin_watch(&mut self) -> Result<Option<Running>> {
        let Some(Watching { watch, limit }) = self.watching.clone() else {
            return Ok(None);
        };
        let Some(cancel) = self.native().canceller() else {
            return match limit {
                Some(_) => Err(no_limits(self.dialect().name())),
                None => Ok(None),
            };
        };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        watch.begin(number, cancel);
        let mut running = Running {
            watch,
            deadline: None,
        };
        if let Some(limit) = limit {
            let reason = Reason::Limit(limit);
            running.deadline = timer::add(&running.watch, number, (limit, reason))?;
        }
        Ok(Some(running))
    }

    /// Ends the watch over a statement, and says of one that was stopped why.
    #[cold]
    pub(super) fn end_watch<T>(&mut self, mut running: Running, result: Result<T>) -> Result<T> {
        let (canceled, requests) = running.end();
        drop(running);
        let Some(reason) = canceled else {
            return result;
        };
        let stopped = result.as_ref().is_err_and(Error::is_canceled);
        if !stopped || requests > 1 {
            self.native().pass_over_cancel();
        }
        match result {
            Err(error) if stopped => Err(explained(&error, reason)),
            result => result,
        }
    }
}

#[cold]
fn no_limits(database: &str) -> Error {
    let message = format!("the driver of {database} can't stop a statement after a time limit");
    Error::with_message(ErrorKind::Unsupported, message)
        .with_hint("remove time_limit, and limit the time by a setting of the server")
}

/// The error of a statement that was stopped, with the reason as its message.
fn explained(error: &Error, reason: Reason) -> Error {
    let (message, hint) = match reason {
        Reason::Limit(limit) => (
            format!("the statement took longer than its time limit of {limit:?}"),
            "raise the limit, or look at the statement's plan",
        ),
        Reason::Call => (
            "the statement was canceled by the program".to_owned(),
            "a canceller of this connection or session was called",
        ),
    };
    Error::with_message(ErrorKind::Canceled, message)
        .with_any(error.code(), Error::with_code)
        .with_any(error.sql(), Error::with_sql)
        .with_hint(hint)
}
