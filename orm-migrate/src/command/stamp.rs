//! `stamp`: records migrations as applied or as pending, without running their scripts.

use orm::engine::Connection;

use super::checks::{self, Way};
use super::step::{self, Upto};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::migration::log::LogEntry;
use crate::migration::{Locking, MigrationConnection, Migrations};

/// Selects what is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// These pending migrations are applied.
    Applied(Upto),
    /// This applied migration is pending: a version or the name of a folder.
    Pending(String),
}

/// Records migrations, and returns their names. Runs no script. Holds the migration lock.
///
/// # Errors
/// - Another process holds the lock until the timeout.
/// - No migration has the version, or it is not applied.
/// - A migration is partly applied or reverted.
pub fn stamp(
    migrations: &Migrations,
    connection: Connection,
    stamp: &Stamp,
    locking: Locking,
) -> Result<Vec<String>> {
    let mut connection = MigrationConnection::locked(connection, migrations, locking)?;
    checks::interrupted(migrations, &connection.log()?, Way::Both)?;
    let applied = connection.applied()?;
    let versions = match stamp {
        Stamp::Applied(upto) => step::pending(migrations, &applied, upto)?,
        Stamp::Pending(name) => {
            let entry = migrations.named(name)?;
            if !applied.contains(&entry.version) {
                let message = format!("the migration {} is not applied", entry.name);
                return Err(Error::new(Exit::Usage, message)
                    .with_note("state", "nothing was changed")
                    .with_hint("`orm-migrate status` lists what is applied"));
            }
            vec![entry.version.clone()]
        }
    };
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    connection.set_up()?;
    let checksums = migrations.checksums()?;
    let entries: Vec<LogEntry> = versions
        .iter()
        .filter_map(|version| migrations.find(version))
        .map(|entry| {
            let checksum = checksums.get(&entry.version).cloned();
            LogEntry::applied(&entry.version, &entry.name, checksum, 0)
        })
        .collect();
    connection.stamp(&entries, matches!(stamp, Stamp::Applied(_)))?;
    Ok(entries.into_iter().map(|entry| entry.name).collect())
}
