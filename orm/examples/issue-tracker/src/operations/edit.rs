//! An issue is edited in a form, which may be open for minutes while others work on the same issue.

use orm::prelude::*;

use crate::models::{Issue, Status};

/// The fields of the form. `None` leaves one as it is.
#[derive(Patch, Clone, Debug, Default)]
#[orm(model = Issue)]
pub struct Edit {
    pub title: Option<String>,
    pub status: Option<Status>,
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    Saved,
    /// Someone else has changed the issue since it was loaded. Nothing is saved, and this is what it has now.
    Conflict {
        title: String,
        status: Status,
    },
}

/// Saves an edit of an issue that the session has loaded, for instance by `reports::details`.
///
/// The UPDATE matches the version that was loaded: `UPDATE … SET …, version = ? WHERE id = ? AND version = ?`.
///
/// # Errors
/// - `NotFound`: there is no such issue.
/// - `Validation`: the title is empty, or there is no one to work on it.
pub fn edit(session: &mut Session, id: i64, edit: Edit) -> orm::Result<Edited> {
    let issue = session.get_one(Issue, id)?;
    session.apply(issue, edit)?;
    let Err(error) = session.commit() else {
        return Ok(Edited::Saved);
    };
    session.rollback()?; // restores the entity, too
    if !error.is_stale_data() {
        return Err(error);
    }
    session.refresh(issue)?;
    let Issue { title, status, .. } = &session[issue];
    Ok(Edited::Conflict {
        title: title.clone(),
        status: *status,
    })
}
