//! Raw SQL beside the identity map: what it may have changed is stale, and what it yields is taken.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::statements::{handles, user, users};
use crate::suite::support::fails;

cases![
    "raw_beside":
    a_row_that_raw_sql_locks_is_taken (crate::Requires::RowLocks),
    raw_sql_makes_stale_but_not_expired,
    entities_of_raw_sql_take_their_rows,
    a_changed_entity_of_raw_sql_is_checked,
    a_query_that_locks_takes_its_rows,
    a_lock_needs_a_transaction,
    a_lock_needs_rows,
];

fn a_row_that_raw_sql_locks_is_taken(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    let locked = raw("SELECT * FROM users FOR UPDATE")
        .entities(User, &mut session)
        .unwrap();
    assert_eq!(locked, [ada]);
    assert_eq!(session[ada].email.as_deref(), Some("theirs"));
    session[ada].email = Some("mine".into());
    session.commit().unwrap();
}

fn raw_sql_makes_stale_but_not_expired(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session().expire_on_commit(true);
    let ada = session.get(User, id).unwrap().unwrap();
    raw("UPDATE users SET email = 'raw'")
        .execute(&mut session)
        .unwrap();
    assert!(session.is_stale(ada).unwrap());
    assert_eq!(session[ada].email, None);
    session.get(User, id).unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("raw"));
    update(User)
        .set(User.email, "bulk")
        .execute(&mut session)
        .unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("raw"));
    session.connection().unwrap();
    assert!(session.get_ref(ada).is_ok());
    // Only these make it unreadable.
    session.expire_all();
    fails(session.get_ref(ada), ErrorKind::Expired);
    session.refresh(ada).unwrap();
    session.commit().unwrap();
    fails(session.get_ref(ada), ErrorKind::Expired);
    session.refresh(ada).unwrap();
    session.rollback().unwrap();
    fails(session.get_ref(ada), ErrorKind::Expired);
}

fn entities_of_raw_sql_take_their_rows(db: &Db) {
    for size in [1, 2, 1000] {
        let names: Vec<String> = (0..size).map(|n| format!("{size} {n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let ids = users(db, &names);
        let mut session = db.session();
        let all = handles(&mut session, &ids);
        db.outside("UPDATE users SET email = 'theirs'");
        let found = raw("SELECT * FROM users ORDER BY id")
            .entities(User, &mut session)
            .unwrap();
        assert_eq!(found, all);
        for user in &all {
            assert_eq!(session[*user].email.as_deref(), Some("theirs"));
        }
        session.rollback().unwrap();
        drop(session);
        db.outside("DELETE FROM users");
    }
}

fn a_changed_entity_of_raw_sql_is_checked(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    let query = raw("SELECT * FROM users ORDER BY id");
    // A column that is not changed takes the row's value.
    session[all[0]].username = "lovelace".into();
    db.outside("UPDATE users SET email = 'theirs'");
    session
        .no_autoflush(|session| query.entities(User, session).map(drop))
        .unwrap();
    assert_eq!(session[all[0]].email.as_deref(), Some("theirs"));
    assert_eq!(session[all[0]].username, "lovelace");
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'theirs'"),
        2
    );
    // One that is changed must not have another.
    session.refresh(all[1]).unwrap();
    session[all[1]].email = Some("mine".into());
    db.outside("UPDATE users SET email = 'again'");
    let read = session.no_autoflush(|session| query.entities(User, session).map(drop));
    fails(read, ErrorKind::StaleData);
    session.rollback().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'again'"),
        2
    );
}

fn a_query_that_locks_takes_its_rows(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    db.outside("UPDATE users SET email = 'theirs'");
    session[all[0]].username = "pending".into();
    // What is pending is flushed first, even where no query flushes.
    session
        .no_autoflush(|session| {
            let found = select(User)
                .order_by(User.id.asc())
                .for_update()
                .all(session)?;
            assert_eq!(found, all);
            Ok(())
        })
        .unwrap();
    assert!(session.in_transaction() && !session.has_pending_work());
    assert_eq!(session[all[0]].username, "pending");
    for user in all {
        assert_eq!(session[user].email.as_deref(), Some("theirs"));
    }
    assert_eq!(session.get_for_update(User, 777).unwrap(), None);
    session.rollback().unwrap();
    let all = handles(&mut session, &ids);
    assert_eq!(session[all[0]].username, "ada");
}

fn a_lock_needs_a_transaction(db: &Db) {
    user(db, "ada");
    let mut conn = db.engine.connection().unwrap();
    let query = select(User).for_update();
    let error = fails(query.all(&mut conn), ErrorKind::Usage);
    assert!(error.message().contains("transaction"), "{error}");
    let options = orm::engine::TransactionOptions::new().writes();
    conn.begin_with(options).unwrap();
    assert_eq!(query.all(&mut conn).unwrap().len(), 1);
    conn.rollback().unwrap();
}

fn a_lock_needs_rows(db: &Db) {
    let mut session = db.session();
    let query = select(User).for_update();
    fails(query.count(&mut session), ErrorKind::Usage);
    fails(query.exists(&mut session), ErrorKind::Usage);
    fails(query.clone().distinct().all(&mut session), ErrorKind::Usage);
    let counts = select((User.username, count_all())).group_by(User.username);
    fails(counts.for_update().all(&mut session), ErrorKind::Usage);
}
