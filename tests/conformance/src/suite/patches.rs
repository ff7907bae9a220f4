//! `derive(Patch)`: a struct of `Option`s changes some columns, of an entity, of a value and by an UPDATE.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{unguarded_writes, writes};

cases![
    "patches":
    what_the_patch_has_is_written,
    a_nullable_column_is_set_to_null_or_left,
    a_value_that_is_there_makes_no_update,
    an_empty_patch_writes_nothing,
    a_patch_replaces_an_expression,
    a_rollback_puts_back_what_a_patch_has_set,
    a_value_takes_a_patch,
    an_update_takes_a_patch,
    an_update_of_an_empty_patch_is_refused,
    a_value_that_is_too_long_is_refused,
    a_new_entity_takes_a_patch,
    the_handle_is_checked,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "patched_profiles")]
struct Profile {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    name: String,
    #[orm(length = 50)]
    email: Option<String>,
    logins: i32,
    mood: Mood,
    /// Which no patch of a client may change.
    is_admin: bool,
}

#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[orm(name = "patched_mood")]
enum Mood {
    Calm,
    Merry,
}

#[derive(Patch, Clone, Debug, Default)]
#[orm(model = Profile)]
struct ProfilePatch {
    name: Option<String>,
    #[allow(clippy::option_option, reason = "None leaves it, Some(None) is NULL")]
    email: Option<Option<String>>,
    logins: Option<i32>,
    mood: Option<Mood>,
    #[orm(skip)]
    #[allow(dead_code, reason = "it is no column: that it compiles is the case")]
    request: u64,
}

