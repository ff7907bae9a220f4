//! Users register, tell about themselves, and leave.

use orm::prelude::*;

use crate::models::{Profile, User};

/// Registers a user, and returns their key.
///
/// # Errors
/// - `UniqueViolation`: the login is in use.
/// - `Validation`: the login is empty, or the address has no `@`.
pub fn register(session: &mut Session, login: &str, email: &str) -> orm::Result<i64> {
    let user = session.add(User::builder().login(login).email(email));
    session.commit()?;
    Ok(session[user].id)
}

/// Gives a user a profile in place of the one before, which is deleted as an orphan.
///
/// # Errors
/// `NotFound`: there is no such user.
pub fn set_profile(session: &mut Session, user: i64, full_name: &str) -> orm::Result<i64> {
    let user = session.get_one(User, user)?;
    session.load(user, User.profile)?;
    let profile = session.append(user, User.profile, Profile::builder().full_name(full_name))?;
    session.commit()?;
    Ok(session[profile].id)
}

/// Deletes a user. Their profile is deleted with them, the database deletes their memberships, and their issues lose the
/// assignee.
///
/// # Errors
/// - `NotFound`: there is no such user.
/// - `ForeignKeyViolation`: the user has reported issues or written comments. Nothing is deleted.
pub fn delete_user(engine: &Engine, user: i64) -> orm::Result<()> {
    engine.transaction(|session| {
        let user = session.get_one(User, user)?;
        session.delete(user);
        Ok(())
    })
}
