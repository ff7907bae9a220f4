//! The commands on migrations: converts arguments to calls of `command`.

use std::io::{self, IsTerminal as _};

use orm::engine::Connection;

use super::args::{
    BackArgs, BackCommand, ForwardCommand, LockArgs, PlaceArgs, RedoCommand, StatusCommand,
};
use super::home::Home;
use super::print;
use super::progress;
use super::project::Project;
use crate::command::drift::{self, Drift};
use crate::command::{self, Count, Options, Upto, redo, revert, run, status};
use crate::dialect;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::migration::{Migrations, Timeouts};
use crate::models::{ModelSource, Models};

pub(super) fn run_pending(args: &ForwardCommand, home: Home) -> Result<Exit> {
    let (project, migrations, url) = open(&args.place, home)?;
    let upto = match (&args.to, args.number) {
        (Some(version), _) => Upto::Version(version.clone()),
        (None, Some(number)) => Upto::First(usize::try_from(number).unwrap_or(usize::MAX)),
        (None, None) => Upto::All,
    };
    if args.dry_run {
        let planned = match command::connect_to_look(&url)? {
            Some(connection) => run::plan(&migrations, connection, &upto)?,
            None => run::plan_without_database(&migrations, dialect::by_url(&url)?, &upto)?,
        };
        if planned.is_empty() {
            print::say("nothing is pending");
        }
        print::data(&print::plan(&planned))?;
        return Ok(Exit::Clean);
    }
    let options = options(&args.lock, project.timeouts(&args.timeouts)).upto(upto);
    let steps = run::run_with(&migrations, connect(&url)?, &options, &mut print::step)?;
    if steps.is_empty() {
        print::say("nothing is pending");
    }
    Ok(Exit::Clean)
}

fn options(lock: &LockArgs, timeouts: Timeouts) -> Options {
    let options = Options::new().locking(lock.locking()).timeouts(timeouts);
    match progress::observer() {
        Some(observer) => options.observer(observer),
        None => options,
    }
}

pub(super) fn go_back(args: &BackCommand, home: Home) -> Result<Exit> {
    let back = &args.back;
    let (project, migrations, url) = open(&back.place, home)?;
    let count = count(back);
    if args.dry_run {
        let planned = match command::connect_to_look(&url)? {
            Some(connection) => revert::plan(&migrations, connection, &count)?,
            None => Vec::new(),
        };
        say_if_none(planned.is_empty());
        print::data(&print::plan(&planned))?;
        return Ok(Exit::Clean);
    }
    let options = options(&back.lock, project.timeouts(&back.timeouts));
    let connection = connect(&url)?;
    let steps = revert::revert_with(&migrations, connection, &count, &options, &mut print::step)?;
    say_if_none(steps.is_empty());
    Ok(Exit::Clean)
}

pub(super) fn go_back_and_forth(args: &RedoCommand, home: Home) -> Result<Exit> {
    let (project, migrations, url) = open(&args.back.place, home)?;
    let mut connection = connect(&url)?;
    let count = count(&args.back);
    let plan = redo::plan(&migrations, &mut connection, &count)?;
    let mut which = redo::Which::Last(count);
    if !plan.names.is_empty() {
        print::say(&format!(
            "reverts and applies again: {}",
            plan.names.join(", ")
        ));
        if !args.yes && io::stdin().is_terminal() && io::stderr().is_terminal() {
            confirm()?;
            which = redo::Which::Planned(plan);
        }
    }
    let options = options(&args.back.lock, project.timeouts(&args.back.timeouts));
    let steps = redo::redo_with(&migrations, connection, &which, &options, &mut print::step)?;
    say_if_none(steps.is_empty());
    Ok(Exit::Clean)
}

fn say_if_none(is_none: bool) {
    if is_none {
        print::say("nothing is applied");
    }
}

/// Asks for confirmation. Without a terminal, in a script, the command continues, as with other tools.
fn confirm() -> Result<()> {
    print::say("Data that down.sql drops is lost. Continue? [y/N]");
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    let is_yes = ["y", "yes"].contains(&answer.trim().to_lowercase().as_str());
    if read.is_ok() && is_yes {
        return Ok(());
    }
    Err(Error::failed("canceled by the user")
        .with_note("state", "nothing was changed")
        .with_hint("answer y, or pass --yes"))
}

/// Connects, and prints the name of the database: a wrong one is seen before its tables are changed.
pub(super) fn connect(url: &str) -> Result<Connection> {
    let connection = command::connect(url)?;
    print::say(&format!("database: {}", connection.engine().target()));
    Ok(connection)
}

pub(super) fn show_status(args: &StatusCommand, home: Home) -> Result<Exit> {
    let (project, migrations, url) = open(&args.place, home)?;
    let mut drift = Drift::default();
    let status = if let Some(mut connection) = command::connect_to_look(&url)? {
        if let Some(models) = models(args, home, &mut connection)? {
            drift = drift::drift(&models, &mut connection, &project.scope())?;
        }
        status::status(&migrations, connection)?
    } else {
        let target = command::target(&url)?;
        print::say(&format!("note: {target} does not exist yet"));
        status::without_database(&migrations)
    };
    if args.json {
        print::data(&print::status_json(&status, &drift))?;
    } else {
        print::data(&print::status_lines(&status))?;
    }
    if let Some(interrupted) = &status.interrupted {
        print::interrupted(interrupted);
    }
    let is_pending = status.exit() == Exit::Pending;
    print::drift(
        &drift,
        if is_pending {
            print::Mend::Run
        } else {
            print::Mend::Migration
        },
    );
    Ok(status.exit())
}

/// The models to compare the tables with. Without a package option there may be none.
fn models(args: &StatusCommand, home: Home, connection: &mut Connection) -> Result<Option<Models>> {
    if args.no_models || !drift::has_tables(connection)? {
        return Ok(None);
    }
    let project = Project::open(&args.place.project, home)?;
    let mut source = project.models(&args.models)?;
    if let ModelSource::Package(selection) = &mut source {
        // The command is about the status, not the build.
        selection.cargo.quiet = true;
    }
    let is_named =
        args.models.selection.package.is_some() || matches!(source, ModelSource::File(_));
    match source.load_if_any() {
        Err(error) if !is_named => {
            print::say(&format!(
                "note: the tables were not compared with the models: {}; --no-models skips the comparison",
                error.message()
            ));
            Ok(None)
        }
        other => other,
    }
}

/// The project, its migrations, and the URL of the database.
pub(super) fn open(place: &PlaceArgs, home: Home) -> Result<(Project, Migrations, String)> {
    let project = Project::open(&place.project, home)?;
    let url = project.url(&place.database)?;
    let (project, migrations) = with_folder(project, place, home)?;
    Ok((project, migrations, url))
}

/// The project and its migrations, for commands that need no database.
pub(super) fn open_folder(place: &PlaceArgs, home: Home) -> Result<(Project, Migrations)> {
    let project = Project::open(&place.project, home)?;
    with_folder(project, place, home)
}

fn with_folder(project: Project, place: &PlaceArgs, home: Home) -> Result<(Project, Migrations)> {
    let migrations = match home {
        Home::Embedded(embedded) if place.folder.migrations.is_none() => embedded.migrations()?,
        _ => Migrations::open(project.migrations(&place.folder))?,
    };
    Ok((project, migrations))
}

fn count(args: &BackArgs) -> Count {
    match &args.to {
        Some(version) => Count::After(version.clone()),
        None if args.all => Count::All,
        None => Count::Last(usize::try_from(args.number).unwrap_or(usize::MAX)),
    }
}
