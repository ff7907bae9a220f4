//! Savepoints: an inner `Err` undoes the inner work alone, in the database and in memory.

use orm::{EntityState, Error, Result};

use super::statements::{handles, panic_text, user, usernames, users};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Country, User};

cases![
    "savepoint":
    ok_keeps_the_work,
    err_undoes_the_inner_work_alone,
    savepoints_nest_three_deep,
    an_inner_savepoint_undone_with_its_outer_one,
    a_panic_rolls_back_to_the_savepoint,
    commit_and_rollback_inside_are_usage_errors,
    an_entity_added_inside_is_transient_after,
    an_entity_changed_before_and_inside_has_the_value_of_the_savepoint,
    an_entity_deleted_inside_lives_again,
    unflushed_edits_inside_are_undone,
    pending_work_is_flushed_before_the_savepoint,
    a_failed_flush_inside_leaves_the_outer_work,
    a_closure_may_go_on_after_a_failed_statement,
    the_rollback_of_all_undoes_a_kept_savepoint,
    one_entity_through_many_savepoints,
    keys_deleted_and_taken_inside_are_restored,
    the_error_of_the_closure_is_the_one_reported,
];

fn undo<T>() -> Result<T> {
    Err(Error::other("undo"))
}

fn ok_keeps_the_work(db: &Db) {
    let mut session = db.session();
    let ada = session
        .savepoint(|session| Ok(session.add(User::builder().username("ada"))))
        .unwrap();
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Persistent);
    assert_eq!(db.count("users"), 0);
    session.commit().unwrap();
    assert_eq!(usernames(db), ["ada"]);
}

fn err_undoes_the_inner_work_alone(db: &Db) {
    let ids = users(db, &["a", "b"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session[all[0]].email = Some("outer".into());
    session.add(User::builder().username("outer"));
    session.flush().unwrap();
    let inner: Result<()> = session.savepoint(|session| {
        session[all[0]].email = Some("inner".into());
        session[all[1]].email = Some("inner".into());
        session.add(User::builder().username("inner"));
        session.flush()?;
        session[all[1]].username = "unflushed".into();
        undo()
    });
    assert_eq!(inner.unwrap_err().to_string(), "undo");
    assert_eq!(session[all[0]].email.as_deref(), Some("outer"));
    assert_eq!(
        session[all[1]],
        User {
            id: ids[1],
            username: "b".into(),
            email: None
        }
    );
    session.commit().unwrap();
    assert_eq!(usernames(db), ["a", "b", "outer"]);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'outer'"),
        1
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'inner'"),
        0
    );
}

fn savepoints_nest_three_deep(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session
        .savepoint(|session| {
            session[ada].email = Some("1".into());
            session.add(User::builder().username("one"));
            let second: Result<()> = session.savepoint(|session| {
                session[ada].email = Some("2".into());
                session.add(User::builder().username("two"));
                session.savepoint(|session| {
                    session[ada].email = Some("3".into());
                    session.add(User::builder().username("three"));
                    Ok(())
                })?;
                assert_eq!(session[ada].email.as_deref(), Some("3"));
                undo()
            });
            assert_eq!(second.unwrap_err().to_string(), "undo");
            assert_eq!(session[ada].email.as_deref(), Some("1"));
            session.savepoint(|session| {
                session.add(User::builder().username("four"));
                Ok(())
            })
        })
        .unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["ada", "one", "four"]);
    assert_eq!(db.scalar("SELECT COUNT(*) FROM users WHERE email = '1'"), 1);
}

fn an_inner_savepoint_undone_with_its_outer_one(db: &Db) {
    let mut session = db.session();
    let outer: Result<()> = session.savepoint(|session| {
        session.savepoint(|session| {
            session.add(User::builder().username("inner"));
            Ok(())
        })?;
        let innermost: Result<()> = session.savepoint(|session| {
            session.add(User::builder().username("innermost"));
            undo()
        });
        innermost.unwrap_err();
        session.add(User::builder().username("outer"));
        undo()
    });
    outer.unwrap_err();
    session.add(User::builder().username("after"));
    session.commit().unwrap();
    assert_eq!(usernames(db), ["after"]);
}

