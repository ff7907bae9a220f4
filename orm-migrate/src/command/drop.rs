//! `drop-all`: the way back from `create-all`. The table that the migrations are written down in is no
//! model's and stays.

use std::path::Path;

use orm::engine::{Connection, drop_existing};
use orm_core::sql::Dialect;

use super::apply::{self, Applied};
use crate::error::Result;
use crate::migration::{Direction, Written};
use crate::models::Models;

/// The script that drops every table in `dialect`, children first. Needs no database. On SQLite it switches
/// foreign keys off and on again: it can't look whether other tables refer to these, whose rows
/// stay as they are. [`apply`] looks, and refuses.
///
/// # Errors
/// A name is longer than the dialect takes: it would be cut, and another table be dropped.
pub fn script(models: &Models, dialect: &dyn Dialect) -> Result<String> {
    apply::drop_script(models.schema(), dialect)
}

/// Drops the tables that are there, with their rows.
///
/// # Errors
/// The database's refusal, such as a table that is no model's and refers to one of these.
pub fn apply(models: &Models, connection: &mut Connection) -> Result<Applied> {
    let (changed, unchanged) = apply::present(connection, models.schema())?;
    drop_existing(connection, models.schema())?;
    Ok(Applied {
        changed,
        unchanged,
        lacking: Vec::new(),
    })
}

/// What [`apply`] answers where there is no database, and so nothing to drop.
pub fn nothing(models: &Models) -> Applied {
    let names = models.schema().tables().iter();
    Applied {
        changed: Vec::new(),
        unchanged: names.map(|table| table.name.to_string()).collect(),
        lacking: Vec::new(),
    }
}

/// Writes a migration into `folder` that drops every table, and creates them when it is reverted.
///
/// # Errors
/// The dialect can't express a table; the folder can't be written, or has a migration of that name.
pub fn migration(
    models: &Models,
    dialect: &dyn Dialect,
    folder: &Path,
    name: &str,
) -> Result<Written> {
    let what = (models.schema(), dialect);
    apply::write_migration(folder, name, what, Direction::Down)
}
