//! `redo`: reverts migrations and applies them again, while they are written.

use orm::engine::Connection;

use super::checks::{self, Way};
use super::step::{self, Count, Loaded, Options, Step};
use crate::error::{Error, Result};
use crate::migration::{Direction, Locking, MigrationConnection, Migrations, history, missing};

/// Holds the migrations that a redo reverts and applies again, the last one first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedoPlan {
    versions: Vec<String>,
    /// The names of the migrations.
    pub names: Vec<String>,
}

/// Selects the migrations to redo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The last ones at the time when the lock is taken.
    Last(Count),
    /// The migrations of a plan.
    Planned(RedoPlan),
}

/// Returns the migrations that `count` selects, to show them before they are reverted. Takes no lock.
///
/// # Errors
/// - An applied migration is not in the folder.
/// - Any error of the database.
pub fn plan(
    migrations: &Migrations,
    connection: &mut Connection,
    count: &Count,
) -> Result<RedoPlan> {
    let applied = history::applied(connection)?;
    let versions = step::last(migrations, applied, count)?;
    let names = versions.iter().map(|version| {
        let entry = migrations.find(version);
        entry
            .map(|entry| entry.name.clone())
            .ok_or_else(|| missing(version))
    });
    Ok(RedoPlan {
        names: names.collect::<Result<_>>()?,
        versions,
    })
}

/// Reverts migrations and applies them again. Passes each step to `observer`. Runs in one transaction if each of the
/// migrations runs in one; the steps are then reported after the commit. Holds the migration lock.
///
/// # Errors
/// - As [`revert`](super::revert::revert) and [`run`](super::run::run).
/// - The last applied migrations are not those of the plan any more.
pub fn redo(
    migrations: &Migrations,
    connection: Connection,
    which: &Which,
    locking: Locking,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let options = Options::new().locking(locking);
    redo_with(migrations, connection, which, &options, observer)
}

/// Reverts migrations and applies them again as [`redo`] does, with options.
///
/// # Errors
/// As [`redo`].
pub fn redo_with(
    migrations: &Migrations,
    connection: Connection,
    which: &Which,
    options: &Options,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let mut connection = options.open(connection, migrations);
    connection.hold_lock()?;
    let count = match which {
        Which::Last(count) => count.clone(),
        Which::Planned(plan) => Count::Last(plan.versions.len()),
    };
    checks::interrupted(migrations, &connection.log()?, Way::Both)?;
    let applied = step::last_versions(migrations, &mut connection, &count)?;
    let applied = migrations.load(&applied)?;
    if let Which::Planned(plan) = which
        && !is_of(plan, &applied)
    {
        let message = "another process has applied or reverted migrations in the meantime";
        return Err(Error::failed(message)
            .with_note("state", "nothing was changed")
            .with_hint("check the `status` and run the command again"));
    }
    let down = step::check(migrations, &mut connection, &applied, Direction::Down)?;
    let up = step::check(migrations, &mut connection, &applied, Direction::Up)?;
    if !applied.is_empty() {
        connection.set_up()?;
    }
    let drops = down.drops || up.drops;
    // SQLite's foreign keys are off for all of a transaction or for none of it.
    let conflict = drops && (down.needs_foreign_keys || up.needs_foreign_keys);
    if down.undoable && up.undoable && !conflict && !applied.is_empty() {
        // Until the commit none of them is done.
        let steps = connection.in_one_transaction(drops, |connection| {
            both_ways(connection, &applied, &mut |_: &Step| {})
        })?;
        steps.iter().for_each(observer);
        Ok(steps)
    } else {
        both_ways(&mut connection, &applied, observer)
    }
}

fn is_of(plan: &RedoPlan, loaded: &Loaded) -> bool {
    let versions = loaded
        .iter()
        .map(|migration| migration.name().version().to_string());
    versions.eq(plan.versions.iter().cloned())
}

fn both_ways(
    connection: &mut MigrationConnection,
    applied: &Loaded,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let mut steps = step::perform(connection, applied, Direction::Down, observer)?;
    let again = applied.iter().rev();
    steps.extend(step::perform(connection, again, Direction::Up, observer)?);
    Ok(steps)
}
