//! One connection: runs statements, and knows what is left of the transaction.
//!
//! `connect.rs` makes and sets it up. Statements with binds are prepared once and kept by the native
//! driver; control goes as text, which takes every statement and one round trip.
//!
//! The truth about the transaction comes from the server. Where it reports changes of the state along
//! with its answers, those are read after each success. Failures carry no such report, and some of them
//! end the transaction (a deadlock, DDL that commits before it fails), so after a failure the server is
//! asked, before the error is handed out.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;

use mysql::prelude::{Protocol, Queryable};
use mysql::session_state_change::SessionStateChange;
use mysql::{Conn, Params, QueryResult, Statement};
use orm_core::driver::{Connection, Outcome, Row, TransactionState};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;

use super::row::{Kind, MysqlRow};
use super::{Guise, bind};
use crate::errors::{breaks, from_native};
use crate::{MARIADB_COLLATION, MYSQL_COLLATION};

/// The server refuses to change the next transaction's access mode while one is open, and so tells
/// whether one is, on MySQL and MariaDB alike and without any privilege.
const QUESTION: &str = "SET TRANSACTION READ WRITE";

/// The answer: there is a transaction.
const IN_TRANSACTION: u16 = 1568;

/// This command can't be prepared.
const UNPREPARABLE: u16 = 1295;

/// The server has forgotten the prepared statement, or wants it prepared anew.
const STALE_STATEMENT: [u16; 2] = [1243, 1615];

/// A connection to MySQL or MariaDB. Its [`native`](Connection::native) is a [`mysql::Conn`].
pub struct MysqlConnection {
    native: Conn,
    server: &'static str,
    collations: Collations,
    statement_cache: usize,
    packet: usize,
    open: bool,
    tracked: bool,
    broken: bool,
    kinds: Vec<Kind>,
}

/// What `connect.rs` found out or was told.
pub(super) struct Settings {
    pub(super) server: &'static str,
    pub(super) guise: Guise,
    pub(super) statement_cache: usize,
    /// The most bytes that the server takes at once.
    pub(super) packet: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Collations {
    /// As the dialect of this server writes them.
    AsWritten,
    /// The dialect writes MySQL's and the server knows MariaDB's.
    Translated,
}

impl MysqlConnection {
    pub(super) fn new(native: Conn, settings: &Settings) -> Self {
        let disguised = settings.guise == Guise::Mysql && settings.server == "mariadb";
        let (server, collations) = if disguised {
            ("mysql", Collations::Translated)
        } else {
            (settings.server, Collations::AsWritten)
        };
        let tracked = reported(&native).is_some();
        Self {
            native,
            server,
            collations,
            statement_cache: settings.statement_cache,
            packet: settings.packet,
            open: false,
            tracked,
            broken: false,
            kinds: Vec::new(),
        }
    }

    fn spoken<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        match self.collations {
            Collations::Translated if sql.contains(MYSQL_COLLATION) => {
                sql.replace(MYSQL_COLLATION, MARIADB_COLLATION).into()
            }
            _ => sql.into(),
        }
    }

