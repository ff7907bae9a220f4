//! What a database driver does, and what it owes: connect, run SQL with binds, yield rows, tell the truth.
//!
//! Dialect crates implement these traits over a native driver; `orm` calls them. A driver gets SQL as
//! text; it never sees a statement or a schema. Everything blocks the calling thread. What they refuse in the same
//! words is in `driver/refusals.rs`.

mod refusals;

use std::any::Any;
use std::fmt;

use crate::error::{Error, ErrorKind, Result};
use crate::transaction::IsolationLevel;
pub use crate::transaction::{TransactionState, TransactionVerb};
use crate::value::ValueRef;

pub use refusals::{
    bind_count, invalid_text, misconfigured, no_answer, no_column, unanswered, unconnected,
    whole_rows,
};

/// The longest text of a statement that a driver keeps prepared: kept ones are counted, not weighed.
pub const LONGEST_KEPT: usize = 16 * 1024;

/// Whether a connection is encrypted. There is no mode that falls back to plain text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMode {
    /// Plain text.
    #[default]
    Disable,
    /// Encrypted; the server's certificate must be valid for its host. Needs the feature `tls`.
    Require,
    /// Encrypted, but anybody may be at the other end. Needs the feature `tls`.
    Insecure,
}

/// Opens connections to one database.
pub trait Driver: fmt::Debug + Send + Sync {
    /// Opens a connection, ready for statements: encoding, time zone, strictness and foreign keys set.
    ///
    /// Must fail at once on a refused port, a wrong password or a missing folder, not after retries.
    ///
    /// # Errors
    /// `ConnectionFailed`, `Authentication` or `Configuration`, naming host and database, never the
    /// password.
    fn connect(&self) -> Result<Box<dyn Connection>>;

    /// Whether each connection has a database of its own, which dies with it: SQLite in memory. The
    /// pool then keeps one connection and never drops it.
    fn is_private(&self) -> bool {
        false
    }

    /// Whether the database runs in this process, as SQLite does: nothing is waited for then that another thread
    /// should rather wait for. The engine cleans up other connections in a thread of its own when they are given
    /// back.
    fn is_embedded(&self) -> bool {
        self.is_private()
    }

    /// The target for messages, as a URL that leads there: scheme, host, database; never the password.
    fn target(&self) -> String;
}

/// A name as a part of a URL such as [`Driver::target`] gives.
pub fn encoded(name: &str) -> String {
    let part = |c: char| match c {
        '%' | '?' | '#' | '@' | '&' => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    };
    name.chars().map(part).collect()
}

impl<D: Driver + ?Sized> Driver for std::sync::Arc<D> {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        (**self).connect()
    }

    fn is_private(&self) -> bool {
        (**self).is_private()
    }

    fn is_embedded(&self) -> bool {
        (**self).is_embedded()
    }

    fn target(&self) -> String {
        (**self).target()
    }
}

/// One connection.
///
/// Binds are numbered from 1 in the order of the slice, in the dialect's placeholder style. A driver
/// must bind [`ValueRef::Batch`] as an array where the database has arrays, else as the text of [`ValueRef::to_json`];
/// [`ValueRef::Array`] as an array or not at all; and of a [`ValueRef::Extension`] what it encodes.
pub trait Connection: Send + Any {
    /// The name of the SQL that this server speaks, known after connecting: `"mariadb"` or `"mysql"`
    /// behind one driver. The engine picks the dialect by it.
    fn server(&self) -> &'static str;

    /// Runs one statement and tells how many rows it matched (not: really changed; MySQL needs
    /// `CLIENT_FOUND_ROWS`) and which key it generated.
    ///
    /// # Errors
    /// The native error mapped to a kind, with constraint, table and column where the database tells,
    /// and `sql` as its text. After any error, [`Connection::transaction`] is asked.
    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome>;

