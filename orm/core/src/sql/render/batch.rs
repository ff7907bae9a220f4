//! Renders UPDATE and DELETE by key, of one row or several. Dialects with arrays render the array forms.

use super::condition::null_safe;
use super::expected::ExpectedColumn;
use super::expr::write_expr;
use super::update::set_order;
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{BatchColumn, BatchDelete, BatchRows, BatchUpdate};
use crate::types::Type;

/// Renders an UPDATE by key with the dialect.
///
/// # Errors
/// - `Unsupported`: the dialect has no arrays, or no statement that checks its row count.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// # let set = [BatchColumn::new("age", &Type::Int32)];
/// # let key = [BatchColumn::new("id", &Type::Int64)];
/// let update = BatchUpdate::new("users", &set, &key, BatchRows::Rows(1));
/// write_batch_update(&mut w, &update)?;
/// assert_eq!(w.finish().0, r#"UPDATE "users" SET "age" = ? WHERE "id" = ?"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_batch_update<'a>(w: &mut SqlWriter<'a>, update: &BatchUpdate<'a>) -> Result<()> {
    let dialect = w.dialect();
    if update.checked && update.rows != BatchRows::Rows(1) {
        return dialect.write_checked(w, &mut |w| dialect.write_batch_update(w, update));
    }
    dialect.write_batch_update(w, update)
}

/// Renders a DELETE by key with the dialect.
///
/// # Errors
/// - `Unsupported`: the dialect has no arrays, or no statement that checks its row count.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// # let set = [BatchColumn::new("age", &Type::Int32)];
/// # let key = [BatchColumn::new("id", &Type::Int64)];
/// let delete = BatchDelete::new("users", &key, BatchRows::Rows(1));
/// write_batch_delete(&mut w, &delete)?;
/// assert_eq!(w.finish().0, r#"DELETE FROM "users" WHERE "id" = ?"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_batch_delete(w: &mut SqlWriter<'_>, delete: &BatchDelete<'_>) -> Result<()> {
    let dialect = w.dialect();
    if delete.checked && delete.rows != BatchRows::Rows(1) {
        return dialect.write_checked(w, &mut |w| dialect.write_batch_delete(w, delete));
    }
    dialect.write_batch_delete(w, delete)
}

/// Renders `UPDATE t SET a = a + ?, b = ? WHERE id = ?`, and for several rows `UPDATE t SET a = CASE id WHEN ? THEN ? WHEN ?
/// THEN ? ELSE a END WHERE id IN (?, ?)`.
///
/// # Errors
/// - `Unsupported`: the rows are arrays, which a dialect renders itself, or several rows have expressions.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// # let set = [BatchColumn::new("age", &Type::Int32)];
/// # let key = [BatchColumn::new("id", &Type::Int64)];
/// let update = BatchUpdate::new("users", &set, &key, BatchRows::Rows(2));
/// write_batch_update_rows(&mut w, &update)?;
/// assert_eq!(w.finish().0, r#"UPDATE "users" SET "age" = CASE "id" WHEN ? THEN ? WHEN ? THEN ? ELSE "age" END WHERE "id" IN (?, ?)"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_batch_update_rows<'a>(w: &mut SqlWriter<'a>, update: &BatchUpdate<'a>) -> Result<()> {
    let BatchRows::Rows(rows) = update.rows else {
        return Err(w.unsupported("array binds"));
    };
    if rows > 1 && !update.values.is_empty() {
        return Err(w.unsupported("expressions in a batch of UPDATEs"));
    }
    let key = (update.key, rows);
    w.push("UPDATE ").ident(update.table);
    if rows > 1 {
        w.push(w.dialect().capabilities().primary_key_hint);
    }
    w.push(" SET ");
    for (index, position) in set_order(w, (update.table, update.values), false)?
        .into_iter()
        .enumerate()
    {
        let (name, value) = update.values[position];
        w.push(if index > 0 { ", " } else { "" });
        w.ident(name).push(" = ");
        write_expr(w, value)?;
    }
    if !update.values.is_empty() && !update.set.is_empty() {
        w.push(", ");
    }
    w.list(update.set, |w, column| {
        w.ident(column.name).push(" = ");
        write_value(w, key, Some(column.name));
    });
    w.push(" WHERE ");
    write_match(w, key, (update.expected, update.digest));
    Ok(())
}

