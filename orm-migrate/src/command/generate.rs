//! `generate`: a migration to be written by hand.

use std::path::Path;

use crate::error::Result;
use crate::migration::{NewMigration, Transaction, Written};

const UP: &str =
    "-- What this migration changes, such as:\n-- ALTER TABLE users ADD COLUMN age INTEGER;\n";
const DOWN: &str = "-- What takes it back, such as:\n-- ALTER TABLE users DROP COLUMN age;\n";

/// Writes a migration into `folder` whose scripts are comments.
///
/// # Errors
/// The name can't be one; the folder can't be written, or has a migration of that name.
pub fn empty(folder: &Path, name: &str) -> Result<Written> {
    NewMigration {
        name,
        up: UP,
        down: DOWN,
        transaction: Transaction::One,
    }
    .write(folder)
}
