//! The command line: parses arguments, calls one command, prints its result.
//!
//! [`run()`] gives a program the commands of `orm-migrate` on the models that are linked into it: for packages
//! without a library target, and for containers without cargo.

mod args;
mod bookkeeping;
mod checks;
mod decide;
mod generate;
mod home;
mod lint;
mod migrations;
mod print;
mod progress;
mod project;
mod suggest;

use std::ffi::OsString;

use clap::Parser as _;

use crate::command::tables::{self, Tables};
use crate::command::{self, models};
use crate::discover;
use crate::error::Result;
use crate::exit::Exit;
use crate::migration::Embedded;
use crate::models::{ModelSource, Models};
use args::{Cli, Command, ModelsCommand, TablesCommand};
use project::Project;

pub use home::Home;

/// Runs the command line of this process with the models that are linked into it, and ends the process.
///
/// This is a complete migration tool of a program:
///
/// ```no_run
/// // use my_models as _; // links the models, if nothing else names their crate
/// fn main() {
///     orm_migrate::cli::run()
/// }
/// ```
pub fn run() -> ! {
    end(run_from(std::env::args_os(), Home::Program))
}

/// Runs the command line as [`run()`] does, with embedded migrations, for instance in a container without the
/// migrations folder.
///
/// ```no_run
/// fn main() {
///     orm_migrate::cli::run_embedded(orm_migrate::embed!("tests/end_to_end/embedded"))
/// }
/// ```
pub fn run_embedded(migrations: Embedded) -> ! {
    end(run_from(std::env::args_os(), Home::Embedded(migrations)))
}

fn end(exit: Exit) -> ! {
    std::process::exit(exit.code().into())
}

/// Runs a command line, of which the first argument is the program's name, and returns how it ended.
pub fn run_from(arguments: impl IntoIterator<Item = OsString>, home: Home) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(mut error) => {
            suggest::nothing_destructive(&mut error);
            // A help text that nothing reads any more is no error.
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
        Command::CreateAll(args) => all_tables(Tables::Create, args, home),
        Command::DropAll(args) => all_tables(Tables::Drop, args, home),
        Command::Generate(args) => generate::generate(args, home),
        Command::Init(args) => checks::init(args, home),
        Command::Rebase(args) => checks::rebase(args, home),
        Command::Lint(args) => lint::lint(args, home),
        Command::Check(args) => checks::check(args, home),
        Command::Diff(args) => checks::diff(args, home),
        Command::Sql(args) => checks::sql(args, home),
        Command::Run(args) => migrations::run_pending(args, home),
        Command::Revert(args) => migrations::go_back(args, home),
        Command::Redo(args) => migrations::go_back_and_forth(args, home),
        Command::Status(args) => migrations::show_status(args, home),
        Command::Verify(args) => bookkeeping::verify(args, home),
        Command::Repair(args) => bookkeeping::repair(args, home),
        Command::Stamp(args) => bookkeeping::stamp(args, home),
        Command::Baseline(args) => bookkeeping::baseline(args, home),
        Command::Unlock(args) => bookkeeping::show_lock(args, home),
        Command::Dump { library } => discover::print_dump(library).map(|()| Exit::Clean),
    }
}

fn list_models(args: &ModelsCommand, home: Home) -> Result<Exit> {
    let project = Project::open(&args.project, home)?;
    let models = project.models(&args.models)?.load()?;
    if args.json {
        print::data(&format!("{}\n", models.json()))?;
    } else {
        print::data(&models::list(&models))?;
    }
    Ok(Exit::Clean)
}

fn all_tables(which: Tables, args: &TablesCommand, home: Home) -> Result<Exit> {
    let place = &args.place;
    let project = Project::open(&place.project, home)?;
    let source = project.models(&args.models)?;
    if args.apply {
        // The cheap mistakes first: building the models takes its time.
        let url = project.url(&place.database)?;
        command::target(&url)?;
        apply_tables(which, &source.load()?, &url)?;
        return Ok(Exit::Clean);
    }
    let dialect = project.dialect(args.dialect.as_deref(), &place.database)?;
    let models = source.load()?;
    if let ModelSource::Package(_) = source {
        print::found(&models);
    }
    let Some(name) = &args.migration else {
        print::data(&tables::script(which, &models, dialect)?)?;
        return Ok(Exit::Clean);
    };
    let folder = project.migrations(&place.folder);
    print::written(&tables::migration(which, &models, dialect, &folder, name)?)?;
    Ok(Exit::Clean)
}

fn apply_tables(which: Tables, models: &Models, url: &str) -> Result<()> {
    let target = command::target(url)?;
    let (changed, unchanged) = match which {
        Tables::Create => ("created", "there already"),
        Tables::Drop => ("dropped", "not there"),
    };
    // To drop nothing, a file need not be created.
    let applied = if which == Tables::Drop && command::is_missing(url)? {
        tables::nothing_to_drop(models)
    } else {
        tables::apply(which, models, &mut command::connect(url)?)?
    };
    print::drift(&applied.drift, print::Mend::Migration);
    for (tables, what) in [(&applied.changed, changed), (&applied.unchanged, unchanged)] {
        if !tables.is_empty() {
            print::say(&format!("{what}: {} ({target})", tables.join(", ")));
        }
    }
    Ok(())
}
