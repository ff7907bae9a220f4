//! What the programs of the guide share: the database that they run on.
//!
//! Chapters about SQL run on each database, and their comments show what each is sent. The programs of the other
//! chapters open SQLite themselves, as a reader would.

use orm::prelude::*;

/// The environment variable with the URL of the database that a program runs on.
pub const URL: &str = "ORM_GUIDE_URL";

/// Connects to the database of [`URL`], or to a new one of SQLite in memory, and prints each statement.
///
/// # Errors
/// As [`Engine::connect`].
pub fn engine() -> orm::Result<Engine> {
    let url = std::env::var(URL);
    let url = url.as_deref().unwrap_or("sqlite://");
    Engine::options(url).echo().connect()
}

/// Lets the program go on after a part that the database can't run. Its comments say so, as `MySQL: Unsupported`.
///
/// # Errors
/// Any other error of the part.
pub fn if_supported(part: orm::Result<()>) -> orm::Result<()> {
    match part {
        Err(error) if error.is_unsupported() => Ok(()),
        part => part,
    }
}