    fn params(&self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Params> {
        bind::params(binds, self.packet).map_err(|error| error.with_sql(sql))
    }

    /// Prepares a statement, or takes it from the cache.
    fn prepare(&mut self, sql: &str, binds: usize) -> Result<Statement> {
        let spoken = self.spoken(sql);
        let prepared = self.native.prep(spoken);
        let statement = prepared.map_err(|native| self.failed(native, sql))?;
        if usize::from(statement.num_params()) == binds {
            return Ok(statement);
        }
        let wanted = statement.num_params();
        self.release(statement);
        let message = format!("the statement takes {wanted} binds, but {binds} are given");
        Err(Error::with_message(ErrorKind::Usage, message).with_sql(sql))
    }

    /// Without a cache nobody else closes a statement, and the server keeps it for ever.
    fn release(&mut self, statement: Statement) {
        if self.statement_cache == 0 {
            self.forget(statement);
        }
    }

    fn forget(&mut self, statement: Statement) {
        // The server sends no answer to this.
        if self.native.close(statement).is_err() {
            self.lose();
        }
    }

    /// What is done with a prepared statement after its run.
    fn finished<T>(
        &mut self,
        statement: Statement,
        sql: &str,
        result: mysql::Result<T>,
    ) -> Result<T> {
        let stale = matches!(&result, Err(mysql::Error::MySqlError(error))
            if STALE_STATEMENT.contains(&error.code));
        if stale {
            self.forget(statement);
        } else {
            self.release(statement);
        }
        self.settled(sql, result)
    }

    fn settled<T>(&mut self, sql: &str, result: mysql::Result<T>) -> Result<T> {
        match result {
            Ok(done) => {
                self.succeeded(sql);
                Ok(done)
            }
            Err(native) => Err(self.failed(native, sql)),
        }
    }

    #[inline]
    fn succeeded(&mut self, sql: &str) {
        if let Some(open) = reported(&self.native) {
            self.open = open;
            self.tracked = true;
        } else if !is_plain(sql) && (!self.tracked || ends_or_begins(sql, self.open)) {
            // Silence about a statement that must have changed the state: somebody between here and the
            // server, or the program itself, has switched the reports off.
            self.tracked = false;
            self.ask();
        }
    }

    #[cold]
    fn failed(&mut self, native: mysql::Error, sql: &str) -> Error {
        if breaks(&native) {
            self.lose();
        } else if self.open || !is_plain(sql) {
            let before = self.open;
            self.ask();
            // The server's next report may be none, since to itself it has told nothing else yet.
            self.tracked = self.tracked && self.open == before;
        }
        let error = from_native(native, sql);
        // A killed connection may give another reason for its last statement's failure.
        if self.broken && error.kind() == ErrorKind::Database {
            return error.into_kind(ErrorKind::ConnectionLost);
        }
        error
    }

    /// Asks the server whether a transaction is open. A connection that can't tell is given up.
    #[cold]
    fn ask(&mut self) {
        match self.native.query_drop(QUESTION) {
            Err(mysql::Error::MySqlError(answer)) if answer.code == IN_TRANSACTION => {
                self.open = true;
            }
            // Takes back what the question has set for the next transaction.
            Ok(()) if self.native.query_drop("ROLLBACK").is_ok() => self.open = false,
            _ => self.lose(),
        }
    }

    fn lose(&mut self) {
        self.broken = true;
        self.open = false;
    }
}

impl Connection for MysqlConnection {
    fn server(&self) -> &'static str {
        self.server
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        let params = self.params(sql, binds)?;
        let statement = match self.prepare(sql, binds.len()) {
            Err(error) if binds.is_empty() && is_unpreparable(&error) => {
                self.control(sql)?;
                return Ok(outcome(&self.native));
            }
            prepared => prepared?,
        };
        let result = run(&mut self.native, &statement, params);
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
        let rows = binds.chunks_exact(width.max(1));
        if !rows.remainder().is_empty() {
            let message = format!("{} binds make no whole rows of {width}", binds.len());
            return Err(Error::with_message(ErrorKind::Usage, message).with_sql(sql));
        }
        let statement = self.prepare(sql, width)?;
        for row in rows {
            let result = self.params(sql, row).and_then(|params| {
                let result = run(&mut self.native, &statement, params);
                done(self.settled(sql, result)?)
            });
            if let Err(error) = result {
                self.release(statement);
                return Err(error);
            }
        }
        self.release(statement);
        Ok(())
    }

    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let params = self.params(sql, binds)?;
        let statement = self.prepare(sql, binds.len())?;
        let result = read(
            &mut self.native,
            &mut self.kinds,
            (&statement, params),
            each,
        );
        self.finished(statement, sql, result)?
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        let spoken = self.spoken(sql);
        let result = self
            .native
            .query_iter(spoken)
            .and_then(|mut result| drain(&mut result));
        self.settled(sql, result)
    }

    fn transaction(&mut self, _error: Option<&Error>) -> TransactionState {
        if self.open {
            TransactionState::Open
        } else {
            TransactionState::None
        }
    }

    fn ping(&mut self) -> Result<()> {
        self.native.ping().map_err(|native| self.failed(native, ""))
    }

    fn is_broken(&self) -> bool {
        self.broken
    }

    // The server prepares a statement again by itself after DDL, and sends the new columns along.
    fn clear_statements(&mut self) {}

    fn native(&mut self) -> &mut dyn Any {
        &mut self.native
    }
}

impl fmt::Debug for MysqlConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The native connection's Debug holds the password.
        f.debug_struct("MysqlConnection")
            .field("server", &self.server)
            .field("open", &self.open)
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

fn run(native: &mut Conn, statement: &Statement, params: Params) -> mysql::Result<Outcome> {
    drain(&mut native.exec_iter(statement, params)?)?;
    Ok(outcome(native))
}

fn outcome(native: &Conn) -> Outcome {
    Outcome {
        affected: native.affected_rows(),
        // A key beyond i64 is of a column that no model has.
        last_insert_id: i64::try_from(native.last_insert_id()).unwrap_or(0),
    }
}

