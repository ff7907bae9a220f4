//! The statements of a rebuild: a new table with the rows of the old one, which it replaces.
//!
//! Used by `mod.rs`, which encloses them in a transaction.

use orm_core::error::Result;
use orm_core::schema::{Name, Operation, QualifiedName, Schema, Table};
use orm_core::sql::ddl;
use orm_core::value::Value;

use super::copy;
use super::names::{qualified, quoted};
use crate::dialect::SqliteDialect;
use crate::types::{NAME, literal};

/// The statements that make the table `after` of the table `before`, whose columns the operations have changed.
///
/// # Errors
/// `Unsupported`: SQLite does not support a part of the table, or an expression has no text for SQLite.
pub(super) fn statements(
    schema: &Schema,
    before: &Table,
    after: &Table,
    operations: &[&Operation],
) -> Result<Vec<String>> {
    // An error names the table, and not the new one.
    ddl::create_table(&SqliteDialect, after, &[])?;
    let mut new = after.clone();
    new.name = unused_name(schema, after);
    // A foreign key to the table itself has the table's name already.
    let mut statements = vec![ddl::create_table(&SqliteDialect, &new, &[])?];
    statements.push(insert(
        before,
        &new,
        &copy::values(before, after, operations)?,
    ));
    if has_sequence(before) && has_sequence(after) {
        statements.extend(copy_sequence(before, &new)?);
    }
    let attached = before.attached.iter().filter(|own| own.is_of(NAME));
    statements.extend(attached.filter_map(|own| own.drop.as_deref().map(str::to_owned)));
    statements.push(format!(
        "DROP TABLE {}",
        qualified(&before.qualified_name())
    ));
    statements.extend(rename(&new.qualified_name(), &after.name));
    for index in &after.indexes {
        statements.push(ddl::create_index(&SqliteDialect, after, index)?);
    }
    let attached = after.attached.iter().filter(|own| own.is_of(NAME));
    statements.extend(attached.map(|own| own.create.to_string()));
    Ok(statements)
}

/// A name that no other table or view has.
fn unused_name(schema: &Schema, table: &Table) -> Name {
    let tables = schema.tables().iter().map(|table| &table.name);
    let taken: Vec<&Name> = tables
        .chain(schema.views.iter().map(|view| &view.name))
        .collect();
    let mut name = format!("new_{}", table.name);
    // Names that differ in case are the same.
    while taken.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
        name.insert(0, '_');
    }
    name.into()
}

fn insert(before: &Table, new: &Table, values: &[(&str, String)]) -> String {
    let columns: Vec<String> = values.iter().map(|(column, _)| quoted(column)).collect();
    let values: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
    format!(
        "INSERT INTO {} ({}) SELECT {} FROM {}",
        qualified(&new.qualified_name()),
        columns.join(", "),
        values.join(", "),
        qualified(&before.qualified_name())
    )
}

/// Whether keys are generated with AUTOINCREMENT.
fn has_sequence(table: &Table) -> bool {
    let mut columns = table.columns.iter();
    columns.any(|column| column.auto_increment && !column.reuses_keys)
}

/// Without the old table's last key, the keys of deleted rows would be generated again.
fn copy_sequence(before: &Table, new: &Table) -> Result<[String; 2]> {
    let sequence = qualified(&QualifiedName {
        schema: before.schema.clone(),
        name: "sqlite_sequence".into(),
    });
    let name = |table: &Table| literal(&Value::Text(table.name.to_string()));
    let (old, new) = (name(before)?, name(new)?);
    Ok([
        format!("DELETE FROM {sequence} WHERE name = {new}"),
        format!(
            "INSERT INTO {sequence} (name, seq) SELECT {new}, seq FROM {sequence} WHERE name = {old}"
        ),
    ])
}

/// RENAME TO would parse all views and triggers, of which some mention the table that was dropped, and change foreign keys.
/// With `legacy_alter_table` it renames the table alone.
fn rename(from: &QualifiedName, to: &str) -> [String; 3] {
    [
        "PRAGMA legacy_alter_table = ON".to_owned(),
        format!("ALTER TABLE {} RENAME TO {}", qualified(from), quoted(to)),
        "PRAGMA legacy_alter_table = OFF".to_owned(),
    ]
}
