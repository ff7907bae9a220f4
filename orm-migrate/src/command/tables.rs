//! `create-all` and `drop-all`: the tables of the models as a script, on a database, or as a migration. The table that
//! the migrations are written down in is no model's and stays.

use std::path::Path;

use orm::engine::{Connection, create_missing, drop_existing};
use orm_core::sql::{Dialect, ddl};

use super::drift::{self, Lacking};
use crate::error::{Error, Result};
use crate::migration::{NewMigration, Transaction, Written, history};
use crate::models::Models;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// Create all tables, parents first.
    Create,
    /// Drop all tables, children first.
    Drop,
}

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

/// The script that creates or drops every table in `dialect`. Needs no database. On SQLite one that drops them
/// switches foreign keys off and on again: it can't look whether other tables refer to these, whose rows stay as they
/// are. [`apply`] looks, and refuses.
///
/// # Errors
/// The dialect can't express something, such as an indexed text without length on MySQL; a name is longer than it
/// takes, and would be cut.
pub fn script(which: Tables, models: &Models, dialect: &dyn Dialect) -> Result<String> {
    let tables: Vec<_> = models.schema().tables().iter().collect();
    Ok(match which {
        Tables::Create => ddl::to_script(&ddl::create_all(dialect, &tables)?),
        Tables::Drop => ddl::drop_script(dialect, &tables)?,
    })
}

/// Creates the tables that aren't there, or drops those that are, with their rows. To create leaves the others as they
/// are: nothing is altered, and what they lack of their models is reported.
///
/// # Errors
/// As [`script`]; the database's refusal, such as that of a table which is no model's and refers to one that is
/// dropped. Nothing is left of it then where DDL can be undone; else the hint names the tables that stay.
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
                lacking: drift::lacking(models, connection)?,
            }
        }
        Tables::Drop => {
            drop_existing(connection, models.schema())?;
            Applied {
                changed: present,
                unchanged: absent,
                lacking: Vec::new(),
            }
        }
    })
}

/// What [`apply`] answers where there is no database, and so nothing to drop.
pub fn nothing_to_drop(models: &Models) -> Applied {
    let names = models.schema().tables().iter();
    Applied {
        unchanged: names.map(|table| table.name.to_string()).collect(),
        ..Applied::default()
    }
}

/// Writes a migration into `folder` that creates every table and drops them when it is reverted, or the other way
/// round. On SQLite `orm-migrate` runs what drops tables with foreign keys off and refuses it while other tables refer
/// to them, so the script needs no switch, and the migration is one transaction.
///
/// # Errors
/// As [`script`]; the folder can't be written, or has a migration of that name; one that creates every table can only
/// be the first.
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
    let tables: Vec<_> = models.schema().tables().iter().collect();
    let mut drops = ddl::to_script(&ddl::drop_all(dialect, &tables)?);
    if dialect.foreign_key_switch().is_some() {
        drops.insert_str(0, FOREIGN_KEYS_OFF);
    }
    let transaction = if dialect.capabilities().transactional_ddl {
        Transaction::One
    } else {
        Transaction::None
    };
    let (up, down) = match which {
        Tables::Create => (&creates, &drops),
        Tables::Drop => (&drops, &creates),
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
        "{} already has migrations ({first}): a migration that creates all tables must be the first",
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
