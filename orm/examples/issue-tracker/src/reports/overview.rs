//! Numbers about projects and users, which the database counts. They need no entities, so a connection will do.

use orm::prelude::*;

use crate::DELETED;
use crate::models::{Issue, Project, Status, User};

/// Returns the code of each project, and the numbers of its issues and members. Deleted issues don't count.
///
/// # Errors
/// Those of the database.
pub fn overview(engine: &Engine) -> orm::Result<Vec<(String, i64, i64)>> {
    select((
        Project.code,
        Project.issues.count(),
        Project.members.count(),
    ))
    .order_by(Project.code)
    .all(&mut engine.connection()?)
}

/// A user, and the number of issues that are assigned to them and not done.
pub type Workload = (String, i64);

/// Returns the users who have something to do, the busiest first.
///
/// # Errors
/// Those of the database.
pub fn workload(engine: &Engine) -> orm::Result<Vec<Workload>> {
    select((User.login, count(Issue.id)))
        .join(User.assigned)
        .filter(Issue.status.ne(Status::Done))
        .group_by(User)
        .order_by((count(Issue.id).desc(), User.login))
        .all(&mut engine.connection()?)
}

/// Returns the keys and titles of deleted issues.
///
/// # Errors
/// Those of the database.
pub fn trash(engine: &Engine) -> orm::Result<Vec<(i64, String)>> {
    select((Issue.id, Issue.title))
        .filter(Issue.deleted)
        .without_criteria(DELETED)
        .order_by(Issue.id)
        .all(&mut engine.connection()?)
}
