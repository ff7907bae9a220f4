//! [`Executor`]: executes statements. The same query returns structs on a connection and handles on a session.
//!
//! The connection's implementation is here; the session's is in `session`, which is a higher layer.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::Dialect;
use orm_core::stmt::Query;
use orm_core::value::Value;

use crate::engine::Connection;
use crate::mapping::{Exempt, KeySource, LoadPath, Model, ModelDef, NoSession};
use crate::query::compile::compiled_sql::CompiledSql;
use crate::query::compile::handle_keys::HandleKeys;
use crate::query::select::joined_loads::JoinedLoads;
use crate::query::write::check::check_writable;

/// Distinguishes the DML statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DmlKind {
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
    /// TRUNCATE, which may empty the tables that reference the table, too.
    Truncate,
}

impl DmlKind {
    /// The statement's keyword.
    pub(crate) fn as_sql(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Truncate => "TRUNCATE",
        }
    }
}

impl std::fmt::Debug for RowsWrite<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.kind.as_sql(), self.model.table)
    }
}

/// Distinguishes how a statement accesses rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads rows without locks.
    Plain,
    /// Locks rows until the transaction ends: FOR UPDATE.
    Lock,
    /// Executes raw SQL, or a query with a common table expression that writes: it may write unless the database reports that it
    /// only reads.
    Raw,
}

/// Represents a statement that an [`Executor`] reads: a query with its verb, or raw SQL.
pub trait ReadStatement {
    /// The result of the execution besides the rows.
    type Outcome;

    /// Returns how the statement accesses rows.
    fn access(&self) -> Access;

    /// Returns how its own rows are accessed: not locked where only those of a relation are.
    fn row_access(&self) -> Access {
        self.access()
    }

    /// Returns the relations to load along with the entities.
    fn loads(&self) -> &[LoadPath] {
        &[]
    }

    /// Returns the relations that it reads in its own rows.
    fn joined_loads(&self) -> Option<(&JoinedLoads, &'static ModelDef)> {
        None
    }

    /// Returns whether entities that the session has loaded take the values of the rows, although they are fresh.
    fn populates_existing(&self) -> bool {
        false
    }

    /// Returns the criteria that the statement is exempt from.
    fn exempt(&self) -> Option<&Exempt> {
        None
    }

    /// Compiles the statement for `connection` into `compiled`, which is empty. If the criteria of the connection make it
    /// another one, that is put into `place`.
    ///
    /// # Errors
    /// - `Usage`: the statement is not valid.
    /// - `Unsupported`: the dialect does not support the statement.
    fn compile<'q>(
        &'q self,
        connection: &mut Connection,
        into: (&'q mut Option<Box<Query>>, &mut CompiledSql<'q>),
    ) -> Result<()>;

    /// Executes a compiled statement and passes each row to `each`.
    ///
    /// # Errors
    /// - The error of `each`.
    /// - Any error of the database.
    fn execute(
        &self,
        connection: &mut Connection,
        compiled: &CompiledSql<'_>,
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<Self::Outcome>;
}

/// Selects the primary keys of the rows that a statement is about to write.
pub(crate) type WrittenKeys<'w> =
    &'w dyn Fn(&mut Connection, &dyn KeySource) -> Result<Vec<Vec<Value>>>;

/// Describes a statement that writes, and returns rows.
pub struct RowsWrite<'w> {
    /// The model that is written.
    pub(crate) model: &'static ModelDef,
    /// What it does.
    pub(crate) kind: DmlKind,
    /// Whether there are entities in the rows.
    pub(crate) has_entities: bool,
    /// Refuses what the dialect can't return, before anything is sent.
    pub(crate) check: &'w dyn Fn(&'static dyn Dialect) -> Result<()>,
    /// The keys of the rows whose entities are kept in step.
    pub(crate) keys: Option<WrittenKeys<'w>>,
}

/// Is implemented by [`Connection`], on which queries return owned structs, and by `Session`, on which they return
/// handles of tracked entities. It can't be implemented outside this crate.
#[diagnostic::on_unimplemented(
    message = "statements run on a connection or a session, not on `{Self}`",
    label = "neither a `Connection` nor a `Session`",
    note = "with an engine: `let mut conn = engine.connection()?`, then `&mut conn`; or `let mut session = Session::new(&engine)`, then `&mut session`",
    note = "if the variable is a `&mut Session` already, pass `session` itself instead of `&mut session`"
)]
pub trait Executor: sealed::Sealed {
    /// The type of an entity: `M` on a connection, `Ref<M>` on a session.
    type Of<M: Model>;

    /// What decoding needs besides the row: nothing on a connection, the state on a session.
    type Sink<'a>
    where
        Self: 'a;

