//! An issue is given to a user, and planned for a milestone.

use orm::prelude::*;

use crate::models::{Issue, Milestone};

/// Assigns an issue to a user, or removes its assignee. If another session changes the issue at the same time, the transaction runs
/// again on what that one has stored: its change is kept.
///
/// # Errors
/// - `NotFound`: there is no such issue.
/// - `ForeignKeyViolation`: there is no such user.
pub fn assign(engine: &Engine, issue: i64, user: Option<i64>) -> orm::Result<()> {
    engine.retry(5).transaction(|session| {
        let issue = session.get_one(Issue, issue)?;
        session[issue].assignee_id = user;
        Ok(())
    })
}

/// Plans an issue for a milestone of its project, which is created if the project has none of this title. Returns its key.
///
/// # Errors
/// `NotFound`: there is no such issue.
pub fn plan(engine: &Engine, issue: i64, title: &str) -> orm::Result<i64> {
    engine.retry(5).transaction(|session| {
        let issue = session.get_one(Issue, issue)?;
        let row = Milestone::builder()
            .project_id(session[issue].project_id)
            .title(title);
        // Another transaction may create it between the SELECT and the INSERT: then this one takes that row.
        let (milestone, _) = session.get_or_create((Milestone.project_id, Milestone.title), row)?;
        session[issue].milestone = milestone.into();
        Ok(session[milestone].id)
    })
}
