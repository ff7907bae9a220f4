//! An issue with its parts, and theirs.

use orm::prelude::*;

use crate::models::Issue;

/// Returns the titles of an issue and its parts at any depth, each with its level: a statement a level.
///
/// # Errors
/// `NotFound`: there is no such issue.
pub fn tree(session: &mut Session, id: i64) -> orm::Result<Vec<(usize, String)>> {
    let parts = Issue.children.recursive();
    let root = select(Issue)
        .filter(Issue.id.eq(id))
        .with(parts)
        .one(session)?;
    let mut lines = Vec::new();
    add(session, root, 0, &mut lines)?;
    Ok(lines)
}

fn add(
    session: &Session,
    issue: Ref<Issue>,
    level: usize,
    lines: &mut Vec<(usize, String)>,
) -> orm::Result<()> {
    lines.push((level, session[issue].title.clone()));
    for part in session[issue].children.get()? {
        add(session, part, level + 1, lines)?;
    }
    Ok(())
}
