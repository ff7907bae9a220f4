//! Columns of truth values as conditions, and membership in what a query yields, NULL included.

use orm::prelude::*;

use super::support::{everything, names, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Everything, Node, Post, User};

cases![
    "conditions":
    a_truth_value_is_a_condition,
    statements_take_a_truth_value_as_condition,
    truth_values_are_conditions_in_a_session,
    a_list_may_be_a_query,
    not_in_a_query_with_null_is_never_true,
    a_list_may_be_a_query_of_many_rows,
];

/// Rows 1 to 6: each of true and false beside true, false and NULL.
fn truths(db: &Db) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    let mut rows = Vec::new();
    for flag in [true, false] {
        for maybe in [Some(true), Some(false), None] {
            let mut row = everything(0, maybe);
            row.flag = flag;
            rows.push(row);
        }
    }
    insert(Everything).values(&rows).execute(&mut conn).unwrap();
    conn
}

fn ids<X: Executor>(x: &mut X, condition: impl orm::query::Condition) -> Vec<i64> {
    let query = select(Everything.id).filter(condition);
    query.order_by(Everything.id).all(x).unwrap()
}

fn a_truth_value_is_a_condition(db: &Db) {
    let conn = &mut truths(db);
    let e = Everything;
    assert_eq!(ids(conn, e.flag), [1, 2, 3]);
    assert_eq!(ids(conn, !e.flag), [4, 5, 6]);
    assert_eq!(ids(conn, e.maybe_flag), [1, 4]);
    // NULL is neither.
    assert_eq!(ids(conn, !e.maybe_flag), [2, 5]);
    assert_eq!(ids(conn, !(e.flag | e.maybe_flag)), [5]);
    assert_eq!(ids(conn, e.flag & e.maybe_flag), [1]);
    assert_eq!(ids(conn, e.flag | e.maybe_flag), [1, 2, 3, 4]);
    assert_eq!(ids(conn, !e.flag & !e.maybe_flag), [5]);
    assert_eq!(ids(conn, e.id.gt(2) & e.flag), [3]);
    assert_eq!(ids(conn, e.id.gt(5) | e.maybe_flag), [1, 4, 6]);
    assert_eq!(ids(conn, e.id.gt(5).or(e.flag).and(e.maybe_flag)), [1]);
    assert_eq!(ids(conn, e.maybe_flag.coalesce(true)), [1, 3, 4, 6]);
    assert_eq!(ids(conn, !e.maybe_flag.coalesce(true)), [2, 5]);
    assert_eq!(ids(conn, e.id.lt(3).value()), [1, 2]);
}

fn statements_take_a_truth_value_as_condition(db: &Db) {
    let conn = &mut truths(db);
    let e = Everything;
    let groups = select((e.flag, count_all()))
        .group_by(e.flag)
        .having(e.flag)
        .all(conn);
    assert_eq!(groups.unwrap(), [(true, 3)]);
    let other = e.alias("other");
    let pairs = select(e.id)
        .join_on(other, other.maybe_flag)
        .filter(e.id.eq(2));
    assert_eq!(pairs.all(conn).unwrap(), [2, 2]);
    let pairs = select((e.id, optional(other.id)))
        .left_join_on(other, other.maybe_flag & e.flag)
        .filter(e.id.eq(6));
    assert_eq!(pairs.all(conn).unwrap(), [(6, None)]);
    let updated = update(e)
        .set(e.small, 9_i16)
        .filter(e.maybe_flag)
        .execute(conn);
    assert_eq!(updated.unwrap(), 2);
    assert_eq!(ids(conn, e.small.eq(9)), [1, 4]);
    assert_eq!(delete(e).filter(!e.flag).execute(conn).unwrap(), 3);
    assert_eq!(ids(conn, e.id.is_not_null()), [1, 2, 3]);
}

