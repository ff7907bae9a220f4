//! `repair`: accepts the present scripts of the applied migrations, and what the user knows of an interrupted one.

use orm::engine::Connection;

use super::checks;
use crate::error::{Error, Result};
use crate::migration::log::{LogEntry, LogState};
use crate::migration::{Direction, Locking, MigrationConnection, Migrations, checksum};

/// Lists what is known of the statement in which a migration was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It took effect: the next run continues behind it.
    MarkDone,
    /// It did not, or was undone by hand: the next run begins with it.
    RunAgain,
    /// Everything that the migration did was undone by hand: the next run begins with the first statement.
    StartOver,
}

/// Holds what a repair has changed. Migrations have the names of their folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// The applied migrations whose present checksum was written into the log.
    pub accepted: Vec<String>,
    /// The interrupted migration that was decided about.
    pub decided: Option<String>,
}

/// Writes the present checksums of the applied migrations into the migration log, where they differ or are unknown. With a
/// decision, writes down how far the interrupted migration is, and leaves the checksums alone. Runs no script. Holds the
/// migration lock.
///
/// # Errors
/// - Another process holds the lock until the timeout.
/// - There is a decision, and no migration was interrupted.
/// - [`Decision::MarkDone`], and no statement has begun of which it is not known whether it took effect.
pub fn repair(
    migrations: &Migrations,
    connection: Connection,
    decision: Option<Decision>,
    locking: Locking,
) -> Result<Repaired> {
    let mut connection = MigrationConnection::locked(connection, migrations, locking)?;
    let applied = connection.applied()?;
    let log = connection.log()?;
    if let Some(decision) = decision {
        let entry = log.interrupted().ok_or_else(not_interrupted)?.clone();
        connection.set_up()?;
        let name = entry.name.clone();
        decide(migrations, &mut connection, entry, decision)?;
        return Ok(Repaired {
            decided: Some(name),
            ..Repaired::default()
        });
    }
    if applied.is_empty() {
        return Ok(Repaired::default());
    }
    connection.set_up()?;
    let edited = checks::edited_names(migrations, &applied, &log)?;
    let checksums = migrations.checksums()?;
    let mut repaired = Repaired::default();
    for version in applied {
        let Some(entry) = migrations.find(&version) else {
            continue;
        };
        let known = log.find(&version);
        let is_known = known.is_some_and(|entry| entry.checksum.is_some());
        let is_reverting = known.is_some_and(LogEntry::is_interrupted);
        let checksum = checksums.get(&version).cloned();
        if is_reverting || checksum.is_none() || is_known && !edited.contains(&entry.name) {
            continue;
        }
        connection.write_entry(&LogEntry::applied(&version, &entry.name, checksum, 0))?;
        repaired.accepted.push(entry.name.clone());
    }
    Ok(repaired)
}

fn decide(
    migrations: &Migrations,
    connection: &mut MigrationConnection,
    mut entry: LogEntry,
    decision: Decision,
) -> Result<()> {
    let direction = match entry.state {
        LogState::Reverting => Direction::Down,
        LogState::Applying | LogState::Applied => Direction::Up,
    };
    match decision {
        Decision::StartOver if direction == Direction::Up => {
            return connection.remove_entry(&entry.version);
        }
        Decision::StartOver => {
            let LogEntry {
                version,
                name,
                checksum,
                ..
            } = entry;
            return connection.write_entry(&LogEntry::applied(&version, &name, checksum, 0));
        }
        Decision::MarkDone if entry.begun == entry.done => return Err(nothing_unknown(&entry)),
        Decision::MarkDone => entry.done = entry.begun,
        Decision::RunAgain => entry.begun = entry.done,
    }
    let script = migrations.script(&entry.name, direction, connection.grammar())?;
    let prefixes = checksum::of_prefixes(&script.statements()?);
    let Some(prefix) = prefixes.get(entry.done) else {
        let message = format!(
            "{} has fewer statements than have run",
            script.path().display()
        );
        return Err(Error::failed(message).with_hint("restore its text, or pass --start-over"));
    };
    entry.prefix.clone_from(prefix);
    connection.write_entry(&entry)
}

#[cold]
fn not_interrupted() -> Error {
    Error::failed("no migration was interrupted")
        .with_note("state", "nothing was changed")
        .with_hint("`orm-migrate status` lists what is applied and what is pending")
}

#[cold]
fn nothing_unknown(entry: &LogEntry) -> Error {
    let LogEntry {
        name, done, total, ..
    } = entry;
    Error::failed(format!(
        "{name} was interrupted between two statements: {done} of {total} are done, and the next one was not begun"
    ))
    .with_note("state", "nothing was changed")
    .with_hint("run the command again: it continues with the next statement")
}
