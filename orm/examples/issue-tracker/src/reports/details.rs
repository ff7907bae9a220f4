//! One issue with all that is written about it.

use orm::prelude::*;

use crate::models::{Comment, Issue};

/// What the page of an issue shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Such as `ENG-7`.
    pub name: String,
    pub title: String,
    pub body: String,
    pub reporter: String,
    /// Who says what.
    pub comments: Vec<(String, String)>,
    pub events: Vec<String>,
}

/// Returns the details of an issue.
///
/// # Errors
/// `NotFound`: there is no such issue.
pub fn details(session: &mut Session, id: i64) -> orm::Result<Details> {
    let issue = select(Issue)
        .filter(Issue.id.eq(id))
        .undefer(Issue.body)
        .with(Issue.project.joined())
        .with(Issue.reporter.joined())
        .with(Issue.comments.then(Comment.author))
        .with(Issue.events)
        .one(session)?;
    let session = &*session;
    let entity = &session[issue];
    let project = &session[entity.project.get()?];
    let comments = entity.comments.get()?.into_iter();
    let events = entity.events.get()?.into_iter();
    Ok(Details {
        name: format!("{}-{}", project.code, entity.number),
        title: entity.title.clone(),
        body: entity.body.get()?.clone(),
        reporter: session[entity.reporter.get()?].login.clone(),
        comments: comments
            .map(|comment| {
                let comment = &session[comment];
                let author = comment.author.get()?;
                Ok((session[author].login.clone(), comment.text.clone()))
            })
            .collect::<orm::Result<_>>()?,
        events: events.map(|event| session[event].text.clone()).collect(),
    })
}
