//! Scripts, tables and migrations from the models of the [`orm`] crate: the program `orm-migrate`, and the
//! library that it is made of.
//!
//! # The program
//!
//! ```text
//! cd my-project                                   # a package whose library holds the models
//! orm-migrate create-all --dialect postgres       # print the script: no server, no driver
//! orm-migrate create-all --url sqlite://app.db --apply
//!                                                 # create the tables that aren't there
//! orm-migrate init --dialect postgres             # write orm.toml and the folder of the migrations
//! orm-migrate generate first                      # write a first migration
//! export DATABASE_URL=postgresql://me:secret@localhost/app
//! orm-migrate status                              # [ ] 2026-01-31-120000-0000_first
//! orm-migrate run                                 # apply what is pending
//! orm-migrate generate add_age                    # write what has changed in the models since
//! orm-migrate lint                                # does a script lose data, or block a running program?
//! orm-migrate check --db                          # do models, migrations and database agree?
//! orm-migrate diff                                # what differs between database and models?
//! orm-migrate sql --dialect postgres              # all scripts as one text
//! orm-migrate verify                              # are the applied scripts what they were?
//! orm-migrate revert                              # undo the last one
//! ```
//!
//! Nothing has to be added to the project: `models`, `create-all`, `drop-all`, `baseline`, `generate`, `check` and `diff`
//! build the package's library and load from it the models that are linked into it. The other commands need neither models
//! nor cargo; `status` compares the tables with the models where a package is at hand.
//! `orm-migrate --help` is the reference; the exit codes are those of [`Exit`]; the configuration file of a
//! project is in [`config`].
//!
//! # Migrations from models
//!
//! `generate` compares the models with `schema.json` of the last migration, which is the schema that it leaves, and writes
//! `up.sql`, `down.sql` and the next `schema.json`. It needs no database; with `--against db` it compares with the tables of
//! one. What only a person can decide, renames and the values of existing rows, it asks for on a terminal, and takes from
//! `--rename`, `--no-renames` and `--fill`. Statements that can't share a transaction are migrations of their own. The
//! comparison is `orm_core::schema::compare`, the statements are `orm_core::sql::ddl::alter`, and what is between them is
//! in [`autogenerate`].
//!
//! `check` is for build servers: it ends with 4 if a migration is missing. [`lint`] finds statements that lose data or block
//! a running program. `rebase` puts a migration behind another one that a merged branch has added.
//!
//! # Migrations
//!
//! They are those of `diesel`: a folder for each, named by date and title, with `up.sql`, `down.sql` and
//! `metadata.toml`; a table `__diesel_schema_migrations` with the versions that are applied. What is
//! different here:
//!
//! - `schema.json` beside the scripts is the schema that the migration leaves. `diesel` ignores it.
//! - Scripts are split, and their statements run one by one. The one that fails is named with file, line
//!   and the error of the database, and so is what remains in effect. Drivers hide failures of scripts.
//! - Every script is read and checked before the first statement of the first one runs: quotes that are
//!   never closed, two migrations of one version, a missing `down.sql`, a `COMMIT` or SQLite's `PRAGMA
//!   foreign_keys` inside the migration's own transaction.
//! - A script of SQLite that contains DROP TABLE runs with foreign keys off, switched outside of the
//!   transaction, so that it deletes no rows of other tables; any other script runs with them on. Rows that
//!   refer to nothing afterwards, and did not before, are refused with the names of their tables before the
//!   commit, and so is a table that others still refer to.
//! - Several programs may start at once: one applies what is pending, under a lock, and the others wait for it
//!   and find nothing pending. The lock is a server's advisory lock, held in a session beside the one that runs
//!   the scripts; for SQLite it is a lock on the file `DATABASE.orm-migrate.lock`, which stays there. A program
//!   that is killed frees it.
//! - What a script sets of its connection is put back behind it. What SQLite did under `PRAGMA foreign_keys =
//!   OFF` is checked before it is committed.
//! - A migration runs in a transaction unless its `metadata.toml` has `run_in_transaction = false`, if the database can
//!   undo it: always on SQLite and PostgreSQL; on MySQL and MariaDB only if it reads and writes rows alone, with
//!   settings of the session before them, since they commit at every definition.
//! - A table `__orm_migration_log` has the checksum of each applied `up.sql`: one that was edited is reported, and nothing is
//!   applied behind it. `diesel` does not know the table, and a version that it has applied is not compared.
//! - A migration outside a transaction is written down there statement by statement. If a statement fails or the program is
//!   killed, the next run continues with that statement, which `diesel` can't. A script with a transaction of its own is
//!   recorded in it, before its last COMMIT.
//! - One program serves all databases and needs no client library.
//!
//! # At the start of a service
//!
//! [`embed!`] builds a folder of migrations into a program, which applies them by itself. There is no folder where
//! it runs, no crate of diesel's among its dependencies, and any number of instances may start at once:
//!
//! ```toml
//! [dependencies]
//! orm = { …, default-features = false, features = ["postgres"] }
//! orm-migrate = { …, default-features = false }   # no driver that orm hasn't
//! ```
//!
//! ```no_run
//! # mod app {
//! const MIGRATIONS: orm_migrate::Embedded = orm_migrate::embed!("tests/end_to_end/embedded"); // "migrations"
//!
//! fn start() -> Result<orm::engine::Engine, Box<dyn std::error::Error>> {
//!     let engine = orm::engine::Engine::connect(&std::env::var("DATABASE_URL")?)?;
//!     for step in MIGRATIONS.run(&engine)? {
//!         println!("applied {}", step.name);
//!     }
//!     Ok(engine)
//! }
//! # }
//! ```
//!
//! # A program of your own
//!
//! For a package without a library, and for a container without cargo: [`cli::run`] is the same command
//! line on the models that are linked into your program, [`cli::run_embedded`] with its migrations built in.
//!
//! ```no_run
//! fn main() {
//!     orm_migrate::cli::run()
//! }
//! ```
//!
//! # The library
//!
//! Each command is a function that returns data; the program parses, calls and prints.
//!
//! ```
//! use orm_migrate::command::tables::{self, Tables};
//! use orm_migrate::command::{self, run, status};
//! use orm_migrate::migration::{Locking, Migrations};
//! use orm_migrate::models::Models;
//! use orm_migrate::{Exit, dialect};
//!
//! # fn main() -> orm_migrate::Result<()> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let migrations = folder.path().join("migrations");
//! # let url = format!("sqlite://{}", folder.path().join("app.db").display());
//! # let dump = r#"{"format":4,"orm_version":"0.1.0","models":[{"name":"User","module":"app","fields":["id"],"table":
//! #     {"name":"users","columns":[{"name":"id","type":"int64","nullable":false,
//! #     "auto_increment":true}],"primary_key":{"name":"pk_users","columns":["id"]},"uniques":[],
//! #     "indexes":[],"checks":[],"foreign_keys":[]}}]}"#;
//! // Or Models::linked(), or ModelSource::Package(…).load().
//! let models = Models::from_json(dump, "dump.json")?;
//! let sqlite = dialect::by_name("sqlite")?;
//! assert!(tables::script(Tables::Create, &models, sqlite)?.starts_with("CREATE TABLE \"users\""));
//!
//! tables::migration(Tables::Create, &models, sqlite, &migrations, "first")?;
//! let migrations = Migrations::open(&migrations)?;
//! # if !cfg!(feature = "live") {
//! #     return Ok(());
//! # }
//! assert_eq!(status::status(&migrations, command::connect(&url)?)?.exit(), Exit::Pending);
//! let steps = run::run(&migrations, command::connect(&url)?, Locking::default(), &mut |step| {
//!     println!("{} took {:?}", step.name, step.elapsed);
//! })?;
//! assert_eq!(steps.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! - `live` (default): the database drivers. Without it everything that writes a script or a file works,
//!   and no driver is compiled.
//! - `progress` (default): progress on a terminal.
//! - `tls`: encrypted connections to PostgreSQL and MySQL/MariaDB.

#![expect(clippy::needless_doctest_main, reason = "a whole program is shown")]

pub mod autogenerate;
pub mod cli;
pub mod command;
pub mod config;
pub mod dialect;
mod discover;
mod error;
mod exit;
pub mod lint;
pub mod migration;
pub mod models;
pub mod testing;

pub use discover::{CargoOptions, Selection};
pub use error::{Error, Result};
pub use exit::Exit;
pub use migration::Embedded;

/// Supports the expansion of [`embed!`]. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use diesel_migrations;
}
