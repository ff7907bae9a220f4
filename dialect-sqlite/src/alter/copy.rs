//! The values that the columns of a rebuilt table have: expressions over the columns of the old table.
//!
//! Used by `rebuild.rs`. Conversions to another type are in `convert.rs`.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{Column, Name, Operation, SqlText, Table};
use orm_core::sql::ddl;

use super::convert;
use super::names::quoted;
use crate::dialect::SqliteDialect;
use crate::types::NAME;

/// A column and its value in the old table's rows. `None` is its default.
type Source<'a> = (&'a Name, Option<String>);

/// Returns the columns that an INSERT of the old rows has, with their values. Generated columns, and those that have their
/// defaults, are left out.
///
/// # Errors
/// `Unsupported`: an expression has no text for SQLite.
pub(super) fn values<'a>(
    before: &'a Table,
    after: &'a Table,
    operations: &[&'a Operation],
) -> Result<Vec<(&'a str, String)>> {
    // SQLite reads an unknown name in double quotes as a text, but not with a table before it.
    let table = quoted(&before.name);
    let value = |column: &Column| format!("{table}.{}", quoted(&column.name));
    let own = |column: &'a Column| (&column.name, Some(value(column)));
    let mut sources: Vec<Source<'a>> = before.columns.iter().map(own).collect();
    for operation in operations {
        follow(&mut sources, before, operation)?;
    }
    let insertable = |column: &&Column| column.generated.is_none();
    let mut values = Vec::new();
    for column in after.columns.iter().filter(insertable) {
        let source = sources.iter_mut().find(|(name, _)| **name == column.name);
        if let Some(value) = source.and_then(|(_, value)| value.take()) {
            values.push((&*column.name, value));
        }
    }
    // Without a value of the old table there would be no rows.
    if values.is_empty()
        && let Some(column) = after.columns.iter().find(insertable)
    {
        values.push((&column.name, default(column)?));
    }
    Ok(values)
}

fn follow<'a>(
    sources: &mut Vec<Source<'a>>,
    table: &Table,
    operation: &'a Operation,
) -> Result<()> {
    match operation {
        Operation::AddColumn { column, fill, .. } => {
            let fill = fill.as_ref().map(|fill| text(table, column, fill));
            let value = fill.transpose()?.map(|fill| format!("({fill})"));
            sources.push((&column.name, value));
        }
        Operation::DropColumn { column, .. } => sources.retain(|(name, _)| **name != column.name),
        Operation::AlterColumn {
            from,
            to,
            fill,
            using,
            ..
        } => {
            let found = sources.iter_mut().find(|(name, _)| **name == from.name);
            if let Some((_, value)) = found {
                let fill = fill
                    .as_ref()
                    .map(|fill| text(table, to, fill))
                    .transpose()?;
                let using = using.as_ref().map(|sql| text(table, to, sql)).transpose()?;
                let converted = match (using, value.take()) {
                    (Some(using), _) => Some(format!("({using})")),
                    (None, Some(old)) => Some(convert::convert(table, from, to, old)?),
                    (None, None) => None,
                };
                *value = filled(converted, fill);
            }
        }
        _ => {}
    }
    Ok(())
}

fn filled(value: Option<String>, fill: Option<&str>) -> Option<String> {
    match (value, fill) {
        (Some(value), Some(fill)) => Some(format!("COALESCE({value}, {fill})")),
        (None, Some(fill)) => Some(format!("({fill})")),
        (value, None) => value,
    }
}

/// The default of a column, as an expression.
fn default(column: &Column) -> Result<String> {
    match &column.server_default {
        Some(default) => Ok(format!("({})", ddl::default_sql(&SqliteDialect, default)?)),
        None => Ok("NULL".to_owned()),
    }
}

fn text<'s>(table: &Table, column: &Column, sql: &'s SqlText) -> Result<&'s str> {
    sql.of_dialect(NAME).ok_or_else(|| {
        let (table, column) = (table.name.to_string(), column.name.to_string());
        let message = format!("the SQL for the values of {table}.{column} has no text for sqlite");
        Error::with_message(ErrorKind::Unsupported, message)
            .with_table(table)
            .with_column(column)
            .with_hint("add the expression for sqlite")
    })
}
