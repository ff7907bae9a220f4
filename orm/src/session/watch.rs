//! Time limits of a session's statements, and [`Session::canceller`]. Its connections have them; here they are set.

use std::time::Duration;

use super::Session;
use crate::engine::{Canceller, Watching};

impl Session {
    /// Sets the time that each statement of the session may take. One that takes longer is stopped, and fails with the kind
    /// [`Canceled`](crate::ErrorKind::Canceled). What has no limit is listed at [`Connection::time_limit`](crate::Connection::time_limit).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// use std::time::Duration;
    ///
    /// let mut session = Session::new(&engine).time_limit(Duration::from_secs(5));
    /// let users = select(User).all(&mut session)?;
    /// # let _ = users;
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.set_time_limit(Some(limit));
        self
    }

    /// Runs `work`, whose statements may take this time each; `None` for any time. Afterwards the limit is the one before.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// use std::time::Duration;
    ///
    /// let limit = Duration::from_millis(500);
    /// let users = session.with_time_limit(limit, |session| select(User).all(session))?;
    /// # let _ = users;
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn with_time_limit<T>(
        &mut self,
        limit: impl Into<Option<Duration>>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let limited = Limited {
            before: self.set_time_limit(limit.into()),
            session: self,
        };
        work(limited.session)
    }

    /// Returns a handle that cancels the statement that the session is executing, from another thread.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// let mut session = Session::new(&engine);
    /// assert!(!session.canceller().cancel()?); // nothing is running
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn canceller(&mut self) -> Canceller {
        let canceller = Watching::canceller(&mut self.watching);
        self.hand_on();
        canceller
    }

    fn set_time_limit(&mut self, limit: Option<Duration>) -> Option<Duration> {
        let before = Watching::set_limit(&mut self.watching, limit);
        self.hand_on();
        before
    }
}

/// A session whose statements have another limit, and get the one before at the end.
struct Limited<'s> {
    session: &'s mut Session,
    before: Option<Duration>,
}

impl Drop for Limited<'_> {
    fn drop(&mut self) {
        self.session.set_time_limit(self.before);
    }
}
