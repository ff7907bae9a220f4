//! Rollback: what the transaction did is undone, in the database and in memory.

use orm::EntityState;

use super::statements::{handles, user, usernames, users};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Country, Document, Line, User};

cases![
    "rollback":
    an_added_entity_becomes_transient_and_can_be_added_again,
    an_added_entity_that_was_never_flushed_becomes_transient,
    updated_values_are_restored_after_several_flushes,
    unflushed_edits_are_undone,
    a_deleted_entity_lives_again_and_is_in_the_identity_map,
    an_edit_before_or_after_a_delete_is_undone,
    a_delete_that_was_never_flushed_is_undone,
    entities_are_stale_after_a_rollback,
    everything_at_once_is_undone,
    an_entity_that_was_added_changed_and_deleted_is_transient,
    client_keys_stay_and_leave_the_identity_map,
    versions_are_restored,
    nothing_is_visible_to_others_before_commit,
    dropping_the_session_rolls_back,
    rolling_back_twice_and_without_work_is_nothing,
    after_a_rollback_the_session_goes_on,
    a_rollback_goes_back_to_the_last_commit,
    an_entity_in_a_reused_slot_is_restored,
    an_added_entity_has_the_values_of_its_insert,
    what_was_forgotten_and_read_back_is_not_taken_for_stored,
    a_row_found_gone_outside_a_transaction_stays_gone,
];

fn an_added_entity_becomes_transient_and_can_be_added_again(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada").email("a@example.com"));
    session.flush().unwrap();
    let id = session[ada].id;
    assert_ne!(id, 0);
    session.rollback().unwrap();
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Transient);
    assert_eq!(
        (session[ada].username.as_str(), session[ada].id),
        ("ada", 0)
    );
    assert_eq!(session.key(ada), None);
    assert_eq!(session.get(User, id).unwrap(), None);
    session.commit().unwrap();
    assert_eq!(db.count("users"), 0);

    session[ada].email = None;
    session.add_again(ada).unwrap();
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Pending);
    session.commit().unwrap();
    assert_eq!(usernames(db), ["ada"]);
    assert_eq!(session.get(User, session[ada].id).unwrap(), Some(ada));
    let error = session.add_again(ada).unwrap_err();
    assert_eq!(error.kind(), orm::ErrorKind::Usage);
    assert!(error.message().contains("User"), "{error}");
}

fn an_added_entity_that_was_never_flushed_becomes_transient(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    session.rollback().unwrap();
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Transient);
    assert!(!session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(db.count("users"), 0);
    session.add_again(ada).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("users"), 1);
}

fn updated_values_are_restored_after_several_flushes(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].username = "one".into();
    session.flush().unwrap();
    session[ada].username = "two".into();
    session[ada].email = Some("two".into());
    session.flush().unwrap();
    session[ada].email = Some("three".into());
    session.flush().unwrap();
    session[ada].username = "four".into();
    session.rollback().unwrap();
    assert_eq!(
        session[ada],
        User {
            id,
            username: "ada".into(),
            email: None
        }
    );
    assert_eq!(usernames(db), ["ada"]);
    // And the next transaction starts from there.
    session[ada].email = Some("next".into());
    session.commit().unwrap();
    session[ada].email = Some("undone".into());
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("next"));
}

fn unflushed_edits_are_undone(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].username.push_str(" lovelace");
    session.rollback().unwrap();
    assert_eq!(session[ada].username, "ada");
    assert!(!session.has_pending_work());
    db.sent();
    session.commit().unwrap();
    assert_eq!(db.sent(), [""; 0]);
}

fn a_deleted_entity_lives_again_and_is_in_the_identity_map(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.delete(ada);
    session.flush().unwrap();
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Deleted);
    assert_eq!(session.get(User, id).unwrap(), None);
    assert_eq!(session[ada].username, "ada");
    session.rollback().unwrap();
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Persistent);
    assert_eq!(session.get(User, id).unwrap(), Some(ada));
    session[ada].email = Some("alive".into());
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'alive'"),
        1
    );
}

