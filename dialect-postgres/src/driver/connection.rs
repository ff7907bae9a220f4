//! One connection: statements, the prepared ones it keeps, and the truth about its transaction.
//!
//! The native client keeps the server's transaction status to itself, so it is followed here: by the
//! statements that begin and end transactions ([`Effect`]), and by every error. Transactions that are
//! begun or ended through [`Connection::native`] go unseen.

use std::any::Any;
use std::mem;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use hashlink::LruCache;
use orm_core::driver::{Connection, Outcome, Row, TransactionState};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;
use postgres::error::{DbError, Severity};
use postgres::types::{ToSql, Type};
use postgres::{Client, Statement};
use tokio::runtime::Handle;

use super::bind::{Bind, Refusal, binds, unspecified};
use super::row::{PostgresRow, Wire};
use super::{PostgresConfig, refuse_async};
use crate::errors::{self, ServerError};

/// A statement that the server has parsed.
struct Prepared {
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
    transaction: TransactionState,
    is_broken: bool,
    ping_timeout: Duration,
}

/// The two ways to run a statement: prepared, or in one message with its text.
struct Call<T> {
    prepared: fn(&mut Client, &Statement, &[&(dyn ToSql + Sync)]) -> Native<T>,
    direct: fn(&mut Client, &str, &[(&(dyn ToSql + Sync), Type)]) -> Native<T>,
}

type Native<T> = Result<T, postgres::Error>;

const EXECUTE: Call<u64> = Call {
    prepared: Client::execute,
    direct: Client::execute_typed,
};

// Rows one by one would cost 1.6 times as much: the native client enters its runtime for each.
const QUERY: Call<Vec<postgres::Row>> = Call {
    prepared: Client::query,
    direct: Client::query_typed,
};

impl PostgresConnection {
    pub(super) fn new(client: Client, config: &PostgresConfig) -> Self {
        let capacity = config.statement_cache;
        Self {
            client: Some(client),
            statements: (capacity > 0).then(|| LruCache::new(capacity)),
            transaction: TransactionState::None,
            is_broken: false,
            ping_timeout: config.connect_timeout,
        }
    }

    fn client(&mut self) -> &mut Client {
        self.client
            .as_mut()
            .expect("invariant: only drop takes the client")
    }

