//! UPDATE and DELETE by key, of one row or of several; array forms are in the dialects that have arrays.

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

/// `UPDATE t SET a = ? WHERE id = ?`, and of several rows
/// `UPDATE t SET a = CASE WHEN id = ? THEN ? WHEN id = ? THEN ? ELSE a END WHERE (id = ?) OR (id = ?)`.
///
/// # Errors
/// `Unsupported` for arrays, which a dialect that has them writes itself.
pub fn write_batch_update_rows(w: &mut SqlWriter<'_>, update: &BatchUpdate<'_>) -> Result<()> {
    let BatchRows::Rows(rows) = update.rows else {
        return Err(w.unsupported("array binds"));
    };
    w.push("UPDATE ").ident(update.table);
    if rows > 1 {
        w.push(w.dialect().capabilities().primary_key_hint);
    }
    w.push(" SET ");
    w.list(update.set, |w, column| {
        w.ident(column.name).push(" = ");
        write_new_value(w, column, update.key, rows);
    });
    w.push(" WHERE ");
    let guard = (update.guard, update.digest);
    if rows == 1 {
        write_key(w, update.key, guard);
        return Ok(());
    }
    for row in 0..rows {
        w.push(if row == 0 { "(" } else { " OR (" });
        write_key(w, update.key, guard);
        w.push(")");
    }
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
    w.push("DELETE FROM ").ident(delete.table).push(" WHERE ");
    write_key(w, delete.key, (delete.guard, false));
    Ok(())
}

/// The value of a column, by the key of the row. The column itself, which no row gets, gives the binds its type: else
/// they would make one type of all, such as text of a date and a NULL.
fn write_new_value(
    w: &mut SqlWriter<'_>,
    column: &BatchColumn<'_>,
    key: &[BatchColumn<'_>],
    rows: usize,
) {
    if rows == 1 {
        w.placeholder();
        return;
    }
    w.push("CASE");
    for _ in 0..rows {
        w.push(" WHEN ");
        write_key(w, key, (&[], false));
        w.push(" THEN ").placeholder();
    }
    w.push(" ELSE ").ident(column.name).push(" END");
}

fn write_key(
    w: &mut SqlWriter<'_>,
    key: &[BatchColumn<'_>],
    (guard, digest): (&[BatchColumn<'_>], bool),
) {
    for (index, column) in key.iter().enumerate() {
        w.push(if index == 0 { "" } else { " AND " });
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
