//! [`limited`]: an executor for one statement that has a time limit of its own.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::value::Value;

use super::executor::{DmlKind, Executor, RowsWrite};
use crate::engine::{Connection, StatementLimit};
use crate::mapping::{KeySource, ModelDef};

/// An executor whose connection has another time limit while it runs the statement. Its methods are those of [`Executor`].
pub(super) struct Limited<'x, X> {
    executor: &'x mut X,
    limit: StatementLimit,
}

/// The executor, for a statement of that limit.
#[inline]
pub(super) fn limited<X: Executor>(executor: &mut X, limit: StatementLimit) -> Limited<'_, X> {
    Limited { executor, limit }
}

impl<X: Executor> Limited<'_, X> {
    #[inline]
    pub(super) fn write<T>(
        self,
        model: &'static ModelDef,
        write: DmlKind,
        run: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<T>,
    ) -> Result<T> {
        let limit = self.limit;
        self.executor.write(model, write, |conn, keys| {
            conn.within(limit, |conn| run(conn, keys))
        })
    }

    pub(super) fn write_in_step<T>(
        self,
        model: &'static ModelDef,
        write: DmlKind,
        keys: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<Vec<Vec<Value>>>,
        run: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<T>,
    ) -> Result<T> {
        let limit = self.limit;
        let within_keys = |conn: &mut Connection, source: &dyn KeySource| {
            conn.within(limit, |conn| keys(conn, source))
        };
        self.executor
            .write_in_step(model, write, within_keys, |conn, keys| {
                conn.within(limit, |conn| run(conn, keys))
            })
    }

    pub(super) fn write_rows<P>(
        self,
        write: &RowsWrite<'_>,
        prepare: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<P>,
        run: impl FnOnce(&mut Connection, P, &mut dyn FnMut(&dyn Row) -> Result<()>) -> Result<()>,
        each: impl FnMut(&dyn Row, &mut X::Sink<'_>) -> Result<()>,
    ) -> Result<()> {
        let limit = self.limit;
        let within =
            |conn: &mut Connection, prepared: P, each: &mut dyn FnMut(&dyn Row) -> Result<()>| {
                conn.within(limit, |conn| run(conn, prepared, each))
            };
        self.executor.write_rows(write, prepare, within, each)
    }
}
