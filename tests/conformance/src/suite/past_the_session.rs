//! What statements past the unit of work, and the database's own cascades, do to what a session holds:
//! memory and database agree afterwards, and after a rollback.

use orm::ErrorKind;
use orm::prelude::*;

use super::statements::{handles, user, usernames, users};
use super::support::{fails, natively, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Post, User};

cases![
    "past_the_session":
    a_bulk_insert_of_many_statements_is_whole_or_not_at_all,
    a_bulk_delete_expires_what_the_database_deletes_along,
    rows_of_raw_sql_that_writes_are_taken_as_they_are (crate::suite::Requires::UpdateReturning),
    raw_sql_that_fails_after_writing_leaves_nothing_fresh (crate::suite::Requires::UpdateReturning),
    a_bulk_update_counts_up_the_version,
    a_rollback_puts_back_what_was_read_of_the_undone,
    a_savepoint_puts_back_what_was_read_of_the_undone,
    a_reference_that_the_database_sets_to_null_is_null_in_memory,
    a_transaction_that_is_committed_past_the_session_is_stored,
    a_transaction_that_is_rolled_back_past_the_session_is_not,
    two_models_of_one_table_see_each_others_changes,
    a_delete_of_a_gone_row_can_be_given_up,
];

/// A pet that outlives its owner.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "past_pets")]
struct Pet {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id, on_delete = set_null)]
    owner_id: Option<i64>,
    #[orm(length = 20)]
    name: String,
}

/// A part of what [`User`] has.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "users")]
struct Name {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    username: String,
}

fn pets(db: &Db) {
    let pets = Metadata::of((User, Pet)).schema().unwrap();
    orm::engine::create_missing(&mut db.engine.connection().unwrap(), &pets).unwrap();
}

fn many(last: &str) -> Vec<User> {
    let name = |index: usize| match index {
        2_999 => last.to_owned(),
        _ => format!("user {index}"),
    };
    let user = |index| User {
        id: 0,
        username: name(index),
        email: None,
    };
    (0..3_000).map(user).collect()
}

fn a_bulk_insert_of_many_statements_is_whole_or_not_at_all(db: &Db) {
    let too_long = "x".repeat(60);
    let mut session = db.session();
    let kept = session.add(User::builder().username("kept"));
    for last in ["user 7", too_long.as_str()] {
        insert(User)
            .values(&many(last))
            .execute(&mut session)
            .unwrap_err();
        insert(User)
            .values(&many(last))
            .returning(User.id)
            .all(&mut session)
            .unwrap_err();
    }
    session.commit().unwrap();
    assert_eq!(usernames(db), ["kept"]);
    assert_eq!(session[kept].username, "kept");
    let mut conn = db.engine.connection().unwrap();
    insert(User)
        .values(&many("user 7"))
        .execute(&mut conn)
        .unwrap_err();
    assert_eq!(usernames(db), ["kept"]);
    insert(User)
        .values(&many("last"))
        .execute(&mut conn)
        .unwrap();
    assert_eq!(db.count("users"), 3_001);
}

fn a_bulk_delete_expires_what_the_database_deletes_along(db: &Db) {
    seed(db);
    let mut session = db.session();
    let post = session.get(Post, 1).unwrap().unwrap();
    let author = session[post].author_id;
    delete(User)
        .filter(User.id.eq(author))
        .execute(&mut session)
        .unwrap();
    assert!(session.is_stale(post).unwrap());
    assert_eq!(session.get(Post, 1).unwrap(), None);
}

fn rows_of_raw_sql_that_writes_are_taken_as_they_are(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let known = handles(&mut session, &ids);
    let changed = raw("UPDATE users SET email = 'new' RETURNING id, username, email")
        .entities(User, &mut session)
        .unwrap();
    assert_eq!(changed.len(), 2);
    for user in known {
        assert!(changed.contains(&user));
        assert_eq!(session[user].email.as_deref(), Some("new"));
    }
}

fn raw_sql_that_fails_after_writing_leaves_nothing_fresh(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let known = handles(&mut session, &ids);
    let update = raw("UPDATE users SET email = 'new' RETURNING id");
    fails(
        update.one::<(i64,), _>(&mut session),
        ErrorKind::MultipleRows,
    );
    for user in known {
        session.get(User, session[user].id).unwrap();
        assert_eq!(session[user].email.as_deref(), Some("new"));
    }
}

fn a_bulk_update_counts_up_the_version(db: &Db) {
    let mut session = db.session();
    let account = session.add(Account::builder().owner("ada").balance(1));
    session.commit().unwrap();
    let mut conn = db.other_connection();
    update(Account)
        .set(Account.balance, 5)
        .execute(&mut conn)
        .unwrap();
    session[account].owner = "bob".into();
    fails(session.commit(), ErrorKind::StaleData);
    session.refresh(account).unwrap();
    assert_eq!((session[account].balance, session[account].version), (5, 2));
    // What is set is what it is.
    update(Account)
        .set(Account.version, 9)
        .execute(&mut conn)
        .unwrap();
    assert_eq!(db.scalar("SELECT version FROM accounts"), 9);
}

