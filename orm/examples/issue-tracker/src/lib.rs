//! An issue tracker of ten related models, as an example of a whole program.
//!
//! Begin with [`models`]. [`operations`] change the rows, [`reports`] read them, and [`audit`] writes the history of issues.
//! [`options`] is what all sessions have in common. The command line is in `main.rs`, and has [`scenario`] run.

#![allow(missing_docs, reason = "the columns' names say what they have")]

pub mod audit;
pub mod models;
pub mod operations;
pub mod reports;
pub mod scenario;

use orm::engine::EngineOptions;
use orm::prelude::*;

use models::Issue;

/// The name of the criterion that hides deleted issues.
pub const DELETED: &str = "deleted";

/// Adds what every session of the program has: deleted issues are hidden, and changes of issues become events.
///
/// The program calls it in [`connect`], its tests by `#[orm::test(options = issue_tracker::options)]`.
pub fn options(options: EngineOptions) -> EngineOptions {
    let visible = Criteria::new().add(DELETED, Issue, Issue.deleted.eq(false));
    options.criteria(&visible).session_hooks(audit::hooks())
}

/// Connects to a database, and creates the tables that it lacks.
///
/// # Errors
/// The database can't be reached, or refuses the tables.
pub fn connect(url: &str) -> orm::Result<Engine> {
    let engine = options(Engine::options(url)).connect()?;
    orm::metadata().create_all(&engine)?;
    Ok(engine)
}
