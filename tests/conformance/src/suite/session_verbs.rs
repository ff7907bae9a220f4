//! The small verbs of a session: expunge, clear, refresh, no_autoflush, connection, drop.

use std::sync::{Arc, Mutex};

use orm::EntityState;
use orm::prelude::*;
use orm_core::sql::TransactionOptions;
use tracing::span;

use super::statements::{handles, panic_text, user, usernames, users, writes};
use super::support::{fails, natively};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Country, Post, User};

cases![
    "session_verbs":
    dropping_pending_work_logs_a_warning,
    queries_flush_first,
    no_autoflush_holds_the_flush_back,
    no_autoflush_ends_with_its_closure,
    deleting_what_was_never_inserted_sends_nothing,
    deleting_twice_is_deleting_once,
    clear_forgets_entities_and_keeps_the_transaction,
    expunge_takes_an_entity_out,
    expunge_of_an_inserted_entity_leaves_its_row,
    the_sessions_connection_is_in_its_transaction,
    a_read_only_session_never_writes,
    a_transaction_begins_with_the_first_statement,
    an_empty_commit_sends_nothing,
    work_done_past_the_session_is_told,
    the_lifecycle_of_an_entity,
    adding_a_second_entity_of_a_known_key_is_refused_by_the_database,
    a_key_freed_by_others_is_taken_by_a_new_entity,
    a_debug_of_a_session_shows_no_values,
    one_connection_serves_a_whole_transaction,
    rows_that_the_database_deletes_along_are_looked_at_again,
];

/// Keeps the messages of warnings.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut parts = vec![event.metadata().target().to_owned()];
        event.record(
            &mut |_: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                parts.push(format!("{value:?}"));
            },
        );
        self.0.lock().unwrap().push(parts.join(" "));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

fn dropping_pending_work_logs_a_warning(db: &Db) {
    let id = user(db, "ada");
    let warnings = Warnings::default();
    tracing::subscriber::with_default(warnings.clone(), || {
        let mut session = db.session();
        session.add(User::builder().username("never flushed"));
        drop(session);
        assert_eq!(warnings.0.lock().unwrap().len(), 1);
        let text = warnings.0.lock().unwrap().pop().unwrap();
        assert!(
            text.contains("orm::session") && text.contains("commit()"),
            "{text}"
        );

        // No report of what was flushed, committed, rolled back, or not changed after all.
        let mut session = db.session();
        let ada = session.get(User, id).unwrap().unwrap();
        session[ada].username.push_str("");
        drop(session);
        let mut session = db.session();
        session.add(User::builder().username("given up"));
        session.rollback().unwrap();
        drop(session);
        let failed: Result<(), _> = db.engine.transaction(|session| {
            session.add(User::builder().username("given up"));
            Err(orm::Error::other("no"))
        });
        failed.unwrap_err();
        let failed = db.engine.transaction(|session| {
            session.add(User::builder().username("ada"));
            session.add(User::builder().username("ada 2"));
            Ok(())
        });
        assert!(failed.unwrap_err().is_unique_violation());
        assert_eq!(warnings.0.lock().unwrap().as_slice(), [""; 0]);
    });
    assert_eq!(usernames(db), ["ada"]);
}

fn queries_flush_first(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    assert_eq!(
        select(User)
            .filter(User.username.eq("ada"))
            .one(&mut session)
            .unwrap(),
        ada
    );
    session[ada].username = "grace".into();
    assert_eq!(
        select(count_all())
            .from(User)
            .filter(User.username.eq("grace"))
            .one(&mut session)
            .unwrap(),
        1
    );
    session.delete(ada);
    assert!(!select(User).exists(&mut session).unwrap());
    session.commit().unwrap();
    assert_eq!(db.count("users"), 0);
}

fn no_autoflush_holds_the_flush_back(db: &Db) {
    let mut session = db.session();
    session.add(User::builder().username("ada"));
    let found = session
        .no_autoflush(|session| select(User).all(session))
        .unwrap();
    assert_eq!(found, []);
    assert_eq!(writes(db), [""; 0]);
    assert_eq!(select(User).all(&mut session).unwrap().len(), 1);
}

fn no_autoflush_ends_with_its_closure(db: &Db) {
    let mut session = db.session();
    session
        .no_autoflush(|session| session.no_autoflush(|_| Ok(())))
        .unwrap();
    let failed: orm::Result<()> = session.no_autoflush(|_| Err(orm::Error::other("no")));
    failed.unwrap_err();
    panic_text(|| session.no_autoflush::<()>(|_| panic!("no")));
    session.add(User::builder().username("ada"));
    assert_eq!(select(User).all(&mut session).unwrap().len(), 1);
    session.rollback().unwrap();
}