    /// Whether a statement may be sent at all.
    fn check_usable(&mut self, sql: &str) -> Result<()> {
        refuse_async()?;
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

    fn run<T>(
        &mut self,
        sql: &str,
        values: &[ValueRef<'_>],
        call: &Call<T>,
    ) -> Result<(T, Option<Arc<Prepared>>)> {
        self.check_usable(sql)?;
        if self.statements.is_none() {
            return Ok((self.run_direct(sql, values, call)?, None));
        }
        let (prepared, is_fresh) = self.prepare(sql)?;
        let state = self.transaction;
        let result = self.run_prepared(&prepared, values, call);
        let stale = match &result {
            Err(failure) if !is_fresh && failure.is_stale => failure.reached_server,
            _ => return Ok((result.map_err(|failure| failure.error)?, Some(prepared))),
        };
        // In a transaction the server's refusal has aborted it, and a new statement helps only the next.
        self.forget(sql);
        if stale && state != TransactionState::None {
            return Ok((result.map_err(|failure| failure.error)?, Some(prepared)));
        }
        let (prepared, _) = self.prepare(sql)?;
        let value = self
            .run_prepared(&prepared, values, call)
            .map_err(|failure| failure.error)?;
        Ok((value, Some(prepared)))
    }

    fn run_prepared<T>(
        &mut self,
        prepared: &Prepared,
        values: &[ValueRef<'_>],
        call: &Call<T>,
    ) -> Result<T, Failure> {
        let expected = prepared.statement.params().len();
        if values.len() != expected {
            return Err(Failure::local(bind_count(expected, values.len())));
        }
        let binds = binds(values);
        let binds: Vec<_> = binds.iter().map(erase).collect();
        let result = (call.prepared)(self.client(), &prepared.statement, &binds);
        self.settle(prepared.effect, result)
    }

    /// Parses, binds and executes in one message, every bind as text of a type that the server infers.
    fn run_direct<T>(&mut self, sql: &str, values: &[ValueRef<'_>], call: &Call<T>) -> Result<T> {
        let binds = binds(values);
        let binds: Vec<_> = binds
            .iter()
            .map(|bind| (erase(bind), unspecified()))
            .collect();
        let result = (call.direct)(self.client(), sql, &binds);
        self.settle(Effect::of(sql), result)
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
        let result = self.client().prepare(sql);
        // A statement that can't be parsed has no effect but to abort the transaction.
        let settled = self.settle(Effect::NOTHING, result);
        let statement = settled.map_err(|failure| failure.error)?;
        let wires = statement
            .columns()
            .iter()
            .map(|column| Wire::of(column.type_()))
            .collect();
        let prepared = Arc::new(Prepared {
            statement,
            wires,
            effect: Effect::of(sql),
        });
        if let Some(statements) = &mut self.statements {
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

    /// Draws the consequences of a statement for the connection and its transaction.
    fn settle<T>(&mut self, effect: Effect, result: Native<T>) -> Result<T, Failure> {
        match result {
            Ok(value) => {
                self.transaction = effect.done(self.transaction);
                Ok(value)
            }
            Err(error) => Err(self.fail(effect, error)),
        }
    }

    #[cold]
    fn fail(&mut self, effect: Effect, error: postgres::Error) -> Failure {
        if let Some(server) = error.as_db_error() {
            let server = server_error(server);
            let is_stale = errors::is_stale_statement(server.code, server.routine);
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
        // Whatever else the native client reports, the two sides may no longer agree on the next message.
        self.lose();
        Failure::local(Error::new(ErrorKind::ConnectionLost).with_source(error))
    }

    fn lose(&mut self) {
        self.is_broken = true;
        self.transaction = TransactionState::None;
    }
}

/// An error with what decides whether to try again.
struct Failure {
    error: Error,
    /// Whether preparing the statement again may cure it.
    is_stale: bool,
    reached_server: bool,
}

impl Failure {
    fn local(error: Error) -> Self {
        Self {
            error,
            is_stale: false,
            reached_server: false,
        }
    }
}

fn erase<'a>(bind: &'a Bind<'_>) -> &'a (dyn ToSql + Sync) {
    bind
}

#[cold]
fn bind_count(expected: usize, found: usize) -> Error {
    let message = format!("the statement takes {expected} binds, but {found} are given");
    Error::with_message(ErrorKind::Usage, message)
}

fn server_error(error: &DbError) -> ServerError<'_> {
    ServerError {
        code: error.code().code(),
        message: error.message(),
        detail: error.detail(),
        table: error.table(),
        column: error.column(),
        constraint: error.constraint(),
        routine: error.routine(),
        fatal: matches!(
            error.parsed_severity(),
            Some(Severity::Fatal | Severity::Panic)
        ),
    }
}

impl Connection for PostgresConnection {
    fn server(&self) -> &'static str {
        "postgres"
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        let (affected, _) = self
            .run(sql, binds, &EXECUTE)
            .map_err(|error| error.with_sql(sql))?;
        Ok(Outcome {
            affected,
            last_insert_id: 0,
        })
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
        let direct: Vec<Wire>;
        let wires: &[Wire] = match &prepared {
            Some(prepared) => &prepared.wires,
            None => {
                direct = first
                    .columns()
                    .iter()
                    .map(|column| Wire::of(column.type_()))
                    .collect();
                &direct
            }
        };
        for row in &rows {
            each(&PostgresRow { row, wires })?;
        }
        Ok(())
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        let run = |connection: &mut Self| {
            connection.check_usable(sql)?;
            let effect = Effect::of(sql);
            let result = connection.client().batch_execute(sql);
            connection
                .settle(effect, result)
                .map_err(|failure| failure.error)
        };
        run(self).map_err(|error| error.with_sql(sql))
    }

    fn transaction(&mut self, _error: Option<&Error>) -> TransactionState {
        self.transaction
    }

    fn ping(&mut self) -> Result<()> {
        self.check_usable("")?;
        let timeout = match self.ping_timeout {
            Duration::ZERO => Duration::MAX,
            timeout => timeout,
        };
        let answer = self.client().is_valid(timeout);
        answer.map_err(|error| {
            // An answer that comes too late would be taken for that of the next statement.
            self.lose();
            Error::new(ErrorKind::ConnectionLost).with_source(error)
        })
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
        // The client goes first, or each statement would be closed with a message of its own.
        let parts = (self.client.take(), self.statements.take());
        if Handle::try_current().is_err() {
            drop(parts);
            return;
        }
        // Closing blocks, which panics inside a task.
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

/// What a statement, or several, do to the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Effect {
    step: Step,
    is_single: bool,
    begins: bool,
}

/// The last of them that counts, since each leaves one state behind whatever was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// No transaction control.
    Nothing,
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `ROLLBACK` and their synonyms; `PREPARE TRANSACTION`.
    End,
    /// `COMMIT AND CHAIN`: the next one begins at once.
    Chain,
    /// `ROLLBACK TO SAVEPOINT`.
    Resume,
}

impl Effect {
    const NOTHING: Self = Self {
        step: Step::Nothing,
        is_single: true,
        begins: false,
    };

    fn of(sql: &str) -> Self {
        let mut effect = Self::NOTHING;
        let mut count = 0;
        for statement in Statements(Tokens(sql)) {
            count += 1;
            let step = Step::of(&statement);
            effect.begins |= matches!(step, Step::Begin | Step::Chain);
            if step != Step::Nothing {
                effect.step = step;
            }
        }
        effect.is_single = count < 2;
        effect
    }

    /// The state after success. The server answers COMMIT of an aborted transaction with success as
    /// well; none is open then either.
    fn done(self, state: TransactionState) -> TransactionState {
        match self.step {
            Step::Nothing => state,
            Step::End => TransactionState::None,
            Step::Begin | Step::Chain | Step::Resume => TransactionState::Open,
        }
    }

    /// The state after the server's refusal. Where that can't be known it is `Aborted`, which asks for
    /// a ROLLBACK: one too many is harmless.
    fn failed(self, state: TransactionState, code: &str) -> TransactionState {
        let ends = self.is_single && matches!(self.step, Step::End | Step::Chain);
        // A deferred constraint and a conflict are found at COMMIT, and end the transaction.
        let is_final = code.starts_with("23") || code.starts_with("40");
        match state {
            TransactionState::None if self.is_single || !self.begins => state,
            _ if ends && is_final => TransactionState::None,
            _ => TransactionState::Aborted,
        }
    }
}

impl Step {
    fn of(words: &[&str]) -> Self {
        let is = |index: usize, word: &str| {
            words
                .get(index)
                .is_some_and(|found| found.eq_ignore_ascii_case(word))
        };
        let is_any = |words: &[&str]| words.iter().any(|word| is(0, word));
        if is_any(&["BEGIN", "START"]) {
            return Self::Begin;
        }
        if is(0, "PREPARE") && is(1, "TRANSACTION") {
            return Self::End;
        }
        let may_resume = is_any(&["ROLLBACK", "ABORT"]);
        // COMMIT PREPARED is about a transaction that no connection holds any more.
        if !(may_resume || is_any(&["COMMIT", "END"])) || is(1, "PREPARED") {
            return Self::Nothing;
        }
        // WORK and TRANSACTION may stand between.
        let next = if is(1, "WORK") || is(1, "TRANSACTION") {
            2
        } else {
            1
        };
        if may_resume && is(next, "TO") {
            Self::Resume
        } else if is(next, "AND") && is(next + 1, "CHAIN") {
            Self::Chain
        } else {
            Self::End
        }
    }
}

/// The first words of each statement in a text.
struct Statements<'a>(Tokens<'a>);

impl<'a> Iterator for Statements<'a> {
    type Item = Vec<&'a str>;

    fn next(&mut self) -> Option<Self::Item> {
        const WORDS: usize = 4;
        let (mut words, mut is_empty) = (Vec::new(), true);
        // The body of an SQL function, BEGIN ATOMIC … END, has semicolons of its own.
        let (mut depth, mut last) = (0_u32, "");
        for token in self.0.by_ref() {
            match token {
                Token::Semicolon if depth == 0 && !is_empty => return Some(words),
                Token::Semicolon => continue,
                Token::Other => {}
                Token::Word(word) => {
                    let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
                    if depth > 0 && is("END") {
                        depth -= 1;
                    } else if depth > 0 && is("CASE")
                        || is("ATOMIC") && last.eq_ignore_ascii_case("BEGIN")
                    {
                        depth += 1;
                    }
                    if words.len() < WORDS {
                        words.push(word);
                    }
                    last = word;
                }
            }
            is_empty = false;
        }
        (!is_empty).then_some(words)
    }
}

/// As much of the lexical rules as finding statements takes; comments and blanks are passed over.
struct Tokens<'a>(&'a str);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Semicolon,
    /// A literal, a quoted name, an operator, a number.
    Other,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_blanks();
        let first = self.0.chars().next()?;
        match first {
            ';' => {
                self.0 = &self.0[1..];
                return Some(Token::Semicolon);
            }
            '\'' | '"' => self.skip_past(1, &self.0[..1]),
            '$' => match dollar_tag(self.0) {
                Some(tag) => self.skip_past(tag.len(), tag),
                None => self.0 = &self.0[1..],
            },
            c if is_word(c) => {
                let end = self
                    .0
                    .find(|c| !is_word(c) && c != '$')
                    .unwrap_or(self.0.len());
                let (word, rest) = self.0.split_at(end);
                self.0 = rest;
                if word.eq_ignore_ascii_case("E") && rest.starts_with('\'') {
                    self.skip_escaped();
                }
                return Some(Token::Word(word));
            }
            c => self.0 = &self.0[c.len_utf8()..],
        }
        Some(Token::Other)
    }
}

impl Tokens<'_> {
    fn skip_blanks(&mut self) {
        loop {
            self.0 = self.0.trim_start();
            if self.0.starts_with("--") {
                self.skip_past(2, "\n");
            } else if self.0.starts_with("/*") {
                self.skip_comment();
            } else {
                return;
            }
        }
    }

