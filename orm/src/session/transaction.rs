//! The session's transaction: begun by the first statement, written by flushes (`flush.rs`), ended by commit or rollback.

use orm_core::error::{Error, ErrorKind, Result};

use super::{Session, Work};
use crate::engine::Connection;
use crate::flush::{self, Failure, Plan};
use crate::load;

impl Session {
    /// Begins the transaction before the first write.
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
    /// # let mut session = Session::new(&engine);
    /// session.begin()?;
    /// let posts = select(Post).count(&mut session)?; // inside the transaction
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["BEGIN IMMEDIATE", r#"SELECT COUNT(*) FROM "posts""#, "COMMIT"]
    /// );
    /// # assert_eq!(posts, 1);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn begin(&mut self) -> Result<()> {
        self.usable()?;
        if self.connection.is_some() {
            return Err(Error::with_message(
                ErrorKind::Usage,
                "the session's transaction is already open",
            )
            .with_hint("use savepoint(…) to nest, or commit() first"));
        }
        let result = self.open_transaction();
        self.note(result)
    }

    /// Flushes all pending changes and commits the transaction. On `Ok` the changes are stored, entities become stale
    /// and stay readable, and deleted entities leave the session. A session that has only read sends no statement.
    ///
    /// # Errors
    /// - As [`Session::flush`]. The transaction stays open, unless the flush has begun it, or it has only read on
    ///   PostgreSQL: then entities become stale.
    /// - The errors of COMMIT: the changes are not stored, except for [`ErrorKind::CommitUnknown`], where the outcome
    ///   is unknown. Call `rollback` next.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// session[ada].age = 37;
    /// session.add(Post::builder().author_id(1).title("On tides"));
    /// sent.take();
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN IMMEDIATE",
    ///         r#"UPDATE "users" SET "age" = ? WHERE "id" = ? AND "age" IS ?"#,
    ///         r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#,
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn commit(&mut self) -> Result<()> {
        let result = self.with_plan(Self::flush_and_commit);
        if result.is_ok() {
            self.committed();
        }
        self.note(result)
    }

    fn flush_and_commit(&mut self, plan: &mut Plan) -> Result<()> {
        self.outside_savepoint("commit")?;
        if self.connection.as_mut().is_some_and(finds_unknown) {
            self.reported.set(true);
            return Err(ended_outside(ErrorKind::CommitUnknown));
        }
        self.before_commit()?;
        self.plan_flush(plan)?;
        if self.connection.is_none() && self.needs_no_begin(plan) {
            return self.commit_single(plan);
        }
        self.write(plan)?;
        self.flush_again(plan)?;
        if let Some(connection) = &mut self.connection
            && let Err(error) = connection.finish()
        {
            let error = flush::blocked_commit(connection, &self.state, error);
            (self.lost, self.unknown) = (true, error.is_commit_unknown());
            self.reported.set(self.unknown);
            return Err(error);
        }
        self.connection = None;
        self.state.commit();
        Ok(())
    }

    /// Whether one statement by itself does all that a transaction around it would.
    fn needs_no_begin(&self, plan: &Plan) -> bool {
        let options = &self.options;
        !self.awaits_hooks()
            && plan.is_one_statement(&self.state)
            && options.isolation.is_none()
            && !options.read_only
    }

    /// One statement is atomic by itself: BEGIN and COMMIT would be two round trips for nothing.
    fn commit_single(&mut self, plan: &mut Plan) -> Result<()> {
        let mut connection = self.engine.connection()?;
        match flush::emit(&mut connection, &self.state, plan) {
            Ok(()) => {
                if connection.in_transaction() {
                    // Its autocommit was switched off past this library.
                    connection.finish()?;
                }
                self.state.new_level();
                flush::apply(&mut self.state, plan);
                self.state.commit();
                Ok(())
            }
            Err(Failure { error, suspect }) => {
                self.lost = error.is_commit_unknown();
                let error = match suspect {
                    Some(batch) => {
                        flush::look_closer(&mut connection, &self.state, (plan, batch), error)
                    }
                    None => error,
                };
                flush::take_back(plan, &mut self.state);
                Err(error)
            }
        }
    }

