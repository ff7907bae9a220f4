//! Shared by `run`, `revert` and `redo`: the steps, and the checks before the first one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::migration::Migration;
use orm::engine::Connection;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::migration::{
    Direction, Locking, MigrationConnection, Migrations, Observer, Tag, Timeouts, missing,
};

/// Describes a migration that was applied or reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The version.
    pub version: String,
    /// The name.
    pub name: String,
    /// The direction.
    pub direction: Direction,
    /// The number of executed statements.
    pub statements: usize,
    /// The duration.
    pub elapsed: Duration,
}

/// Selects applied migrations, from the last one back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Count {
    /// This many, or all if there are fewer.
    Last(usize),
    /// All.
    All,
    /// All behind this one, which stays applied: a version or the name of a folder.
    After(String),
}

/// Selects pending migrations, in the order of versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Upto {
    /// All.
    #[default]
    All,
    /// This many, or all if there are fewer.
    First(usize),
    /// Those up to this one and itself: a version or the name of a folder.
    Version(String),
}

/// Selects how migrations are performed.
///
/// # Examples
///
/// ```
/// # use orm_migrate::command::{Options, Upto};
/// # use orm_migrate::migration::{Locking, Timeouts};
/// # use std::time::Duration;
/// let mut timeouts = Timeouts::default();
/// timeouts.lock = Some(Duration::from_secs(5));
/// let options = Options::new().upto(Upto::First(1)).locking(Locking::Off).timeouts(timeouts);
/// assert_eq!(options.upto, Upto::First(1));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// How to wait for another process. Default: a minute.
    pub locking: Locking,
    /// The pending migrations that `run` applies. Default: all.
    pub upto: Upto,
    /// The time-outs of the statements. Default: those of the server.
    pub timeouts: Timeouts,
    /// Receives the progress.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Options {
    /// Creates the default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how to wait for another process.
    #[must_use]
    pub fn locking(mut self, locking: Locking) -> Self {
        self.locking = locking;
        self
    }

    /// Sets which pending migrations `run` applies.
    #[must_use]
    pub fn upto(mut self, upto: Upto) -> Self {
        self.upto = upto;
        self
    }

    /// Sets the time-outs of the statements.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets who receives the progress.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// A connection that performs migrations so.
    pub(super) fn open(
        &self,
        connection: Connection,
        migrations: &Migrations,
    ) -> MigrationConnection {
        let opened = MigrationConnection::new(connection, migrations.path())
            .locking(self.locking)
            .timeouts(self.timeouts);
        match &self.observer {
            Some(observer) => opened.observer(Arc::clone(observer)),
            None => opened,
        }
    }
}

pub(super) type Loaded = Vec<Box<dyn Migration<Tag>>>;

/// The last `count` applied versions, the last one first, all of which are in the folder.
pub(super) fn last_versions(
    migrations: &Migrations,
    connection: &mut MigrationConnection,
    count: &Count,
) -> Result<Vec<String>> {
    let versions = last(migrations, connection.applied()?, count)?;
    let is_missing = |version: &&String| migrations.find(version).is_none();
    match versions.iter().find(is_missing) {
        Some(version) => Err(missing(version)),
        None => Ok(versions),
    }
}

/// The last `count` of the applied versions, the last one first.
///
/// # Errors
/// The version that is to stay is not applied.
pub(super) fn last(
    migrations: &Migrations,
    mut versions: Vec<String>,
    count: &Count,
) -> Result<Vec<String>> {
    versions.reverse();
    match count {
        Count::All => {}
        Count::Last(count) => versions.truncate(*count),
        Count::After(name) => {
            let stays = migrations.named(name)?;
            let at = versions
                .iter()
                .position(|version| *version == stays.version);
            let at = at.ok_or_else(|| {
                let message = format!("the migration {} is not applied", stays.name);
                Error::new(Exit::Usage, message)
                    .with_note("state", "nothing was changed")
                    .with_hint("name the applied migration that is to stay, as `status` lists it")
            })?;
            versions.truncate(at);
        }
    }
    Ok(versions)
}

/// The versions of the folder that are not applied, in their order, as far as `upto`.
pub(super) fn pending(
    migrations: &Migrations,
    applied: &[String],
    upto: &Upto,
) -> Result<Vec<String>> {
    let versions = migrations.entries().iter().map(|entry| &entry.version);
    let pending = versions
        .filter(|version| !applied.contains(version))
        .cloned();
    Ok(match upto {
        Upto::All => pending.collect(),
        Upto::First(count) => pending.take(*count).collect(),
        Upto::Version(name) => {
            let last = &migrations.named(name)?.version;
            pending.filter(|version| version <= last).collect()
        }
    })
}

/// What is known of scripts before the first one runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checked {
    /// Whether all of them will run inside a transaction.
    pub undoable: bool,
    /// Whether one of them drops a table, and so runs with SQLite's foreign keys off.
    pub drops: bool,
    /// Whether another one may rely on foreign keys.
    pub needs_foreign_keys: bool,
}

/// Reads and checks the scripts of one direction, so that a mistake that can be seen is reported before
/// anything is touched.
pub(super) fn check(
    migrations: &Migrations,
    connection: &mut MigrationConnection,
    loaded: &Loaded,
    direction: Direction,
) -> Result<Checked> {
    let mut checked = Checked {
        undoable: true,
        drops: false,
        needs_foreign_keys: false,
    };
    let switches = connection.switches_foreign_keys();
    let has_triggers = switches && connection.has_triggers()?;
    for migration in loaded {
        let name = migration.name().to_string();
        let script = migrations.script(&name, direction, connection.grammar())?;
        let wanted = migration.metadata().run_in_transaction();
        let in_transaction = connection.is_undoable(&script, wanted)?;
        script.check(in_transaction)?;
        checked.undoable &= in_transaction;
        if !switches {
            continue;
        }
        if script.first_drop()?.is_some() {
            checked.drops = true;
        } else {
            checked.needs_foreign_keys |= script.needs_foreign_keys(has_triggers)?;
        }
    }
    Ok(checked)
}

/// Performs migrations one after the other and calls `observer` after each.
pub(super) fn perform<'m>(
    connection: &mut MigrationConnection,
    migrations: impl IntoIterator<Item = &'m Box<dyn Migration<Tag>>>,
    direction: Direction,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for migration in migrations {
        let start = Instant::now();
        connection.perform_script(&**migration, direction)?;
        let step = Step {
            version: migration.name().version().to_string(),
            name: migration.name().to_string(),
            direction,
            statements: connection.statements(),
            elapsed: start.elapsed(),
        };
        observer(&step);
        steps.push(step);
    }
    Ok(steps)
}
