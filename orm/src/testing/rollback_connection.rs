//! A connection of a test with rollback. Transactions of the test are savepoints of the surrounding one, so that the
//! test may commit. A failed statement outside them is undone alone.

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

use orm_core::ServerVersion;
use orm_core::driver::{Connection, Cursor, Outcome, Row, TransactionState, TransactionVerb};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::lex::{Lexer, LexicalRule, TokenKind, Tokens, TransactionControl, is_any};
use orm_core::sql::IsolationLevel;
use orm_core::value::ValueRef;

use super::shared_connection::{OWN_DATABASE, Shared};

/// The savepoint that stands for the test's transaction.
const TRANSACTION: &str = "orm_test_transaction";

/// The savepoint around a statement, where an error aborts the whole transaction.
const STATEMENT: &str = "orm_test_statement";

pub(super) struct RollbackConnection {
    shared: Arc<Shared>,
    /// The native connection, while it is in use here.
    native: Option<Box<dyn Connection>>,
    /// Whether a transaction of the test's is open.
    is_open: bool,
    /// Whether a cursor has left the savepoint around its statement.
    is_guarded: bool,
    nothing: (),
}

impl RollbackConnection {
    /// Another user of the native connection.
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            native: None,
            is_open: false,
            is_guarded: false,
            nothing: (),
        }
    }

    fn native(&mut self) -> Result<&mut dyn Connection> {
        if self.native.is_none() {
            self.native = Some(self.shared.take()?);
        }
        match &mut self.native {
            Some(native) => Ok(&mut **native),
            None => Err(Error::new(ErrorKind::ConnectionLost)),
        }
    }

    /// Lets others have the native connection, unless a transaction keeps it here.
    fn let_go(&mut self) {
        if !self.is_open
            && let Some(native) = self.native.take()
        {
            self.shared.put_back(native);
        }
    }

    /// Runs a statement, and lets go of the connection behind it.
    fn run<T>(
        &mut self,
        sql: &str,
        run: impl FnOnce(&mut dyn Connection) -> Result<T>,
    ) -> Result<T> {
        let done = self.guard().and_then(|()| run(self.native()?));
        let done = self.finish(sql, done);
        self.let_go();
        done
    }

    /// Sets the savepoint around a statement outside of the test's transactions, where an error would abort the one
    /// around the test.
    fn guard(&mut self) -> Result<()> {
        self.unguard()?;
        let dialect = self.shared.dialect;
        let aborts = !dialect.capabilities().statement_rollback;
        if aborts && !self.is_open && self.shared.is_isolated() {
            let sql = dialect.savepoint(STATEMENT);
            self.native()?.transact(&sql, TransactionVerb::Savepoint)?;
            self.is_guarded = true;
        }
        Ok(())
    }

    /// Ends that savepoint, undoing the statement that has failed.
    fn unguard(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.is_guarded) {
            return Ok(());
        }
        let dialect = self.shared.dialect;
        let native = self.native()?;
        if native.transaction(None) == TransactionState::Aborted {
            let sql = dialect.rollback_to_savepoint(STATEMENT);
            native.transact(&sql, TransactionVerb::RollbackTo)?;
        }
        native.transact(
            &dialect.release_savepoint(STATEMENT),
            TransactionVerb::Savepoint,
        )
    }

    fn finish<T>(&mut self, sql: &str, done: Result<T>) -> Result<T> {
        let Some(native) = &mut self.native else {
            return done;
        };
        let kept = self.shared.check(&mut **native, sql, done.as_ref().err());
        match (done, kept) {
            // If the connection is lost, the error of the statement has the cause.
            (Err(error), _) => {
                let _ = self.unguard();
                Err(error)
            }
            (Ok(_), Err(lost)) => Err(lost),
            (Ok(value), Ok(())) => self.unguard().map(|()| value),
        }
    }

    /// Begins, commits or rolls back the test's transaction.
    fn end_or_begin(&mut self, sql: &str, verb: TransactionVerb) -> Result<()> {
        self.unguard()?;
        if self.is_open == (verb == TransactionVerb::Begin) {
            // As without a test around it, the error is the database's own.
            return self.run(sql, |native| native.control(sql));
        }
        let done = if self.shared.is_isolated() {
            self.nest(verb)
        } else {
            self.native()?.transact(sql, verb)
        };
        if done.is_ok() {
            self.is_open = verb == TransactionVerb::Begin;
        }
        if self.is_open {
            self.shared.keep();
        }
        let done = self.finish(sql, done);
        self.let_go();
        done
    }

    fn nest(&mut self, verb: TransactionVerb) -> Result<()> {
        use TransactionVerb::{Begin, Commit, RollbackTo, Savepoint};
        let dialect = self.shared.dialect;
        let native = self.native()?;
        if verb == Begin {
            return native.transact(&dialect.savepoint(TRANSACTION), Savepoint);
        }
        // PostgreSQL rolls back where an aborted transaction is to be committed.
        if verb != Commit || native.transaction(None) == TransactionState::Aborted {
            native.transact(&dialect.rollback_to_savepoint(TRANSACTION), RollbackTo)?;
        }
        native.transact(&dialect.release_savepoint(TRANSACTION), Savepoint)
    }

    /// A text as it is sent: in a block of MariaDB's, which may hold a transaction, that is a savepoint, too.
    fn nested<'s>(&self, sql: &'s str) -> Cow<'s, str> {
        let dialect = self.shared.dialect;
        let rules = dialect.capabilities().lexical_rules;
        let is_block = |at| Tokens::first(2, sql, rules).is(at, &["NOT"]);
        if !rules.has(LexicalRule::ProgramBodies) || !is_block(1) || !self.shared.is_isolated() {
            return sql.into();
        }
        let mut nested = String::with_capacity(sql.len());
        for token in Lexer::new(sql, rules) {
            match token.kind {
                TokenKind::Word if is_any(token.text, &["START"]) => {
                    nested.push_str(&dialect.savepoint(TRANSACTION));
                }
                TokenKind::Word if is_any(token.text, &["TRANSACTION"]) => {}
                TokenKind::Word if is_any(token.text, &["COMMIT"]) => {
                    nested.push_str(&dialect.release_savepoint(TRANSACTION));
                }
                TokenKind::Word if is_any(token.text, &["ROLLBACK"]) => {
                    nested.push_str(&dialect.rollback_to_savepoint(TRANSACTION));
                }
                _ => nested.push_str(token.text),
            }
        }
        nested.into()
    }

    /// The transaction that a text of the test's own begins or ends.
    fn controlled(&self, sql: &str) -> Result<Option<TransactionVerb>> {
        let control = TransactionControl::of(sql, self.shared.dialect.capabilities().lexical_rules);
        let end = match &control {
            Some(TransactionControl::Begin) => return Ok(Some(TransactionVerb::Begin)),
            Some(TransactionControl::Commit(end)) => (TransactionVerb::Commit, end),
            Some(TransactionControl::Rollback(end)) => (TransactionVerb::Rollback, end),
            Some(TransactionControl::Prepare) => return Err(unsupported(sql)),
            _ => return Ok(None),
        };
        if end.1.chains || end.1.disconnects {
            return Err(unsupported(sql));
        }
        Ok(Some(end.0))
    }

    /// Whether a statement sets options of a transaction, which that around the test can't take any more.
    fn sets_options(&self, sql: &str) -> bool {
        let rules = self.shared.dialect.capabilities().lexical_rules;
        let tokens = Tokens::first(2, sql, rules);
        tokens.is(0, &["SET"]) && tokens.is(1, &["TRANSACTION"]) && self.shared.is_isolated()
    }
}

