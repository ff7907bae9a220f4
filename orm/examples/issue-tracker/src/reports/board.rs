//! The board of a project: a card for each issue.

use orm::prelude::*;

use crate::models::{Issue, Project, Status};

/// What a board shows of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub number: i32,
    pub title: String,
    pub status: Status,
    pub assignee: Option<String>,
    pub labels: Vec<String>,
    /// Steps of the checklist that are done, and all of them.
    pub steps: (usize, usize),
}

/// Returns the cards of a project, by number: three statements, whatever the number of issues.
///
/// # Errors
/// Those of the database.
pub fn board(session: &mut Session, code: &str) -> orm::Result<Vec<Card>> {
    let issues = select(Issue)
        .filter(Issue.project.has(Project.code.eq(code)))
        .with(Issue.assignee.joined())
        .with(Issue.labels)
        .with(Issue.steps)
        .order_by(Issue.number)
        .all(session)?;
    issues
        .into_iter()
        .map(|issue| card(session, issue))
        .collect()
}

/// Reads what is loaded: `get` sends no statement.
fn card(session: &Session, issue: Ref<Issue>) -> orm::Result<Card> {
    let entity = &session[issue];
    let steps = entity.steps.get()?;
    let done = steps.iter().filter(|step| session[**step].done).count();
    let labels = entity.labels.get()?.into_iter();
    Ok(Card {
        number: entity.number,
        title: entity.title.clone(),
        status: entity.status,
        assignee: entity
            .assignee
            .get()?
            .map(|user| session[user].login.clone()),
        labels: labels.map(|label| session[label].name.clone()).collect(),
        steps: (done, steps.len()),
    })
}
