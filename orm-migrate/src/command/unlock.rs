//! `unlock`: shows which process holds the migration lock.

use orm::engine::Connection;

use crate::error::Result;
use crate::migration::lock;

/// Returns the process that holds the migration lock, as the database or the lock's file names it; `None` if it is free.
///
/// No command breaks a lock: it belongs to a session of the server, or to a file that the process has open, and is free as
/// soon as the process ends, however it ends.
///
/// # Errors
/// - The lock's session or file can't be opened.
/// - Any error of the database.
pub fn holder(mut connection: Connection) -> Result<Option<String>> {
    lock::holder(&mut connection)
}
