//! Implements the traits of `orm_core::driver`.
//!
//! `connection.rs` has the implementation, and `cursor.rs` that of cursors.

use std::any::Any;
use std::borrow::Cow;
use std::mem;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hashlink::LruCache;
use orm_core::ServerVersion;
use orm_core::driver::{
    Cancel, Connection, Cursor, Outcome, Row, TransactionState, TransactionVerb,
};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::IsolationLevel;
use orm_core::value::ValueRef;
use postgres::Client;
use postgres::error::SqlState;

use super::array::Arrays;
use super::connection::{Call, Declared, EXECUTE, PostgresConnection, wires};
use super::cursor::PostgresCursor;
use super::row::PostgresRow;
use super::session::prepared;
use super::statement_kind::TransactionEffect;

/// Succeeds in a transaction that stands, and fails in another way in an aborted one and in none.
const QUESTION: &str = "SAVEPOINT orm_look; RELEASE SAVEPOINT orm_look";

/// How long a cancel request that was sent takes to reach the process that it is for.
const SIGNAL: Duration = Duration::from_millis(100);

// Rows one by one would cost 1.6 times as much: the native client enters its runtime for each.
const QUERY: Call<Vec<postgres::Row>> = Call {
    prepared: Client::query,
    direct: Client::query_typed,
};

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

    fn copy_in(&mut self, sql: &str, width: usize, values: &[ValueRef<'_>]) -> Result<u64> {
        let copied = self.copy_rows(sql, width, values);
        copied.map_err(|error| error.with_sql(sql))
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
        for (index, row) in rows.iter().enumerate() {
            let left = rows.len() - index - 1;
            each(&PostgresRow {
                row,
                wires,
                left,
                arrays: Arrays::default(),
            })?;
        }
        Ok(())
    }

    fn cursor<'c>(&'c mut self, sql: &str, binds: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c> {
        Box::new(PostgresCursor::open(self, sql, binds))
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        self.command(sql, TransactionEffect::of(sql))?;
        if ends_statements(sql) {
            // Inside a transaction, the server's refusal of one that is gone would abort it. The types stay known: the
            // client's own queries of them are gone, too.
            self.forget_statements();
            self.is_forgotten = true;
        }
        Ok(())
    }

    fn transact(&mut self, sql: &str, verb: TransactionVerb) -> Result<()> {
        self.command(sql, TransactionEffect::of_verb(verb))
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
                    let failed = self.fail("", TransactionEffect::NOTHING, error).error;
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
        let answer =
            answer.map_err(|error| self.fail("", TransactionEffect::NOTHING, error).error)?;
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
        let timeout = match self.config.connect_timeout {
            Duration::ZERO => Duration::MAX,
            timeout => timeout,
        };
        let answer = self.talk(|client| client.is_valid(timeout))?;
        answer.map_err(|error| {
            // A response that comes too late would be taken for that of the next statement.
            self.lose();
            Error::new(ErrorKind::ConnectionLost).with_source(error)
        })
    }

    fn server_version(&self) -> Option<ServerVersion> {
        self.session.version
    }

    fn default_isolation(&self) -> Option<IsolationLevel> {
        self.session.isolation
    }

    fn is_broken(&self) -> bool {
        self.is_closed()
    }

    fn clear_statements(&mut self) {
        self.forget_statements();
        self.client().clear_type_cache();
    }

    fn canceller(&self) -> Option<Arc<dyn Cancel>> {
        Some(Arc::clone(&self.cancel))
    }

    // The request has no response, and the server passes it on as a signal. One that arrives between statements has no effect.
    fn pass_over_cancel(&mut self) {
        thread::sleep(SIGNAL);
    }

    fn native(&mut self) -> &mut dyn Any {
        self.client()
    }
}

/// Whether a statement closes everything that is prepared: `DISCARD ALL`, `DEALLOCATE ALL`.
fn ends_statements(sql: &str) -> bool {
    let mut words = sql.split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    let is_first = |word: &str| first.eq_ignore_ascii_case(word);
    (is_first("DISCARD") || is_first("DEALLOCATE"))
        && words.any(|word| word.trim_end_matches(';').eq_ignore_ascii_case("ALL"))
}
