//! Handles: small, copied freely, and never confused with another entity's.

use orm::prelude::*;
use orm::{Error, ErrorKind};

use super::statements::{handles, panic_text, user, users};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Country, Post, User};

cases![
    "handles":
    a_session_can_be_sent_and_handles_are_small,
    the_handle_of_a_deleted_row_is_stale_after_commit,
    an_expunged_handle_is_stale,
    handles_before_clear_are_stale,
    a_handle_of_another_session_is_told,
    every_verb_answers_a_stale_handle_with_an_error,
    the_index_panics_with_the_text_of_the_error,
    a_reused_slot_does_not_revive_old_handles,
    several_entities_are_changed_at_once,
    entities_of_several_models_are_changed_at_once,
    handles_are_values,
    a_session_works_in_another_thread,
];

// What must hold at compile time.
const fn is_send<T: Send>() {}
const fn is_send_and_sync<T: Send + Sync>() {}
const _: () = {
    is_send::<Session>();
    is_send::<Connection>();
    is_send_and_sync::<Engine>();
    is_send_and_sync::<Ref<User>>();
    is_send_and_sync::<Error>();
};

fn a_session_can_be_sent_and_handles_are_small(_: &Db) {
    assert_eq!(size_of::<Ref<User>>(), 8);
    assert_eq!(size_of::<Option<Ref<User>>>(), 8);
}

fn assert_stale(error: &Error, model: &str, text: &str) {
    assert!(error.is_stale_handle(), "{error}");
    assert!(
        error.message().contains(model) && error.message().contains(text),
        "{error}"
    );
    assert!(error.hint().is_some(), "{error}");
}

fn the_handle_of_a_deleted_row_is_stale_after_commit(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.delete(ada);
    assert!(session.get_ref(ada).is_ok());
    session.flush().unwrap();
    assert!(session.get_ref(ada).is_ok());
    session.commit().unwrap();
    assert_stale(
        &session.get_ref(ada).unwrap_err(),
        "User",
        "has left the session",
    );
}

fn an_expunged_handle_is_stale(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].email = Some("never written".into());
    let taken = session.expunge(ada).unwrap();
    assert_eq!(taken.email.as_deref(), Some("never written"));
    assert_stale(
        &session.get_ref(ada).unwrap_err(),
        "User",
        "has left the session",
    );
    assert!(session.expunge(ada).unwrap_err().is_stale_handle());
    assert!(!session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email IS NULL"),
        1
    );
    // Loaded again, it is another entity.
    let again = session.get(User, id).unwrap().unwrap();
    assert_ne!(again, ada);
}

fn handles_before_clear_are_stale(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].email = Some("never written".into());
    session.add(User::builder().username("never added"));
    session.clear();
    assert!(!session.has_pending_work());
    assert_stale(&session.get_ref(ada).unwrap_err(), "User", "before clear()");
    let again = session.get(User, id).unwrap().unwrap();
    assert_ne!(again, ada);
    assert_stale(&session.get_ref(ada).unwrap_err(), "User", "before clear()");
    session.commit().unwrap();
    assert_eq!(db.count("users"), 1);
}

fn a_handle_of_another_session_is_told(db: &Db) {
    let id = user(db, "ada");
    let (mut one, mut two) = (db.session(), db.session());
    let in_one = one.get(User, id).unwrap().unwrap();
    let in_two = two.get(User, id).unwrap().unwrap();
    assert_stale(&two.get_ref(in_one).unwrap_err(), "User", "another session");
    assert_stale(&one.get_ref(in_two).unwrap_err(), "User", "another session");
    // Also where the other session has never met the model.
    let empty = db.session();
    assert_stale(
        &empty.get_ref(in_one).unwrap_err(),
        "User",
        "another session",
    );
}

