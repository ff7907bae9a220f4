//! Implements the traits of `orm_core::driver`.
//!
//! `connection.rs` has the implementation, and `cursor.rs` that of cursors. The server prepares a statement again by
//! itself after DDL and sends the new columns, so no cache is cleared here.

use std::any::Any;
use std::sync::Arc;

use mysql::prelude::Queryable;
use orm_core::ServerVersion;
use orm_core::driver::{
    Cancel, Connection, Cursor, Outcome, Row, TransactionState, TransactionVerb, unanswered,
    whole_rows,
};
use orm_core::error::{Error, Result};
use orm_core::sql::{Dialect as _, IsolationLevel};
use orm_core::value::ValueRef;

use super::bind;
use super::bind_types::BindTypes;
use super::connection::MysqlConnection;
use super::cursor::MysqlCursor;
use super::failure::{is_silence, lost};
use super::result_set::{StatementResult, drain, outcome, read, reported, run};
use super::session::log_in_again;

/// This command can't be prepared.
const UNPREPARABLE: u16 = 1295;

impl Connection for MysqlConnection {
    fn server(&self) -> &'static str {
        self.session.dialect.name()
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        self.check(sql)?;
        let params = self.params(sql, binds)?;
        let statement = match self.prepare_for(sql, binds, &params) {
            Err(error) if binds.is_empty() && is_unpreparable(&error) => {
                self.control(sql)?;
                return Ok(outcome(self.native()?));
            }
            prepared => prepared?,
        };
        let result = run(self.native()?, &statement, params);
        self.finished(statement, sql, result)
    }

    fn execute_each(
        &mut self,
        sql: &str,
        width: usize,
        binds: &[ValueRef<'_>],
        done: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        if binds.is_empty() {
            return Ok(());
        }
        let rows = whole_rows(sql, width, binds)?;
        self.check(sql)?;
        let statement = self.prepare(sql, width)?;
        for row in rows {
            let result = self.params(sql, row).and_then(|params| {
                let result = run(self.native()?, &statement, params);
                done(self.after_statement(sql, result)?)
            });
            if let Err(error) = result {
                self.release(statement, sql);
                return Err(error);
            }
        }
        self.release(statement, sql);
        Ok(())
    }

    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let (statement, params) = self.prepare_query(sql, binds)?;
        let native = self.native.as_mut().ok_or_else(lost)?;
        let result = read(native, &mut self.kinds, (&statement, params), each);
        self.finished(statement, sql, result)?
    }

    fn cursor<'c>(&'c mut self, sql: &str, binds: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c> {
        Box::new(MysqlCursor::open(self, sql, binds))
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        self.check(sql)?;
        let result = self.native()?.query_iter(sql).and_then(|mut result| {
            let has_rows = drain(&mut result)?;
            Ok(StatementResult {
                value: (),
                has_rows,
            })
        });
        self.after_statement(sql, result)
    }

    fn transact(&mut self, sql: &str, verb: TransactionVerb) -> Result<()> {
        if let Err(native) = self.native()?.query_drop(sql) {
            return Err(self.failed(native, sql));
        }
        match self.native.as_ref().and_then(reported) {
            Some(open) => (self.tracked, self.open) = (true, open),
            None if matches!(
                verb,
                TransactionVerb::Savepoint | TransactionVerb::RollbackTo
            ) => {}
            // Its reports have been switched off.
            None => {
                self.tracked = false;
                self.ask();
            }
        }
        Ok(())
    }

    fn transaction(&mut self, _error: Option<&Error>) -> TransactionState {
        if self.open {
            TransactionState::Open
        } else {
            TransactionState::None
        }
    }

    fn resync(&mut self) -> Result<()> {
        self.statements.clear();
        self.ask();
        self.native().map(drop)
    }

    fn ping(&mut self) -> Result<()> {
        if !self.config.connect_timeout.is_zero() {
            return self.ping_within(self.config.connect_timeout);
        }
        let answer = self.native()?.ping();
        answer.map_err(|native| self.failed(native, ""))
    }

    fn server_version(&self) -> Option<ServerVersion> {
        self.session.version
    }

    fn default_isolation(&self) -> Option<IsolationLevel> {
        self.session.isolation
    }

    fn message_limit(&self) -> Option<usize> {
        Some(self.session.packet.saturating_sub(bind::ROOM))
    }

    fn is_broken(&self) -> bool {
        self.native.is_none()
    }

    fn reset(&mut self) -> Result<()> {
        let native = self.native.as_mut().ok_or_else(lost)?;
        match log_in_again(native, &self.session.settings) {
            Ok(()) => {
                self.open = false;
                self.statements.clear();
                self.types = self.types.take().map(|_| BindTypes::default());
                Ok(())
            }
            Err(native) => {
                self.lose();
                Err(if is_silence(&native) {
                    unanswered("", self.config.answer_timeout).with_source(native)
                } else {
                    lost().with_source(native)
                })
            }
        }
    }

    fn canceller(&self) -> Option<Arc<dyn Cancel>> {
        Some(Arc::clone(&self.kill) as _)
    }

    fn pass_over_cancel(&mut self) {
        self.pass_over_kill();
    }

    fn native(&mut self) -> &mut dyn Any {
        match &mut self.native {
            Some(native) => native,
            None => &mut self.nothing,
        }
    }
}

fn is_unpreparable(error: &Error) -> bool {
    error.code().and_then(|code| code.parse().ok()) == Some(UNPREPARABLE)
}
