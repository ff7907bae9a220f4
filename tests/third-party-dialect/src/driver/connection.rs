//! One connection: statements, and the transaction that they run in.
//!
//! Nothing runs without a transaction here. Outside of one that was begun, each statement has its own. Statements stay
//! prepared until the transaction ends: the server refuses to change or drop a table that any connection has one for.

use std::collections::HashMap;
use std::fmt;

use orm_core::driver::{LONGEST_KEPT, bind_count};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::naming::folded;
use orm_core::value::ValueRef;
use rsfbclient_core::{
    Column, Dialect, FbError, FirebirdClientDbOps, FirebirdClientSqlOps, FreeStmtOp, StmtType,
    TrDataAccessMode, TrIsolationLevel, TrLockResolution, TrOp, TrRecordVersion,
    TransactionConfiguration,
};
use rsfbclient_rust::{DbHandle, RustFbClient, TrHandle};

use super::bind::params;
use super::row::FirebirdRow;
use crate::errors::classify;

/// How many statements stay prepared in a transaction.
const KEPT: usize = 64;

/// The client's error for a refused statement with RETURNING.
const UNREAD: &str = "Fetch returned no columns";

type Handle = <RustFbClient as FirebirdClientSqlOps>::StmtHandle;

/// A statement that is prepared.
pub(super) struct Prepared {
    pub(super) kind: StmtType,
    pub(super) handle: Handle,
    /// Whether its rows are being read. To close a query that has not begun is an error of the server, which the client
    /// would read as the answer to the next statement.
    is_open: bool,
}

/// The client's own connection.
pub struct Attachment {
    /// The client.
    pub client: RustFbClient,
    /// Its handle of the database.
    pub database: DbHandle,
    /// The transaction that was begun. Who ends it must take it out.
    pub transaction: Option<TrHandle>,
    /// How many seconds a statement of a later transaction waits for a row that another one has changed: without a
    /// limit if `None`. The server finds deadlocks in transactions without a limit alone.
    pub lock_timeout: Option<u32>,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment").finish_non_exhaustive()
    }
}

/// A connection to Firebird. Its [`native`](orm_core::driver::Connection::native) is an [`Attachment`].
pub(super) struct FirebirdConnection {
    pub(super) native: Attachment,
    kept: HashMap<Box<str>, Prepared>,
    pub(super) is_broken: bool,
    /// What an update conflict means in the last transaction: the server has one message for all.
    conflict: ErrorKind,
}

impl FirebirdConnection {
    pub(super) fn new(client: RustFbClient, database: DbHandle) -> Self {
        Self {
            native: Attachment {
                client,
                database,
                transaction: None,
                lock_timeout: None,
            },
            kept: HashMap::new(),
            is_broken: false,
            conflict: ErrorKind::SerializationFailure,
        }
    }

    /// Begins a transaction with the options of SET TRANSACTION.
    pub(super) fn begin(&mut self, sql: &str) -> Result<()> {
        if self.native.transaction.is_some() {
            let message = "a transaction is open already";
            return Err(Error::with_message(ErrorKind::Transaction, message).with_sql(sql));
        }
        self.native.transaction = Some(self.open(sql)?);
        Ok(())
    }

    /// Ends the transaction.
    pub(super) fn end(&mut self, sql: &str, op: TrOp) -> Result<()> {
        let Some(mut transaction) = self.native.transaction.take() else {
            let message = "there is no transaction to end";
            return Err(Error::with_message(ErrorKind::Transaction, message).with_sql(sql));
        };
        self.forget_statements();
        let ended = self
            .native
            .client
            .transaction_operation(&mut transaction, op);
        let ended = ended.map_err(|native| self.failed(native, sql));
        if ended.is_err() && !self.is_broken {
            // A COMMIT that was refused leaves it open.
            self.native.transaction = Some(transaction);
        }
        ended
    }

    /// Runs `work` in the open transaction, or in one of its own.
    pub(super) fn within<T>(
        &mut self,
        sql: &str,
        work: impl FnOnce(&mut Self, &mut TrHandle) -> Result<T>,
    ) -> Result<T> {
        if let Some(mut transaction) = self.native.transaction {
            return work(self, &mut transaction);
        }
        let mut transaction = self.open("")?;
        let done = work(self, &mut transaction);
        self.forget_statements();
        self.finish(sql, transaction, done)
    }

    /// Ends the transaction of a statement of its own.
    pub(super) fn finish<T>(
        &mut self,
        sql: &str,
        mut transaction: TrHandle,
        done: Result<T>,
    ) -> Result<T> {
        if self.is_broken {
            return done;
        }
        if done.is_ok() {
            match self
                .native
                .client
                .transaction_operation(&mut transaction, TrOp::Commit)
            {
                Ok(()) => return done,
                Err(native) => {
                    let error = self.failed(native, sql);
                    self.roll_back(transaction);
                    return Err(error);
                }
            }
        }
        self.roll_back(transaction);
        done
    }

