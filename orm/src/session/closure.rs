//! Transactions as closures: `engine.transaction`, with retries, and savepoints of a session.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use orm_core::error::{Error, Result};
use orm_core::sql::TransactionOptions;

use super::{Session, Work};
use crate::engine::Engine;

impl Engine {
    /// Runs `work` with a session of its own: commits on `Ok`, rolls back on `Err` and on panic.
    ///
    /// On SQLite it takes the write lock at once, since a transaction that reads first and writes later
    /// fails as soon as another one has written in between.
    ///
    /// # Errors
    /// The error of `work`, or that of the commit. Inside, `commit` and `rollback` are errors.
    pub fn transaction<T>(&self, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        self.try_transaction(work)
    }

    /// Like [`Engine::transaction`], with an isolation level or for reading only.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # use orm::engine::{IsolationLevel, TransactionOptions};
    /// # let engine = Engine::connect("sqlite://")?;
    /// let options = TransactionOptions {
    ///     isolation: Some(IsolationLevel::Serializable),
    ///     ..TransactionOptions::default()
    /// };
    /// engine.transaction_with(options, |session| session.flush())?;
    /// // BEGIN ISOLATION LEVEL SERIALIZABLE; …; COMMIT on PostgreSQL
    /// # Ok::<(), orm::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Engine::transaction`]; `Unsupported` for a level that the database hasn't.
    pub fn transaction_with<T>(
        &self,
        options: TransactionOptions,
        work: impl FnOnce(&mut Session) -> Result<T>,
    ) -> Result<T> {
        self.run(options, work)
    }

    /// Like [`Engine::transaction`], for closures with an error type of their own.
    ///
    /// # Errors
    /// The error of `work`, or that of the commit made into one.
    pub fn try_transaction<T, E: From<Error>>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run(TransactionOptions::default(), work)
    }

    fn run<T, E: From<Error>>(
        &self,
        options: TransactionOptions,
        work: impl FnOnce(&mut Session) -> Result<T, E>,
    ) -> Result<T, E> {
        let writes = options.writes || !options.read_only;
        let mut session = Session::with_options(self, TransactionOptions { writes, ..options });
        // A commit of the closure's own would be done twice by a retry, and not undone by its error.
        session.depth = 1;
        let result = work(&mut session);
        session.depth = 0;
        let result = result.and_then(|value| {
            session.commit()?;
            Ok(value)
        });
        if result.is_err() {
            // What was pending is given up on purpose, and the first error is the one to report.
            let _ = session.rollback();
        }
        result
    }

    /// Transactions that are run again, up to `times` more, after a deadlock or a serialization
    /// failure.
    pub fn retry(&self, times: u32) -> Retry<'_> {
        Retry {
            engine: self,
            times,
            options: TransactionOptions::default(),
        }
    }
}

/// Transactions with retries. Made by [`Engine::retry`].
#[derive(Debug)]
#[must_use]
pub struct Retry<'e> {
    engine: &'e Engine,
    times: u32,
    options: TransactionOptions,
}

impl Retry<'_> {
    /// The same with these options: `SERIALIZABLE` transactions are made to be run again.
    pub fn options(mut self, options: TransactionOptions) -> Self {
        self.options = options;
        self
    }

    /// Like [`Engine::transaction`], with a fresh session for each try. Waits between tries, longer
    /// each time, by a random part of 10 ms to 1 s. Nothing but a deadlock or a serialization failure
    /// is tried again: in particular not a connection lost during COMMIT.
    ///
    /// # Errors
    /// The error of the last try.
    pub fn transaction<T>(&self, mut work: impl FnMut(&mut Session) -> Result<T>) -> Result<T> {
        let mut tries = 0;
        loop {
            match self.engine.transaction_with(self.options, &mut work) {
                Err(error) if error.is_serialization_failure() && tries < self.times => {
                    tries += 1;
                    std::thread::sleep(pause(tries));
                }
                result => return result,
            }
        }
    }
}

// Doubles from 10 ms to 1 s; the random half keeps two losers from meeting again.
fn pause(tries: u32) -> Duration {
    let longest = 10_u64.saturating_mul(1 << tries.min(7)).min(1000);
    let random = RandomState::new().hash_one(tries) % (longest / 2 + 1);
    Duration::from_millis(longest / 2 + random)
}

impl Session {
    /// Runs `work` under a savepoint: its changes stay on `Ok`; on `Err` and on panic they are undone,
    /// in the database and in memory, while the transaction around it goes on. Savepoints nest.
    ///
    /// # Errors
    /// The error of `work`, or that of a flush: one before the savepoint, one at its end.
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.flush()?;
        self.begin_work(Work::Done)?;
        let number = match &mut self.connection {
            Some(connection) => connection.set_savepoint()?,
            None => 0,
        };
        let outer = self.state.level;
        let level = self.state.new_level();
        self.depth += 1;
        let mut guard = Savepoint {
            session: self,
            number,
            level,
            outer,
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
    armed: bool,
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        // The closure may have put another session in the place of this one.
        self.session.depth = self.session.depth.saturating_sub(1);
        if self.armed {
            if let Some(connection) = &mut self.session.connection {
                // A part of the work may still be there if that fails, so nothing may be built on it.
                self.session.lost |= connection.rollback_to(self.number).is_err();
            }
            self.session.state.undo_to(self.level);
        }
        self.session.state.level = self.outer;
    }
}
