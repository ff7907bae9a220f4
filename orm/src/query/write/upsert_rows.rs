//! RETURNING of an [`Upsert`].

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::Dialect;

use super::insert::INSERT_RETURNING;
use super::returning::{WriteRows, check_returning};
use super::upsert::Upsert;
use crate::engine::Connection;
use crate::mapping::Model;
use crate::query::executor::{DmlKind, Executor, RowsWrite};
use crate::query::limited::limited;
use crate::query::select::returning_list::ReturningList;

impl<M: Model> WriteRows for Upsert<'_, M> {
    type Model = M;

    fn write_rows<X: Executor>(
        &self,
        conn_or_session: &mut X,
        list: &ReturningList,
        each: impl FnMut(&dyn Row, &mut X::Sink<'_>) -> Result<()>,
    ) -> Result<()> {
        if self.insert.len() == 0 {
            return Ok(());
        }
        self.check()?;
        let write = RowsWrite {
            model: M::def(),
            kind: DmlKind::Update,
            has_entities: list.has_entities(),
            check: &|dialect| {
                check_returning(dialect, INSERT_RETURNING)?;
                self.clause.check_returning(dialect, None)
            },
            keys: None,
        };
        let run = |conn: &mut Connection, (), each: &mut dyn FnMut(&dyn Row) -> Result<()>| {
            self.send(conn, Some(list), each)
        };
        limited(conn_or_session, self.insert.limit).write_rows(&write, |_, _| Ok(()), run, each)
    }

    fn most_rows(&self) -> Option<usize> {
        Some(self.insert.len())
    }

    fn text_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String> {
        self.text(dialect, Some(list))
    }

    fn printed_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String> {
        self.printed(dialect, Some(list))
    }
}
