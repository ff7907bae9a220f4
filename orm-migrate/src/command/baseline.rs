//! `baseline`: a first migration for a database that has the tables of the models already.

use std::path::Path;

use orm::engine::Connection;
use orm_core::inspect::Scope;
use orm_core::sql::Dialect;

use super::drift::{self, Drift};
use super::stamp::{self, Stamp};
use super::step::Upto;
use super::tables::{self, Tables};
use crate::dialect::{self, Family};
use crate::error::Result;
use crate::migration::{Locking, Migrations, Written, history};
use crate::models::Models;

/// Holds the result of [`baseline`].
#[derive(Clone, Debug, PartialEq)]
pub enum Baseline {
    /// The migration was written and recorded as applied.
    Applied(Written),
    /// The migration was written, and is pending: the database has none of the tables.
    Pending(Written),
    /// Nothing was written: the tables of the database are not those of the models.
    Differs {
        /// The tables of the models that the database does not have.
        absent: Vec<String>,
        /// How the tables differ from the models.
        drift: Drift,
    },
}

/// Names the migration that [`baseline`] writes.
#[derive(Clone, Copy, Debug)]
pub struct First<'a> {
    /// The dialect of its scripts.
    pub dialect: &'a dyn Dialect,
    /// The folder of the migrations.
    pub folder: &'a Path,
    /// The name, without a version.
    pub name: &'a str,
}

/// Writes a first migration that creates the tables of the models, and records it as applied if the database has them as
/// the models declare them. Without a connection the database does not exist, and has none.
///
/// # Errors
/// - The folder has migrations already, or can't be written.
/// - The dialect can't express a table.
/// - Another process holds the migration lock until the timeout.
pub fn baseline(
    models: &Models,
    first: First<'_>,
    mut connection: Option<Connection>,
    locking: Locking,
) -> Result<Baseline> {
    let First {
        dialect,
        folder,
        name,
    } = first;
    let existing = match &mut connection {
        Some(connection) => history::tables(connection)?,
        None => Vec::new(),
    };
    let names = models
        .schema()
        .tables()
        .iter()
        .map(|table| table.name.to_string());
    // PostgreSQL alone compares names case-sensitively.
    let is_exact = dialect::known_family(dialect) == Some(Family::Postgres);
    let (present, absent): (Vec<_>, Vec<_>) = names.partition(|name| {
        let is_name =
            |found: &String| found == name || !is_exact && found.eq_ignore_ascii_case(name);
        existing.iter().any(is_name)
    });
    let Some(mut connection) = connection.filter(|_| !present.is_empty()) else {
        let written = tables::migration(Tables::Create, models, dialect, folder, name)?;
        return Ok(Baseline::Pending(written));
    };
    let drift = drift::drift(models, &mut connection, &Scope::default())?;
    if !absent.is_empty() || !drift.is_empty() {
        return Ok(Baseline::Differs { absent, drift });
    }
    let written = tables::migration(Tables::Create, models, dialect, folder, name)?;
    let migrations = Migrations::open(folder)?;
    stamp::stamp(&migrations, connection, &Stamp::Applied(Upto::All), locking)?;
    Ok(Baseline::Applied(written))
}
