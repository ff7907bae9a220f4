//! The commands: each a function that takes what it needs, does its work and returns data. Parsing and
//! printing are `cli`'s.
//!
//! None of them connects by itself: what runs on a database is given a [`Connection`](orm::engine::Connection),
//! so that a program can use its own. [`connect`] makes one from a URL.

pub mod create;
pub mod drop;
pub mod models;
pub mod redo;
pub mod revert;
pub mod run;
pub mod status;

mod apply;
mod step;

use orm::engine::Connection;

use crate::error::Result;

pub use apply::Applied;
pub use step::{Count, Step};

/// Connects to a database.
///
/// # Errors
/// A wrong URL, a server that can't be reached or refuses the login.
#[cfg(feature = "live")]
pub fn connect(url: &str) -> Result<Connection> {
    Ok(orm::engine::Engine::connect(url)?.connection()?)
}

/// Connects to a database: not in this build.
///
/// # Errors
/// Always: the drivers come with the feature `live`.
#[cfg(not(feature = "live"))]
pub fn connect(_url: &str) -> Result<Connection> {
    Err(crate::Error::failed(
        "this orm-migrate was built without the feature live, which brings the drivers",
    )
    .with_hint("build it with --features live, or let `create-all` print a script"))
}
