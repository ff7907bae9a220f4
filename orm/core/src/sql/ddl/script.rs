//! The statements that create or drop all tables of a schema, in an order that works.

use super::create::{add_foreign_key, check_name, create_index, create_table};
use crate::error::Result;
use crate::schema::sort::{Edge, Sorted, sort};
use crate::schema::{Schema, Table};
use crate::sql::{Dialect, SqlWriter};

/// The statements that create `tables`: parents first, each table followed by its
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
        let indexes = table.indexes.iter();
        statements.extend(indexes.map(|index| create_index(dialect, table, index)));
    }
    for (owner, key) in later {
        let table = tables[owner];
        statements.push(add_foreign_key(dialect, table, &table.foreign_keys[key]));
    }
    Ok(statements)
}

/// The statements that drop `tables`: foreign keys of cycles first, then children before parents. Where the
/// dialect has a [`ForeignKeySwitch`](crate::sql::ForeignKeySwitch), they are to be run with the enforcement of
/// foreign keys switched off.
///
/// # Errors
/// `Unsupported` for a name that the dialect would cut, and so take for another table's.
pub fn drop_all(dialect: &dyn Dialect, tables: &[&Table]) -> Result<Vec<String>> {
    check_names(dialect, tables)?;
    let (sorted, keys) = order(tables);
    let mut statements = Vec::new();
    if dialect.capabilities().alter_constraint {
        for edge in &sorted.cyclic {
            let (owner, key) = keys[*edge];
            let table = tables[owner];
            let name = &table.foreign_keys[key].name;
            statements.push(drop_foreign_key(dialect, table, name));
        }
    }
    for index in sorted.order.into_iter().rev() {
        let mut w = SqlWriter::new(dialect);
        w.push("DROP TABLE ").ident(&tables[index].name);
        statements.push(w.finish().0);
    }
    Ok(statements)
}

/// Refuses names of tables that the dialect would cut.
///
/// # Errors
/// `Unsupported`, with the table.
pub fn check_names(dialect: &dyn Dialect, tables: &[&Table]) -> Result<()> {
    tables
        .iter()
        .try_for_each(|table| check_name(dialect, &table.name, &table.name))
}

/// The script that drops `tables`. Where foreign keys can't be dropped, on SQLite, it switches their enforcement
/// off: rows that refer to each other would refuse, and rows of other tables would be deleted or changed by
/// CASCADE and SET NULL. A script can't refuse by itself that such tables are there: they keep their rows.
///
/// # Errors
/// As [`drop_all`].
pub fn drop_script(dialect: &dyn Dialect, tables: &[&Table]) -> Result<String> {
    let mut statements = drop_all(dialect, tables)?;
    if let Some(switch) = dialect.foreign_key_switch().filter(|_| !tables.is_empty()) {
        statements.splice(0..0, [switch.off.to_owned(), "BEGIN".to_owned()]);
        statements.extend(["COMMIT".to_owned(), switch.on.to_owned()]);
    }
    Ok(to_script(&statements))
}

fn drop_foreign_key(dialect: &dyn Dialect, table: &Table, key: &str) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TABLE ").ident(&table.name).push(" ");
    w.push(dialect.drop_foreign_key()).push(" ").constraint(key);
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

/// Every table of `schema`, for [`create_all`] and [`drop_all`].
impl<'a> From<&'a Schema> for Vec<&'a Table> {
    fn from(schema: &'a Schema) -> Self {
        schema.tables().iter().collect()
    }
}
