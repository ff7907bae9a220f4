//! `run`: applies what is pending.

use diesel_migrations::MigrationHarness as _;
use orm::engine::Connection;

use super::step::{self, Step};
use crate::error::{Error, Result};
use crate::migration::{Direction, MigrationConnection, Migrations};

/// Applies every pending migration in the order of versions, and tells `observer` of each one that is
/// done.
///
/// Every script is read and checked before the first one runs. Migrations that are done stay done when
/// a later one fails.
///
/// # Errors
/// A script can't be read; the failing statement with file and line, and what of its migration is
/// applied.
pub fn run(
    migrations: &Migrations,
    connection: Connection,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let mut connection = MigrationConnection::new(connection, migrations.path());
    let pending = connection
        .pending_migrations(migrations.source())
        .map_err(from_diesel)?;
    step::check(migrations, &connection, &pending, Direction::Up)?;
    let apply = |migration| step::perform(&mut connection, migration, Direction::Up, observer);
    pending
        .iter()
        .map(|migration| &**migration)
        .map(apply)
        .collect()
}

/// The error inside diesel's boxed one.
fn from_diesel(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    match error.downcast::<orm_core::Error>() {
        Ok(error) => Error::from(*error),
        Err(error) => Error::failed(error.to_string()),
    }
}
