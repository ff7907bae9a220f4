//! The identity map: one handle a row, whatever way it came in, and what a second look may change.

use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Country, User};
use crate::suite::statements::{reads, unguarded_writes, user, users};
use crate::suite::support::{execute, fails};

cases![
    "identity":
    a_query_result_is_tracked_without_being_attached,
    get_query_and_second_query_give_the_same_handle,
    a_requery_does_not_overwrite_unflushed_changes,
    a_dropped_handle_keeps_its_change,
    getting_a_fresh_entity_sends_nothing,
    an_added_entity_is_the_one_that_get_finds,
    after_commit_entities_stay_readable_and_are_stale,
    a_stale_entity_is_read_again_by_get,
    a_stale_entity_is_read_again_by_a_query,
    a_stale_entity_touched_without_a_change_is_read_again,
    fresh_entities_are_not_overwritten_by_a_query,
    the_key_may_be_any_of_the_columns,
    getting_a_row_deleted_by_others_gives_none,
    refreshing_a_row_deleted_by_others_is_not_found,
    refresh_reads_anew_and_drops_the_change,
    a_row_that_vanished_in_an_undone_savepoint_lives_again,
    sessions_do_not_share_entities,
];

/// Its key comes last, in another order than its columns.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "badges")]
struct Badge {
    #[orm(length = 40)]
    name: String,
    n: i64,
    #[orm(primary_key, auto_increment = false)]
    id: i64,
}

fn the_key_may_be_any_of_the_columns(db: &Db) {
    Metadata::of((Badge,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let name = "first".to_owned();
    let badge = session.add(Badge { name, n: 7, id: 3 });
    session.commit().unwrap();
    assert_eq!(session.get(Badge, 3).unwrap(), Some(badge));
    session.clear();
    let all = select(Badge).all(&mut session).unwrap();
    assert_eq!((all.len(), session.key(all[0])), (1, Some(3)));
    assert_eq!(session.get(Badge, 3).unwrap(), Some(all[0]));
    session[all[0]].n = 8;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT n FROM badges WHERE id = 3"), 8);
}

fn a_query_result_is_tracked_without_being_attached(db: &Db) {
    user(db, "ada");
    let mut session = db.session();
    let first = select(User)
        .filter(User.username.eq("ada"))
        .first(&mut session)
        .unwrap()
        .unwrap();
    session[first].email = Some("ada@example.com".into());
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'ada@example.com'"),
        1
    );
}

fn get_query_and_second_query_give_the_same_handle(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let got = session.get(User, id).unwrap().unwrap();
    let by_name = select(User).filter(User.username.eq("ada"));
    assert_eq!(by_name.one(&mut session).unwrap(), got);
    assert_eq!(by_name.one(&mut session).unwrap(), got);
    session.commit().unwrap();
    assert_eq!(by_name.one(&mut session).unwrap(), got);
    assert_eq!(session.get(User, id).unwrap(), Some(got));
    let other = session.add(User::builder().username("other"));
    session.flush().unwrap();
    assert_ne!(other, got);
}

fn a_requery_does_not_overwrite_unflushed_changes(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].email = Some("mine@example.com".into());
    session
        .no_autoflush(|session| {
            let again = select(User).filter(User.username.eq("ada")).one(session)?;
            assert_eq!(again, ada);
            assert_eq!(session[ada].email.as_deref(), Some("mine@example.com"));
            assert_eq!(session.changed_columns(ada)?, ["email"]);
            Ok(())
        })
        .unwrap();
    session.commit().unwrap();

    // Nor if the entity was stale when it was changed.
    session[ada].email = Some("mine again".into());
    session
        .no_autoflush(|session| select(User).all(session))
        .unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("mine again"));
    assert_eq!(session.get(User, id).unwrap(), Some(ada));
    assert_eq!(session[ada].email.as_deref(), Some("mine again"));
}

fn a_dropped_handle_keeps_its_change(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    {
        let ada = session.get(User, id).unwrap().unwrap();
        session[ada].email = Some("kept@example.com".into());
    }
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'kept@example.com'"),
        1
    );
}

fn getting_a_fresh_entity_sends_nothing(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    session.get(User, id).unwrap();
    db.sent();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].username = "grace".into();
    // Neither a statement nor a flush.
    assert_eq!(session.get(User, id).unwrap(), Some(ada));
    assert_eq!(db.sent(), [""; 0]);
}

fn an_added_entity_is_the_one_that_get_finds(db: &Db) {
    let mut session = db.session();
    let peru = session.add(Country {
        code: "PE".into(),
        name: "Peru".into(),
    });
    // The get flushes, and finds the row that the flush wrote.
    assert_eq!(session.get(Country, "PE").unwrap(), Some(peru));
    db.sent();
    assert_eq!(session.get(Country, "PE").unwrap(), Some(peru));
    assert_eq!(db.sent(), [""; 0]);
}

fn after_commit_entities_stay_readable_and_are_stale(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    session.flush().unwrap();
    assert!(!session.is_stale(ada).unwrap());
    session.commit().unwrap();
    db.sent();
    assert!(session.is_stale(ada).unwrap());
    assert_eq!(session[ada].username, "ada");
    assert_ne!(session.key(ada), None);
    assert_eq!(db.sent(), [""; 0]);
}

