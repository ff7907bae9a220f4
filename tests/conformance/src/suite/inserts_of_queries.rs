//! INSERT of the rows of a query, of defaults alone, and of an iterator.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use orm::ErrorKind;
use orm::prelude::*;

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};
use crate::suite::Requires;

cases![
    "inserts_of_queries":
    rows_are_copied,
    expressions_and_binds_are_inserted,
    the_criteria_of_the_query_apply,
    copied_rows_come_back (Requires::RowsInserts),
    a_session_flushes_first_and_is_stale,
    queries_that_are_not_valid_are_refused,
    a_row_of_defaults,
    iterators_are_read_in_chunks,
    an_iterator_that_fails_stores_nothing,
    an_empty_iterator_sends_nothing,
    client_defaults_are_made_for_each_row,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "old_users")]
struct Archive {
    #[orm(primary_key, auto_increment = false)]
    user_id: i64,
    #[orm(length = 60)]
    name: String,
    note: Option<String>,
    #[orm(server_default = 7)]
    state: i32,
}

/// A model that needs no value.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "page_visits")]
struct Visit {
    #[orm(primary_key)]
    id: i64,
    #[orm(server_default = 1)]
    count: i32,
    note: Option<String>,
}

fn tables(db: &Db) -> Connection {
    Metadata::of((Archive, Visit))
        .create_all(&db.engine)
        .unwrap();
    let conn = seed(db);
    db.sent();
    conn
}

fn rows_are_copied(db: &Db) {
    let conn = &mut tables(db);
    let old = select((User.id, User.username)).filter(User.id.le(2));
    let copy = insert(Archive).from_select((Archive.user_id, Archive.name), old);
    assert_eq!(copy.execute(conn).unwrap(), 2);
    assert_eq!(db.sent().len(), 1);
    let stored = select(Archive).order_by(Archive.user_id).all(conn).unwrap();
    assert_eq!(stored.len(), 2);
    assert_eq!((stored[0].user_id, stored[0].state), (1, 7));
    fails(copy.execute(conn), ErrorKind::UniqueViolation);
    // One column alone, and the same table.
    let more = select(Post.title).filter(Post.id.gt(1_000_000));
    let none = insert(Visit).from_select(Visit.note, more);
    assert_eq!(none.execute(conn).unwrap(), 0);
}

fn expressions_and_binds_are_inserted(db: &Db) {
    let conn = &mut tables(db);
    let old = select((User.id + 100, User.username, User.email))
        .filter(User.id.gt(1))
        .order_by(User.id)
        .limit(2);
    let copy = insert(Archive).from_select((Archive.user_id, Archive.name, Archive.note), old);
    assert_eq!(copy.execute(conn).unwrap(), 2);
    let again = select((User.id + 200, User.username)).filter(User.id.gt(3));
    let copy = insert(Archive).from_select((Archive.user_id, Archive.name), again);
    assert_eq!(copy.execute(conn).unwrap(), 1);
    let ids = select(Archive.user_id).order_by(Archive.user_id);
    assert_eq!(ids.all(conn).unwrap(), [102, 103, 204]);
}

fn the_criteria_of_the_query_apply(db: &Db) {
    let conn = &mut tables(db);
    conn.add_criteria(&Criteria::new().add("first", User, User.id.eq(1)));
    let copy = || {
        let old = select((User.id, User.username));
        insert(Archive).from_select((Archive.user_id, Archive.name), old)
    };
    assert_eq!(copy().execute(conn).unwrap(), 1);
    let rest = select((User.id, User.username))
        .filter(User.id.gt(1))
        .without_all_criteria();
    let rest = insert(Archive).from_select((Archive.user_id, Archive.name), rest);
    assert_eq!(rest.execute(conn).unwrap(), 3);
}

fn copied_rows_come_back(db: &Db) {
    let conn = &mut tables(db);
    let old = select((User.id, User.username)).filter(User.id.le(2));
    let copy = insert(Archive).from_select((Archive.user_id, Archive.name), old);
    let copy = copy.returning((Archive.user_id, Archive.state));
    match copy.all(conn) {
        Ok(mut rows) => {
            rows.sort_unstable();
            assert_eq!(rows, [(1, 7), (2, 7)]);
        }
        Err(error) => {
            assert!(error.is_unsupported() && !db.capabilities().insert_returning);
            assert_eq!(db.sent(), [""; 0]);
        }
    }
}

fn a_session_flushes_first_and_is_stale(db: &Db) {
    drop(tables(db));
    let mut session = db.session();
    let ada = session.get_one(User, 1).unwrap();
    session[ada].username = "adele".into();
    let old = select((User.id, User.username)).filter(User.id.eq(1));
    let copy = insert(Archive).from_select((Archive.user_id, Archive.name), old);
    assert_eq!(copy.execute(&mut session).unwrap(), 1);
    let copy = session.get_one(Archive, 1).unwrap();
    assert_eq!(session[copy].name, "adele");
    session.rollback().unwrap();
    assert_eq!(db.count("old_users"), 0);
}

