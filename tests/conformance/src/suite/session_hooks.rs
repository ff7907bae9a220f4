//! The hooks of sessions, and the callbacks after COMMIT: their order, what they may do, and what their errors and panics
//! leave.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use orm::prelude::*;
use orm::{EntityState, Error, ErrorKind, Result};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::steps;
use crate::suite::support::fails;

cases![
    "session_hooks":
    before_flush_may_add_change_and_delete,
    hooks_are_called_in_order,
    hooks_of_an_engine_are_those_of_all_its_sessions,
    hooks_of_rows_get_the_entity,
    a_commit_flushes_what_hooks_leave,
    a_hook_flushes_and_ends_nothing,
    an_error_before_the_statements_keeps_everything_pending,
    an_error_after_the_statements_can_only_be_rolled_back,
    a_panic_of_a_hook_leaves_a_session_to_roll_back,
    one_statement_needs_no_transaction_without_hooks_behind_it,
    callbacks_run_after_commit_in_order,
    callbacks_are_dropped_with_what_they_are_about,
    every_callback_runs_though_one_panics,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "hook_notes")]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 80)]
    text: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "hook_audit")]
struct Audit {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 80)]
    entry: String,
}

fn tables(db: &Db) {
    Metadata::of((Note, Audit)).create_all(&db.engine).unwrap();
    db.sent();
}

fn note(text: &str) -> impl NewRow<Model = Note> {
    Note::builder().text(text)
}

fn audit(entry: impl Into<String>) -> impl NewRow<Model = Audit> {
    Audit::builder().entry(entry.into())
}

fn entries(db: &Db) -> Vec<String> {
    let all = select(Audit.entry).order_by(Audit.entry);
    all.all(&mut db.other_connection()).unwrap()
}

/// What was called.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    fn add(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Hooks that note each call.
fn noted(calls: &Calls) -> SessionHooks {
    let fallible = |name: &'static str| {
        let calls = calls.clone();
        move |_: &mut Session| {
            calls.add(name);
            Ok(())
        }
    };
    let infallible = |name: &'static str| {
        let calls = calls.clone();
        move |_: &mut Session| calls.add(name)
    };
    SessionHooks::new()
        .before_flush(fallible("before_flush"))
        .after_flush(fallible("after_flush"))
        .before_commit(fallible("before_commit"))
        .after_commit(infallible("after_commit"))
        .after_rollback(infallible("after_rollback"))
}

fn before_flush_may_add_change_and_delete(db: &Db) {
    tables(db);
    let mut session = db.session();
    session.add_hooks(SessionHooks::new().before_flush(|session| {
        for note in session.added(Note) {
            let entry = format!("added {}", session[note].text);
            session.add(audit(entry));
        }
        for note in session.changed(Note) {
            let history = session.history(note, Note.text)?;
            let entry = format!("changed {}", history.old_value().unwrap());
            session.add(audit(entry));
            session[note].text.push('!');
        }
        for note in session.deleting(Note) {
            let entry = format!("deleted {}", session[note].text);
            session.add(audit(entry));
        }
        for note in session.added(Note) {
            if session[note].text == "never" {
                session.delete(note);
            }
        }
        Ok(())
    }));
    let ada = session.add(note("ada"));
    session.add(note("never"));
    session.commit().unwrap();
    assert_eq!(entries(db), ["added ada", "added never"]);
    assert_eq!(db.count("hook_notes"), 1);
    session[ada].text = "grace".into();
    session.commit().unwrap();
    assert_eq!(session[ada].text, "grace!");
    session.delete(ada);
    session.commit().unwrap();
    assert_eq!(
        entries(db),
        ["added ada", "added never", "changed ada", "deleted grace!"]
    );
    assert_eq!(db.count("hook_notes"), 0);
}

fn hooks_are_called_in_order(db: &Db) {
    tables(db);
    let calls = Calls::default();
    let (first, second) = (calls.clone(), calls.clone());
    let rows = SessionHooks::new()
        .after_insert(Note, move |session, note| {
            first.add(format!("after_insert {}", session[note].text));
            Ok(())
        })
        .after_flush(move |_| {
            second.add("after_flush of the second list");
            Ok(())
        });
    let mut session = db.session();
    session.add_hooks(noted(&calls));
    session.add_hooks(rows);
    session.add(note("ada"));
    let callback = calls.clone();
    session.on_commit(move || callback.add("on_commit"));
    session.flush().unwrap();
    let flush = [
        "before_flush",
        "after_insert ada",
        "after_flush",
        "after_flush of the second list",
    ];
    assert_eq!(calls.take(), flush);
    session.add(note("grace"));
    session.commit().unwrap();
    let commit = [
        "before_commit",
        "before_flush",
        "after_insert grace",
        "after_flush",
        "after_flush of the second list",
        "after_commit",
        "on_commit",
    ];
    assert_eq!(calls.take(), commit);
    // Nothing to write.
    session.commit().unwrap();
    assert_eq!(calls.take(), ["before_commit", "after_commit"]);
    session.add(note("joan"));
    session.rollback().unwrap();
    assert_eq!(calls.take(), ["after_rollback"]);
}