fn an_edit_before_or_after_a_delete_is_undone(db: &Db) {
    let ids = users(db, &["a", "b", "c"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session[all[0]].username = "before".into();
    session.delete(all[0]);
    session.delete(all[1]);
    session[all[1]].username = "after".into();
    session.delete(all[2]);
    session.flush().unwrap();
    session[all[2]].username = "after the flush".into();
    session.rollback().unwrap();
    let names = all.iter().map(|handle| session[*handle].username.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(!session.has_pending_work());
}

fn a_delete_that_was_never_flushed_is_undone(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].username = "changed".into();
    session.delete(ada);
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Deleting);
    assert_eq!(
        session
            .no_autoflush(|session| session.get(User, id))
            .unwrap(),
        None
    );
    session.rollback().unwrap();
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Persistent);
    assert_eq!(session[ada].username, "ada");
    assert_eq!(session.get(User, id).unwrap(), Some(ada));
}

fn entities_are_stale_after_a_rollback(db: &Db) {
    let ids = users(db, &["a", "b"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session[all[0]].username = "changed".into();
    session.flush().unwrap();
    session.rollback().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    for handle in all {
        assert!(session.is_stale(handle).unwrap());
        session.get(User, session[handle].id).unwrap();
        assert_eq!(session[handle].email.as_deref(), Some("theirs"));
    }
}

fn everything_at_once_is_undone(db: &Db) {
    let ids = users(db, &["changed", "deleted", "both"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    for round in 0..3 {
        session[all[0]].username = format!("c{round}");
        session[all[2]].username = format!("b{round}");
        session.add(User::builder().username(format!("new {round}")));
        session.flush().unwrap();
    }
    session.delete(all[1]);
    session.delete(all[2]);
    session.flush().unwrap();
    session.add(User::builder().username("deleted"));
    session[all[0]].email = Some("x".into());
    session.flush().unwrap();
    session[all[0]].email = Some("unflushed".into());
    session.rollback().unwrap();
    for (handle, (id, name)) in all
        .iter()
        .zip(ids.iter().zip(["changed", "deleted", "both"]))
    {
        assert_eq!(
            session[*handle],
            User {
                id: *id,
                username: name.into(),
                email: None
            }
        );
        assert_eq!(session.get(User, *id).unwrap(), Some(*handle));
    }
    assert_eq!(usernames(db), ["changed", "deleted", "both"]);
}

fn an_entity_that_was_added_changed_and_deleted_is_transient(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    session.flush().unwrap();
    session[ada].email = Some("x".into());
    session.flush().unwrap();
    session.delete(ada);
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Transient);
    session.add_again(ada).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("users"), 1);
}

fn client_keys_stay_and_leave_the_identity_map(db: &Db) {
    let mut session = db.session();
    let id = uuid::Uuid::from_u128(1);
    let country = session.add(Country {
        code: "PE".into(),
        name: "Peru".into(),
    });
    let document = session.add(Document { id, body: None });
    let line = session.add(Line {
        number: 1,
        position: 2,
        quoted: 3,
    });
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session.key(country).as_deref(), Some("PE"));
    assert_eq!(session.key(document), Some(id));
    assert_eq!(session.key(line), Some((1, 2)));
    assert_eq!(session.get(Country, "PE").unwrap(), None);
    assert_eq!(session.get(Document, id).unwrap(), None);
    assert_eq!(session.get(Line, (1, 2)).unwrap(), None);
    let other = session.add(Country {
        code: "PE".into(),
        name: "again".into(),
    });
    session.commit().unwrap();
    assert_eq!(session.get(Country, "PE").unwrap(), Some(other));
}

fn versions_are_restored(db: &Db) {
    let mut session = db.session();
    let account = session.add(Account::builder().owner("ada").balance(1));
    session.flush().unwrap();
    session[account].balance = 2;
    session.flush().unwrap();
    assert_eq!(session[account].version, 2);
    session.rollback().unwrap();
    session.add_again(account).unwrap();
    session.commit().unwrap();
    assert_eq!(session[account].version, 1);
    assert_eq!(db.scalar("SELECT version FROM accounts"), 1);
    for balance in 10..13 {
        session[account].balance = balance;
        session.flush().unwrap();
    }
    assert_eq!(session[account].version, 4);
    session.rollback().unwrap();
    assert_eq!((session[account].version, session[account].balance), (1, 1));
    session[account].balance = 5;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT version FROM accounts"), 2);
}

fn nothing_is_visible_to_others_before_commit(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].username = "changed".into();
    session.add(User::builder().username("new"));
    session.flush().unwrap();
    assert_eq!(usernames(db), ["ada"]);
    assert!(session.in_transaction());
    session.commit().unwrap();
    assert!(!session.in_transaction());
    assert_eq!(usernames(db), ["changed", "new"]);
}