fn truth_values_are_conditions_in_a_session(db: &Db) {
    truths(db);
    let mut session = db.session();
    let row = select(Everything)
        .filter(Everything.flag & Everything.maybe_flag)
        .one(&mut session)
        .unwrap();
    let found = session.savepoint(|session| {
        session[row].flag = false;
        // Flushed first, within the savepoint.
        Ok(ids(session, Everything.flag))
    });
    assert_eq!(found.unwrap(), [2, 3]);
    session.rollback().unwrap();
    assert_eq!(ids(&mut session, Everything.flag), [1, 2, 3]);
}

fn a_list_may_be_a_query(db: &Db) {
    let conn = &mut seed(db);
    let authors = || select(Post.author_id);
    assert_eq!(names(conn, User.id.in_(authors())), ["ada", "cy"]);
    assert_eq!(names(conn, User.id.not_in(authors())), ["bob", "dee"]);
    let titled = |title: &str| authors().filter(Post.title.eq(title));
    assert_eq!(names(conn, User.id.in_(titled("three"))), ["cy"]);
    assert_eq!(names(conn, User.id.in_(titled("none"))), [""; 0]);
    assert_eq!(names(conn, User.id.not_in(titled("none"))).len(), 4);
    let first = || authors().order_by(Post.id.desc()).limit(1);
    assert_eq!(names(conn, User.id.in_(first())), ["cy"]);
    assert_eq!(names(conn, User.id.not_in(first())), ["ada", "bob", "dee"]);
    // Text, and a query over the same table under another name.
    let other = User.alias("other");
    let twice = select(other.username).filter(other.email.is_null());
    assert_eq!(names(conn, User.username.in_(twice.clone())), ["bob"]);
    assert_eq!(
        names(conn, User.username.not_in(twice)),
        ["ada", "cy", "dee"]
    );
    let deleted = delete(Post)
        .filter(
            Post.author_id
                .not_in(select(User.id).filter(User.username.eq("cy"))),
        )
        .execute(conn);
    assert_eq!(deleted.unwrap(), 2);
}

fn not_in_a_query_with_null_is_never_true(db: &Db) {
    let mut session = db.session();
    session.add(Node::builder().id(1).label("root"));
    session.add(Node::builder().id(2).parent_id(1).label("child"));
    session.add(Node::builder().id(3).parent_id(1).label("child"));
    session.commit().unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let mut labels = |condition: Predicate| {
        let query = select(Node.id).filter(condition);
        query.order_by(Node.id).all(conn).unwrap()
    };
    let child = Node.alias("child");
    let parents = || select(child.parent_id);
    assert_eq!(labels(Node.id.in_(parents())), [1]);
    // The root's own parent is NULL, which might be any key.
    assert_eq!(labels(Node.id.not_in(parents())), [0; 0]);
    let known = parents().filter(child.parent_id.is_not_null());
    assert_eq!(labels(Node.id.not_in(known.clone())), [2, 3]);
    // A NULL is not in what isn't empty, and not outside either.
    assert_eq!(labels(Node.parent_id.in_(known.clone())), [2, 3]);
    assert_eq!(labels(Node.parent_id.not_in(known)), [0; 0]);
    let none = parents().filter(child.id.gt(9));
    assert_eq!(labels(Node.parent_id.not_in(none)), [1, 2, 3]);
}

fn a_list_may_be_a_query_of_many_rows(db: &Db) {
    let mut session = db.session();
    let name = |row: usize| format!("u{row:04}");
    let users: Vec<_> = (0..1000)
        .map(|row| session.add(User::builder().username(name(row))))
        .collect();
    session.flush().unwrap();
    for user in users.iter().step_by(2) {
        let author_id = session[*user].id;
        session.add(Post::builder().title("x").author_id(author_id));
    }
    let authors = || select(Post.author_id);
    let members = select(User).filter(User.id.in_(authors()));
    assert_eq!(members.count(&mut session).unwrap(), 500);
    let others = select(User).filter(User.id.not_in(authors()));
    assert_eq!(
        others.order_by(User.id).first(&mut session).unwrap(),
        Some(users[1])
    );
    session.commit().unwrap();
}
