//! Shared by `run`, `revert` and `redo`: the steps, and the checks before the first one.

use std::time::{Duration, Instant};

use diesel::migration::Migration;

use crate::error::Result;
use crate::migration::{Direction, MigrationConnection, Migrations, Tag, missing};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// This many, or all if there are fewer.
    Last(usize),
    /// All.
    All,
}

pub(super) type Loaded = Vec<Box<dyn Migration<Tag>>>;

/// The last `count` applied migrations, the last one first, from the folder.
pub(super) fn last_applied(
    migrations: &Migrations,
    connection: &mut MigrationConnection,
    count: Count,
) -> Result<Loaded> {
    let versions = last(connection.applied()?, count);
    if let Some(version) = versions
        .iter()
        .find(|version| migrations.find(version).is_none())
    {
        return Err(missing(version));
    }
    migrations.load(&versions)
}

/// The last `count` of the applied versions, the last one first.
pub(super) fn last(mut versions: Vec<String>, count: Count) -> Vec<String> {
    versions.reverse();
    if let Count::Last(count) = count {
        versions.truncate(count);
    }
    versions
}

/// The migrations of the folder that are not applied, in the order of versions.
pub(super) fn pending(
    migrations: &Migrations,
    connection: &mut MigrationConnection,
) -> Result<Loaded> {
    let applied = connection.applied()?;
    let versions = migrations.entries().iter().map(|entry| &entry.version);
    let pending: Vec<String> = versions
        .filter(|version| !applied.contains(version))
        .cloned()
        .collect();
    migrations.load(&pending)
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
        connection.perform(&**migration, direction)?;
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
