//! The driver traits: connecting, executing SQL with binds, returning rows, and reporting the state of the
//! transaction.
//!
//! Dialect crates implement these traits over a native driver; `orm` calls them. A driver gets SQL as text, and never
//! a statement or a schema. All calls block. Errors with the same text in all drivers are in `driver/refusals.rs`.

mod refusals;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::transaction::IsolationLevel;
pub use crate::transaction::{TransactionState, TransactionVerb};
use crate::value::ValueRef;
pub use crate::value::json_fault;
use crate::version::ServerVersion;

pub use refusals::{
    LONG_DURATION, bind_count, invalid_text, misconfigured, no_answer, no_column, not_json,
    unanswered, unconnected, whole_rows,
};

/// The maximum length in bytes of a statement that a driver keeps prepared. Caches count statements, and long ones
/// would fill the memory.
pub const LONGEST_KEPT: usize = 16 * 1024;

/// Selects the encryption of a connection. No mode falls back to an unencrypted connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMode {
    /// No encryption.
    #[default]
    Disable,
    /// Encryption, with verification of the server's certificate and host name. Needs the Cargo feature `tls`.
    Require,
    /// Encryption without verification of the server. Needs the Cargo feature `tls`.
    Insecure,
}

/// Opens connections to one database.
pub trait Driver: fmt::Debug + Send + Sync {
    /// Opens a connection that is ready for statements: encoding, time zone, strict mode and foreign keys are set.
    ///
    /// An implementation must fail at once on a refused port, a wrong password or a missing folder, without retries.
    ///
    /// # Errors
    /// - `ConnectionFailed`, `Authentication`, `Configuration`: the error names host and database, and never the
    ///   password.
    fn connect(&self) -> Result<Box<dyn Connection>>;

    /// Returns whether each connection has a database of its own, which is dropped with it: SQLite in memory. The
    /// pool then keeps one connection and never closes it.
    fn is_private(&self) -> bool {
        false
    }

    /// Returns whether the database runs in this process, as SQLite does. The engine resets connections of other
    /// databases in a separate thread when they are returned to the pool.
    fn is_embedded(&self) -> bool {
        self.is_private()
    }

    /// Returns the target for messages as a URL: scheme, host, database; never the password.
    fn target(&self) -> String;
}

/// Encodes a name as a part of a URL, for [`Driver::target`].
///
/// # Examples
///
/// ```
/// # use orm_core::driver::*;
/// assert_eq!(encoded("a?b"), "a%3Fb");
/// ```
pub fn encoded(name: &str) -> String {
    let part = |c: char| match c {
        '%' | '?' | '#' | '@' | '&' => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    };
    name.chars().map(part).collect()
}

impl<D: Driver + ?Sized> Driver for Arc<D> {
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

/// Represents one connection to the database.
///
/// Binds are numbered from 1 in the order of the slice, in the dialect's placeholder style. A driver must bind
/// [`ValueRef::Batch`] as an array where the database has arrays, else as the text of [`ValueRef::to_json`];
/// [`ValueRef::Array`] as an array or not at all; and a [`ValueRef::Extension`] as its encoded value.
pub trait Connection: Send + Any {
    /// Returns the name of the server's SQL, known after connecting: one driver may connect to `"mariadb"` and
    /// `"mysql"`. The engine selects the dialect by it.
    fn server(&self) -> &'static str;

    /// Executes one statement and returns the number of matched rows and the generated key. Rows count as matched
    /// also if their values stay the same; MySQL needs `CLIENT_FOUND_ROWS`.
    ///
    /// # Errors
    /// Any error of the database: the native error mapped to a kind, with constraint, table and column where the
    /// database names them, and `sql` as its text. After an error, the caller reads
    /// [`Connection::transaction`].
    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome>;

    /// Executes one statement once for each group of `width` values of `binds` and passes each outcome to `done`,
    /// which may stop the run with an error. An implementation must prepare the statement once and stop at the first
    /// error.
    ///
    /// # Errors
    /// - The error of `done`.
    /// - As [`Connection::execute`].
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

