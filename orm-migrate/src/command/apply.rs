//! What `create-all` and `drop-all` share: looking which tables are there, and the first migration.

use std::path::Path;

use orm::engine::Connection;
use orm_core::schema::Schema;
use orm_core::sql::{Dialect, ddl};

use super::drift::Lacking;
use crate::error::{Error, Result};
use crate::migration::{Direction, NewMigration, Transaction, Written, history};

/// Which tables a command changed, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// Those that were created or dropped.
    pub changed: Vec<String>,
    /// Those that were there, or not there, already.
    pub unchanged: Vec<String>,
    /// Those that are there and lack columns of their model: no command here alters a table.
    pub lacking: Vec<Lacking>,
}

/// Sorts the tables of `schema` into those that are there and those that aren't.
pub(super) fn present(
    connection: &mut Connection,
    schema: &Schema,
) -> Result<(Vec<String>, Vec<String>)> {
    let existing = history::tables(connection)?;
    let names = schema.tables().iter().map(|table| table.name.to_string());
    Ok(names.partition(|name| existing.contains(name)))
}

/// The script that creates all tables.
pub(super) fn create_script(schema: &Schema, dialect: &dyn Dialect) -> Result<String> {
    let tables: Vec<_> = schema.tables().iter().collect();
    Ok(ddl::to_script(&ddl::create_all(dialect, &tables)?))
}

/// The script that drops all tables.
pub(super) fn drop_script(schema: &Schema, dialect: &dyn Dialect) -> Result<String> {
    let tables: Vec<_> = schema.tables().iter().collect();
    Ok(ddl::drop_script(dialect, &tables)?)
}

/// Writes a migration whose scripts suit `dialect`: one that creates all tables and one that drops them, as
/// `direction` says. On SQLite `orm-migrate` runs what drops tables with foreign keys off and refuses it while
/// other tables refer to them, so the script needs no switch, and the migration is one transaction.
pub(super) fn write_migration(
    folder: &Path,
    name: &str,
    (schema, dialect): (&Schema, &dyn Dialect),
    direction: Direction,
) -> Result<Written> {
    if direction == Direction::Up {
        refuse_history(folder)?;
    }
    let creates = create_script(schema, dialect)?;
    let tables: Vec<_> = schema.tables().iter().collect();
    let mut drops = ddl::to_script(&ddl::drop_all(dialect, &tables)?);
    if dialect.foreign_key_switch().is_some() {
        drops.insert_str(0, FOREIGN_KEYS_OFF);
    }
    let transaction = if dialect.capabilities().transactional_ddl {
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

/// The script that creates all tables would fail behind a migration that has created one.
fn refuse_history(folder: &Path) -> Result<()> {
    let names = NewMigration::existing(folder)?;
    let is_ours = |name: &&String| !name.ends_with("_diesel_initial_setup");
    let Some(first) = names.iter().find(is_ours) else {
        return Ok(());
    };
    let message = format!(
        "{} has migrations already ({first}): one that creates all tables can only be the first",
        folder.display()
    );
    Err(Error::failed(message).with_hint(
        "for a change of the models write `orm-migrate generate --empty NAME` and fill in ALTER TABLE; to begin \
         again, revert the migrations and delete their folders; without --migration the script is printed",
    ))
}

/// For users who run the script with another tool.
const FOREIGN_KEYS_OFF: &str = "-- orm-migrate runs this with foreign keys off. Other tools: PRAGMA foreign_keys = OFF before the\n\
     -- transaction, or DROP TABLE deletes rows of other tables by ON DELETE CASCADE.\n\n";
