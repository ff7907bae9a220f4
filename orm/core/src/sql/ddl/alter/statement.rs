//! The parts that ALTER statements share: their beginnings, texts of values, and errors.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Column, QualifiedName, SqlText, Table};
use crate::sql::{Dialect, SqlWriter};

/// ALTER TABLE with an action of words.
pub(super) fn alter_table(dialect: &dyn Dialect, table: &QualifiedName, action: &str) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TABLE ")
        .qualified(table)
        .push(" ")
        .push(action);
    w.finish().0
}

/// ALTER TABLE … ALTER COLUMN with an action of words.
pub(super) fn alter_column(
    dialect: &dyn Dialect,
    table: &QualifiedName,
    column: &str,
    action: &str,
) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TABLE ").qualified(table);
    w.push(" ALTER COLUMN ")
        .ident(column)
        .push(" ")
        .push(action);
    w.finish().0
}

/// The UPDATE that fills a column, in all rows or in those where it is NULL.
pub(super) fn fill_column(
    dialect: &dyn Dialect,
    table: &QualifiedName,
    column: &str,
    (fill, where_null): (&str, bool),
) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push("UPDATE ").qualified(table).push(" SET ");
    w.ident(column).push(" = ").push(fill);
    if where_null {
        w.push(" WHERE ").ident(column).push(" IS NULL");
    }
    w.finish().0
}

/// The native type of a column, without options.
pub(super) fn native_type(dialect: &dyn Dialect, table: &Table, column: &Column) -> Result<String> {
    match column.sql_type(dialect.name()) {
        Some(own) => Ok(own.to_owned()),
        None => dialect.column_type(table, column),
    }
}

/// The SQL of the dialect that `what` of a column has.
pub(super) fn text_of<'s>(
    dialect: &dyn Dialect,
    sql: &'s SqlText,
    (table, column, what): (&Table, &Column, &str),
) -> Result<&'s str> {
    sql.of_dialect(dialect.name()).ok_or_else(|| {
        let name = dialect.name();
        let message = format!("the {what} of column {} has no SQL for {name}", column.name);
        let hint = format!("write the {what} for {name}, too");
        table.unsupported(column, message).with_hint(hint)
    })
}

/// An `Unsupported` error about a table.
#[cold]
pub(super) fn unsupported(table: &QualifiedName, message: impl Into<Cow<'static, str>>) -> Error {
    Error::with_message(ErrorKind::Unsupported, message).with_table(table.name.as_ref())
}
