//! A flush that fails: nothing of it is written, everything is still pending, and the transaction
//! continues, whatever the database makes of an error.

use orm::ErrorKind;
use orm::engine::{IsolationLevel, TransactionOptions};
use orm::prelude::*;

use super::statements::{handles, user, usernames, users};
use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Country, Post, User};

cases![
    "failed_flush":
    nothing_is_written_and_everything_is_pending,
    corrected_and_flushed_again_everything_is_written,
    inside_a_transaction_that_has_done_work_only_the_flush_is_undone,
    a_failed_single_row_leaves_the_transaction_intact,
    generated_keys_are_not_assigned,
    updates_and_deletes_of_a_failed_flush_are_undone,
    an_error_of_autoflush_says_where_it_comes_from,
    the_version_stays_after_a_failed_flush,
    a_foreign_key_refused_by_the_database,
    a_too_long_value_is_refused_before_anything_is_sent,
    many_failures_in_a_row_change_nothing,
    a_commit_that_fails_to_flush_can_be_repeated,
    load_change_and_commit_need_no_savepoint,
    what_was_read_before_a_failed_flush_is_not_trusted,
    a_transaction_of_one_view_survives_a_failed_flush,
];

fn nothing_is_written_and_everything_is_pending(db: &Db) {
    user(db, "taken");
    let mut session = db.session();
    let mut all = Vec::new();
    for number in 0..300 {
        let name = if number == 150 {
            "taken".into()
        } else {
            format!("u{number}")
        };
        all.push(session.add(User::builder().username(name)));
    }
    let country = session.add(Country {
        code: "AA".into(),
        name: "first".into(),
    });
    let error = session.flush().unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(error.table(), Some("users"));
    assert!(error.sql().is_some());
    assert_eq!((db.count("users"), db.count("countries")), (1, 0));
    assert!(session.has_pending_work());
    for handle in &all {
        assert_eq!(
            session.entity_state(*handle).unwrap(),
            orm::EntityState::Pending
        );
        assert_eq!(session[*handle].id, 0);
    }
    assert_eq!(
        session.entity_state(country).unwrap(),
        orm::EntityState::Pending
    );
    assert_eq!(session[all[299]].username, "u299");
    session.rollback().unwrap();
}

fn corrected_and_flushed_again_everything_is_written(db: &Db) {
    user(db, "taken");
    let mut session = db.session();
    let all: Vec<_> = (0..20)
        .map(|number| {
            let name = if number == 10 {
                "taken".into()
            } else {
                format!("u{number:02}")
            };
            session.add(User::builder().username(name))
        })
        .collect();
    session.commit().unwrap_err();
    session[all[10]].username = "free".into();
    session.commit().unwrap();
    assert_eq!(db.count("users"), 21);
    for handle in all {
        let (id, name) = (session[handle].id, session[handle].username.clone());
        let found = select(User.id)
            .filter(User.username.eq(&name))
            .one(&mut db.other_connection());
        assert_eq!(found.unwrap(), id, "{name}");
    }
}

fn inside_a_transaction_that_has_done_work_only_the_flush_is_undone(db: &Db) {
    user(db, "taken");
    let mut session = db.session();
    let early = session.add(User::builder().username("early"));
    session.flush().unwrap();
    let ok = session.add(User::builder().username("ok"));
    let bad = session.add(User::builder().username("taken"));
    for _ in 0..3 {
        assert!(session.flush().unwrap_err().is_unique_violation());
    }
    // The transaction continues: it reads, and its pending changes are kept.
    let count: i64 = session
        .no_autoflush(|s| select(count_all()).from(User).one(s))
        .unwrap();
    assert_eq!(count, 2);
    assert_eq!(
        session.entity_state(early).unwrap(),
        orm::EntityState::Persistent
    );
    assert!(!session.is_stale(early).unwrap());
    session[bad].username = "good".into();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["taken", "early", "ok", "good"]);
    assert_ne!(session[ok].id, 0);
}

fn a_failed_single_row_leaves_the_transaction_intact(db: &Db) {
    user(db, "taken");
    let mut session = db.session();
    session.add(User::builder().username("early"));
    session.flush().unwrap();
    let bad = session.add(User::builder().username("taken"));
    assert!(session.flush().unwrap_err().is_unique_violation());
    session.delete(bad);
    session.commit().unwrap();
    assert_eq!(usernames(db), ["taken", "early"]);
}

fn generated_keys_are_not_assigned(db: &Db) {
    user(db, "taken");
    let mut session = db.session();
    let first = session.add(User::builder().username("first"));
    let bad = session.add(User::builder().username("taken"));
    session.flush().unwrap_err();
    assert_eq!((session[first].id, session[bad].id), (0, 0));
    assert_eq!((session.key(first), session.key(bad)), (None, None));
    session.rollback().unwrap();
}