fn a_rollback_puts_back_what_was_read_of_the_undone(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].email = Some("stored".into());
    session.commit().unwrap();
    update(User)
        .set(User.email, "undone")
        .execute(&mut session)
        .unwrap();
    session.refresh(ada).unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("undone"));
    session.rollback().unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("stored"));
    session[ada].email = Some("mine".into());
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'mine'"),
        1
    );
}

fn a_savepoint_puts_back_what_was_read_of_the_undone(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].email = Some("kept".into());
    let undone: orm::Result<()> = session.savepoint(|session| {
        raw("UPDATE users SET email = 'undone'").execute(session)?;
        select(User).all(session)?;
        assert_eq!(session[ada].email.as_deref(), Some("undone"));
        Err(orm::Error::new(ErrorKind::Other))
    });
    undone.unwrap_err();
    assert_eq!(session[ada].email.as_deref(), Some("kept"));
    session[ada].username = "lovelace".into();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'kept' AND username = 'lovelace'"),
        1
    );
}

fn a_reference_that_the_database_sets_to_null_is_null_in_memory(db: &Db) {
    pets(db);
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let owners = handles(&mut session, &ids);
    let rex = session.add(Pet::builder().name("rex").owner_id(ids[0]));
    let tom = session.add(Pet::builder().name("tom").owner_id(ids[1]));
    session.flush().unwrap();
    session.delete(owners[0]);
    session.flush().unwrap();
    assert_eq!(session[rex].owner_id, None);
    assert_eq!(session[tom].owner_id, Some(ids[1]));
    session[rex].owner_id = Some(ids[1]);
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[rex].owner_id, Some(ids[0]));

    session.add_again(rex).unwrap();
    session.commit().unwrap();
    session.delete(owners[0]);
    session.commit().unwrap();
    assert_eq!(session[rex].owner_id, None);
    session[rex].owner_id = Some(ids[1]);
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM past_pets WHERE owner_id > 0"),
        1
    );
}

fn a_transaction_that_is_committed_past_the_session_is_stored(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    session.flush().unwrap();
    natively(db, session.connection().unwrap(), "COMMIT");
    let late = session.add(User::builder().username("late"));
    let error = fails(session.commit(), ErrorKind::CommitUnknown);
    assert!(
        error
            .message()
            .contains("outcome of the flushed changes is unknown"),
        "{error}"
    );
    session.rollback().unwrap();
    assert_eq!(usernames(db), ["ada"]);
    assert_eq!(
        session.entity_state(ada).unwrap(),
        orm::EntityState::Persistent
    );
    assert_eq!(
        session.entity_state(late).unwrap(),
        orm::EntityState::Transient
    );
    // The work is not done twice.
    fails(session.add_again(ada), ErrorKind::Usage);
    session[ada].email = Some("x".into());
    session.add_again(late).unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["ada", "late"]);
}

fn a_transaction_that_is_rolled_back_past_the_session_is_not(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    session.flush().unwrap();
    natively(db, session.connection().unwrap(), "ROLLBACK");
    let error = fails(session.commit(), ErrorKind::CommitUnknown);
    assert!(
        error
            .message()
            .contains("outcome of the flushed changes is unknown"),
        "{error}"
    );
    session.rollback().unwrap();
    session.add_again(ada).unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["ada"]);
}

fn two_models_of_one_table_see_each_others_changes(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let user = session.get(User, id).unwrap().unwrap();
    let name = session.get(Name, id).unwrap().unwrap();
    session[user].username = "lovelace".into();
    session.flush().unwrap();
    assert_eq!(session.get(Name, id).unwrap(), Some(name));
    assert_eq!(session[name].username, "lovelace");
    // A parent is found whichever model it was added by.
    session[user].email = Some("x".into());
    let author = session.add(Name {
        id: 77,
        username: "bob".into(),
    });
    session.add(Post::builder().title("t").author_id(77));
    session.commit().unwrap();
    assert_eq!(session[author].id, 77);
    assert_eq!(db.count("posts"), 1);
}

fn a_delete_of_a_gone_row_can_be_given_up(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session.commit().unwrap();
    session[all[1]].email = Some("kept".into());
    session.delete(all[0]);
    db.outside("DELETE FROM users WHERE username = 'ada'");
    let error = fails(session.flush(), ErrorKind::StaleData);
    assert!(error.hint().unwrap().contains("expunge"), "{error}");
    fails(session.refresh(all[0]), ErrorKind::NotFound);
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'kept'"),
        1
    );
    // One that is there lives again.
    session.delete(all[1]);
    session.refresh(all[1]).unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["bob"]);
}
