//! [`Executor`]: where statements run. One query value yields structs on a connection and handles on a
//! session.
//!
//! The connection's implementation is here; the session's is with the session, which stands above.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};

use crate::engine::Connection;
use crate::mapping::{Model, ModelDef};
use crate::query::compile::compiled_sql::CompiledSql;

/// What a statement does to rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DmlKind {
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
}

impl DmlKind {
    /// The statement's keyword.
    pub(crate) fn as_sql(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// How a statement treats rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads them without locks.
    Plain,
    /// Locks them until the transaction ends: FOR UPDATE.
    Lock,
    /// Raw SQL: the text may do anything, unless the database says that it only reads.
    Raw,
}

/// What an [`Executor`] reads by: the verb of a query, or raw SQL.
pub trait ReadStatement {
    /// What running it tells beside the rows.
    type Outcome;

    /// How it treats rows.
    fn access(&self) -> Access;

    /// Text and binds, for the connection on which it will run.
    ///
    /// # Errors
    /// `Usage` for an error of the statement, `Unsupported` by the dialect.
    fn compile(&self, connection: &mut Connection) -> Result<CompiledSql<'_>>;

    /// Sends what was compiled, and hands each row to `each`.
    ///
    /// # Errors
    /// The database's refusal, or the error of `each`.
    fn execute(
        &self,
        connection: &mut Connection,
        compiled: &CompiledSql<'_>,
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<Self::Outcome>;
}

/// Where a statement runs: a [`Connection`], on which entities come out as owned structs, or a session,
/// on which they come out as tracked handles. There are no others.
#[diagnostic::on_unimplemented(
    message = "statements run on a connection or a session, not on `{Self}`",
    label = "neither a `Connection` nor a `Session`",
    note = "with an engine: `let mut conn = engine.connection()?`, then `&mut conn`; or `let mut session = Session::new(&engine)`, then `&mut session`",
    note = "if the variable is a `&mut Session` already, pass `session` itself instead of `&mut session`"
)]
pub trait Executor: sealed::Sealed {
    /// What an entity comes out as: `M` on a connection, `Ref<M>` on a session.
    type Of<M: Model>;

    /// What decoding works on beside the row: nothing on a connection, its state on a session.
    type Sink<'a>
    where
        Self: 'a;

    /// Compiles a query or raw SQL, executes it, and hands each row to `each`, which decodes it. A session flushes
    /// before; by raw SQL, what it has loaded is stale from here on, unless the database says that the text only
    /// reads.
    ///
    /// # Errors
    /// Those of the flush, of connecting, of the statement and of `each`; `Usage` for a lock without a transaction.
    fn read<S: ReadStatement>(
        &mut self,
        statement: &S,
        each: impl FnMut(&dyn Row, &mut Self::Sink<'_>) -> Result<()>,
    ) -> Result<S::Outcome>;

    /// Runs an INSERT, UPDATE or DELETE of a model's table that goes past the unit of work. What a session
    /// has loaded of the table is stale then, and of the tables that the database changes along with it.
    ///
    /// # Errors
    /// Those of the flush, of connecting, and of `run`.
    fn write<T>(
        &mut self,
        model: &'static ModelDef,
        write: DmlKind,
        run: impl FnOnce(&mut Connection) -> Result<T>,
    ) -> Result<T>;

    /// Makes an entity of a row's columns from `start` on.
    ///
    /// # Errors
    /// `Decode` for a value that doesn't fit its field.
    fn entity<M: Model>(
        sink: &mut Self::Sink<'_>,
        row: &dyn Row,
        start: usize,
    ) -> Result<Self::Of<M>>;
}

pub(crate) mod sealed {
    /// Keeps executors in this crate.
    pub trait Sealed {}
    impl Sealed for crate::engine::Connection {}
}

#[diagnostic::do_not_recommend]
impl Executor for Connection {
    type Of<M: Model> = M;
    type Sink<'a> = ();

    #[inline]
    fn read<S: ReadStatement>(
        &mut self,
        statement: &S,
        mut each: impl FnMut(&dyn Row, &mut ()) -> Result<()>,
    ) -> Result<S::Outcome> {
        self.allow(statement.access())?;
        let compiled = statement.compile(self)?;
        statement.execute(self, &compiled, &mut |row| each(row, &mut ()))
    }

    #[inline]
    fn write<T>(
        &mut self,
        _model: &'static ModelDef,
        _write: DmlKind,
        run: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        run(self)
    }

    #[inline]
    fn entity<M: Model>((): &mut (), row: &dyn Row, start: usize) -> Result<M> {
        M::decode(row, start)
    }
}

impl Connection {
    /// # Errors
    /// `Usage` for a lock without a transaction.
    #[inline]
    pub(super) fn allow(&self, access: Access) -> Result<()> {
        if access == Access::Lock && !self.can_lock() {
            return Err(no_transaction_to_lock());
        }
        Ok(())
    }
}

#[cold]
fn no_transaction_to_lock() -> Error {
    let message = "FOR UPDATE needs a read-write transaction, which holds the lock";
    Error::with_message(ErrorKind::Usage, message).with_hint(
        "run the query inside conn.transaction(…), on SQLite after \
         begin_with(TransactionOptions::new().writes()), or on a session",
    )
}
