//! A connection: statements, the cache of prepared ones, and the state of the transaction.
//!
//! The native client does not return the server's transaction status, so it is tracked here: by the effect of each
//! statement (`statement_kind.rs`), and by every error. Changes through
//! [`native`](orm_core::driver::Connection::native) are detected when
//! [`resync`](orm_core::driver::Connection::resync) reads the state from the server.

use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;

use hashlink::LruCache;
use orm_core::blocking::{in_task, refuse_in_task};
use orm_core::driver::{Cancel, LONGEST_KEPT, TransactionState, bind_count, unanswered};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;
use postgres::types::{ToSql, Type};
use postgres::{Client, Column, Statement};
use tokio::runtime::Handle;

use super::bind::{Bind, binds, unspecified};
use super::cancel::{CancelRequest, Connector};
use super::config::PostgresConfig;
use super::failure::{Failure, Refusal, server_error, too_many_binds};
use super::session::Session;
use super::statement_kind::TransactionEffect;
use super::stream::Link;
use super::wire::Wire;
use crate::capability::CAPABILITIES;
use crate::errors;

/// A statement that the server has parsed.
pub(super) struct Prepared {
    statement: Statement,
    pub(super) wires: Box<[Wire]>,
    effect: TransactionEffect,
}

/// An open connection.
pub(super) struct PostgresConnection {
    /// There until the connection is dropped.
    pub(super) client: Option<Client>,
    /// `None` if nothing is to be prepared.
    pub(super) statements: Option<LruCache<Box<str>, Arc<Prepared>>>,
    pub(super) transaction: TransactionState,
    pub(super) is_broken: bool,
    /// Whether statements that the native client has prepared for itself are gone.
    pub(super) is_forgotten: bool,
    pub(super) session: Session,
    /// The cursor that is open.
    pub(super) declared: Option<Declared>,
    pub(super) config: PostgresConfig,
    /// What stops the statement that runs.
    pub(super) cancel: Arc<dyn Cancel>,
}

/// The name of the only cursor.
pub(super) const CURSOR: &str = "orm_stream";

/// The cursor that a connection has open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared {
    /// Whether it is in a transaction of its own, since a cursor needs one.
    pub(super) has_begun: bool,
}