/// Hands out the rows of the first result and reads past all that follows, so that the connection is
/// free for the next statement, whatever `each` says. The inner result is that of `each`.
fn read(
    native: &mut Conn,
    kinds: &mut Vec<Kind>,
    (statement, params): (&Statement, Params),
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> mysql::Result<Result<()>> {
    let mut result = native.exec_iter(statement, params)?;
    kinds.clear();
    kinds.extend(result.columns().as_ref().iter().map(Kind::of));
    let mut said = Ok(());
    if let Some(rows) = result.iter() {
        for row in rows {
            let row = row?;
            if said.is_ok() {
                said = each(&MysqlRow { row: &row, kinds });
            }
        }
    }
    drain(&mut result)?;
    Ok(said)
}

/// Reads to the end of every result: an error may be in the last one.
fn drain<P: Protocol>(result: &mut QueryResult<'_, '_, '_, P>) -> mysql::Result<()> {
    while let Some(rows) = result.iter() {
        for row in rows {
            row?;
        }
    }
    Ok(())
}

/// Whether the last answer said that a transaction is open; `None` if it said nothing about that. The
/// first of the eight letters is `T` or `I` in a transaction, begun by a statement or by itself.
#[inline]
fn reported(native: &Conn) -> Option<bool> {
    let changes = native.session_state_changes().ok()?;
    changes
        .iter()
        .rev()
        .find_map(|change| match change.decode() {
            Ok(SessionStateChange::TransactionState(state)) => {
                state.as_bytes().first().map(|letter| *letter != b'_')
            }
            _ => None,
        })
}

/// Whether a statement can neither begin nor end a transaction, so that nothing needs to be asked. After
/// SET TRANSACTION nothing must be asked, since the question would undo it.
fn is_plain(sql: &str) -> bool {
    const WORDS: &[&str] = &[
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "REPLACE",
        "WITH",
        "SAVEPOINT",
        "RELEASE",
    ];
    starts_with_any(sql, WORDS) || sets_transaction(sql)
}

fn sets_transaction(sql: &str) -> bool {
    let mut words = sql.split_ascii_whitespace();
    let mut is = |word| {
        words
            .next()
            .is_some_and(|found| found.eq_ignore_ascii_case(word))
    };
    is("SET") && is("TRANSACTION")
}

/// Whether a statement that worked must have ended the open transaction, or begun one where none was.
fn ends_or_begins(sql: &str, open: bool) -> bool {
    // Statements about tables commit, and answer with rows, behind which there is no report.
    const ENDS: &[&str] = &["COMMIT", "ANALYZE", "CACHE", "CHECK", "OPTIMIZE", "REPAIR"];
    if open {
        // Going back to a savepoint ends nothing.
        starts_with_any(sql, ENDS) || sql.trim().eq_ignore_ascii_case("ROLLBACK")
    } else {
        starts_with_any(sql, &["BEGIN", "START"])
    }
}

fn starts_with_any(sql: &str, words: &[&str]) -> bool {
    let sql = sql.trim_start();
    let end = sql
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(sql.len());
    words
        .iter()
        .any(|word| sql[..end].eq_ignore_ascii_case(word))
}

fn is_unpreparable(error: &Error) -> bool {
    error.code().and_then(|code| code.parse().ok()) == Some(UNPREPARABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_suspicious_where_the_state_must_change() {
        assert!(ends_or_begins("start transaction read only", false));
        assert!(ends_or_begins("COMMIT", true) && ends_or_begins(" rollback ", true));
        assert!(!ends_or_begins("ROLLBACK TO SAVEPOINT a", true));
        assert!(ends_or_begins("check table a", true) && !ends_or_begins("CHECK TABLE a", false));
        assert!(!ends_or_begins("COMMIT", false) && !ends_or_begins("BEGIN", true));
    }

    #[test]
    fn what_may_end_a_transaction_is_not_plain() {
        for sql in [
            "SELECT 1",
            "set transaction isolation level serializable",
            "  insert into t values (1)",
            "WITH x AS (SELECT 1) SELECT * FROM x",
        ] {
            assert!(is_plain(sql), "{sql}");
        }
        for sql in [
            "CALL p()",
            "CREATE TABLE t (a INT)",
            "/* x */ SELECT 1",
            "COMMIT",
            "SET autocommit = 0",
            "",
        ] {
            assert!(!is_plain(sql), "{sql}");
        }
    }
}