fn a_panic_rolls_back_to_the_savepoint(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].email = Some("outer".into());
    let text = panic_text(|| {
        session.savepoint::<()>(|session| {
            session[ada].email = Some("inner".into());
            session.add(User::builder().username("inner"));
            session.flush()?;
            session[ada].username = "unflushed".into();
            panic!("the program's own")
        })
    });
    assert_eq!(text, "the program's own");
    assert_eq!(session[ada].email.as_deref(), Some("outer"));
    assert_eq!(session[ada].username, "ada");
    session
        .savepoint(|session| {
            session.add(User::builder().username("next"));
            Ok(())
        })
        .unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["ada", "next"]);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'outer'"),
        1
    );
}

fn commit_and_rollback_inside_are_usage_errors(db: &Db) {
    let mut session = db.session();
    session
        .savepoint(|session| {
            session.add(User::builder().username("ada"));
            for result in [session.commit(), session.rollback()] {
                let error = result.unwrap_err();
                assert_eq!(error.kind(), orm::ErrorKind::Usage);
                assert!(error.message().contains("inside the closure"), "{error}");
                assert!(error.hint().is_some());
            }
            Ok(())
        })
        .unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["ada"]);
}

fn an_entity_added_inside_is_transient_after(db: &Db) {
    let mut session = db.session();
    let (mut flushed, mut pending) = (None, None);
    let undone: Result<()> = session.savepoint(|session| {
        flushed = Some(session.add(User::builder().username("flushed")));
        session.flush()?;
        pending = Some(session.add(User::builder().username("pending")));
        undo()
    });
    undone.unwrap_err();
    let all = [flushed.unwrap(), pending.unwrap()];
    for handle in all {
        assert_eq!(
            session.entity_state(handle).unwrap(),
            EntityState::Transient
        );
        assert_eq!((session.key(handle), session[handle].id), (None, 0));
    }
    session.add_again(all[0]).unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["flushed"]);
}

fn an_entity_changed_before_and_inside_has_the_value_of_the_savepoint(db: &Db) {
    let id = user(db, "begin");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    // Changed before the savepoint, not flushed by the program: savepoint does it.
    session[ada].username = "before".into();
    let undone: Result<()> = session.savepoint(|session| {
        session[ada].username = "inside".into();
        session.flush()?;
        session[ada].username = "inside again".into();
        session.flush()?;
        undo()
    });
    undone.unwrap_err();
    assert_eq!(session[ada].username, "before");
    session[ada].email = Some("after".into());
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(
        session[ada],
        User {
            id,
            username: "begin".into(),
            email: None
        }
    );
}

