//! `generate`: a migration to be written by hand.

use std::path::Path;

use crate::error::Result;
use crate::migration::{NewMigration, Transaction, UNFILLED, Written};

/// Writes a migration into `folder` whose scripts are comments, which `run` refuses until they are filled in.
///
/// # Errors
/// The name can't be one; the folder can't be written, or has a migration of that name.
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
