//! What `create-all` and `drop-all` share: looking which tables are there, and the first migration.

use std::path::Path;

use orm::engine::Connection;
use orm_core::schema::Metadata;
use orm_core::sql::{Dialect, ddl};

use crate::error::Result;
use crate::migration::{Direction, NewMigration, Transaction, Written, history};

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
pub(super) fn drop_script(schema: &Metadata, dialect: &dyn Dialect) -> Result<String> {
    let tables: Vec<_> = schema.tables().iter().collect();
    Ok(ddl::drop_script(dialect, &tables)?)
}

/// Writes a migration whose scripts suit `dialect`: that of [`create_script`] one way, that of
/// [`drop_script`] the other, as `direction` says.
pub(super) fn write_migration(
    folder: &Path,
    name: &str,
    (schema, dialect): (&Metadata, &dyn Dialect),
    direction: Direction,
) -> Result<Written> {
    let mut creates = create_script(schema, dialect)?;
    let drops = drop_script(schema, dialect)?;
    let tables: Vec<_> = schema.tables().iter().collect();
    let has_own = ddl::without_checks(dialect, &tables).is_some();
    if has_own {
        // metadata.toml speaks for both scripts, and the other one is to be all or nothing, too.
        creates = format!("BEGIN;\n\n{creates}\nCOMMIT;\n");
    }
    let transaction = if dialect.capabilities().transactional_ddl && !has_own {
        Transaction::One
    } else {
        Transaction::None
    };
    let (up, down) = match direction {
        Direction::Up => (&creates, &drops),
        Direction::Down => (&drops, &creates),
    };
    NewMigration {
        name,
        up,
        down,
        transaction,
    }
    .write(folder)
}
