//! Queries by primary key, of `session.get` and of rows that a flush reads back.

use std::sync::Arc;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::{Dialect, SqlWriter, write_locks};
use orm_core::stmt::{Lock, LockStrength};
use orm_core::value::{Value, ValueRef};

use crate::engine::{Connection, StatementKey, StatementKind, StatementText, TextOf};
use crate::mapping::ModelDef;
use crate::query::executor::Access;

/// The most keys of one column that a statement of [`rows_by_key`] asks for: those of a batch.
const LISTED: usize = 1024;
/// The most keys of several columns: each is a condition of its own.
const JUNCTED: usize = 64;

/// The text of `SELECT columns FROM table WHERE key = ?`, compiled once per model and dialect.
///
/// # Errors
/// None with the dialects of this workspace.
pub(crate) fn get_statement(
    connection: &mut Connection,
    def: &'static ModelDef,
    model: usize,
    access: Access,
) -> Result<Arc<StatementText>> {
    statement(connection, def, model, (1, access))
}

/// Reads the rows of many keys, in any order, by a few statements. Each key is as many values as the
/// primary key has columns.
///
/// # Errors
/// The database's refusal, or the error of `each`.
pub(crate) fn rows_by_key(
    connection: &mut Connection,
    model: (&'static ModelDef, usize),
    keys: &[Vec<Value>],
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    read(connection, model, (keys, Access::Plain), each)
}

/// As [`rows_by_key`], but as the rows are now: where a transaction reads from a snapshot, by a lock.
///
/// # Errors
/// As [`rows_by_key`].
pub(crate) fn current_rows_by_key(
    connection: &mut Connection,
    model: (&'static ModelDef, usize),
    keys: &[Vec<Value>],
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    let access = if connection.reads_a_snapshot() {
        Access::Lock
    } else {
        Access::Plain
    };
    read(connection, model, (keys, access), each)
}

fn read(
    connection: &mut Connection,
    (def, model): (&'static ModelDef, usize),
    (keys, access): (&[Vec<Value>], Access),
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    let most = if def.primary_key.len() == 1 {
        LISTED
    } else {
        JUNCTED
    };
    for keys in keys.chunks(most) {
        // Powers of two, so that there are few texts to prepare and to keep: the last key repeats.
        let rows = keys.len().next_power_of_two();
        let sql = statement(connection, def, model, (rows, access))?;
        let padding = std::iter::repeat_n(keys.last(), rows - keys.len());
        let padded = keys.iter().chain(padding.flatten());
        let binds: Vec<ValueRef<'_>> = padded.flatten().map(Value::as_ref).collect();
        connection.read(&sql, &binds, each)?;
    }
    Ok(())
}

fn statement(
    connection: &mut Connection,
    def: &'static ModelDef,
    model: usize,
    (rows, access): (usize, Access),
) -> Result<Arc<StatementText>> {
    let dialect = connection.dialect();
    let key = StatementKey {
        model,
        kind: match access {
            Access::Plain | Access::Raw => StatementKind::Get,
            Access::Lock => StatementKind::GetForUpdate,
        },
        columns: &[],
        expected: &[],
        rows,
        digest: false,
        checked: false,
    };
    connection.statement(TextOf::Model, &key, || render(dialect, def, rows, access))
}

fn render(
    dialect: &'static dyn Dialect,
    def: &'static ModelDef,
    rows: usize,
    access: Access,
) -> Result<String> {
    let mut w = SqlWriter::new(dialect);
    w.push("SELECT ")
        .idents(def.names)
        .push(" FROM ")
        .ident(def.table)
        .push(" WHERE ");
    match def.primary_key {
        [position] if rows > 1 => {
            w.ident(def.names[*position]).push(" IN (");
            w.list(0..rows, |w, _| {
                w.placeholder();
            });
            w.push(")");
        }
        key => {
            // Tuples would be shorter, and are written differently everywhere.
            for row in 0..rows {
                w.push(if row == 0 { "" } else { " OR " });
                for (index, position) in key.iter().enumerate() {
                    w.push(if index == 0 { "" } else { " AND " });
                    w.ident(def.names[*position]).push(" = ").placeholder();
                }
            }
        }
    }
    if access == Access::Lock {
        write_locks(&mut w, &[Lock::new(LockStrength::Update)])?;
    }
    Ok(w.finish().0)
}
