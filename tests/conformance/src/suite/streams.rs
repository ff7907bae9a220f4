//! Rows of a query one at a time: all of them, an early end, and an error in the middle, which leave the
//! connection free and the word on its transaction true.

use orm::ErrorKind;
use orm::engine::ValueRef;
use orm::prelude::*;
use tokio::runtime::Builder;

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Everything, Post, User};
use crate::suite::support::{everything, fails, insert_user, names, seed, users};

cases![
    "streams":
    rows_are_those_of_all,
    entities_come_out_with_their_optional_partners,
    every_type_is_read,
    raw_rows_are_read_into_tuples_and_structs,
    one_statement_is_sent,
    a_stream_that_is_dropped_early_frees_the_connection,
    what_the_database_refuses_is_the_first_row,
    a_value_that_does_not_fit_ends_the_stream,
    a_lock_needs_a_transaction,
    a_statement_that_may_end_the_transaction_is_refused,
    the_connection_of_a_session_streams_in_its_transaction,
    a_forgotten_stream_takes_no_later_statement_along,
    a_task_is_refused_and_may_drop_it,
];

fn rows_are_those_of_all(db: &Db) {
    let conn = &mut seed(db);
    let query = select(User).order_by(User.username);
    let all = query.all(conn).unwrap();
    // A query that has kept its text, too.
    for _ in 0..3 {
        let streamed: orm::Result<Vec<User>> = query.stream(conn).unwrap().collect();
        assert_eq!(streamed.unwrap(), all);
    }
    let none = select(User).filter(User.username.eq("missing"));
    let mut rows = none.stream(conn).unwrap();
    assert!(rows.next().is_none() && rows.next().is_none());
    drop(rows);
    assert_eq!(query.all(conn).unwrap(), all);
}

fn entities_come_out_with_their_optional_partners(db: &Db) {
    let conn = &mut seed(db);
    let pairs = select((User.username, optional(Post)))
        .left_join(Post)
        .order_by((User.username, Post.id));
    let mut titles = Vec::new();
    for pair in pairs.stream(conn).unwrap() {
        let (name, post): (String, Option<Post>) = pair.unwrap();
        titles.push((name, post.map(|post| post.title)));
    }
    assert_eq!(titles.len(), 5);
    assert_eq!(titles[0], ("ada".into(), Some("one".into())));
    assert_eq!(titles[2], ("bob".into(), None));
}

fn every_type_is_read(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let rows: Vec<_> = (1..=40).map(|id| everything(id, None)).collect();
    insert(Everything).values(&rows).execute(conn).unwrap();
    let query = select(Everything).order_by(Everything.id);
    let streamed: orm::Result<Vec<_>> = query.stream(conn).unwrap().collect();
    assert_eq!(streamed.unwrap(), rows);
}

#[derive(FromRow, Debug, PartialEq)]
struct Named {
    username: String,
    id: i64,
}

fn raw_rows_are_read_into_tuples_and_structs(db: &Db) {
    let conn = &mut seed(db);
    let query =
        raw("SELECT id, username FROM users WHERE id IN :ids AND username <> :name ORDER BY id")
            .bind_list("ids", [1, 2, 3])
            .bind("name", "bob");
    let tuples: orm::Result<Vec<(i64, String)>> = query.stream(conn).unwrap().collect();
    assert_eq!(tuples.unwrap(), [(1, "ada".into()), (3, "cy".into())]);
    let mut named = query.stream(conn).unwrap();
    let first: Named = named.next().unwrap().unwrap();
    assert_eq!(
        first,
        Named {
            username: "ada".into(),
            id: 1
        }
    );
    drop(named);
    let unbound = raw("SELECT :id").stream::<(i64,), _>(conn);
    fails(unbound, ErrorKind::Usage);
    let narrow = raw("SELECT id, id FROM users")
        .stream::<(i64,), _>(conn)
        .unwrap();
    fails(narrow.collect::<orm::Result<Vec<_>>>(), ErrorKind::Decode);
}

fn one_statement_is_sent(db: &Db) {
    let mut conn = seed(db);
    let query = select(User.id).order_by(User.id).limit(2);
    assert_eq!(query.stream(&mut conn).unwrap().count(), 2);
    let sent = db.sent();
    assert_eq!(sent.len(), 1, "{sent:?}");
    let begin = r#"SELECT "id" FROM "users" ORDER BY "id" ASC "#;
    assert!(sent[0].starts_with(begin), "{sent:?}");
}

/// In a transaction, too, which stays open.
fn a_stream_that_is_dropped_early_frees_the_connection(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let rows = (0..3000).map(|row| User::builder().username(format!("u{row:04}")));
    insert(User).values(rows).execute(conn).unwrap();
    let query = select(User.username).order_by(User.username);
    for in_transaction in [false, true] {
        if in_transaction {
            conn.begin().unwrap();
        }
        for rows in [0, 1, 3, 700] {
            let taken: orm::Result<Vec<_>> = query.stream(conn).unwrap().take(rows).collect();
            assert_eq!(taken.unwrap().len(), rows);
            assert_eq!(conn.in_transaction(), in_transaction);
            insert_user(conn, &format!("after {rows} {in_transaction}")).unwrap();
        }
        if in_transaction {
            assert_eq!(db.count("users"), 3004);
            conn.commit().unwrap();
        }
    }
    assert_eq!(db.count("users"), 3008);
}

