//! `generate`: converts arguments to a call of `command::generate`, and asks for the decisions that are missing.

use orm::engine::Connection;
use orm_core::inspect::Scope;
use orm_core::sql::Dialect;

use super::args::{Against, CompareArgs, GenerateCommand, PlaceArgs};
use super::decide;
use super::home::Home;
use super::print;
use super::project::Project;
use crate::autogenerate::{Answers, Base, Plan, describe, parts};
use crate::command::generate::{Generated, Target};
use crate::command::{self, generate as commands};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::models::{ModelSource, Models};

pub(super) fn generate(args: &GenerateCommand, home: Home) -> Result<Exit> {
    let project = Project::open(&args.place.project, home)?;
    let folder = project.migrations(&args.place.folder);
    if args.empty {
        print::written(&commands::empty(&folder, &args.name)?)?;
        return Ok(Exit::Clean);
    }
    let dialect = project.script_dialect(args.compare.dialect.as_deref(), &args.place.database)?;
    let against = args.compare.against.unwrap_or(Against::Snapshot);
    let mut source = Source::open(&project, &args.place, against)?;
    let models = load(&project.models(&args.models)?)?;
    let target = Target {
        folder: &folder,
        name: &args.name,
        dialect,
    };
    let mut answers = answers(&args.compare, against)?;
    loop {
        if args.dry_run {
            let (plan, _) = commands::compare(&models, &folder, &answers, source.base())?;
            if decide::decide(&plan.questions, &mut answers)? {
                continue;
            }
            return show(&plan, dialect);
        }
        match commands::generate(&models, target, &answers, source.base())? {
            Generated::Undecided(plan) => {
                decide::decide(&plan.questions, &mut answers)?;
            }
            done => return report(&done),
        }
    }
}

fn report(done: &Generated) -> Result<Exit> {
    match done {
        Generated::Nothing => {
            print::say("nothing to generate: the models are what the migrations make");
        }
        Generated::SnapshotOnly(plan) => {
            operations(plan);
            print::say(
                "the database stores none of it; schema.json of the last migration has it now",
            );
        }
        Generated::Undecided(_) => {}
        Generated::Written(plan, written) => {
            operations(plan);
            written.iter().try_for_each(print::written)?;
        }
    }
    Ok(Exit::Clean)
}

/// Prints the operations, and what they lose.
pub(super) fn operations(plan: &Plan) {
    for operation in &plan.operations {
        let mark = if operation.is_destructive() { '!' } else { ' ' };
        print::say(&format!("{mark} {}", describe(operation)));
    }
}

pub(super) fn show(plan: &Plan, dialect: &dyn Dialect) -> Result<Exit> {
    operations(plan);
    for part in parts(dialect, &plan.before, &plan.operations)? {
        print::data(&format!(
            "-- up.sql\n\n{}\n-- down.sql\n\n{}\n",
            part.up, part.down
        ))?;
    }
    Ok(Exit::Clean)
}

/// The models, with a line about those that cargo has built.
pub(super) fn load(source: &ModelSource) -> Result<Models> {
    let models = source.load()?;
    if let ModelSource::Package(_) = source {
        print::found(&models);
    }
    Ok(models)
}

/// The decisions that the command line has.
pub(super) fn answers(args: &CompareArgs, against: Against) -> Result<Answers> {
    let mut answers = Answers::default();
    for rename in &args.rename {
        answers.rename(rename)?;
    }
    for fill in &args.fill {
        answers.fill(fill)?;
    }
    if args.no_renames {
        answers.no_renames();
    }
    answers.drop_unknown(against == Against::Snapshot || args.drop_unknown);
    Ok(answers)
}

/// What the models are compared with.
pub(super) enum Source {
    Snapshot,
    Database(Box<Connection>, Scope),
}

impl Source {
    /// Connects to the database, if the models are compared with it.
    pub(super) fn open(project: &Project, place: &PlaceArgs, against: Against) -> Result<Self> {
        if against == Against::Snapshot {
            return Ok(Self::Snapshot);
        }
        let url = project.url(&place.database)?;
        let Some(connection) = command::connect_to_look(&url)? else {
            let message = format!("{} does not exist", command::target(&url)?);
            return Err(Error::failed(message)
                .with_hint("`orm-migrate run` creates it; leave out `--against db` to compare with the last migration"));
        };
        Ok(Self::Database(Box::new(connection), project.scope()))
    }

    pub(super) fn base(&mut self) -> Base<'_> {
        match self {
            Self::Snapshot => Base::Snapshot,
            Self::Database(connection, scope) => Base::Database(connection, scope),
        }
    }
}
