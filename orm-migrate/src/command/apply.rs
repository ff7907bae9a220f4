//! What `create-all` and `drop-all` share: looking which tables are there, and the first migration.

use std::path::Path;

use orm::engine::Connection;
use orm_core::schema::Metadata;
use orm_core::sql::{Dialect, ddl};

use crate::error::Result;
use crate::migration::{NewMigration, Transaction, Written, history};

/// Which tables a command changed, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Those that were created or dropped.
    pub changed: Vec<String>,
    /// Those that were as they should be already.
    pub unchanged: Vec<String>,
}

/// Sorts the tables of `schema` into those that are there and those that aren't.
pub(super) fn present(
    connection: &mut Connection,
    schema: &Metadata,
) -> Result<(Vec<String>, Vec<String>)> {
    let existing = history::tables(connection)?;
    let names = schema.tables().iter().map(|table| table.name.to_string());
    Ok(names.partition(|name| existing.contains(name)))
}

/// The script that creates all tables.
pub(super) fn create_script(schema: &Metadata, dialect: &dyn Dialect) -> Result<String> {
    let tables: Vec<_> = schema.tables().iter().collect();
    Ok(ddl::to_script(&ddl::create_all(dialect, &tables)?))
}

/// The script that drops all tables.
pub(super) fn drop_script(schema: &Metadata, dialect: &dyn Dialect) -> String {
    let tables: Vec<_> = schema.tables().iter().collect();
    ddl::to_script(&ddl::drop_all(dialect, &tables))
}

/// Writes a migration whose scripts suit `dialect`.
pub(super) fn write_migration(
    folder: &Path,
    name: &str,
    dialect: &dyn Dialect,
    (up, down): (&str, &str),
) -> Result<Written> {
    let transactional = dialect.capabilities().transactional_ddl;
    let transaction = if transactional {
        Transaction::One
    } else {
        Transaction::None
    };
    NewMigration {
        name,
        up,
        down,
        transaction,
    }
    .write(folder)
}