fn a_stale_entity_is_read_again_by_get(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.commit().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    assert_eq!(session[ada].email, None);
    db.sent();
    assert_eq!(session.get(User, id).unwrap(), Some(ada));
    assert_eq!(session[ada].email.as_deref(), Some("theirs"));
    assert_eq!(reads(db).len(), 1);
    assert!(!session.is_stale(ada).unwrap());
}

fn a_stale_entity_is_read_again_by_a_query(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.commit().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    assert_eq!(select(User).all(&mut session).unwrap(), [ada]);
    assert_eq!(session[ada].email.as_deref(), Some("theirs"));
}

fn a_stale_entity_touched_without_a_change_is_read_again(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let [ada, bob] = [0, 1].map(|index| session.get(User, ids[index]).unwrap().unwrap());
    session.commit().unwrap();
    db.outside("UPDATE users SET email = 'theirs'");
    for handle in [ada, bob] {
        session[handle].username.push_str("");
    }
    assert_eq!(
        session
            .no_autoflush(|session| session.get(User, ids[0]))
            .unwrap(),
        Some(ada)
    );
    assert_eq!(session[ada].email.as_deref(), Some("theirs"));
    select(User).all(&mut session).unwrap();
    assert_eq!(session[bob].email.as_deref(), Some("theirs"));
    // And changed after that, it is written without a guard.
    session[ada].email = Some("mine".into());
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email = 'mine'"),
        1
    );
}

fn fresh_entities_are_not_overwritten_by_a_query(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    // What was read stays as it is, in a transaction or not, until expire_all.
    db.outside("UPDATE users SET email = 'theirs'");
    for in_transaction in [false, true] {
        if in_transaction {
            session.begin().unwrap();
        }
        select(User).all(&mut session).unwrap();
        assert_eq!(session.get(User, id).unwrap(), Some(ada));
        assert_eq!(session[ada].email, None);
        session.rollback().unwrap();
        session.refresh(ada).unwrap();
        session[ada].email = None;
        session.commit().unwrap();
        session.refresh(ada).unwrap();
        db.outside("UPDATE users SET email = 'theirs'");
    }
    session.expire_all();
    select(User).all(&mut session).unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("theirs"));
    // A statement on the session's own connection may change anything.
    let update = "UPDATE users SET email = 'raw'";
    execute(db, session.connection().unwrap(), update, &[]).unwrap();
    select(User).all(&mut session).unwrap();
    assert_eq!(session[ada].email.as_deref(), Some("raw"));
}

fn getting_a_row_deleted_by_others_gives_none(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.commit().unwrap();
    db.outside("DELETE FROM users");
    assert_eq!(session.get(User, id).unwrap(), None);
    assert_eq!(session.get(User, id).unwrap(), None);
    // Readable until the transaction ends, gone after it.
    assert_eq!(session[ada].username, "ada");
    session.commit().unwrap();
    assert!(session.get_ref(ada).unwrap_err().is_stale_handle());
}

fn refreshing_a_row_deleted_by_others_is_not_found(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session.commit().unwrap();
    db.outside("DELETE FROM users");
    let error = session.refresh(ada).unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert_eq!(error.table(), Some("users"));
    assert!(error.to_string().contains("User"), "{error}");
}

fn refresh_reads_anew_and_drops_the_change(db: &Db) {
    let ids = users(db, &["ada", "grace"]);
    let mut session = db.session();
    let ada = session.get(User, ids[0]).unwrap().unwrap();
    session.commit().unwrap();
    session[ada].username = "mine".into();
    db.outside("UPDATE users SET email = 'theirs'");
    session.refresh(ada).unwrap();
    let expected = User {
        id: ids[0],
        username: "ada".into(),
        email: Some("theirs".into()),
    };
    assert_eq!(session[ada], expected);
    db.sent();
    session.flush().unwrap();
    assert_eq!(db.sent(), [""; 0]);
    // Changed again after the refresh, it is written, once.
    session[ada].username = "mine".into();
    session.flush().unwrap();
    assert_eq!(
        unguarded_writes(db),
        ["UPDATE \"users\" SET \"username\" = ? WHERE \"id\" = ?"]
    );
    session.rollback().unwrap();

    let pending = session.add(User::builder().username("new"));
    fails(session.refresh(pending), orm::ErrorKind::Usage);
    session.rollback().unwrap();
}

fn a_row_that_vanished_in_an_undone_savepoint_lives_again(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    let undone: orm::Result<()> = session.savepoint(|session| {
        delete(User).filter(User.id.eq(id)).execute(session)?;
        assert_eq!(session.get(User, id)?, None);
        Err(orm::Error::other("undo"))
    });
    assert_eq!(undone.unwrap_err().to_string(), "undo");
    assert_eq!(session.get(User, id).unwrap(), Some(ada));
    assert_eq!(session[ada].username, "ada");
}

fn sessions_do_not_share_entities(db: &Db) {
    let id = user(db, "ada");
    let (mut one, mut two) = (db.session(), db.session());
    let in_one = one.get(User, id).unwrap().unwrap();
    let in_two = two.get(User, id).unwrap().unwrap();
    assert_ne!(in_one, in_two);
    one[in_one].email = Some("one".into());
    assert_eq!(two[in_two].email, None);
    one.rollback().unwrap();
}
