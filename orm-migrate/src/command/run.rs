//! `run`: applies what is pending.

use orm::engine::Connection;

use super::step::{self, Step};
use crate::error::Result;
use crate::migration::{Direction, Locking, MigrationConnection, Migrations};

/// Applies every pending migration in the order of versions, and tells `observer` of each one that is
/// done.
///
/// Holds the migration lock from reading what is pending to the end: of several programs that start at once one
/// applies the migrations, and the others wait and find nothing pending. Where nothing is pending no lock is
/// taken.
///
/// Every script is read and checked before the first one runs, and before the bookkeeping table is
/// created. Migrations that are done stay done when a later one fails.
///
/// # Errors
/// Another program holds the lock for too long; a script can't be read; the failing statement with file and
/// line, and what of its migration is applied.
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
