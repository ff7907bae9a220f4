//! The statements that create or drop all tables of a metadata, in an order that works.

use super::create::{add_foreign_key, create_index, create_table};
use crate::error::Result;
use crate::schema::sort::{Edge, Sorted, sort};
use crate::schema::{Metadata, Table, naming};
use crate::sql::{Dialect, SqlWriter};

/// The statements that create `tables` of `metadata`: parents first, each table followed by its
/// indexes. Foreign keys of a cycle come last, as ALTER TABLE, unless the database can only write them
/// inline.
///
/// # Errors
/// `Unsupported` for a type, default or name that the dialect hasn't.
pub fn create_all(dialect: &dyn Dialect, tables: &[&Table]) -> Result<Vec<String>> {
    let (sorted, keys) = order(tables);
    let later: Vec<_> = if dialect.capabilities().alter_constraint {
        sorted.cyclic.iter().map(|edge| keys[*edge]).collect()
    } else {
        Vec::new()
    };
    let mut statements = Vec::new();
    for index in sorted.order {
        let table = tables[index];
        let deferred: Vec<&str> = later
            .iter()
            .filter(|(owner, _)| *owner == index)
            .map(|(_, key)| table.foreign_keys[*key].name.as_ref())
            .collect();
        statements.push(create_table(dialect, table, &deferred)?);
        statements.extend(
            table
                .indexes
                .iter()
                .map(|index| create_index(dialect, table, index)),
        );
    }
    for (owner, key) in later {
        let table = tables[owner];
        statements.push(add_foreign_key(dialect, table, &table.foreign_keys[key]));
    }
    Ok(statements)
}

/// The statements that drop `tables`: foreign keys of cycles first, then children before parents.
pub fn drop_all(dialect: &dyn Dialect, tables: &[&Table]) -> Vec<String> {
    let (sorted, keys) = order(tables);
    let mut statements = Vec::new();
    if dialect.capabilities().alter_constraint {
        for edge in &sorted.cyclic {
            let (owner, key) = keys[*edge];
            let table = tables[owner];
            statements.push(drop_foreign_key(
                dialect,
                table,
                &table.foreign_keys[key].name,
            ));
        }
    }
    for index in sorted.order.into_iter().rev() {
        let mut w = SqlWriter::new(dialect);
        w.push("DROP TABLE ").ident(&tables[index].name);
        statements.push(w.finish().0);
    }
    statements
}

fn drop_foreign_key(dialect: &dyn Dialect, table: &Table, key: &str) -> String {
    let name = naming::fit(key, dialect.capabilities().identifier_limit);
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TABLE ").ident(&table.name).push(" ");
    w.push(dialect.drop_foreign_key()).push(" ").ident(&name);
    w.finish().0
}

/// The statements as the text of a script, each ended by a semicolon and a blank line between them.
pub fn to_script(statements: &[String]) -> String {
    statements
        .iter()
        .map(|statement| format!("{statement};\n"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The order of `tables`, and for each edge of the sort the table and foreign key it stands for.
fn order(tables: &[&Table]) -> (Sorted, Vec<(usize, usize)>) {
    let mut edges = Vec::new();
    let mut keys = Vec::new();
    for (child, table) in tables.iter().enumerate() {
        for (key, foreign_key) in table.foreign_keys.iter().enumerate() {
            let parent = tables
                .iter()
                .position(|parent| parent.name == foreign_key.table);
            if let Some(parent) = parent {
                edges.push(Edge { child, parent });
                keys.push((child, key));
            }
        }
    }
    (sort(tables.len(), &edges), keys)
}

/// Every table of `metadata`, for [`create_all`] and [`drop_all`].
impl<'a> From<&'a Metadata> for Vec<&'a Table> {
    fn from(metadata: &'a Metadata) -> Self {
        metadata.tables().iter().collect()
    }
}
