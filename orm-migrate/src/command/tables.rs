//! `create-all` and `drop-all`: the tables of the models as a script, on a database, or as a migration. The table of
//! the migration history belongs to no model and is kept.

use std::path::Path;

use orm::engine::{Connection, create_missing, drop_existing};
use orm_core::inspect::Scope;
use orm_core::schema::Schema;
use orm_core::sql::{Dialect, ddl};

use super::drift::{self, Drift};
use crate::autogenerate::{Snapshot, snapshot};
use crate::error::{Error, Result};
use crate::migration::{Migrations, NewMigration, Transaction, Written, history};
use crate::models::Models;

/// Selects a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// Creates all tables, parents first.
    Create,
    /// Drops all tables, children first.
    Drop,
}

/// Lists the tables that a command has changed, sorted by name.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Applied {
    /// The tables that were created or dropped.
    pub changed: Vec<String>,
    /// The tables that existed already, or did not exist.
    pub unchanged: Vec<String>,
    /// How existing tables differ from their models. Only migrations alter a table.
    pub drift: Drift,
}

/// Returns the script that creates or drops every table in `dialect`. Needs no database. On SQLite, the script that
/// drops tables disables foreign keys and enables them again. It can't check whether other tables reference these;
/// their rows are kept. [`apply`] checks, and returns an error.
///
/// # Errors
/// - The dialect can't express a table, such as an indexed text without length on MySQL.
/// - A name is longer than the dialect allows.
pub fn script(which: Tables, models: &Models, dialect: &dyn Dialect) -> Result<String> {
    Ok(match which {
        Tables::Create => ddl::to_script(&ddl::create_schema_objects(dialect, models.schema())?),
        Tables::Drop => ddl::drop_schema_script(dialect, models.schema())?,
    })
}

/// Creates the tables that do not exist, or drops those that exist, with their rows. Existing tables are not altered;
/// differences from their models are reported.
///
/// # Errors
/// - As [`script`].
/// - Any error of the database, such as a table outside the models that references a dropped one. With transactional
///   DDL nothing is changed; otherwise the hint lists the changed tables.
pub fn apply(which: Tables, models: &Models, connection: &mut Connection) -> Result<Applied> {
    let existing = history::tables(connection)?;
    let names = models
        .schema()
        .tables()
        .iter()
        .map(|table| table.name.to_string());
    let (present, absent) = names.partition(|name| existing.contains(name));
    Ok(match which {
        Tables::Create => {
            create_missing(connection, models.schema())?;
            Applied {
                changed: absent,
                unchanged: present,
                drift: drift::drift(models, connection, &Scope::default())?,
            }
        }
        Tables::Drop => {
            drop_existing(connection, models.schema())?;
            Applied {
                changed: present,
                unchanged: absent,
                drift: Drift::default(),
            }
        }
    })
}

/// Returns the result of [`apply`] for a database that does not exist: nothing is dropped.
pub fn nothing_to_drop(models: &Models) -> Applied {
    let names = models.schema().tables().iter();
    Applied {
        unchanged: names.map(|table| table.name.to_string()).collect(),
        ..Applied::default()
    }
}

/// Writes a migration into `folder` that creates every table and drops them when it is reverted, or the other way
/// round. On SQLite, `orm-migrate` runs scripts that drop tables without foreign keys, and rejects them while other
/// tables reference these. The script therefore needs no switch, and the migration is one transaction.
///
/// # Errors
/// - As [`script`].
/// - The folder can't be written, or already has a migration of that name.
/// - The migration creates every table and is not the first.
pub fn migration(
    which: Tables,
    models: &Models,
    dialect: &dyn Dialect,
    folder: &Path,
    name: &str,
) -> Result<Written> {
    if which == Tables::Create {
        refuse_history(folder)?;
    }
    let creates = script(Tables::Create, models, dialect)?;
    let mut drops = ddl::to_script(&ddl::drop_schema_objects(dialect, models.schema())?);
    if dialect.foreign_key_switch().is_some() {
        drops.insert_str(0, FOREIGN_KEYS_OFF);
    }
    let transaction = if dialect.capabilities().transactional_ddl {
        Transaction::One
    } else {
        Transaction::None
    };
    // What is behind the migration: the models' schema, or nothing.
    let (schema, parent) = match which {
        Tables::Create => (models.schema().clone(), None),
        Tables::Drop => (Schema::unchecked(Vec::new()), last_snapshot(folder)?),
    };
    let snapshot = Snapshot::new(schema, parent);
    let (up, down) = match which {
        Tables::Create => (&creates, &drops),
        Tables::Drop => (&drops, &creates),
    };
    NewMigration {
        name,
        up,
        down,
        transaction,
        others: &[(snapshot::FILE.to_owned(), snapshot.to_json())],
    }
    .write(folder)
}

/// The version of the last migration with a snapshot.
fn last_snapshot(folder: &Path) -> Result<Option<String>> {
    if NewMigration::existing(folder)?.is_empty() {
        return Ok(None);
    }
    let latest = Snapshot::latest(&Migrations::open(folder)?)?;
    Ok(latest.map(|(version, _)| version))
}

/// The script that creates all tables would fail behind a migration that has created one.
fn refuse_history(folder: &Path) -> Result<()> {
    let names = NewMigration::existing(folder)?;
    let is_ours = |name: &&String| !name.ends_with("_diesel_initial_setup");
    let Some(first) = names.iter().find(is_ours) else {
        return Ok(());
    };
    let message = format!(
        "{} already has migrations ({first}): a migration that creates all tables must be the first",
        folder.display()
    );
    Err(Error::failed(message).with_hint(
        "for a change of the models write `orm-migrate generate NAME`; to begin \
         again, revert the migrations and delete their folders; without --migration the script is printed",
    ))
}

/// For users who run the script with another tool.
const FOREIGN_KEYS_OFF: &str = "-- orm-migrate runs this with foreign keys off. Other tools: PRAGMA foreign_keys = OFF before the\n\
     -- transaction, or DROP TABLE deletes rows of other tables by ON DELETE CASCADE.\n\n";
