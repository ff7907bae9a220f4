//! A connection: executes statements and tracks the state of the transaction.
//!
//! `connect.rs` creates it. Statements with binds are prepared once and kept by the native driver; control statements
//! are sent as text, in one round trip.
//!
//! The state of the transaction comes from the server. If the server reports state changes with its responses, they
//! are read after each success. Errors have no such report, and some of them end the transaction (a deadlock, DDL
//! that commits before it fails), so after an error the state is read from the server before the error is returned.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mysql::prelude::Queryable;
use mysql::{Conn, Params, Statement};
use orm_core::blocking::within;
use orm_core::driver::{LONGEST_KEPT, bind_count, unanswered};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::Dialect as _;
use orm_core::value::ValueRef;

use super::bind;
use super::bind_types::BindTypes;
use super::config::MysqlConfig;
use super::failure::{breaks, from_native, is_silence, lost, too_large};
use super::kill::{Kill, Target};
use super::result_set::{StatementResult, reported};
use super::row::Kind;
use super::session::Session;
use super::statement_kind::{asks_for_file, ends_or_begins, is_plain, only_tells};
use super::statements::Statements;
use crate::MysqlDialect;

/// The server refuses to change the next transaction's access mode while a transaction is open. The refusal shows that
/// one is, on MySQL and MariaDB alike and without any privilege.
const QUESTION: &str = "SET TRANSACTION READ WRITE";

/// The error code of this refusal: a transaction is open.
const IN_TRANSACTION: u16 = 1568;

/// The server has forgotten the prepared statement, or wants it prepared again.
const STALE_STATEMENT: [u16; 2] = [1243, 1615];

/// Represents a connection to MySQL or MariaDB. Its [`native`](orm_core::driver::Connection::native) connection is a
/// [`mysql::Conn`].
pub struct MysqlConnection {
    /// There until the connection breaks.
    pub(super) native: Option<Conn>,
    pub(super) session: Session,
    /// What stops its statement. It is shared with the threads that may.
    pub(super) kill: Arc<Target>,
    pub(super) config: MysqlConfig,
    pub(super) open: bool,
    pub(super) tracked: bool,
    pub(super) kinds: Vec<Kind>,
    pub(super) statements: Statements,
    /// On MySQL.
    pub(super) types: Option<BindTypes>,
    pub(super) nothing: (),
}

impl MysqlConnection {
    pub(super) fn new(
        native: Conn,
        session: Session,
        kill: Arc<Target>,
        config: MysqlConfig,
    ) -> Self {
        Self {
            tracked: reported(&native).is_some(),
            types: (session.dialect == MysqlDialect::MySql).then(BindTypes::default),
            native: Some(native),
            session,
            kill,
            statements: Statements::new(config.statement_cache),
            config,
            open: false,
            kinds: Vec::new(),
            nothing: (),
        }
    }

    /// Whether a statement may be sent at all. A broken connection is gone:
    /// what it still held would otherwise be found by the next statement.
    pub(super) fn check(&mut self, sql: &str) -> Result<()> {
        if self.native.is_none() {
            return Err(lost().with_sql(sql));
        }
        // A command and its text.
        if sql.len() >= self.session.packet {
            return Err(too_large().with_sql(sql));
        }
        if asks_for_file(sql) {
            return Err(no_file().with_sql(sql));
        }
        Ok(())
    }

    pub(super) fn native(&mut self) -> Result<&mut Conn> {
        self.native.as_mut().ok_or_else(lost)
    }

    /// Returns the native connection. Until it is put back this one is broken: what holds it may be forgotten.
    pub(super) fn take_away(&mut self) -> Result<Conn> {
        self.native.take().ok_or_else(lost)
    }

    pub(super) fn put_back(&mut self, native: Conn) {
        self.native = Some(native);
    }

    /// Stops the query that runs, unless it ends soon.
    pub(super) fn kill_later(&self) -> Option<Kill> {
        Kill::later(Arc::clone(&self.kill))
    }

    /// A query that ended by itself while it was stopped may leave that to the next statement.
    pub(super) fn pass_over_kill(&mut self) {
        let passed = self.native.as_mut().map(|native| native.query_drop("DO 0"));
        if let Some(Err(native)) = passed
            && breaks(&native)
        {
            self.lose();
        }
    }

    pub(super) fn params(&self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Params> {
        bind::params(binds, self.session.packet, self.session.dialect.name())
            .map_err(|error| error.with_sql(sql))
    }

    /// Prepares a statement, or takes it from the cache.
    pub(super) fn prepare(&mut self, sql: &str, binds: usize) -> Result<Statement> {
        let statement = match self.statements.get(sql) {
            Some(statement) => statement,
            None => self.prepare_new(sql)?,
        };
        if usize::from(statement.num_params()) == binds {
            return Ok(statement);
        }
        let wanted = statement.num_params();
        self.release(statement, sql);
        Err(bind_count(wanted.into(), binds).with_sql(sql))
    }

    fn prepare_new(&mut self, sql: &str) -> Result<Statement> {
        self.statements.make_room();
        let prepared = self.native()?.prep(sql);
        let statement = prepared.map_err(|native| self.failed(native, sql))?;
        self.statements.keep(sql, &statement);
        Ok(statement)
    }

    /// Prepares a statement for binds of these types.
    pub(super) fn prepare_for(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        params: &Params,
    ) -> Result<Statement> {
        let statement = self.prepare(sql, binds.len())?;
        if self.fit(&statement, params) {
            return Ok(statement);
        }
        self.forget(statement, sql);
        let statement = self.prepare(sql, binds.len())?;
        self.fit(&statement, params);
        Ok(statement)
    }

    fn fit(&mut self, statement: &Statement, params: &Params) -> bool {
        let types = self.types.as_mut();
        types.is_none_or(|types| types.fit(statement.id(), params))
    }

    /// Without a cache nothing else closes a statement, and the server keeps it until the connection ends. With one, long texts
    /// are not kept: statements are counted there, not weighed.
    pub(super) fn release(&mut self, statement: Statement, sql: &str) {
        if self.config.statement_cache == 0 || sql.len() > LONGEST_KEPT {
            self.forget(statement, sql);
        }
    }

    fn forget(&mut self, statement: Statement, sql: &str) {
        self.statements.forget(sql);
        if let Some(types) = &mut self.types {
            types.forget(statement.id());
        }
        // The server sends no response to this.
        let closed = self.native.as_mut().map(|native| native.close(statement));
        if matches!(closed, Some(Err(_))) {
            self.lose();
        }
    }

    /// What a query needs to be sent.
    pub(super) fn prepare_query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
    ) -> Result<(Statement, Params)> {
        self.check(sql)?;
        let params = self.params(sql, binds)?;
        let statement = self.prepare_for(sql, binds, &params)?;
        Ok((statement, params))
    }

