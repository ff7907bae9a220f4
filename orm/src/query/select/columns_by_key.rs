//! The SELECT of some columns of a row by its primary key, and the row as one of all columns.
//!
//! Used by the session, which reads single attributes again.

use std::sync::Arc;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::{SqlWriter, write_locks};
use orm_core::stmt::{Lock, LockStrength};
use orm_core::value::ValueRef;

use crate::engine::{Connection, StatementKey, StatementKind, StatementText};
use crate::mapping::{Model, ModelDef};
use crate::query::executor::Access;

/// The text of `SELECT columns FROM table WHERE key = ?`, compiled once per model, set of columns and dialect.
///
/// # Errors
/// `Unsupported`: the dialect has no such lock.
pub(crate) fn get_columns_statement(
    connection: &mut Connection,
    (def, model): (&'static ModelDef, usize),
    columns: &[usize],
    access: Access,
) -> Result<Arc<StatementText>> {
    let dialect = connection.dialect();
    let key = StatementKey {
        model,
        kind: match access {
            Access::Plain | Access::Raw => StatementKind::Get,
            Access::Lock => StatementKind::GetForUpdate,
        },
        columns: &[],
        expected: columns,
        rows: 1,
        digest: false,
        checked: false,
    };
    connection.statement(&key, || {
        let mut w = SqlWriter::new(dialect);
        w.push("SELECT ").list(columns, |w, column| {
            w.ident(def.names[*column]);
        });
        w.push(" FROM ").ident(def.table).push(" WHERE ");
        for (index, position) in def.primary_key.iter().enumerate() {
            w.push(if index == 0 { "" } else { " AND " });
            w.ident(def.names[*position]).push(" = ").placeholder();
        }
        if access == Access::Lock {
            write_locks(&mut w, &[Lock::new(LockStrength::Update)])?;
        }
        Ok(w.finish().0)
    })
}

/// A row of some columns, which has the others from an entity.
pub(crate) struct ColumnsRow<'r, M> {
    pub(crate) row: &'r dyn Row,
    pub(crate) columns: &'r [usize],
    pub(crate) entity: &'r M,
}

impl<M: Model> Row for ColumnsRow<'_, M> {
    fn len(&self) -> usize {
        M::def().columns.len()
    }

    fn name(&self, index: usize) -> &str {
        M::def().names.get(index).copied().unwrap_or_default()
    }

    fn get(&self, index: usize) -> Result<ValueRef<'_>> {
        match self.columns.iter().position(|column| *column == index) {
            Some(place) => self.row.get(place),
            None => Ok(self.entity.value(index)),
        }
    }
}
