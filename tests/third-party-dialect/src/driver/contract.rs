//! The connection as core's contract has it.

use std::any::Any;

use orm_core::driver::{
    Connection, Cursor, Outcome, Row, TransactionState, TransactionVerb, whole_rows,
};
use orm_core::error::{Error, Result};
use orm_core::lex::TransactionControl;
use orm_core::value::ValueRef;
use rsfbclient_core::TrOp;

use super::connection::FirebirdConnection;
use super::cursor::FirebirdCursor;
use crate::capability::CAPABILITIES;
use crate::types::NAME;

impl FirebirdConnection {
    /// Runs a statement that begins or ends a transaction by the client's own call; `false` for any other statement.
    fn controls(&mut self, sql: &str) -> Result<bool> {
        use TransactionControl as Control;
        match Control::of(sql, CAPABILITIES.lexical_rules) {
            Some(Control::Begin) => self.begin(sql)?,
            Some(Control::Commit(_)) => self.end(sql, TrOp::Commit)?,
            Some(Control::Rollback(_)) => self.end(sql, TrOp::Rollback)?,
            None if sql
                .get(..15)
                .is_some_and(|words| words.eq_ignore_ascii_case("SET TRANSACTION")) =>
            {
                self.begin(sql)?;
            }
            Some(
                Control::Prepare
                | Control::Savepoint(_)
                | Control::Release(_)
                | Control::RollbackTo(_),
            )
            | None => return Ok(false),
        }
        Ok(true)
    }
}

impl Connection for FirebirdConnection {
    fn server(&self) -> &'static str {
        NAME
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        if self.controls(sql)? {
            return Ok(Outcome::default());
        }
        let written = self.within(sql, |own, transaction| {
            own.run((sql, binds), transaction, &mut |_| Ok(()))
        })?;
        Ok(Outcome::new(written, 0))
    }

    // Outside a transaction all runs are in one, so that they are prepared once.
    fn execute_each(
        &mut self,
        sql: &str,
        width: usize,
        binds: &[ValueRef<'_>],
        done: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        let rows = whole_rows(sql, width, binds)?;
        self.within(sql, |own, transaction| {
            for row in rows {
                done(Outcome::new(
                    own.run((sql, row), transaction, &mut |_| Ok(()))?,
                    0,
                ))?;
            }
            Ok(())
        })
    }

    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        if self.controls(sql)? {
            return Ok(());
        }
        let run = self.within(sql, |own, transaction| {
            own.run((sql, binds), transaction, &mut |row| each(&row))
        });
        run.map(drop)
    }

    fn cursor<'c>(&'c mut self, sql: &str, binds: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c> {
        Box::new(FirebirdCursor::open(self, sql, binds))
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        self.execute(sql, &[]).map(drop)
    }

    fn transact(&mut self, sql: &str, verb: TransactionVerb) -> Result<()> {
        match verb {
            TransactionVerb::Begin => self.begin(sql),
            TransactionVerb::Commit => self.end(sql, TrOp::Commit),
            TransactionVerb::Rollback => self.end(sql, TrOp::Rollback),
            TransactionVerb::Savepoint | TransactionVerb::RollbackTo => self.control(sql),
        }
    }

    // The client begins and ends it by calls of its own, so that it is known. An error undoes its statement alone.
    fn transaction(&mut self, _error: Option<&Error>) -> TransactionState {
        match self.native.transaction {
            Some(_) => TransactionState::Open,
            None => TransactionState::None,
        }
    }

    fn ping(&mut self) -> Result<()> {
        self.query("SELECT 1 FROM RDB$DATABASE", &[], &mut |_| Ok(()))
    }

    fn is_broken(&self) -> bool {
        self.is_broken
    }

    fn clear_statements(&mut self) {
        self.forget_statements();
    }

    fn native(&mut self) -> &mut dyn Any {
        &mut self.native
    }
}
