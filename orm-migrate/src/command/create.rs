//! `create-all`: the tables of the models as a script, on a database, or as a migration.

use std::path::Path;

use orm::engine::{Connection, create_missing};
use orm_core::sql::Dialect;

use super::apply::{self, Applied};
use super::drift;
use crate::error::Result;
use crate::migration::{Direction, Written};
use crate::models::Models;

/// The script that creates every table in `dialect`, parents first. Needs no database.
///
/// # Errors
/// The dialect can't express something, such as an indexed text without length on MySQL.
pub fn script(models: &Models, dialect: &dyn Dialect) -> Result<String> {
    apply::create_script(models.schema(), dialect)
}

/// Creates the tables that aren't there and leaves the others as they are: nothing is altered, and what they lack
/// of their models is told.
///
/// # Errors
/// As [`script`]; the database's refusal, after which nothing is left of it where DDL can be undone; else
/// the hint names the tables that stay.
pub fn apply(models: &Models, connection: &mut Connection) -> Result<Applied> {
    let (unchanged, changed) = apply::present(connection, models.schema())?;
    create_missing(connection, models.schema())?;
    let lacking = drift::lacking(models, connection)?;
    Ok(Applied {
        changed,
        unchanged,
        lacking,
    })
}

/// Writes a migration into `folder` that creates every table, and drops them when it is reverted.
///
/// # Errors
/// As [`script`]; the folder can't be written, or has migrations already: this one can only be the first.
pub fn migration(
    models: &Models,
    dialect: &dyn Dialect,
    folder: &Path,
    name: &str,
) -> Result<Written> {
    let what = (models.schema(), dialect);
    apply::write_migration(folder, name, what, Direction::Up)
}
