//! Functions that SQLite lacks, by which statements mean the same as on the other databases. `connect.rs` registers them on
//! each connection.

#[cfg(feature = "json")]
mod json;

use rusqlite::Connection;

/// Registers all of them.
pub(super) fn register(native: &Connection) -> rusqlite::Result<()> {
    #[cfg(feature = "json")]
    json::register(native)?;
    let _ = native;
    Ok(())
}
