//! A connection that is lost under a session: nothing is half done, and only a rollback is allowed.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};
use orm_core::testing::{Fault, Faults};

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Country, User};
use crate::suite::statements::{user, usernames};
use crate::suite::support::{insert_word, release};

cases![
    "lost":
    killed_in_the_middle_of_a_transaction (crate::Requires::Server),
    killed_before_the_first_flush_of_a_transaction (crate::Requires::Server),
    killed_inside_a_savepoint (crate::Requires::Server),
    killed_while_idle_in_the_pool (crate::Requires::Server),
    a_deadlock_takes_the_whole_transaction (crate::Requires::WaitingWrites),
    a_lost_answer_to_commit_is_an_unknown_outcome,
    a_lost_answer_to_a_single_statement_is_an_unknown_outcome,
    a_lost_answer_inside_a_transaction_undoes_all_of_it,
    a_lost_answer_to_a_release_undoes_all_of_it,
];

/// Ends the server's side of the session's connection.
fn kill(db: &Db, session: &mut Session) {
    let conn = session
        .no_autoflush(|_| Ok(()))
        .and_then(|()| session.connection())
        .unwrap();
    db.killer(conn)();
}

fn killed_in_the_middle_of_a_transaction(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    let flushed = session.add(User::builder().username("flushed"));
    session[ada].email = Some("flushed".into());
    session.flush().unwrap();
    kill(db, &mut session);
    session[ada].email = Some("late".into());
    let pending = session.add(User::builder().username("pending"));
    let error = session.flush().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");

    // Nothing but rollback: not even a read from the identity map.
    let refused = [
        session.flush().unwrap_err(),
        session.commit().unwrap_err(),
        session.get(User, id).unwrap_err(),
        session.refresh(ada).unwrap_err(),
        select(User).all(&mut session).unwrap_err(),
        session.savepoint(|_| Ok(())).unwrap_err(),
        session.connection().map(drop).unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.kind(), ErrorKind::Transaction, "{error}");
        assert!(
            error.hint().unwrap_or_default().contains("rollback()"),
            "{error}"
        );
    }
    assert_eq!(usernames(db), ["ada"]);
    session.rollback().unwrap();
    assert_eq!(session[ada].email, None);
    for handle in [flushed, pending] {
        assert_eq!(
            session.entity_state(handle).unwrap(),
            EntityState::Transient
        );
        session.add_again(handle).unwrap();
    }
    session.commit().unwrap();
    assert_eq!(usernames(db), ["ada", "flushed", "pending"]);
}

fn killed_before_the_first_flush_of_a_transaction(db: &Db) {
    let mut session = db.session();
    kill(db, &mut session);
    session.add(Country {
        code: "AA".into(),
        name: "a".into(),
    });
    session.add(Country {
        code: "BB".into(),
        name: "b".into(),
    });
    assert!(session.commit().unwrap_err().is_connection_lost());
    session.rollback().unwrap();
    assert_eq!(db.count("countries"), 0);
    session.add(Country {
        code: "CC".into(),
        name: "c".into(),
    });
    session.commit().unwrap();
    assert_eq!(db.count("countries"), 1);
}

fn killed_inside_a_savepoint(db: &Db) {
    let mut session = db.session();
    session.add(User::builder().username("outer"));
    let lost: orm::Result<()> = session.savepoint(|session| {
        session.add(User::builder().username("inner"));
        session.flush()?;
        kill(db, session);
        session.add(User::builder().username("late"));
        session.flush()
    });
    assert_eq!(lost.unwrap_err().kind(), ErrorKind::ConnectionLost);
    assert_eq!(session.commit().unwrap_err().kind(), ErrorKind::Transaction);
    session.rollback().unwrap();
    assert_eq!(db.count("users"), 0);
    session.add(User::builder().username("next"));
    session.commit().unwrap();
    assert_eq!(usernames(db), ["next"]);
}

// A transaction begun on such a connection moves to a new one; of a single statement it is unknown whether it was
// executed.
fn killed_while_idle_in_the_pool(db: &Db) {
    let mut session = db.session();
    kill(db, &mut session);
    session.rollback().unwrap();
    session.add(User::builder().username("one"));
    session.add(User::builder().username("two"));
    session.commit().unwrap();
    assert_eq!(usernames(db), ["one", "two"]);

    let mut session = db.session();
    kill(db, &mut session);
    // Ended as if nothing had happened: the pool doesn't know.
    drop(session);
    let mut session = db.session();
    session.add(User::builder().username("three"));
    match session.commit() {
        Ok(()) => assert_eq!(db.count("users"), 3),
        Err(error) => {
            assert!(error.is_connection_lost(), "{error}");
            session.rollback().unwrap();
        }
    }
}