fn dropping_the_session_rolls_back(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.delete(ada);
    session.add(User::builder().username("new"));
    session.flush().unwrap();
    drop(session);
    assert_eq!(usernames(db), ["ada"]);
    // Its connection is back in the pool, without a transaction.
    let mut conn = db.engine.connection().unwrap();
    assert!(!conn.in_transaction());
    conn.begin().unwrap();
    conn.commit().unwrap();
}

fn rolling_back_twice_and_without_work_is_nothing(db: &Db) {
    let mut session = db.session();
    session.rollback().unwrap();
    session.rollback().unwrap();
    session.commit().unwrap();
    assert_eq!(db.sent(), [""; 0]);
    session.add(User::builder().username("ada"));
    session.flush().unwrap();
    session.rollback().unwrap();
    session.rollback().unwrap();
    assert_eq!(db.count("users"), 0);
}

fn after_a_rollback_the_session_goes_on(db: &Db) {
    let mut session = db.session();
    for number in 0..3 {
        session.add(User::builder().username(format!("lost {number}")));
        session.flush().unwrap();
        session.rollback().unwrap();
        session.add(User::builder().username(format!("kept {number}")));
        session.commit().unwrap();
    }
    assert_eq!(usernames(db), ["kept 0", "kept 1", "kept 2"]);
}

// Commit throws the old copies away: a rollback after it goes back to it, not before it.
fn a_rollback_goes_back_to_the_last_commit(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].username = "stored".into();
    session.commit().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[ada].username, "stored");
    session[ada].username = "undone".into();
    session.rollback().unwrap();
    assert_eq!(session[ada].username, "stored");
}

fn an_entity_in_a_reused_slot_is_restored(db: &Db) {
    let ids = users(db, &["first", "second"]);
    let mut session = db.session();
    let first = session.get(User, ids[0]).unwrap().unwrap();
    session[first].email = Some("stays".into());
    session.flush().unwrap();
    session.expunge(first).unwrap();
    let second = session.get(User, ids[1]).unwrap().unwrap();
    session[second].email = Some("undone".into());
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[second].email, None);
}

fn an_added_entity_has_the_values_of_its_insert(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("inserted"));
    session.flush().unwrap();
    session[ada].username = "changed".into();
    session.flush().unwrap();
    session
        .savepoint(|session| {
            session[ada].username = "changed again".into();
            Ok(())
        })
        .unwrap();
    session[ada].username = "unflushed".into();
    session.rollback().unwrap();
    assert_eq!(session[ada].username, "inserted");
}

/// The transaction's own row, read again after its entity has left the session.
fn what_was_forgotten_and_read_back_is_not_taken_for_stored(db: &Db) {
    let id = user(db, "before");
    for clear in [false, true] {
        let mut session = db.session();
        let old = session.get(User, id).unwrap().unwrap();
        session[old].email = Some("rolled back".into());
        let new = session.add(User::builder().username("new"));
        session.flush().unwrap();
        let new_id = session[new].id;
        if clear {
            session.clear();
        } else {
            session.expunge(old).unwrap();
            session.expunge(new).unwrap();
        }
        let old = session.get(User, id).unwrap().unwrap();
        let new = session.get(User, new_id).unwrap().unwrap();
        session.rollback().unwrap();
        assert_eq!(session[old].email, None);
        assert_eq!(session.entity_state(new).unwrap(), EntityState::Deleted);
    }
}

fn a_row_found_gone_outside_a_transaction_stays_gone(db: &Db) {
    let id = user(db, "gone");
    let mut session = db.session();
    let gone = session.get(User, id).unwrap().unwrap();
    db.outside("DELETE FROM users");
    session.expire_all();
    assert_eq!(session.get(User, id).unwrap(), None);
    session.add(User::builder().username("other"));
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session.entity_state(gone).unwrap(), EntityState::Deleted);
    session.add(User::builder().username("other"));
    session.commit().unwrap();
    assert!(session.get_ref(gone).is_err());
}
