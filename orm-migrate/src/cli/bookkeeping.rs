//! The commands on what is recorded of migrations: converts arguments to calls of `command`.

use super::args::{BaselineCommand, PlaceCommand, RepairCommand, StampCommand, UnlockCommand};
use super::home::Home;
use super::migrations::{connect, open};
use super::print;
use super::project::Project;
use crate::command::baseline::{self, Baseline, First};
use crate::command::repair::Decision;
use crate::command::stamp::Stamp;
use crate::command::{self, Upto, repair, stamp, unlock, verify};
use crate::dialect;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::models::ModelSource;

pub(super) fn verify(args: &PlaceCommand, home: Home) -> Result<Exit> {
    let (_, migrations, url) = open(&args.place, home)?;
    let Some(connection) = command::connect_to_look(&url)? else {
        print::say(&format!(
            "note: {} does not exist yet",
            command::target(&url)?
        ));
        return Ok(Exit::Clean);
    };
    let verified = verify::verify(&migrations, connection)?;
    print::data(&print::verified_lines(&verified))?;
    print::verified_hints(&verified);
    Ok(verified.exit())
}

pub(super) fn repair(args: &RepairCommand, home: Home) -> Result<Exit> {
    let (_, migrations, url) = open(&args.place, home)?;
    let decision = match (args.mark_done, args.run_again, args.start_over) {
        (true, _, _) => Some(Decision::MarkDone),
        (_, true, _) => Some(Decision::RunAgain),
        (_, _, true) => Some(Decision::StartOver),
        _ => None,
    };
    let locking = args.lock.locking();
    let repaired = repair::repair(&migrations, connect(&url)?, decision, locking)?;
    for name in &repaired.accepted {
        print::say(&format!("accepted {name}"));
    }
    match &repaired.decided {
        Some(name) => print::say(&format!("noted for {name}; run the command again")),
        None if repaired.accepted.is_empty() => print::say("nothing to repair"),
        None => {}
    }
    Ok(Exit::Clean)
}

pub(super) fn stamp(args: &StampCommand, home: Home) -> Result<Exit> {
    let (_, migrations, url) = open(&args.place, home)?;
    let stamp = match &args.version {
        None => Stamp::Applied(Upto::All),
        Some(version) if args.pending => Stamp::Pending(version.clone()),
        Some(version) => Stamp::Applied(Upto::Version(version.clone())),
    };
    let names = stamp::stamp(&migrations, connect(&url)?, &stamp, args.lock.locking())?;
    let state = if args.pending { "pending" } else { "applied" };
    for name in &names {
        print::say(&format!("recorded as {state}: {name}"));
    }
    if names.is_empty() {
        print::say("nothing is pending");
    }
    Ok(Exit::Clean)
}

pub(super) fn baseline(args: &BaselineCommand, home: Home) -> Result<Exit> {
    let place = &args.place;
    let project = Project::open(&place.project, home)?;
    let url = project.url(&place.database)?;
    command::target(&url)?;
    let source = project.models(&args.models)?;
    let models = source.load()?;
    if let ModelSource::Package(_) = source {
        print::found(&models);
    }
    let folder = project.migrations(&place.folder);
    let first = First {
        dialect: dialect::by_url(&url)?,
        folder: &folder,
        name: &args.name,
    };
    let connection = command::connect_to_look(&url)?;
    let made = baseline::baseline(&models, first, connection, args.lock.locking())?;
    match made {
        Baseline::Differs { absent, drift } => {
            print::drift(&drift, print::Mend::Migration);
            if !absent.is_empty() {
                print::say(&format!("not in the database: {}", absent.join(", ")));
            }
            print::say("nothing was written");
            print::say(
                "  hint: make the tables those of the models, or the models those of the tables, and run the command again",
            );
            Ok(Exit::Drift)
        }
        Baseline::Pending(written) => {
            print::written(&written)?;
            print::say("the database has none of the tables: `orm-migrate run` creates them");
            Ok(Exit::Clean)
        }
        Baseline::Applied(written) => {
            print::written(&written)?;
            print::say("recorded as applied: the database has the tables");
            Ok(Exit::Clean)
        }
    }
}

pub(super) fn show_lock(args: &UnlockCommand, home: Home) -> Result<Exit> {
    if !args.show {
        let message = "no command breaks the migration lock: it is free as soon as the process that holds it ends";
        return Err(Error::new(Exit::Usage, message)
            .with_hint("`orm-migrate unlock --show` shows the process"));
    }
    let project = Project::open(&args.place.project, home)?;
    let url = project.url(&args.place.database)?;
    let holder = match command::connect_to_look(&url)? {
        Some(connection) => unlock::holder(connection)?,
        None => None,
    };
    print::data(&format!("{}\n", holder.as_deref().unwrap_or("free")))?;
    Ok(Exit::Clean)
}
