//! [`Select::time_limit`]. Those of statements that write are in `write/time_limit.rs`.

use std::time::Duration;

use super::builder::Select;
use crate::engine::StatementLimit;

impl<S> Select<S> {
    /// Sets the time that the statement of the query may take; `None` for any time. It stands before the limit of the
    /// connection or session, which stands before that of the engine. A statement that takes longer is stopped, and fails
    /// with the kind [`Canceled`](crate::ErrorKind::Canceled).
    ///
    /// Statements that load relations of the rows have the limit of the session. What has no limit is listed at
    /// [`Connection::time_limit`](crate::Connection::time_limit).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use std::time::Duration;
    ///
    /// let names = select(User.name).time_limit(Duration::from_secs(5));
    /// # let names = names.time_limit(None);
    /// assert_eq!(names.all(&mut conn)?, ["ada"]);
    /// assert_eq!(sent.take_sql(), [r#"SELECT "name" FROM "users""#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.query.time_limit = StatementLimit::Own(limit.into());
        self
    }
}
