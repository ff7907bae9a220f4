//! One row to one handle, and the statement that gets a row by key.

use std::sync::Arc;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::{Dialect, SqlWriter};

use crate::engine::{Connection, StatementKey, StatementKind};
use crate::mapping::{Model, ModelDef};
use crate::state::{Ref, State};

/// Takes the columns of a row from `start` on into the session.
///
/// An entity that is here already, by the key as the row has it, is overwritten if it is stale and
/// untouched, and left alone otherwise: its row is then not decoded at all.
///
/// # Errors
/// `Decode` for a value that doesn't fit.
#[inline]
pub(crate) fn entity<M: Model>(state: &mut State, row: &dyn Row, start: usize) -> Result<Ref<M>> {
    let key = M::decode_key(row, start)?;
    let epoch = state.epoch;
    state.ensure::<M>().load(key, epoch, || M::decode(row, start))
}

/// The text of `SELECT columns FROM table WHERE key = ?`, compiled once per model and dialect.
///
/// # Errors
/// None with the dialects of this workspace.
pub(crate) fn get_statement(
    connection: &mut Connection,
    def: &'static ModelDef,
    model: usize,
) -> Result<Arc<str>> {
    let dialect = connection.dialect();
    let key = StatementKey {
        dialect: dialect.name(),
        model,
        kind: StatementKind::Get,
        columns: Vec::new(),
        guard: Vec::new(),
        rows: 1,
    };
    connection.statement(&key, || Ok(render_get(dialect, def)))
}

fn render_get(dialect: &'static dyn Dialect, def: &'static ModelDef) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push("SELECT ").idents(def.names).push(" FROM ").ident(def.table);
    for (index, position) in def.primary_key.iter().enumerate() {
        w.push(if index == 0 { " WHERE " } else { " AND " });
        w.ident(def.names[*position]).push(" = ").placeholder();
    }
    w.finish().0
}
