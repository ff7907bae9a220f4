//! Users and their profiles.

use issue_tracker::models::{Profile, User};
use issue_tracker::operations::{register, set_profile};
use issue_tracker::options;
use orm::ErrorKind;
use orm::prelude::*;
use orm::testing::{TestDatabase, assert_statements};

use crate::team::{assert_begin, rows};

#[orm::test(options = options)]
fn a_login_is_written_in_one_way_and_used_once(mut session: Session) -> orm::Result<()> {
    let ada = register(&mut session, " Ada ", "ada@example.com")?;
    let login = select(User.login).filter(User.id.eq(ada));
    assert_eq!(login.one(&mut session)?, "ada");
    let taken = register(&mut session, "ADA", "another@example.com").unwrap_err();
    assert!(taken.is_unique_violation(), "{taken}");
    assert_eq!(taken.constraint(), Some("uq_users_login"));
    Ok(())
}

#[orm::test(options = options)]
fn what_is_not_valid_is_listed_and_not_sent(db: TestDatabase) -> orm::Result<()> {
    let mut session = db.session();
    session.add(User::builder().login(" ").email("ada"));
    session.add(User::builder().login("bob").email("bob"));
    let error = assert_statements!(db, 0, session.commit()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Validation);
    let fields: Vec<_> = error
        .invalid_fields()
        .iter()
        .map(|invalid| invalid.field)
        .collect();
    assert_eq!(fields, [Some("login"), Some("email"), Some("email")]);
    session.rollback()
}

#[orm::test(options = options)]
fn a_new_profile_takes_the_place_of_the_old_one(db: TestDatabase) -> orm::Result<()> {
    let mut session = db.session();
    let ada = register(&mut session, "ada", "ada@example.com")?;
    let first = set_profile(&mut session, ada, "Ada Byron")?;
    db.take_statements();
    let second = set_profile(&mut session, ada, "Ada Lovelace")?;
    assert_begin(
        &db,
        &[
            r#"SELECT "id", "login", "email" FROM "users" WHERE "id" = ?"#,
            r#"SELECT "id", "full_name", "user_id" FROM "profiles" WHERE "user_id" = ?"#,
            r#"DELETE FROM "profiles" WHERE "id" = ?"#,
            r#"INSERT INTO "profiles" ("full_name", "user_id") VALUES (?, ?)"#,
        ],
    );
    assert_ne!(first, second);
    assert_eq!(rows(db.engine(), Profile)?, 1);
    Ok(())
}
