//! `generate`: writes an empty migration.

use std::path::Path;

use crate::error::Result;
use crate::migration::{NewMigration, Transaction, UNFILLED, Written};

/// Writes a migration into `folder` whose scripts contain comments. `run` rejects it until they are replaced by
/// statements.
///
/// # Errors
/// - The name is not valid.
/// - The folder can't be written, or already has a migration of that name.
pub fn empty(folder: &Path, name: &str) -> Result<Written> {
    let [up, down] = UNFILLED;
    NewMigration {
        name,
        up,
        down,
        transaction: Transaction::One,
    }
    .write(folder)
}
