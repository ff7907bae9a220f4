//! The commands, each a function that returns data. Parsing and printing are in `cli`.
//!
//! A command on a database takes a [`Connection`], so that a program can pass its own. [`connect`] opens one from a
//! URL.

pub mod baseline;
pub mod check;
pub mod drift;
pub mod generate;
pub mod init;
pub mod lint;
pub mod models;
pub mod rebase;
pub mod redo;
pub mod repair;
pub mod revert;
pub mod run;
pub mod sql;
pub mod stamp;
pub mod status;
pub mod tables;
pub mod unlock;
pub mod verify;

mod checks;
mod plan;
mod step;

use orm::engine::{Connection, Engine};

use crate::dialect;
use crate::error::{Error, Result};

pub use plan::Planned;
pub use step::{Count, Options, Step, Upto};
pub use tables::Applied;

/// Connects to a database.
///
/// # Errors
/// - The URL is not valid.
/// - The server can't be reached, or rejects the login.
/// - The driver is not compiled in: the Cargo feature `live` enables all drivers, the features of `orm` one each.
pub fn connect(url: &str) -> Result<Connection> {
    Ok(engine(url)?.connection()?)
}

/// Connects to a database for reading. The journal mode of a SQLite file is kept. Returns `None` if the file does not
/// exist; it is not created.
///
/// # Errors
/// As [`connect`].
pub fn connect_to_look(url: &str) -> Result<Option<Connection>> {
    if is_missing(url)? {
        return Ok(None);
    }
    connect(&dialect::file::untouched(url)).map(Some)
}

/// Whether the database is a missing file.
pub(crate) fn is_missing(url: &str) -> Result<bool> {
    let target = target(url)?;
    Ok(dialect::file::of_target(&target).is_some_and(|path| !path.exists()))
}

/// The database in words: scheme, host and name, never the password.
pub(crate) fn target(url: &str) -> Result<String> {
    Ok(engine(url)?.target())
}

fn engine(url: &str) -> Result<Engine> {
    Engine::connect(url).map_err(|error| {
        if cfg!(feature = "live") || !error.message().contains("without the feature") {
            return error.into();
        }
        Error::failed(
            "the Cargo feature live of orm-migrate is off, which includes the database drivers",
        )
        .with_hint(
            "build it with --features live, or in a program of your own with the feature of orm for this database; \
             `create-all` prints a script without",
        )
        .with_source(error)
    })
}

#[cfg(all(test, not(feature = "live")))]
mod tests {
    #[test]
    fn without_drivers_the_feature_is_named() {
        let error = super::connect("sqlite://").unwrap_err();
        assert!(
            error.message().contains("without the feature live"),
            "{error}"
        );
        assert!(
            error
                .hint()
                .is_some_and(|hint| hint.contains("--features live"))
        );
    }
}
