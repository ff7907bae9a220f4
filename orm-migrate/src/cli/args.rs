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
/// asked for them, so nothing has to be added to it. `run`, `revert`, `redo`, `status` and `generate` work
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
  1  something went wrong
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
    /// Prints a line for each model: its table, its struct, how many columns it has.
    Models(ModelsCommand),
    /// Create the tables of all models
    ///
    /// Prints the script, parents first. With --apply it is run instead: tables that are there already
    /// are left as they are, never altered. With --migration it becomes a migration, whose way back drops
    /// the tables.
    CreateAll(TablesCommand),
    /// Drop the tables of all models
    ///
    /// Prints the script, children first. With --apply it is run instead, on the tables that are there;
    /// their rows are lost. The table in which migrations are written down is no model's and stays. With
    /// --migration it becomes a migration, whose way back creates the tables.
    DropAll(TablesCommand),
    /// Write a migration to be filled in by hand
    ///
    /// Its up.sql and down.sql are comments, which `run` refuses until they are filled in. Prints where it is.
    Generate(GenerateCommand),
    /// Apply all pending migrations
    ///
    /// All scripts are checked first; then each migration runs in the order of versions, in a transaction
    /// where its metadata.toml and the database allow. If a statement fails, file, line and what remains
    /// in effect are named, and earlier migrations stay applied.
    ///
    /// Of several that run at once one applies the migrations; the others wait for it, find nothing pending, and
    /// end with 0.
    Run(ForwardCommand),
    /// Revert the last migration
    ///
    /// Runs down.sql of what was applied last. If a migration has none, or is not in the folder, nothing
    /// is touched.
    Revert(BackCommand),
    /// Revert the last migration and apply it again
    ///
    /// For trying a migration while it is being written. All of it is one transaction where the
    /// migrations and the database allow. Names what it will undo, and asks on a terminal; without one it goes on,
    /// as in a script.
    Redo(RedoCommand),
    /// Show which migrations are applied and which are pending
    ///
    /// Changes nothing: a missing file of SQLite isn't created either. Ends with 3 if a migration is pending, and
    /// with 7 if an applied one is not in the folder.
    ///
    /// Says which tables lack columns of their models, if there are models: those of the package here, which is
    /// built, or those of --models or -p.
    Status(StatusCommand),
    /// Print the dump of a built library; called by this program itself.
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
    /// The database to write the script for; else the one of the database URL
    ///
    /// No server and no driver is needed. A script for mysql runs on MariaDB as well.
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
    /// How long to wait while another program runs migrations; 0 tries once
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub lock_timeout: u64,
    /// Take no lock: for servers without locks by name (Galera)
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
    /// How many of the last migrations
    #[arg(short, long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    pub number: u32,
    /// All that are applied
    #[arg(long, conflicts_with = "number")]
    pub all: bool,
    #[command(flatten)]
    pub lock: LockArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct RedoCommand {
    /// Don't ask
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
    /// Write comments instead of statements: no other way is there yet
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
    /// Take the models from a dump, as `models --json` prints it; cargo is not called
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
    /// The database: sqlite://FILE, postgresql://… or mysql://… [else DATABASE_URL, .env, orm.toml]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}

/// Where the migrations are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Migrations")]
pub(super) struct FolderArgs {
    /// The folder of migrations [else orm.toml, diesel.toml, `migrations` in the project]
    #[arg(long, value_name = "FOLDER")]
    pub migrations: Option<PathBuf>,
}

/// Where the project is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Project")]
pub(super) struct ProjectArgs {
    /// The Cargo.toml to begin with; else the nearest one from here upwards
    #[arg(long, value_name = "FILE")]
    pub manifest_path: Option<PathBuf>,
    /// The configuration; else the nearest orm.toml from the project upwards
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
