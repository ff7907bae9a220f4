//! `revert`: reverts the last migrations.

use orm::engine::Connection;

use super::step::{self, Count, Step};
use crate::error::Result;
use crate::migration::{Direction, Locking, MigrationConnection, Migrations};

/// Reverts the last `count` applied migrations, the last one first. Passes each reverted migration to `observer`.
/// Holds the migration lock; two processes at the same time revert `count` migrations each.
///
/// # Errors
/// - Another process holds the lock until the timeout.
/// - An applied migration is not in the folder or has no down.sql. Nothing is changed.
/// - A statement fails. The error names file and line, and what of its migration is still applied.
pub fn revert(
    migrations: &Migrations,
    connection: Connection,
    count: Count,
    locking: Locking,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let mut connection = MigrationConnection::locked(connection, migrations, locking)?;
    let applied = step::last_applied(migrations, &mut connection, count)?;
    step::check(migrations, &mut connection, &applied, Direction::Down)?;
    step::perform(&mut connection, &applied, Direction::Down, observer)
}
