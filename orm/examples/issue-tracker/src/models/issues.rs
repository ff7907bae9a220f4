//! Issues, and what they consist of: labels and the steps of a checklist.

use orm::Deferred;
use orm::prelude::*;

use super::{Comment, Event, Milestone, Project, User};

/// Where the work on an issue is.
#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Open,
    InProgress,
    Done,
}

/// A bug or a task.
#[derive(Model, Clone, Debug)]
#[orm(table = "issues", unique(project_id, number))]
pub struct Issue {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(references = Project.id)]
    pub project_id: i64,
    /// Counts the issues of the project.
    pub number: i32,
    #[orm(length = 120)]
    pub title: String,
    /// Long, and not needed for a list of issues: queries leave it out.
    pub body: Deferred<String>,
    #[orm(default = Status::Open)]
    pub status: Status,
    /// How often the issue was opened again.
    #[orm(default = 0)]
    pub reopened: i32,
    /// Soft delete: a criterion of the engine hides such issues.
    #[orm(default = false)]
    pub deleted: bool,
    /// Counts the updates. An UPDATE matches it, so that no change of another session is overwritten.
    #[orm(version)]
    pub version: i32,
    // The database refuses to delete a user who has reported issues.
    #[orm(references = User.id, on_delete = restrict, index)]
    pub reporter_id: i64,
    #[orm(references = User.id, on_delete = set_null, index)]
    pub assignee_id: Option<i64>,
    #[orm(references = Milestone.id, on_delete = set_null, index)]
    pub milestone_id: Option<i64>,
    #[orm(references = Issue.id, index)]
    pub parent_id: Option<i64>,

    pub project: BelongsTo<Project>,
    #[orm(key = reporter_id)]
    pub reporter: BelongsTo<User>,
    #[orm(key = assignee_id)]
    pub assignee: BelongsTo<Option<User>>,
    pub milestone: BelongsTo<Option<Milestone>>,
    pub parent: BelongsTo<Option<Issue>>,
    #[orm(cascade = delete, order_by = Issue.number)]
    pub children: HasMany<Issue>,
    #[orm(link_table = "issue_labels", order_by = Label.name)]
    pub labels: ManyToMany<Label>,
    /// A step that is unlinked is an orphan, and deleted.
    #[orm(cascade = delete, orphans = delete, order_by = Step.position)]
    pub steps: HasMany<Step>,
    // The database deletes these, by ON DELETE CASCADE, so they need not be read.
    #[orm(order_by = Comment.id)]
    pub comments: HasMany<Comment>,
    #[orm(order_by = Event.id)]
    pub events: HasMany<Event>,
}

impl Hooks for Issue {
    fn before_update(&mut self, stored: &Self) -> orm::Result<()> {
        if stored.status == Status::Done && self.status != Status::Done {
            self.reopened += 1;
        }
        Ok(())
    }

    fn validate(&self, invalid: &mut Invalid<'_, Self>) {
        let has_title = !self.title.trim().is_empty();
        invalid.check(Issue.title, has_title, "is empty");
        if self.status != Status::Open && self.assignee_id.is_none() {
            invalid.entity("work on an issue needs an assignee");
        }
    }
}

/// A word by which issues are found, such as `bug`.
#[derive(Model, Clone, Debug)]
#[orm(table = "labels")]
pub struct Label {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(unique, length = 50)]
    pub name: String,
    #[orm(inverse = Issue.labels)]
    pub issues: ManyToMany<Issue>,
}

/// One line of the checklist of an issue.
#[derive(Model, Clone, Debug)]
#[orm(table = "steps")]
pub struct Step {
    #[orm(primary_key)]
    pub id: i64,
    pub position: i32,
    #[orm(length = 200)]
    pub text: String,
    #[orm(default = false)]
    pub done: bool,
    #[orm(references = Issue.id, index)]
    pub issue_id: i64,
    pub issue: BelongsTo<Issue>,
}
