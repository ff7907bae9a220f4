//! What `run`, `revert` and `redo` check of earlier runs before they begin.

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::migration::Migrations;
use crate::migration::log::{Log, LogEntry, LogState};

/// Where a command goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way<'a> {
    /// It applies these versions.
    Forward(&'a [String]),
    /// It reverts these versions.
    Back(&'a [String]),
    /// Both, which needs a clean beginning.
    Both,
}

/// Refuses to apply migrations behind ones whose scripts are not what was applied.
///
/// # Errors
/// [`Exit::Drift`].
pub(super) fn edited(migrations: &Migrations, applied: &[String], log: &Log) -> Result<()> {
    let names = edited_names(migrations, applied, log)?;
    let Some(first) = names.first() else {
        return Ok(());
    };
    let (what, were) = match names.len() {
        1 => (
            format!("the migration {first} is applied, and its up.sql"),
            "was",
        ),
        _ => (
            format!(
                "the migrations {} are applied, and their up.sql",
                names.join(", ")
            ),
            "were",
        ),
    };
    Err(Error::new(Exit::Drift, format!("{what} {were} edited since then"))
        .with_note("state", "nothing was changed")
        .with_hint(
            "restore the text and write the change into a new migration; while a migration is written, `orm-migrate redo` \
             applies its new text; `orm-migrate repair` accepts an edit that changes nothing, such as one of a comment",
        ))
}

/// The applied migrations whose `up.sql` has another checksum than the applied one.
pub(super) fn edited_names(
    migrations: &Migrations,
    applied: &[String],
    log: &Log,
) -> Result<Vec<String>> {
    if log.is_empty() {
        return Ok(Vec::new());
    }
    let checksums = migrations.checksums()?;
    let is_edited = |version: &&String| {
        let was = log.find(version).and_then(|entry| entry.checksum.as_ref());
        // One that can't be read, as it is empty, has none.
        was.is_some() && was != checksums.get(*version)
    };
    let edited = applied.iter().filter(is_edited);
    let names = edited.filter_map(|version| migrations.find(version));
    Ok(names.map(|entry| entry.name.clone()).collect())
}

/// Refuses to begin while another migration is half done.
///
/// # Errors
/// An interrupted `run` must be continued by `run`, and an interrupted `revert` by `revert`.
pub(super) fn interrupted(migrations: &Migrations, log: &Log, way: Way<'_>) -> Result<()> {
    let Some(entry) = log.interrupted() else {
        return Ok(());
    };
    let goes_on = match (entry.state, way) {
        (LogState::Applying, Way::Forward(versions))
        | (LogState::Reverting, Way::Back(versions)) => versions.contains(&entry.version),
        (LogState::Applied, _) => true,
        (LogState::Applying | LogState::Reverting, _) => false,
    };
    if goes_on {
        Ok(())
    } else {
        Err(half_done(entry, migrations.find(&entry.version).is_some()))
    }
}

#[cold]
fn half_done(entry: &LogEntry, is_there: bool) -> Error {
    let LogEntry {
        name, done, total, ..
    } = entry;
    let (verb, command) = match entry.state {
        LogState::Applying | LogState::Applied => ("applied", "run"),
        LogState::Reverting => ("reverted", "revert"),
    };
    let (missing, restore) = if is_there {
        ("", "")
    } else {
        (", and it is not in the folder", "restore its folder and ")
    };
    Error::failed(format!(
        "the migration {name} is partly {verb}: {done} of {total} statements are done{missing}"
    ))
    .with_note("state", "nothing was changed")
    .with_hint(format!(
        "{restore}type `orm-migrate {command}`, which continues; or undo by hand what is done, and type \
             `orm-migrate repair --start-over`"
    ))
}