    /// Executes one statement that reads rows from the client, and returns their number: `COPY … FROM STDIN`. Each group of
    /// `width` values is a row. An implementation must convert all values before it sends any. Called where the dialect's
    /// capabilities have [`copy_in`](crate::sql::Capabilities::copy_in).
    ///
    /// # Errors
    /// - `OutOfRange`: the protocol can't hold a value.
    /// - `Unsupported`: the default, for a driver without such statements.
    /// - As [`Connection::execute`].
    fn copy_in(&mut self, sql: &str, width: usize, values: &[ValueRef<'_>]) -> Result<u64> {
        let _ = (width, values);
        let message = "this driver does not support COPY FROM STDIN";
        Err(Error::with_message(ErrorKind::Unsupported, message).with_sql(sql))
    }

    /// Executes one statement and passes each row to `each` in order, which may stop the run with an error. The
    /// connection must be ready for the next statement in either case.
    ///
    /// # Errors
    /// - The error of `each`.
    /// - As [`Connection::execute`].
    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()>;

    /// As [`Connection::query`], of a query that returns one row at most. An implementation may pass the first row and not
    /// look whether another one follows.
    ///
    /// # Errors
    /// As [`Connection::query`].
    fn query_row(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.query(sql, binds, each)
    }

    /// Opens a cursor: executes one query whose rows are read on demand, with constant use of memory. Errors, also of
    /// opening, are returned by [`Cursor::fetch`].
    fn cursor<'c>(&'c mut self, sql: &str, binds: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c>;

    /// Executes one statement without binds and rows: BEGIN, COMMIT, SAVEPOINT, DDL. An implementation must not use a
    /// protocol that rejects such statements, and must use one round trip.
    ///
    /// # Errors
    /// As [`Connection::execute`].
    fn control(&mut self, sql: &str) -> Result<()>;

    /// Executes a statement of the library that begins or ends a transaction or a savepoint. `verb` states what the
    /// statement does; otherwise as [`Connection::control`].
    ///
    /// # Errors
    /// As [`Connection::execute`].
    fn transact(&mut self, sql: &str, verb: TransactionVerb) -> Result<()> {
        let _ = verb;
        self.control(sql)
    }

    /// Returns the state of the transaction. The engine calls this after every error, and with `None` after
    /// statements that may end a transaction. `error` is the last error of the driver. A driver returns `None`,
    /// `Open` or `Aborted`, or `RolledBack` if the server reports it; the engine interprets `None` for a transaction
    /// that was open.
    ///
    /// Commits depend on this: PostgreSQL reports success for COMMIT of an aborted transaction; a deadlock on MariaDB
    /// rolls back the whole transaction, and the next INSERT commits by itself. A driver that returns `Open` then
    /// loses data. Must not send a statement.
    fn transaction(&mut self, error: Option<&Error>) -> TransactionState;

    /// Queries the state of the transaction after the [native](Connection::native) connection was used directly.
    /// [`Connection::transaction`] returns that state afterwards. The engine calls this before the next statement.
    /// Needed by drivers that track the state themselves; may send a statement.
    ///
    /// # Errors
    /// - `ConnectionLost`: the state can't be queried.
    fn resync(&mut self) -> Result<()> {
        Ok(())
    }

    /// Restores the session to its state after connecting: settings, variables, temporary tables, locks, prepared
    /// statements. The engine calls this before a connection is used again, if SQL text of the program has run or the
    /// [native](Connection::native) connection was used. An implementation must restore everything, and not guess
    /// from statements. No transaction is open. Not called after statements that the library rendered.
    ///
    /// # Errors
    /// - Any error: the session can't be restored, or not faster than by connecting. The engine closes the
    ///   connection.
    /// - `Unsupported`: the default, for a driver without a reset.
    fn reset(&mut self) -> Result<()> {
        Err(Error::new(ErrorKind::Unsupported))
    }

    /// Returns whether the database itself reports that a statement only reads, such as SQLite's
    /// `sqlite3_stmt_readonly`. Returns `false` if this is not known, since a SELECT may call a function that writes.
    ///
    /// # Errors
    /// The error of preparing the statement.
    fn is_read_only(&mut self, sql: &str) -> Result<bool> {
        let _ = sql;
        Ok(false)
    }

    /// Returns the default isolation level of transactions, if a setting of the server, the database or the account
    /// has made it stronger than the product's default. Must not send a statement.
    fn default_isolation(&self) -> Option<IsolationLevel> {
        None
    }

    /// Returns the version of the server, or of the database that is linked, if it is known. Its features depend on it: see
    /// [`Dialect::capabilities_at`](crate::sql::Dialect::capabilities_at). Must not send a statement.
    fn server_version(&self) -> Option<ServerVersion> {
        None
    }

    /// Checks that the server responds, with one cheap round trip and within the connect timeout. The pool calls this
    /// after idle time.
    ///
    /// # Errors
    /// - `ConnectionLost`: the server does not respond.
    fn ping(&mut self) -> Result<()>;

    /// Returns whether [`Outcome::last_insert_id`] after an INSERT into `table` is the value of `column`, and not of
    /// a separate row id. Called before and after INSERTs that omit `column`, so it must not send a statement each
    /// time. A driver whose database reports only generated values of columns returns `true`.
    ///
    /// # Errors
    /// The error of a query of the catalogue.
    fn generates(&mut self, table: &str, column: &str) -> Result<bool> {
        let _ = (table, column);
        Ok(true)
    }

    /// Returns the maximum size in bytes of the values of one statement, if the server has such a limit.
    fn message_limit(&self) -> Option<usize> {
        None
    }

    /// Returns whether the connection is known to be broken. Must not send a statement. The pool drops a broken
    /// connection.
    fn is_broken(&self) -> bool;

    /// Clears the cache of prepared statements, if there is one. Called after DDL by another connection.
    fn clear_statements(&mut self) {}

    /// Returns what stops the statement that the connection executes, from any other thread. `None` if the driver can't.
    fn canceller(&self) -> Option<Arc<dyn Cancel>> {
        None
    }

    /// Called after a statement that has ended although it was canceled: the driver sees to it that the request, which may
    /// arrive late, does not stop the next statement.
    fn pass_over_cancel(&mut self) {}

    /// Returns the driver's own connection, for features that this trait does not cover.
    fn native(&mut self) -> &mut dyn Any;
}

/// Stops the statement that a [`Connection`] executes. The statement fails with the kind
/// [`Canceled`](ErrorKind::Canceled), unless it ends before.
pub trait Cancel: Send + Sync {
    /// Asks the database to stop the statement. Called while the connection executes one.
    ///
    /// # Errors
    /// - `ConnectionFailed`: the request needs a connection of its own, which can't be opened.
    fn cancel(&self) -> Result<()>;
}

/// Represents an open query of a [`Connection`], which executes no other statement meanwhile.
///
/// Dropping a cursor closes it. A cursor that is leaked with `mem::forget` must not affect the next statement: the
/// driver closes it then, or closes the connection.
pub trait Cursor {
    /// Passes the next row to `read` and returns whether there was one. After the last row, and after an error, the
    /// query has ended and the connection can be used.
    ///
    /// # Errors
    /// As [`Connection::execute`], if the query can't be started or a row fails.
    fn fetch(&mut self, read: &mut dyn FnMut(&dyn Row)) -> Result<bool>;