    /// What is done with a prepared statement after its run.
    pub(super) fn finished<T>(
        &mut self,
        statement: Statement,
        sql: &str,
        result: mysql::Result<StatementResult<T>>,
    ) -> Result<T> {
        let stale = matches!(&result, Err(mysql::Error::MySqlError(error))
            if STALE_STATEMENT.contains(&error.code));
        if stale {
            self.forget(statement, sql);
        } else {
            self.release(statement, sql);
        }
        self.after_statement(sql, result)
    }

    pub(super) fn after_statement<T>(
        &mut self,
        sql: &str,
        result: mysql::Result<StatementResult<T>>,
    ) -> Result<T> {
        match result {
            Ok(done) => {
                self.succeeded(sql, done.has_rows);
                Ok(done.value)
            }
            Err(native) => Err(self.failed(native, sql)),
        }
    }

    #[inline]
    fn succeeded(&mut self, sql: &str, has_rows: bool) {
        if let Some(open) = self.native.as_ref().and_then(reported) {
            self.tracked = true;
            if self.open && !open && !ends_or_begins(sql, true) {
                // MySQL reports an end at CREATE TEMPORARY TABLE, which ends nothing.
                self.ask();
                self.tracked = !self.open;
            } else {
                self.open = open;
            }
        } else if !is_plain(sql) {
            self.doubt(sql, has_rows);
        }
    }

    /// What silence means after a statement that may have changed the state.
    #[cold]
    fn doubt(&mut self, sql: &str, has_rows: bool) {
        if !self.tracked || ends_or_begins(sql, self.open) {
            // It must have changed the state: a proxy in front of the server, or the program itself,
            // has switched the reports off.
            self.tracked = false;
            self.ask();
        } else if self.open && has_rows && !only_tells(sql) {
            // A result set ends without a report, and ANALYZE TABLE, which returns one, commits.
            self.ask();
        }
    }

    #[cold]
    pub(super) fn failed(&mut self, native: mysql::Error, sql: &str) -> Error {
        if breaks(&native) {
            self.lose();
        } else if self.open || !is_plain(sql) {
            let before = self.open;
            self.ask();
            // The server reports changes since its last report, so the next response may have no report.
            self.tracked = self.tracked && self.open == before;
        }
        if is_silence(&native) {
            return unanswered(sql, self.config.answer_timeout).with_source(native);
        }
        let error = from_native(native, sql);
        // A killed connection may give another reason for its last statement's failure.
        if self.native.is_none() && error.kind() == ErrorKind::Database {
            return error.into_kind(ErrorKind::ConnectionLost);
        }
        error
    }

    /// Reads from the server whether a transaction is open. A connection where this fails is closed.
    #[cold]
    pub(super) fn ask(&mut self) {
        let Some(native) = &mut self.native else {
            return;
        };
        match native.query_drop(QUESTION) {
            Err(mysql::Error::MySqlError(answer)) if answer.code == IN_TRANSACTION => {
                self.open = true;
            }
            // Takes back what the question has set for the next transaction.
            Ok(()) if native.query_drop("ROLLBACK").is_ok() => self.open = false,
            _ => self.lose(),
        }
    }

    /// Closes what is left of a broken connection: the server then rolls back what it still holds.
    pub(super) fn lose(&mut self) {
        self.native = None;
        self.open = false;
    }

    /// Pings from a thread of its own: the native driver has no time limit for one response, and a peer that
    /// has gone silent would hold the caller for as long as the network takes to give up.
    pub(super) fn ping_within(&mut self, limit: Duration) -> Result<()> {
        let mut native = self.take_away()?;
        let pinged = within(limit, "orm-ping", move || {
            let answer = native.ping();
            (native, answer)
        });
        let (native, answer) = pinged.map_err(|error| lost().with_source(error))?;
        self.put_back(native);
        answer.map_err(|native| self.failed(native, ""))
    }
}

/// The native driver would send an empty file, and report success.
#[cold]
fn no_file() -> Error {
    let message = "LOAD DATA LOCAL INFILE is not supported by this driver";
    Error::with_message(ErrorKind::Unsupported, message)
        .with_hint("run it on the native connection, mysql::Conn, with a local infile handler")
}

impl fmt::Debug for MysqlConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The native connection's Debug holds the password.
        f.debug_struct("MysqlConnection")
            .field("server", &self.session.dialect.name())
            .field("open", &self.open)
            .field("broken", &self.native.is_none())
            .finish_non_exhaustive()
    }
}
