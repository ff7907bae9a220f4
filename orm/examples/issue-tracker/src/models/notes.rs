//! What is written about an issue: comments by people, and events by the program.

use orm::prelude::*;

use super::{Issue, User};

/// What someone says about an issue.
#[derive(Model, Clone, Debug)]
#[orm(table = "comments")]
pub struct Comment {
    #[orm(primary_key)]
    pub id: i64,
    pub text: String,
    #[orm(references = Issue.id, on_delete = cascade, index)]
    pub issue_id: i64,
    #[orm(references = User.id, on_delete = restrict, index)]
    pub author_id: i64,
    pub issue: BelongsTo<Issue>,
    pub author: BelongsTo<User>,
}

/// One change of an issue. `audit.rs` writes them.
#[derive(Model, Clone, Debug)]
#[orm(table = "events")]
pub struct Event {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(length = 200)]
    pub text: String,
    #[orm(references = Issue.id, on_delete = cascade, index)]
    pub issue_id: i64,
    pub issue: BelongsTo<Issue>,
}