fn updates_and_deletes_of_a_failed_flush_are_undone(db: &Db) {
    let ids = users(db, &["a", "b", "c"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session[all[0]].email = Some("changed".into());
    session.delete(all[1]);
    session.add(User::builder().username("c"));
    session.flush().unwrap_err();
    assert_eq!(session[all[0]].email.as_deref(), Some("changed"));
    assert_eq!(session.changed_columns(all[0]).unwrap(), ["email"]);
    assert_eq!(
        session.entity_state(all[1]).unwrap(),
        orm::EntityState::Deleting
    );
    // The third gives way, and all of it is written.
    session.delete(all[2]);
    session.commit().unwrap();
    assert_eq!(usernames(db), ["a", "c"]);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'changed'"),
        1
    );
}

fn an_error_of_autoflush_says_where_it_comes_from(db: &Db) {
    let id = user(db, "taken");
    let mut session = db.session();
    session.add(User::builder().username("taken"));
    let error = select(User).all(&mut session).unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert!(
        error.hint().unwrap_or_default().contains("no_autoflush"),
        "{error}"
    );
    session.rollback().unwrap();

    // Also where the error has a hint of its own.
    let user = session.get(User, id).unwrap().unwrap();
    session.commit().unwrap();
    db.outside("DELETE FROM users");
    session[user].username = "late".into();
    let error = select(Country).all(&mut session).unwrap_err();
    assert!(error.is_stale_data(), "{error}");
    let hint = error.hint().unwrap_or_default();
    assert!(
        hint.contains("no_autoflush") && hint.contains("refresh"),
        "{error}"
    );
    // An explicit flush has no such hint.
    let error = session.flush().unwrap_err();
    assert!(
        !error.hint().unwrap_or_default().contains("no_autoflush"),
        "{error}"
    );
    session.rollback().unwrap();
}

fn the_version_stays_after_a_failed_flush(db: &Db) {
    let mut session = db.session();
    let account = session.add(Account::builder().owner("ada").balance(1));
    session.commit().unwrap();
    user(db, "taken");
    session[account].balance = 2;
    let bad = session.add(User::builder().username("taken"));
    session.flush().unwrap_err();
    assert_eq!((session[account].version, session[account].balance), (1, 2));
    session.delete(bad);
    session.commit().unwrap();
    assert_eq!(session[account].version, 2);
    assert_eq!(db.scalar("SELECT version FROM accounts"), 2);
}

fn a_foreign_key_refused_by_the_database(db: &Db) {
    let mut session = db.session();
    let post = session.add(Post {
        id: 0,
        title: "orphan".into(),
        author_id: 4711,
    });
    let user = session.add(User::builder().username("ada"));
    let error = session.commit().unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error}");
    assert_eq!(error.table(), Some("posts"));
    assert_eq!((db.count("users"), session[user].id), (0, 0));
    session.delete(post);
    session.commit().unwrap();
    session.add_again(post).unwrap();
    session[post].author_id = session[user].id;
    session.commit().unwrap();
    assert_eq!((db.count("users"), db.count("posts")), (1, 1));
}

fn a_too_long_value_is_refused_before_anything_is_sent(db: &Db) {
    let mut session = db.session();
    let user = session.add(User::builder().username("é".repeat(51)));
    let error = fails(session.commit(), ErrorKind::DataTooLong);
    assert_eq!(
        (error.table(), error.column()),
        (Some("users"), Some("username"))
    );
    session[user].username = "é".repeat(50);
    session.commit().unwrap();
    session[user].username.push('x');
    fails(session.commit(), ErrorKind::DataTooLong);
    session.rollback().unwrap();
    assert_eq!(session[user].username, "é".repeat(50));
}

fn many_failures_in_a_row_change_nothing(db: &Db) {
    let taken = user(db, "taken");
    let mut session = db.session();
    let kept = session.add(User::builder().username("kept"));
    session.flush().unwrap();
    let bad = session.add(User::builder().username("taken"));
    for number in 0..30 {
        session[kept].email = Some(format!("{number}"));
        session.flush().unwrap_err();
    }
    session.delete(bad);
    session.commit().unwrap();
    assert_eq!(
        session
            .get(User, taken)
            .unwrap()
            .map(|user| session[user].email.clone()),
        Some(None)
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = '29'"),
        1
    );
}

fn a_commit_that_fails_to_flush_can_be_repeated(db: &Db) {
    user(db, "taken");
    let mut session = db.session();
    let bad = session.add(User::builder().username("taken"));
    // One row goes without BEGIN; two with it; both leave everything pending.
    session.commit().unwrap_err();
    session.add(User::builder().username("two"));
    session.commit().unwrap_err();
    session[bad].username = "one".into();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["taken", "one", "two"]);
}

fn load_change_and_commit_need_no_savepoint(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    db.sent();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].email = Some("x".into());
    session.commit().unwrap();
    let sent = db.sent();
    // A plain read needs no transaction, and one UPDATE of one row none around it.
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(
        sent[0].starts_with("SELECT") && sent[1].starts_with("UPDATE"),
        "{sent:?}"
    );
}

fn what_was_read_before_a_failed_flush_is_not_trusted(db: &Db) {
    let ids = users(db, &["ada", "bob", "eve"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session[all[0]].username = "bob".into();
    session[all[2]].email = Some("mine".into());
    session.flush().unwrap_err();
    if session.in_transaction() {
        session.rollback().unwrap();
        return;
    }
    // The transaction is gone, so others may have been there since.
    assert!(session.is_stale(all[1]).unwrap());
    db.outside("UPDATE users SET email = 'theirs' WHERE username = 'eve'");
    session[all[0]].username = "lovelace".into();
    fails(session.commit(), ErrorKind::StaleData);
    session.refresh(all[2]).unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["lovelace", "bob", "eve"]);
}

fn a_transaction_of_one_view_survives_a_failed_flush(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    let mut session = Session::with_options(&db.engine, options);
    let all = handles(&mut session, &ids);
    session[all[0]].username = "bob".into();
    session.flush().unwrap_err();
    assert!(session.in_transaction());
    assert!(!session.is_stale(all[1]).unwrap());
    session[all[0]].username = "lovelace".into();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["lovelace", "bob"]);
}
