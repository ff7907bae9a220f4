//! Deleted issues are hidden, and rows are deleted with what belongs to them.

use issue_tracker::models::{
    Comment, Event, Issue, Label, Membership, Milestone, Profile, Project, Step, User,
};
use issue_tracker::operations::{
    add_step, assign, comment, delete_project, delete_user, label, plan, purge, register, remove,
    restore, set_profile,
};
use issue_tracker::options;
use issue_tracker::reports::{board, details, overview, trash, tree, workload};
use orm::prelude::*;
use orm::testing::{TestDatabase, assert_statements};

use crate::team::{Team, rows};

/// An issue with a part that has all that an issue may have.
fn issue_with_part(engine: &Engine, team: &Team) -> orm::Result<(i64, i64)> {
    let issue = team.open(engine, "Whole")?;
    let part = team.open_part(engine, issue, "Part")?;
    assign(engine, part, Some(team.bob))?;
    plan(engine, part, "1.0")?;
    let mut session = Session::new(engine);
    add_step(&mut session, part, "a")?;
    label(&mut session, part, "bug")?;
    comment(&mut session, part, team.bob, "Yes")?;
    Ok((issue, part))
}

#[orm::test(options = options)]
fn deleted_issues_are_in_no_report(db: TestDatabase) -> orm::Result<()> {
    let engine = db.engine();
    let team = Team::new(engine)?;
    let (issue, part) = issue_with_part(engine, &team)?;
    let root = team.open(engine, "Root")?;
    let mut session = db.session();
    assert_eq!(remove(engine, issue)?, 2);

    assert_eq!(board(&mut session, "ENG")?.len(), 1);
    assert_eq!(tree(&mut session, root)?, [(0, "Root".to_owned())]);
    assert!(tree(&mut session, issue).unwrap_err().is_not_found());
    assert!(details(&mut session, part).unwrap_err().is_not_found());
    assert_eq!(overview(engine)?, [("ENG".to_owned(), 1, 1)]);
    assert_eq!(workload(engine)?, []);
    let deleted = [(issue, "Whole".to_owned()), (part, "Part".to_owned())];
    assert_eq!(trash(engine)?, deleted);
    assert!(remove(engine, issue).unwrap_err().is_not_found());

    assert_eq!(restore(engine, issue)?, 2);
    assert_eq!(board(&mut session, "ENG")?.len(), 3);
    assert_eq!(trash(engine)?, []);
    let events = details(&mut session, issue)?.events;
    assert_eq!(events, ["opened", "deleted", "restored"]);
    Ok(())
}

#[orm::test(options = options)]
fn a_part_is_hidden_alone(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let (issue, part) = issue_with_part(db.engine(), &team)?;
    remove(db.engine(), part)?;
    let mut session = db.session();
    assert_eq!(tree(&mut session, issue)?, [(0, "Whole".to_owned())]);
    Ok(())
}

#[orm::test(options = options)]
fn a_hidden_issue_is_deleted_with_all_that_it_has(db: TestDatabase) -> orm::Result<()> {
    let engine = db.engine();
    let team = Team::new(engine)?;
    let (issue, _) = issue_with_part(engine, &team)?;
    remove(engine, issue)?;
    purge(engine, issue)?;
    let left = (
        rows(engine, Issue)?,
        rows(engine, Step)?,
        rows(engine, Comment)?,
        rows(engine, Event)?,
    );
    assert_eq!(left, (0, 0, 0, 0));
    // What others may use stays.
    assert_eq!((rows(engine, Label)?, rows(engine, Milestone)?), (1, 1));
    Ok(())
}

#[orm::test(options = options)]
fn a_project_is_deleted_children_first_and_its_users_stay(db: TestDatabase) -> orm::Result<()> {
    let engine = db.engine();
    let team = Team::new(engine)?;
    let (issue, _) = issue_with_part(engine, &team)?;
    team.open(engine, "Another")?;
    remove(engine, issue)?;
    db.take_statements();
    delete_project(engine, team.project)?;
    let sent = db.take_statements();
    let deleted: Vec<&str> = sent
        .iter()
        .filter_map(|sql| sql.strip_prefix("DELETE FROM "))
        .collect();
    let tables = deleted.iter().filter_map(|sql| sql.split('"').nth(1));
    let mut tables: Vec<&str> = tables.collect();
    tables.dedup();
    assert_eq!(tables, ["steps", "issues", "milestones", "projects"]);

    let left = (
        rows(engine, Project)?,
        rows(engine, Issue)?,
        rows(engine, Membership)?,
        rows(engine, Event)?,
    );
    assert_eq!(left, (0, 0, 0, 0));
    assert_eq!(rows(engine, User)?, 2);
    Ok(())
}

#[orm::test(options = options)]
fn a_reporter_can_not_be_deleted(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    team.open(db.engine(), "One")?;
    let refused = delete_user(db.engine(), team.ada).unwrap_err();
    assert!(refused.is_foreign_key_violation(), "{refused}");
    // The message says what refers to the user.
    assert!(refused.to_string().contains("issues"), "{refused}");
    assert_eq!(rows(db.engine(), User)?, 2);
    Ok(())
}

#[orm::test(options = options)]
fn an_assignee_leaves_and_takes_the_profile_along(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let mut session = db.session();
    let cy = register(&mut session, "cy", "cy@example.com")?;
    set_profile(&mut session, cy, "Cy")?;
    let issue = team.open(db.engine(), "One")?;
    assign(db.engine(), issue, Some(cy))?;
    delete_user(db.engine(), cy)?;
    assert_eq!(rows(db.engine(), Profile)?, 0);
    let assignee = select(Issue.assignee_id).filter(Issue.id.eq(issue));
    assert_eq!(assignee.one(&mut session)?, None);
    Ok(())
}

#[orm::test(options = options)]
fn a_session_sees_deleted_issues_when_it_asks_for_them(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let issue = team.open(db.engine(), "One")?;
    remove(db.engine(), issue)?;
    let all = select(Issue).without_criteria(issue_tracker::DELETED);
    let sql = r#"SELECT COUNT(*) FROM "issues""#;
    let mut session = db.session();
    assert_eq!(assert_statements!(db, [sql], all.count(&mut session)?), 1);
    let sql = r#"SELECT COUNT(*) FROM "issues" WHERE "deleted" = ?"#;
    assert_eq!(
        assert_statements!(db, [sql], select(Issue).count(&mut session)?),
        0
    );
    Ok(())
}