    /// Runs one statement once for each `width` values of `binds`, telling each outcome to `done`,
    /// which may end the run by an error. Must prepare once and stop at the first failure.
    ///
    /// # Errors
    /// As [`Connection::execute`], or the error of `done`.
    fn execute_each(
        &mut self,
        sql: &str,
        width: usize,
        binds: &[ValueRef<'_>],
        done: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        for row in whole_rows(sql, width, binds)? {
            done(self.execute(sql, row)?)?;
        }
        Ok(())
    }

    /// Runs one statement and hands each row to `each`, in order, which may end the run by an error.
    /// The connection must be usable for the next statement in either case.
    ///
    /// # Errors
    /// As [`Connection::execute`], or the error of `each`.
    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()>;

    /// Opens a cursor: runs one query and hands out its rows one at a time, as they are asked for, in memory that
    /// does not grow with their number. [`Cursor::fetch`] returns what has failed, that of opening included.
    fn cursor<'c>(&'c mut self, sql: &str, binds: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c>;

    /// Runs one statement that has no binds and yields no rows that matter: BEGIN, COMMIT, SAVEPOINT,
    /// DDL. Must not go through a protocol that refuses such statements, and must cost one round trip.
    ///
    /// # Errors
    /// As [`Connection::execute`].
    fn control(&mut self, sql: &str) -> Result<()>;

    /// Runs a statement of the library's own that begins or ends a transaction or a savepoint. As
    /// [`Connection::control`], but a driver needn't read in its text what it does.
    ///
    /// # Errors
    /// As [`Connection::execute`].
    fn transact(&mut self, sql: &str, verb: TransactionVerb) -> Result<()> {
        let _ = verb;
        self.control(sql)
    }

    /// What is left of the transaction. Core asks after every error, and with `None` after statements
    /// that may end a transaction on the side. `error` is what the driver itself returned last. The answer is
    /// `None`, `Open` or `Aborted`, or `RolledBack` if the server says so; what `None` means for a transaction
    /// that was open the engine knows.
    ///
    /// This is the duty that keeps commits honest: PostgreSQL answers COMMIT of an aborted transaction
    /// with success, a deadlock on MariaDB ends the whole transaction and the next INSERT commits by
    /// itself. A driver that answers `Open` for one of these loses its users' data. Must not do I/O.
    fn transaction(&mut self, error: Option<&Error>) -> TransactionState;

    /// Finds out what is left of the transaction after the [native](Connection::native) connection was in
    /// other hands; [`Connection::transaction`] tells it then. The engine calls this before whatever comes
    /// next. Only for drivers that follow the state instead of being told: may do I/O.
    ///
    /// # Errors
    /// `ConnectionLost` if nothing can be found out.
    fn resync(&mut self) -> Result<()> {
        Ok(())
    }

    /// Makes the session what it was after connecting: settings, variables, temporary tables, locks, prepared
    /// statements. The engine calls this before the next user gets the connection, when SQL text of the
    /// program's own has run or the [native](Connection::native) connection was handed out, whatever was done
    /// there: a driver must not guess from words. No transaction is open. Not called after statements that the
    /// library rendered.
    ///
    /// # Errors
    /// Any, for a session that can't be made so, or not cheaper than by connecting: the engine closes it then.
    /// A driver that has nothing of the kind leaves this to be `Unsupported`.
    fn reset(&mut self) -> Result<()> {
        Err(Error::new(ErrorKind::Unsupported))
    }

    /// Whether the database itself says that a statement can't change anything, such as SQLite's
    /// `sqlite3_stmt_readonly`. One of which that isn't known may write, as a SELECT that calls a function may.
    ///
    /// # Errors
    /// That of preparing the statement.
    fn is_read_only(&mut self, sql: &str) -> Result<bool> {
        let _ = sql;
        Ok(false)
    }

    /// The isolation level of transactions for which none is asked, if a setting of the server, the database or
    /// the account has made it stronger than the one that the product comes with. Must not do I/O.
    fn default_isolation(&self) -> Option<IsolationLevel> {
        None
    }

    /// Whether the connection still answers: one cheap round trip, within the time that connecting may take.
    /// The pool asks after idle time only.
    ///
    /// # Errors
    /// `ConnectionLost`.
    fn ping(&mut self) -> Result<()>;

    /// Whether [`Outcome::last_insert_id`] after an INSERT into `table` is the value of `column`, and not of a row id
    /// beside it. Asked before and after INSERTs that leave `column` out, so it must not cost a statement each time.
    /// A database that reports only what it generated for a column says yes.
    ///
    /// # Errors
    /// The refusal of a look into the catalogue.
    fn generates(&mut self, table: &str, column: &str) -> Result<bool> {
        let _ = (table, column);
        Ok(true)
    }

    /// The most bytes that the values of one statement may come to, if the server has such a limit.
    fn message_limit(&self) -> Option<usize> {
        None
    }

    /// Whether the connection is known to be broken, without I/O. The pool drops a broken one.
    fn is_broken(&self) -> bool;

    /// Forgets the prepared statements, if the driver keeps any: after DDL by another connection.
    fn clear_statements(&mut self) {}

    /// The driver's own connection, for what this contract doesn't cover.
    fn native(&mut self) -> &mut dyn Any;
}

/// An open query of a [`Connection`], which runs nothing else meanwhile.
///
/// Dropping it closes it. One that is forgotten instead must not reach into the next statement: a driver closes it
/// then, or gives the connection up.
pub trait Cursor {
    /// Hands the next row to `read`, and tells whether there was one. After the last row, and after an error, the
    /// query has ended and the connection is free.
    ///
    /// # Errors
    /// As [`Connection::execute`], whether the query could not begin or has failed at a row.
    fn fetch(&mut self, read: &mut dyn FnMut(&dyn Row)) -> Result<bool>;

