//! The command line as data. The comments here are the help texts.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};

use crate::dialect;
use crate::discover::Selection;
use crate::migration::{Locking, Timeouts};

/// Scripts, tables and migrations from the models of the orm crate.
///
/// `models`, `create-all`, `drop-all`, `baseline`, `generate`, `check` and `diff` work on the models of a cargo package:
/// the package is built and loaded, so nothing has to be added to it. All other commands work on a folder of migrations,
/// and need neither models nor cargo.
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
  3  migrations are pending (status), or one was interrupted (status, verify)
  4  the models are not what the migrations make (check)
  5  a decision is missing: several packages may hold the models, name one with -p; or a rename or the values of a
     new column are to be named (generate, diff)
  6  lint has findings
  7  the database has applied migrations that the folder doesn't have (status, verify, revert, redo); the
     up.sql of an applied one was edited (status, verify, run), or statements of an interrupted one that
     have run (run, revert); the tables are not those of the models (baseline)
  8  another program holds the migration lock for longer than --lock-timeout

Examples:
  orm-migrate create-all --dialect postgres            print a script
  orm-migrate create-all --url sqlite://app.db --apply create the tables
  orm-migrate create-all --dialect mysql --migration first
                                                       write a first migration
  orm-migrate generate add_age                         write what has changed in the models since
  orm-migrate run --dry-run                            print what would be applied
  orm-migrate run                                      apply what is pending
  orm-migrate verify                                   find edited scripts of applied migrations"
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Begin a project's migrations
    ///
    /// Writes orm.toml, the folder `migrations`, and a line of .gitattributes that keeps line endings. Files that exist are
    /// kept.
    Init(InitCommand),
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
    /// Write a migration from the models
    ///
    /// Compares the models with the schema that the last migration left, which lies beside its scripts as schema.json, and
    /// writes up.sql and down.sql with the difference. Needs no database. With `--against db`, compares with a database
    /// instead. Prints the path of each migration; statements that can't share a transaction are migrations of their own.
    ///
    /// A column that was dropped while a similar one was added may be a rename. On a terminal, the command asks; in a pipe it
    /// ends with 5 until --rename or --no-renames says which. The same holds for the values that existing rows get in a new
    /// NOT NULL column: --fill gives them.
    ///
    /// With --empty, writes scripts of comments, which `run` rejects until they are replaced by statements.
    Generate(GenerateCommand),
    /// Compare models, migrations and database
    ///
    /// For a build server. Ends with 4 if the models are not what the migrations make, so that a migration is missing. With
    /// a database (--url, or --db for the configured one), ends with 3 if migrations are pending there, and with 7 if an
    /// applied one was edited or the tables are not those of the models. Prints every difference. Writes nothing.
    Check(CheckCommand),
    /// Print what differs between the database and the models
    ///
    /// Prints the operations that would make the tables of the database those of the models, and their SQL. With `--against
    /// snapshot`, compares with the last migration. Writes nothing.
    Diff(DiffCommand),
    /// Find statements that lose data or block a running program
    ///
    /// Checks up.sql of every migration by rules for its database, and prints for each finding what to write instead. Needs
    /// no database. Statements about tables that the same script creates are not checked for locks: nothing uses them yet.
    ///
    /// `-- orm:allow(rule) reason` before a statement accepts it, `-- orm:allow-file(rule) reason` all of a script; `off` under
    /// [lint] of orm.toml switches rules off. Ends with 6 if anything is found.
    Lint(LintCommand),
    /// Put a migration behind another one that was written at the same time
    ///
    /// Two branches of a repository that both add a migration have two that follow the same one. After the merge, this gives
    /// the one of your branch a new version behind the other, and a snapshot with the changes of both. Its scripts stay as
    /// they are. Only for a migration that was applied to no database but your own: revert it there first.
    Rebase(RebaseCommand),
    /// Print the scripts of migrations as one text
    ///
    /// Each script is followed by the statement that records it in the migration history. Needs no database.
    Sql(SqlCommand),
    /// Apply all pending migrations
    ///
    /// Checks all scripts first. Then runs the migrations in the order of versions, each in a transaction if its
    /// metadata.toml and the database allow it. If a statement fails, prints its file and line and what remains in
    /// effect; earlier migrations stay applied.
    ///
    /// If several processes run at once, one applies the migrations. The others wait, find nothing pending, and end
    /// with 0. On a terminal, the process that they wait for is shown, and how far the migration is.
    ///
    /// MySQL and MariaDB commit every definition, so a migration that fails there is partly applied; so is one with
    /// run_in_transaction = false on every database. The migration log has how many of its statements are done. After
    /// the failing statement has been corrected, the next run continues with it, and so it does after the process
    /// was killed. If it can't be known whether the interrupted statement took effect, the run ends with an error, and
    /// `repair` takes the answer.
    ///
    /// If the up.sql of an applied migration was edited, ends with 7 and applies nothing.
    Run(ForwardCommand),
    /// Revert the last migration
    ///
    /// Runs down.sql of the migration that was applied last. If it has none, or the migration is not in the folder,
    /// nothing is changed. A revert that was interrupted continues as `run` does.
    Revert(BackCommand),
    /// Revert the last migration and apply it again
    ///
    /// For trying a migration while it is written. Runs in one transaction if the migrations and the database allow
    /// it. Prints what it will revert and asks for confirmation on a terminal; without a terminal it does not ask.
    Redo(RedoCommand),
    /// Show which migrations are applied and which are pending
    ///
    /// Changes nothing, and does not create a missing SQLite file. Ends with 3 if a migration is pending or was
    /// interrupted, and with 7 if an applied migration is not in the folder or its up.sql was edited.
    ///
    /// Also prints how the tables differ from their models: the models of the package here, which is built, or of --models
    /// or -p.
    Status(StatusCommand),
    /// Compare the scripts of applied migrations with their checksums
    ///
    /// Applying a migration stores the SHA-256 checksum of its up.sql in the table __orm_migration_log. Line endings are
    /// no difference. A migration that was applied by diesel, or before there were checksums, has none: `repair`
    /// adds it.
    ///
    /// Changes nothing. Ends with 7 if a script was edited or an applied migration is not in the folder, and with 3 if a
    /// migration was interrupted.
    Verify(PlaceCommand),
    /// Accept edited scripts, or record how far an interrupted migration is
    ///
    /// Without an option, stores the checksums of the scripts as they are now, for every applied migration in the
    /// folder. That is right after an edit that changes nothing, such as one of a comment. Runs no script.
    ///
    /// With an option, records the answer to the question with which `run` or `revert` has ended: whether the statement in
    /// which the migration was interrupted took effect. A transaction of the script counts as one statement.
    Repair(RepairCommand),
    /// Record migrations as applied without running them
    ///
    /// For a database whose tables were made in another way. Records the pending migrations up to VERSION as applied, with
    /// the checksums of their scripts. With --pending, records one applied migration as pending. Runs no script.
    Stamp(StampCommand),
    /// Begin migrations on a database that has the tables already
    ///
    /// Writes a first migration that creates the tables of the models, as `create-all --migration` does. If the
    /// database has these tables as the models declare them, records the migration as applied there, so that only new
    /// databases run it. If the database has none of them, the migration stays pending.
    ///
    /// If the database has some of the tables, or tables that differ from their models, prints the differences, writes
    /// nothing and ends with 7.
    Baseline(BaselineCommand),
    /// Show which process holds the migration lock
    ///
    /// Prints the process, its user and its host as far as the database knows them, or `free`. No command breaks a
    /// lock: it is free as soon as the process ends, however it ends. To end a process of another machine, end its
    /// session: SELECT pg_terminate_backend(PID) on PostgreSQL, KILL ID on MySQL and MariaDB.
    Unlock(UnlockCommand),
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