fn deleting_what_was_never_inserted_sends_nothing(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    session.delete(ada);
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Transient);
    assert!(!session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(db.sent(), [""; 0]);
    session.add_again(ada).unwrap();
    session.delete(ada);
    session.add_again(ada).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("users"), 1);
}

fn deleting_twice_is_deleting_once(db: &Db) {
    let ids = users(db, &["a", "b"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session.delete(all[0]);
    session.delete(all[0]);
    session.flush().unwrap();
    session.delete(all[0]);
    session.commit().unwrap();
    assert_eq!(usernames(db), ["b"]);
}

fn clear_forgets_entities_and_keeps_the_transaction(db: &Db) {
    let mut session = db.session();
    session.add(User::builder().username("flushed"));
    session.flush().unwrap();
    session.add(User::builder().username("forgotten"));
    session.clear();
    assert!(session.in_transaction());
    session.commit().unwrap();
    assert_eq!(usernames(db), ["flushed"]);
}

fn expunge_takes_an_entity_out(db: &Db) {
    let mut session = db.session();
    let pending = session.add(User::builder().username("pending"));
    assert_eq!(session.expunge(pending).unwrap().username, "pending");
    session.commit().unwrap();
    assert_eq!(db.sent(), [""; 0]);

    let id = user(db, "ada");
    let ada = session.get(User, id).unwrap().unwrap();
    session.delete(ada);
    session.expunge(ada).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("users"), 1);
}

fn expunge_of_an_inserted_entity_leaves_its_row(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    session.flush().unwrap();
    let taken = session.expunge(ada).unwrap();
    let again = session.get(User, taken.id).unwrap().unwrap();
    assert_eq!(session[again].username, "ada");
    session.rollback().unwrap();
    assert_eq!(session.get(User, taken.id).unwrap(), None);
    assert_eq!(db.count("users"), 0);
}

fn the_sessions_connection_is_in_its_transaction(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    let conn = session.connection().unwrap();
    assert!(conn.in_transaction());
    // Pending changes were flushed before the connection was returned.
    conn.raw_execute("UPDATE users SET email = 'raw'", &[])
        .unwrap();
    assert_eq!(db.count("users"), 0);
    session.refresh(ada).unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("raw"));
    session.commit().unwrap();
    assert_eq!(db.count("users"), 1);
}

fn a_read_only_session_never_writes(db: &Db) {
    let options = TransactionOptions::new().read_only();
    let mut session = Session::with_options(&db.engine, options);
    session.add(User::builder().username("one row goes without begin elsewhere"));
    session.commit().unwrap_err();
    assert_eq!(db.count("users"), 0);
    session.rollback().unwrap();
    let mut session = db.session();
    session.add(User::builder().username("the next one writes"));
    session.commit().unwrap();
}

fn a_transaction_begins_with_the_first_statement(db: &Db) {
    let mut session = db.session();
    assert!(!session.in_transaction());
    session.add(User::builder().username("ada"));
    assert!(!session.in_transaction());
    assert_eq!(db.sent(), [""; 0]);
    session.get(User, 4711).unwrap();
    assert!(session.in_transaction());
    let sent = db.sent();
    let options = TransactionOptions::new().writes();
    let begin = db.dialect().begin(&options).unwrap();
    assert_eq!(Some(&*sent[0]), begin.last().map(|text| &**text));
    session.rollback().unwrap();
    assert!(!session.in_transaction());
}

fn an_empty_commit_sends_nothing(db: &Db) {
    let mut session = db.session();
    session.commit().unwrap();
    session.flush().unwrap();
    assert_eq!(db.sent(), [""; 0]);
    assert_eq!(db.recorder.pings(), 0);
}

fn work_done_past_the_session_is_told(db: &Db) {
    let mut session = db.session();
    session.add(User::builder().username("ada"));
    session.flush().unwrap();
    let conn = session.connection().unwrap();
    // Only the session ends its transaction, unless it is done through the driver.
    fails(conn.commit(), orm::ErrorKind::Usage);
    fails(conn.rollback(), orm::ErrorKind::Usage);
    for (text, verb) in [
        ("COMMIT", "session.commit()"),
        ("ROLLBACK", "session.rollback()"),
        ("BEGIN", "session.savepoint(…)"),
        ("ROLLBACK TO SAVEPOINT own", "session.savepoint(…)"),
    ] {
        let error = fails(conn.raw_control(text), orm::ErrorKind::Usage);
        assert!(error.hint().unwrap_or_default().contains(verb), "{error}");
    }
    natively(db, conn, "COMMIT");
    session.add(User::builder().username("late"));
    let error = fails(session.flush(), orm::ErrorKind::Transaction);
    assert!(
        error.hint().unwrap_or_default().contains("rollback()"),
        "{error}"
    );
    fails(session.commit(), orm::ErrorKind::CommitUnknown);
    session.rollback().unwrap();
    session.add(User::builder().username("grace"));
    session.commit().unwrap();
    assert_eq!(usernames(db), ["ada", "grace"]);
}

