//! Concurrent changes of one row: a lost update is an error, which names the row.

use orm::prelude::*;
use orm::{EntityState, Error, ErrorKind};

use super::statements::{handles, panic_text, user, users};
use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Line, User};

cases![
    "stale":
    a_stale_entity_whose_column_was_changed_by_others_is_stale_data,
    changes_of_different_columns_both_stand,
    an_old_value_of_null_is_compared_too,
    a_fresh_entity_in_an_open_transaction,
    a_key_of_several_rows_leaves_them_as_they_are,
    a_unique_key_needs_no_transaction,
    a_stale_entity_with_a_version_is_stale_data_whatever_changed,
    an_update_of_a_row_deleted_by_others_is_stale_data,
    a_delete_of_a_row_deleted_by_others_is_stale_data,
    one_stale_row_of_fifty_is_named_and_nothing_is_written,
    one_stale_delete_of_fifty_is_named_and_nothing_is_written,
    after_a_refresh_the_update_goes_through,
    two_sessions_of_one_engine_meet,
    a_composite_key_is_named_in_full,
    a_key_of_text_is_named,
    an_update_that_changes_nothing_in_the_row_is_counted,
    a_touched_entity_stays_guarded_after_a_savepoint,
    a_bulk_update_of_our_own_makes_entities_stale,
    a_session_that_expires_refuses_stale_entities,
    an_expired_entity_is_written_as_it_is_read_again,
];

fn assert_names(error: &Error, model: &str, key: &str) {
    assert!(error.is_stale_data(), "{error}");
    assert!(
        error.message().contains(model) && error.message().contains(key),
        "{error}"
    );
    assert!(error.hint().is_some(), "{error}");
}

fn a_stale_entity_whose_column_was_changed_by_others_is_stale_data(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].email = Some("first".into());
    session.commit().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    session[ada].email = Some("mine".into());
    let error = session.commit().unwrap_err();
    assert_names(&error, "User", &id.to_string());
    assert_eq!(error.table(), Some("users"));
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'theirs'"),
        1
    );
    // What is pending stands.
    assert_eq!(session[ada].email.as_deref(), Some("mine"));
    assert_eq!(session.changed_columns(ada).unwrap(), ["email"]);
    session.rollback().unwrap();
}

fn changes_of_different_columns_both_stand(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.commit().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    session[ada].username = "mine".into();
    session.commit().unwrap();
    let both = "SELECT COUNT(*) FROM users WHERE email = 'theirs' AND username = 'mine'";
    assert_eq!(db.scalar(both), 1);
    session.get(User, id).unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("theirs"));
}

fn an_old_value_of_null_is_compared_too(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.commit().unwrap();
    // From NULL: matched while it is NULL.
    session[ada].email = Some("one".into());
    session.commit().unwrap();
    session[ada].email = None;
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email IS NULL"),
        1
    );
    // From NULL, but another transaction has written there.
    db.outside("UPDATE users SET email = 'theirs'");
    session[ada].email = Some("mine".into());
    assert!(session.commit().unwrap_err().is_stale_data());
    session.rollback().unwrap();
    // And the other way round.
    session.get(User, id).unwrap();
    session.commit().unwrap();
    db.outside("UPDATE users SET email = NULL");
    session[ada].email = Some("mine".into());
    assert!(session.commit().unwrap_err().is_stale_data());
    session.rollback().unwrap();
}

// Inside the transaction that has read the row, the isolation level decides.
fn a_fresh_entity_in_an_open_transaction(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    session[ada].email = Some("mine".into());
    fails(session.flush(), ErrorKind::StaleData);
    session.refresh(ada).unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("theirs"));
    session[ada].email = Some("mine".into());
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'mine'"),
        1
    );

    let account = session.add(Account::builder().owner("ada").balance(1));
    session.commit().unwrap();
    session.refresh(account).unwrap();
    db.outside("UPDATE accounts SET balance = 5, version = version + 1");
    session[account].balance = 2;
    assert!(session.flush().unwrap_err().is_stale_data());
    session.rollback().unwrap();
}

