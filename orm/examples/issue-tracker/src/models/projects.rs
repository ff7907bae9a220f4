//! Projects, their members and milestones.

use orm::prelude::*;

use super::{Issue, User};

/// What issues belong to.
#[derive(Model, Clone, Debug)]
#[orm(table = "projects")]
pub struct Project {
    #[orm(primary_key)]
    pub id: i64,
    /// The short name before an issue's number: `ENG` in `ENG-7`.
    #[orm(unique, length = 10)]
    pub code: String,
    #[orm(length = 100)]
    pub name: String,
    /// The number of the newest issue.
    #[orm(default = 0)]
    pub last_number: i32,
    // The session deletes issues first, since they have children of their own that it knows how to delete.
    #[orm(cascade = delete, order_by = Issue.number)]
    pub issues: HasMany<Issue>,
    #[orm(cascade = delete, order_by = Milestone.title)]
    pub milestones: HasMany<Milestone>,
    #[orm(through = Membership, order_by = User.login)]
    pub members: ManyToMany<User>,
}

/// What a member may do.
#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Reader,
    Developer,
    Owner,
}

/// Links a user and a project. The role makes it a model: a link table without columns of its own needs no struct.
#[derive(Model, Clone, Debug)]
#[orm(table = "memberships")]
pub struct Membership {
    #[orm(primary_key, references = Project.id, on_delete = cascade)]
    pub project_id: i64,
    #[orm(primary_key, references = User.id, on_delete = cascade, index)]
    pub user_id: i64,
    pub role: Role,
    pub project: BelongsTo<Project>,
    pub user: BelongsTo<User>,
}

/// A version that issues are planned for.
#[derive(Model, Clone, Debug)]
#[orm(table = "milestones", unique(project_id, title))]
pub struct Milestone {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(references = Project.id)]
    pub project_id: i64,
    #[orm(length = 60)]
    pub title: String,
    pub project: BelongsTo<Project>,
    #[orm(order_by = Issue.number)]
    pub issues: HasMany<Issue>,
}
