//! One connection: statements, the prepared ones it keeps, and the truth about its transaction.
//!
//! The native client keeps the server's transaction status to itself, so it is followed here: by what
//! each statement does to it (`statement_kind.rs`), and by every error. What is done through
//! [`Connection::native`] goes unseen until [`Connection::resync`] asks the server.

use std::any::Any;
use std::borrow::Cow;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use hashlink::LruCache;
use orm_core::blocking::{in_task, refuse_in_task};
use orm_core::driver::{
    Connection, Cursor, Outcome, Row, TransactionState, TransactionVerb, unanswered,
};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::IsolationLevel;
use orm_core::value::ValueRef;
use postgres::error::SqlState;
use postgres::types::{ToSql, Type};
use postgres::{Client, Column, Statement};
use tokio::runtime::Handle;

use super::bind::{Bind, Refusal, binds, unspecified};
use super::cursor::{Declared, PostgresCursor};
use super::failure::{Failure, bind_count, server_error, too_many_binds};
use super::row::{PostgresRow, Wire};
use super::session::{Session, prepared};
use super::statement_kind::Effect;
use super::stream::Link;
use super::{PostgresConfig, elsewhere};
use crate::capability::CAPABILITIES;
use crate::errors;

/// Statements of a longer text are prepared for one run: kept ones are counted, not weighed.
const LONGEST_KEPT: usize = 16 * 1024;

/// Succeeds in a transaction that stands, and fails in another way in an aborted one and in none.
const QUESTION: &str = "SAVEPOINT orm_look; RELEASE SAVEPOINT orm_look";

/// A statement that the server has parsed.
pub(super) struct Prepared {
    statement: Statement,
    wires: Box<[Wire]>,
    effect: Effect,
}

/// An open connection.
pub(super) struct PostgresConnection {
    /// There until the connection is dropped.
    client: Option<Client>,
    /// `None` if nothing is to be prepared.
    statements: Option<LruCache<Box<str>, Arc<Prepared>>>,
    pub(super) transaction: TransactionState,
    is_broken: bool,
    /// Whether statements that the native client has prepared for itself are gone.
    is_forgotten: bool,
    session: Session,
    /// The cursor that is open.
    pub(super) declared: Option<Declared>,
    ping_timeout: Duration,
    /// Whether a call inside a task of a runtime is made all the same, by another thread.
    pub(super) may_block_tasks: bool,
}

