//! Transactions as closures: `engine.transaction`, with retries, and savepoints of a session.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::TransactionOptions;

use super::Session;
use super::closure_result::TransactionResult;
use crate::engine::Engine;
use crate::load;

impl Engine {
    /// Runs `work` with a new session in a transaction. Commits on `Ok`, rolls back on `Err` and on panic. The
    /// transaction begins with the first statement, reads included.
    ///
    /// On SQLite the transaction takes the write lock when it begins, and waits for it up to the busy timeout. A
    /// transaction that reads first and writes later would fail as soon as another one has written in between.
    ///
    /// # Errors
    /// - The error of `work`.
    /// - As [`Session::commit`].
    /// - `Usage`: `work` calls `commit` or `rollback` on the session.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// let age = engine.transaction(|session| {
    ///     let ada = session.get(User, 1)?.expect("the row is there");
    ///     session[ada].age += 1;
    ///     Ok(session[ada].age)
    /// })?;
    /// assert_eq!(age, 37);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN IMMEDIATE",
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#,
    ///         r#"UPDATE "users" SET "age" = ? WHERE "id" = ? AND "age" IS ?"#,
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn transaction<R: TransactionResult>(
        &self,
        work: impl FnOnce(&mut Session) -> R,
    ) -> Result<R::Value> {
        self.try_transaction(|session| work(session).into_result())
    }

    /// Runs `work` as [`Engine::transaction`] does, with an isolation level or read-only.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # use orm::engine::{IsolationLevel, TransactionOptions};
    /// # let engine = Engine::connect("sqlite://")?;
    /// let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    /// engine.transaction_with(options, |session| session.flush())?;
    /// // BEGIN ISOLATION LEVEL SERIALIZABLE; …; COMMIT on PostgreSQL
    /// # Ok::<(), orm::Error>(())
    /// ```
    ///
    /// # Errors
    /// - As [`Engine::transaction`].
    /// - `Unsupported`: the database does not support an option.
    pub fn transaction_with<R: TransactionResult>(
        &self,
        options: TransactionOptions,
        work: impl FnOnce(&mut Session) -> R,
    ) -> Result<R::Value> {
        self.run(options, |session| work(session).into_result()).0
    }

    /// Runs `work` as [`Engine::transaction`] does, for a closure with its own error type.
    ///
    /// # Errors
    /// - The error of `work`.
    /// - The error of the commit, converted to `E`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// #[derive(Debug)]
    /// enum Refusal {
    ///     TooYoung,
    ///     Database(orm::Error),
    /// }
    ///
    /// impl From<orm::Error> for Refusal {
    ///     fn from(error: orm::Error) -> Self {
    ///         Self::Database(error)
    ///     }
    /// }
    ///
    /// let refused = engine.try_transaction(|session| {
    ///     delete(Post).execute(session)?;
    ///     Err::<(), Refusal>(Refusal::TooYoung)
    /// });
    /// assert!(matches!(refused, Err(Refusal::TooYoung)));
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["BEGIN IMMEDIATE", r#"DELETE FROM "posts""#, "ROLLBACK"]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn try_transaction<T, E: From<Error>>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run(TransactionOptions::default(), work).0
    }

    /// Runs `work` once, and returns the kind of the error of the session, if it failed.
    fn run<T, E: From<Error>>(
        &self,
        options: TransactionOptions,
        work: impl FnOnce(&mut Session) -> Result<T, E>,
    ) -> (Result<T, E>, Option<ErrorKind>) {
        let mut session = Session::with_options(self, options);
        session.settings.reads_in_transaction = true;
        // A commit of the closure's own would be done twice by a retry, and not undone by its error.
        session.depth = 1;
        let result = work(&mut session);
        session.depth = 0;
        let result = result.and_then(|value| {
            session.commit()?;
            Ok(value)
        });
        let failed = session.last_error;
        if result.is_err() {
            // What was pending is given up on purpose, and the first error is the one to report.
            let _ = session.rollback();
        }
        (result, failed)
    }

    /// Returns a builder of transactions that are run again, up to `times` times, after a deadlock, a serialization
    /// failure, stale data, or a lock timeout.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "counters")]
    /// # struct Counter { #[orm(primary_key)] id: i64, n: i64 }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((Counter,)).create_all(&engine)?;
    /// # engine.transaction(|session| { session.add(Counter::builder().n(0)); Ok(()) })?;
    /// let n = engine.retry(20).transaction(|session| {
    ///     let counter = session.get(Counter, 1)?.expect("it was added before");
    ///     session[counter].n += 1;
    ///     Ok(session[counter].n)
    /// })?;
    /// assert_eq!(n, 1);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn retry(&self, times: u32) -> Retry<'_> {
        Retry {
            engine: self,
            times,
            options: TransactionOptions::default(),
        }
    }
}

/// Runs transactions with retries. Created by [`Engine::retry`].
#[derive(Debug)]
#[must_use]
pub struct Retry<'e> {
    engine: &'e Engine,
    times: u32,
    options: TransactionOptions,
}