fn a_deadlock_takes_the_whole_transaction(db: &Db) {
    let ids = crate::suite::statements::users(db, &["a", "b"]);
    let barrier = std::sync::Barrier::new(2);
    let work = |order: [i64; 2]| {
        // Without the check of old values, which would refuse the survivor's change of the row that the victim has
        // changed before the savepoint, where it keeps that.
        let mut session = Session::new(&db.engine).optimistic(false);
        session.add(User::builder().username(format!("before {order:?}")));
        session.flush().unwrap();
        let mut outcome = Ok(());
        for (index, id) in order.into_iter().enumerate() {
            let user = session.get(User, id).unwrap().unwrap();
            outcome = session.savepoint(|session| {
                session[user].email = Some(format!("{order:?}"));
                session.flush()
            });
            if index == 0 {
                barrier.wait();
            }
        }
        let committed = session.commit();
        if outcome.is_err() {
            // The transaction may be gone, too: no commit may pretend otherwise.
            if let Err(error) = &committed {
                assert_eq!(error.kind(), ErrorKind::Transaction);
                session.rollback().unwrap();
            }
            let kept = usernames(db).contains(&format!("before {order:?}"));
            assert_eq!(kept, committed.is_ok());
        }
        outcome
    };
    let outcomes = std::thread::scope(|scope| {
        let one = scope.spawn(|| work([ids[0], ids[1]]));
        let two = scope.spawn(|| work([ids[1], ids[0]]));
        [one.join().unwrap(), two.join().unwrap()]
    });
    let failed: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().err())
        .collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0].kind(), ErrorKind::Deadlock);
}

/// That the session refuses everything but a rollback.
fn assert_only_rollback_goes_on(session: &mut Session) {
    for error in [
        session.flush().unwrap_err(),
        session.commit().unwrap_err(),
        session.get(User, 1).unwrap_err(),
        select(User).all(session).unwrap_err(),
        session.savepoint(|_| Ok(())).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Transaction, "{error}");
        assert!(
            error.hint().unwrap_or_default().contains("rollback()"),
            "{error}"
        );
    }
    session.rollback().unwrap();
}

fn a_lost_answer_to_commit_is_an_unknown_outcome(db: &Db) {
    let faults = Faults::new();
    let engine = db.faulty_engine(&faults);
    let mut session = Session::new(&engine);
    let one = session.add(User::builder().username("one"));
    session.add(User::builder().username("two"));
    faults.on("COMMIT", Fault::LostAfter);
    let error = session.commit().unwrap_err();
    assert!(
        error.is_commit_unknown() && error.hint().is_some(),
        "{error}"
    );
    assert_only_rollback_goes_on(&mut session);
    // Here it was stored: the rollback has looked.
    assert_eq!(session.entity_state(one).unwrap(), EntityState::Persistent);
    assert_eq!(usernames(db), ["one", "two"]);
    session.add(User::builder().username("three"));
    session.commit().unwrap();

    // It is not tried again.
    let mut tries = 0;
    faults.on("COMMIT", Fault::LostAfter);
    let unknown = engine.retry(5).transaction(|session| {
        tries += 1;
        session.add(User::builder().username("four"));
        session.flush()
    });
    assert!(unknown.unwrap_err().is_commit_unknown());
    assert_eq!((tries, db.count("users")), (1, 4));
}

fn a_lost_answer_to_a_single_statement_is_an_unknown_outcome(db: &Db) {
    let faults = Faults::new();
    let engine = db.faulty_engine(&faults);
    let mut session = Session::new(&engine);
    let insert = insert_word(db);
    let one = session.add(User::builder().username("one"));
    faults.on(&insert, Fault::LostAfter);
    let error = session.commit().unwrap_err();
    assert!(
        error.is_commit_unknown() && error.hint().is_some(),
        "{error}"
    );
    assert_only_rollback_goes_on(&mut session);
    assert_eq!(session.entity_state(one).unwrap(), EntityState::Transient);
    assert_eq!(usernames(db), ["one"]);
}

fn a_lost_answer_inside_a_transaction_undoes_all_of_it(db: &Db) {
    let faults = Faults::new();
    let mut session = Session::new(&db.faulty_engine(&faults));
    let one = session.add(User::builder().username("one"));
    session.flush().unwrap();
    session[one].email = Some("lost".into());
    faults.on("UPDATE", Fault::LostAfter);
    assert_eq!(
        session.flush().unwrap_err().kind(),
        ErrorKind::ConnectionLost
    );
    assert_eq!(session[one].email.as_deref(), Some("lost"));
    assert_only_rollback_goes_on(&mut session);
    assert_eq!(db.count("users"), 0);
    session.add_again(one).unwrap();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["one"]);
}

fn a_lost_answer_to_a_release_undoes_all_of_it(db: &Db) {
    let faults = Faults::new();
    let mut session = Session::new(&db.faulty_engine(&faults));
    session.add(User::builder().username("outer"));
    session.flush().unwrap();
    let add = |session: &mut Session, name| Ok(session.add(User::builder().username(name)));
    session.savepoint(|session| add(session, "kept")).unwrap();
    // With the work of the next savepoint, or when that is set.
    faults.on(&release(db), Fault::LostAfter);
    let lost = session.savepoint(|session| add(session, "inner"));
    assert_eq!(lost.unwrap_err().kind(), ErrorKind::ConnectionLost);
    assert_only_rollback_goes_on(&mut session);
    assert_eq!(db.count("users"), 0);
    session.add(User::builder().username("next"));
    session.commit().unwrap();
    assert_eq!(usernames(db), ["next"]);
}
