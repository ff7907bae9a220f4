//! RETURNING of INSERT, UPDATE and DELETE: columns, expressions, tuples and entities, on a connection and on a session. A
//! database without it refuses before anything is sent.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use super::support::{everything, fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Everything, Line, Post, Ticket, User};
use crate::suite::Requires;

cases![
    "returning":
    an_insert_returns_lists_and_entities,
    values_of_the_database_come_back (Requires::Returning),
    many_rows_come_back (Requires::Returning),
    every_type_comes_back (Requires::Returning),
    an_update_returns_new_values,
    a_delete_returns_old_values,
    one_row_is_one,
    entities_on_a_session_are_tracked (Requires::Returning),
    updated_entities_are_fresh (Requires::UpdateReturning),
    a_session_returns_columns_of_deleted_rows,
    unflushed_changes_are_flushed_first (Requires::UpdateReturning),
    a_rollback_takes_returned_entities_back (Requires::Returning),
    criteria_apply (Requires::UpdateReturning),
    expressions_and_subqueries_come_back (Requires::UpdateReturning),
    other_tables_and_aggregates_are_refused,
    equal_shapes_share_a_text (Requires::UpdateReturning),
    the_generated_key_comes_back_everywhere,
];

fn bob(name: &str) -> impl NewRow<Model = User> + use<> {
    User::builder()
        .username(name)
        .email(format!("{name}@example.com"))
}

/// Whether a statement is refused, as it must be where the database has no RETURNING for it. Nothing was sent then.
#[track_caller]
fn is_refused<T>(db: &Db, result: &orm::Result<T>, is_supported: bool) -> bool {
    match result {
        Ok(_) => assert!(is_supported, "it is not refused"),
        Err(error) => {
            assert!(error.is_unsupported() && !is_supported, "{error:?}");
            assert_eq!(db.sent(), [""; 0]);
        }
    }
    !is_supported
}

fn an_insert_returns_lists_and_entities(db: &Db) {
    let conn = &mut seed(db);
    let supported = db.capabilities().insert_returning;
    db.sent();
    let list = insert(User)
        .values(bob("zoe"))
        .returning((User.username, User.email, User.id))
        .one(conn);
    if is_refused(db, &list, supported) {
        let mut session = db.session();
        let entity = insert(User).values(bob("eve")).returning(User);
        is_refused(db, &entity.one(&mut session), false);
        assert!(!session.in_transaction());
        return;
    }
    let (name, email, id) = list.unwrap();
    assert_eq!(
        (name.as_str(), email.as_deref()),
        ("zoe", Some("zoe@example.com"))
    );
    let eve: User = insert(User)
        .values(bob("eve"))
        .returning(User)
        .one(conn)
        .unwrap();
    assert_eq!((eve.id, eve.username.as_str()), (id + 1, "eve"));
    // An entity beside columns.
    let (user, again) = insert(User)
        .values(bob("kim"))
        .returning((User, User.id))
        .one(conn)
        .unwrap();
    assert_eq!(user.id, again);
    let none: [User; 0] = [];
    db.sent();
    let nothing = insert(User).values(&none).returning(User).all(conn);
    assert_eq!(nothing.unwrap(), []);
    assert_eq!(db.sent(), [""; 0]);
}

fn values_of_the_database_come_back(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let ticket = insert(Ticket)
        .values(Ticket::builder().subject("printer"))
        .returning(Ticket);
    let ticket = ticket.one(&mut conn).unwrap();
    assert_eq!(
        (ticket.status.as_deref(), ticket.priority),
        (Some("open"), 3)
    );
    let keys = insert(Line)
        .values(Line {
            number: 1,
            position: 2,
            quoted: 3,
        })
        .returning((Line.quoted, Line.position));
    assert_eq!(keys.one(&mut conn).unwrap(), (3, 2));
}

fn many_rows_come_back(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let users = || (0..1500).map(|n| User::builder().username(format!("user {n}")));
    let back = insert(User)
        .values(users())
        .returning((User.username, User.id));
    let mut back = back.all(&mut conn).unwrap();
    assert_eq!(back.len(), 1500);
    back.sort();
    let stored = select((User.username, User.id)).order_by(User.username);
    let mut stored = stored.all(&mut conn).unwrap();
    stored.sort();
    assert_eq!(back, stored);
    // All of them or none.
    let again = insert(User)
        .values([User::builder().username("new")])
        .values(users())
        .returning(User.username)
        .all(&mut conn);
    fails(again, ErrorKind::UniqueViolation);
    assert_eq!(db.count("users"), 1500);
}

fn every_type_comes_back(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let row = everything(1, None);
    let back = insert(Everything).values(&row).returning(Everything);
    let back = back.one(&mut conn).unwrap();
    let stored = select(Everything).one(&mut conn).unwrap();
    assert_eq!(back, stored);
    assert_eq!(back.text, row.text);
}

