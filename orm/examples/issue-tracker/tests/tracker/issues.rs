//! Issues are opened, labelled, worked on, and imported.

use issue_tracker::models::{Issue, Label, Project, Status, Step};
use issue_tracker::operations::{
    Edit, Edited, Imported, NewIssue, add_step, assign, edit, finish_step, import, label,
    move_step, open, remove_step, unlabel,
};
use issue_tracker::options;
use issue_tracker::reports::details;
use orm::prelude::*;
use orm::testing::TestDatabase;

use crate::team::{Team, assert_begin, rows};

#[orm::test(options = options)]
fn numbers_count_in_each_project(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    for title in ["One", "Two"] {
        team.open(db.engine(), title)?;
    }
    let numbers = select(Issue.number).order_by(Issue.number);
    assert_eq!(numbers.all(&mut db.connection()?)?, [1, 2]);
    let last = select(Project.last_number);
    assert_eq!(last.one(&mut db.connection()?)?, 2);
    Ok(())
}

#[orm::test(options = options)]
fn nothing_is_stored_of_an_issue_that_is_refused(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let new = NewIssue {
        labels: &["bug"],
        ..team.issue(" ")
    };
    let error = open(db.engine(), team.project, &new).unwrap_err();
    assert!(error.is_validation(), "{error}");
    assert_eq!(rows(db.engine(), Label)?, 0);
    assert_eq!(select(Project.last_number).one(&mut db.connection()?)?, 0);
    Ok(())
}

#[orm::test(options = options)]
fn a_label_is_created_once_and_linked_once(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let (one, two) = (
        team.open(db.engine(), "One")?,
        team.open(db.engine(), "Two")?,
    );
    let mut session = db.session();
    let bug = label(&mut session, one, "bug")?;
    assert_eq!(label(&mut session, two, "bug")?, bug);
    assert_eq!(label(&mut session, one, "bug")?, bug);
    assert_eq!(rows(db.engine(), Label)?, 1);

    let labelled = select(Issue.id)
        .filter(Issue.labels.any(Label.name.eq("bug")))
        .order_by(Issue.id);
    assert_eq!(labelled.all(&mut session)?, [one, two]);
    assert!(unlabel(&mut session, one, "bug")?);
    assert!(!unlabel(&mut session, one, "bug")?);
    assert_eq!(labelled.all(&mut session)?, [two]);
    Ok(())
}

#[orm::test(options = options)]
fn steps_stand_in_the_order_that_the_user_chooses(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let issue = team.open(db.engine(), "One")?;
    let mut session = db.session();
    let mut steps = Vec::new();
    for text in ["a", "b", "c", "d"] {
        steps.push(add_step(&mut session, issue, text)?);
    }
    let texts = |session: &mut Session| select(Step.text).order_by(Step.position).all(session);

    move_step(&mut session, steps[3], 1)?;
    assert_eq!(texts(&mut session)?, ["a", "d", "b", "c"]);
    move_step(&mut session, steps[0], 9)?;
    assert_eq!(texts(&mut session)?, ["d", "b", "c", "a"]);

    assert!(finish_step(&mut session, steps[0])?);
    assert!(!finish_step(&mut session, steps[0])?);
    Ok(())
}

#[orm::test(options = options)]
fn a_step_without_an_issue_is_deleted(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let issue = team.open(db.engine(), "One")?;
    let step = add_step(&mut db.session(), issue, "a")?;
    db.take_statements();
    remove_step(&mut db.session(), step)?;
    let sent = db.take_statements();
    assert_eq!(
        sent.last().unwrap(),
        r#"DELETE FROM "steps" WHERE "id" = ?"#
    );
    assert_eq!(rows(db.engine(), Step)?, 0);
    assert_eq!(rows(db.engine(), Issue)?, 1);
    Ok(())
}

#[orm::test(options = options)]
fn work_needs_an_assignee(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let issue = team.open(db.engine(), "One")?;
    let mut session = db.session();
    let status = |status| Edit {
        status: Some(status),
        ..Edit::default()
    };
    let error = edit(&mut session, issue, status(Status::Done)).unwrap_err();
    assert!(error.is_validation(), "{error}");
    assert!(
        error
            .message()
            .contains("work on an issue needs an assignee"),
        "{error}"
    );

    assign(db.engine(), issue, Some(team.bob))?;
    for wanted in [Status::Done, Status::Open] {
        let mut session = db.session();
        assert_eq!(edit(&mut session, issue, status(wanted))?, Edited::Saved);
    }
    let reopened = select(Issue.reopened);
    assert_eq!(reopened.one(&mut session)?, 1);
    Ok(())
}

#[orm::test(options = options)]
fn an_edit_expects_the_version(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let issue = team.open(db.engine(), "One")?;
    let mut session = db.session();
    details(&mut session, issue)?;
    db.take_statements();
    let renamed = Edit {
        title: Some("First".to_owned()),
        ..Edit::default()
    };
    edit(&mut session, issue, renamed)?;
    // How the databases compare with the old version differs.
    let update = r#"UPDATE "issues" SET "title" = ?, "version" = ? WHERE "id" = ? AND "version" "#;
    assert_begin(&db, &[update]);
    Ok(())
}

#[orm::test(options = options)]
fn each_change_becomes_an_event(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let issue = team.open(db.engine(), "One")?;
    assign(db.engine(), issue, Some(team.bob))?;
    let mut session = db.session();
    let begin = Edit {
        status: Some(Status::InProgress),
        ..Edit::default()
    };
    edit(&mut session, issue, begin)?;
    let events = details(&mut session, issue)?.events;
    assert_eq!(events, ["opened", "assigned", "open -> in_progress"]);
    Ok(())
}

#[orm::test(options = options)]
fn lines_that_are_not_valid_do_not_keep_others_out(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let long = "x".repeat(121);
    let lines = format!("One\n \nTwo\n{long}\nThree");
    let Imported { issues, rejected } = import(db.engine(), team.project, team.ada, &lines)?;
    assert_eq!(issues.len(), 3);
    assert_eq!(rejected[0], (2, "title is empty".to_owned()));
    assert_eq!(rejected[1].0, 4);
    assert_eq!(rejected.len(), 2);
    // The numbers have no gaps, since the project was restored, too.
    let stored = select((Issue.number, Issue.title)).order_by(Issue.number);
    let expected =
        [(1, "One"), (2, "Two"), (3, "Three")].map(|(number, title)| (number, title.to_owned()));
    assert_eq!(stored.all(&mut db.connection()?)?, expected);
    Ok(())
}