    /// Compiles a query or raw SQL, executes it and passes each row to `each`, which decodes it. A session flushes
    /// first. After raw SQL, its entities are stale, unless the database reports that the statement only reads.
    ///
    /// # Errors
    /// - `Usage`: the statement is not valid, or it locks rows outside a transaction.
    /// - The errors of the flush, of the checkout and of `each`.
    /// - Any error of the database.
    fn read<S: ReadStatement>(
        &mut self,
        statement: &S,
        each: impl FnMut(&dyn Row, &mut Self::Sink<'_>) -> Result<()>,
    ) -> Result<S::Outcome>;

    /// Executes an INSERT, UPDATE or DELETE of a model's table outside the unit of work. The session's entities of
    /// the table become stale, and those of tables that the database changes by ON DELETE and ON UPDATE.
    ///
    /// # Errors
    /// The errors of the flush, of the checkout and of `run`.
    fn write<T>(
        &mut self,
        model: &'static ModelDef,
        write: DmlKind,
        run: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<T>,
    ) -> Result<T>;

    /// As [`Executor::write`]. A session's entities of the model whose `keys` the statement writes take the values of their
    /// rows, or are deleted.
    ///
    /// # Errors
    /// The errors of [`Executor::write`], of `keys`, and of the SELECT of the rows.
    fn write_in_step<T>(
        &mut self,
        model: &'static ModelDef,
        write: DmlKind,
        keys: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<Vec<Vec<Value>>>,
        run: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<T>,
    ) -> Result<T>;

    /// As [`Executor::write`], of a statement that returns rows: `prepare` makes it ready, `run` executes it, and `each`
    /// decodes a row. A session's entities take the values of these rows.
    ///
    /// # Errors
    /// - `Unsupported`: the database does not return the rows. Nothing is sent.
    /// - The errors of the flush, of the checkout and of the closures.
    fn write_rows<P>(
        &mut self,
        write: &RowsWrite<'_>,
        prepare: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<P>,
        run: impl FnOnce(&mut Connection, P, &mut dyn FnMut(&dyn Row) -> Result<()>) -> Result<()>,
        each: impl FnMut(&dyn Row, &mut Self::Sink<'_>) -> Result<()>,
    ) -> Result<()>;

    /// Decodes the columns of a row from index `start` to an entity.
    ///
    /// # Errors
    /// - `Decode`: a value can't be converted to its field.
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
        let has_loads = !statement.loads().is_empty() || statement.joined_loads().is_some();
        self.allow(statement.access(), has_loads)?;
        let mut place = None;
        let mut compiled = CompiledSql::default();
        self.compile(statement, (&mut place, &mut compiled))?;
        let outcome = statement.execute(self, &compiled, &mut |row| each(row, &mut ()))?;
        compiled.return_text(self);
        Ok(outcome)
    }

    #[inline]
    fn write<T>(
        &mut self,
        model: &'static ModelDef,
        _write: DmlKind,
        run: impl FnOnce(&mut Self, &dyn KeySource) -> Result<T>,
    ) -> Result<T> {
        check_writable(model)?;
        run(self, &NoSession)
    }

    fn write_in_step<T>(
        &mut self,
        model: &'static ModelDef,
        _write: DmlKind,
        _keys: impl FnOnce(&mut Self, &dyn KeySource) -> Result<Vec<Vec<Value>>>,
        run: impl FnOnce(&mut Self, &dyn KeySource) -> Result<T>,
    ) -> Result<T> {
        check_writable(model)?;
        run(self, &NoSession)
    }

    fn write_rows<P>(
        &mut self,
        write: &RowsWrite<'_>,
        prepare: impl FnOnce(&mut Self, &dyn KeySource) -> Result<P>,
        run: impl FnOnce(&mut Self, P, &mut dyn FnMut(&dyn Row) -> Result<()>) -> Result<()>,
        mut each: impl FnMut(&dyn Row, &mut ()) -> Result<()>,
    ) -> Result<()> {
        check_writable(write.model)?;
        (write.check)(self.dialect())?;
        let prepared = prepare(self, &NoSession)?;
        run(self, prepared, &mut |row| each(row, &mut ()))
    }

    #[inline]
    fn entity<M: Model>((): &mut (), row: &dyn Row, start: usize) -> Result<M> {
        let mut entity = M::decode(row, start)?;
        entity.loaded();
        Ok(entity)
    }
}

impl Connection {
    /// Compiles a statement that runs without a session.
    ///
    /// # Errors
    /// As [`ReadStatement::compile`]; `Usage` for a handle, which has a key in a session alone.
    #[inline]
    pub(crate) fn compile<'q>(
        &mut self,
        statement: &'q impl ReadStatement,
        (place, compiled): (&'q mut Option<Box<Query>>, &mut CompiledSql<'q>),
    ) -> Result<()> {
        statement.compile(self, (place, &mut *compiled))?;
        if compiled.has_handles() {
            HandleKeys::of(compiled.binds(), &NoSession)?;
        }
        Ok(())
    }

    /// # Errors
    /// `Usage` for a lock without a transaction.
    #[inline]
    pub(crate) fn allow(&self, access: Access, has_loads: bool) -> Result<()> {
        if access == Access::Lock && !self.can_lock() {
            return Err(no_transaction_to_lock());
        }
        if has_loads {
            return Err(no_session());
        }
        Ok(())
    }
}

#[cold]
fn no_session() -> Error {
    let message = "relations are loaded into a session, not on a connection";
    Error::with_message(ErrorKind::Usage, message)
        .with_hint("run the query on a session, call `graph(&mut conn)` or, for many rows, `graph_chunks` to read it with its relations, or leave out `with`")
}

#[cold]
fn no_transaction_to_lock() -> Error {
    let message = "FOR UPDATE needs a read-write transaction, which holds the lock";
    Error::with_message(ErrorKind::Usage, message).with_hint(
        "run the query inside conn.transaction(…), on SQLite after \
         begin_with(TransactionOptions::new().writes()), or on a session",
    )
}