    /// Ends the query, however many rows are left, and leaves the transaction around it as it was. Must not read
    /// all of them, which may take without end: a driver tells the server to stop. Does nothing after the end, and
    /// is not refused inside an async task, where a cursor may be dropped.
    ///
    /// # Errors
    /// `ConnectionLost`; the refusal of what ends the query.
    fn close(&mut self) -> Result<()>;

    /// As [`Connection::transaction`], after the end.
    fn transaction(&mut self, error: Option<&Error>) -> TransactionState;
}

/// What a statement without rows did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Rows matched by an UPDATE or DELETE, or inserted by an INSERT.
    pub affected: u64,
    /// The last generated integer key, where the database reports one without being asked; else 0.
    pub last_insert_id: i64,
}

impl Outcome {
    /// Of a statement that matched or inserted so many rows, the last one with that generated key.
    pub const fn new(affected: u64, last_insert_id: i64) -> Self {
        Self {
            affected,
            last_insert_id,
        }
    }
}

/// One row of a result, valid while the callback runs.
pub trait Row {
    /// How many columns it has.
    fn len(&self) -> usize;

    /// Whether it has no columns.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at `index`, counted from 0. Integers are widened, text is valid UTF-8.
    ///
    /// # Errors
    /// `Decode` for invalid UTF-8, an index beyond the row, or a native type that [`ValueRef`] has no
    /// room for, naming that type.
    fn get(&self, index: usize) -> Result<ValueRef<'_>>;

    /// As [`Row::get`], for a [codec](crate::types::Codec) of an extension type: of a native type that [`ValueRef`]
    /// has no room for, the bytes as they came, in the form of the driver's protocol.
    ///
    /// # Errors
    /// As [`Row::get`], but for that type.
    fn get_native(&self, index: usize) -> Result<ValueRef<'_>> {
        self.get(index)
    }

    /// The name of the column at `index`, or `""` beyond the row.
    fn name(&self, index: usize) -> &str;

    /// How many rows of its result are known to follow: what takes them all makes room for them at once. 0 where the
    /// database has not told.
    fn rows_left(&self) -> usize {
        0
    }
}
