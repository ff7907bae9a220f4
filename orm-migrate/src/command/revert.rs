//! `revert`: reverts the last migrations.

use orm::engine::Connection;

use super::checks::{self, Way};
use super::plan::{self, Planned};
use super::step::{self, Count, Options, Step};
use crate::error::Result;
use crate::migration::{Direction, Locking, MigrationConnection, Migrations};

/// Reverts the last `count` applied migrations, the last one first. Passes each reverted migration to `observer`.
/// Holds the migration lock; two processes at the same time revert `count` migrations each.
///
/// # Errors
/// - Another process holds the lock until the timeout.
/// - An applied migration is not in the folder or has no down.sql. Nothing is changed.
/// - A migration is partly applied: an interrupted `run` must be continued first.
/// - A statement fails. The error names file and line, and what of its migration is still applied.
pub fn revert(
    migrations: &Migrations,
    connection: Connection,
    count: &Count,
    locking: Locking,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let options = Options::new().locking(locking);
    revert_with(migrations, connection, count, &options, observer)
}

/// Reverts migrations as [`revert`] does, with options.
///
/// # Errors
/// As [`revert`].
pub fn revert_with(
    migrations: &Migrations,
    connection: Connection,
    count: &Count,
    options: &Options,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let mut connection = options.open(connection, migrations);
    connection.hold_lock()?;
    let applied = step::last_versions(migrations, &mut connection, count)?;
    checks::interrupted(migrations, &connection.log()?, Way::Back(&applied))?;
    let applied = migrations.load(&applied)?;
    step::check(migrations, &mut connection, &applied, Direction::Down)?;
    if !applied.is_empty() {
        connection.set_up()?;
    }
    step::perform(&mut connection, &applied, Direction::Down, observer)
}

/// Returns what [`revert_with`] would do, with the statements. Writes nothing, and takes no lock.
///
/// # Errors
/// As [`revert_with`], without those of execution.
pub fn plan(
    migrations: &Migrations,
    connection: Connection,
    count: &Count,
) -> Result<Vec<Planned>> {
    let mut connection = MigrationConnection::new(connection, migrations.path());
    let versions = step::last_versions(migrations, &mut connection, count)?;
    let log = connection.log()?;
    checks::interrupted(migrations, &log, Way::Back(&versions))?;
    plan::of(
        migrations,
        &versions,
        Direction::Down,
        connection.dialect(),
        &log,
    )
}
