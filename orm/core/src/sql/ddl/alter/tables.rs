//! Changes of a whole table: CREATE and DROP with what is attached, RENAME, SET SCHEMA, options, and names of indexes.

use super::super::{create_table_objects, drop_table as drop_table_alone};
use super::statement::unsupported;
use crate::error::Result;
use crate::schema::{Name, QualifiedName, Table, TableOption};
use crate::sql::{Dialect, SqlWriter};

pub(super) fn create_table(
    dialect: &dyn Dialect,
    table: &Table,
    deferred: &[Name],
) -> Result<Vec<String>> {
    let deferred: Vec<&str> = deferred.iter().map(AsRef::as_ref).collect();
    create_table_objects(dialect, table, &deferred)
}

/// DROP TABLE, after the statements that drop what would stay behind, such as the function of a trigger.
pub(super) fn drop_table(dialect: &dyn Dialect, table: &Table) -> Vec<String> {
    let attached = table.attached.iter().rev();
    let own = attached.filter(|attached| attached.is_of(dialect.name()));
    let mut statements: Vec<_> = own
        .filter_map(|attached| attached.drop.as_ref().map(ToString::to_string))
        .collect();
    statements.push(drop_table_alone(dialect, &table.qualified_name()));
    statements
}

/// RENAME TO within the schema, then SET SCHEMA.
pub(super) fn rename_table(
    dialect: &dyn Dialect,
    from: &QualifiedName,
    to: &QualifiedName,
) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    if from.name != to.name {
        let mut w = SqlWriter::new(dialect);
        w.push("ALTER TABLE ").qualified(from);
        w.push(" RENAME TO ").ident(&to.name);
        statements.push(w.finish().0);
    }
    if from.schema == to.schema {
        return Ok(statements);
    }
    let Some(schema) = &to.schema else {
        let message = format!("table {from} can't move to a schema without a name");
        return Err(unsupported(from, message).with_hint("name the schema of the table"));
    };
    let moved = QualifiedName {
        schema: from.schema.clone(),
        name: to.name.clone(),
    };
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TABLE ").qualified(&moved);
    w.push(" SET SCHEMA ").ident(schema);
    statements.push(w.finish().0);
    Ok(statements)
}

/// Refuses changed options of the dialect: it renders those that it can change by [`Dialect::alter`].
pub(super) fn set_options(
    dialect: &dyn Dialect,
    table: &QualifiedName,
    from: &[TableOption],
    to: &[TableOption],
) -> Result<Vec<String>> {
    let name = dialect.name();
    let [from, to] = [from, to].map(|options| {
        let own = options.iter().filter(|option| option.dialect == name);
        own.collect::<Vec<_>>()
    });
    let changed = from
        .iter()
        .chain(&to)
        .find(|option| !(from.contains(option) && to.contains(option)));
    match changed {
        None => Ok(Vec::new()),
        Some(option) => {
            let message = format!(
                "{name} can't change the option {} of table {table}",
                option.name
            );
            Err(unsupported(table, message).with_hint("recreate the table, and copy its rows"))
        }
    }
}

/// ALTER INDEX … RENAME TO. An index is in the schema of its table.
pub(super) fn rename_index(
    dialect: &dyn Dialect,
    table: &QualifiedName,
    from: &str,
    to: &str,
) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER INDEX ");
    if let Some(schema) = &table.schema {
        w.ident(schema).push(".");
    }
    w.constraint(from).push(" RENAME TO ").constraint(to);
    w.finish().0
}
