//! The session's transaction: begun by the first statement, written by flushes, ended by commit or
//! rollback; and the scope that makes each flush atomic.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::TransactionOptions;

use super::Session;
use crate::engine::Connection;
use crate::flush::{self, Failure, Plan};

/// What is undone if a flush fails.
#[derive(Clone, Copy)]
enum Scope {
    /// The transaction, which has done nothing else.
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
    /// it. If COMMIT itself fails nothing is stored (except that with
    /// [`ErrorKind::CommitUnknown`] nobody knows), and the session does nothing until `rollback`.
    pub fn commit(&mut self) -> Result<()> {
        self.outside_savepoint("commit")?;
        if self.connection.is_none() {
            let plan = self.plan()?;
            if plan.is_single_row() {
                return self.commit_single(plan);
            }
        }
        self.flush()?;
        if let Some(connection) = &mut self.connection {
            if let Err(error) = connection.commit() {
                self.lost = true;
                return Err(error);
            }
        }
        self.connection = None;
        self.state.commit();
        Ok(())
    }

    /// One statement that touches one row is atomic by itself: BEGIN and COMMIT would be two round
    /// trips for nothing.
    fn commit_single(&mut self, plan: Plan) -> Result<()> {
        let mut connection = self.engine.connection()?;
        let written = flush::emit(&mut connection, &self.state, &plan).map_err(|f| f.error)?;
        self.state.new_level();
        flush::apply(&mut self.state, plan, written);
        self.state.commit();
        Ok(())
    }

    /// Undoes everything since the last commit, in the database and in memory: values and states are
    /// as they were, added entities are transient, deleted ones live again, and all are stale.
    ///
    /// # Errors
    /// The database's refusal. What is in memory is undone in any case, and the connection dropped.
    pub fn rollback(&mut self) -> Result<()> {
        self.outside_savepoint("roll back")?;
        let rolled_back = self.connection.take().map_or(Ok(()), |mut c| c.rollback());
        self.undo_to(0);
        rolled_back
    }

    /// The session's own connection, in its transaction, for statements past the unit of work. Pending
    /// work is flushed first.
    ///
    /// # Errors
    /// Those of the flush and of connecting.
    pub fn connection(&mut self) -> Result<&mut Connection> {
        use crate::query::Executor;
        self.before_query()?;
        Ok(self.split()?.0)
    }

    fn undo_to(&mut self, level: u32) {
        self.lost = false;
        self.state.undo_to(level);
    }

    /// # Errors
    /// `Transaction` if it was lost, and only `rollback` goes on.
    #[inline]
    pub(super) fn usable(&self) -> Result<()> {
        let ended = self.connection.as_ref().is_some_and(|c| !c.in_transaction());
        if self.lost || ended { Err(lost()) } else { Ok(()) }
    }

    fn plan(&mut self) -> Result<Plan> {
        self.usable()?;
        if let Some(fault) = self.state.faults.pop() {
            return Err(fault);
        }
        flush::plan(&self.state)
    }

    /// Begins the transaction if it isn't open.
    #[inline]
    pub(super) fn begin(&mut self) -> Result<()> {
        match self.connection {
            Some(_) => Ok(()),
            None => self.begin_with(self.options),
        }
    }

    fn begin_with(&mut self, options: TransactionOptions) -> Result<()> {
        let mut connection = self.engine.connection()?;
        connection.begin_with(options)?;
        self.base_level = self.state.new_level();
        self.worked = false;
        self.connection = Some(connection);
        Ok(())
    }

    fn open_scope(&mut self, plan: &Plan) -> Result<Scope> {
        if self.connection.is_none() {
            self.begin_with(TransactionOptions { writes: true, ..self.options })?;
        }
        let worked = std::mem::replace(&mut self.worked, true);
        let connection = self.connection.as_mut().ok_or_else(no_transaction)?;
        if !worked {
            return Ok(Scope::Whole);
        }
        if plan.is_single_row() && connection.dialect().capabilities().statement_rollback {
            return Ok(Scope::Statement);
        }
        connection.set_savepoint().map(Scope::Savepoint)
    }

    fn close_scope(&mut self, scope: Scope) -> Result<()> {
        match (scope, &mut self.connection) {
            (Scope::Savepoint(number), Some(connection)) => connection.release(number),
            _ => Ok(()),
        }
    }

    #[cold]
    fn fail(&mut self, scope: Scope, plan: &Plan, failure: Failure) -> Error {
        let Failure { mut error, suspect } = failure;
        let Some(connection) = &mut self.connection else { return error };
        let undone = match scope {
            Scope::Whole => connection.rollback(),
            Scope::Savepoint(number) => connection.rollback_to(number),
            Scope::Statement => Ok(()),
        };
        if let (Ok(()), Some(unit)) = (undone, suspect) {
            error = flush::find_stale(connection, &self.state, &plan.units[unit], error);
        }
        if matches!(scope, Scope::Whole) {
            self.connection = None;
        }
        error
    }

    pub(super) fn outside_savepoint(&self, what: &str) -> Result<()> {
        if self.depth == 0 {
            return Ok(());
        }
        Err(Error::with_message(
            ErrorKind::Usage,
            format!("can't {what} inside a savepoint closure"),
        )
        .with_hint("return Ok to keep the work of the closure, or Err to undo it"))
    }
}

#[cold]
fn no_transaction() -> Error {
    Error::with_message(ErrorKind::Usage, "the session has no transaction open")
}

#[cold]
fn lost() -> Error {
    Error::with_message(ErrorKind::Transaction, "the session's transaction has ended without a commit")
        .with_hint("call rollback(): it puts the entities back as they were, for the work to be done again")
}
