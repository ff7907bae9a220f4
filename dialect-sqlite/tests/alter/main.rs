//! Changes of tables: the statements, and databases with rows before and after them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conversions;
mod database;
mod mutations;
mod property;
mod statements;

use dialect_sqlite::SqliteDialect;
use dialect_sqlite::rusqlite::{self, Connection};
use orm_core::schema::{Operation, Schema, apply};
use orm_core::sql::Dialect;
use orm_core::sql::ddl::{self, Change};

/// The changes that operations are, and the schema after them.
fn changes(before: &Schema, operations: &[Operation]) -> (Vec<Change>, Schema) {
    let (mut schema, mut changes, mut rest) = (before.clone(), Vec::new(), operations);
    while !rest.is_empty() {
        let (count, change) = SqliteDialect.alter(&schema, rest).unwrap().unwrap();
        changes.push(change);
        for operation in &rest[..count] {
            apply(&mut schema, operation).unwrap();
        }
        rest = &rest[count..];
    }
    (changes, schema)
}

/// The statements of operations that are one change outside of a transaction, without those around it.
fn rebuild(before: &Schema, operations: &[Operation]) -> Vec<String> {
    let (mut changes, _) = changes(before, operations);
    let change = changes.pop().unwrap();
    assert!(changes.is_empty() && !change.in_transaction);
    let [off, begin, inner @ .., check, commit, on] = change.statements.as_slice() else {
        panic!("{change:?}");
    };
    let around = [off, begin, check, commit, on];
    let expected = [
        "PRAGMA foreign_keys = OFF",
        "BEGIN IMMEDIATE",
        "PRAGMA foreign_key_check",
        "COMMIT",
        "PRAGMA foreign_keys = ON",
    ];
    assert_eq!(around, expected);
    inner.to_vec()
}

/// The statements of operations that are one change in a transaction.
fn native(before: &Schema, operations: &[Operation]) -> Vec<String> {
    let (mut changes, _) = changes(before, operations);
    let change = changes.pop().unwrap();
    assert!(changes.is_empty() && change.in_transaction);
    change.statements
}

/// A database in memory with enforced foreign keys and the tables of a schema.
fn create(schema: &Schema) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .pragma_update(None, "foreign_keys", true)
        .unwrap();
    let tables: Vec<_> = schema.tables().iter().collect();
    for statement in ddl::create_all(&SqliteDialect, &tables).unwrap() {
        connection.execute_batch(&statement).unwrap();
    }
    connection
}

/// Runs operations as a script, statement by statement, and returns the schema after them.
fn migrate(
    connection: &Connection,
    before: &Schema,
    operations: &[Operation],
) -> rusqlite::Result<Schema> {
    let (changes, after) = changes(before, operations);
    for change in changes {
        let ran = run(connection, &change);
        if ran.is_err() {
            if !connection.is_autocommit() {
                connection.execute_batch("ROLLBACK")?;
            }
            connection
                .execute_batch("PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF")?;
        }
        ran?;
    }
    Ok(after)
}

fn run(connection: &Connection, change: &Change) -> rusqlite::Result<()> {
    if change.in_transaction {
        connection.execute_batch("BEGIN")?;
    }
    for statement in &change.statements {
        let found = rows(connection, statement)?;
        assert!(found.is_empty(), "{statement}: {found:?}");
    }
    if change.in_transaction {
        connection.execute_batch("COMMIT")?;
    }
    Ok(())
}

/// The rows of a query, each value as a literal.
fn rows(connection: &Connection, query: &str) -> rusqlite::Result<Vec<Vec<String>>> {
    let mut statement = connection.prepare(query)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let value = |at| {
            row.get::<_, rusqlite::types::Value>(at)
                .map(|v| literal(&v))
        };
        found.push((0..columns).map(value).collect::<rusqlite::Result<_>>()?);
    }
    Ok(found)
}

fn literal(value: &rusqlite::types::Value) -> String {
    use rusqlite::types::Value;
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(v) => v.to_string(),
        Value::Real(v) => format!("{v:?}"),
        Value::Text(v) => format!("'{v}'"),
        Value::Blob(v) => format!("{v:02X?}"),
    }
}
