//! Completes foreign keys by the tables that they reference.

use std::collections::HashMap;

use orm_core::schema::{ForeignKey, Name, Table};

use super::expression::column;

/// What a foreign key needs of the referenced table.
struct Parent {
    name: Name,
    key: Vec<Name>,
    columns: Vec<Name>,
}

/// Writes the names of referenced tables and columns as they are declared. Columns that are not written are those of
/// the primary key. A foreign key does not leave its schema.
pub(super) fn complete(tables: &mut [Table]) {
    let parents: HashMap<_, _> = tables.iter().map(parent).collect();
    for table in tables {
        for key in &mut table.foreign_keys {
            key.schema.clone_from(&table.schema);
            match parents.get(&(table.schema.clone(), key.table.to_ascii_lowercase())) {
                Some(parent) => complete_key(key, parent),
                // A table that does not exist yet.
                None if key.references.is_empty() => key.references.clone_from(&key.columns),
                None => {}
            }
        }
    }
}

fn parent(table: &Table) -> ((Option<Name>, String), Parent) {
    let parent = Parent {
        name: table.name.clone(),
        key: table.key_columns().to_vec(),
        columns: table
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect(),
    };
    (
        (table.schema.clone(), table.name.to_ascii_lowercase()),
        parent,
    )
}

fn complete_key(key: &mut ForeignKey, parent: &Parent) {
    key.table.clone_from(&parent.name);
    if key.references.is_empty() {
        key.references.clone_from(&parent.key);
    }
    for name in &mut key.references {
        if let Some(declared) = column(&parent.columns, name) {
            name.clone_from(declared);
        }
    }
}
