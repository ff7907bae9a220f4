//! Tables and their columns.

use super::errors::{exists, fault, missing};
use super::rename;
use crate::error::{Error, Result};
use crate::schema::{Column, KeyOf, Name, Operation, QualifiedName, Rule, Schema, Table};

pub(super) fn apply(schema: &mut Schema, operation: &Operation) -> Result<()> {
    match operation {
        Operation::CreateTable { table, deferred } => create(schema, table, deferred),
        Operation::DropTable { table, .. } => {
            let name = table.qualified_name();
            let dropped = schema.remove(&name);
            dropped.map(drop).ok_or_else(|| missing_table(&name))
        }
        Operation::RenameTable { from, to } => rename_table(schema, from, to),
        Operation::SetTableComment { table, to, .. } => {
            schema.change(table)?.comment.clone_from(to);
            Ok(())
        }
        Operation::SetTableOptions { table, to, .. } => {
            schema.change(table)?.options.clone_from(to);
            Ok(())
        }
        Operation::AddColumn { table, column, .. } => add_column(schema.change(table)?, column),
        Operation::DropColumn { table, column } => drop_column(schema, table, &column.name),
        Operation::RenameColumn { table, from, to } => rename_column(schema, table, from, to),
        Operation::AlterColumn {
            table, from, to, ..
        } => alter_column(schema.change(table)?, from, to),
        _ => Ok(()),
    }
}

fn missing_table(name: &QualifiedName) -> Error {
    missing("table", name).with_table(name.name.as_ref())
}

fn create(schema: &mut Schema, table: &Table, deferred: &[Name]) -> Result<()> {
    let mut table = table.clone();
    table
        .foreign_keys
        .retain(|key| !deferred.contains(&key.name));
    insert(schema, table)
}

fn insert(schema: &mut Schema, table: Table) -> Result<()> {
    let name = table.qualified_name();
    let mut views = schema.views.iter();
    if schema.find(&name).is_some() || views.any(|view| view.qualified_name() == name) {
        return Err(exists("table or view", &name).with_table(name.name.as_ref()));
    }
    schema.insert(table);
    Ok(())
}

fn rename_table(schema: &mut Schema, from: &QualifiedName, to: &QualifiedName) -> Result<()> {
    if schema.find(to).is_some() {
        return Err(exists("table", to).with_table(to.name.as_ref()));
    }
    let mut table = schema.remove(from).ok_or_else(|| missing_table(from))?;
    table.name.clone_from(&to.name);
    table.schema.clone_from(&to.schema);
    insert(schema, table)?;
    rename::table(schema, from, to);
    Ok(())
}

fn rename_column(schema: &mut Schema, table: &QualifiedName, from: &Name, to: &Name) -> Result<()> {
    let own = schema.change(table)?;
    if own.find(to).is_some() {
        return Err(of_column(exists("column", to), own, to));
    }
    own.column_mut(from)?.name.clone_from(to);
    rename::column(own, from, to);
    rename::references(schema, table, from, to);
    Ok(())
}

fn of_column(error: Error, table: &Table, column: &Name) -> Error {
    error
        .with_table(table.name.as_ref())
        .with_column(column.as_ref())
}

fn add_column(table: &mut Table, column: &Column) -> Result<()> {
    if table.find(&column.name).is_some() {
        let error = exists("column", &column.name);
        return Err(of_column(error, table, &column.name));
    }
    table.columns.push(column.clone());
    Ok(())
}

fn drop_column(schema: &mut Schema, name: &QualifiedName, column: &Name) -> Result<()> {
    let own = schema.change(name)?;
    let place = own.place(column)?;
    if uses(own, column) {
        let message = format!("a constraint or an index uses the column {column}");
        return Err(of_column(fault(message), own, column));
    }
    let mut keys = schema.tables().iter().flat_map(|table| &table.foreign_keys);
    let references = keys.find(|key| key.referenced() == *name && key.references.contains(column));
    if let Some(key) = references {
        let message = format!(
            "the foreign key {} references the column {column}",
            key.name
        );
        return Err(fault(message).with_table(name.name.as_ref()));
    }
    schema.change(name)?.columns.remove(place);
    Ok(())
}

/// Whether a key, constraint or index has a column. What raw SQL uses is not known.
fn uses(table: &Table, column: &Name) -> bool {
    let in_rule = |rule: &Rule| match rule {
        Rule::OneOf { column: own, .. } | Rule::Range { column: own, .. } => own == column,
        Rule::Raw(_) => false,
    };
    let mut exclusions = table.exclusions.iter().flat_map(|own| &own.elements);
    table.constrained().any(|name| name == column)
        || table.checks.iter().any(|check| in_rule(&check.rule))
        || exclusions.any(|(key, _)| key.of == KeyOf::Column(column.clone()))
}

fn alter_column(table: &mut Table, from: &Column, to: &Column) -> Result<()> {
    if from.name != to.name {
        let message = format!(
            "ALTER COLUMN does not rename the column {} to {}",
            from.name, to.name
        );
        return Err(of_column(fault(message), table, &from.name));
    }
    *table.column_mut(&from.name)? = to.clone();
    Ok(())
}

impl Table {
    fn place(&self, name: &Name) -> Result<usize> {
        let place = self.columns.iter().position(|column| column.name == *name);
        place.ok_or_else(|| of_column(missing("column", name), self, name))
    }

    /// Changes a column that must exist.
    pub(super) fn column_mut(&mut self, name: &Name) -> Result<&mut Column> {
        let place = self.place(name)?;
        Ok(&mut self.columns[place])
    }
}