fn hooks_of_an_engine_are_those_of_all_its_sessions(db: &Db) {
    tables(db);
    let calls = Calls::default();
    let more = calls.clone();
    let options = db
        .options()
        .session_hooks(noted(&calls))
        .session_hooks(SessionHooks::new().after_commit(move |_| more.add("more")));
    let engine = db.engine_with(&options);
    let mut session = Session::new(&engine);
    session.add(note("ada"));
    session.commit().unwrap();
    let commit = [
        "before_commit",
        "before_flush",
        "after_flush",
        "after_commit",
        "more",
    ];
    assert_eq!(calls.take(), commit);
    engine
        .transaction(|session| {
            session.add(note("grace"));
            Ok(())
        })
        .unwrap();
    assert_eq!(calls.take(), commit);
    let failed: Result<()> = engine.transaction(|session| {
        session.add(note("joan"));
        session.flush()?;
        Err(Error::other("of the closure's own"))
    });
    fails(failed, ErrorKind::Other);
    assert_eq!(
        calls.take(),
        ["before_flush", "after_flush", "after_rollback"]
    );
    // One session's own are its own.
    session.add_hooks(SessionHooks::new().before_commit(|_| Err(Error::other("no"))));
    fails(session.commit(), ErrorKind::Other);
    Session::new(&engine).commit().unwrap();
}

fn hooks_of_rows_get_the_entity(db: &Db) {
    tables(db);
    let calls = Calls::default();
    let [inserted, updated, deleted] = [(); 3].map(|()| calls.clone());
    let hooks = SessionHooks::new()
        .after_insert(Note, move |session, note| {
            let key = session.key(note).is_some();
            inserted.add(format!("{} {key}", session[note].text));
            Ok(())
        })
        .after_update(Note, move |session, note, before| {
            updated.add(format!("{} to {}", before.text, session[note].text));
            Ok(())
        })
        .after_delete(Note, move |session, note| {
            let state = session.entity_state(note)?;
            deleted.add(format!("{} {state:?}", session[note].text));
            Ok(())
        });
    let mut session = db.session();
    session.add_hooks(hooks);
    let ada = session.add(note("ada"));
    let grace = session.add(note("grace"));
    session.add(audit("of another model"));
    session.commit().unwrap();
    assert_eq!(calls.take(), ["ada true", "grace true"]);
    session[ada].text = "joan".into();
    session.delete(grace);
    session.commit().unwrap();
    assert_eq!(calls.take(), ["ada to joan", "grace Deleted"]);
    // Past the unit of work.
    update(Note)
        .set(Note.text, "x")
        .execute(&mut session)
        .unwrap();
    delete(Note).execute(&mut session).unwrap();
    session.commit().unwrap();
    assert_eq!(calls.take(), [""; 0]);
}

fn a_commit_flushes_what_hooks_leave(db: &Db) {
    tables(db);
    let mut session = db.session();
    session.add_hooks(SessionHooks::new().after_insert(Note, |session, note| {
        let entry = format!("number {}", session[note].id > 0);
        session.add(audit(entry));
        Ok(())
    }));
    session.add(note("ada"));
    session.commit().unwrap();
    assert_eq!(steps(db), ["INSERT hook_notes", "INSERT hook_audit"]);
    assert_eq!(entries(db), ["number true"]);
    session.add_hooks(SessionHooks::new().after_flush(|session| {
        session.add(audit("again"));
        Ok(())
    }));
    session.add(note("grace"));
    let error = fails(session.commit(), ErrorKind::Usage);
    assert!(error.message().contains("100 times"), "{error}");
    session.rollback().unwrap();
    assert_eq!(db.count("hook_notes"), 1);
}