fn the_lifecycle_of_an_entity(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    let state = |session: &Session| session.entity_state(ada).unwrap();
    assert_eq!(state(&session), EntityState::Pending);
    session.flush().unwrap();
    assert_eq!(state(&session), EntityState::Persistent);
    session.rollback().unwrap();
    assert_eq!(state(&session), EntityState::Transient);
    session.add_again(ada).unwrap();
    assert_eq!(state(&session), EntityState::Pending);
    session.commit().unwrap();
    assert_eq!(state(&session), EntityState::Persistent);
    session.delete(ada);
    assert_eq!(state(&session), EntityState::Deleting);
    session.rollback().unwrap();
    assert_eq!(state(&session), EntityState::Persistent);
    session.delete(ada);
    session.flush().unwrap();
    assert_eq!(state(&session), EntityState::Deleted);
    session.rollback().unwrap();
    assert_eq!(state(&session), EntityState::Persistent);
    session.delete(ada);
    session.commit().unwrap();
    assert!(session.entity_state(ada).is_err());
}

fn adding_a_second_entity_of_a_known_key_is_refused_by_the_database(db: &Db) {
    let mut session = db.session();
    let one = session.add(Country {
        code: "PE".into(),
        name: "one".into(),
    });
    session.commit().unwrap();
    let two = session.add(Country {
        code: "PE".into(),
        name: "two".into(),
    });
    assert!(session.commit().unwrap_err().is_unique_violation());
    assert_eq!(session.entity_state(two).unwrap(), EntityState::Pending);
    session.rollback().unwrap();
    assert_eq!(session.get(Country, "PE").unwrap(), Some(one));
}

fn a_key_freed_by_others_is_taken_by_a_new_entity(db: &Db) {
    let mut session = db.session();
    let one = session.add(Country {
        code: "PE".into(),
        name: "one".into(),
    });
    session.commit().unwrap();
    db.outside("DELETE FROM countries");
    let two = session.add(Country {
        code: "PE".into(),
        name: "two".into(),
    });
    session.flush().unwrap();
    // One row, one handle: the old one's row is gone.
    assert_eq!(session.get(Country, "PE").unwrap(), Some(two));
    assert_eq!(session.entity_state(one).unwrap(), EntityState::Deleted);
    session.rollback().unwrap();
    assert_eq!(session.entity_state(one).unwrap(), EntityState::Persistent);
    assert_eq!(session.get(Country, "PE").unwrap(), None);
    session.add_again(two).unwrap();
    session.commit().unwrap();
    assert_eq!(session.get(Country, "PE").unwrap(), Some(two));
    assert!(session.get_ref(one).is_err());
}

fn a_debug_of_a_session_shows_no_values(db: &Db) {
    let mut session = db.session();
    session.add(User::builder().username("s3cret"));
    session.flush().unwrap();
    let text = format!("{session:?}");
    assert!(!text.contains("s3cret"), "{text}");
    session.rollback().unwrap();
}

fn one_connection_serves_a_whole_transaction(db: &Db) {
    let before = db.recorder.connects();
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    session.flush().unwrap();
    session
        .savepoint(|session| select(User).all(session))
        .unwrap();
    session.refresh(ada).unwrap();
    session.commit().unwrap();
    session.get(User, session[ada].id).unwrap();
    session.rollback().unwrap();
    assert!(db.recorder.connects() - before <= 1);
    assert_eq!(db.recorder.pings(), 0);
}

fn rows_that_the_database_deletes_along_are_looked_at_again(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    let post = |author_id| Post {
        id: 0,
        title: "t".into(),
        author_id,
    };
    let posts = ids
        .iter()
        .map(|id| session.add(post(*id)))
        .collect::<Vec<_>>();
    session.flush().unwrap();
    let keys: Vec<i64> = posts.iter().map(|post| session[*post].id).collect();
    session.delete(all[0]);
    session.flush().unwrap();
    assert_eq!(session.get(Post, keys[0]).unwrap(), None);
    assert_eq!(session.get(Post, keys[1]).unwrap(), Some(posts[1]));
    session.rollback().unwrap();
    for post in posts {
        assert_eq!(session.entity_state(post).unwrap(), EntityState::Transient);
    }
}