fn an_update_returns_new_values(db: &Db) {
    let conn = &mut seed(db);
    let supported = db.capabilities().update_returning;
    db.sent();
    let change = || {
        update(User)
            .set(User.email, "new@example.com")
            .filter(User.id.le(2))
    };
    let rows = change().returning((User.id, User.email)).all(conn);
    if is_refused(db, &rows, supported) {
        let mut session = db.session();
        is_refused(db, &change().returning(User).all(&mut session), false);
        return;
    }
    let mut rows = rows.unwrap();
    rows.sort();
    let new = || Some("new@example.com".to_owned());
    assert_eq!(rows, [(1, new()), (2, new())]);
    let users: Vec<User> = change().returning(User).all(conn).unwrap();
    assert!(users.iter().all(|user| user.email == new()) && users.len() == 2);
    let none = change().filter(User.id.gt(9)).returning(User.id).all(conn);
    assert_eq!(none.unwrap(), [0; 0]);
    let nothing = update(User).returning(User.id).all(conn);
    fails(nothing, ErrorKind::Usage);
}

fn a_delete_returns_old_values(db: &Db) {
    let conn = &mut seed(db);
    let supported = db.capabilities().delete_returning;
    db.sent();
    let gone = delete(User)
        .filter(User.id.gt(2))
        .returning((User.id, User.username))
        .all(conn);
    if is_refused(db, &gone, supported) {
        return;
    }
    let mut ids: Vec<i64> = gone.unwrap().into_iter().map(|(id, _)| id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [3, 4]);
    let users = delete(User).filter(User.id.eq(2)).returning(User).all(conn);
    assert_eq!(users.unwrap()[0].id, 2);
    assert_eq!(db.count("users"), 1);
}

fn one_row_is_one(db: &Db) {
    let conn = &mut seed(db);
    let two = [bob("zoe"), bob("eve")];
    fails(
        insert(User).values(two).returning(User.id).one(conn),
        ErrorKind::Usage,
    );
    assert_eq!(db.count("users"), 4);
    if !db.capabilities().delete_returning {
        return;
    }
    let gone = |id: i64| delete(User).filter(User.id.eq(id)).returning(User.id);
    assert_eq!(gone(1).one(conn).unwrap(), 1);
    let error = fails(gone(1).one(conn), ErrorKind::NotFound);
    assert_eq!(error.table(), Some("users"));
    assert_eq!(gone(1).one_or_none(conn).unwrap(), None);
    fails(
        delete(User).returning(User.id).one_or_none(conn),
        ErrorKind::MultipleRows,
    );
}

fn entities_on_a_session_are_tracked(db: &Db) {
    let mut session = db.session();
    let ticket = insert(Ticket)
        .values(Ticket::builder().subject("printer"))
        .returning(Ticket);
    let ticket: Ref<Ticket> = ticket.one(&mut session).unwrap();
    db.sent();
    assert_eq!(session[ticket].priority, 3);
    assert_eq!(
        session.entity_state(ticket).unwrap(),
        EntityState::Persistent
    );
    let id = session[ticket].id;
    assert_eq!(session.get(Ticket, id).unwrap(), Some(ticket));
    // It is fresh.
    assert_eq!(db.sent(), [""; 0]);
    session[ticket].priority = 4;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT priority FROM tickets"), 4);
}

fn updated_entities_are_fresh(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    let ada = session.get_one(User, 1).unwrap();
    let other = session.get_one(User, 3).unwrap();
    let change = update(User)
        .set(User.email, "new@example.com")
        .filter(User.id.le(2));
    let mut users = change.returning(User).all(&mut session).unwrap();
    users.sort_by_key(|user| session[*user].id);
    assert_eq!(users[0], ada);
    db.sent();
    assert_eq!(session[ada].email.as_deref(), Some("new@example.com"));
    let again = session.get_one(User, 1).unwrap();
    assert_eq!(again, ada);
    assert_eq!(db.sent(), [""; 0]);
    // What did not come back is stale.
    session.get_one(User, 3).unwrap();
    assert_eq!(db.sent().len(), 1);
    session[other].email = None;
    session[ada].email = None;
    session.commit().unwrap();
    let left = select(User).filter(User.email.eq("new@example.com"));
    assert_eq!(left.count(&mut db.session()).unwrap(), 1);
}

fn a_session_returns_columns_of_deleted_rows(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    let ada = session.get_one(User, 1).unwrap();
    db.sent();
    let gone = || delete(User).filter(User.id.eq(1));
    // Its rows are no entities any more.
    let error = fails(gone().returning(User).all(&mut session), ErrorKind::Usage);
    assert!(error.hint().unwrap().contains("return columns"));
    assert_eq!(db.sent(), [""; 0]);
    let keys = gone().synchronize().returning(User.id).all(&mut session);
    if is_refused(db, &keys, db.capabilities().delete_returning) {
        return;
    }
    assert_eq!(keys.unwrap(), [1]);
    assert_eq!(session.entity_state(ada).unwrap(), EntityState::Deleted);
    session.rollback().unwrap();
    assert_eq!(db.count("users"), 4);
}

