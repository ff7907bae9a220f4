//! The commands: each a function that takes what it needs, does its work and returns data. Parsing and
//! printing are `cli`'s.
//!
//! None of them connects by itself: what runs on a database is given a [`Connection`],
//! so that a program can use its own. [`connect`] makes one from a URL.

pub mod create;
pub mod drift;
pub mod drop;
pub mod generate;
pub mod models;
pub mod redo;
pub mod revert;
pub mod run;
pub mod status;

mod apply;
mod step;

use orm::engine::Connection;

use crate::dialect;
use crate::error::{Error, Result};

pub use apply::Applied;
pub use step::{Count, Step};

/// Connects to a database.
///
/// # Errors
/// A wrong URL, a server that can't be reached or refuses the login; always, without the feature `live`.
pub fn connect(url: &str) -> Result<Connection> {
    check_live()?;
    Ok(orm::engine::Engine::connect(url)?.connection()?)
}

/// Connects to look at what is there: a file of SQLite's keeps its journal as it is. `None` if there is no
/// such file; it is not created.
///
/// # Errors
/// As [`connect`].
pub fn connect_to_look(url: &str) -> Result<Option<Connection>> {
    if is_missing(url)? {
        return Ok(None);
    }
    connect(&dialect::file::untouched(url)).map(Some)
}

/// Whether the database is a file that isn't there.
pub(crate) fn is_missing(url: &str) -> Result<bool> {
    let target = target(url)?;
    Ok(dialect::file::of_target(&target).is_some_and(|path| !path.exists()))
}

/// The database in words: scheme, host and name, never the password.
pub(crate) fn target(url: &str) -> Result<String> {
    check_live()?;
    Ok(orm::engine::Engine::connect(url)?.target())
}

/// Refuses if no driver was compiled into this program.
///
/// # Errors
/// The feature `live` is off.
pub(crate) fn check_live() -> Result<()> {
    if cfg!(feature = "live") {
        return Ok(());
    }
    Err(Error::failed(
        "this orm-migrate was built without the feature live, which brings the database drivers",
    )
    .with_hint("build it with --features live; `create-all` prints a script without"))
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
