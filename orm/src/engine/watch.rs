//! [`Canceller`] and time limits: what stops the statement that a connection executes, from another thread.
//!
//! `run.rs` calls [`Connection::begin_watch`] and [`Connection::end_watch`] around each statement of a connection that has a
//! time limit or a canceller; for others this is one test. Statements that control the transaction are never stopped: a COMMIT
//! would have no known outcome. `timer.rs` finds out when a limit has elapsed.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use orm_core::driver::Cancel;
use orm_core::error::{Error, ErrorKind, Result};

use super::connection::Connection;
use super::timer;

/// Stops a statement from any thread: of the connection or session that has returned it by
/// [`Connection::canceller`] or [`Session::canceller`](crate::Session::canceller).
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// # let (engine, sent) = database()?;
/// let mut session = Session::new(&engine);
/// let canceller = session.canceller();
/// std::thread::spawn(move || canceller.cancel()).join().expect("it does not panic")?;
/// assert_eq!(select(User.name).all(&mut session)?, ["ada"]); // no statement was running
/// # sent.take();
/// # Ok::<(), orm::Error>(())
/// ```
#[derive(Clone)]
pub struct Canceller(Arc<Watch>);

impl Canceller {
    /// Stops the statement that is running, and returns whether one was. The statement fails with the kind
    /// [`Canceled`](ErrorKind::Canceled), unless it ends before. Later statements are not stopped.
    ///
    /// Statements that begin or end a transaction or a savepoint are not stopped, nor are the rows of a stream.
    ///
    /// # Errors
    /// - `ConnectionFailed`: PostgreSQL, MySQL and MariaDB are asked on another connection, which can't be opened.
    pub fn cancel(&self) -> Result<bool> {
        let canceled = self.0.cancel(None, Reason::Call)?;
        if let Some(number) = canceled {
            timer::ask_again(&self.0, number, Reason::Call);
        }
        Ok(canceled.is_some())
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller").finish_non_exhaustive()
    }
}

/// What a connection, or a session with its connections, shares with the threads that may stop its statements.
#[derive(Default)]
pub(super) struct Watch(Mutex<Watched>);

#[derive(Default)]
struct Watched {
    /// The statement that is running, by a number of its own, and what stops it.
    running: Option<(u64, Arc<dyn Cancel>)>,
    /// Who has stopped it.
    canceled: Option<Reason>,
    /// How often the database was asked to stop it.
    requests: u32,
}

/// Who has stopped a statement.
#[derive(Clone, Copy)]
pub(super) enum Reason {
    /// Its time limit.
    Limit(Duration),
    /// The program.
    Call,
}

impl Watch {
    fn lock(&self) -> MutexGuard<'_, Watched> {
        // Nothing that holds it can panic halfway.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the database to stop the statement that is running, if it is the one with the number. Its end waits for this.
    /// Returns its number.
    ///
    /// # Errors
    /// As [`Cancel::cancel`].
    pub(super) fn cancel(&self, number: Option<u64>, reason: Reason) -> Result<Option<u64>> {
        let mut watched = self.lock();
        let running = watched.running.as_ref();
        let running = running.filter(|(running, _)| number.is_none_or(|number| number == *running));
        let Some((running, cancel)) = running else {
            return Ok(None);
        };
        let running = *running;
        cancel.cancel()?;
        watched.canceled.get_or_insert(reason);
        watched.requests += 1;
        Ok(Some(running))
    }
}

/// The watch over the statements of a connection.
#[derive(Clone, Default)]
pub(crate) struct Watching {
    watch: Arc<Watch>,
    /// How long a statement may take.
    limit: Option<Duration>,
}

impl Watching {
    /// What stops the statements, in a place where there is nothing yet.
    pub(crate) fn canceller(place: &mut Option<Self>) -> Canceller {
        Canceller(Arc::clone(&place.get_or_insert_default().watch))
    }

    /// Sets the time limit, and returns the one before.
    pub(crate) fn set_limit(place: &mut Option<Self>, limit: Option<Duration>) -> Option<Duration> {
        if place.is_none() && limit.is_none() {
            return None;
        }
        std::mem::replace(&mut place.get_or_insert_default().limit, limit)
    }
}

/// The number of the next statement that is watched.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A statement that is watched, and when its time is over.
pub(super) struct Running {
    watch: Arc<Watch>,
    deadline: Option<(Instant, u64)>,
}

impl Connection {
    /// Sets the time that a statement of this connection may take; `None` for any time. A statement that takes longer is
    /// stopped, and fails with the kind [`Canceled`](ErrorKind::Canceled). The pool's next user of the connection has no
    /// limit.
    ///
    /// Statements that begin or end a transaction or a savepoint have no limit, nor have the rows of a stream. On SQLite the
    /// wait for a lock has its own limit, `busy_timeout`. PostgreSQL, MySQL and MariaDB are asked to stop a statement on another
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

    /// Returns what stops statements of this connection from another thread.
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
        {
            let mut watched = watch.lock();
            watched.running = Some((number, cancel));
            (watched.canceled, watched.requests) = (None, 0);
        }
        let deadline = match limit {
            Some(limit) => timer::add(&watch, number, (limit, Reason::Limit(limit)))?,
            None => None,
        };
        Ok(Some(Running { watch, deadline }))
    }

    /// Ends the watch over a statement, and says of one that was stopped why.
    #[cold]
    pub(super) fn end_watch<T>(&mut self, running: Running, result: Result<T>) -> Result<T> {
        if let Some(deadline) = running.deadline {
            timer::remove(deadline);
        }
        let (canceled, requests) = {
            let mut watched = running.watch.lock();
            watched.running = None;
            (watched.canceled.take(), watched.requests)
        };
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
