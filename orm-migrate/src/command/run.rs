//! `run`: applies pending migrations.

use orm::engine::Connection;

use super::step::{self, Step};
use crate::error::Result;
use crate::migration::{Direction, Locking, MigrationConnection, Migrations};

/// Applies every pending migration in the order of versions and passes each applied migration to `observer`.
///
/// Holds the migration lock from reading the pending migrations to the end: if several processes start at once, one
/// applies the migrations, and the others wait and find nothing pending. Without pending migrations no lock is taken.
///
/// Every script is read and checked before the first one runs, and before the migration history is created. Applied
/// migrations stay applied if a later one fails.
///
/// # Errors
/// - Another process holds the lock until the timeout.
/// - A script can't be read.
/// - A statement fails. The error names file and line, and what of its migration is applied.
pub fn run(
    migrations: &Migrations,
    connection: Connection,
    locking: Locking,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let connection = MigrationConnection::new(connection, migrations.path());
    let mut connection = connection.locking(locking);
    if step::pending(migrations, &mut connection)?.is_empty() {
        return Ok(Vec::new());
    }
    connection.hold_lock()?;
    let pending = step::pending(migrations, &mut connection)?;
    step::check(migrations, &mut connection, &pending, Direction::Up)?;
    if !pending.is_empty() {
        connection.set_up()?;
    }
    step::perform(&mut connection, &pending, Direction::Up, observer)
}