fn unflushed_changes_are_flushed_first(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    let ada = session.get_one(User, 1).unwrap();
    session[ada].username = "adele".into();
    let change = update(User)
        .set(User.email, "x")
        .filter(User.username.eq("adele"));
    assert_eq!(change.returning(User).all(&mut session).unwrap(), [ada]);
    assert_eq!(session[ada].username, "adele");
    assert_eq!(session[ada].email.as_deref(), Some("x"));
}

fn a_rollback_takes_returned_entities_back(db: &Db) {
    let mut session = db.session();
    let zoe = insert(User).values(bob("zoe")).returning(User);
    let zoe = zoe.one(&mut session).unwrap();
    session.rollback().unwrap();
    assert!(session.get(User, 1).unwrap().is_none());
    assert_ne!(
        session.entity_state(zoe).ok(),
        Some(EntityState::Persistent)
    );
    assert_eq!(db.count("users"), 0);
}

fn criteria_apply(db: &Db) {
    let conn = &mut seed(db);
    conn.add_criteria(&Criteria::new().add("first", User, User.id.le(2)));
    let change = || update(User).set(User.email, "x");
    let mut ids = change().returning(User.id).all(conn).unwrap();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2]);
    let all = change().without_all_criteria().returning(User.id);
    assert_eq!(all.all(conn).unwrap().len(), 4);
    let gone = delete(User).returning(User.id).all(conn).unwrap();
    assert_eq!(gone.len(), 2);
}

fn expressions_and_subqueries_come_back(db: &Db) {
    let conn = &mut seed(db);
    insert(Account)
        .values(Account::builder().owner("ada").balance(5))
        .execute(conn)
        .unwrap();
    let change = update(Account).set(Account.balance, Account.balance + 1);
    let change = change.returning((Account.balance * 2, Account.version, Account.balance + 10));
    assert_eq!(change.one(conn).unwrap(), (12, 2, 16));
    // The values of the list are bound behind those of the conditions.
    let change = update(Account)
        .set(Account.balance, 7)
        .filter(Account.owner.eq("ada"));
    let change = change.returning(Account.balance + 100);
    assert_eq!(change.one(conn).unwrap(), 107);
}

fn other_tables_and_aggregates_are_refused(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    if !db.capabilities().delete_returning {
        return;
    }
    let other = delete(User).returning(Post.id).all(conn);
    let error = fails(other, ErrorKind::Usage);
    assert!(error.message().contains("posts"), "{error}");
    let aggregate = delete(User).returning(count_all()).all(conn);
    let error = fails(aggregate, ErrorKind::Usage);
    assert!(error.message().contains("aggregates"), "{error}");
    let alias = User.alias("other");
    fails(delete(User).returning(alias).all(conn), ErrorKind::Usage);
    let other = insert(User).values(bob("zoe")).returning(Post.id);
    fails(other.one(conn), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
    assert_eq!(db.count("users"), 4);
}

fn equal_shapes_share_a_text(db: &Db) {
    let conn = &mut seed(db);
    let run = |conn: &mut Connection, email: &'static str, id: i64| {
        let change = update(User).set(User.email, email).filter(User.id.eq(id));
        let (back, number) = change
            .returning((User.email, User.id + 10 * id))
            .one(conn)
            .unwrap();
        assert_eq!((back.as_deref(), number), (Some(email), 11 * id));
    };
    run(conn, "one", 1);
    let misses = db.engine.statement_cache_status().misses;
    run(conn, "two", 2);
    assert_eq!(db.engine.statement_cache_status().misses, misses);
    // Another list is another text.
    let change = update(User).set(User.email, "x").filter(User.id.eq(1));
    assert_eq!(change.returning(User.id).one(conn).unwrap(), 1);
    let insert_one = |conn: &mut Connection, name: &'static str| {
        let row = insert(User).values(User::builder().username(name));
        row.returning((User.username, User.id)).one(conn).unwrap().0
    };
    assert_eq!(insert_one(conn, "zoe"), "zoe");
    let misses = db.engine.statement_cache_status().misses;
    assert_eq!(insert_one(conn, "eve"), "eve");
    assert_eq!(db.engine.statement_cache_status().misses, misses);
}

fn the_generated_key_comes_back_everywhere(db: &Db) {
    let mut session = db.session();
    let users = (0..20).map(|n| User::builder().username(format!("user {n}")));
    let keys = insert(User).values(users).returning(User.id);
    let keys = keys.all(&mut session).unwrap();
    for (number, key) in keys.iter().enumerate() {
        let user = session.get_one(User, *key).unwrap();
        assert_eq!(session[user].username, format!("user {number}"));
    }
}
