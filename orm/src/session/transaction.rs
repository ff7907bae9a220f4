//! The session's transaction: begun by the first statement, written by flushes, ended by commit or rollback; and the
//! scope that makes each flush atomic.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::IsolationLevel;

use super::{Session, Work};
use crate::engine::Connection;
use crate::flush::{self, Failure, Plan};
use crate::load;

/// What is undone if a flush fails.
#[derive(Clone, Copy)]
enum Scope {
    /// The transaction, which has done nothing else. Where an error aborts it that holds if it has only
    /// read, too: a savepoint would cost the usual load, change and commit two round trips. Not if it sees
    /// one snapshot of the database, which a new transaction would not continue.
    Whole,
    /// The work since a savepoint.
    Savepoint(u32),
    /// Nothing: the one statement undoes itself.
    Statement,
}

impl Session {
    /// Writes all pending changes, in dependency order, and keeps the transaction open. A flush is atomic: after an
    /// error nothing of it is written, and all changes stay pending, so that they can be corrected and flushed again.
    ///
    /// # Errors
    /// - `UniqueViolation`, `ForeignKeyViolation`, `NotNullViolation`, `CheckViolation`: a constraint is violated. For a
    ///   row that can't be deleted, the message names the rows that reference it: ten of them, and how many there are.
    /// - `StaleData`: a row was changed or deleted since it was loaded.
    /// - `StaleHandle`: `delete` was called with a stale handle.
    /// - `Usage`: a required relation leads to nothing, or to an entity that is deleted by this flush.
    /// - `Validation`: [validators](crate::Hooks::validate) refuse fields.
    /// - The error of a hook. See [`Hooks`](crate::Hooks) and [`SessionHooks`](crate::SessionHooks).
    /// - Any other error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// session.add(Post::builder().author_id(1).title("On tides"));
    /// session.flush()?;
    /// assert!(session.in_transaction());
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN IMMEDIATE",
    ///         r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#,
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn flush(&mut self) -> Result<()> {
        let result = self.with_plan(|session, plan| {
            session.plan_flush(plan)?;
            session.write(plan)
        });
        self.note(result)
    }

    /// Runs with the plan of the last flush. A session that only reads has none.
    #[inline]
    fn with_plan<T>(&mut self, run: impl FnOnce(&mut Self, &mut Plan) -> Result<T>) -> Result<T> {
        let mut plan = self.plan.take().unwrap_or_default();
        let result = run(self, &mut plan);
        self.plan = Some(plan);
        result
    }

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

    pub(super) fn write(&mut self, plan: &mut Plan) -> Result<()> {
        if plan.is_empty() {
            self.state.clear_dirty();
            return Ok(());
        }
        let scope = self.open_scope(plan);
        let written = scope.and_then(|scope| match self.emit(plan, scope) {
            Ok(()) => {
                flush::apply(&mut self.state, plan);
                Ok(())
            }
            Err(failure) => Err(self.fail(plan, scope, failure)),
        });
        if written.is_err() {
            flush::take_back(plan, &mut self.state);
        }
        written?;
        self.after_flush()
    }

    /// Writes the plan and closes its scope. What fails on the way, the end of the scope included, is to be undone.
    fn emit(&mut self, plan: &mut Plan, scope: Scope) -> Result<(), Failure> {
        let connection = self.connection.as_mut().ok_or_else(no_transaction)?;
        flush::emit(connection, &self.state, plan)?;
        self.close_scope(scope)?;
        Ok(())
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

    pub(super) fn plan_flush(&mut self, plan: &mut Plan) -> Result<()> {
        self.usable()?;
        self.outside_hook("flush")?;
        self.before_flush()?;
        if !self.state.faults.is_empty() {
            return Err(self.state.faults.remove(0));
        }
        if !self.state.has_work() {
            plan.clear();
            return Ok(());
        }
        let had_transaction = self.connection.is_some();
        let planned = self.plan_pending(plan, had_transaction);
        if planned.is_err() {
            self.take_back(plan, had_transaction);
        }
        planned
    }

    fn plan_pending(&mut self, plan: &mut Plan, had_transaction: bool) -> Result<()> {
        plan.forget_marks();
        self.relate(plan)?;
        if self.state.has_hooks {
            self.hook_entities(plan, had_transaction)?;
        }
        self.note_rows();
        flush::plan(plan, &self.state, self.settings.optimistic)?;
        flush::check_referencing(plan, &mut self.state)?;
        flush::look_up(plan, &self.state, &self.engine, self.connection.as_mut())
    }

    /// Finds out which rows the flush writes, and their foreign keys: the first phases, before hooks and the plan.
    pub(super) fn relate(&mut self, plan: &mut Plan) -> Result<()> {
        flush::link(plan, &mut self.state)?;
        flush::switch_rows(&mut self.state);
        self.cascade(plan)
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
        Ok(())
    }

    fn open_scope(&mut self, plan: &Plan) -> Result<Scope> {
        if self.connection.is_none() {
            self.open_transaction()?;
        }
        let connection = self.connection.as_mut().ok_or_else(no_transaction)?;
        if self.work == Work::None {
            return Ok(Scope::Whole);
        }
        let undoes_itself = connection.dialect().capabilities().statement_rollback;
        if undoes_itself && plan.is_single_row() {
            return Ok(Scope::Statement);
        }
        if self.work == Work::Read && !undoes_itself {
            let isolation = self.options.isolation.or(connection.default_isolation());
            if !isolation.is_some_and(IsolationLevel::is_one_view) {
                return Ok(Scope::Whole);
            }
        }
        connection.set_savepoint().map(Scope::Savepoint)
    }

    fn close_scope(&mut self, scope: Scope) -> Result<()> {
        self.work = Work::Done;
        match (scope, &mut self.connection) {
            (Scope::Savepoint(number), Some(connection)) => connection.release(number),
            _ => Ok(()),
        }
    }

    #[cold]
    fn fail(&mut self, plan: &Plan, scope: Scope, failure: Failure) -> Error {
        let Failure { mut error, suspect } = failure;
        self.found_stale |= error.is_stale_data();
        let Some(connection) = &mut self.connection else {
            return error;
        };
        let undone = match scope {
            Scope::Whole => connection.undo(),
            Scope::Savepoint(number) => connection.rollback_to(number),
            Scope::Statement => {
                // It undid itself, unless it found several rows by one key.
                self.lost = error.kind() == ErrorKind::MultipleRows;
                Ok(())
            }
        };
        match (undone, suspect) {
            (Ok(()), Some(unit)) => {
                error = flush::look_closer(connection, &self.state, (plan, unit), error);
            }
            // A part of the flush may still be there, so nothing may be built on it.
            (Err(_), _) => self.lost = matches!(scope, Scope::Savepoint(_)),
            (Ok(()), None) => {}
        }
        if matches!(scope, Scope::Whole) {
            self.connection = None;
            // What the transaction has read isn't certain any more.
            self.state.end();
            self.state.mark_stale();
        }
        error
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
