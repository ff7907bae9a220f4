//! Projects, their members and milestones.

use issue_tracker::models::{Issue, Membership, Milestone, Project, Role, User};
use issue_tracker::operations::{create_project, plan, set_role};
use issue_tracker::options;
use orm::prelude::*;
use orm::testing::{TestDatabase, assert_statements};

use crate::team::{Team, assert_begin, rows};

#[orm::test(options = options)]
fn a_project_is_inserted_before_its_membership(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let mut session = db.session();
    db.take_statements();
    let project = create_project(&mut session, "NOTES", "Notes", team.bob)?;
    assert_begin(
        &db,
        &[
            r#"SELECT "id", "login", "email" FROM "users" WHERE "id" = ?"#,
            r#"INSERT INTO "projects" ("code", "name", "last_number") VALUES (?, ?, ?)"#,
            r#"INSERT INTO "memberships" ("project_id", "user_id", "role") VALUES (?, ?, ?)"#,
        ],
    );
    let role = select(Membership.role).filter(Membership.project_id.eq(project));
    assert_eq!(role.one(&mut session)?, Role::Owner);
    Ok(())
}

#[orm::test(options = options)]
fn a_role_is_added_once_and_then_changed(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let mut session = db.session();
    assert!(set_role(
        &mut session,
        team.project,
        team.bob,
        Role::Reader
    )?);
    assert!(!set_role(
        &mut session,
        team.project,
        team.bob,
        Role::Developer
    )?);
    let project = session.get_one(Project, team.project)?;
    let members = session.load(project, Project.members)?;
    let logins: Vec<&str> = members
        .iter()
        .map(|user| session[*user].login.as_str())
        .collect();
    assert_eq!(logins, ["ada", "bob"]);
    let bob = select(Membership.role).filter(Membership.user_id.eq(team.bob));
    assert_eq!(bob.one(&mut session)?, Role::Developer);
    Ok(())
}

#[orm::test(options = options)]
fn a_milestone_is_created_once(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let (one, two) = (
        team.open(db.engine(), "One")?,
        team.open(db.engine(), "Two")?,
    );
    let milestone = plan(db.engine(), one, "1.0")?;
    assert_eq!(plan(db.engine(), two, "1.0")?, milestone);
    assert_ne!(plan(db.engine(), two, "2.0")?, milestone);
    assert_eq!(rows(db.engine(), Milestone)?, 2);

    // ON DELETE SET NULL: its issue is planned for nothing.
    let mut session = db.session();
    let of_one = session.get_one(Milestone, milestone)?;
    session.delete(of_one);
    let sql = r#"DELETE FROM "milestones" WHERE "id" = ?"#;
    assert_statements!(db, [sql], session.commit()?);
    let planned = select(Issue.milestone_id).filter(Issue.id.eq(one));
    assert_eq!(planned.one(&mut session)?, None);
    Ok(())
}

#[orm::test(options = options)]
fn projects_of_a_user_are_the_other_side_of_its_members(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let mut session = db.session();
    let bob = session.get_one(User, team.bob)?;
    assert!(session.load(bob, User.projects)?.is_empty());
    let project = session.get_one(Project, team.project)?;
    session.add(
        Membership::builder()
            .project(project)
            .user(bob)
            .role(Role::Reader),
    );
    assert_eq!(session[bob].projects.get()?, [project]);
    session.rollback()
}
