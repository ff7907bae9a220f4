//! Plain reads run outside a transaction, which begins with the first write, lock or raw statement.

use orm::engine::{IsolationLevel, TransactionOptions};
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, User};
use crate::suite::Requires;
use crate::suite::statements::{handles, user, users};
use crate::suite::support::{fails, insert_user, sql};

cases![
    "reads":
    plain_reads_need_no_transaction,
    a_session_that_only_reads_holds_no_connection,
    a_write_begins_the_transaction,
    begin_begins_it_and_makes_nothing_stale,
    inside_a_closure_the_first_statement_begins_it,
    an_isolation_level_that_is_asked_for_covers_reads,
    a_raw_statement_begins_it_unless_it_is_known_to_read,
    a_query_on_a_dead_connection_is_sent_again (Requires::Server),
    a_read_then_write_waits_for_the_writer,
];

fn begins(sent: &[String]) -> usize {
    const WORDS: &[&str] = &["BEGIN", "START TRANSACTION", "SET TRANSACTION"];
    let begin = |sql: &&String| WORDS.iter().any(|words| sql.starts_with(words));
    sent.iter().filter(begin).count()
}

fn plain_reads_need_no_transaction(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    db.sent();
    let ada = session.get(User, id).unwrap().unwrap();
    assert_eq!(select(User).all(&mut session).unwrap(), [ada]);
    assert_eq!(select(User).count(&mut session).unwrap(), 1);
    assert!(select(User).exists(&mut session).unwrap());
    session.refresh(ada).unwrap();
    assert!(!session.in_transaction());
    session.commit().unwrap();
    let sent = db.sent();
    assert_eq!(sent.len(), 5, "{sent:?}");
    assert!(sent.iter().all(|sql| sql.starts_with("SELECT")), "{sent:?}");
    // The commit sent nothing, and made stale what was read.
    assert!(session.is_stale(ada).unwrap());
    session.rollback().unwrap();
    assert_eq!(db.sent(), [""; 0]);
}

fn a_session_that_only_reads_holds_no_connection(db: &Db) {
    let id = user(db, "ada");
    let engine = db.engine_with(&db.options().pool_size(1));
    let mut sessions: Vec<Session> = (0..5).map(|_| Session::new(&engine)).collect();
    for session in &mut sessions {
        assert!(session.get(User, id).unwrap().is_some());
    }
    // One after the other they write, too: each gives the connection back with its commit.
    for (number, session) in sessions.iter_mut().enumerate() {
        session.add(User::builder().username(format!("{number}")));
        session.commit().unwrap();
    }
    assert_eq!(db.count("users"), 6);
}

fn a_write_begins_the_transaction(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    db.sent();
    session[all[0]].email = Some("x".into());
    session.flush().unwrap();
    assert!(session.in_transaction());
    // Beginning makes nothing stale.
    assert!(!session.is_stale(all[1]).unwrap());
    // From here on reads are in it, and see what it has written.
    let found = select(User).filter(User.email.eq("x")).all(&mut session);
    assert_eq!(found.unwrap(), [all[0]]);
    session.rollback().unwrap();
    assert_eq!(begins(&db.sent()), 1);
    update(User)
        .set(User.email, "y")
        .execute(&mut session)
        .unwrap();
    assert!(session.in_transaction());
    session.rollback().unwrap();
    session.savepoint(|_| Ok(())).unwrap();
    assert!(session.in_transaction());
    session.rollback().unwrap();
    session.connection().unwrap();
    assert!(session.in_transaction());
}

fn begin_begins_it_and_makes_nothing_stale(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.begin().unwrap();
    assert!(session.in_transaction() && !session.is_stale(ada).unwrap());
    fails(session.begin(), orm::ErrorKind::Usage);
    if !db.capabilities().row_locks {
        // It has taken the write lock.
        let mut other = db.other_connection();
        db.backend.limit_lock_wait(&mut other);
        assert!(insert_user(&mut other, "late").unwrap_err().is_busy());
    }
    session.commit().unwrap();
}

fn inside_a_closure_the_first_statement_begins_it(db: &Db) {
    let id = user(db, "ada");
    db.sent();
    db.engine
        .transaction(|session| {
            assert!(!session.in_transaction());
            session.get(User, id)?;
            assert!(session.in_transaction());
            Ok(())
        })
        .unwrap();
    assert_eq!(begins(&db.sent()), 1);
}

fn an_isolation_level_that_is_asked_for_covers_reads(db: &Db) {
    let id = user(db, "ada");
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    let mut session = Session::with_options(&db.engine, options);
    session.get(User, id).unwrap();
    assert!(session.in_transaction());
    session.rollback().unwrap();
    let options = TransactionOptions::new().read_only();
    let mut session = Session::with_options(&db.engine, options);
    let ada = session.get(User, id).unwrap().unwrap();
    assert!(session.in_transaction());
    session[ada].email = Some("x".into());
    session.flush().unwrap_err();
    session.rollback().unwrap();
    if !db.capabilities().row_locks {
        fails(session.get_for_update(User, id), orm::ErrorKind::Usage);
    }
}

fn a_raw_statement_begins_it_unless_it_is_known_to_read(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    let count: (i64,) = raw("SELECT COUNT(*) FROM users").one(&mut session).unwrap();
    assert_eq!(count.0, 1);
    let may_write = !db.has(Requires::KnownReads);
    assert_eq!(session.in_transaction(), may_write);
    assert_eq!(session.is_stale(ada).unwrap(), may_write);
    session.rollback().unwrap();
    session.refresh(ada).unwrap();
    raw("UPDATE users SET email = 'x'")
        .execute(&mut session)
        .unwrap();
    assert!(session.in_transaction() && session.is_stale(ada).unwrap());
}

fn a_query_on_a_dead_connection_is_sent_again(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    for round in 0..3 {
        let mut conn = db.engine.connection().unwrap();
        let mut kill = db.killer(&mut conn);
        drop(conn);
        kill();
        let pings = db.recorder.pings();
        if round == 0 {
            assert!(session.get(User, id).unwrap().is_some());
        } else if round == 1 {
            assert_eq!(select(User).all(&mut session).unwrap().len(), 1);
        } else {
            let mut conn = db.engine.connection().unwrap();
            assert_eq!(select(User).count(&mut conn).unwrap(), 1);
        }
        assert_eq!(db.recorder.pings(), pings, "it was pinged");
        session.expire_all();
    }
}

fn a_read_then_write_waits_for_the_writer(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    std::thread::scope(|scope| {
        let (begun, wait) = std::sync::mpsc::channel();
        scope.spawn(move || {
            let mut conn = db.other_connection();
            conn.begin().unwrap();
            conn.raw_execute("UPDATE users SET username = username", &[])
                .unwrap();
            begun.send(()).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(150));
            conn.rollback().unwrap();
        });
        wait.recv().unwrap();
        session[ada].email = Some("waited".into());
        session.commit().unwrap();
    });
    let text = sql(db, "SELECT COUNT(*) FROM users WHERE email = 'waited'");
    assert_eq!(db.scalar(&text), 1);
    // A model with a version waits likewise.
    let account = session.add(Account::builder().owner("ada").balance(1));
    session.commit().unwrap();
    session[account].balance = 2;
    session.commit().unwrap();
}
