//! Labels are created when they are first used.

use orm::prelude::*;

use crate::models::{Issue, Label};

/// Labels an issue, and returns the key of the label.
///
/// # Errors
/// `NotFound`: there is no such issue.
pub fn label(session: &mut Session, issue: i64, name: &str) -> orm::Result<i64> {
    let issue = session.get_one(Issue, issue)?;
    let (label, _) = session.get_or_create(Label.name, Label::builder().name(name))?;
    session.link(issue, Issue.labels, label)?; // a pair that is linked stays so
    session.commit()?;
    Ok(session[label].id)
}

/// Takes a label off an issue. Returns whether the issue had it.
///
/// # Errors
/// `NotFound`: there is no such issue.
pub fn unlabel(session: &mut Session, issue: i64, name: &str) -> orm::Result<bool> {
    let issue = session.get_one(Issue, issue)?;
    let labels = session.load(issue, Issue.labels)?;
    let Some(&label) = labels.iter().find(|label| session[**label].name == name) else {
        return Ok(false);
    };
    session.unlink(issue, Issue.labels, label)?;
    session.commit()?;
    Ok(true)
}
