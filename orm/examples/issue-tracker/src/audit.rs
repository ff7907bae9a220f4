//! The history of issues: each flush writes an event for each change of an issue, in the transaction of the change.

use orm::prelude::*;

use crate::models::{Event, Issue};

/// The hooks that write events. `options` sets them on the engine.
pub fn hooks() -> SessionHooks {
    SessionHooks::new().before_flush(|session| {
        for issue in session.added(Issue) {
            note(session, issue, "opened".to_owned());
        }
        for issue in session.changed(Issue) {
            for text in changes(session, issue)? {
                note(session, issue, text);
            }
        }
        Ok(())
    })
}

/// Adds an event, which the flush that called the hook inserts.
fn note(session: &mut Session, issue: Ref<Issue>, text: String) {
    session.add(Event::builder().issue(issue).text(text));
}

/// Describes what the flush is about to write of an issue.
fn changes(session: &Session, issue: Ref<Issue>) -> orm::Result<Vec<String>> {
    let mut texts = Vec::new();
    let status = session.history(issue, Issue.status)?;
    if let (true, Some(old), Some(new)) =
        (status.has_changes(), status.old_value(), status.new_value())
    {
        texts.push(format!("{} -> {}", old.label(), new.label()));
    }
    if session.history(issue, Issue.assignee_id)?.has_changes() {
        texts.push("assigned".to_owned());
    }
    if session.history(issue, Issue.deleted)?.has_changes() {
        let is_deleted = session[issue].deleted;
        texts.push(if is_deleted { "deleted" } else { "restored" }.to_owned());
    }
    Ok(texts)
}