fn queries_that_are_not_valid_are_refused(db: &Db) {
    let conn = &mut tables(db);
    let other = select((User.id, Post.title));
    let copy = insert(Archive).from_select((Archive.user_id, Archive.name), other);
    fails(copy.execute(conn), ErrorKind::Usage);
    let twice = select((User.id, User.id));
    let copy = insert(Archive).from_select((Archive.user_id, Archive.user_id), twice);
    let error = fails(copy.execute(conn), ErrorKind::Usage);
    assert!(error.message().contains("user_id twice"), "{error}");
    assert_eq!(db.sent(), [""; 0]);
}

fn a_row_of_defaults(db: &Db) {
    let conn = &mut tables(db);
    assert_eq!(insert(Visit).defaults().execute(conn).unwrap(), 1);
    let second = insert(Visit).defaults().returning(Visit.id).one(conn);
    let second = second.unwrap();
    let visit = select(Visit).filter(Visit.id.eq(second)).one(conn).unwrap();
    assert_eq!((visit.count, visit.note), (1, None));
    assert_eq!(db.count("page_visits"), 2);
}

fn iterators_are_read_in_chunks(db: &Db) {
    let conn = &mut tables(db);
    let made = Cell::new(0_usize);
    let rows = (0..2_500).map(|n| {
        made.set(made.get() + 1);
        User::builder().username(format!("user {n}"))
    });
    assert_eq!(insert(User).values_iter(rows).execute(conn).unwrap(), 2_500);
    assert_eq!(made.get(), 2_500);
    assert_eq!(db.count("users"), 2_504);
    // Inside a transaction, too, and of references.
    let archives: Vec<Archive> = (0..1_200)
        .map(|user_id| Archive {
            user_id,
            name: "x".into(),
            note: None,
            state: 1,
        })
        .collect();
    conn.begin().unwrap();
    let stored = insert(Archive).values_iter(&archives).execute(conn);
    assert_eq!(stored.unwrap(), 1_200);
    conn.rollback().unwrap();
    assert_eq!(db.count("old_users"), 0);
}

fn an_iterator_that_fails_stores_nothing(db: &Db) {
    let conn = &mut tables(db);
    let rows = (0..2_500).map(|n| {
        let name = if n == 2_400 {
            "user 1".to_owned()
        } else {
            format!("user {n}")
        };
        User::builder().username(name)
    });
    let stored = insert(User).values_iter(rows).execute(conn);
    fails(stored, ErrorKind::UniqueViolation);
    assert!(!conn.in_transaction());
    assert_eq!(db.count("users"), 4);
    let rows = (0..2_500).map(|n| {
        assert!(n < 1_500, "the iterator panics");
        User::builder().username(format!("user {n}"))
    });
    let stored = catch_unwind(AssertUnwindSafe(|| {
        insert(User).values_iter(rows).execute(conn)
    }));
    assert!(stored.is_err());
    assert!(!conn.in_transaction());
    assert_eq!(db.count("users"), 4);
}

fn an_empty_iterator_sends_nothing(db: &Db) {
    let conn = &mut tables(db);
    let none = std::iter::empty::<User>();
    assert_eq!(insert(User).values_iter(none).execute(conn).unwrap(), 0);
    assert_eq!(db.sent(), [""; 0]);
}

thread_local! {
    static CALLS: Cell<i32> = const { Cell::new(0) };
}

fn next() -> i32 {
    CALLS.with(|calls| {
        calls.set(calls.get() + 1);
        calls.get()
    })
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "numbered")]
struct Numbered {
    #[orm(primary_key)]
    id: i64,
    #[orm(default = next())]
    number: i32,
}

fn client_defaults_are_made_for_each_row(db: &Db) {
    Metadata::of((Numbered,)).create_all(&db.engine).unwrap();
    let calls = || CALLS.with(Cell::get);
    let before = calls();
    let conn = &mut db.engine.connection().unwrap();
    let rows = (0..500).map(|_| Numbered::builder());
    insert(Numbered).values(rows).execute(conn).unwrap();
    assert_eq!(calls() - before, 500);
    let mut session = db.session();
    for _ in 0..1_000 {
        session.add(Numbered::builder());
    }
    session.commit().unwrap();
    assert_eq!(calls() - before, 1_500);
    let rows = (0..1_500).map(|_| Numbered::builder());
    insert(Numbered).values_iter(rows).execute(conn).unwrap();
    assert_eq!(calls() - before, 3_000);
    let numbers = select(count_distinct(Numbered.number)).one(conn);
    assert_eq!(numbers.unwrap(), 3_000);
}
