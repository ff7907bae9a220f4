//! Flushes of several rows that are one statement: which go without BEGIN and COMMIT, and that a row which isn't as it
//! was loaded leaves nothing stored, with or without them.

use orm::ErrorKind;
use orm::engine::TransactionOptions;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::statements::{handles, usernames, users};
use crate::suite::support::fails;

cases![
    "one_statement":
    several_changed_rows,
    several_deleted_rows,
    a_wrong_count_in_the_middle_leaves_nothing_stored,
    a_wrong_count_of_deletes_leaves_nothing_stored,
    in_a_transaction_it_does_not_count,
    several_tables_begin_a_transaction,
];

pub const NAMES: [&str; 3] = ["ada", "bob", "eve"];

pub fn loaded(db: &Db) -> (Session, Vec<Ref<User>>) {
    let ids = users(db, &NAMES);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session[all[0]].email = Some("first".into());
    // The catalogue is read once.
    session.commit().unwrap();
    select(User).all(&mut session).unwrap();
    db.sent();
    (session, all)
}

/// That this statement was sent alone, where it counts its rows by itself, or else in a transaction.
fn assert_alone(db: &Db, statement: &str) {
    let sent = db.sent();
    if db.capabilities().checked_batches {
        assert_eq!(sent.len(), 1, "{sent:#?}");
        assert!(!sent[0].starts_with(statement), "{sent:#?}");
        assert!(sent[0].contains(statement), "{sent:#?}");
    } else {
        assert!(begins(db, &sent), "{sent:#?}");
        assert!(sent[1].starts_with(statement), "{sent:#?}");
        assert_eq!(sent.last().unwrap(), "COMMIT");
    }
}

fn begins(db: &Db, sent: &[String]) -> bool {
    let options = TransactionOptions::new().writes();
    let begin = db.dialect().begin(&options).unwrap();
    begin.iter().any(|text| *text == sent[0])
}

pub fn change(session: &mut Session, all: &[Ref<User>]) {
    for user in all {
        let name = session[*user].username.clone();
        session[*user].username = format!("new {name}");
    }
}

fn several_changed_rows(db: &Db) {
    let (mut session, all) = loaded(db);
    change(&mut session, &all);
    session.commit().unwrap();
    assert_alone(db, "UPDATE \"users\"");
    assert_eq!(usernames(db), ["new ada", "new bob", "new eve"]);
    // They are stale as after any commit, and can be changed again.
    assert!(session.is_stale(all[0]).unwrap());
    change(&mut session, &all);
    session.commit().unwrap();
    assert_eq!(usernames(db), ["new new ada", "new new bob", "new new eve"]);
}

fn several_deleted_rows(db: &Db) {
    let (mut session, all) = loaded(db);
    session.delete(all[0]);
    session.delete(all[2]);
    session.commit().unwrap();
    assert_alone(db, "DELETE FROM \"users\"");
    assert_eq!(usernames(db), ["bob"]);
    assert!(session.get_ref(all[0]).unwrap_err().is_stale_handle());
}

fn a_wrong_count_in_the_middle_leaves_nothing_stored(db: &Db) {
    let (mut session, all) = loaded(db);
    db.outside("UPDATE users SET username = 'theirs' WHERE username = 'bob'");
    change(&mut session, &all);
    let error = fails(session.commit(), ErrorKind::StaleData);
    let key = format!(
        "the User with the primary key {} was changed",
        session[all[1]].id
    );
    assert!(error.message().contains(&key), "{error}");
    assert!(error.hint().unwrap().contains("call refresh"), "{error}");
    assert_eq!(usernames(db), ["ada", "theirs", "eve"]);
    // All of it is still to be written.
    assert_eq!(session.changed_columns(all[0]).unwrap(), ["username"]);
    session.refresh(all[1]).unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["new ada", "theirs", "new eve"]);
}

fn a_wrong_count_of_deletes_leaves_nothing_stored(db: &Db) {
    let (mut session, all) = loaded(db);
    db.outside("DELETE FROM users WHERE username = 'bob'");
    for user in &all {
        session.delete(*user);
    }
    fails(session.commit(), ErrorKind::StaleData);
    assert_eq!(usernames(db), ["ada", "eve"]);
    session.expunge(all[1]).unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), [""; 0]);
}

fn in_a_transaction_it_does_not_count(db: &Db) {
    let (mut session, all) = loaded(db);
    session.begin().unwrap();
    change(&mut session, &all);
    session.commit().unwrap();
    let sent = db.sent();
    assert!(sent[1].starts_with("UPDATE"), "{sent:#?}");
    assert_eq!(sent.last().unwrap(), "COMMIT");
}

fn several_tables_begin_a_transaction(db: &Db) {
    let (mut session, all) = loaded(db);
    change(&mut session, &all);
    session.add(User::builder().username("new"));
    session.commit().unwrap();
    assert!(begins(db, &db.sent()));
}
