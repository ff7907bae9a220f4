//! No update is lost: every UPDATE of an entity matches the old values of what it sets, or the version.

use orm::engine::{IsolationLevel, TransactionOptions};
use orm::prelude::*;
use orm::{Error, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, User};
use crate::suite::Requires;
use crate::suite::statements::{handles, user, users};
use crate::suite::support::fails;

cases![
    "optimistic":
    a_fresh_entity_is_guarded_at_every_level,
    a_locked_entity_is_guarded,
    columns_that_are_not_set_are_not_guarded,
    one_stale_row_of_a_batch_leaves_nothing_stored,
    inside_a_savepoint_only_the_savepoint_is_undone,
    after_stale_data_a_refresh_shows_the_row_as_it_is,
    without_the_check_the_last_one_wins_unless_there_is_a_version,
    increments_of_many_threads_all_count,
    increments_with_locks_all_count,
    a_retry_with_an_error_of_its_own,
    a_retry_gives_up_what_is_not_transient,
    stale_data_names_the_sessions_own_statement,
];

fn a_fresh_entity_is_guarded_at_every_level(db: &Db) {
    use IsolationLevel::{ReadCommitted, RepeatableRead, Serializable};
    let mut levels = vec![None];
    levels.extend([ReadCommitted, RepeatableRead, Serializable].map(Some));
    levels.retain(|level| {
        let options = TransactionOptions::new().isolation(*level);
        let has_it = db.dialect().begin(&options).is_ok();
        // Where reads lock, no other can write.
        has_it && (*level != Some(Serializable) || db.has(Requires::SerializableReadsDontLock))
    });
    for level in &levels {
        let id = user(db, &format!("{level:?}"));
        let options = TransactionOptions::new().isolation(*level);
        let mut session = Session::with_options(&db.engine, options);
        let ada = session.get(User, id).unwrap().unwrap();
        db.outside(&format!(
            "UPDATE users SET email = 'theirs' WHERE id = {id}"
        ));
        session[ada].email = Some("mine".into());
        let error = session.commit().unwrap_err();
        assert!(
            error.is_stale_data() || error.is_serialization_failure(),
            "{level:?}: {error}"
        );
        session.rollback().unwrap();
        let text = format!("SELECT COUNT(*) FROM users WHERE id = {id} AND email = 'theirs'");
        assert_eq!(db.scalar(&text), 1);
    }
}

fn a_locked_entity_is_guarded(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get_for_update(User, id).unwrap().unwrap();
    // On its own connection, since the row is locked for others.
    let conn = session.connection().unwrap();
    conn.raw_execute("UPDATE users SET email = 'raw'", &[])
        .unwrap();
    session[ada].email = Some("mine".into());
    fails(session.flush(), ErrorKind::StaleData);
}

fn columns_that_are_not_set_are_not_guarded(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    session[ada].username = "lovelace".into();
    session.commit().unwrap();
    let text = "SELECT COUNT(*) FROM users WHERE username = 'lovelace' AND email = 'theirs'";
    assert_eq!(db.scalar(text), 1);
}

fn one_stale_row_of_a_batch_leaves_nothing_stored(db: &Db) {
    for size in [1, 2, 1000] {
        let names: Vec<String> = (0..size).map(|n| format!("{size} {n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let ids = users(db, &names);
        let mut session = db.session();
        let all = handles(&mut session, &ids);
        let middle = ids[size / 2];
        db.outside(&format!(
            "UPDATE users SET email = 'theirs' WHERE id = {middle}"
        ));
        for handle in &all {
            session[*handle].email = Some("mine".into());
        }
        let error = fails(session.commit(), ErrorKind::StaleData);
        assert!(error.message().contains(&middle.to_string()), "{error}");
        assert!(!session.in_transaction());
        assert_eq!(
            db.scalar("SELECT COUNT(*) FROM users WHERE email = 'mine'"),
            0
        );
        // All is pending still: the one is decided again, and all are written.
        session.refresh(all[size / 2]).unwrap();
        session[all[size / 2]].email = Some("mine".into());
        session.commit().unwrap();
        let text = "SELECT COUNT(*) FROM users WHERE email = 'mine'";
        assert_eq!(db.scalar(text), i64::try_from(size).unwrap());
        db.outside("DELETE FROM users");
    }
}

fn inside_a_savepoint_only_the_savepoint_is_undone(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    if !db.capabilities().row_locks {
        // Nothing can come between: the transaction has the write lock.
        return one_stale_row_of_a_batch_leaves_nothing_stored(db);
    }
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session[all[0]].email = Some("kept".into());
    session.flush().unwrap();
    db.outside(&format!(
        "UPDATE users SET email = 'theirs' WHERE id = {}",
        ids[1]
    ));
    let undone: orm::Result<()> = session.savepoint(|session| {
        session[all[0]].username = "undone".into();
        session[all[1]].email = Some("mine".into());
        session.flush()
    });
    fails(undone, ErrorKind::StaleData);
    session.commit().unwrap();
    let text = "SELECT COUNT(*) FROM users WHERE email = 'kept' AND username = 'ada'";
    assert_eq!(db.scalar(text), 1);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'theirs'"),
        1
    );
}

fn after_stale_data_a_refresh_shows_the_row_as_it_is(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    let in_transaction = db.capabilities().row_locks;
    if in_transaction {
        // A snapshot is taken here.
        session[all[0]].username = "first".into();
        session.flush().unwrap();
        select(User).all(&mut session).unwrap();
    }
    db.outside(&format!(
        "UPDATE users SET email = 'theirs' WHERE id = {}",
        ids[1]
    ));
    session[all[1]].email = Some("mine".into());
    let error = session.flush().unwrap_err();
    if error.is_serialization_failure() {
        // The transaction is over, so there is no snapshot that still shows the old row.
        session.rollback().unwrap();
    } else {
        assert_eq!(error.kind(), ErrorKind::StaleData, "{error}");
        assert!(error.message().contains(&ids[1].to_string()), "{error}");
        assert_eq!(session.in_transaction(), in_transaction);
    }
    session.refresh(all[1]).unwrap();
    assert_eq!(session[all[1]].email.as_deref(), Some("theirs"));
    session[all[1]].email = Some("mine".into());
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'mine'"),
        1
    );
}