/// The two ways to run a statement: prepared, or in one message with its text.
pub(super) struct Call<T> {
    prepared: fn(&mut Client, &Statement, &[Erased<'_>]) -> Native<T>,
    direct: fn(&mut Client, &str, &[Typed<'_>]) -> Native<T>,
}

type Erased<'a> = &'a (dyn ToSql + Sync);
type Typed<'a> = (Erased<'a>, Type);

pub(super) type Native<T> = Result<T, postgres::Error>;

pub(super) const EXECUTE: Call<u64> = Call {
    prepared: Client::execute,
    direct: Client::execute_typed,
};

// Rows one by one would cost 1.6 times as much: the native client enters its runtime for each.
const QUERY: Call<Vec<postgres::Row>> = Call {
    prepared: Client::query,
    direct: Client::query_typed,
};

impl PostgresConnection {
    pub(super) fn new(client: Client, session: Session, config: &PostgresConfig) -> Self {
        let capacity = config.statement_cache;
        Self {
            client: Some(client),
            statements: (capacity > 0).then(|| LruCache::new(capacity)),
            transaction: TransactionState::None,
            is_broken: false,
            is_forgotten: false,
            session,
            declared: None,
            ping_timeout: config.connect_timeout,
            may_block_tasks: config.allow_blocking_in_async,
        }
    }

    fn client(&mut self) -> &mut Client {
        self.client
            .as_mut()
            .expect("invariant: only drop takes the client")
    }

    /// Whether a statement may be sent at all.
    fn check_usable(&mut self, sql: &str) -> Result<()> {
        if !self.may_block_tasks {
            refuse_in_task()?;
        }
        // One that was forgotten.
        self.close_cursor()?;
        if self.is_broken() {
            self.lose();
            return Err(Error::new(ErrorKind::ConnectionLost));
        }
        if sql.contains('\0') {
            let message = "the statement has a NUL character in it";
            return Err(Error::with_message(ErrorKind::Syntax, message));
        }
        Ok(())
    }

    /// Lets the native client talk to the server. It panics where blocking is not allowed, before it does
    /// anything; `refuse_in_task` finds most of these places, but not those without a budget.
    pub(super) fn talk<T: Send>(
        &mut self,
        call: impl FnOnce(&mut Client) -> Native<T> + Send,
    ) -> Result<Native<T>> {
        let client = self
            .client
            .as_mut()
            .expect("invariant: only drop takes the client");
        let limit = self.session.answer_timeout;
        let link = self.session.link.as_ref().filter(|_| !limit.is_zero());
        if let Some(link) = link {
            link.begin(limit);
        }
        let done = if self.may_block_tasks && Handle::try_current().is_ok() {
            elsewhere(|| call(client))?
        } else {
            catch_unwind(AssertUnwindSafe(|| call(client)))
        };
        if let Some(link) = link {
            link.end();
        }
        done.map_err(|_| in_task())
    }

    pub(super) fn run<T: Send>(
        &mut self,
        sql: &str,
        values: &[ValueRef<'_>],
        call: &Call<T>,
    ) -> Result<(T, Option<Arc<Prepared>>)> {
        self.check_usable(sql)?;
        if values.len() > CAPABILITIES.bind_limit {
            return Err(too_many_binds(values.len()));
        }
        if self.statements.is_none() {
            return Ok((self.run_direct(sql, values, call)?, None));
        }
        let was_open = self.transaction != TransactionState::None;
        let (prepared, is_fresh) = self.prepare(sql)?;
        let failure = match self.run_prepared(sql, &prepared, (values, call)) {
            Ok(value) => return Ok((value, Some(prepared))),
            Err(failure) if is_fresh || !failure.is_stale => return Err(failure.error),
            Err(failure) => failure,
        };
        self.forget(sql);
        if failure.error.code() == Some(errors::FORGOTTEN) {
            // So are those that the native client keeps to look up types: nobody else may need one.
            self.is_forgotten = true;
        } else {
            // Types may have been made anew under their old names.
            self.client().clear_type_cache();
        }
        // The server's refusal has aborted the transaction: a new statement helps only the next one.
        if failure.reached_server && was_open {
            return Err(failure.error);
        }
        let (prepared, _) = self.prepare(sql)?;
        let result = self.run_prepared(sql, &prepared, (values, call));
        let value = result.map_err(|failure| failure.error)?;
        Ok((value, Some(prepared)))
    }

    fn run_prepared<T: Send>(
        &mut self,
        sql: &str,
        prepared: &Prepared,
        (values, call): (&[ValueRef<'_>], &Call<T>),
    ) -> Result<T, Failure> {
        let expected = prepared.statement.params().len();
        if values.len() != expected {
            return Err(Failure::local(bind_count(expected, values.len())));
        }
        let binds = binds(values);
        let binds: Vec<_> = binds.iter().map(erase).collect();
        let result = self
            .talk(|client| (call.prepared)(client, &prepared.statement, &binds))
            .map_err(Failure::local)?;
        self.settle(sql, prepared.effect, result)
    }

    /// Parses, binds and executes in one message, every bind as text of a type that the server infers.
    fn run_direct<T: Send>(
        &mut self,
        sql: &str,
        values: &[ValueRef<'_>],
        call: &Call<T>,
    ) -> Result<T> {
        let binds = binds(values);
        let binds: Vec<_> = binds
            .iter()
            .map(|bind| (erase(bind), unspecified()))
            .collect();
        let effect = Effect::of(sql);
        effect.check()?;
        let result = self.talk(|client| (call.direct)(client, sql, &binds))?;
        self.settle(sql, effect, result)
            .map_err(|failure| failure.error)
    }

    /// The statement, and whether it was prepared just now.
    fn prepare(&mut self, sql: &str) -> Result<(Arc<Prepared>, bool)> {
        let kept = self
            .statements
            .as_mut()
            .and_then(|statements| statements.get(sql));
        if let Some(kept) = kept {
            return Ok((Arc::clone(kept), false));
        }
        let effect = Effect::of(sql);
        effect.check()?;
        let result = self.talk(|client| client.prepare(sql))?;
        // A statement that can't be parsed has no effect but to abort the transaction.
        let settled = self.settle(sql, Effect::NOTHING, result);
        let statement = settled.map_err(|failure| failure.error)?;
        let wires = wires(statement.columns()).into();
        let prepared = Arc::new(Prepared {
            statement,
            wires,
            effect,
        });
        let kept = self.statements.as_mut();
        if let Some(statements) = kept.filter(|_| sql.len() <= LONGEST_KEPT) {
            // What falls out is closed by being dropped, along with the next message.
            statements.insert(sql.into(), Arc::clone(&prepared));
        }
        Ok((prepared, true))
    }

    fn forget(&mut self, sql: &str) {
        if let Some(statements) = &mut self.statements {
            statements.remove(sql);
        }
    }

    /// Runs a text without binds, and tells nothing of its rows.
    fn command(&mut self, sql: &str, effect: Effect) -> Result<()> {
        let run = |connection: &mut Self| {
            connection.check_usable(sql)?;
            effect.check()?;
            let result = connection.talk(|client| client.batch_execute(sql))?;
            connection
                .settle(sql, effect, result)
                .map_err(|failure| failure.error)
        };
        run(self).map_err(|error| error.with_sql(sql))
    }

    /// Draws the consequences of a statement for the connection and its transaction.
    pub(super) fn settle<T>(
        &mut self,
        sql: &str,
        effect: Effect,
        result: Native<T>,
    ) -> Result<T, Failure> {
        match result {
            Ok(value) => {
                self.transaction = effect.done(self.transaction);
                Ok(value)
            }
            Err(error) => Err(self.fail(sql, effect, error)),
        }
    }

    #[cold]
    fn fail(&mut self, sql: &str, effect: Effect, error: postgres::Error) -> Failure {
        if let Some(server) = error.as_db_error() {
            let server = server_error(server, sql);
            // What may have done a part of its work for good is not run again.
            let is_stale = errors::is_stale_statement(server.code, server.routine)
                || errors::may_be_stale_statement(server.code) && !effect.may_store;
            let classified = errors::classify(&server);
            if server.fatal || classified.is_connection_lost() {
                self.lose();
            } else {
                self.transaction = effect.failed(self.transaction, server.code);
            }
            return Failure {
                error: classified.with_source(error),
                is_stale,
                reached_server: true,
            };
        }
        let source = std::error::Error::source(&error);
        if let Some(refusal) = source.and_then(|source| source.downcast_ref::<Refusal>()) {
            // The parameter may have had another type when the statement was prepared.
            return Failure {
                is_stale: true,
                ..Failure::local(refusal.to_error())
            };
        }
        // Known by its text only, and found before anything is sent: a length that overflows.
        if error.to_string() == "error encoding message to server" {
            let message = "the statement has larger binds than can be sent";
            let error = Error::with_message(ErrorKind::Usage, message).with_source(error);
            return Failure::local(error);
        }
        // Whatever else the native client reports, the two sides may no longer agree on the next message.
        self.lose();
        let silent = self.session.link.as_ref().is_some_and(Link::has_timed_out);
        let lost = if silent {
            unanswered(sql, self.session.answer_timeout)
        } else {
            Error::new(ErrorKind::ConnectionLost)
        };
        Failure::local(lost.with_source(error))
    }

    fn lose(&mut self) {
        self.is_broken = true;
        self.transaction = TransactionState::None;
    }

    /// Those that have arrived before the session stopped to listen.
    fn drop_notifications(&mut self) -> Result<()> {
        use postgres::fallible_iterator::FallibleIterator as _;
        let dropped = self.talk(|client| {
            let mut notifications = client.notifications();
            while !notifications.is_empty() {
                notifications.iter().next()?;
            }
            Ok(())
        })?;
        dropped.map_err(|error| self.fail("", Effect::NOTHING, error).error)
    }
}

fn erase<'a>(bind: &'a Bind<'_>) -> Erased<'a> {
    bind
}

pub(super) fn wires(columns: &[Column]) -> Vec<Wire> {
    columns
        .iter()
        .map(|column| Wire::of(column.type_()))
        .collect()
}

impl Connection for PostgresConnection {
    fn server(&self) -> &'static str {
        "postgres"
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        let (affected, _) = self
            .run(sql, binds, &EXECUTE)
            .map_err(|error| error.with_sql(sql))?;
        Ok(Outcome::new(affected, 0))
    }

    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let (rows, prepared) = self
            .run(sql, binds, &QUERY)
            .map_err(|error| error.with_sql(sql))?;
        let Some(first) = rows.first() else {
            return Ok(());
        };
        let known = prepared
            .as_ref()
            .map(|prepared| Cow::Borrowed(&*prepared.wires));
        let wires = known.unwrap_or_else(|| Cow::Owned(wires(first.columns())));
        let wires = &wires;
        for row in &rows {
            each(&PostgresRow { row, wires })?;
        }
        Ok(())
    }

    fn cursor<'c>(&'c mut self, sql: &str, binds: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c> {
        Box::new(PostgresCursor::open(self, sql, binds))
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        self.command(sql, Effect::of(sql))
    }

    fn transact(&mut self, sql: &str, verb: TransactionVerb) -> Result<()> {
        self.command(sql, Effect::of_verb(verb))
    }

    fn transaction(&mut self, _error: Option<&Error>) -> TransactionState {
        match self.declared {
            Some(Declared { has_begun: true }) => TransactionState::None,
            _ => self.transaction,
        }
    }

    fn resync(&mut self) -> Result<()> {
        self.check_usable("")?;
        let answer = self.talk(|client| client.batch_execute(QUESTION))?;
        self.transaction = match answer {
            Ok(()) => TransactionState::Open,
            Err(error) => match error.code() {
                Some(&SqlState::NO_ACTIVE_SQL_TRANSACTION) => TransactionState::None,
                Some(&SqlState::IN_FAILED_SQL_TRANSACTION) => TransactionState::Aborted,
                _ => {
                    let failed = self.fail("", Effect::NOTHING, error).error;
                    self.lose();
                    return Err(failed);
                }
            },
        };
        Ok(())
    }

    fn reset(&mut self) -> Result<()> {
        self.check_usable("")?;
        let reset = mem::take(&mut self.session.reset);
        let answer = self.talk(|client| client.simple_query(&reset));
        self.session.reset = reset;
        let answer = answer?;
        let answer = answer.map_err(|error| self.fail("", Effect::NOTHING, error).error)?;
        let (by_program, by_protocol) = prepared(&answer);
        let kept = self.statements.as_ref().map_or(0, LruCache::len);
        // DISCARD ALL takes along what the native client has prepared to look up types.
        if self.is_forgotten || by_protocol < kept {
            return Err(Error::new(ErrorKind::Unsupported));
        }
        if !by_program.is_empty() {
            self.control(&by_program)?;
        }
        // What was prepared under other settings may mean something else.
        self.clear_statements();
        self.drop_notifications()
    }

    fn ping(&mut self) -> Result<()> {
        self.check_usable("")?;
        let timeout = match self.ping_timeout {
            Duration::ZERO => Duration::MAX,
            timeout => timeout,
        };
        let answer = self.talk(|client| client.is_valid(timeout))?;
        answer.map_err(|error| {
            // An answer that comes too late would be taken for that of the next statement.
            self.lose();
            Error::new(ErrorKind::ConnectionLost).with_source(error)
        })
    }

    fn default_isolation(&self) -> Option<IsolationLevel> {
        self.session.isolation
    }

    fn is_broken(&self) -> bool {
        self.is_broken || self.client.as_ref().is_none_or(Client::is_closed)
    }

    fn clear_statements(&mut self) {
        if let Some(statements) = &mut self.statements {
            statements.clear();
        }
        self.client().clear_type_cache();
    }

    fn native(&mut self) -> &mut dyn Any {
        self.client()
    }
}

impl Drop for PostgresConnection {
    fn drop(&mut self) {
        // What is not sent at once is not sent at all.
        if let Some(link) = &self.session.link {
            link.hurry();
        }
        // The client goes first, or each statement would be closed with a message of its own.
        let parts = (self.client.take(), self.statements.take());
        let may_wait = self.is_broken && self.session.link.is_none();
        if Handle::try_current().is_err() && !may_wait {
            drop(parts);
            return;
        }
        // Closing panics inside a task, and over a unix socket it lasts until a server that has gone silent
        // takes what was sent.
        let parts = Arc::new(Mutex::new(Some(parts)));
        let moved = Arc::clone(&parts);
        let thread = thread::Builder::new().name("orm-close".to_owned());
        let spawned = thread.spawn(move || drop(moved.lock().map(|mut parts| parts.take())));
        if spawned.is_err() {
            // Without threads an open socket is the lesser evil; the server closes it with the process.
            mem::forget(parts);
        }
    }
}
