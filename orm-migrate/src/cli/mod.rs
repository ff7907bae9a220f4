//! The command line: parses, calls one command, prints what it returns.
//!
//! [`run()`] is for a program of your own, which then has the commands of `orm-migrate` on the models that
//! are linked into it: for packages without a library, and for containers without cargo.

mod args;
mod print;
mod project;

use std::ffi::OsString;

use clap::Parser as _;
use orm::engine::Connection;

use crate::command::{self, Count, Step, create, drop, models, redo, revert, run, status};
use crate::discover;
use crate::error::Result;
use crate::exit::Exit;
use crate::migration::{Locking, Migrations};
use crate::models::{ModelSource, Models};
use args::{
    BackCommand, Cli, Command, ForwardCommand, ModelsCommand, RunCommand, StatusCommand,
    TablesCommand,
};
use project::Project;

/// Where the models come from when the command line doesn't say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// The program itself: the models that are linked into it.
    Program,
    /// A cargo package, which is built.
    Package,
}

/// Runs the command line of this process on the models that are linked into it, and ends the process.
///
/// The whole of a user's own migration tool:
///
/// ```no_run
/// // use my_models as _; // links the models, if nothing else names their crate
/// fn main() {
///     orm_migrate::cli::run()
/// }
/// ```
#[expect(clippy::needless_doctest_main, reason = "the whole program is shown")]
pub fn run() -> ! {
    let exit = run_from(std::env::args_os(), Home::Program);
    std::process::exit(exit.code().into())
}

/// Runs a command line, the program's name included, and says how it ended.
pub fn run_from(arguments: impl IntoIterator<Item = OsString>, home: Home) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // A help text that nobody reads any more is no error.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Clean
            };
        }
    };
    dispatch(&cli.command, home).unwrap_or_else(|error| {
        print::error(&error);
        error.exit()
    })
}

fn dispatch(command: &Command, home: Home) -> Result<Exit> {
    match command {
        Command::Models(args) => list_models(args, home),
        Command::CreateAll(args) => tables(args, home, Tables::Create),
        Command::DropAll(args) => tables(args, home, Tables::Drop),
        Command::Run(args) => run_pending(args, home),
        Command::Revert(args) => go_back(args, home, revert::revert),
        Command::Redo(args) => go_back(args, home, redo::redo),
        Command::Status(args) => show_status(args, home),
        Command::Dump { library } => discover::print_dump(library).map(|()| Exit::Clean),
    }
}

fn list_models(args: &ModelsCommand, home: Home) -> Result<Exit> {
    let project = Project::open(&args.project, home)?;
    let models = models::models(&project.models(&args.models)?)?;
    if args.json {
        print::data(&format!("{}\n", models.json()))?;
    } else {
        print::data(&models::list(&models))?;
    }
    Ok(Exit::Clean)
}

/// Which of the two commands on all tables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tables {
    Create,
    Drop,
}

fn tables(args: &TablesCommand, home: Home, which: Tables) -> Result<Exit> {
    let project = Project::open(&args.project, home)?;
    let source = project.models(&args.models)?;
    if args.apply {
        // The cheap mistakes first: building the models takes its time.
        command::check_live()?;
        let url = project.url(&args.database)?;
        apply_tables(&source.load()?, &url, which)?;
        return Ok(Exit::Clean);
    }
    let dialect = project.dialect(args.dialect.as_deref(), &args.database)?;
    let models = source.load()?;
    if let ModelSource::Package(_) = source {
        print::found(&models);
    }
    let Some(name) = &args.migration else {
        let script = match which {
            Tables::Create => create::script(&models, dialect)?,
            Tables::Drop => drop::script(&models, dialect)?,
        };
        print::data(&script)?;
        return Ok(Exit::Clean);
    };
    let folder = project.migrations(&args.folder);
    let written = match which {
        Tables::Create => create::migration(&models, dialect, &folder, name)?,
        Tables::Drop => drop::migration(&models, dialect, &folder, name)?,
    };
    print::written(&written, which == Tables::Create)?;
    Ok(Exit::Clean)
}

fn apply_tables(models: &Models, url: &str, which: Tables) -> Result<()> {
    let target = command::target(url)?;
    let (changed, unchanged) = match which {
        Tables::Create => ("created", "there already"),
        Tables::Drop => ("dropped", "not there"),
    };
    let applied = match which {
        Tables::Create => create::apply(models, &mut command::connect(url)?)?,
        // To drop nothing, a file need not be created.
        Tables::Drop if command::is_missing(url)? => drop::nothing(models),
        Tables::Drop => drop::apply(models, &mut command::connect(url)?)?,
    };
    for (tables, what) in [(&applied.changed, changed), (&applied.unchanged, unchanged)] {
        if !tables.is_empty() {
            print::say(&format!("{what}: {} ({target})", tables.join(", ")));
        }
    }
    Ok(())
}

fn run_pending(args: &ForwardCommand, home: Home) -> Result<Exit> {
    let (migrations, url) = open(&args.rest, home)?;
    let locking = args.lock.locking();
    let steps = run::run(&migrations, connect(&url)?, locking, &mut print::step)?;
    if steps.is_empty() {
        print::say("nothing is pending");
    }
    Ok(Exit::Clean)
}

/// A command on the migrations that were applied last.
type Back = fn(&Migrations, Connection, Count, Locking, &mut dyn FnMut(&Step)) -> Result<Vec<Step>>;

fn go_back(args: &BackCommand, home: Home, back: Back) -> Result<Exit> {
    let (migrations, url) = open(&args.rest, home)?;
    let (count, locking) = (count(args), args.lock.locking());
    let steps = back(
        &migrations,
        connect(&url)?,
        count,
        locking,
        &mut print::step,
    )?;
    if steps.is_empty() {
        print::say("nothing is applied");
    }
    Ok(Exit::Clean)
}

/// Connects, and says to what: a wrong database is seen before its tables are changed.
fn connect(url: &str) -> Result<Connection> {
    let connection = command::connect(url)?;
    print::say(&format!("database: {}", connection.engine().target()));
    Ok(connection)
}

fn show_status(args: &StatusCommand, home: Home) -> Result<Exit> {
    let (migrations, url) = open(&args.rest, home)?;
    let status = if let Some(connection) = command::connect_to_look(&url)? {
        status::status(&migrations, connection)?
    } else {
        let target = command::target(&url)?;
        print::say(&format!("note: {target} is not there yet"));
        status::without_database(&migrations)
    };
    if args.json {
        print::data(&print::status_json(&status))?;
    } else {
        print::data(&print::status_lines(&status))?;
    }
    Ok(status.exit())
}

/// The folder and the database of a command on migrations.
fn open(args: &RunCommand, home: Home) -> Result<(Migrations, String)> {
    let project = Project::open(&args.project, home)?;
    let url = project.url(&args.database)?;
    let migrations = Migrations::open(project.migrations(&args.folder))?;
    Ok((migrations, url))
}

fn count(args: &BackCommand) -> Count {
    if args.all {
        Count::All
    } else {
        Count::Last(usize::try_from(args.number).unwrap_or(usize::MAX))
    }
}
