//! Issues are deleted twice: first they are hidden and can be restored, then their rows are deleted.

use orm::prelude::*;

use crate::DELETED;
use crate::models::Issue;

/// Hides an issue and all its parts, and returns how many issues that are. They keep their rows.
///
/// # Errors
/// `NotFound`: there is no such issue, or it is hidden already.
pub fn remove(engine: &Engine, issue: i64) -> orm::Result<usize> {
    engine.retry(5).transaction(|session| {
        let parts = Issue.children.recursive();
        let root = select(Issue)
            .filter(Issue.id.eq(issue))
            .with(parts)
            .one(session)?;
        set_deleted(session, root, true)
    })
}

/// Shows a hidden issue and all its parts again, and returns how many issues that are.
///
/// # Errors
/// `NotFound`: there is no such issue.
pub fn restore(engine: &Engine, issue: i64) -> orm::Result<usize> {
    engine.retry(5).transaction(|session| {
        session.without_criteria(DELETED, |session| {
            let parts = Issue.children.recursive();
            let root = select(Issue)
                .filter(Issue.id.eq(issue))
                .with(parts)
                .one(session)?;
            set_deleted(session, root, false)
        })
    })
}

/// Deletes the row of an issue, hidden or not, with its parts and all that belongs to them.
///
/// # Errors
/// `NotFound`: there is no such issue.
pub fn purge(engine: &Engine, issue: i64) -> orm::Result<()> {
    engine.transaction(|session| {
        let issue = session.without_criteria(DELETED, |session| session.get_one(Issue, issue))?;
        session.delete(issue);
        Ok(())
    })
}

fn set_deleted(session: &mut Session, root: Ref<Issue>, deleted: bool) -> orm::Result<usize> {
    let mut issues = vec![root];
    let mut next = 0;
    while let Some(&issue) = issues.get(next) {
        session[issue].deleted = deleted;
        issues.extend(session[issue].children.get()?);
        next += 1;
    }
    Ok(issues.len())
}