impl Retry<'_> {
    /// Sets the options of the transactions, such as `SERIALIZABLE`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    /// let posts = engine.retry(3).options(options).transaction(|session| select(Post).count(session))?;
    /// assert_eq!(posts, 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["BEGIN IMMEDIATE", r#"SELECT COUNT(*) FROM "posts""#, "COMMIT"]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn options(mut self, options: TransactionOptions) -> Self {
        self.options = options;
        self
    }

    /// Runs `work` as [`Engine::transaction`] does, with a new session for each attempt. Attempts are repeated after
    /// deadlocks, serialization failures, stale data and lock timeouts, never after a connection lost during COMMIT.
    /// The delay between attempts is random, grows with each attempt, and lies between 10 ms and 1 s.
    ///
    /// # Errors
    /// The error of the last attempt.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// let renamed = engine.retry(3).transaction(|session| {
    ///     update(User).set(User.name, "grace").filter(User.id.eq(1)).execute(session)
    /// })?;
    /// assert_eq!(renamed, 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["BEGIN IMMEDIATE", r#"UPDATE "users" SET "name" = ? WHERE "id" = ?"#, "COMMIT"]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn transaction<R: TransactionResult>(
        &self,
        mut work: impl FnMut(&mut Session) -> R,
    ) -> Result<R::Value> {
        let work = |session: &mut Session| work(session).into_result();
        self.repeat(work, |result: &Result<R::Value>, _| {
            result
                .as_ref()
                .err()
                .is_some_and(|error| is_transient(error.kind()))
        })
    }

    /// Runs `work` as [`Retry::transaction`] does, for a closure with its own error type. It is run again if the
    /// session's last call in it, or the commit, failed with a retryable error, regardless of the error that the
    /// closure returns.
    ///
    /// # Errors
    /// The error of the last attempt.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// let work = |session: &mut Session| -> Result<i64, Box<dyn std::error::Error>> {
    ///     let posts = select(Post).count(session)?;
    ///     Ok(posts)
    /// };
    /// assert_eq!(engine.retry(3).try_transaction(work).unwrap(), 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["BEGIN IMMEDIATE", r#"SELECT COUNT(*) FROM "posts""#, "COMMIT"]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn try_transaction<T, E: From<Error>>(
        &self,
        work: impl FnMut(&mut Session) -> Result<T, E>,
    ) -> Result<T, E> {
        self.repeat(work, |_, failed| failed.is_some_and(is_transient))
    }

    fn repeat<T, E: From<Error>>(
        &self,
        mut work: impl FnMut(&mut Session) -> Result<T, E>,
        again: impl Fn(&Result<T, E>, Option<ErrorKind>) -> bool,
    ) -> Result<T, E> {
        let mut tries = 0;
        loop {
            let (result, failed) = self.engine.run(self.options, &mut work);
            if result.is_ok() || tries == self.times || !again(&result, failed) {
                return result;
            }
            tries += 1;
            std::thread::sleep(pause(tries));
        }
    }
}

/// Whether a transaction that failed so may succeed when it is run again.
fn is_transient(kind: ErrorKind) -> bool {
    use ErrorKind::{Busy, Deadlock, SerializationFailure, StaleData};
    matches!(kind, Busy | Deadlock | SerializationFailure | StaleData)
}

// Doubles from 10 ms to 1 s; the random half keeps two losers from meeting again.
fn pause(tries: u32) -> Duration {
    let longest = 10_u64.saturating_mul(1 << tries.min(7)).min(1000);
    let random = RandomState::new().hash_one(tries) % (longest / 2 + 1);
    Duration::from_millis(longest / 2 + random)
}

impl Session {
    /// Runs `work` under a savepoint. Its changes are kept on `Ok`. On `Err` and on panic they are undone, in the
    /// database and in memory, and the transaction continues. Savepoints nest.
    ///
    /// # Errors
    /// - The error of `work`.
    /// - As [`Session::flush`], which runs before the savepoint and at its end.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// session.add(Post::builder().author_id(1).title("On tides"));
    /// let refused = session.savepoint(|session| {
    ///     session.add(Post::builder().author_id(7).title("On moons"));
    ///     session.flush()
    /// });
    /// assert!(refused.unwrap_err().is_foreign_key_violation());
    /// session.commit()?; // the first post is stored
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN IMMEDIATE",
    ///         r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#,
    ///         "SAVEPOINT orm_1",
    ///         r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#,
    ///         "ROLLBACK TO SAVEPOINT orm_1",
    ///         "RELEASE SAVEPOINT orm_1",
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.flush()?;
        self.begin_work()?;
        let number = match &mut self.connection {
            Some(connection) => connection.set_savepoint()?,
            None => 0,
        };
        let (outer, callbacks) = (self.state.level, self.callbacks());
        let level = self.state.new_level();
        self.depth += 1;
        let mut guard = Savepoint {
            session: self,
            number,
            level,
            outer,
            callbacks,
            armed: true,
        };
        let value = work(guard.session)?;
        guard.session.flush()?;
        if let Some(connection) = &mut guard.session.connection {
            connection.release(number)?;
        }
        guard.armed = false;
        Ok(value)
    }
}

/// Undoes the work of a savepoint when dropped while armed: closures may return early or panic.
struct Savepoint<'s> {
    session: &'s mut Session,
    number: u32,
    level: u32,
    outer: u32,
    /// How many callbacks waited for the commit before.
    callbacks: usize,
    armed: bool,
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        // The closure may have put another session in the place of this one.
        self.session.depth = self.session.depth.saturating_sub(1);
        if self.armed {
            self.session.forget_failed_hook();
            self.session.drop_callbacks(self.callbacks);
            if let Some(connection) = &mut self.session.connection {
                // A part of the work may still be there if that fails, so nothing may be built on it.
                self.session.lost |= connection.rollback_to(self.number).is_err();
            }
            self.session.state.undo_to(self.level);
            if let Some(connection) = &mut self.session.connection {
                load::reread(&mut self.session.state, connection);
            }
        }
        self.session.state.level = self.outer;
    }
}
