//! The session's transaction: begun by the first statement, written by flushes, ended by commit or
//! rollback; and the scope that makes each flush atomic.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::TransactionOptions;

use super::{Session, Work};
use crate::engine::Connection;
use crate::flush::{self, Failure, Plan};

/// What is undone if a flush fails.
#[derive(Clone, Copy)]
enum Scope {
    /// The transaction, which has done nothing else. Where an error aborts it that holds if it has only
    /// read, too: a savepoint would cost the usual load, change and commit two round trips. Not if it sees
    /// one state of the database all along, which a new transaction would not go on with.
    Whole,
    /// The work since a savepoint.
    Savepoint(u32),
    /// Nothing: the one statement undoes itself.
    Statement,
}

impl Session {
    /// Writes everything that was added, changed or deleted, in dependency order, and keeps the
    /// transaction open. Atomic: after an error nothing of it is written, and everything is still
    /// pending, so that it can be corrected and flushed again.
    ///
    /// # Errors
    /// The first refusal: a constraint, `StaleData` if a row isn't as it was loaded, `StaleHandle` for a
    /// `delete` of one.
    pub fn flush(&mut self) -> Result<()> {
        let plan = self.plan()?;
        self.write(plan)
    }

    fn write(&mut self, plan: Plan) -> Result<()> {
        if plan.is_empty() {
            self.state.settle();
            return Ok(());
        }
        let scope = self.open_scope(&plan)?;
        let connection = self.connection.as_mut().ok_or_else(no_transaction)?;
        match flush::emit(connection, &self.state, &plan) {
            Ok(written) => {
                self.close_scope(scope)?;
                flush::apply(&mut self.state, plan, written);
                Ok(())
            }
            Err(failure) => Err(self.fail(scope, &plan, failure)),
        }
    }

    /// Flushes, then commits. On `Ok` the work is stored, entities stay readable and are stale until
    /// they are read again; deleted ones are gone.
    ///
    /// # Errors
    /// Those of [`Session::flush`], after which the transaction is still open unless the flush began
    /// it, or on PostgreSQL unless it has only read: what was loaded is then stale. If COMMIT itself fails nothing is stored (except that with
    /// [`ErrorKind::CommitUnknown`] nobody knows), and the session does nothing until `rollback`.
    pub fn commit(&mut self) -> Result<()> {
        self.outside_savepoint("commit")?;
        let plan = self.plan()?;
        if self.connection.is_none() && self.needs_no_begin(&plan) {
            return self.commit_single(plan);
        }
        self.write(plan)?;
        if let Some(Err(error)) = self.connection.as_mut().map(Connection::finish) {
            self.lost = true;
            return Err(error);
        }
        self.connection = None;
        self.state.commit();
        Ok(())
    }

    /// Whether one statement by itself does all that a transaction around it would.
    fn needs_no_begin(&self, plan: &Plan) -> bool {
        let TransactionOptions {
            isolation,
            read_only,
            ..
        } = self.options;
        plan.is_single_row() && isolation.is_none() && !read_only
    }

    /// One statement that touches one row is atomic by itself: BEGIN and COMMIT would be two round
    /// trips for nothing.
    fn commit_single(&mut self, plan: Plan) -> Result<()> {
        let mut connection = self.engine.connection()?;
        match flush::emit(&mut connection, &self.state, &plan) {
            Ok(written) => {
                if connection.in_transaction() {
                    // Its autocommit was switched off past this library.
                    connection.finish()?;
                }
                self.state.new_level();
                flush::apply(&mut self.state, plan, written);
                self.state.commit();
                Ok(())
            }
            // As with a COMMIT, the answer is what was lost, not necessarily the work.
            Err(Failure { error, .. }) if error.is_connection_lost() => {
                self.lost = true;
                Err(error.into_kind(ErrorKind::CommitUnknown).with_hint(
                    "look whether the work is there, call rollback(), and do it again if not",
                ))
            }
            Err(Failure { error, .. }) => Err(error),
        }
    }

    /// Undoes everything since the last commit, in the database and in memory: values and states are
    /// as they were, added entities are transient, deleted ones live again, and all are stale. After a
    /// statement that has committed the transaction past the session, such as DDL on MySQL, only what was
    /// not flushed is undone.
    ///
    /// # Errors
    /// The database's refusal. What is in memory is undone in any case, and the connection dropped.
    pub fn rollback(&mut self) -> Result<()> {
        self.outside_savepoint("roll back")?;
        let mut connection = self.connection.take();
        let stored = connection.as_ref().is_some_and(Connection::has_stored);
        let rolled_back = connection.as_mut().map_or(Ok(()), Connection::undo);
        self.lost = false;
        if stored {
            self.state.undo_pending();
            self.state.commit();
        } else {
            self.state.undo_to(0);
        }
        rolled_back
    }