fn every_verb_answers_a_stale_handle_with_an_error(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    let good = session.add(User::builder().username("good"));
    session.expunge(ada).unwrap();
    let errors = [
        session.get_ref(ada).map(drop).unwrap_err(),
        session.get_mut(ada).map(drop).unwrap_err(),
        session
            .edit(ada, |_| unreachable!("no entity to edit"))
            .unwrap_err(),
        session.get_many_mut([good, ada]).map(drop).unwrap_err(),
        session.refresh(ada).unwrap_err(),
        session.entity_state(ada).map(drop).unwrap_err(),
        session.is_stale(ada).map(drop).unwrap_err(),
        session.changed_columns(ada).map(drop).unwrap_err(),
        session.add_again(ada).unwrap_err(),
        session.expunge(ada).map(drop).unwrap_err(),
    ];
    for error in &errors {
        assert_stale(error, "User", "has left the session");
        assert_eq!(error.table(), Some("users"));
    }
    assert_eq!(session.key(ada), None);

    // `delete` has no result: the next flush returns the error, and writes nothing.
    session.delete(ada);
    assert_stale(
        &session.flush().unwrap_err(),
        "User",
        "has left the session",
    );
    assert_eq!(db.count("users"), 1);
    session.commit().unwrap();
    assert_eq!(db.count("users"), 2);
}

fn the_index_panics_with_the_text_of_the_error(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.expunge(ada).unwrap();
    let text = session.get_ref(ada).unwrap_err().to_string();
    assert_eq!(panic_text(|| session[ada].id), text);
    assert_eq!(panic_text(|| session[ada].id = 2), text);
    // The session is none the worse for it.
    assert!(session.get(User, id).unwrap().is_some());
}

fn a_reused_slot_does_not_revive_old_handles(db: &Db) {
    let mut session = db.session();
    let mut old: Vec<Ref<User>> = Vec::new();
    for round in 0..5 {
        let user = session.add(User::builder().username(format!("u{round}")));
        session.commit().unwrap();
        for stale in &old {
            assert!(session.get_ref(*stale).unwrap_err().is_stale_handle());
            assert_ne!(*stale, user);
        }
        session.delete(user);
        session.commit().unwrap();
        old.push(user);
    }
    // Expunging a pending, a touched and a deleted one leaves no work for those who come after.
    let pending = session.add(User::builder().username("pending"));
    session.expunge(pending).unwrap();
    let kept = session.add(User::builder().username("kept"));
    session.commit().unwrap();
    session[kept].email = Some("never written".into());
    session.expunge(kept).unwrap();
    let next = session.add(User::builder().username("next"));
    session.commit().unwrap();
    session.delete(next);
    session.expunge(next).unwrap();
    let last = session.add(User::builder().username("last"));
    session.commit().unwrap();
    assert_eq!(super::statements::usernames(db), ["kept", "next", "last"]);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email IS NULL"),
        3
    );
    assert!(session.get_ref(last).is_ok());
}

fn several_entities_are_changed_at_once(db: &Db) {
    let ids = users(db, &["a", "b", "c"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    let [a, c] = session.get_many_mut([all[0], all[2]]).unwrap();
    std::mem::swap(&mut a.email, &mut c.email);
    a.email = Some("first".into());
    c.email = Some("last".into());
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email IS NOT NULL"),
        2
    );
    let error = session
        .get_many_mut([all[1], all[1]])
        .map(drop)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.message().contains("twice"), "{error}");
    assert!(!session.has_pending_work());
}

fn entities_of_several_models_are_changed_at_once(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    let post = session.add(Post::builder().title("a").author_id(id));
    let peru = session.add(Country {
        code: "PE".into(),
        name: "Peru".into(),
    });
    let (author, written, country) = session.get_many_mut((ada, post, peru)).unwrap();
    written.title.clone_from(&country.name);
    author.email = Some(country.code.clone());
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM posts WHERE title = 'Peru'"),
        1
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'PE'"),
        1
    );
    let error = session
        .get_many_mut((ada, post, ada))
        .map(drop)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.hint().unwrap().contains("array"), "{error}");
    session.expunge(post).unwrap();
    let error = session.get_many_mut((ada, post)).map(drop).unwrap_err();
    assert_stale(&error, "Post", "left the session");
    assert!(!session.has_pending_work());
}

fn handles_are_values(db: &Db) {
    let mut session = db.session();
    let country = session.add(Country {
        code: "PE".into(),
        name: "Peru".into(),
    });
    let copy = country;
    assert_eq!(copy, country);
    let set: std::collections::HashSet<_> = [country, copy].into();
    assert_eq!(set.len(), 1);
    assert!(format!("{country:?}").starts_with("Ref<Country>("));
    session.rollback().unwrap();
}

fn a_session_works_in_another_thread(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    let mut session = std::thread::spawn(move || {
        session.flush().unwrap();
        session[ada].email = Some("from there".into());
        session
    })
    .join()
    .unwrap();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'from there'"),
        1
    );
}