    /// Passes over `open` bytes and everything up to `close`. A quote that is doubled inside a literal
    /// ends one and begins another, which comes to the same.
    fn skip_past(&mut self, open: usize, close: &str) {
        let inside = &self.0[open..];
        let end = inside
            .find(close)
            .map_or(inside.len(), |end| end + close.len());
        self.0 = &inside[end..];
    }

    /// They nest.
    fn skip_comment(&mut self) {
        let mut depth = 0;
        loop {
            let opens = self.0.starts_with("/*");
            if opens {
                depth += 1;
            } else if self.0.starts_with("*/") {
                depth -= 1;
            }
            let step = if opens || self.0.starts_with("*/") {
                2
            } else {
                1
            };
            let mut chars = self.0.chars();
            if chars.nth(step - 1).is_none() {
                return;
            }
            self.0 = chars.as_str();
            if depth == 0 {
                return;
            }
        }
    }

    /// `'…'` behind an E, in which a backslash takes the next character with it.
    fn skip_escaped(&mut self) {
        let mut chars = self.0[1..].chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => drop(chars.next()),
                '\'' => break,
                _ => {}
            }
        }
        self.0 = chars.as_str();
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `$$` or `$tag$` at the beginning of `text`; `$1` is a placeholder.
fn dollar_tag(text: &str) -> Option<&str> {
    let inside = &text[1..];
    let end = inside.find(|c| !is_word(c))?;
    let is_tag =
        inside[end..].starts_with('$') && !inside.starts_with(|c: char| c.is_ascii_digit());
    is_tag.then(|| &text[..end + 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, step: Step) {
        assert_eq!(Effect::of(sql).step, step, "of {sql}");
    }

    #[test]
    fn transaction_control_is_recognized() {
        for sql in [
            "BEGIN",
            "begin isolation level serializable;",
            "/* a /* b */ */ START TRANSACTION",
        ] {
            check(sql, Step::Begin);
        }
        for sql in [
            "COMMIT",
            " -- x\n COMMIT WORK",
            "END",
            "ROLLBACK",
            "abort;",
            "PREPARE TRANSACTION 'x'",
        ] {
            check(sql, Step::End);
        }
        for sql in ["COMMIT AND CHAIN", "ROLLBACK WORK AND CHAIN"] {
            check(sql, Step::Chain);
        }
        check("COMMIT AND NO CHAIN", Step::End);
        for sql in ["ROLLBACK TO s", "rollback transaction to savepoint s"] {
            check(sql, Step::Resume);
        }
        for sql in [
            "",
            ";",
            "SAVEPOINT s",
            "RELEASE SAVEPOINT s",
            "COMMIT PREPARED 'x'",
            "PREPARE p AS SELECT 1",
            "SELECT 'COMMIT'",
        ] {
            check(sql, Step::Nothing);
        }
    }

    #[test]
    fn several_statements_leave_what_the_last_one_leaves() {
        check(
            "BEGIN; INSERT INTO t VALUES (';', E'\\';COMMIT', \";\")",
            Step::Begin,
        );
        check("BEGIN; SELECT 1; COMMIT;", Step::End);
        check("DO $x$ BEGIN COMMIT; END $x$; SELECT $1", Step::Nothing);
        let body = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
        check(body, Step::Nothing);
        assert!(Effect::of(body).is_single);
        assert!(Effect::of("COMMIT; ; -- nothing more").is_single);
        assert!(!Effect::of("COMMIT; SELECT 1").is_single);
    }

    #[test]
    fn what_is_unknown_counts_as_aborted() {
        use TransactionState::{Aborted, None, Open};
        let failed = |sql: &str, state, code| Effect::of(sql).failed(state, code);
        assert_eq!(failed("SELECT 1", None, "42P01"), None);
        assert_eq!(failed("SELECT 1", Open, "42P01"), Aborted);
        assert_eq!(failed("COMMIT", Open, "23503"), None);
        assert_eq!(failed("COMMIT", Open, "40001"), None);
        assert_eq!(failed("COMMIT foo", Open, "42601"), Aborted);
        assert_eq!(failed("BEGIN foo", None, "42601"), None);
        assert_eq!(failed("BEGIN; SELECT x", None, "42703"), Aborted);
        assert_eq!(failed("SELECT x; SELECT y", None, "42703"), None);
    }

    #[test]
    fn unclosed_text_ends_the_scan() {
        for sql in ["'", "\"", "$$", "/*", "--", "E'\\", "$", "é;'", "/* é"] {
            Effect::of(sql);
        }
    }
}
