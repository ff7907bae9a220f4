//! `redo`: reverts and applies again, to try a migration while it is being written.

use orm::engine::Connection;

use super::step::{self, Count, Loaded, Step};
use crate::error::Result;
use crate::migration::{Direction, Locking, MigrationConnection, Migrations};

/// Reverts the last `count` applied migrations and applies them again, telling `observer` of each step
/// that is done. All in one transaction, if each of them runs in one; then it is told after the commit.
///
/// # Errors
/// As [`revert`](super::revert::revert) and [`run`](super::run::run).
pub fn redo(
    migrations: &Migrations,
    connection: Connection,
    count: Count,
    locking: Locking,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let connection = MigrationConnection::new(connection, migrations.path());
    let mut connection = connection.locking(locking);
    connection.hold_lock()?;
    let applied = step::last_applied(migrations, &mut connection, count)?;
    let down = step::check(migrations, &mut connection, &applied, Direction::Down)?;
    let up = step::check(migrations, &mut connection, &applied, Direction::Up)?;
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

fn both_ways(
    connection: &mut MigrationConnection,
    applied: &Loaded,
    observer: &mut dyn FnMut(&Step),
) -> Result<Vec<Step>> {
    let mut steps = Vec::with_capacity(2 * applied.len());
    for migration in applied {
        steps.push(step::perform(
            connection,
            &**migration,
            Direction::Down,
            observer,
        )?);
    }
    for migration in applied.iter().rev() {
        steps.push(step::perform(
            connection,
            &**migration,
            Direction::Up,
            observer,
        )?);
    }
    Ok(steps)
}