fn a_stale_entity_with_a_version_is_stale_data_whatever_changed(db: &Db) {
    let mut session = db.session();
    let account = session.add(Account::builder().owner("ada").balance(1));
    session.commit().unwrap();
    db.outside("UPDATE accounts SET owner = 'theirs', version = version + 1");
    session[account].balance = 2;
    let error = session.commit().unwrap_err();
    assert_names(&error, "Account", &session[account].id.to_string());
    session.rollback().unwrap();
}

fn an_update_of_a_row_deleted_by_others_is_stale_data(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.commit().unwrap();
    db.outside("DELETE FROM users");
    session[ada].email = Some("mine".into());
    assert_names(&session.commit().unwrap_err(), "User", &id.to_string());
    session.rollback().unwrap();
}

fn a_delete_of_a_row_deleted_by_others_is_stale_data(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.commit().unwrap();
    db.outside("DELETE FROM users");
    session.delete(ada);
    assert_names(&session.commit().unwrap_err(), "User", &id.to_string());
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Deleting);
    // Expunged, it is out of the way.
    session.expunge(ada).unwrap();
    session.commit().unwrap();
}

fn fifty(db: &Db) -> (Session, Vec<Ref<User>>, Vec<i64>) {
    let names: Vec<String> = (0..50).map(|number| format!("u{number}")).collect();
    let ids = users(db, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session.commit().unwrap();
    (session, all, ids)
}

fn one_stale_row_of_fifty_is_named_and_nothing_is_written(db: &Db) {
    let (mut session, all, ids) = fifty(db);
    db.outside(&format!(
        "UPDATE users SET email = 'theirs' WHERE id = {}",
        ids[33]
    ));
    for handle in &all {
        session[*handle].email = Some("mine".into());
    }
    assert_names(
        &session.commit().unwrap_err(),
        "User",
        &format!("key {} ", ids[33]),
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'mine'"),
        0
    );
    session.refresh(all[33]).unwrap();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'mine'"),
        49
    );

    // The same in a transaction that has done work.
    db.outside(&format!("DELETE FROM users WHERE id = {}", ids[7]));
    session.add(User::builder().username("work"));
    session.flush().unwrap();
    for handle in &all {
        session[*handle].username.push('x');
    }
    assert_names(
        &session.flush().unwrap_err(),
        "User",
        &format!("key {} ", ids[7]),
    );
    session.expunge(all[7]).unwrap();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE username LIKE '%x'"),
        49
    );
    assert_eq!(db.count("users"), 50);
}

fn one_stale_delete_of_fifty_is_named_and_nothing_is_written(db: &Db) {
    let (mut session, all, ids) = fifty(db);
    db.outside(&format!("DELETE FROM users WHERE id = {}", ids[21]));
    for handle in &all {
        session.delete(*handle);
    }
    assert_names(
        &session.commit().unwrap_err(),
        "User",
        &format!("key {} ", ids[21]),
    );
    assert_eq!(db.count("users"), 49);
    session.expunge(all[21]).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("users"), 0);
}

fn after_a_refresh_the_update_goes_through(db: &Db) {
    let mut session = db.session();
    let account = session.add(Account::builder().owner("ada").balance(1));
    session.commit().unwrap();
    db.outside("UPDATE accounts SET balance = 10, version = version + 1");
    session[account].balance += 1;
    assert!(session.commit().unwrap_err().is_stale_data());
    session.refresh(account).unwrap();
    session[account].balance += 1;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT balance FROM accounts"), 11);
    assert_eq!(db.scalar("SELECT version FROM accounts"), 3);
}