    fn roll_back(&mut self, mut transaction: TrHandle) {
        if !self.is_broken {
            let ended = self
                .native
                .client
                .transaction_operation(&mut transaction, TrOp::Rollback);
            self.is_broken |= ended.is_err();
        }
    }

    pub(super) fn open(&mut self, sql: &str) -> Result<TrHandle> {
        let says = |words: &str| sql.to_ascii_uppercase().contains(words);
        let isolation = if says("TABLE STABILITY") {
            TrIsolationLevel::Consistency
        } else if says("SNAPSHOT") {
            TrIsolationLevel::Concurrency
        } else {
            TrIsolationLevel::ReadCommited(TrRecordVersion::RecordVersion)
        };
        let lock_timeout = self.native.lock_timeout;
        self.conflict = match (&isolation, lock_timeout) {
            (TrIsolationLevel::ReadCommited(_), None) => ErrorKind::Deadlock,
            (TrIsolationLevel::ReadCommited(_), Some(_)) => ErrorKind::Busy,
            _ => ErrorKind::SerializationFailure,
        };
        let options = TransactionConfiguration {
            data_access: if says("READ ONLY") {
                TrDataAccessMode::ReadOnly
            } else {
                TrDataAccessMode::ReadWrite
            },
            isolation,
            lock_resolution: TrLockResolution::Wait(lock_timeout),
        };
        let begun = self
            .native
            .client
            .begin_transaction(&mut self.native.database, options);
        begun.map_err(|native| self.failed(native, sql))
    }

    /// The statement, prepared, which [`FirebirdConnection::put_back`] takes again.
    pub(super) fn prepare(&mut self, sql: &str, transaction: &mut TrHandle) -> Result<Prepared> {
        if let Some(kept) = self.kept.remove(sql) {
            return Ok(kept);
        }
        let prepared = self.native.client.prepare_statement(
            &mut self.native.database,
            transaction,
            Dialect::D3,
            sql,
        );
        let (kind, handle) = match prepared {
            Ok(prepared) => prepared,
            Err(native) => return Err(self.unprepared(native, sql, transaction)),
        };
        if kind == StmtType::Ddl {
            self.forget_statements();
        }
        Ok(Prepared {
            kind,
            handle,
            is_open: false,
        })
    }

    /// Keeps a statement prepared whose run has ended, or frees it.
    pub(super) fn put_back(&mut self, sql: &str, mut prepared: Prepared) {
        if self.is_broken {
            return;
        }
        if prepared.kind == StmtType::Ddl || sql.len() > LONGEST_KEPT {
            let freed = self
                .native
                .client
                .free_statement(&mut prepared.handle, FreeStmtOp::Drop);
            self.is_broken |= freed.is_err();
            return;
        }
        if std::mem::take(&mut prepared.is_open) {
            let closed = self
                .native
                .client
                .free_statement(&mut prepared.handle, FreeStmtOp::Close);
            self.is_broken |= closed.is_err();
        }
        if self.kept.len() >= KEPT {
            self.forget_statements();
        }
        self.kept.insert(sql.into(), prepared);
    }

    pub(super) fn forget_statements(&mut self) {
        for mut prepared in std::mem::take(&mut self.kept).into_values() {
            let freed = self
                .native
                .client
                .free_statement(&mut prepared.handle, FreeStmtOp::Drop);
            self.is_broken |= freed.is_err();
        }
    }

