//! [`Embedded`]: migrations that are built into a program, which applies them at its start. The program needs no
//! migrations folder and no dependency on diesel. [`embed!`](crate::embed!) creates them from a folder.

use std::path::PathBuf;

use diesel_migrations::EmbeddedMigrations;
use orm::engine::Engine;

use super::folder::Migrations;
use super::lock::Locking;
use crate::command::{Options, Step, run, status};
use crate::error::Result;

/// Builds a folder of migrations into the program; the path is relative to the package's Cargo.toml, and is
/// `migrations` where none is given.
///
/// ```no_run
/// const MIGRATIONS: orm_migrate::Embedded = orm_migrate::embed!("tests/end_to_end/embedded");
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let engine = orm::engine::Engine::connect(&std::env::var("DATABASE_URL")?)?;
///     MIGRATIONS.run(&engine)?;
///     Ok(())
/// }
/// ```
///
/// cargo rebuilds after a change of a script, but not for a new script in the folder. Print the folder's name in a
/// `build.rs`: `println!("cargo:rerun-if-changed=migrations");`.
#[macro_export]
macro_rules! embed {
    () => {
        $crate::embed!("migrations")
    };
    ($folder:literal) => {{
        use $crate::__private::diesel_migrations;
        fn migrations() -> diesel_migrations::EmbeddedMigrations {
            const MIGRATIONS: diesel_migrations::EmbeddedMigrations =
                diesel_migrations::embed_migrations!($folder);
            MIGRATIONS
        }
        $crate::Embedded::new($folder, migrations)
    }};
}

/// Holds migrations that are embedded in the program. Created by [`embed!`](crate::embed!).
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    folder: &'static str,
    source: fn() -> EmbeddedMigrations,
}

impl Embedded {
    /// Creates the migrations. Called by [`embed!`](crate::embed!).
    #[doc(hidden)]
    pub const fn new(folder: &'static str, source: fn() -> EmbeddedMigrations) -> Self {
        Self { folder, source }
    }

    /// Applies all pending migrations under the migration lock. Several instances of a program may start at the same
    /// time: one applies the migrations, the others wait for it, at most a minute.
    ///
    /// # Errors
    /// As [`run::run`].
    pub fn run(&self, engine: &Engine) -> Result<Vec<Step>> {
        self.run_with(engine, Locking::default(), &mut |_| {})
    }

    /// Applies all pending migrations as [`Embedded::run`] does, with another timeout, and passes each applied
    /// migration to an observer.
    ///
    /// # Errors
    /// As [`run::run`].
    pub fn run_with(
        &self,
        engine: &Engine,
        locking: Locking,
        observer: &mut dyn FnMut(&Step),
    ) -> Result<Vec<Step>> {
        run::run(&self.migrations()?, engine.connection()?, locking, observer)
    }

    /// Applies pending migrations as [`Embedded::run`] does, with options.
    ///
    /// # Errors
    /// As [`run::run_with`].
    pub fn run_as(
        &self,
        engine: &Engine,
        options: &Options,
        observer: &mut dyn FnMut(&Step),
    ) -> Result<Vec<Step>> {
        run::run_with(&self.migrations()?, engine.connection()?, options, observer)
    }

    /// Compares the migrations with the database. Writes nothing.
    ///
    /// # Errors
    /// As [`status::status`].
    pub fn status(&self, engine: &Engine) -> Result<status::Status> {
        status::status(&self.migrations()?, engine.connection()?)
    }

    /// Returns the migrations, for the functions of [`command`](crate::command).
    ///
    /// # Errors
    /// - Two migrations have the same version.
    /// - A version is too long.
    pub fn migrations(&self) -> Result<Migrations> {
        Migrations::embedded(PathBuf::from(self.folder), self.source)
    }
}