fn without_the_check_the_last_one_wins_unless_there_is_a_version(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session().optimistic(false);
    let ada = session.get(User, id).unwrap().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    session[ada].email = Some("mine".into());
    let account = session.add(Account::builder().owner("ada").balance(1));
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'mine'"),
        1
    );
    db.outside("UPDATE accounts SET version = version + 1");
    session[account].balance = 2;
    fails(session.commit(), ErrorKind::StaleData);
    session.rollback().unwrap();
    session.delete(account);
    fails(session.commit(), ErrorKind::StaleData);
}

/// A row that many count up.
#[derive(Model, Clone, Debug)]
#[orm(table = "counters")]
struct Counter {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    n: i64,
}

const THREADS: usize = 6;
const EACH: usize = 8;

fn counter(db: &Db) {
    Metadata::of((Counter,)).create_all(&db.engine).unwrap();
    db.outside("INSERT INTO counters (id, n) VALUES (1, 0)");
}

/// Runs `increment` in many threads at once and counts how often it returned `Ok`.
fn count_up(db: &Db, increment: impl Fn(&Engine) -> orm::Result<()> + Sync) -> i64 {
    let engine = db.engine_with(&db.options().pool_size(8));
    let work = || (0..EACH).filter(|_| increment(&engine).is_ok()).count();
    let done: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    i64::try_from(done).unwrap()
}

fn increments_of_many_threads_all_count(db: &Db) {
    counter(db);
    // Without a retry some are refused, and what is reported as done is there.
    let plain = count_up(db, |engine| {
        let mut session = Session::new(engine);
        let counter = session.get(Counter, 1)?.expect("it was inserted before");
        session[counter].n += 1;
        session.commit()
    });
    assert_eq!(db.scalar("SELECT n FROM counters"), plain);
    // With a retry all are done.
    let all = count_up(db, |engine| {
        engine.retry(100).transaction(|session| {
            let counter = session.get(Counter, 1)?.expect("it was inserted before");
            session[counter].n += 1;
            Ok(())
        })
    });
    assert_eq!(all, i64::try_from(THREADS * EACH).unwrap());
    assert_eq!(db.scalar("SELECT n FROM counters"), plain + all);
}

fn increments_with_locks_all_count(db: &Db) {
    counter(db);
    let by_key = count_up(db, |engine| {
        let mut session = Session::new(engine);
        let counter = session
            .get_for_update(Counter, 1)?
            .expect("it was inserted before");
        session[counter].n += 1;
        session.commit()
    });
    let by_query = count_up(db, |engine| {
        let mut session = Session::new(engine);
        session.get(Counter, 1)?; // what is loaded takes the values of the locked row
        let counter = select(Counter).for_update().one(&mut session)?;
        session[counter].n += 1;
        session.commit()
    });
    let all = i64::try_from(THREADS * EACH).unwrap();
    assert_eq!((by_key, by_query), (all, all));
    assert_eq!(db.scalar("SELECT n FROM counters"), all * 2);
}

/// An error of the program's own.
#[derive(Debug)]
enum Failed {
    Database,
    Own,
}

impl From<Error> for Failed {
    fn from(_: Error) -> Self {
        Self::Database
    }
}

fn a_retry_with_an_error_of_its_own(db: &Db) {
    counter(db);
    let mut tries = 0;
    let done: Result<i64, Failed> = db.engine.retry(3).try_transaction(|session| {
        tries += 1;
        let counter = session.get(Counter, 1)?.expect("it was inserted before");
        if tries < 3 {
            // The row changes under the transaction, by its own connection.
            session
                .connection()?
                .raw_execute("UPDATE counters SET n = n + 10", &[])?;
        }
        session[counter].n += 1;
        session.flush()?;
        Ok(session[counter].n)
    });
    assert_eq!((tries, done.unwrap()), (3, 1));
    let mut tries = 0;
    let refused: Result<(), Failed> = db.engine.retry(3).try_transaction(|session| {
        tries += 1;
        session.get(Counter, 1)?;
        Err(Failed::Own)
    });
    assert!(matches!(refused, Err(Failed::Own)) && tries == 1);
}

fn a_retry_gives_up_what_is_not_transient(db: &Db) {
    user(db, "ada");
    let mut tries = 0;
    let refused = db.engine.retry(3).transaction(|session| {
        tries += 1;
        session.add(User::builder().username("ada"));
        Ok(())
    });
    assert!(refused.unwrap_err().is_unique_violation());
    assert_eq!(tries, 1);
}

fn stale_data_names_the_sessions_own_statement(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    update(User)
        .set(User.email, "bulk")
        .execute(&mut session)
        .unwrap();
    assert!(session.is_stale(ada).unwrap());
    session[ada].email = Some("mine".into());
    let error = fails(session.commit(), ErrorKind::StaleData);
    assert!(
        error.message().contains("by UPDATE of this session"),
        "{error}"
    );
    session.refresh(ada).unwrap();
    session[ada].email = Some("mine".into());
    session.commit().unwrap();
    // A query between reads it again, and all is well.
    update(User)
        .set(User.email, "bulk")
        .execute(&mut session)
        .unwrap();
    session.get(User, id).unwrap();
    session[ada].email = Some("mine".into());
    session.commit().unwrap();
}
