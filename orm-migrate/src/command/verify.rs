//! `verify`: compares the scripts of the applied migrations with their checksums in the migration log.

use orm::engine::Connection;

use super::checks;
use crate::error::Result;
use crate::exit::Exit;
use crate::migration::log::{LogEntry, LogState};
use crate::migration::{MigrationConnection, Migrations};

/// Holds the differences between a folder and a database. Migrations have the names of their folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many applied migrations have the text that was applied.
    pub unchanged: usize,
    /// The applied migrations whose `up.sql` was edited.
    pub edited: Vec<String>,
    /// The applied migrations without a checksum: applied by `diesel`, or before there were checksums.
    pub unknown: Vec<String>,
    /// The versions of the applied migrations that are not in the folder.
    pub missing: Vec<String>,
    /// The migration that was interrupted, if one was.
    pub interrupted: Option<Interrupted>,
}

/// Describes a migration that was interrupted between its statements.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interrupted {
    /// The name.
    pub name: String,
    /// Whether its `down.sql` was interrupted, and not its `up.sql`.
    pub is_revert: bool,
    /// How many statements are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// Whether it is not known of the next one whether it took effect.
    pub is_unknown: bool,
}

impl Interrupted {
    pub(super) fn of(entry: &LogEntry) -> Self {
        Self {
            name: entry.name.clone(),
            is_revert: entry.state == LogState::Reverting,
            done: entry.done,
            total: entry.total,
            is_unknown: entry.begun > entry.done,
        }
    }
}

impl Verified {
    /// Returns the exit code: [`Exit::Drift`] if a migration was edited or is missing, else [`Exit::Pending`] if one was
    /// interrupted.
    pub fn exit(&self) -> Exit {
        if !self.edited.is_empty() || !self.missing.is_empty() {
            Exit::Drift
        } else if self.interrupted.is_some() {
            Exit::Pending
        } else {
            Exit::Clean
        }
    }
}

/// Compares the applied migrations with the folder. Writes nothing.
///
/// # Errors
/// - The folder can't be read.
/// - Any error of the database.
pub fn verify(migrations: &Migrations, connection: Connection) -> Result<Verified> {
    let mut connection = MigrationConnection::new(connection, migrations.path());
    let (applied, log) = (connection.applied()?, connection.log()?);
    let edited = checks::edited_names(migrations, &applied, &log)?;
    let mut verified = Verified {
        interrupted: log.interrupted().map(Interrupted::of),
        ..Verified::default()
    };
    for version in applied {
        let has_checksum = log
            .find(&version)
            .is_some_and(|entry| entry.checksum.is_some());
        match migrations.find(&version) {
            None => verified.missing.push(version),
            Some(entry) if edited.contains(&entry.name) => {}
            Some(_) if has_checksum => verified.unchanged += 1,
            Some(entry) => verified.unknown.push(entry.name.clone()),
        }
    }
    verified.edited = edited;
    Ok(verified)
}
