//! Transactions as closures of the engine: commit on `Ok`, rollback on `Err` and panic, retries.

use std::cell::Cell;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Barrier};

use orm::engine::{IsolationLevel, TransactionOptions};
use orm::prelude::*;
use orm::{Error, ErrorKind, Result};

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::statements::{panic_text, user, usernames, users};

cases![
    "closures":
    ok_commits_and_returns_the_value,
    err_rolls_back,
    a_panic_rolls_back,
    an_error_type_of_the_programs_own,
    a_failing_commit_is_the_error,
    a_closure_cant_end_its_transaction,
    retry_runs_the_closure_again_after_a_serialization_failure,
    retry_gives_up_after_the_last_time,
    transactions_and_retries_take_options,
    retry_does_not_repeat_other_errors,
    retry_after_a_real_deadlock (crate::Requires::RowLocks),
    a_snapshot_that_is_too_old_is_a_serialization_failure (crate::Requires::Embedded),
    a_writing_transaction_takes_the_lock_at_once (crate::Requires::Embedded),
];

fn ok_commits_and_returns_the_value(db: &Db) {
    let id = db
        .engine
        .transaction(|session| {
            let ada = session.add(User::builder().username("ada"));
            session.flush()?;
            Ok(session[ada].id)
        })
        .unwrap();
    assert_ne!(id, 0);
    assert_eq!(usernames(db), ["ada"]);
}

fn err_rolls_back(db: &Db) {
    let failed: Result<()> = db.engine.transaction(|session| {
        session.add(User::builder().username("ada"));
        session.flush()?;
        Err(Error::other("changed my mind"))
    });
    let error = failed.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Other, "changed my mind")
    );
    assert_eq!(db.count("users"), 0);
}

fn a_panic_rolls_back(db: &Db) {
    let text = panic_text(|| {
        db.engine.transaction(|session| -> Result<()> {
            session.add(User::builder().username("ada"));
            session.flush()?;
            panic!("the program's own")
        })
    });
    assert_eq!(text, "the program's own");
    assert_eq!(db.count("users"), 0);
    user(db, "next");
}

#[derive(Debug)]
enum OwnError {
    Refused,
    Database(Error),
}

