//! What `run` and `revert` would do: shared by their dry runs.

use orm_core::sql::Dialect;

use crate::dialect;
use crate::error::Result;
use crate::migration::log::{Log, LogEntry, LogState};
use crate::migration::{Direction, Migrations, interrupted};

/// Describes a migration that would be applied or reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planned {
    /// The version.
    pub version: String,
    /// The name.
    pub name: String,
    /// The direction.
    pub direction: Direction,
    /// Whether one transaction holds all of it.
    pub in_transaction: bool,
    /// How many of its statements an interrupted run has done.
    pub done: usize,
    /// The statements that would run.
    pub statements: Vec<String>,
}

/// No log: that of a database which does not exist.
pub(super) fn no_log() -> Log {
    Log::default()
}

/// The migrations of these versions, whose scripts are read and checked.
pub(super) fn of(
    migrations: &Migrations,
    versions: &[String],
    direction: Direction,
    dialect: &dyn Dialect,
    log: &Log,
) -> Result<Vec<Planned>> {
    let grammar = dialect::grammar(dialect);
    let mut planned = Vec::new();
    for migration in migrations.load(versions)? {
        let name = migration.name().to_string();
        let version = migration.name().version().to_string();
        let script = migrations.script(&name, direction, grammar)?;
        let wanted = migration.metadata().run_in_transaction();
        let is_begun =
            |entry: &&LogEntry| entry.is_interrupted() && entry.state == LogState::of(direction);
        let entry = log.find(&version).filter(is_begun);
        let undoable = wanted && script.is_undoable(dialect.capabilities())?;
        script.check(undoable)?;
        // What has run without a transaction continues without one.
        let in_transaction = undoable && entry.is_none();
        if let Some(entry) = entry {
            interrupted::check(entry, &script)?;
        }
        let done = entry.map_or(0, |entry| entry.done);
        let statements = script.statements()?.into_iter().skip(done);
        planned.push(Planned {
            statements: statements
                .map(|statement| statement.text.to_owned())
                .collect(),
            version,
            name,
            direction,
            in_transaction,
            done,
        });
    }
    Ok(planned)
}