/// The time-outs of statements.
#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub(super) struct TimeoutArgs {
    /// Seconds that a statement may wait for the locks of other transactions [default: orm.toml, the server's]
    ///
    /// A definition waits for every transaction that uses its table, and all later ones wait behind it. With a few
    /// seconds here, the migration fails instead, and can be run again at a calmer time.
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..))]
    pub table_lock_timeout: Option<u64>,
    /// Seconds that a statement may take [default: orm.toml, the server's]; on MySQL for SELECT only, not on SQLite
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..))]
    pub statement_timeout: Option<u64>,
}

impl TimeoutArgs {
    /// The same for the commands.
    pub(super) fn timeouts(&self) -> Timeouts {
        Timeouts {
            lock: self.table_lock_timeout.map(Duration::from_secs),
            statement: self.statement_timeout.map(Duration::from_secs),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct ForwardCommand {
    /// The number of migrations, from the first pending one on [default: all]
    #[arg(short, long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub number: Option<u32>,
    /// The last migration to apply: a version, or the name of its folder
    #[arg(long, value_name = "VERSION", conflicts_with = "number")]
    pub to: Option<String>,
    /// Print the statements that would run, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub lock: LockArgs,
    #[command(flatten)]
    pub timeouts: TimeoutArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// The applied migrations of a command, from the last one back.
#[derive(Debug, Args)]
pub(super) struct BackArgs {
    /// The number of migrations, from the last one back
    #[arg(short, long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    pub number: u32,
    /// All applied migrations
    #[arg(long, conflicts_with = "number")]
    pub all: bool,
    /// All behind this one, which stays applied: a version, or the name of its folder
    #[arg(long, value_name = "VERSION", conflicts_with_all = ["number", "all"])]
    pub to: Option<String>,
    #[command(flatten)]
    pub lock: LockArgs,
    #[command(flatten)]
    pub timeouts: TimeoutArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct BackCommand {
    /// Print the statements that would run, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub back: BackArgs,
}

#[derive(Debug, Args)]
pub(super) struct PlaceCommand {
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct RepairCommand {
    /// The interrupted statement took effect: the next run continues behind it
    #[arg(long, group = "decision")]
    pub mark_done: bool,
    /// The interrupted statement did not take effect, or was undone by hand: the next run begins with it
    #[arg(long, group = "decision")]
    pub run_again: bool,
    /// All that the interrupted migration did was undone by hand: the next run begins with its first statement
    #[arg(long, group = "decision")]
    pub start_over: bool,
    #[command(flatten)]
    pub lock: LockArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct StampCommand {
    /// The last migration to record: a version, or the name of its folder
    #[arg(required_unless_present = "all")]
    pub version: Option<String>,
    /// All pending migrations
    #[arg(long, conflicts_with = "version")]
    pub all: bool,
    /// Record this one migration as pending instead
    #[arg(long, conflicts_with = "all")]
    pub pending: bool,
    #[command(flatten)]
    pub lock: LockArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct BaselineCommand {
    /// The name of the migration, such as create_tables
    pub name: String,
    #[command(flatten)]
    pub lock: LockArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub models: ModelArgs,
}

#[derive(Debug, Args)]
pub(super) struct UnlockCommand {
    /// Show the process; required, since this is all that the command does
    #[arg(long)]
    pub show: bool,
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct RedoCommand {
    /// Don't ask for confirmation
    #[arg(short, long)]
    pub yes: bool,
    #[command(flatten)]
    pub back: BackArgs,
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
    /// Write comments instead of statements
    #[arg(long, conflicts_with_all = ["against", "dry_run"])]
    pub empty: bool,
    /// Print the operations and the scripts, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub compare: CompareArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub models: ModelArgs,
}

#[derive(Debug, Args)]
pub(super) struct InitCommand {
    /// The dialect of the project's database
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(dialect::names()))]
    pub dialect: Option<String>,
    #[command(flatten)]
    pub project: ProjectArgs,
}

#[derive(Debug, Args)]
pub(super) struct LintCommand {
    /// Only the migrations that a revision of the git repository does not have, such as origin/main
    #[arg(long, value_name = "REVISION")]
    pub since: Option<String>,
    /// The dialect of the scripts [default: that of the database URL]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(dialect::names()))]
    pub dialect: Option<String>,
    /// The version of the server [default: the oldest supported one]
    #[arg(long, value_name = "VERSION")]
    pub server_version: Option<String>,
    /// A rule that is not checked
    #[arg(long, value_name = "RULE")]
    pub allow: Vec<String>,
    /// List the rules
    #[arg(long)]
    pub rules: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct RebaseCommand {
    /// The migration: a version, or the name of its folder
    pub version: String,
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(super) struct CheckCommand {
    /// Look at the configured database, too
    #[arg(long)]
    pub db: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub models: ModelArgs,
}

#[derive(Debug, Args)]
pub(super) struct DiffCommand {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub compare: CompareArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub models: ModelArgs,
}

#[derive(Debug, Args)]
pub(super) struct SqlCommand {
    /// The migrations: a version, or FROM:TO of which each may be left out [default: all]
    #[arg(value_name = "RANGE")]
    pub range: Option<String>,
    /// Print the scripts that revert, from the last migration back
    #[arg(long)]
    pub down: bool,
    /// The dialect of the scripts [default: that of the database URL]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(dialect::names()))]
    pub dialect: Option<String>,
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// What the models are compared with, and what only a person can decide.
#[derive(Debug, Args)]
#[command(next_help_heading = "Comparison")]
pub(super) struct CompareArgs {
    /// Compare with the snapshot of the last migration, or with the tables of the database
    /// [default: snapshot; of diff: db]
    #[arg(long, value_name = "BASE", value_enum)]
    pub against: Option<Against>,
    /// The dialect of the scripts [default: orm.toml, that of the database URL]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(dialect::names()))]
    pub dialect: Option<String>,
    /// A rename: TABLE:NEW, or TABLE.COLUMN:NEW with the names of before on the left
    #[arg(long, value_name = "OLD:NEW")]
    pub rename: Vec<String>,
    /// Take nothing for a rename: what has another name is dropped and added
    #[arg(long)]
    pub no_renames: bool,
    /// The value of existing rows in a NOT NULL column: TABLE.COLUMN=SQL
    #[arg(long, value_name = "COLUMN=SQL")]
    pub fill: Vec<String>,
    /// With `--against db`, drop tables, views and sequences that no model has
    #[arg(long)]
    pub drop_unknown: bool,
}

/// What the models are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Against {
    /// The snapshot of the last migration; needs no database
    Snapshot,
    /// The tables of the database
    Db,
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
