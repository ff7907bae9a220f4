//! `init`, `check`, `diff`, `rebase` and `sql`: converts arguments to calls of `command`.

use super::args::{Against, CheckCommand, DiffCommand, InitCommand, RebaseCommand, SqlCommand};
use super::decide;
use super::generate::{self, Source};
use super::home::Home;
use super::migrations::open_folder;
use super::print;
use super::project::Project;
use crate::autogenerate::Plan;
use crate::command::check::Checked;
use crate::command::sql::Range;
use crate::command::status::State;
use crate::command::{self, check as checks, generate as commands, init, rebase, sql as scripts};
use crate::error::Result;
use crate::exit::Exit;
use crate::migration::Direction;

pub(super) fn check(args: &CheckCommand, home: Home) -> Result<Exit> {
    let project = Project::open(&args.place.project, home)?;
    let folder = project.migrations(&args.place.folder);
    let connection = if args.db || args.place.database.url.is_some() {
        command::connect_to_look(&project.url(&args.place.database)?)?
    } else {
        None
    };
    let models = project.models(&args.models)?.load()?;
    let checked = checks::check(&models, &folder, connection, &project.scope())?;
    if args.json {
        print::data(&checked_json(&checked))?;
    }
    say(&checked);
    Ok(checked.exit())
}

fn say(checked: &Checked) {
    generate::operations(&checked.plan);
    if !checked.plan.is_empty() {
        print::say("the models are not what the migrations make");
        print::say("  hint: `orm-migrate generate NAME` writes the migration");
    }
    if let Some(status) = &checked.status {
        let pending = status.count(State::Pending) + status.count(State::Interrupted);
        if pending > 0 {
            print::say(&format!("pending migrations: {pending}"));
            print::say("  hint: `orm-migrate run` applies them, `orm-migrate status` lists them");
        }
        if status.exit() == Exit::Drift {
            print::say("applied migrations were edited or are not in the folder");
            print::say("  hint: `orm-migrate status` lists them");
        }
    }
    print::drift(&checked.drift, print::Mend::Migration);
}

fn checked_json(checked: &Checked) -> String {
    let operations = checked.plan.operations.iter();
    let lacking = checked.drift.lacking.iter();
    let drift = checked.drift.others.iter();
    let count = |state| checked.status.as_ref().map(|status| status.count(state));
    let document = serde_json::json!({
        "exit": checked.exit().code(),
        "operations": operations.map(print::operation_json).collect::<Vec<_>>(),
        "pending": count(State::Pending),
        "edited": count(State::Edited),
        "missing": count(State::Missing),
        "lacking": lacking.map(print::lacking_json).collect::<Vec<_>>(),
        "differences": drift.map(print::operation_json).collect::<Vec<_>>(),
    });
    format!("{document}\n")
}

pub(super) fn diff(args: &DiffCommand, home: Home) -> Result<Exit> {
    let project = Project::open(&args.place.project, home)?;
    let folder = project.migrations(&args.place.folder);
    let against = args.compare.against.unwrap_or(Against::Db);
    let dialect = project.script_dialect(args.compare.dialect.as_deref(), &args.place.database)?;
    let mut source = Source::open(&project, &args.place, against)?;
    let models = generate::load(&project.models(&args.models)?)?;
    let mut answers = generate::answers(&args.compare, against)?;
    let plan = loop {
        let (plan, _) = commands::compare(&models, &folder, &answers, source.base())?;
        if args.json || !decide::decide(&plan.questions, &mut answers)? {
            break plan;
        }
    };
    if args.json {
        print::data(&plan_json(&plan))?;
        return Ok(Exit::Clean);
    }
    if plan.is_empty() {
        print::say("nothing differs");
    }
    generate::show(&plan, dialect)
}

fn plan_json(plan: &Plan) -> String {
    let operations = plan.operations.iter();
    let questions = plan.questions.iter();
    let document = serde_json::json!({
        "operations": operations.map(print::operation_json).collect::<Vec<_>>(),
        "questions": questions.map(crate::autogenerate::question).collect::<Vec<_>>(),
    });
    format!("{document}\n")
}

pub(super) fn sql(args: &SqlCommand, home: Home) -> Result<Exit> {
    let (project, migrations) = open_folder(&args.place, home)?;
    let dialect = project.dialect(args.dialect.as_deref(), &args.place.database)?;
    let range = args.range.as_deref().map(Range::parse).unwrap_or_default();
    let direction = if args.down {
        Direction::Down
    } else {
        Direction::Up
    };
    print::data(&scripts::sql(&migrations, &range, direction, dialect)?)?;
    Ok(Exit::Clean)
}

pub(super) fn init(args: &InitCommand, home: Home) -> Result<Exit> {
    let project = Project::open(&args.project, home)?;
    for path in init::init(project.start(), args.dialect.as_deref())? {
        print::data(&format!("{}\n", path.display()))?;
    }
    print::say(
        "next: set DATABASE_URL in .env, and `orm-migrate generate NAME` writes the first migration",
    );
    Ok(Exit::Clean)
}

pub(super) fn rebase(args: &RebaseCommand, home: Home) -> Result<Exit> {
    let project = Project::open(&args.place.project, home)?;
    let folder = project.migrations(&args.place.folder);
    let path = rebase::rebase(&folder, &args.version)?;
    print::data(&format!("{}\n", path.display()))?;
    Ok(Exit::Clean)
}
