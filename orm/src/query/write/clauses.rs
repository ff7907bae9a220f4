//! [`WriteClauses`]: what few UPDATEs and DELETEs have beside their conditions: other tables, ORDER BY and LIMIT. The methods
//! that set the last two are in `ordered.rs`.

use orm_core::error::Result;
use orm_core::stmt::{self, Limit};

use super::other_tables::OtherTables;
use crate::mapping::ModelDef;
use crate::query::executor::Executor;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::order::OrderList;
use crate::query::select::named_source::WrittenTable;
use crate::query::select::table_source::TableSource;

/// Holds the clauses. It is boxed, since most statements have none.
#[derive(Clone, Debug, Default)]
pub(super) struct WriteClauses(Option<Box<Parts>>);

#[derive(Clone, Debug, Default)]
struct Parts {
    tables: OtherTables,
    order_by: Vec<stmt::Order>,
    limit: Option<u64>,
}

impl WriteClauses {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn has_tables(&self) -> bool {
        let parts = self.0.as_deref();
        parts.is_some_and(|parts| !parts.tables.is_empty())
    }

    pub(super) fn add_table(&mut self, table: impl TableSource) {
        self.parts().tables.add(table.into_source());
    }

    pub(super) fn add_order(&mut self, orders: impl OrderList) {
        orders.add_to(&mut self.parts().order_by);
    }

    pub(super) fn set_limit(&mut self, rows: u64) {
        self.parts().limit = Some(rows);
    }

    fn parts(&mut self) -> &mut Parts {
        self.0.get_or_insert_default()
    }

    /// # Errors
    /// As [`OtherTables::check`].
    pub(super) fn check(&self, def: &'static ModelDef) -> Result<()> {
        match &self.0 {
            Some(parts) => parts.tables.check(def),
            None => Ok(()),
        }
    }

    /// Makes entities of the tables stale that its common table expressions write.
    ///
    /// # Errors
    /// As [`Executor::write`].
    pub(super) fn note_written<X: Executor>(&self, executor: &mut X) -> Result<()> {
        let Some(parts) = &self.0 else {
            return Ok(());
        };
        note_written(parts.tables.written(), executor)
    }

    /// # Errors
    /// `Usage` if there are any: which rows are written is known by more than the conditions.
    pub(super) fn check_in_step(&self) -> Result<()> {
        let Some(parts) = &self.0 else {
            return Ok(());
        };
        parts.tables.check_in_step()?;
        let message = "synchronize() is not supported with ORDER BY and LIMIT";
        let hint = "leave it out: the entities of the table are read again when they are queried";
        Err(BuildError::new(message, hint).to_error())
    }

    pub(super) fn add_to_update(&self, update: &mut stmt::Update) {
        let Some(parts) = &self.0 else {
            return;
        };
        (update.from, update.joins, update.with) = parts.tables.lower();
        update.order_by.clone_from(&parts.order_by);
        update.limit = parts.limit.map(Limit::Rows);
    }

    pub(super) fn add_to_delete(&self, delete: &mut stmt::Delete) {
        let Some(parts) = &self.0 else {
            return;
        };
        (delete.using, delete.joins, delete.with) = parts.tables.lower();
        delete.order_by.clone_from(&parts.order_by);
        delete.limit = parts.limit.map(Limit::Rows);
    }
}

/// Makes entities of tables stale that a statement has written beside its own.
///
/// # Errors
/// As [`Executor::write`].
pub(super) fn note_written<X: Executor>(
    mut written: impl Iterator<Item = WrittenTable>,
    executor: &mut X,
) -> Result<()> {
    written.try_for_each(|table| executor.write(table.model, table.kind, |_, _| Ok(())))
}