impl From<Error> for OwnError {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

fn an_error_type_of_the_programs_own(db: &Db) {
    let refused: Result<(), OwnError> = db.engine.try_transaction(|session| {
        session.add(User::builder().username("ada"));
        session.flush()?;
        Err(OwnError::Refused)
    });
    assert!(matches!(refused, Err(OwnError::Refused)));
    assert_eq!(db.count("users"), 0);
    let stored: Result<i64, OwnError> = db.engine.try_transaction(|session| {
        session.add(User::builder().username("ada"));
        Ok(1)
    });
    assert_eq!(stored.unwrap(), 1);
    let taken: Result<(), OwnError> = db.engine.try_transaction(|session| {
        session.add(User::builder().username("ada"));
        Ok(())
    });
    assert!(matches!(taken, Err(OwnError::Database(error)) if error.is_unique_violation()));
}

fn a_failing_commit_is_the_error(db: &Db) {
    user(db, "ada");
    let failed = db.engine.transaction(|session| {
        session.add(User::builder().username("new"));
        session.add(User::builder().username("ada"));
        Ok(())
    });
    assert!(failed.unwrap_err().is_unique_violation());
    assert_eq!(usernames(db), ["ada"]);
}

fn a_closure_cant_end_its_transaction(db: &Db) {
    db.engine
        .transaction(|session| {
            session.add(User::builder().username("one"));
            for result in [session.commit(), session.rollback()] {
                assert_eq!(result.unwrap_err().kind(), ErrorKind::Usage);
            }
            session.savepoint(|session| {
                session.add(User::builder().username("two"));
                assert_eq!(session.commit().unwrap_err().kind(), ErrorKind::Usage);
                Ok(())
            })
        })
        .unwrap();
    assert_eq!(usernames(db), ["one", "two"]);
    // What was swallowed inside is not committed twice by a retry.
    let failed: Result<()> = db.engine.retry(2).transaction(|session| {
        session.add(User::builder().username("three"));
        session.commit()
    });
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(usernames(db), ["one", "two"]);
}

fn retry_runs_the_closure_again_after_a_serialization_failure(db: &Db) {
    let tries = Cell::new(0);
    let value = db
        .engine
        .retry(5)
        .transaction(|session| {
            tries.set(tries.get() + 1);
            // A fresh session each time: what the last try added is not in it.
            session.add(User::builder().username("ada"));
            session.flush()?;
            if tries.get() < 3 {
                return Err(Error::new(ErrorKind::SerializationFailure));
            }
            Ok(tries.get())
        })
        .unwrap();
    assert_eq!((value, tries.get()), (3, 3));
    assert_eq!(usernames(db), ["ada"]);
}

fn transactions_and_retries_take_options(db: &Db) {
    let serializable = TransactionOptions::new()
        .isolation(IsolationLevel::Serializable)
        .writes();
    let begin = db.dialect().begin(&serializable).unwrap();
    db.sent();
    let mut tries = 0;
    db.engine
        .retry(2)
        .options(serializable)
        .transaction(|session| {
            tries += 1;
            session.add(User::builder().username("ada"));
            session.flush()?;
            if tries == 1 {
                return Err(Error::new(ErrorKind::SerializationFailure));
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(tries, 2);
    let sent = db.sent();
    let begins = sent
        .iter()
        .filter(|sql| begin.contains(&sql.as_str().into()));
    assert_eq!(begins.count(), 2 * begin.len(), "{sent:?}");
    let reading = TransactionOptions::new().read_only();
    let written = db.engine.transaction_with(reading, |session| {
        session.add(User::builder().username("grace"));
        session.flush()
    });
    assert_eq!(written.unwrap_err().kind(), ErrorKind::Database);
    assert_eq!(usernames(db), ["ada"]);
}

fn retry_gives_up_after_the_last_time(db: &Db) {
    let tries = Cell::new(0);
    let failed: Result<()> = db.engine.retry(2).transaction(|_| {
        tries.set(tries.get() + 1);
        Err(Error::new(ErrorKind::Deadlock))
    });
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::Deadlock);
    assert_eq!(tries.get(), 3);
}

fn retry_does_not_repeat_other_errors(db: &Db) {
    for kind in [
        ErrorKind::UniqueViolation,
        ErrorKind::CommitUnknown,
        ErrorKind::ConnectionLost,
    ] {
        let tries = Cell::new(0);
        let failed: Result<()> = db.engine.retry(5).transaction(|_| {
            tries.set(tries.get() + 1);
            Err(Error::new(kind))
        });
        assert_eq!(failed.unwrap_err().kind(), kind);
        assert_eq!(tries.get(), 1);
    }
}

fn retry_after_a_real_deadlock(db: &Db) {
    let ids = users(db, &["a", "b"]);
    let barrier = Arc::new(Barrier::new(2));
    // Each thread hears from the other when its transaction is over.
    let (over_one, one_over) = mpsc::channel();
    let (over_two, two_over) = mpsc::channel();
    let work = |engine: Engine, ids: [i64; 2], over: Sender<()>, other_over: Receiver<()>| {
        let barrier = Arc::clone(&barrier);
        std::thread::spawn(move || {
            let mut tries = 0;
            let done = engine
                .retry(5)
                .transaction(|session| {
                    tries += 1;
                    // What it reads before the survivor commits is old when it writes: another retry, of which nothing is
                    // said here.
                    if tries == 2 {
                        let _ = other_over.recv();
                    }
                    for (index, id) in ids.into_iter().enumerate() {
                        let user = session.get(User, id)?.unwrap();
                        session[user].email = Some(format!("{ids:?} {tries}"));
                        session.flush()?;
                        // Both hold one lock before either requests the other's: once.
                        if index == 0 && tries == 1 {
                            barrier.wait();
                        }
                    }
                    Ok(())
                })
                .map(|()| tries);
            let _ = over.send(());
            done
        })
    };
    let one = work(db.other_engine(), [ids[0], ids[1]], over_one, two_over);
    let two = work(db.other_engine(), [ids[1], ids[0]], over_two, one_over);
    let tries = [one, two].map(|thread| thread.join().unwrap().unwrap());
    assert_eq!(tries.iter().sum::<i32>(), 3, "{tries:?}");
    // One transaction's work as a whole.
    let emails = select(User.email).all(&mut db.other_connection()).unwrap();
    assert_eq!(emails[0], emails[1]);
}

fn a_snapshot_that_is_too_old_is_a_serialization_failure(db: &Db) {
    let id = user(db, "ada");
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    select(User).all(&mut conn).unwrap();
    user(db, "meanwhile");
    let late = update(User).set(User.email, "late").filter(User.id.eq(id));
    let error = late.execute(&mut conn).unwrap_err();
    assert!(error.is_serialization_failure(), "{error}");
    conn.rollback().unwrap();
    // A session begins its transaction with the write lock, so that nothing can come between.
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    user(db, "before");
    session[ada].email = Some("again".into());
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'again'"),
        1
    );
}

fn a_writing_transaction_takes_the_lock_at_once(db: &Db) {
    let id = user(db, "ada");
    db.engine
        .transaction(|session| {
            let ada = session.get(User, id)?.unwrap();
            let mut conn = db.other_connection();
            db.backend.limit_lock_wait(&mut conn);
            let busy = conn
                .raw_execute("UPDATE users SET email = 'other'", &[])
                .unwrap_err();
            assert!(busy.is_busy(), "{busy}");
            session[ada].email = Some("mine".into());
            Ok(())
        })
        .unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'mine'"),
        1
    );
}
