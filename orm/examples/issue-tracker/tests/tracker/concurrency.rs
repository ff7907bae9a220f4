//! Several sessions and threads work on the same rows.

use std::thread;

use issue_tracker::models::{Issue, Label, Project, Status};
use issue_tracker::operations::{Edit, Edited, assign, edit, label, plan};
use issue_tracker::options;
use issue_tracker::reports::details;
use orm::prelude::*;
use orm::testing::TestDatabase;

use crate::team::{Team, rows};

#[orm::test(options = options)]
fn a_stale_edit_is_a_conflict_and_then_saved(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let issue = team.open(db.engine(), "One")?;
    let (mut one, mut two) = (db.session(), db.session());
    details(&mut one, issue)?;
    details(&mut two, issue)?;
    let title = |title: &str| Edit {
        title: Some(title.to_owned()),
        ..Edit::default()
    };
    assert_eq!(edit(&mut one, issue, title("First"))?, Edited::Saved);
    let conflict = Edited::Conflict {
        title: "First".to_owned(),
        status: Status::Open,
    };
    assert_eq!(edit(&mut two, issue, title("Second"))?, conflict);
    assert_eq!(edit(&mut two, issue, title("Second"))?, Edited::Saved);
    let stored = select((Issue.title, Issue.version)).one(&mut two)?;
    assert_eq!(stored.0, "Second");
    Ok(())
}

/// Runs `work` on four threads at the same time.
fn at_once<T: Send>(work: impl Fn(usize) -> orm::Result<T> + Sync) -> orm::Result<Vec<T>> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..4)
            .map(|number| scope.spawn(move || work(number)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

#[orm::test(options = options)]
fn numbers_are_taken_once(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    at_once(|_| team.open(db.engine(), "One"))?;
    let numbers = select(Issue.number).order_by(Issue.number);
    assert_eq!(numbers.all(&mut db.connection()?)?, [1, 2, 3, 4]);
    assert_eq!(select(Project.last_number).one(&mut db.connection()?)?, 4);
    Ok(())
}

#[orm::test(options = options)]
fn a_label_that_all_create_is_created_once(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let mut issues = Vec::new();
    for title in ["One", "Two", "Three", "Four"] {
        issues.push(team.open(db.engine(), title)?);
    }
    let labels = at_once(|number| label(&mut db.session(), issues[number], "bug"))?;
    assert_eq!(labels, [labels[0]; 4]);
    assert_eq!(rows(db.engine(), Label)?, 1);
    let labelled = select(Issue).filter(Issue.labels.any(Label.name.eq("bug")));
    assert_eq!(labelled.count(&mut db.connection()?)?, 4);
    Ok(())
}

#[orm::test(options = options)]
fn an_assignment_and_a_plan_are_both_kept(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let issue = team.open(db.engine(), "One")?;
    at_once(|number| match number {
        0 => assign(db.engine(), issue, Some(team.bob)),
        _ => plan(db.engine(), issue, "1.0").map(drop),
    })?;
    let stored = select((Issue.assignee_id, Issue.milestone_id)).one(&mut db.connection()?)?;
    assert_eq!((stored.0, stored.1.is_some()), (Some(team.bob), true));
    Ok(())
}
