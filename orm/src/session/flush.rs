//! The flush: the pipeline from pending entities to statements and back, and the scope that makes it atomic.
//!
//! Its phases are in `crate::flush`. The transaction that it writes in is in `transaction.rs`.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::IsolationLevel;

use super::transaction::no_transaction;
use super::{Session, Work};
use crate::flush::{self, Failure, Plan};

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
    /// - `Usage`: a required relation references nothing, or an entity that is deleted by this flush.
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
    pub(super) fn with_plan<T>(
        &mut self,
        run: impl FnOnce(&mut Self, &mut Plan) -> Result<T>,
    ) -> Result<T> {
        let mut plan = self.plan.take().unwrap_or_default();
        let result = run(self, &mut plan);
        self.plan = Some(plan);
        result
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
        self.cascade(plan)?;
        self.number_lists()
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
}