fn what_the_database_refuses_is_the_first_row(db: &Db) {
    let conn = &mut seed(db);
    for sql in ["SELECT nothing FROM nowhere", "SELECT FROM FROM"] {
        let mut stream = raw(sql).stream::<(i64,), _>(conn).unwrap();
        let error = stream.next().unwrap().unwrap_err();
        assert_eq!(error.sql(), Some(sql));
        assert!(stream.next().is_none());
        drop(stream);
        // Nor must a row be fetched.
        drop(raw(sql).stream::<(i64,), _>(conn).unwrap());
        assert!(!conn.in_transaction());
        assert_eq!(names(conn, User.id.eq(1)), ["ada"]);
    }
}

fn a_value_that_does_not_fit_ends_the_stream(db: &Db) {
    let conn = &mut seed(db);
    let query = raw("SELECT email FROM users ORDER BY id");
    let mut stream = query.stream::<(String,), _>(conn).unwrap();
    assert_eq!(stream.next().unwrap().unwrap().0, "ada@x.org");
    fails(stream.next().unwrap(), ErrorKind::Decode);
    assert!(stream.next().is_none());
    drop(stream);
    assert_eq!(names(conn, User.id.eq(1)), ["ada"]);
}

fn a_lock_needs_a_transaction(db: &Db) {
    let conn = &mut seed(db);
    let query = select(User).order_by(User.id).for_update();
    fails(query.stream(conn), ErrorKind::Usage);
    conn.begin_with(orm::engine::TransactionOptions::new().writes())
        .unwrap();
    let ids: Vec<i64> = query
        .stream(conn)
        .unwrap()
        .map(|user| user.unwrap().id)
        .collect();
    assert_eq!(ids, [1, 2, 3, 4]);
    conn.commit().unwrap();
}

fn a_statement_that_may_end_the_transaction_is_refused(db: &Db) {
    let conn = &mut seed(db);
    conn.begin().unwrap();
    insert_user(conn, "first").unwrap();
    let commit = raw("COMMIT AND CHAIN").stream::<(i64,), _>(conn);
    fails(commit, ErrorKind::Usage);
    conn.rollback().unwrap();
    assert_eq!(db.count("users"), 4);
}

fn the_connection_of_a_session_streams_in_its_transaction(db: &Db) {
    seed(db);
    let mut session = db.session();
    session.add(User::builder().username("eve"));
    let query = select(User.username).order_by(User.username);
    let conn = session.connection().unwrap();
    let found: orm::Result<Vec<String>> = query.stream(conn).unwrap().collect();
    assert_eq!(found.unwrap(), ["ada", "bob", "cy", "dee", "eve"]);
    assert_eq!(
        query
            .stream(session.connection().unwrap())
            .unwrap()
            .take(2)
            .count(),
        2
    );
    session.rollback().unwrap();
    assert_eq!(users(db), ["ada", "bob", "cy", "dee"]);
}

fn a_forgotten_stream_takes_no_later_statement_along(db: &Db) {
    let mut conn = seed(db);
    let mut stream = select(User).stream(&mut conn).unwrap();
    assert!(stream.next().unwrap().is_ok());
    std::mem::forget(stream);
    // A driver that can't continue with the connection closes it.
    let stored = insert_user(&mut conn, "after").is_ok();
    drop(conn);
    let expected = 4 + i64::from(stored);
    assert_eq!(db.count("users"), expected);
    // The pool's next user is not held up.
    let mut conn = db.engine.connection().unwrap();
    insert_user(&mut conn, "next").unwrap();
    assert_eq!(db.count("users"), expected + 1);
}

fn a_task_is_refused_and_may_drop_it(db: &Db) {
    let conn = &mut seed(db);
    let runtime = Builder::new_current_thread().build().unwrap();
    let query = raw("SELECT id FROM users WHERE id > :id ORDER BY id").bind("id", 1);
    let mut stream = query.stream::<(i64,), _>(conn).unwrap();
    assert_eq!(stream.next().unwrap().unwrap(), (2,));
    runtime.block_on(async move {
        let error = fails(stream.next().unwrap(), ErrorKind::Usage);
        assert!(error.message().contains("inside an async task"), "{error}");
        assert!(stream.next().is_none());
        drop(stream);
    });
    assert!(!conn.in_transaction());
    insert_user(conn, "after").unwrap();
    assert_eq!(db.count("users"), 5);
    let binds = [ValueRef::Int(1)];
    let sql = crate::suite::support::sql(db, "DELETE FROM users WHERE id > ?");
    assert_eq!(conn.raw_execute(&sql, &binds).unwrap().affected, 4);
}
