//! `status`: lists applied, pending and missing migrations.

use orm::engine::Connection;

use super::checks;
use super::verify::Interrupted;
use crate::error::Result;
use crate::exit::Exit;
use crate::migration::{MigrationConnection, Migrations};

/// Holds the migrations of a folder and a database, sorted by version.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The migrations.
    pub migrations: Vec<Line>,
    /// How far the interrupted migration is, if one was.
    pub interrupted: Option<Interrupted>,
}

/// Describes a migration and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// The version.
    pub version: String,
    /// The name. `None` if the migration is not in the folder.
    pub name: Option<String>,
    /// The state.
    pub state: State,
}

/// Lists the states of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Applied.
    Applied,
    /// In the folder, not applied.
    Pending,
    /// Applied, and not in the folder.
    Missing,
    /// Applied, and its `up.sql` was edited since then.
    Edited,
    /// Partly applied or partly reverted: a run was interrupted.
    Interrupted,
}

impl State {
    /// Returns the state in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
            Self::Missing => "missing",
            Self::Edited => "edited",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Status {
    /// Returns the number of migrations in a state.
    pub fn count(&self, state: State) -> usize {
        self.migrations
            .iter()
            .filter(|line| line.state == state)
            .count()
    }

    /// Returns the exit code: [`Exit::Drift`] if a migration is missing or was edited, else [`Exit::Pending`] if one is
    /// pending or was interrupted.
    pub fn exit(&self) -> Exit {
        if self.count(State::Missing) + self.count(State::Edited) > 0 {
            Exit::Drift
        } else if self.count(State::Pending) + self.count(State::Interrupted) > 0 {
            Exit::Pending
        } else {
            Exit::Clean
        }
    }
}

/// Compares the folder with the database. Writes nothing, and does not create the migration history.
///
/// # Errors
/// Any error of the database.
pub fn status(migrations: &Migrations, connection: Connection) -> Result<Status> {
    let mut connection = MigrationConnection::new(connection, migrations.path());
    let (applied, log) = (connection.applied()?, connection.log()?);
    let edited = checks::edited_names(migrations, &applied, &log)?;
    let mut status = compare(migrations, &applied);
    for line in &mut status.migrations {
        let is_interrupted = log
            .interrupted()
            .is_some_and(|entry| entry.version == line.version);
        if line.name.as_ref().is_some_and(|name| edited.contains(name)) {
            line.state = State::Edited;
        } else if is_interrupted && line.state != State::Missing {
            line.state = State::Interrupted;
        }
    }
    status.interrupted = log.interrupted().map(Interrupted::of);
    Ok(status)
}

/// Returns the status for a database that does not exist: nothing is applied.
pub fn without_database(migrations: &Migrations) -> Status {
    compare(migrations, &[])
}

fn compare(migrations: &Migrations, applied: &[String]) -> Status {
    let known = migrations.entries().iter().map(|entry| Line {
        version: entry.version.clone(),
        name: Some(entry.name.clone()),
        state: if applied.contains(&entry.version) {
            State::Applied
        } else {
            State::Pending
        },
    });
    let missing = applied
        .iter()
        .filter(|version| migrations.find(version).is_none());
    let missing = missing.map(|version| Line {
        version: version.clone(),
        name: None,
        state: State::Missing,
    });
    let mut lines: Vec<Line> = known.chain(missing).collect();
    lines.sort_by(|a, b| a.version.cmp(&b.version));
    Status {
        migrations: lines,
        interrupted: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_and_database_are_compared() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["1_a", "3_c"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            std::fs::write(folder.path().join(name).join("up.sql"), "SELECT 1").unwrap();
        }
        let migrations = Migrations::open(folder.path()).unwrap();
        let states = |applied: &[&str]| {
            let applied: Vec<String> = applied
                .iter()
                .map(|version| (*version).to_owned())
                .collect();
            let found = compare(&migrations, &applied);
            let words: Vec<_> = found
                .migrations
                .iter()
                .map(|line| line.state.as_str())
                .collect();
            (words, found.exit())
        };
        assert_eq!(
            states(&["1", "2"]),
            (vec!["applied", "missing", "pending"], Exit::Drift)
        );
        assert_eq!(states(&["1"]), (vec!["applied", "pending"], Exit::Pending));
        assert_eq!(
            states(&["1", "3"]),
            (vec!["applied", "applied"], Exit::Clean)
        );
    }
}