/// The two ways to run a statement: prepared, or in one message with its text.
pub(super) struct Call<T> {
    pub(super) prepared: fn(&mut Client, &Statement, &[Erased<'_>]) -> Native<T>,
    pub(super) direct: fn(&mut Client, &str, &[Typed<'_>]) -> Native<T>,
}

type Erased<'a> = &'a (dyn ToSql + Sync);
type Typed<'a> = (Erased<'a>, Type);

pub(super) type Native<T> = Result<T, postgres::Error>;

pub(super) const EXECUTE: Call<u64> = Call {
    prepared: Client::execute,
    direct: Client::execute_typed,
};

impl PostgresConnection {
    pub(super) fn new(
        client: Client,
        session: Session,
        config: PostgresConfig,
        connector: Connector,
    ) -> Self {
        let cancel = CancelRequest {
            token: client.cancel_token(),
            connector,
            limit: config.connect_timeout,
        };
        let capacity = config.statement_cache;
        Self {
            client: Some(client),
            statements: (capacity > 0).then(|| LruCache::new(capacity)),
            transaction: TransactionState::None,
            is_broken: false,
            is_forgotten: false,
            session,
            declared: None,
            config,
            cancel: Arc::new(cancel),
        }
    }

    pub(super) fn client(&mut self) -> &mut Client {
        self.client
            .as_mut()
            .expect("invariant: only drop takes the client")
    }

    /// Whether a statement may be sent at all.
    pub(super) fn check_usable(&mut self, sql: &str) -> Result<()> {
        if !self.config.allow_blocking_in_async {
            refuse_in_task()?;
        }
        // One that was forgotten.
        self.close_cursor()?;
        if self.is_closed() {
            self.lose();
            return Err(Error::new(ErrorKind::ConnectionLost));
        }
        if sql.contains('\0') {
            let message = "the statement contains a NUL character";
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
        let limit = self.config.answer_timeout;
        let link = self.session.link.as_ref().filter(|_| !limit.is_zero());
        if let Some(link) = link {
            link.begin(limit);
        }
        let done = if self.config.allow_blocking_in_async && Handle::try_current().is_ok() {
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
            // So are those that the native client keeps to look up types: no other statement may need one.
            self.is_forgotten = true;
        } else {
            // Types may have been dropped and created again under their old names.
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
        self.after_statement(sql, prepared.effect, result)
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
        let effect = TransactionEffect::of(sql);
        effect.check()?;
        let result = self.talk(|client| (call.direct)(client, sql, &binds))?;
        self.after_statement(sql, effect, result)
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
        let effect = TransactionEffect::of(sql);
        effect.check()?;
        let result = self.talk(|client| client.prepare(sql))?;
        // A statement that can't be parsed has no effect but to abort the transaction.
        let settled = self.after_statement(sql, TransactionEffect::NOTHING, result);
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

    pub(super) fn forget_statements(&mut self) {
        if let Some(statements) = &mut self.statements {
            statements.clear();
        }
    }

    /// Runs statements without binds, and discards their rows.
    pub(super) fn command(&mut self, sql: &str, effect: TransactionEffect) -> Result<()> {
        let run = |connection: &mut Self| {
            connection.check_usable(sql)?;
            effect.check()?;
            let result = connection.talk(|client| client.batch_execute(sql))?;
            connection
                .after_statement(sql, effect, result)
                .map_err(|failure| failure.error)
        };
        run(self).map_err(|error| error.with_sql(sql))
    }

    /// Draws the consequences of a statement for the connection and its transaction.
    pub(super) fn after_statement<T>(
        &mut self,
        sql: &str,
        effect: TransactionEffect,
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
    pub(super) fn fail(
        &mut self,
        sql: &str,
        effect: TransactionEffect,
        error: postgres::Error,
    ) -> Failure {
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
            let message = "the statement with its binds is larger than a protocol message can be";
            let error = Error::with_message(ErrorKind::Usage, message).with_source(error);
            return Failure::local(error);
        }
        // Whatever else the native client reports, the two sides may no longer agree on the next message.
        self.lose();
        let silent = self.session.link.as_ref().is_some_and(Link::has_timed_out);
        let lost = if silent {
            unanswered(sql, self.config.answer_timeout)
        } else {
            Error::new(ErrorKind::ConnectionLost)
        };
        Failure::local(lost.with_source(error))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_broken || self.client.as_ref().is_none_or(Client::is_closed)
    }

    /// Closes the cursor that is open, if there is one.
    pub(super) fn close_cursor(&mut self) -> Result<()> {
        let Some(Declared { has_begun }) = self.declared.take() else {
            return Ok(());
        };
        let sql = match (has_begun, self.transaction) {
            (true, TransactionState::Open) => "COMMIT".to_owned(),
            (true, TransactionState::Aborted) => "ROLLBACK".to_owned(),
            (false, TransactionState::Open) => format!("CLOSE {CURSOR}"),
            // It has ended with its transaction, or will.
            _ => return Ok(()),
        };
        self.command(&sql, TransactionEffect::of(&sql))
    }

    pub(super) fn lose(&mut self) {
        self.is_broken = true;
        self.transaction = TransactionState::None;
    }

    /// Those that have arrived before the session stopped to listen.
    pub(super) fn drop_notifications(&mut self) -> Result<()> {
        use postgres::fallible_iterator::FallibleIterator as _;
        let dropped = self.talk(|client| {
            let mut notifications = client.notifications();
            while !notifications.is_empty() {
                notifications.iter().next()?;
            }
            Ok(())
        })?;
        dropped.map_err(|error| self.fail("", TransactionEffect::NOTHING, error).error)
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

/// Calls from a thread of its own, which no runtime knows.
fn elsewhere<T: Send>(call: impl FnOnce() -> T + Send) -> Result<thread::Result<T>> {
    let done = thread::scope(|scope| {
        let thread = thread::Builder::new().name("orm-call".to_owned());
        Ok(thread.spawn_scoped(scope, call)?.join())
    });
    done.map_err(|error: io::Error| {
        Error::with_message(ErrorKind::Usage, "can't start a thread").with_source(error)
    })
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