    /// The session's own connection, in its transaction, for statements past the unit of work. Pending
    /// work is flushed first. What such statements change in rows that are loaded shows after a
    /// [`Session::refresh`]. Its transaction is the session's to end: `commit` and `rollback` are refused
    /// here, and after a COMMIT in raw SQL the session wants a `rollback`.
    ///
    /// # Errors
    /// Those of the flush and of connecting.
    pub fn connection(&mut self) -> Result<&mut Connection> {
        use crate::query::Executor;
        self.before_write()?;
        self.state.wrote_past = true;
        Ok(self.split()?.0)
    }

    /// # Errors
    /// `Transaction` if it was lost, and only `rollback` goes on.
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

    fn plan(&mut self) -> Result<Plan> {
        self.usable()?;
        if !self.state.faults.is_empty() {
            return Err(self.state.faults.remove(0));
        }
        flush::plan(&self.state)
    }

    /// Begins the transaction if it isn't open, for some work past the unit of work.
    #[inline]
    pub(super) fn begin_work(&mut self, work: Work) -> Result<()> {
        if self.connection.is_none() {
            self.begin(self.options)?;
        }
        if self.work != Work::Done {
            self.work = work;
        }
        Ok(())
    }

    fn begin(&mut self, options: TransactionOptions) -> Result<()> {
        let mut connection = self.engine.connection_to_begin()?;
        connection.begin_with(options)?;
        connection.hold();
        self.state.new_level();
        self.state.wrote_past = false;
        self.work = Work::None;
        self.connection = Some(connection);
        Ok(())
    }

    fn open_scope(&mut self, plan: &Plan) -> Result<Scope> {
        if self.connection.is_none() {
            self.begin(TransactionOptions {
                writes: true,
                ..self.options
            })?;
        }
        let connection = self.connection.as_mut().ok_or_else(no_transaction)?;
        let undoes_itself = connection.dialect().capabilities().statement_rollback;
        match self.work {
            Work::None => Ok(Scope::Whole),
            Work::Read if !undoes_itself && !self.options.is_one_view() => Ok(Scope::Whole),
            _ if undoes_itself && plan.is_single_row() => Ok(Scope::Statement),
            _ => connection.set_savepoint().map(Scope::Savepoint),
        }
    }

    fn close_scope(&mut self, scope: Scope) -> Result<()> {
        self.work = Work::Done;
        match (scope, &mut self.connection) {
            (Scope::Savepoint(number), Some(connection)) => connection.release(number),
            _ => Ok(()),
        }
    }

    #[cold]
    fn fail(&mut self, scope: Scope, plan: &Plan, failure: Failure) -> Error {
        let Failure { mut error, suspect } = failure;
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
                error = flush::find_stale(connection, &self.state, (plan, unit), error);
            }
            // A part of the flush may still be there, so nothing may be built on it.
            (Err(_), _) => self.lost = matches!(scope, Scope::Savepoint(_)),
            (Ok(()), None) => {}
        }
        if matches!(scope, Scope::Whole) {
            self.connection = None;
            // What the transaction has read isn't certain any more.
            self.state.expire_all();
        }
        error
    }

    #[cold]
    fn ended(&self) -> Error {
        if self.connection.as_ref().is_some_and(Connection::has_stored) {
            return Error::with_message(
                ErrorKind::Transaction,
                "a statement past the session has committed its transaction: what was flushed is stored",
            )
            .with_hint(
                "call rollback(): it drops only what was not flushed; run DDL outside of sessions",
            );
        }
        Error::with_message(
            ErrorKind::Transaction,
            "the session's transaction has come to an end without a commit",
        )
        .with_hint(
            "call rollback(): it puts the entities back as they were, for the work to be done again",
        )
    }

    fn outside_savepoint(&self, what: &str) -> Result<()> {
        if self.depth == 0 {
            return Ok(());
        }
        Err(Error::with_message(
            ErrorKind::Usage,
            format!("can't {what} inside a closure that is a transaction or a savepoint"),
        )
        .with_hint("return Ok to keep the work of the closure, or Err to undo it"))
    }
}

#[cold]
fn no_transaction() -> Error {
    Error::with_message(ErrorKind::Usage, "the session has no transaction open")
}