fn a_hook_flushes_and_ends_nothing(db: &Db) {
    tables(db);
    let mut session = db.session();
    let refuses = |session: &mut Session| {
        let read = session.savepoint(|_| Ok(()));
        for result in [session.flush(), session.commit(), session.rollback(), read] {
            let error = fails(result, ErrorKind::Usage);
            assert!(error.message().contains("inside a hook"), "{error}");
        }
        // No autoflush: the hook sees the database.
        select(Note).count(session)
    };
    let hooks = SessionHooks::new()
        .before_flush(move |session| {
            assert_eq!(refuses(session)?, 0);
            Ok(())
        })
        .after_flush(move |session| {
            assert_eq!(refuses(session)?, 1);
            Ok(())
        })
        .after_commit(|session| {
            assert!(!session.in_transaction());
            let begun = insert(Audit).values(audit("late")).execute(session);
            fails(begun, ErrorKind::Usage);
            fails(session.begin(), ErrorKind::Usage);
        });
    session.add_hooks(hooks);
    session.add(note("ada"));
    session.commit().unwrap();
    assert_eq!((db.count("hook_notes"), entries(db).len()), (1, 0));
    // Behind the hook all is as before.
    insert(Audit)
        .values(audit("afterwards"))
        .execute(&mut session)
        .unwrap();
    session.rollback().unwrap();
}

fn an_error_before_the_statements_keeps_everything_pending(db: &Db) {
    tables(db);
    for begin in [true, false] {
        let mut session = db.session();
        let refuse = |session: &mut Session| {
            let texts = session.added(Note).into_iter();
            let mut texts = texts.map(|note| &session[note].text);
            if texts.any(|text| text == "refused") {
                return Err(Error::other("refused"));
            }
            Ok(())
        };
        session.add_hooks(if begin {
            SessionHooks::new().before_commit(refuse)
        } else {
            SessionHooks::new().before_flush(refuse)
        });
        let refused = session.add(note("refused"));
        fails(session.commit(), ErrorKind::Other);
        assert_eq!(db.sent(), [""; 0]);
        assert_eq!(session.entity_state(refused).unwrap(), EntityState::Pending);
        session[refused].text = "ada".into();
        session.commit().unwrap();
        assert_eq!(steps(db), ["INSERT hook_notes"]);
    }
}

fn an_error_after_the_statements_can_only_be_rolled_back(db: &Db) {
    tables(db);
    let mut session = db.session();
    session.add_hooks(SessionHooks::new().after_insert(Note, |session, note| {
        if session[note].text == "refused" {
            return Err(Error::other("refused"));
        }
        Ok(())
    }));
    let refused = session.add(note("refused"));
    fails(session.flush(), ErrorKind::Other);
    for result in [session.flush(), session.commit(), session.begin()] {
        fails(result, ErrorKind::Transaction);
    }
    session.rollback().unwrap();
    assert_eq!(
        session.entity_state(refused).unwrap(),
        EntityState::Transient
    );
    session.add_again(refused).unwrap();
    fails(session.commit(), ErrorKind::Other);
    session.rollback().unwrap();
    assert_eq!(db.count("hook_notes"), 0);
    // A savepoint is rolled back alone.
    session.add(note("ada"));
    let inner = session.savepoint(|session| {
        session.add(note("refused"));
        session.flush()
    });
    fails(inner, ErrorKind::Other);
    session.add(note("grace"));
    session.commit().unwrap();
    assert_eq!(db.count("hook_notes"), 2);
}

fn a_panic_of_a_hook_leaves_a_session_to_roll_back(db: &Db) {
    tables(db);
    let panics = |session: &mut Session| -> Result<()> {
        let _ = session;
        panic!("of the hook's own")
    };
    let mut session = db.session();
    session.add_hooks(SessionHooks::new().before_flush(panics));
    let pending = session.add(note("ada"));
    catch_unwind(AssertUnwindSafe(|| session.flush())).unwrap_err();
    assert_eq!(session.entity_state(pending).unwrap(), EntityState::Pending);
    session.rollback().unwrap();

    let mut session = db.session();
    session.add_hooks(SessionHooks::new().after_flush(panics));
    session.add(note("ada"));
    catch_unwind(AssertUnwindSafe(|| session.commit())).unwrap_err();
    fails(session.commit(), ErrorKind::Transaction);
    session.rollback().unwrap();
    assert_eq!(db.count("hook_notes"), 0);

    let calls = Calls::default();
    let mut session = db.session();
    let panic = |_: &mut Session| panic!("of the hook's own");
    session.add_hooks(SessionHooks::new().after_commit(panic));
    session.add_hooks(noted(&calls));
    session.add(note("ada"));
    calls.take();
    catch_unwind(AssertUnwindSafe(|| session.commit())).unwrap_err();
    // The others were called, and the changes are stored.
    assert_eq!(
        calls.take().last().map(String::as_str),
        Some("after_commit")
    );
    assert!(!session.in_transaction());
    assert_eq!(db.count("hook_notes"), 1);
}

