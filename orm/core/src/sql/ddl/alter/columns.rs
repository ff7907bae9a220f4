//! ADD COLUMN with the values of existing rows, DROP COLUMN and RENAME COLUMN.
//!
//! Changes of a column are in `alter_column.rs`.

use super::super::{column_definition, comment_on_column};
use super::alter_column::set_default;
use super::statement::{alter_column, alter_table, fill_column, text_of};
use crate::error::Result;
use crate::schema::{Column, QualifiedName, ServerDefault, SqlText, Table};
use crate::sql::{Dialect, SqlWriter};

/// ADD COLUMN. Existing rows get the value `fill`: by a default that is dropped afterwards if `fill` is a constant, which
/// needs no UPDATE of the rows, else by an UPDATE before the column becomes NOT NULL.
pub(super) fn add_column(
    dialect: &dyn Dialect,
    table: &Table,
    column: &Column,
    fill: Option<&SqlText>,
) -> Result<Vec<String>> {
    let has_values = column.auto_increment || column.generated.is_some();
    let mut statements = match fill.filter(|_| !has_values) {
        None => vec![add(dialect, table, column)?],
        Some(fill) => {
            let fill = text_of(dialect, fill, (table, column, "fill"))?;
            if is_constant(fill) {
                add_with_default(dialect, table, column, fill)?
            } else {
                add_and_update(dialect, table, column, fill)?
            }
        }
    };
    let comment = column.comment.as_deref();
    if comment.is_some() {
        let name = table.qualified_name();
        statements.extend(comment_on_column(dialect, &name, &column.name, comment)?);
    }
    Ok(statements)
}

fn add(dialect: &dyn Dialect, table: &Table, column: &Column) -> Result<String> {
    let definition = column_definition(dialect, table, column)?;
    let action = format!("ADD COLUMN {definition}");
    Ok(alter_table(dialect, &table.qualified_name(), &action))
}

fn add_with_default(
    dialect: &dyn Dialect,
    table: &Table,
    column: &Column,
    fill: &str,
) -> Result<Vec<String>> {
    let fill = ServerDefault::Raw(fill.to_owned().into());
    let filled = column.clone().server_default(fill);
    Ok(vec![
        add(dialect, table, &filled)?,
        set_default(dialect, table, column)?,
    ])
}

fn add_and_update(
    dialect: &dyn Dialect,
    table: &Table,
    column: &Column,
    fill: &str,
) -> Result<Vec<String>> {
    let name = table.qualified_name();
    let mut statements = vec![
        add(dialect, table, &column.clone().nullable())?,
        fill_column(dialect, &name, &column.name, (fill, false)),
    ];
    if !column.nullable {
        statements.push(alter_column(dialect, &name, &column.name, "SET NOT NULL"));
    }
    Ok(statements)
}

/// Whether SQL is a number, a text or a truth value: valid as a default, and the same in each row.
fn is_constant(sql: &str) -> bool {
    let sql = sql.trim();
    let text = sql
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    // An odd quote ends the text within; a backslash may escape a quote.
    let is_text =
        text.is_some_and(|text| !text.replace("''", "").contains('\'') && !text.contains('\\'));
    let is_number =
        sql.starts_with(|c: char| c.is_ascii_digit() || c == '-') && sql.parse::<f64>().is_ok();
    let is_truth = ["true", "false"]
        .iter()
        .any(|word| sql.eq_ignore_ascii_case(word));
    is_text || is_number || is_truth
}

pub(super) fn drop_column(dialect: &dyn Dialect, table: &QualifiedName, column: &str) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TABLE ").qualified(table);
    w.push(" DROP COLUMN ").ident(column);
    w.finish().0
}

pub(super) fn rename_column(
    dialect: &dyn Dialect,
    table: &QualifiedName,
    from: &str,
    to: &str,
) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TABLE ").qualified(table);
    w.push(" RENAME COLUMN ").ident(from).push(" TO ").ident(to);
    w.finish().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_a_literal() {
        for sql in [
            "0", "-1.5", " 1e3 ", "'a'", "'it''s'", "''", "TRUE", "false",
        ] {
            assert!(is_constant(sql), "{sql}");
        }
        for sql in [
            "now()",
            "'a' || b'",
            "'a' || 'b'",
            "-a",
            "NULL",
            "inf",
            "b",
            "'\\'",
        ] {
            assert!(!is_constant(sql), "{sql}");
        }
    }
}
