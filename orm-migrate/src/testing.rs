//! Applies a folder of migrations to the database of a test. Called by `#[orm::test(migrations = "…")]` of `orm`.

use std::path::PathBuf;

use orm::engine::Engine;

use crate::command::run;
use crate::error::Result;
use crate::migration::{Locking, Migrations};

/// Applies the migrations in `folder` to the database of a test. `{dialect}` in the path is replaced by the name of
/// the dialect. For MariaDB without a folder of its own, the folder of MySQL is used.
///
/// # Errors
/// - The folder can't be read.
/// - The connection can't be opened.
/// - A statement fails. The error names file and line.
pub fn apply(engine: &Engine, folder: &str) -> Result<()> {
    let connection = engine.connection()?;
    let name = connection.dialect().name();
    let of = |name: &str| PathBuf::from(folder.replace("{dialect}", name));
    let folder = match of(name) {
        own if name == "mariadb" && !own.exists() => of("mysql"),
        own => own,
    };
    // No other runner knows of the database.
    run::run(
        &Migrations::open(folder)?,
        connection,
        Locking::Off,
        &mut |_| {},
    )?;
    Ok(())
}
