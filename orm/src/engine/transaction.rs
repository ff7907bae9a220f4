//! Begins and ends transactions of a connection. Errors for the state of a transaction are in `transaction_state.rs`.

use orm_core::driver::TransactionState;
use orm_core::driver::TransactionVerb::{Begin, Commit, Rollback, RollbackTo, Savepoint};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::TransactionOptions;

use super::connection::Connection;
use super::transaction_control::SAVEPOINT_PREFIX;
use super::transaction_state::{COMMIT, Owner, refusal};

impl Connection {
    /// Returns whether a transaction is open. An aborted or lost transaction is open until `rollback`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// conn.raw_control("BEGIN")?; // SQL text of the program's own is noticed
    /// assert!(conn.in_transaction());
    /// conn.commit()?;
    /// assert!(!conn.in_transaction());
    /// assert_eq!(sent.take_sql(), ["BEGIN", "COMMIT"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn in_transaction(&self) -> bool {
        self.transaction.state != TransactionState::None
    }

    /// Returns whether a transaction is open and was not ended by the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// assert!(!conn.has_transaction());
    /// conn.begin()?;
    /// assert!(conn.has_transaction());
    /// assert_eq!(sent.take_sql(), ["BEGIN"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn has_transaction(&self) -> bool {
        matches!(
            self.transaction.state,
            TransactionState::Open | TransactionState::Aborted
        )
    }

    /// Whether the transaction has ended outside the library, so that its work may be stored or not.
    pub(crate) fn is_unknown(&self) -> bool {
        self.transaction.state == TransactionState::EndedExternally
    }

    /// Begins a transaction with the database's default isolation level.
    ///
    /// # Errors
    /// - `Usage`: a transaction is already open.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// conn.begin()?;
    /// delete(Post).execute(&mut conn)?;
    /// conn.rollback()?;
    /// assert_eq!(sent.take_sql(), ["BEGIN", r#"DELETE FROM "posts""#, "ROLLBACK"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn begin(&mut self) -> Result<()> {
        self.begin_with(TransactionOptions::default())
    }

    /// Begins a transaction with `options`, and the engine's isolation level if they name none. If the connection was closed while it was idle in the pool, a new one
    /// replaces it. A connection that has run a statement since its checkout is not replaced, since its session
    /// settings would be lost.
    ///
    /// # Errors
    /// - `Usage`: a transaction is already open.
    /// - `Unsupported`: the database does not support an option.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// conn.begin_with(TransactionOptions::new().writes())?;
    /// conn.commit()?;
    /// assert_eq!(sent.take_sql(), ["BEGIN IMMEDIATE", "COMMIT"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn begin_with(&mut self, options: TransactionOptions) -> Result<()> {
        self.resync()?;
        if self.transaction.state != TransactionState::None {
            return Err(refusal(self.transaction.state, "begin a transaction"));
        }
        let options = self.shared.with_isolation(options);
        let statements = self.dialect().begin(&options)?;
        self.after_end = self.dialect().after_end(&options);
        let is_fresh = !self.used;
        for (index, sql) in statements.iter().enumerate() {
            let is_last = index + 1 == statements.len();
            let send = |connection: &mut Self| {
                if is_last {
                    connection.transact(sql, Begin)
                } else {
                    connection.control(sql)
                }
            };
            let mut begun = send(self);
            if is_fresh && index == 0 && begun.as_ref().is_err_and(Error::is_connection_lost) {
                self.transaction.state = TransactionState::None;
                self.used = false;
                begun = self.reconnect().and_then(|()| send(self));
            }
            if begun.is_err() {
                // What has failed is the error to report. A BEGIN that was done all the same must not stay: later
                // statements would run in its transaction, and end with it.
                let _ = match self.transaction.state {
                    TransactionState::None => self.take_back(),
                    _ => self.undo(),
                };
            }
            begun?;
        }
        self.transaction.state = TransactionState::Open;
        self.transaction.owner = Owner::Connection;
        (self.savepoints, self.is_unreleased) = (0, false);
        self.writes = options.writes;
        Ok(())
    }

    /// Commits the transaction. On `Ok` its changes are stored. On `Err` they are not, except for
    /// [`ErrorKind::CommitUnknown`], where the outcome is unknown.
    ///
    /// # Errors
    /// - `Transaction`: an error aborted the transaction, or the database has ended it. COMMIT is not sent.
    /// - `Usage`: no transaction is open; or inside a closure of [`Connection::transaction`] or
    ///   [`Connection::savepoint`]; or on a session's connection.
    /// - Any error of the database, after which the transaction is rolled back.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// conn.begin()?;
    /// delete(Post).execute(&mut conn)?;
    /// conn.commit()?;
    /// assert_eq!(select(Post).count(&mut conn)?, 0);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["BEGIN", r#"DELETE FROM "posts""#, "COMMIT", r#"SELECT COUNT(*) FROM "posts""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn commit(&mut self) -> Result<()> {
        self.is_free("commit")?;
        self.finish()
    }

    /// As [`Connection::commit`], for the transaction's owner.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.resync()?;
        if self.transaction.state != TransactionState::Open {
            return Err(refusal(self.transaction.state, COMMIT));
        }
        if self.native().is_broken() {
            self.transaction.state = TransactionState::RolledBack;
            return Err(Error::new(ErrorKind::ConnectionLost)
                .with_hint("run the transaction again: it was rolled back, since the connection was lost before COMMIT"));
        }
        let committed = self.transact("COMMIT", Commit);
        if let Err(error) = &committed
            && !error.is_connection_lost()
        {
            // SQLite leaves the transaction open after a failed COMMIT; the others have ended it. If
            // even this fails the state stays as it is, so that nothing else runs in it unnoticed.
            let ended = self.transaction.state == TransactionState::EndedExternally;
            let _ = self.undo();
            // A database that refuses a COMMIT has rolled back. An error without a code is not the database's.
            let unanswered = ended && error.code().is_none();
            return committed.map_err(|error| if unanswered { unknown(error) } else { error });
        }
        (self.savepoints, self.is_unreleased) = (0, false);
        self.transaction.state = TransactionState::None;
        // A server may have begun the next transaction already: completion_type = CHAIN on MySQL.
        self.observe(None, "");
        committed.map_err(unknown)?;
        self.take_back()
    }

    /// Takes back what beginning has set for more than the transaction.
    fn take_back(&mut self) -> Result<()> {
        match self.after_end.take() {
            Some(sql) => self.control(sql),
            None => Ok(()),
        }
    }

    /// Rolls back the open transaction. Does nothing if none is open. If the connection was lost, a new one replaces
    /// it where possible; it does not have the session settings of the old one.
    ///
    /// # Errors
    /// - `Usage`: inside a closure of [`Connection::transaction`] or [`Connection::savepoint`], or on a session's
    ///   connection.
    /// - Any error of the database. A lost connection is not an error, since its transaction is rolled back.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// conn.begin()?;
    /// delete(Post).execute(&mut conn)?;
    /// conn.rollback()?;
    /// assert_eq!(select(Post).count(&mut conn)?, 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["BEGIN", r#"DELETE FROM "posts""#, "ROLLBACK", r#"SELECT COUNT(*) FROM "posts""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn rollback(&mut self) -> Result<()> {
        self.is_free("roll back")?;
        self.undo()?;
        if self.native().is_broken() {
            // The rollback has worked in any case. The next statement reports a connection that fails.
            let _ = self.reconnect();
        }
        Ok(())
    }

    /// Leaves the end of the transaction to the session, by [`Connection::finish`] or
    /// [`Connection::undo`]: `commit` and `rollback` are refused.
    pub(crate) fn give_to_session(&mut self) {
        self.transaction.owner = Owner::Session;
    }

    /// A closure that ended its own transaction would continue in autocommit mode, and a session would not know that its
    /// entities are stored.
    fn is_free(&self, what: &str) -> Result<()> {
        let is_a_session = self.transaction.owner == Owner::Session && self.in_transaction();
        if self.closures == 0 && !is_a_session {
            return Ok(());
        }
        let message = format!("can't {what}: the transaction belongs to a closure or a session");
        Err(Error::with_message(ErrorKind::Usage, message).with_hint(
            "return Ok from the closure to commit or Err to roll back, or call commit() or rollback() on the session",
        ))
    }

    /// As [`Connection::rollback`], for the transaction's owner.
    pub(crate) fn undo(&mut self) -> Result<()> {
        // A connection without a known state is lost, and the server has rolled back.
        let _ = self.resync();
        let before = std::mem::replace(&mut self.transaction.state, TransactionState::None);
        // Whatever came of the transaction, there may be another one by now.
        let is_open = self.native().transaction(None) != TransactionState::None;
        if self.native().is_broken() {
            // The loss was returned as an error, so its settings are no longer relied on.
            self.used = false;
            self.after_end = None;
        } else if is_open {
            match self.transact("ROLLBACK", Rollback) {
                Err(error) if !error.is_connection_lost() => {
                    self.transaction.state = before;
                    return Err(error);
                }
                _ => self.transaction.state = TransactionState::None,
            }
        }
        (self.savepoints, self.is_unreleased) = (0, false);
        self.take_back()
    }

    /// Runs `work` in a transaction. Commits on `Ok`, rolls back on `Err` and on panic.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # let engine = Engine::connect("sqlite://")?;
    /// let mut conn = engine.connection()?;
    /// conn.transaction(|conn| conn.raw_control("CREATE TABLE t (id INTEGER)"))?;
    /// // BEGIN; CREATE TABLE t (id INTEGER); COMMIT
    /// # Ok::<(), orm::Error>(())
    /// ```
    ///
    /// # Errors
    /// - The error of `work`.
    /// - As [`Connection::begin`] and [`Connection::commit`].
    pub fn transaction<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.transaction_of(TransactionOptions::default(), work)
    }

    /// As [`Connection::transaction`], with options.
    pub(crate) fn transaction_of<T>(
        &mut self,
        options: TransactionOptions,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.begin_with(options)?;
        self.scope(None, work)
    }

    /// Runs `work` under a savepoint. Its changes are kept on `Ok` and undone on `Err` and on panic; the transaction
    /// continues.
    ///
    /// # Errors
    /// - `Usage`: no transaction is open.
    /// - The error of `work`.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// conn.begin()?;
    /// let undone: orm::Result<()> = conn.savepoint(|conn| {
    ///     delete(Post).execute(conn)?;
    ///     Err(orm::Error::other("no"))
    /// });
    /// assert!(undone.is_err());
    /// conn.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN",
    ///         "SAVEPOINT orm_1",
    ///         r#"DELETE FROM "posts""#,
    ///         "ROLLBACK TO SAVEPOINT orm_1",
    ///         "RELEASE SAVEPOINT orm_1",
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let savepoint = self.set_savepoint()?;
        self.scope(Some(savepoint), work)
    }

    /// Runs `work` in the transaction that was begun for it, or under its savepoint, and ends that.
    fn scope<T>(
        &mut self,
        savepoint: Option<u32>,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.closures += 1;
        let mut guard = Undo {
            connection: self,
            savepoint,
            armed: true,
        };
        let value = work(guard.connection)?;
        match savepoint {
            Some(number) => guard.connection.release(number)?,
            // A refused commit, after an error that `work` has swallowed, leaves a rollback to be done.
            None => guard.connection.finish()?,
        }
        guard.armed = false;
        Ok(value)
    }

    /// Sets a savepoint and returns its number.
    pub(crate) fn set_savepoint(&mut self) -> Result<u32> {
        self.resync()?;
        if self.transaction.state != TransactionState::Open {
            return Err(refusal(self.transaction.state, "set a savepoint"));
        }
        let number = self.savepoints + 1;
        let name = savepoint_name(number);
        let is_there = std::mem::take(&mut self.is_unreleased);
        let renewal = is_there.then(|| self.dialect.renew_savepoint(&name));
        let sql = renewal.flatten();
        let sql = sql.unwrap_or_else(|| self.dialect.savepoint(&name));
        self.transact(&sql, Savepoint)?;
        self.savepoints = number;
        Ok(number)
    }

    /// Ends a savepoint and those inside it, keeping the work. Where one statement takes a savepoint away and sets it
    /// again, it stays until then, or until the transaction ends: to release it would be a round trip for nothing.
    pub(crate) fn release(&mut self, number: u32) -> Result<()> {
        if self.transaction.state != TransactionState::Open {
            return Err(refusal(self.transaction.state, "release a savepoint"));
        }
        let name = savepoint_name(number);
        self.is_unreleased = self.dialect.renew_savepoint(&name).is_some();
        if !self.is_unreleased {
            self.transact(&self.dialect.release_savepoint(&name), Savepoint)?;
        }
        self.savepoints = number - 1;
        Ok(())
    }

    /// Releases the savepoint that has ended, if it is still there: those that the program's own texts set from here on
    /// would go with it.
    pub(super) fn release_ended(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.is_unreleased) {
            return Ok(());
        }
        let name = savepoint_name(self.savepoints + 1);
        self.transact(&self.dialect.release_savepoint(&name), Savepoint)
    }

    /// Ends a savepoint that a text may have taken away with its transaction, and finds out whether it has. After
    /// an error of that text, it is undone by the same statement, and the transaction is as broken as before.
    #[cold]
    pub(super) fn find_savepoint(&mut self, number: u32) {
        let before = self.transaction.state;
        let found = match before {
            TransactionState::Open => self.release(number).and_then(|()| self.release_ended()),
            TransactionState::Aborted => self.rollback_to(number),
            // Its response was lost, and it may have held a COMMIT.
            TransactionState::RolledBack if self.native().is_broken() => {
                self.transaction.state = TransactionState::EndedExternally;
                return;
            }
            _ => return,
        };
        self.savepoints = self.savepoints.min(number - 1);
        self.transaction.state = match found {
            Ok(()) => before,
            Err(_) => TransactionState::EndedExternally,
        };
    }

    /// Undoes the work since a savepoint and ends it.
    pub(crate) fn rollback_to(&mut self, number: u32) -> Result<()> {
        self.resync()?;
        if !self.has_transaction() {
            return Err(refusal(self.transaction.state, "roll back to a savepoint"));
        }
        self.transaction.state = TransactionState::Open;
        let sql = self.dialect.rollback_to_savepoint(&savepoint_name(number));
        self.transact(&sql, RollbackTo)?;
        self.release(number)
    }
}

fn savepoint_name(number: u32) -> String {
    format!("{SAVEPOINT_PREFIX}{number}")
}

/// The error of a COMMIT of which it isn't known whether it was done.
#[cold]
fn unknown(error: Error) -> Error {
    error
        .into_kind(ErrorKind::CommitUnknown)
        .with_hint("check whether the changes are stored before running the transaction again")
}

/// Rolls back when dropped while armed: closures may return early or panic.
struct Undo<'c> {
    connection: &'c mut Connection,
    savepoint: Option<u32>,
    armed: bool,
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        self.connection.closures -= 1;
        if !self.armed {
            return;
        }
        // The closure's own error is the one to report.
        let Some(number) = self.savepoint else {
            let _ = self.connection.undo();
            return;
        };
        let undone = self.connection.rollback_to(number);
        // A transaction whose savepoint can't be undone must be one that COMMIT refuses.
        if undone.is_err() && self.connection.transaction.state == TransactionState::Open {
            self.connection.transaction.state = TransactionState::Aborted;
        }
    }
}
