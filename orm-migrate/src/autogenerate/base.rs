//! What the models are compared with: the last snapshot, a database, or the migrations run on an empty database.

use orm::engine::Connection;
use orm_core::inspect::Scope;
use orm_core::schema::Schema;

use super::snapshot::Snapshot;
use crate::error::{Error, Result};
use crate::migration::{Migrations, NewMigration, history, log};

/// Selects what the models are compared with.
#[derive(Debug)]
pub enum Base<'a> {
    /// The snapshot of the last migration. Needs no database.
    Snapshot,
    /// The tables of a database.
    Database(&'a mut Connection, &'a Scope),
}

/// Returns the schema that the models are compared with, and the version of the last migration that has a snapshot, if
/// one has.
///
/// # Errors
/// - The folder has migrations, and none of them has a snapshot.
/// - Two migrations follow the same one.
/// - The database has no inspector, or a query of its catalogue fails.
pub fn base(base: Base<'_>, folder: &std::path::Path) -> Result<(Schema, Option<String>)> {
    match base {
        Base::Snapshot => of_snapshot(folder),
        Base::Database(connection, scope) => {
            let parent = last_with_snapshot(folder)?;
            Ok((of_database(connection, scope)?, parent))
        }
    }
}

fn of_snapshot(folder: &std::path::Path) -> Result<(Schema, Option<String>)> {
    if NewMigration::existing(folder)?.is_empty() {
        return Ok((Schema::unchecked(Vec::new()), None));
    }
    let migrations = Migrations::open(folder)?;
    if let Some((version, snapshot)) = Snapshot::latest(&migrations)? {
        return Ok((snapshot.schema().clone(), Some(version)));
    }
    let is_ours = |name: &str| !name.ends_with("_diesel_initial_setup");
    match migrations
        .entries()
        .iter()
        .find(|entry| is_ours(&entry.name))
    {
        None => Ok((Schema::unchecked(Vec::new()), None)),
        Some(first) => {
            let message = format!(
                "the migrations in {} (the first is {}) have no snapshot of the schema that they leave",
                folder.display(),
                first.name
            );
            Err(Error::failed(message).with_hint(
                "`--against db` compares with a database on which all of them are applied; from then on each generated \
                 migration has a snapshot",
            ))
        }
    }
}

fn last_with_snapshot(folder: &std::path::Path) -> Result<Option<String>> {
    if NewMigration::existing(folder)?.is_empty() {
        return Ok(None);
    }
    let latest = Snapshot::latest(&Migrations::open(folder)?)?;
    Ok(latest.map(|(version, _)| version))
}

/// Returns the schema of a database, without the bookkeeping of migrations.
///
/// # Errors
/// - The dialect has no inspector.
/// - A query of the catalogue fails.
pub(crate) fn of_database(connection: &mut Connection, scope: &Scope) -> Result<Schema> {
    let scope = [history::TABLE, log::TABLE]
        .into_iter()
        .fold(scope.clone(), Scope::exclude);
    Ok(connection.inspect(&scope)?)
}
