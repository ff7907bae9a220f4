//! The main job: add, get, change, delete, commit; what each sends, and what it leaves behind.

use super::statements::unguarded_writes;
use crate::cases;
use crate::database::Db;
use crate::fixtures::User;

cases![
    "crud":
    the_main_job,
    one_row_commits_without_begin,
    only_changed_columns_are_written,
];

fn the_main_job(db: &Db) {
    let mut session = db.session();
    let user = session.add(
        User::builder()
            .username("john_doe")
            .email("john@example.com"),
    );
    assert_eq!(session.key(user), None);
    session.commit().unwrap();
    let id = session[user].id;
    assert_ne!(id, 0);

    let john = session.get(User, id).unwrap().unwrap();
    assert_eq!(john, user);
    session[john].username = "new_username".into();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE username = 'new_username'"),
        1
    );

    session.delete(john);
    session.commit().unwrap();
    assert_eq!(db.count("users"), 0);
    assert!(session.get_ref(john).unwrap_err().is_stale_handle());
}

fn one_row_commits_without_begin(db: &Db) {
    let mut session = db.session();
    let user = session.add(User::builder().username("ada"));
    session.commit().unwrap();
    let sent = db.sent();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].starts_with("INSERT INTO \"users\" (\"username\", \"email\") VALUES (?, ?)"));

    session[user].email = Some("ada@example.com".into());
    session.commit().unwrap();
    // The entity is stale after the commit, so its UPDATE also matches what it was.
    let sent = db.sent();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(
        sent[0].starts_with("UPDATE \"users\" SET \"email\" = ? WHERE \"id\" = ? AND \"email\" ")
    );
}

fn only_changed_columns_are_written(db: &Db) {
    let mut session = db.session();
    let user = session.add(User::builder().username("ada").email("a@example.com"));
    session.commit().unwrap();
    session.get(User, session[user].id).unwrap();
    db.sent();

    session[user].username = "grace".into();
    session[user].email = Some("a@example.com".into());
    session.flush().unwrap();
    assert_eq!(
        unguarded_writes(db),
        ["UPDATE \"users\" SET \"username\" = ? WHERE \"id\" = ?"]
    );

    session[user].username = "other".into();
    session[user].username = "grace".into();
    session.flush().unwrap();
    assert_eq!(db.sent(), [""; 0]);
}
