//! The checklist of an issue: steps in an order that the user chooses.

use orm::prelude::*;

use crate::models::{Issue, Step};

/// Adds a step at the end of a checklist, and returns its key.
///
/// # Errors
/// `NotFound`: there is no such issue.
pub fn add_step(session: &mut Session, issue: i64, text: &str) -> orm::Result<i64> {
    let issue = session.get_one(Issue, issue)?;
    let steps = session.load(issue, Issue.steps)?;
    let position = steps.last().map_or(1, |last| session[*last].position + 1);
    let step = session.append(
        issue,
        Issue.steps,
        Step::builder().position(position).text(text),
    )?;
    session.commit()?;
    Ok(session[step].id)
}

/// Finishes a step. Returns whether it was not finished before.
///
/// # Errors
/// `NotFound`: there is no such step.
pub fn finish_step(session: &mut Session, step: i64) -> orm::Result<bool> {
    let step = session.get_one(Step, step)?;
    let is_new = !std::mem::replace(&mut session[step].done, true);
    session.commit()?; // sends nothing if the step was finished
    Ok(is_new)
}

/// Moves a step to a place of its checklist; 0 is the first.
///
/// # Errors
/// `NotFound`: there is no such step.
pub fn move_step(session: &mut Session, step: i64, to: usize) -> orm::Result<()> {
    let step = session.get_one(Step, step)?;
    let issue = session.load(step, Step.issue)?;
    let steps = session.load(issue, Issue.steps)?.into_iter();
    let mut steps: Vec<_> = steps.filter(|other| *other != step).collect();
    steps.insert(to.min(steps.len()), step);
    for (position, step) in (1..).zip(steps) {
        session[step].position = position; // an UPDATE has the steps that get another one
    }
    session.commit()
}

/// Removes a step. It has lost its issue, so it is deleted as an orphan.
///
/// # Errors
/// `NotFound`: there is no such step.
pub fn remove_step(session: &mut Session, step: i64) -> orm::Result<()> {
    let step = session.get_one(Step, step)?;
    let issue = session.load(step, Step.issue)?;
    session.unlink(issue, Issue.steps, step)?;
    session.commit()
}