#[cold]
fn unsupported(sql: &str) -> Error {
    let message = "this statement is not supported in a test with rollback: it does more than end the transaction";
    Error::with_message(ErrorKind::Unsupported, message)
        .with_sql(sql)
        .with_hint(OWN_DATABASE)
}

impl Connection for RollbackConnection {
    fn server(&self) -> &'static str {
        self.shared.dialect.name()
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        if let Some(verb) = self.controlled(sql)? {
            self.end_or_begin(sql, verb)?;
            return Ok(Outcome::default());
        }
        let nested = self.nested(sql);
        self.run(sql, |native| native.execute(&nested, binds))
    }

    fn execute_each(
        &mut self,
        sql: &str,
        width: usize,
        binds: &[ValueRef<'_>],
        done: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        self.run(sql, |native| native.execute_each(sql, width, binds, done))
    }

    fn copy_in(&mut self, sql: &str, width: usize, values: &[ValueRef<'_>]) -> Result<u64> {
        self.run(sql, |native| native.copy_in(sql, width, values))
    }

    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        if let Some(verb) = self.controlled(sql)? {
            return self.end_or_begin(sql, verb);
        }
        let nested = self.nested(sql);
        self.run(sql, |native| native.query(&nested, binds, each))
    }

    fn cursor<'c>(&'c mut self, sql: &str, binds: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c> {
        let is_open = self.is_open || !self.shared.is_isolated();
        let ready = self.guard().and_then(|()| self.native().map(drop));
        self.shared.keep();
        match (ready, &mut self.native) {
            (Ok(()), Some(native)) => Box::new(RollbackCursor {
                inner: Some(native.cursor(sql, binds)),
                refused: None,
                is_open,
            }),
            (refused, _) => Box::new(RollbackCursor {
                inner: None,
                refused: refused.err(),
                is_open,
            }),
        }
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        match self.controlled(sql)? {
            Some(verb) => self.end_or_begin(sql, verb),
            None if self.sets_options(sql) => Ok(()),
            None => {
                let nested = self.nested(sql);
                self.run(sql, |native| native.control(&nested))
            }
        }
    }

    fn transact(&mut self, sql: &str, verb: TransactionVerb) -> Result<()> {
        match verb {
            TransactionVerb::Begin | TransactionVerb::Commit | TransactionVerb::Rollback => {
                self.end_or_begin(sql, verb)
            }
            TransactionVerb::Savepoint | TransactionVerb::RollbackTo => {
                self.run(sql, |native| native.transact(sql, verb))
            }
        }
    }

    fn transaction(&mut self, error: Option<&Error>) -> TransactionState {
        let state = match &mut self.native {
            Some(native) => native.transaction(error),
            None => TransactionState::None,
        };
        let is_alive = matches!(state, TransactionState::Open | TransactionState::Aborted);
        match (self.is_open, self.shared.is_isolated()) {
            (true, true) if !is_alive => TransactionState::RolledBack,
            (true, _) => state,
            (false, is_isolated) => {
                let _ = self.unguard();
                self.let_go();
                if is_isolated {
                    TransactionState::None
                } else {
                    state
                }
            }
        }
    }

    fn resync(&mut self) -> Result<()> {
        self.run("the native connection", Connection::resync)
    }

    fn ping(&mut self) -> Result<()> {
        self.run("", Connection::ping)
    }

    fn is_read_only(&mut self, sql: &str) -> Result<bool> {
        self.run(sql, |native| native.is_read_only(sql))
    }

    fn server_version(&self) -> Option<ServerVersion> {
        self.shared.server_version
    }

    fn default_isolation(&self) -> Option<IsolationLevel> {
        self.shared.default_isolation
    }

    fn generates(&mut self, table: &str, column: &str) -> Result<bool> {
        let generates = self
            .native()
            .and_then(|native| native.generates(table, column));
        self.let_go();
        generates
    }

    fn message_limit(&self) -> Option<usize> {
        self.shared.message_limit
    }

    fn is_broken(&self) -> bool {
        self.shared.lost().is_some()
    }

    fn clear_statements(&mut self) {
        if let Ok(native) = self.native() {
            native.clear_statements();
        }
        self.let_go();
    }

    fn native(&mut self) -> &mut dyn Any {
        if self.native.is_none() {
            self.native = self.shared.take().ok();
        }
        match &mut self.native {
            Some(native) => native.native(),
            None => &mut self.nothing,
        }
    }
}

/// What a user leaves open is undone.
impl Drop for RollbackConnection {
    fn drop(&mut self) {
        let _ = self.unguard();
        if self.is_open {
            let _ = self.end_or_begin("ROLLBACK", TransactionVerb::Rollback);
            self.is_open = false;
        }
        self.let_go();
    }
}

/// A cursor whose transaction is the test's and not the one around it.
struct RollbackCursor<'c> {
    inner: Option<Box<dyn Cursor + 'c>>,
    refused: Option<Error>,
    is_open: bool,
}

impl Cursor for RollbackCursor<'_> {
    fn fetch(&mut self, read: &mut dyn FnMut(&dyn Row)) -> Result<bool> {
        match (&mut self.inner, self.refused.take()) {
            (_, Some(error)) => Err(error),
            (Some(inner), None) => inner.fetch(read),
            (None, None) => Ok(false),
        }
    }

    fn close(&mut self) -> Result<()> {
        self.inner.as_mut().map_or(Ok(()), |inner| inner.close())
    }

    fn transaction(&mut self, error: Option<&Error>) -> TransactionState {
        match &mut self.inner {
            Some(inner) if self.is_open => inner.transaction(error),
            _ => TransactionState::None,
        }
    }
}
