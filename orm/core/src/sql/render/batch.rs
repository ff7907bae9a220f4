//! UPDATE and DELETE by key, row by row; array forms are in the dialects that have arrays.

use super::guard::Guard;
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{BatchColumn, BatchDelete, BatchRows, BatchUpdate};

/// Writes an UPDATE by key in the dialect's way.
///
/// # Errors
/// `Unsupported` if the dialect can't bind arrays.
pub fn write_batch_update(w: &mut SqlWriter<'_>, update: &BatchUpdate<'_>) -> Result<()> {
    w.dialect().write_batch_update(w, update)
}

/// Writes a DELETE by key in the dialect's way.
///
/// # Errors
/// `Unsupported` if the dialect can't bind arrays.
pub fn write_batch_delete(w: &mut SqlWriter<'_>, delete: &BatchDelete<'_>) -> Result<()> {
    w.dialect().write_batch_delete(w, delete)
}

/// `UPDATE t SET a = ? WHERE id = ?`.
///
/// # Errors
/// `Unsupported` for arrays, which a dialect that has them writes itself.
pub fn write_batch_update_row(w: &mut SqlWriter<'_>, update: &BatchUpdate<'_>) -> Result<()> {
    if update.rows == BatchRows::Arrays {
        return Err(w.unsupported("array binds"));
    }
    w.push("UPDATE ").ident(update.table).push(" SET ");
    w.list(update.set, |w, column| {
        w.ident(column.name).push(" = ").placeholder();
    });
    write_key(w, update.key, update.guard, update.digest);
    Ok(())
}

/// `DELETE FROM t WHERE id = ?`.
///
/// # Errors
/// `Unsupported` for arrays, which a dialect that has them writes itself.
pub fn write_batch_delete_row(w: &mut SqlWriter<'_>, delete: &BatchDelete<'_>) -> Result<()> {
    if delete.rows == BatchRows::Arrays {
        return Err(w.unsupported("array binds"));
    }
    w.push("DELETE FROM ").ident(delete.table);
    write_key(w, delete.key, delete.guard, false);
    Ok(())
}

fn write_key(
    w: &mut SqlWriter<'_>,
    key: &[BatchColumn<'_>],
    guard: &[BatchColumn<'_>],
    digest: bool,
) {
    for (index, column) in key.iter().enumerate() {
        w.push(if index == 0 { " WHERE " } else { " AND " });
        w.ident(column.name).push(" = ").placeholder();
    }
    let dialect = w.dialect();
    for column in guard {
        w.push(" AND ");
        let guard = Guard {
            column,
            digest: digest && dialect.digests(column),
            new: &|w| {
                w.ident(column.name);
            },
            old: &|w| {
                w.placeholder();
            },
        };
        dialect.write_guard(w, &guard);
    }
}
