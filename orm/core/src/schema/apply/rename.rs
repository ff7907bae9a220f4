//! What follows a new name of a table or column: constraints, indexes, SQL texts, foreign keys of other tables.

use super::sql_names::rename;
use crate::schema::{IndexKey, KeyOf, Name, QualifiedName, Rule, Schema, Table};

/// Renames a table in foreign keys and in what views depend on.
pub(super) fn table(schema: &mut Schema, from: &QualifiedName, to: &QualifiedName) {
    let tables = schema.tables_mut().iter_mut();
    let keys = tables.flat_map(|table| &mut table.foreign_keys);
    for key in keys.filter(|key| key.referenced() == *from) {
        key.table.clone_from(&to.name);
        key.schema.clone_from(&to.schema);
    }
    let views = schema.views.iter_mut();
    for name in views.flat_map(|view| &mut view.depends_on) {
        if name == from {
            name.clone_from(to);
        }
    }
}

/// Renames a column in the foreign keys that reference it.
pub(super) fn references(schema: &mut Schema, table: &QualifiedName, from: &Name, to: &Name) {
    let tables = schema.tables_mut().iter_mut();
    let keys = tables.flat_map(|table| &mut table.foreign_keys);
    for key in keys.filter(|key| key.referenced() == *table) {
        replace(&mut key.references, from, to);
    }
}

/// Renames a column in the constraints, indexes and generated columns of its table.
pub(super) fn column(table: &mut Table, from: &Name, to: &Name) {
    for key in table.primary_key.iter_mut().chain(&mut table.uniques) {
        replace(&mut key.columns, from, to);
    }
    for key in &mut table.foreign_keys {
        replace(&mut key.columns, from, to);
    }
    for check in &mut table.checks {
        match &mut check.rule {
            Rule::OneOf { column, .. } | Rule::Range { column, .. } => {
                replace(std::slice::from_mut(column), from, to);
            }
            Rule::Raw(sql) => rename(sql, from, to),
        }
    }
    let generated = table.columns.iter_mut();
    for generated in generated.filter_map(|column| column.generated.as_mut()) {
        rename(&mut generated.expression, from, to);
    }
    in_indexes(table, from, to);
}

fn in_indexes(table: &mut Table, from: &Name, to: &Name) {
    let rename_key = |key: &mut IndexKey| match &mut key.of {
        KeyOf::Column(column) => replace(std::slice::from_mut(column), from, to),
        KeyOf::Expression(sql) => rename(sql, from, to),
    };
    for index in &mut table.indexes {
        index.keys.iter_mut().for_each(rename_key);
        replace(&mut index.include, from, to);
        if let Some(filter) = &mut index.filter {
            rename(filter, from, to);
        }
    }
    for exclusion in &mut table.exclusions {
        let elements = exclusion.elements.iter_mut();
        elements.map(|(key, _)| key).for_each(rename_key);
        if let Some(filter) = &mut exclusion.filter {
            rename(filter, from, to);
        }
    }
}

fn replace(names: &mut [Name], from: &Name, to: &Name) {
    for name in names.iter_mut().filter(|name| *name == from) {
        name.clone_from(to);
    }
}