fn one_statement_needs_no_transaction_without_hooks_behind_it(db: &Db) {
    tables(db);
    let statements = |db: &Db| db.sent().len();
    let mut session = db.session();
    let ada = session.add(note("ada"));
    session.commit().unwrap();
    db.sent();
    session.delete(ada);
    session.commit().unwrap();
    let alone = statements(db);
    let calls = Calls::default();
    let mut session = db.session();
    let grace = session.add(note("grace"));
    session.commit().unwrap();
    session.add_hooks(
        SessionHooks::new()
            .before_flush(|_| Ok(()))
            .after_commit(|_| ())
            .after_insert(Note, |_, _| Ok(())),
    );
    db.sent();
    session.delete(grace);
    session.commit().unwrap();
    assert_eq!(statements(db), alone);
    let joan = session.add(note("joan"));
    session.commit().unwrap();
    session.add_hooks(noted(&calls));
    db.sent();
    session.delete(joan);
    session.commit().unwrap();
    // One that begins the transaction, and its COMMIT.
    assert!(statements(db) > alone);
}

fn callbacks_run_after_commit_in_order(db: &Db) {
    tables(db);
    let calls = Calls::default();
    let add = |session: &mut Session, what: &'static str| {
        let calls = calls.clone();
        session.on_commit(move || calls.add(what));
    };
    let mut session = db.session();
    // The transaction begins with the first write: until then they wait, too.
    add(&mut session, "first");
    session.add(note("ada"));
    session.flush().unwrap();
    add(&mut session, "second");
    session
        .savepoint(|session| {
            add(session, "third");
            Ok(())
        })
        .unwrap();
    assert_eq!(calls.take(), [""; 0]);
    session.commit().unwrap();
    assert_eq!(calls.take(), ["first", "second", "third"]);
    session.commit().unwrap();
    assert_eq!(calls.take(), [""; 0]);
    // Nothing to write.
    add(&mut session, "fourth");
    session.commit().unwrap();
    assert_eq!(calls.take(), ["fourth"]);
    db.engine
        .transaction(|session| {
            add(session, "fifth");
            session.add(note("grace"));
            Ok(())
        })
        .unwrap();
    assert_eq!(calls.take(), ["fifth"]);
}

fn callbacks_are_dropped_with_what_they_are_about(db: &Db) {
    tables(db);
    let calls = Calls::default();
    let add = |session: &mut Session, what: &'static str| {
        let calls = calls.clone();
        session.on_commit(move || calls.add(what));
    };
    let mut session = db.session();
    add(&mut session, "rolled back");
    session.add(note("ada"));
    session.flush().unwrap();
    session.rollback().unwrap();
    session.commit().unwrap();
    assert_eq!(calls.take(), [""; 0]);
    add(&mut session, "before");
    let undone: Result<()> = session.savepoint(|session| {
        add(session, "in the savepoint");
        session.savepoint(|session| {
            add(session, "in the inner one");
            Ok(())
        })?;
        Err(Error::other("of the closure's own"))
    });
    fails(undone, ErrorKind::Other);
    add(&mut session, "after");
    session.commit().unwrap();
    assert_eq!(calls.take(), ["before", "after"]);
    // A commit that fails may be repeated.
    session.add_hooks(SessionHooks::new().before_flush(|session| {
        if session.added(Note).is_empty() {
            return Ok(());
        }
        Err(Error::other("refused"))
    }));
    let refused = session.add(note("grace"));
    add(&mut session, "kept");
    fails(session.commit(), ErrorKind::Other);
    assert_eq!(calls.take(), [""; 0]);
    session.delete(refused);
    session.commit().unwrap();
    assert_eq!(calls.take(), ["kept"]);
    add(&mut session, "of a dropped session");
    drop(session);
    assert_eq!(calls.take(), [""; 0]);
}

fn every_callback_runs_though_one_panics(db: &Db) {
    tables(db);
    let calls = Calls::default();
    let mut session = db.session();
    session.add(note("ada"));
    session.on_commit(|| panic!("of the callback's own"));
    let second = calls.clone();
    session.on_commit(move || second.add("second"));
    catch_unwind(AssertUnwindSafe(|| session.commit())).unwrap_err();
    assert_eq!(calls.take(), ["second"]);
    assert_eq!(db.count("hook_notes"), 1);
    assert!(!session.in_transaction());
    session.add(note("grace"));
    session.commit().unwrap();
    assert_eq!(db.count("hook_notes"), 2);
}