/// Renders `DELETE FROM t WHERE id = ?`, and for several rows `DELETE FROM t USING t WHERE id IN (?, ?) AND a <=> a`.
///
/// MySQL and MariaDB accept an index hint only in the form with USING, and use it only if the statement reads a
/// column outside the key.
///
/// # Errors
/// - `Unsupported`: the rows are arrays, which a dialect renders itself, or there are several rows and no column
///   outside the key.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// # let set = [BatchColumn::new("age", &Type::Int32)];
/// # let key = [BatchColumn::new("id", &Type::Int64)];
/// let mut delete = BatchDelete::new("users", &key, BatchRows::Rows(2));
/// delete.outside_key = Some("age");
/// write_batch_delete_rows(&mut w, &delete)?;
/// assert_eq!(w.finish().0, r#"DELETE FROM "users" USING "users" WHERE "id" IN (?, ?) AND "age" IS NOT DISTINCT FROM "age""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_batch_delete_rows(w: &mut SqlWriter<'_>, delete: &BatchDelete<'_>) -> Result<()> {
    let BatchRows::Rows(rows) = delete.rows else {
        return Err(w.unsupported("array binds"));
    };
    w.push("DELETE FROM ").ident(delete.table);
    if rows > 1 {
        let hint = w.dialect().capabilities().primary_key_hint;
        w.push(" USING ").ident(delete.table).push(hint);
    }
    w.push(" WHERE ");
    write_match(w, (delete.key, rows), (delete.expected, false));
    if rows > 1 && delete.expected.is_empty() {
        let Some(column) = delete.outside_key else {
            return Err(w.unsupported("a batch of DELETEs by all columns of the table"));
        };
        let same = null_safe(w);
        w.push(" AND ").ident(column).push(same).ident(column);
    }
    Ok(())
}

/// The columns that find a row, and how many rows there are.
type RowKey<'k> = (&'k [BatchColumn<'k>], usize);

/// The value that a row has among the binds, found by its key. The column `own`, which no row of the batch gets, gives
/// the binds its type: else they would make one type of all, such as text of a date and a NULL.
fn write_value(w: &mut SqlWriter<'_>, (key, rows): RowKey<'_>, own: Option<&str>) {
    if rows == 1 {
        w.placeholder();
        return;
    }
    w.push("CASE");
    // This comparison with one column is quicker than a condition for each row.
    if let [column] = key {
        w.push(" ").ident(column.name);
    }
    for _ in 0..rows {
        w.push(" WHEN ");
        match key {
            [_] => {
                w.placeholder();
            }
            _ => write_key(w, key),
        }
        w.push(" THEN ").placeholder();
    }
    if let Some(own) = own {
        w.push(" ELSE ").ident(own);
    }
    w.push(" END");
}

/// That a row has one of the keys, and in the guarded columns the values that belong to it.
fn write_match(
    w: &mut SqlWriter<'_>,
    (key, rows): RowKey<'_>,
    (expected, digest): (&[BatchColumn<'_>], bool),
) {
    match (key, rows) {
        (_, 1) => write_key(w, key),
        ([column], _) => {
            w.ident(column.name).push(" IN (");
            w.list(0..rows, |w, _| {
                w.placeholder();
            });
            w.push(")");
        }
        _ => {
            w.push("(");
            w.list(key, |w, column| {
                w.ident(column.name);
            });
            w.push(") IN (");
            w.list(0..rows, |w, _| {
                w.push("(");
                w.list(key, |w, _| {
                    w.placeholder();
                });
                w.push(")");
            });
            w.push(")");
        }
    }
    let dialect = w.dialect();
    for column in expected {
        w.push(" AND ");
        let digest = digest && dialect.digests(column);
        // What is compared as text is text, whatever the column is: a digest, or the words of a document.
        let is_text = digest || matches!(column.ty, Type::Text | Type::Enum(_) | Type::Json);
        let own = (!is_text).then_some(column.name);
        let expected = ExpectedColumn {
            column,
            digest,
            new: &|w| {
                w.ident(column.name);
            },
            old: &|w| write_value(w, (key, rows), own),
        };
        dialect.write_expected(w, &expected);
    }
}

fn write_key(w: &mut SqlWriter<'_>, key: &[BatchColumn<'_>]) {
    for (index, column) in key.iter().enumerate() {
        w.push(if index == 0 { "" } else { " AND " });
        w.ident(column.name).push(" = ").placeholder();
    }
}