fn two_sessions_of_one_engine_meet(db: &Db) {
    let id = user(db, "ada");
    let (mut one, mut two) = (db.session(), db.session());
    let in_one = one.get(User, id).unwrap().unwrap();
    one.commit().unwrap();
    let in_two = two.get(User, id).unwrap().unwrap();
    two.commit().unwrap();
    one[in_one].email = Some("one".into());
    one.commit().unwrap();
    two[in_two].email = Some("two".into());
    assert_names(&two.commit().unwrap_err(), "User", &id.to_string());
    two.refresh(in_two).unwrap();
    assert_eq!(two[in_two].email.as_deref(), Some("one"));
    two[in_two].email = Some("two".into());
    two.commit().unwrap();
    one.get(User, id).unwrap();
    assert_eq!(one[in_one].email.as_deref(), Some("two"));
}

fn a_composite_key_is_named_in_full(db: &Db) {
    let mut session = db.session();
    let line = session.add(Line {
        number: 7,
        position: 9,
        quoted: 1,
    });
    session.commit().unwrap();
    db.outside(&format!("DELETE FROM {}", db.quoted("order")));
    session[line].quoted = 2;
    assert_names(&session.commit().unwrap_err(), "Line", "7, 9");
    session.rollback().unwrap();
}

fn a_key_of_text_is_named(db: &Db) {
    let mut session = db.session();
    let code = String::from("PE");
    let peru = session.add(crate::fixtures::Country {
        code,
        name: "Peru".into(),
    });
    session.commit().unwrap();
    db.outside("DELETE FROM countries");
    session.delete(peru);
    assert_names(&session.commit().unwrap_err(), "Country", "\"PE\"");
    session.rollback().unwrap();
}

// A database may count rows that really changed, unless it is set to count rows that matched.
fn an_update_that_changes_nothing_in_the_row_is_counted(db: &Db) {
    let ids = users(db, &["a", "b"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session.commit().unwrap();
    // Another transaction writes the very value that is about to be written. Without the check of old values,
    // such a row is counted only where rows that match are counted.
    let mut careless = db.session().optimistic(false);
    let same = handles(&mut careless, &ids);
    db.outside("UPDATE users SET email = 'same'");
    for handle in all {
        session[handle].email = Some("same".into());
    }
    fails(session.commit(), ErrorKind::StaleData);
    for handle in same {
        careless[handle].email = Some("same".into());
    }
    careless.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'same'"),
        2
    );
}

fn a_touched_entity_stays_guarded_after_a_savepoint(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.commit().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    let undone: orm::Result<()> = session.savepoint(|session| {
        session[ada].email = Some("mine".into());
        let error = fails(session.flush(), ErrorKind::StaleData);
        Err(error)
    });
    assert!(undone.unwrap_err().is_stale_data());
    session[ada].email = Some("mine again".into());
    assert!(session.flush().unwrap_err().is_stale_data());
    session.rollback().unwrap();
}

fn a_bulk_update_of_our_own_makes_entities_stale(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    update(User)
        .set(User.email, Some("bulk"))
        .filter(User.id.eq(id))
        .execute(&mut session)
        .unwrap();
    assert!(session.is_stale(ada).unwrap());
    session.get(User, id).unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("bulk"));

    // An entity that was touched before is guarded: it doesn't overwrite what the statement wrote.
    session[ada].email = Some("mine".into());
    session
        .no_autoflush(|session| {
            update(User)
                .set(User.email, Some("bulk 2"))
                .filter(User.id.eq(id))
                .execute(session)
        })
        .unwrap();
    assert!(session.flush().unwrap_err().is_stale_data());
    session.rollback().unwrap();
}

