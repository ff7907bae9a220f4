//! [`Canceller`], which stops a statement from another thread; and [`Watching`], the watch over the statements of a connection.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use orm_core::error::Result;

use super::timer;
use super::watch::{Reason, Watch};

/// Stops a statement from any thread: of the connection or session that has returned it by
/// [`Connection::canceller`](crate::Connection::canceller) or [`Session::canceller`](crate::Session::canceller).
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
    /// [`Canceled`](crate::ErrorKind::Canceled), unless it ends before. Later statements are not stopped.
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

/// The watch over the statements of a connection.
#[derive(Clone, Default)]
pub(crate) struct Watching {
    pub(super) watch: Arc<Watch>,
    /// How long a statement may take.
    pub(super) limit: Option<Duration>,
}

impl Watching {
    /// The watch of a connection or session that begins with that limit.
    pub(crate) fn of_engine(limit: Option<Duration>) -> Option<Self> {
        let limit = Some(limit?);
        Some(Self {
            limit,
            ..Self::default()
        })
    }

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