fn an_entity_deleted_inside_lives_again(db: &Db) {
    let ids = users(db, &["flushed", "marked"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    let undone: Result<()> = session.savepoint(|session| {
        session.delete(all[0]);
        session.flush()?;
        session.delete(all[1]);
        undo()
    });
    undone.unwrap_err();
    for (handle, id) in all.iter().zip(&ids) {
        assert_eq!(
            session.entity_state(*handle).unwrap(),
            EntityState::Persistent
        );
        assert_eq!(session.get(User, *id).unwrap(), Some(*handle));
    }
    session.commit().unwrap();
    assert_eq!(db.count("users"), 2);
}

fn unflushed_edits_inside_are_undone(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    let undone: Result<()> = session.savepoint(|session| {
        session[ada].username = "inside".into();
        undo()
    });
    undone.unwrap_err();
    assert_eq!(session[ada].username, "ada");
    assert!(!session.has_pending_work());
}

fn pending_work_is_flushed_before_the_savepoint(db: &Db) {
    let mut session = db.session();
    let outer = session.add(User::builder().username("outer"));
    let undone: Result<()> = session.savepoint(|session| {
        assert_ne!(session[outer].id, 0);
        undo()
    });
    undone.unwrap_err();
    assert_eq!(
        session.entity_state(outer).unwrap(),
        EntityState::Persistent
    );
    session.commit().unwrap();
    assert_eq!(usernames(db), ["outer"]);

    // If that flush fails, the closure is not called.
    let bad = session.add(User::builder().username("outer"));
    let failed: Result<()> = session.savepoint(|_| unreachable!());
    assert!(failed.unwrap_err().is_unique_violation());
    assert_eq!(session.entity_state(bad).unwrap(), EntityState::Pending);
    session.rollback().unwrap();
}

fn a_failed_flush_inside_leaves_the_outer_work(db: &Db) {
    user(db, "taken");
    let mut session = db.session();
    session.add(User::builder().username("outer"));
    let undone: Result<()> = session.savepoint(|session| {
        session.add(User::builder().username("inner"));
        session.flush()?;
        session.add(User::builder().username("taken"));
        // Fails at the flush of the closure's end.
        Ok(())
    });
    assert!(undone.unwrap_err().is_unique_violation());
    session.commit().unwrap();
    assert_eq!(usernames(db), ["taken", "outer"]);
}

fn a_closure_may_go_on_after_a_failed_statement(db: &Db) {
    user(db, "taken");
    let mut session = db.session();
    session
        .savepoint(|session| {
            let bad = session.add(User::builder().username("taken"));
            session.flush().unwrap_err();
            session[bad].username = "free".into();
            session.flush()?;
            let nested = session.savepoint(|session| {
                session
                    .connection()?
                    .raw_execute("INSERT INTO users (username) VALUES ('taken')", &[])
            });
            assert!(nested.unwrap_err().is_unique_violation());
            session.add(User::builder().username("more"));
            Ok(())
        })
        .unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["taken", "free", "more"]);
}

fn the_rollback_of_all_undoes_a_kept_savepoint(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].email = Some("outer".into());
    let added = session
        .savepoint(|session| {
            session[ada].email = Some("inner".into());
            Ok(session.add(User::builder().username("inner")))
        })
        .unwrap();
    session[ada].email = Some("after".into());
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[ada].email, None);
    assert_eq!(session.entity_state(added).unwrap(), EntityState::Transient);
    assert_eq!(usernames(db), ["ada"]);
}

fn one_entity_through_many_savepoints(db: &Db) {
    let mut session = db.session();
    let account = session.add(Account::builder().owner("ada").balance(0));
    session.commit().unwrap();
    let mut expected = 0;
    for number in 1..=20_i64 {
        let kept = number % 3 != 0;
        let result = session.savepoint(|session| {
            session[account].balance += number;
            session.flush()?;
            session[account].balance += 100 * number;
            session.flush()?;
            if kept { Ok(()) } else { undo() }
        });
        assert_eq!(result.is_ok(), kept);
        expected += if kept { 101 * number } else { 0 };
        assert_eq!(session[account].balance, expected, "{number}");
    }
    let version = session[account].version;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT balance FROM accounts"), expected);
    assert_eq!(db.scalar("SELECT version FROM accounts"), version);
    assert_eq!(version, 1 + 2 * 14);
}

fn keys_deleted_and_taken_inside_are_restored(db: &Db) {
    let mut session = db.session();
    let old = session.add(Country {
        code: "BU".into(),
        name: "Burma".into(),
    });
    session.commit().unwrap();
    let mut new = None;
    let undone: Result<()> = session.savepoint(|session| {
        session.delete(old);
        new = Some(session.add(Country {
            code: "BU".into(),
            name: "Myanmar".into(),
        }));
        session.flush()?;
        assert_eq!(session.get(Country, "BU")?, new);
        undo()
    });
    undone.unwrap_err();
    assert_eq!(session.get(Country, "BU").unwrap(), Some(old));
    assert_eq!(session[old].name, "Burma");
    session.commit().unwrap();
    assert_eq!(db.count("countries"), 1);
}

fn the_error_of_the_closure_is_the_one_reported(db: &Db) {
    #[derive(Debug, PartialEq)]
    struct Own;
    impl std::fmt::Display for Own {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("my own")
        }
    }
    impl std::error::Error for Own {}

    let mut session = db.session();
    let result: Result<()> = session.savepoint(|_| Err(Error::other(Own)));
    let error = result.unwrap_err();
    assert_eq!(error.kind(), orm::ErrorKind::Other);
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.downcast_ref::<Own>(), Some(&Own));
}
