//! A day in a small team, as `main.rs` prints it.

use orm::prelude::*;

use crate::models::Role;
use crate::models::Status;
use crate::operations::{
    Edit, Edited, NewIssue, add_step, assign, comment, create_project, delete_user, edit,
    finish_step, import, label, open, plan, register, remove, restore, set_profile, set_role,
};
use crate::reports::{Card, Details, board, details, overview, trash, tree, workload};

/// Runs the scenario on a database without rows, and returns what is to be printed.
///
/// # Errors
/// Those of the operations.
pub fn run(engine: &Engine) -> orm::Result<Vec<String>> {
    let (ada, bob) = people(engine)?;
    let project = project(engine, ada, bob)?;
    let engine_bug = issues(engine, project, ada)?;
    let mut lines = work(engine, engine_bug, bob)?;
    lines.extend(conflict(engine, engine_bug)?);
    lines.extend(cleaning_up(engine, engine_bug, ada)?);
    Ok(lines)
}

fn people(engine: &Engine) -> orm::Result<(i64, i64)> {
    let mut session = Session::new(engine);
    let ada = register(&mut session, "ada", "ada@example.com")?;
    set_profile(&mut session, ada, "Ada Lovelace")?;
    let bob = register(&mut session, "bob", "bob@example.com")?;
    Ok((ada, bob))
}

fn project(engine: &Engine, ada: i64, bob: i64) -> orm::Result<i64> {
    let mut session = Session::new(engine);
    let project = create_project(&mut session, "ENG", "The analytical engine", ada)?;
    set_role(&mut session, project, bob, Role::Developer)?;
    Ok(project)
}

/// Opens issues, and returns the key of the first.
fn issues(engine: &Engine, project: i64, ada: i64) -> orm::Result<i64> {
    let mut new = NewIssue {
        title: "The carriage jams",
        body: "It stops at the third column, each time.",
        reporter: ada,
        parent: None,
        labels: &["bug", "urgent"],
    };
    let first = open(engine, project, &new)?;
    for title in ["Measure the rack", "Order a new rack"] {
        new = NewIssue {
            title,
            body: "",
            parent: Some(first),
            labels: &[],
            ..new
        };
        open(engine, project, &new)?;
    }
    import(engine, project, ada, "Oil the gears\n\nWrite a manual")?;
    Ok(first)
}

fn work(engine: &Engine, issue: i64, bob: i64) -> orm::Result<Vec<String>> {
    assign(engine, issue, Some(bob))?;
    plan(engine, issue, "1.0")?;
    let mut session = Session::new(engine);
    label(&mut session, issue, "mechanics")?;
    let step = add_step(&mut session, issue, "take the carriage out")?;
    add_step(&mut session, issue, "put it back")?;
    finish_step(&mut session, step)?;
    comment(&mut session, issue, bob, "The rack is bent.")?;

    let mut lines = vec!["Board:".to_owned()];
    lines.extend(board(&mut session, "ENG")?.iter().map(card));
    lines.push("Parts:".to_owned());
    for (level, title) in tree(&mut session, issue)? {
        lines.push(format!("  {}{title}", "  ".repeat(level)));
    }
    for (login, issues) in workload(engine)? {
        lines.push(format!("{login} has {issues} issue to work on"));
    }
    Ok(lines)
}

fn card(card: &Card) -> String {
    let Card {
        number,
        title,
        status,
        assignee,
        labels,
        steps,
    } = card;
    let assignee = assignee.as_deref().unwrap_or("nobody");
    let labels = labels.join(", ");
    format!(
        "  #{number} {title} | {} | {assignee} | {labels} | {}/{}",
        status.label(),
        steps.0,
        steps.1
    )
}

/// Two sessions load the same issue, and both change it.
fn conflict(engine: &Engine, issue: i64) -> orm::Result<Vec<String>> {
    let (mut one, mut two) = (Session::new(engine), Session::new(engine));
    details(&mut one, issue)?;
    details(&mut two, issue)?;
    let begin = Edit {
        status: Some(Status::InProgress),
        ..Edit::default()
    };
    edit(&mut one, issue, begin)?;
    let rename = Edit {
        title: Some("The rack is bent".to_owned()),
        ..Edit::default()
    };
    let mut lines = Vec::new();
    if let Edited::Conflict { title, status } = edit(&mut two, issue, rename.clone())? {
        lines.push(format!(
            "Someone else has changed it: {title} is {}",
            status.label()
        ));
    }
    edit(&mut two, issue, rename)?; // now that the session has the new version
    let Details {
        name,
        title,
        events,
        ..
    } = details(&mut two, issue)?;
    lines.push(format!("{name} {title}: {}", events.join(", ")));
    Ok(lines)
}

fn cleaning_up(engine: &Engine, issue: i64, ada: i64) -> orm::Result<Vec<String>> {
    let mut lines = Vec::new();
    let removed = remove(engine, issue)?;
    lines.push(format!(
        "{removed} issues are deleted, {} are in the trash",
        trash(engine)?.len()
    ));
    for (code, issues, members) in overview(engine)? {
        lines.push(format!("{code} has {issues} issues and {members} members"));
    }
    restore(engine, issue)?;
    for (code, issues, _) in overview(engine)? {
        lines.push(format!("{code} has {issues} issues"));
    }
    if let Err(error) = delete_user(engine, ada) {
        lines.push(format!("ada can't be deleted: {:?}", error.kind()));
    }
    Ok(lines)
}