    /// Undoes all changes since the last commit, in the database and in memory. Values and states are restored: added
    /// entities become transient, deleted ones persistent, and all are stale. Entities that were loaded after
    /// statements of the transaction had changed rows are read again.
    ///
    /// If the outcome of a COMMIT is unknown, or a statement such as DDL on MySQL has ended the transaction
    /// implicitly, the session reads a flushed row from the database. If its change is stored, only unflushed changes
    /// are undone.
    ///
    /// # Errors
    /// - `Transaction`: the flushed changes turn out to be stored, unless an earlier call has reported that the
    ///   transaction ended outside the session. The session can be used.
    /// - Any error of the database. Changes in memory are undone, and the connection is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// session[ada].age = 37;
    /// session.flush()?;
    /// sent.take();
    /// session.rollback()?;
    /// assert_eq!(session[ada].age, 36);
    /// assert_eq!(sent.take_sql(), ["ROLLBACK"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn rollback(&mut self) -> Result<()> {
        self.outside_savepoint("roll back")?;
        let mut connection = self.connection.take();
        let unknown = self.unknown || connection.as_mut().is_some_and(finds_unknown);
        let rolled_back = connection.as_mut().map_or(Ok(()), Connection::undo);
        (self.lost, self.unknown, self.found_stale) = (false, false, false);
        // The pool may have no other one.
        drop(connection);
        let reported = self.reported.replace(false);
        if unknown && self.was_committed() {
            self.state.undo_pending();
            self.state.commit();
            self.committed();
            if !reported {
                return self.note(Err(stored_outside()));
            }
        } else {
            self.state.undo_transaction();
            self.state.end();
            self.reread();
            self.rolled_back();
        }
        self.note(rolled_back)
    }

    /// Whether the database has what was flushed in a transaction that ended outside the session. Where that can't be
    /// read the result is that of a lost connection: check whether the changes are stored before repeating them.
    fn was_committed(&self) -> bool {
        let connection = self.engine.connection();
        connection
            .and_then(|mut connection| flush::was_committed(&mut connection, &self.state))
            .unwrap_or(false)
    }

    /// Reads again what the rollback has taken away.
    fn reread(&mut self) {
        if self.state.has_unknown()
            && let Ok(mut connection) = self.engine.connection()
        {
            load::reread(&mut self.state, &mut connection);
        }
    }

    /// Returns the session's connection, in its transaction, for statements outside the unit of work. Pending changes
    /// are flushed first. Entities become stale, since the statements may change their rows. The session controls the
    /// transaction: `commit`, `rollback`, and COMMIT, ROLLBACK, BEGIN and ROLLBACK TO SAVEPOINT as SQL text return
    /// `Usage`.
    ///
    /// # Errors
    /// As [`Session::flush`] and [`Engine::connection`](crate::Engine::connection).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// session.connection()?.raw_control("DELETE FROM posts")?;
    /// session.commit()?;
    /// assert_eq!(sent.take_sql(), ["BEGIN IMMEDIATE", "DELETE FROM posts", "COMMIT"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn connection(&mut self) -> Result<&mut Connection> {
        self.before_write()?;
        self.state.overtake("a statement on the connection");
        self.connection.as_mut().ok_or_else(no_transaction)
    }

    /// # Errors
    /// `Transaction` if it was lost, and only `rollback` is allowed.
    #[inline]
    pub(super) fn usable(&self) -> Result<()> {
        let open = self
            .connection
            .as_ref()
            .is_none_or(Connection::has_transaction);
        if open && !self.lost {
            Ok(())
        } else {
            Err(self.ended())
        }
    }

    /// Begins the transaction if it isn't open, for some work past the unit of work.
    #[inline]
    pub(super) fn begin_work(&mut self) -> Result<()> {
        self.usable()?;
        if self.connection.is_none() {
            self.open_transaction()?;
        }
        self.work = Work::Done;
        Ok(())
    }

    /// Begins the transaction on the connection that a query has got, or else on one that is checked out for it. On
    /// SQLite it takes the write lock at once and waits for it: one that reads first would fail as soon as another one
    /// has written in between.
    pub(super) fn open_transaction(&mut self) -> Result<()> {
        self.may_begin()?;
        let mut connection = match self.pooled.take() {
            Some(connection) => connection,
            None => self.engine.connection_to_begin()?,
        };
        let mut options = self.options;
        options.writes = !options.read_only;
        connection.begin_with(options)?;
        connection.give_to_session();
        self.state.begin();
        self.found_stale = false;
        self.work = Work::None;
        self.connection = Some(connection);
        self.hand_on();
        Ok(())
    }

    #[cold]
    fn ended(&self) -> Error {
        if self.connection.as_ref().is_some_and(Connection::is_unknown) {
            self.reported.set(true);
            return ended_outside(ErrorKind::Transaction);
        }
        Error::with_message(
            ErrorKind::Transaction,
            "the session's transaction ended without a commit",
        )
        .with_hint("call rollback(), which restores the entities, and run the transaction again")
    }

    fn outside_savepoint(&self, what: &str) -> Result<()> {
        self.outside_hook(what)?;
        if self.depth == 0 {
            return Ok(());
        }
        Err(Error::with_message(
            ErrorKind::Usage,
            format!("can't {what} inside the closure of a transaction or savepoint"),
        )
        .with_hint("return Ok from the closure to commit, or Err to roll back"))
    }
}

/// Whether the transaction has ended outside the session, through the driver's own connection, too.
fn finds_unknown(connection: &mut Connection) -> bool {
    // One without a known state is lost, and the server has rolled back.
    let _ = connection.resync();
    connection.is_unknown()
}

#[cold]
pub(super) fn no_transaction() -> Error {
    Error::with_message(ErrorKind::Usage, "the session has no transaction open")
}

#[cold]
fn stored_outside() -> Error {
    let message = "nothing to roll back: a statement committed the transaction implicitly";
    Error::with_message(ErrorKind::Transaction, message)
        .with_hint("changes flushed before that statement are stored; run DDL and procedures that commit outside a session")
}

/// No driver reports whether the statement that ended the transaction has committed it or rolled it back.
#[cold]
fn ended_outside(kind: ErrorKind) -> Error {
    let message =
        "the transaction ended outside the session: the outcome of the flushed changes is unknown";
    Error::with_message(kind, message).with_hint(
        "call rollback(), which checks the database and makes entities without a row transient; run DDL and procedures that commit outside a session",
    )
}