    /// Ends the query without reading its remaining rows and keeps the transaction. An implementation must cancel the
    /// query on the server, since it may have any number of rows. Does nothing after the end. Works inside an async
    /// task, where a cursor may be dropped.
    ///
    /// # Errors
    /// - `ConnectionLost`: the connection was lost.
    /// - The error of the cancellation.
    fn close(&mut self) -> Result<()>;

    /// Returns the state of the transaction as [`Connection::transaction`] does, after the end of the query.
    fn transaction(&mut self, error: Option<&Error>) -> TransactionState;
}

/// Holds the result of a statement without rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The number of rows matched by an UPDATE or DELETE, or inserted by an INSERT.
    pub affected: u64,
    /// The last generated integer key, if the database reports one with the result; else 0.
    pub last_insert_id: i64,
}

impl Outcome {
    /// Creates an outcome from the number of matched or inserted rows and the generated key of the last one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::driver::*;
    /// let outcome = Outcome::new(1, 7);
    /// assert_eq!((outcome.affected, outcome.last_insert_id), (1, 7));
    /// ```
    pub const fn new(affected: u64, last_insert_id: i64) -> Self {
        Self {
            affected,
            last_insert_id,
        }
    }
}

/// Represents one row of a result set. It is valid while the callback runs.
///
/// # Examples
///
/// ```
/// # use orm_core::driver::Row;
/// # use orm_core::value::ValueRef;
/// fn describe(row: &dyn Row) -> orm_core::Result<Vec<String>> {
///     let columns = 0..row.len();
///     let text = |at: usize| Ok(format!("{}: {:?}", row.name(at), row.get(at)?));
///     columns.map(text).collect()
/// }
/// ```
pub trait Row {
    /// Returns the number of columns.
    fn len(&self) -> usize;

    /// Returns whether there are no columns.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the value at `index`, counted from 0. Integers are widened to 64 bits, and text is valid UTF-8.
    ///
    /// # Errors
    /// - `Decode`: text is not valid UTF-8, the index is out of range, or [`ValueRef`] has no variant for the native
    ///   type, which the error names.
    fn get(&self, index: usize) -> Result<ValueRef<'_>>;

    /// Returns a value as [`Row::get`] does, for the [codec](crate::types::Codec) of an extension type. A value whose
    /// native type [`ValueRef`] has no variant for is returned as bytes in the driver's protocol.
    ///
    /// # Errors
    /// As [`Row::get`], except for unknown native types.
    fn get_native(&self, index: usize) -> Result<ValueRef<'_>> {
        self.get(index)
    }

    /// Returns the value of a column of type DATE. Only needed by a driver whose protocol has one type for dates, times
    /// and timestamps.
    ///
    /// # Errors
    /// As [`Row::get`].
    fn get_date(&self, index: usize) -> Result<ValueRef<'_>> {
        self.get(index)
    }

    /// Returns the value of a column of type TIME. Only needed by a driver whose protocol has one type for dates, times
    /// and timestamps.
    ///
    /// # Errors
    /// As [`Row::get`].
    fn get_time(&self, index: usize) -> Result<ValueRef<'_>> {
        self.get(index)
    }

    /// Returns whether the row has a value at `index`. A row that stands for a wider one lacks some.
    fn has(&self, index: usize) -> bool {
        let _ = index;
        true
    }

    /// Returns the name of the column at `index`, or `""` if the index is out of range.
    fn name(&self, index: usize) -> &str;

    /// Returns the number of rows that are known to follow, so that a collection can reserve memory. 0 if it is not
    /// known.
    fn rows_left(&self) -> usize {
        0
    }
}
