//! People: a user who logs in, and the profile that a user may have.

use orm::prelude::*;

use super::{Issue, Membership, Project};

/// Someone who reports issues and works on them.
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
pub struct User {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(unique, length = 40)]
    pub login: String,
    #[orm(length = 254)]
    pub email: String,
    /// Deleted with the user, and when another profile takes its place.
    #[orm(cascade = delete, orphans = delete)]
    pub profile: HasOne<Profile>,
    #[orm(through = Membership)]
    pub projects: ManyToMany<Project>,
    // An issue has two relations to users, so each list names its own.
    #[orm(inverse = Issue.reporter)]
    pub reported: HasMany<Issue>,
    #[orm(inverse = Issue.assignee)]
    pub assigned: HasMany<Issue>,
}

impl Hooks for User {
    fn before_insert(&mut self) -> orm::Result<()> {
        self.login = self.login.trim().to_lowercase();
        Ok(())
    }

    fn validate(&self, invalid: &mut Invalid<'_, Self>) {
        invalid.check(User.login, !self.login.is_empty(), "is empty");
        invalid.check(User.email, self.email.contains('@'), "has no @");
    }
}

/// What a user tells about themselves.
#[derive(Model, Clone, Debug)]
#[orm(table = "profiles")]
pub struct Profile {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(length = 100)]
    pub full_name: String,
    #[orm(references = User.id, unique)]
    pub user_id: i64,
    pub user: BelongsTo<User>,
}
