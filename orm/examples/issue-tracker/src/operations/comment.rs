//! Users discuss issues.

use orm::prelude::*;

use crate::models::Comment;

/// Adds a comment to an issue, and returns its key.
///
/// # Errors
/// `ForeignKeyViolation`: there is no such issue or author.
pub fn comment(session: &mut Session, issue: i64, author: i64, text: &str) -> orm::Result<i64> {
    let row = Comment::builder()
        .issue_id(issue)
        .author_id(author)
        .text(text);
    let comment = session.add(row);
    session.commit()?;
    Ok(session[comment].id)
}
