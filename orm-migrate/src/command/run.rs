//! `run`: applies pending migrations.

use orm::engine::Connection;
use orm_core::sql::Dialect;

use super::checks::{self, Way};
use super::plan::{self, Planned};
use super::step::{self, Options, Step, Upto};
use crate::error::Result;
use crate::migration::{Direction, Locking, MigrationConnection, Migrations};

/// Applies every pending migration in the order of versions and passes each applied migration to `observer`.
///
/// Holds the migration lock from reading the pending migrations to the end: if several processes start at once, one
/// applies the migrations, and the others wait and find nothing pending. Without pending migrations no lock is taken.
///
/// Every script is read and checked before the first one runs, and before the migration history is created. Applied
/// migrations stay applied if a later one fails. A migration that runs outside a transaction and was interrupted
/// continues with the statement at which it was interrupted.
///
/// # Errors
/// - The script of an applied migration was edited: [`Exit::Drift`](crate::Exit::Drift).
/// - Another process holds the lock until the timeout.
/// - A script can't be read.
/// - A statement fails. The error names file and line, and what of its migration is applied.
/// - A migration was interrupted in a statement of which it is not known whether it took effect.
/// - An interrupted migration is not among those to apply, or was being reverted.
pub fn run(
    migrations: &Migrations,
    connection: Connection,
    locking: Locking,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let options = Options::new().locking(locking);
    run_with(migrations, connection, &options, observer)
}

/// Applies pending migrations as [`run`] does, with options.
///
/// # Errors
/// As [`run`], and if no migration has the version of [`Upto::Version`].
pub fn run_with(
    migrations: &Migrations,
    connection: Connection,
    options: &Options,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let mut connection = options.open(connection, migrations);
    let (applied, log) = (connection.applied()?, connection.log()?);
    checks::edited(migrations, &applied, &log)?;
    let pending = step::pending(migrations, &applied, &options.upto)?;
    if pending.is_empty() && log.interrupted().is_none() {
        return Ok(Vec::new());
    }
    connection.hold_lock()?;
    // Another process may have applied migrations in the meantime.
    let (applied, log) = (connection.applied()?, connection.log()?);
    checks::edited(migrations, &applied, &log)?;
    let pending = step::pending(migrations, &applied, &options.upto)?;
    checks::interrupted(migrations, &log, Way::Forward(&pending))?;
    let pending = migrations.load(&pending)?;
    step::check(migrations, &mut connection, &pending, Direction::Up)?;
    if !pending.is_empty() {
        connection.set_up()?;
    }
    step::perform(&mut connection, &pending, Direction::Up, observer)
}

/// Returns what [`run_with`] would do, with the statements. Writes nothing, and takes no lock.
///
/// # Errors
/// As [`run_with`], without those of execution.
pub fn plan(migrations: &Migrations, connection: Connection, upto: &Upto) -> Result<Vec<Planned>> {
    let mut connection = MigrationConnection::new(connection, migrations.path());
    let (applied, log) = (connection.applied()?, connection.log()?);
    checks::edited(migrations, &applied, &log)?;
    let pending = step::pending(migrations, &applied, upto)?;
    checks::interrupted(migrations, &log, Way::Forward(&pending))?;
    plan::of(
        migrations,
        &pending,
        Direction::Up,
        connection.dialect(),
        &log,
    )
}

/// Returns what [`run_with`] would do on a database of this dialect that does not exist.
///
/// # Errors
/// As [`plan`].
pub fn plan_without_database(
    migrations: &Migrations,
    dialect: &dyn Dialect,
    upto: &Upto,
) -> Result<Vec<Planned>> {
    let pending = step::pending(migrations, &[], upto)?;
    plan::of(
        migrations,
        &pending,
        Direction::Up,
        dialect,
        &plan::no_log(),
    )
}
