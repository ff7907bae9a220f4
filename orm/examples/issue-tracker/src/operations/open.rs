//! A new issue gets the next number of its project.

use orm::prelude::*;

use crate::models::{Issue, Label, Project, User};

/// What someone reports.
#[derive(Clone, Copy, Debug)]
pub struct NewIssue<'a> {
    pub title: &'a str,
    pub body: &'a str,
    /// The key of a user.
    pub reporter: i64,
    /// The key of the issue that this one is a part of.
    pub parent: Option<i64>,
    pub labels: &'a [&'a str],
}

/// Opens an issue, and returns its key.
///
/// # Errors
/// - `NotFound`: there is no such project or reporter.
/// - `ForeignKeyViolation`: there is no such parent.
/// - `Validation`: the title is empty.
pub fn open(engine: &Engine, project: i64, new: &NewIssue<'_>) -> orm::Result<i64> {
    engine.retry(5).transaction(|session| {
        let issue = add(session, project, new)?;
        session.flush()?; // the key is known from here on
        Ok(session[issue].id)
    })
}

/// Adds an issue to the session, in its transaction.
pub(crate) fn add(
    session: &mut Session,
    project: i64,
    new: &NewIssue<'_>,
) -> orm::Result<Ref<Issue>> {
    // The row is locked until COMMIT: no other transaction takes the same number.
    let query = select(Project).filter(Project.id.eq(project));
    let project = query.for_update().one(session)?;
    session[project].last_number += 1;
    let reporter = session.get_one(User, new.reporter)?;
    let mut labels = Vec::new();
    for name in new.labels {
        let row = Label::builder().name(*name);
        let (label, _) = session.get_or_create(Label.name, row)?;
        labels.push(label);
    }
    let row = Issue::builder()
        .project(project)
        .number(session[project].last_number)
        .title(new.title)
        .body(new.body)
        .reporter(reporter)
        .parent_id(new.parent);
    let issue = session.add(row);
    for label in labels {
        session.link(issue, Issue.labels, label)?;
    }
    Ok(issue)
}
