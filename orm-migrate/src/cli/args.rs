//! The command line as data. The comments here are the help texts.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, value_parser};

use crate::dialect;
use crate::discover::Selection;
use crate::migration::Locking;

/// Scripts, tables and migrations from the models of the orm crate.
///
/// `models`, `create-all` and `drop-all` work on the models of a cargo package: the package is built and
/// loaded, so nothing has to be added to it. `run`, `revert`, `redo`, `status` and `generate` work
/// on a folder of migrations, and need neither models nor cargo.
///
/// The database is named by --url, by the variable DATABASE_URL in the environment or a .env file, or in
/// orm.toml. Migrations have the folders and the bookkeeping table of `diesel`.
#[derive(Debug, Parser)]
#[command(
    name = "orm-migrate",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_long_help = "\
Exit codes:
  0  done, nothing is left to do
  1  the command failed
  2  the command line or the database url is wrong
  3  migrations are pending (status)
  5  several packages may hold the models, name one with -p
  7  the database has applied migrations that the folder doesn't have (status, revert, redo)
  8  another program holds the migration lock for longer than --lock-timeout (run, revert, redo)

Examples:
  orm-migrate create-all --dialect postgres            print a script
  orm-migrate create-all --url sqlite://app.db --apply create the tables
  orm-migrate create-all --dialect mysql --migration first
                                                       write a first migration
  orm-migrate generate --empty add_age                 write one to be filled in
  orm-migrate run                                      apply what is pending"
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the models
    ///
    /// Prints the table, the struct and the number of columns of each model.
    Models(ModelsCommand),
    /// Create the tables of all models
    ///
    /// Prints the script, parents first. With --apply, runs the script; existing tables are left unchanged and never
    /// altered. With --migration, writes the script as a migration, whose down.sql drops the tables.
    CreateAll(TablesCommand),
    /// Drop the tables of all models
    ///
    /// Prints the script, children first. With --apply, runs the script on the existing tables; their rows are lost.
    /// The table of the migration history is kept. With --migration, writes the script as a migration, whose down.sql
    /// creates the tables.
    DropAll(TablesCommand),
    /// Write an empty migration
    ///
    /// Its up.sql and down.sql contain comments, which `run` rejects until they are replaced by statements. Prints
    /// the path of the migration.
    Generate(GenerateCommand),
    /// Apply all pending migrations
    ///
    /// Checks all scripts first. Then runs the migrations in the order of versions, each in a transaction if its
    /// metadata.toml and the database allow it. If a statement fails, prints its file and line and what remains in
    /// effect; earlier migrations stay applied.
    ///
    /// If several processes run at once, one applies the migrations. The others wait, find nothing pending, and end
    /// with 0.
    Run(ForwardCommand),
    /// Revert the last migration
    ///
    /// Runs down.sql of the migration that was applied last. If it has none, or the migration is not in the folder,
    /// nothing is changed.
    Revert(BackCommand),
    /// Revert the last migration and apply it again
    ///
    /// For trying a migration while it is written. Runs in one transaction if the migrations and the database allow
    /// it. Prints what it will revert and asks for confirmation on a terminal; without a terminal it does not ask.
    Redo(RedoCommand),
    /// Show which migrations are applied and which are pending
    ///
    /// Changes nothing, and does not create a missing SQLite file. Ends with 3 if a migration is pending, and with 7
    /// if an applied migration is not in the folder.
    ///
    /// Also prints which tables lack columns of their models: the models of the package here, which is built, or of
    /// --models or -p.
    Status(StatusCommand),
    /// Print the dump of a built library; called by this program itself
    #[command(name = "__dump", hide = true)]
    Dump { library: PathBuf },
}

#[derive(Debug, Args)]
pub(super) struct ModelsCommand {
    /// Print the dump of the models as JSON, for --models
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub models: ModelArgs,
    #[command(flatten)]
    pub project: ProjectArgs,
}

#[derive(Debug, Args)]
pub(super) struct TablesCommand {
    /// The dialect of the script [default: that of the database URL]
    ///
    /// Needs no server and no driver. A script for mysql also runs on MariaDB.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(dialect::names()))]
    #[arg(conflicts_with = "apply")]
    pub dialect: Option<String>,
    /// Run the script on the database instead of printing it
    #[arg(long, conflicts_with = "migration")]
    pub apply: bool,
    /// Write the script as a migration of this name instead of printing it
    #[arg(long, value_name = "NAME")]
    pub migration: Option<String>,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub models: ModelArgs,
}

/// The migrations and the database of a command.
#[derive(Debug, Args)]
pub(super) struct PlaceArgs {
    #[command(flatten)]
    pub folder: FolderArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// How to wait for another program.
#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub(super) struct LockArgs {
    /// Seconds to wait while another process runs migrations; 0 tries once
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub lock_timeout: u64,
    /// Take no lock, for servers without named locks (Galera)
    #[arg(long, conflicts_with = "lock_timeout")]
    pub no_lock: bool,
}

impl LockArgs {
    /// The same for the commands.
    pub(super) fn locking(&self) -> Locking {
        if self.no_lock {
            Locking::Off
        } else {
            Locking::Wait(Duration::from_secs(self.lock_timeout))
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct ForwardCommand {
    #[command(flatten)]
    pub lock: LockArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct BackCommand {
    /// The number of migrations, from the last one back
    #[arg(short, long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    pub number: u32,
    /// All applied migrations
    #[arg(long, conflicts_with = "number")]
    pub all: bool,
    #[command(flatten)]
    pub lock: LockArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct RedoCommand {
    /// Don't ask for confirmation
    #[arg(short, long)]
    pub yes: bool,
    #[command(flatten)]
    pub back: BackCommand,
}

#[derive(Debug, Args)]
pub(super) struct StatusCommand {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Don't compare the tables with the models; cargo is not called
    #[arg(long)]
    pub no_models: bool,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub models: ModelArgs,
}

#[derive(Debug, Args)]
pub(super) struct GenerateCommand {
    /// What the migration does, such as add_age_to_users
    pub name: String,
    /// Write comments instead of statements; required, since statements are not generated yet
    #[arg(long)]
    pub empty: bool,
    #[command(flatten)]
    pub folder: FolderArgs,
    #[command(flatten)]
    pub project: ProjectArgs,
}

/// Where the models are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Models")]
pub(super) struct ModelArgs {
    /// Read the models from a dump, as printed by `models --json`; cargo is not called
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["package", "features", "all_features", "no_default_features", "profile",
        "target", "locked", "offline", "frozen"])]
    pub models: Option<PathBuf>,
    #[command(flatten)]
    pub selection: Selection,
}

/// Where the database is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub(super) struct DatabaseArgs {
    /// The database: sqlite://FILE, postgresql://… or mysql://… [default: DATABASE_URL, .env, orm.toml]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}

/// Where the migrations are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Migrations")]
pub(super) struct FolderArgs {
    /// The migrations folder [default: orm.toml, diesel.toml, `migrations` in the project]
    #[arg(long, value_name = "FOLDER")]
    pub migrations: Option<PathBuf>,
}

/// Where the project is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Project")]
pub(super) struct ProjectArgs {
    /// The Cargo.toml to begin with [default: the nearest one upwards from here]
    #[arg(long, value_name = "FILE")]
    pub manifest_path: Option<PathBuf>,
    /// The configuration [default: the nearest orm.toml upwards from the project]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
