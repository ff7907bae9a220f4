//! Projects and their members.

use orm::prelude::*;

use crate::models::{Membership, Project, Role, User};

/// Creates a project with its owner, and returns its key.
///
/// # Errors
/// `UniqueViolation`: the code is in use.
pub fn create_project(
    session: &mut Session,
    code: &str,
    name: &str,
    owner: i64,
) -> orm::Result<i64> {
    let owner = session.get_one(User, owner)?;
    // The project has no key yet: the flush inserts it first, and the membership with the key that comes back.
    let project = session.add(Project::builder().code(code).name(name));
    session.add(
        Membership::builder()
            .project(project)
            .user(owner)
            .role(Role::Owner),
    );
    session.commit()?;
    Ok(session[project].id)
}

/// Makes a user a member of a project, or gives a member another role. Returns whether the user is new there.
///
/// # Errors
/// `ForeignKeyViolation`: there is no such project or user.
pub fn set_role(session: &mut Session, project: i64, user: i64, role: Role) -> orm::Result<bool> {
    let row = Membership::builder()
        .project_id(project)
        .user_id(user)
        .role(role);
    let key = (Membership.project_id, Membership.user_id);
    let (_, is_new) = session.update_or_create(key, row, |member| member.role = role)?;
    session.commit()?;
    Ok(is_new)
}

/// Deletes a project with all that belongs to it, deleted issues too. Its members stay users.
///
/// # Errors
/// `NotFound`: there is no such project.
pub fn delete_project(engine: &Engine, project: i64) -> orm::Result<()> {
    engine.transaction(|session| {
        let project = session.get_one(Project, project)?;
        session.delete(project);
        Ok(())
    })
}