fn a_session_that_expires_refuses_stale_entities(db: &Db) {
    let ids = users(db, &["ada", "bob", "eve"]);
    let mut session = db.session().expire_on_commit(true);
    let all = handles(&mut session, &ids);
    let new = session.add(User::builder().username("new"));
    session[all[0]].email = Some("x".into());
    session.commit().unwrap();
    let error = session.get_ref(all[0]).map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expired);
    assert!(error.message().contains("User"), "{error}");
    assert!(error.hint().unwrap().contains("refresh"), "{error}");
    let text = panic_text(|| session[all[0]].id);
    assert!(text.contains(error.message()), "{text}");
    let edited = session.edit(new, |user| user.email = None);
    assert_eq!(edited.unwrap_err().kind(), ErrorKind::Expired);
    // What is known without its values stays known.
    assert_eq!(session.key(all[1]), Some(ids[1]));
    assert!(session.is_stale(all[1]).unwrap());
    assert_eq!(session.changed_columns(all[1]).unwrap(), [""; 0]);
    // Each way of reading it again makes it readable.
    session.refresh(all[0]).unwrap();
    assert_eq!(session[all[0]].email.as_deref(), Some("x"));
    assert_eq!(session.get(User, ids[1]).unwrap(), Some(all[1]));
    assert_eq!(session[all[1]].username, "bob");
    select(User).all(&mut session).unwrap();
    assert_eq!(session[new].username, "new");
    assert_eq!(session[all[2]].username, "eve");
    // A rollback makes entities stale too, except for those whose row is gone with it.
    let lost = session.add(User::builder().username("lost"));
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(
        session.get_ref(all[2]).map(drop).unwrap_err().kind(),
        ErrorKind::Expired
    );
    assert_eq!(session[lost].username, "lost");
}

fn an_expired_entity_is_written_as_it_is_read_again(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session().expire_on_commit(true);
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].email = Some("mine".into());
    session.commit().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    session.refresh(ada).unwrap();
    session[ada].username = "lovelace".into();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'theirs' AND username = 'lovelace'"),
        1
    );
    // An expired one can be deleted unread.
    session.delete(ada);
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT COUNT(*) FROM users"), 0);
}

/// Rows of a table whose "key" may stand twice.
#[derive(Model, Clone, Debug)]
#[orm(table = "stale_entries")]
struct Entry {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    amount: i64,
}

fn a_key_of_several_rows_leaves_them_as_they_are(db: &Db) {
    let text = "CREATE TABLE stale_entries (id BIGINT, amount BIGINT)";
    db.other_connection().raw_control(text).unwrap();
    for id in [1, 1, 2] {
        db.outside(&format!("INSERT INTO stale_entries VALUES ({id}, 5)"));
    }
    for open in [false, true] {
        for delete in [false, true] {
            let mut session = db.session();
            let query = select(Entry).filter(Entry.id.eq(1));
            let entry = query.first(&mut session).unwrap().unwrap();
            let other = session.get(Entry, 2).unwrap().unwrap();
            if open {
                session[other].amount = 6;
                session.flush().unwrap();
            }
            if delete {
                session.delete(entry);
            } else {
                session[entry].amount = 0;
            }
            fails(session.commit(), ErrorKind::MultipleRows);
            session.rollback().unwrap();
            assert_eq!(
                db.scalar("SELECT COUNT(*) FROM stale_entries WHERE amount = 5"),
                3
            );
            // A row whose key is its own is written as ever.
            session[other].amount = 5;
            session.commit().unwrap();
        }
    }
}

fn a_unique_key_needs_no_transaction(db: &Db) {
    let texts = [
        "CREATE TABLE stale_entries (id BIGINT NOT NULL PRIMARY KEY, amount BIGINT)",
        "CREATE TABLE stale_entries (id BIGINT NOT NULL UNIQUE, amount BIGINT)",
        "CREATE TABLE stale_entries (id BIGINT NOT NULL, amount BIGINT NOT NULL, PRIMARY KEY (id, amount))",
    ];
    for (text, alone) in texts.into_iter().zip([true, true, false]) {
        db.other_connection().raw_control(text).unwrap();
        db.outside("INSERT INTO stale_entries VALUES (1, 5)");
        let engine = db.recorded_engine(&db.recorder);
        let mut session = Session::new(&engine);
        let entry = session.get(Entry, 1).unwrap().unwrap();
        session[entry].amount = 6;
        session.commit().unwrap();
        session[entry].amount = 7;
        db.recorder.take();
        session.commit().unwrap();
        let sent = db.recorder.take_sql();
        assert_eq!(sent.len(), if alone { 1 } else { 3 }, "{text}: {sent:?}");
        db.other_connection()
            .raw_control("DROP TABLE stale_entries")
            .unwrap();
    }
}