fn session(db: &Db) -> (Session, Ref<Profile>) {
    Metadata::of((Profile,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let profile = session.add(profile());
    session.commit().unwrap();
    db.sent();
    (session, profile)
}

fn profile() -> Profile {
    Profile {
        id: 0,
        name: "ada".into(),
        email: Some("ada@example.com".into()),
        logins: 3,
        mood: Mood::Calm,
        is_admin: true,
    }
}

/// What the database has.
fn stored(db: &Db) -> Profile {
    select(Profile).one(&mut db.other_connection()).unwrap()
}

fn what_the_patch_has_is_written(db: &Db) {
    let (mut session, profile) = session(db);
    let patch = ProfilePatch {
        name: Some("lovelace".into()),
        mood: Some(Mood::Merry),
        ..ProfilePatch::default()
    };
    session.apply(profile, patch).unwrap();
    assert_eq!(session.changed_columns(profile).unwrap(), ["name", "mood"]);
    session.commit().unwrap();
    let update = r#"UPDATE "patched_profiles" SET "name" = ?, "mood" = ? WHERE "id" = ?"#;
    assert_eq!(unguarded_writes(db), [update]);
    let stored = stored(db);
    assert_eq!(stored, session[profile]);
    assert_eq!((&*stored.name, stored.mood), ("lovelace", Mood::Merry));
    assert_eq!((stored.logins, stored.is_admin), (3, true));
}

fn a_nullable_column_is_set_to_null_or_left(db: &Db) {
    let (mut session, profile) = session(db);
    let patch = ProfilePatch {
        email: Some(None),
        ..ProfilePatch::default()
    };
    session.apply(profile, patch).unwrap();
    session.commit().unwrap();
    assert_eq!(stored(db).email, None);
    let patch = ProfilePatch {
        email: Some(Some("a@example.com".into())),
        ..ProfilePatch::default()
    };
    session.apply(profile, patch).unwrap();
    session.commit().unwrap();
    assert_eq!(stored(db).email.as_deref(), Some("a@example.com"));
    let patch = ProfilePatch {
        logins: Some(4),
        ..ProfilePatch::default()
    };
    session.apply(profile, patch).unwrap();
    session.commit().unwrap();
    assert_eq!(stored(db).email.as_deref(), Some("a@example.com"));
}

fn a_value_that_is_there_makes_no_update(db: &Db) {
    let (mut session, profile) = session(db);
    let patch = ProfilePatch {
        name: Some("ada".into()),
        logins: Some(3),
        ..ProfilePatch::default()
    };
    session.apply(profile, patch).unwrap();
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn an_empty_patch_writes_nothing(db: &Db) {
    let (mut session, profile) = session(db);
    assert!(ProfilePatch::default().into_assignments().is_empty());
    session.apply(profile, ProfilePatch::default()).unwrap();
    assert!(session.changed_columns(profile).unwrap().is_empty());
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn a_patch_replaces_an_expression(db: &Db) {
    let (mut session, profile) = session(db);
    session
        .set(profile, Profile.logins, Profile.logins + 1)
        .unwrap();
    // It is the value that the entity has.
    let patch = ProfilePatch {
        logins: Some(3),
        name: Some("lovelace".into()),
        ..ProfilePatch::default()
    };
    session.apply(profile, patch).unwrap();
    session.commit().unwrap();
    let update = r#"UPDATE "patched_profiles" SET "name" = ? WHERE "id" = ?"#;
    assert_eq!(unguarded_writes(db), [update]);
    assert_eq!(stored(db).logins, 3);
}

fn a_rollback_puts_back_what_a_patch_has_set(db: &Db) {
    let (mut session, handle) = session(db);
    let before = stored(db);
    let patch = ProfilePatch {
        email: Some(None),
        ..ProfilePatch::default()
    };
    session.apply(handle, patch.clone()).unwrap();
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[handle], before);
    session.apply(handle, patch).unwrap();
    session.rollback().unwrap();
    assert_eq!((&session[handle], &stored(db)), (&before, &before));
}

fn a_value_takes_a_patch(_: &Db) {
    let mut value = profile();
    let patch = ProfilePatch {
        email: Some(None),
        mood: Some(Mood::Merry),
        ..ProfilePatch::default()
    };
    patch.apply_to(&mut value).unwrap();
    let expected = Profile {
        email: None,
        mood: Mood::Merry,
        ..profile()
    };
    assert_eq!(value, expected);
}

fn an_update_takes_a_patch(db: &Db) {
    let (mut session, handle) = session(db);
    let patch = ProfilePatch {
        email: Some(None),
        logins: Some(9),
        ..ProfilePatch::default()
    };
    let id = session[handle].id;
    let by_key = update(Profile).patch(patch).filter(Profile.id.eq(id));
    assert_eq!(by_key.execute(&mut session).unwrap(), 1);
    session.commit().unwrap();
    let update = r#"UPDATE "patched_profiles" SET "email" = ?, "logins" = ? WHERE "id" = ?"#;
    assert_eq!(writes(db), [update]);
    let stored = stored(db);
    assert_eq!((stored.email, stored.logins), (None, 9));
    assert_eq!(&*stored.name, "ada");
}

fn an_update_of_an_empty_patch_is_refused(db: &Db) {
    let (mut session, _) = session(db);
    let empty = update(Profile).patch(ProfilePatch::default());
    let error = empty.execute(&mut session).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(writes(db), [""; 0]);
}

fn a_value_that_is_too_long_is_refused(db: &Db) {
    let (mut session, profile) = session(db);
    let patch = ProfilePatch {
        name: Some("a".repeat(21)),
        ..ProfilePatch::default()
    };
    let update = update(Profile).patch(patch.clone());
    let error = update.execute(&mut session).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DataTooLong);
    session.apply(profile, patch).unwrap();
    let error = session.commit().unwrap_err();
    assert_eq!(
        (error.kind(), error.column()),
        (ErrorKind::DataTooLong, Some("name"))
    );
    assert_eq!(writes(db), [""; 0]);
}

fn a_new_entity_takes_a_patch(db: &Db) {
    let (mut session, old) = session(db);
    session.delete(old);
    let new = session.add(profile());
    let patch = ProfilePatch {
        name: Some("grace".into()),
        ..ProfilePatch::default()
    };
    session.apply(new, patch).unwrap();
    session.commit().unwrap();
    assert_eq!(&*stored(db).name, "grace");
}

fn the_handle_is_checked(db: &Db) {
    let (mut session, profile) = session(db);
    session.clear();
    let error = session.apply(profile, ProfilePatch::default()).unwrap_err();
    assert!(error.is_stale_handle());
}
