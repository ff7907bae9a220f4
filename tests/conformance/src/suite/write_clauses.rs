//! ORDER BY and LIMIT of an UPDATE and a DELETE, and queries with WITH in statements that write.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Node, Post, User};
use crate::suite::Requires;

cases![
    "write_clauses":
    the_first_rows_are_written_or_nothing_is_sent,
    a_session_writes_the_first_rows (Requires::OrderedWrites),
    rows_written_in_an_order_are_not_kept_in_step,
    rows_of_a_common_table_expression_are_inserted,
    rows_of_a_common_table_expression_are_updated,
    rows_of_a_common_table_expression_are_deleted,
];

fn nodes(db: &Db) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    let labels = ["c", "a", "d", "b"];
    let rows = (1..).zip(labels);
    let rows = rows.map(|(id, label)| Node::builder().id(id).label(label));
    insert(Node)
        .values(rows.collect::<Vec<_>>())
        .execute(&mut conn)
        .unwrap();
    db.sent();
    conn
}

fn labels(conn: &mut Connection) -> Vec<String> {
    select(Node.label).order_by(Node.id).all(conn).unwrap()
}

fn the_first_rows_are_written_or_nothing_is_sent(db: &Db) {
    let conn = &mut nodes(db);
    let change = update(Node)
        .set(Node.label, "x")
        .filter(Node.id.gt(1))
        .order_by((Node.label.desc(), Node.id))
        .limit(2);
    let gone = delete(Node).order_by(Node.id.desc()).limit(1);
    let one = delete(Node).filter(Node.id.lt(3)).limit(1);
    if !db.capabilities().ordered_writes {
        for result in [change.execute(conn), gone.execute(conn), one.execute(conn)] {
            let error = fails(result, ErrorKind::Unsupported);
            assert!(error.message().contains("ORDER BY and LIMIT"), "{error}");
        }
        assert_eq!(db.sent(), [""; 0]);
        return;
    }
    assert_eq!(change.execute(conn).unwrap(), 2);
    assert_eq!(labels(conn), ["c", "a", "x", "x"]);
    assert_eq!(gone.execute(conn).unwrap(), 1);
    assert_eq!(labels(conn), ["c", "a", "x"]);
    assert_eq!(one.execute(conn).unwrap(), 1);
    assert_eq!(one.execute(conn).unwrap(), 1);
    assert_eq!(one.execute(conn).unwrap(), 0);
    assert_eq!(labels(conn), ["x"]);
    // None at all is a limit, too.
    assert_eq!(delete(Node).limit(0).execute(conn).unwrap(), 0);
}

fn a_session_writes_the_first_rows(db: &Db) {
    drop(nodes(db));
    let mut session = db.session();
    let all = select(Node).order_by(Node.id).all(&mut session).unwrap();
    let change = update(Node)
        .set(Node.label, "x")
        .order_by(Node.label)
        .limit(1);
    assert_eq!(change.execute(&mut session).unwrap(), 1);
    let again = select(Node).order_by(Node.id).all(&mut session).unwrap();
    assert_eq!(again, all);
    let labels: Vec<_> = all
        .iter()
        .map(|node| session[*node].label.clone())
        .collect();
    assert_eq!(labels, ["c", "x", "d", "b"]);
    session.rollback().unwrap();
}

fn rows_written_in_an_order_are_not_kept_in_step(db: &Db) {
    drop(nodes(db));
    let mut session = db.session();
    let node = session.get(Node, 1).unwrap().unwrap();
    let change = update(Node).set(Node.label, "x").limit(1).synchronize();
    let error = fails(change.execute(&mut session), ErrorKind::Usage);
    let message = "synchronize() is not supported with ORDER BY and LIMIT";
    assert_eq!(error.message(), message);
    let gone = delete(Node).order_by(Node.id).synchronize();
    let error = fails(gone.execute(&mut session), ErrorKind::Usage);
    assert_eq!(error.message(), message);
    assert_eq!(session[node].label, "c");
}

/// Users of several posts, as a common table expression.
macro_rules! busy {
    () => {
        select((Post.author_id, count(Post.id)))
            .group_by(Post.author_id)
            .having(count(Post.id).ge(2))
            .cte("busy")
    };
}

fn rows_of_a_common_table_expression_are_inserted(db: &Db) {
    let conn = &mut seed(db);
    let busy = busy!();
    let (author, posts) = busy.columns();
    let labels = select((User.id + 100, User.username)).join_on(&busy, author.eq(User.id));
    let labels = labels.filter(posts.lt(100));
    let copy = insert(Node).from_select((Node.id, Node.label), labels);
    assert_eq!(copy.execute(conn).unwrap(), 1);
    assert_eq!(
        select((Node.id, Node.label)).all(conn).unwrap(),
        [(101, "ada".to_owned())]
    );
}

fn rows_of_a_common_table_expression_are_updated(db: &Db) {
    let conn = &mut seed(db);
    let busy = busy!();
    let (author, posts) = busy.columns();
    let authors = select(author).from(&busy).filter(posts.lt(100));
    let change = update(User)
        .set(User.email, "busy")
        .filter(User.id.in_(authors));
    assert_eq!(change.execute(conn).unwrap(), 1);
    let found = select(User.username).filter(User.email.eq("busy"));
    assert_eq!(found.all(conn).unwrap(), ["ada"]);
}

fn rows_of_a_common_table_expression_are_deleted(db: &Db) {
    let conn = &mut seed(db);
    let busy = busy!();
    let (author, posts) = busy.columns();
    let authors = select(author).from(&busy).filter(posts.lt(100));
    // The common table expression reads the table that is written.
    let gone = delete(Post).filter(Post.author_id.in_(authors));
    assert_eq!(gone.execute(conn).unwrap(), 2);
    assert_eq!(select(Post.id).count(conn).unwrap(), 1);
}
