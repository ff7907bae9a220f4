//! Runs the operations of `operations.rs` and their inverses on tables with rows: a database must take what its dialect
//! renders, and keep the rows.
//!
//! Used by the tests of each dialect that have a database.

use super::operations::{operations, schema_of};
use crate::driver::Connection;
use crate::error::{Error, Result};
use crate::schema::{Operation, QualifiedName, Schema, apply};
use crate::sql::{Dialect, SqlWriter, ddl};

/// Two rows of each table. The database generates the keys of the first.
const ROWS: [&str; 2] = [
    "INSERT INTO users (name, email, age, parts) VALUES ('a', '1', 1, 1), ('b', NULL, 2, 2)",
    "INSERT INTO posts (id, author_id, title) SELECT id + 4, id, name FROM users",
];

/// Runs each operation and its inverse in the connection's current schema, which is empty before and after. Returns the
/// names of the operations that the dialect refuses.
///
/// # Errors
/// Those of the database, and one of an operation that loses rows. The message names the operation.
pub fn run_all(
    dialect: &dyn Dialect,
    connection: &mut dyn Connection,
) -> Result<Vec<&'static str>> {
    let mut refused = Vec::new();
    for (name, operation) in operations() {
        match run(dialect, connection, &operation) {
            Ok(()) => {}
            Err(error) if error.is_unsupported() && error.sql().is_none() => refused.push(name),
            Err(error) => return Err(Error::other(format!("{name}: {error}"))),
        }
    }
    Ok(refused)
}

fn run(
    dialect: &dyn Dialect,
    connection: &mut dyn Connection,
    operation: &Operation,
) -> Result<()> {
    let before = schema_of(dialect);
    let there = statements(dialect, &before, operation)?;
    let mut after = before.clone();
    apply(&mut after, operation)?;
    let back = statements(dialect, &after, &operation.inverse())?;
    let create = ddl::create_schema_objects(dialect, &before)?;
    control(connection, create.iter().map(String::as_str).chain(ROWS))?;
    control(connection, there.iter().map(String::as_str))?;
    check_rows(dialect, connection, &before, operation)?;
    control(connection, back.iter().map(String::as_str))?;
    check_rows(dialect, connection, &before, &operation.inverse())?;
    let drop = ddl::drop_schema_objects(dialect, &before)?;
    control(connection, drop.iter().map(String::as_str))
}

fn statements(
    dialect: &dyn Dialect,
    before: &Schema,
    operation: &Operation,
) -> Result<Vec<String>> {
    let changes = ddl::alter(dialect, before, std::slice::from_ref(operation))?;
    Ok(changes.into_iter().flat_map(|it| it.statements).collect())
}

fn control<'s>(
    connection: &mut dyn Connection,
    mut statements: impl Iterator<Item = &'s str>,
) -> Result<()> {
    statements.try_for_each(|sql| connection.control(sql).map_err(|error| error.with_sql(sql)))
}

/// Demands two rows in each table, whose name an operation may have changed.
fn check_rows(
    dialect: &dyn Dialect,
    connection: &mut dyn Connection,
    schema: &Schema,
    operation: &Operation,
) -> Result<()> {
    for table in schema.tables() {
        let own = table.qualified_name();
        let name = match operation {
            Operation::RenameTable { from, to } if *from == own => to.clone(),
            _ => own,
        };
        let rows = count(dialect, connection, &name)?;
        if rows != 2 {
            return Err(Error::other(format!("{name} has {rows} rows")));
        }
    }
    Ok(())
}

fn count(
    dialect: &dyn Dialect,
    connection: &mut dyn Connection,
    table: &QualifiedName,
) -> Result<u64> {
    let mut w = SqlWriter::new(dialect);
    w.push("SELECT 1 FROM ").qualified(table);
    let (sql, _) = w.finish();
    let mut rows = 0;
    connection.query(&sql, &[], &mut |_| {
        rows += 1;
        Ok(())
    })?;
    Ok(rows)
}
