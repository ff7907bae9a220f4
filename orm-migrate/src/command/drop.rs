//! `drop-all`: the way back from `create-all`. The table that the migrations are written down in is no
//! model's and stays.

use std::path::Path;

use orm::engine::{Connection, drop_existing};
use orm_core::sql::Dialect;

use super::apply::{self, Applied};
use crate::error::Result;
use crate::migration::Written;
use crate::models::Models;

/// The script that drops every table in `dialect`, children first. Needs no database.
pub fn script(models: &Models, dialect: &dyn Dialect) -> String {
    apply::drop_script(models.schema(), dialect)
}

/// Drops the tables that are there, with their rows.
///
/// # Errors
/// The database's refusal, such as a table of somebody else's that refers to one of these.
pub fn apply(models: &Models, connection: &mut Connection) -> Result<Applied> {
    let (changed, unchanged) = apply::present(connection, models.schema())?;
    drop_existing(connection, models.schema())?;
    Ok(Applied { changed, unchanged })
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
    let up = script(models, dialect);
    let down = apply::create_script(models.schema(), dialect)?;
    apply::write_migration(folder, name, dialect, (&up, &down))
}
