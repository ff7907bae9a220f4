//! [`Executor`]: where statements run. One query value yields structs on a connection and handles on a
//! session.
//!
//! The connection's implementation is here; the session's is with the session, which stands above.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::SqlWriter;

use crate::engine::Connection;
use crate::mapping::{Model, ModelDef};

/// What a statement does to rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
}

/// Where a statement runs: a [`Connection`], on which entities come out as owned structs, or a session,
/// on which they come out as tracked handles.
#[diagnostic::on_unimplemented(
    message = "statements run on a connection or a session, not on `{Self}`",
    label = "neither a `Connection` nor a `Session`",
    note = "with an engine: `let mut conn = engine.connection()?`, then `&mut conn`; or `let mut session = Session::new(&engine)`, then `&mut session`",
    note = "if the variable is a `&mut Session` already, pass `session` itself instead of `&mut session`"
)]
pub trait Executor {
    /// What an entity comes out as: `M` on a connection, `Ref<M>` on a session.
    type Of<M: Model>;

    /// What decoding works on beside the row: nothing on a connection, its state on a session.
    type Sink<'a>
    where
        Self: 'a;

    /// Gets ready to read. Called once before each query: a session begins and flushes here.
    ///
    /// # Errors
    /// Those of the flush.
    fn before_query(&mut self) -> Result<()>;

    /// Gets ready for an INSERT, UPDATE or DELETE that goes past the unit of work.
    ///
    /// # Errors
    /// Those of the flush.
    fn before_write(&mut self) -> Result<()>;

    /// Told after such a statement on a model's table: what a session has loaded of it is stale, and of
    /// the tables that the database changes along with it.
    fn after_write(&mut self, model: &'static ModelDef, write: Write);

    /// Gets ready for raw SQL that reads, and may hold locks by that.
    ///
    /// # Errors
    /// Those of the flush.
    fn before_raw_query(&mut self) -> Result<()>;

    /// Gets ready for raw SQL that may write anything: what a session has loaded is stale from here on,
    /// so that rows which the statement hands back are taken as they are.
    ///
    /// # Errors
    /// Those of the flush.
    fn before_raw_write(&mut self) -> Result<()>;

    /// The connection and the sink, borrowed apart.
    ///
    /// # Errors
    /// Those of checking out a connection.
    fn split(&mut self) -> Result<(&mut Connection, Self::Sink<'_>)>;

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

#[diagnostic::do_not_recommend]
impl Executor for Connection {
    type Of<M: Model> = M;
    type Sink<'a> = ();

    #[inline]
    fn before_query(&mut self) -> Result<()> {
        Ok(())
    }

    #[inline]
    fn before_write(&mut self) -> Result<()> {
        Ok(())
    }

    #[inline]
    fn after_write(&mut self, _model: &'static ModelDef, _write: Write) {}

    #[inline]
    fn before_raw_query(&mut self) -> Result<()> {
        Ok(())
    }

    #[inline]
    fn before_raw_write(&mut self) -> Result<()> {
        Ok(())
    }

    #[inline]
    fn split(&mut self) -> Result<(&mut Connection, ())> {
        Ok((self, ()))
    }

    #[inline]
    fn entity<M: Model>((): &mut (), row: &dyn Row, start: usize) -> Result<M> {
        M::decode(row, start)
    }
}

/// Runs an UPDATE or DELETE of a model's table, as `write` writes it, and tells how many rows it matched.
pub(super) fn execute_write<'a, X: Executor>(
    x: &mut X,
    model: &'static ModelDef,
    kind: Write,
    write: impl FnOnce(&mut SqlWriter<'a>) -> Result<()>,
) -> Result<u64> {
    x.before_write()?;
    let (conn, _) = x.split()?;
    let mut w = SqlWriter::new(conn.dialect());
    write(&mut w)?;
    let (sql, binds) = w.finish();
    let outcome = conn.execute(&sql, &binds)?;
    x.after_write(model, kind);
    Ok(outcome.affected)
}