    /// Runs a statement and passes its rows to `each`; returns how many rows it has written.
    pub(super) fn run(
        &mut self,
        (sql, binds): (&str, &[ValueRef<'_>]),
        transaction: &mut TrHandle,
        each: &mut dyn FnMut(FirebirdRow) -> Result<()>,
    ) -> Result<u64> {
        let params = params(sql, binds)?;
        let mut prepared = self.prepare(sql, transaction)?;
        let done = self.run_prepared(sql, &mut prepared, (transaction, params), each);
        self.put_back(sql, prepared);
        done
    }

    fn run_prepared(
        &mut self,
        sql: &str,
        prepared: &mut Prepared,
        (transaction, params): (&mut TrHandle, Vec<rsfbclient_core::SqlType>),
        each: &mut dyn FnMut(FirebirdRow) -> Result<()>,
    ) -> Result<u64> {
        if prepared.kind == StmtType::ExecProcedure {
            let given = params.len();
            let row = self.native.client.execute2(
                &mut self.native.database,
                transaction,
                &mut prepared.handle,
                params,
            );
            let row = row.map_err(|native| match native {
                FbError::Other(text) if text == UNREAD => self.unread(sql),
                native => self.misrun(native, sql, given),
            })?;
            if !row.is_empty() {
                each(FirebirdRow::new(row))?;
            }
            return Ok(1);
        }
        let written = self.start(sql, prepared, transaction, params)?;
        if prepared.is_open {
            while let Some(row) = self.next_row(sql, prepared, transaction)? {
                each(FirebirdRow::new(row))?;
            }
        }
        Ok(written)
    }

    /// Runs a statement that is no procedure, as far as before its first row.
    pub(super) fn start(
        &mut self,
        sql: &str,
        prepared: &mut Prepared,
        transaction: &mut TrHandle,
        params: Vec<rsfbclient_core::SqlType>,
    ) -> Result<u64> {
        let given = params.len();
        let run = self.native.client.execute(
            &mut self.native.database,
            transaction,
            &mut prepared.handle,
            params,
        );
        let written = run.map_err(|native| self.misrun(native, sql, given))?;
        prepared.is_open = matches!(prepared.kind, StmtType::Select | StmtType::SelectForUpd);
        Ok(written as u64)
    }

    pub(super) fn next_row(
        &mut self,
        sql: &str,
        prepared: &mut Prepared,
        transaction: &mut TrHandle,
    ) -> Result<Option<Vec<Column>>> {
        let fetched =
            self.native
                .client
                .fetch(&mut self.native.database, transaction, &mut prepared.handle);
        fetched.map_err(|native| self.failed(native, sql))
    }

    /// The client's word for another number of binds is found before anything is sent.
    fn misrun(&mut self, native: FbError, sql: &str, given: usize) -> Error {
        let taken = match &native {
            FbError::Other(text) => text.strip_prefix("Tried to execute a statement that has "),
            _ => None,
        };
        let taken = taken.and_then(|text| text.split(' ').next()?.parse().ok());
        match taken {
            Some(taken) => bind_count(taken, given).with_sql(sql),
            None => self.failed(native, sql),
        }
    }

    /// The client takes the refusal of a statement with RETURNING for a row that is missing, and reads the reason as the
    /// answer to the next statement.
    #[cold]
    fn unread(&mut self, sql: &str) -> Error {
        self.is_broken = true;
        self.native.transaction = None;
        let message = "the server refused the statement, and the client lost the reason";
        Error::with_message(ErrorKind::ConnectionLost, message)
            .with_sql(sql)
            .with_hint("write raw SQL without RETURNING, or as EXECUTE BLOCK … SUSPEND")
    }

    /// A block names the types of its variables by columns, of which the server says alike that the column or its table
    /// is missing.
    #[cold]
    fn unprepared(&mut self, native: FbError, sql: &str, transaction: &mut TrHandle) -> Error {
        let error = self.failed(native, sql);
        let Some(table) = error
            .table()
            .filter(|_| error.kind() == ErrorKind::UndefinedColumn)
        else {
            return error;
        };
        let mut is_there = false;
        let table = table.to_owned();
        let query = "SELECT 1 FROM RDB$RELATIONS WHERE RDB$RELATION_NAME = ?";
        let binds = [ValueRef::Text(&folded(&table))];
        let looked = self.run((query, &binds), transaction, &mut |_| {
            is_there = true;
            Ok(())
        });
        if is_there || looked.is_err() {
            return error;
        }
        Error::new(ErrorKind::UndefinedTable)
            .with_table(table)
            .with_any(error.code().map(str::to_owned), Error::with_code)
            .with_sql(sql)
            .with_source(error)
    }

    /// The error of the client, which may have lost the connection.
    #[cold]
    pub(super) fn failed(&mut self, native: FbError, sql: &str) -> Error {
        let error = from_native(native, sql, self.conflict);
        if error.kind() == ErrorKind::ConnectionLost {
            self.is_broken = true;
            self.native.transaction = None;
        }
        error
    }
}

/// The error of a native one, which becomes its source. `conflict` is the kind of an update conflict. The client's own
/// messages are about the protocol, after which nothing can be read from the connection.
#[cold]
pub(super) fn from_native(native: FbError, sql: &str, conflict: ErrorKind) -> Error {
    let error = match &native {
        FbError::Sql { msg, .. } => classify(msg, conflict),
        FbError::Other(text) if text.contains("invalid UTF-8") => Error::new(ErrorKind::Decode),
        // Found in the server's description of a statement, which has been read to its end.
        FbError::Other(text) if text.starts_with("Unsupported column type") => {
            Error::new(ErrorKind::Unsupported)
        }
        FbError::Io(_) | FbError::Other(_) => Error::new(ErrorKind::ConnectionLost),
    };
    error.with_sql(sql).with_source(native)
}

impl fmt::Debug for FirebirdConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirebirdConnection").finish_non_exhaustive()
    }
}

/// The server rolls back what is open, and need not find out by itself that the socket is closed.
impl Drop for FirebirdConnection {
    fn drop(&mut self) {
        if self.is_broken {
            return;
        }
        if let Some(mut transaction) = self.native.transaction.take() {
            let _ = self
                .native
                .client
                .transaction_operation(&mut transaction, TrOp::Rollback);
        }
        let _ = self
            .native
            .client
            .detach_database(&mut self.native.database);
    }
}
