//! TRUNCATE: a table without rows, its keys, and what a session has loaded of it.

use orm::prelude::*;
use orm::sql::TruncateStyle;
use orm::{Criteria, ErrorKind};

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, Ticket, User};

cases![
    "truncates":
    all_rows_are_deleted,
    keys_begin_again,
    a_table_that_is_referenced,
    the_tables_that_reference_it_are_emptied_or_nothing_is_sent,
    a_transaction_has_it_or_refuses_it,
    a_session_has_it_or_refuses_it,
    rows_that_a_criterion_hides_are_not_deleted,
];

fn commits(db: &Db) -> bool {
    db.capabilities().truncate == TruncateStyle::Commits
}

fn tickets(conn: &mut Connection, count: usize) {
    let rows = (0..count).map(|_| Ticket::builder().subject("x"));
    insert(Ticket)
        .values(rows.collect::<Vec<_>>())
        .execute(conn)
        .unwrap();
}

fn ids(conn: &mut Connection) -> Vec<i64> {
    select(Ticket.id).order_by(Ticket.id).all(conn).unwrap()
}

fn all_rows_are_deleted(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    truncate(Ticket).execute(conn).unwrap();
    tickets(conn, 3);
    db.sent();
    truncate(Ticket).execute(conn).unwrap();
    assert_eq!(db.sent().len(), 1);
    assert_eq!(db.count("tickets"), 0);
}

fn keys_begin_again(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    tickets(conn, 3);
    let restart = truncate(Ticket).restart_identity();
    if let Err(error) = restart.execute(conn) {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert_eq!(ids(conn), [1, 2, 3]);
        return;
    }
    tickets(conn, 2);
    assert_eq!(ids(conn), [1, 2]);
    truncate(Ticket).execute(conn).unwrap();
    tickets(conn, 1);
    let next = if commits(db) { 1 } else { 3 };
    assert_eq!(ids(conn), [next]);
}

fn a_table_that_is_referenced(db: &Db) {
    let conn = &mut seed(db);
    let result = truncate(User).execute(conn);
    if db.capabilities().truncate == TruncateStyle::Delete {
        // By ON DELETE.
        result.unwrap();
        assert_eq!((db.count("users"), db.count("posts")), (0, 0));
        return;
    }
    let error = fails(result, ErrorKind::Unsupported);
    let message = "cannot truncate a table referenced in a foreign key constraint";
    assert!(error.message().contains(message), "{error}");
    assert_eq!((db.count("users"), db.count("posts")), (4, 3));
}

fn the_tables_that_reference_it_are_emptied_or_nothing_is_sent(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let all = truncate(User).restart_identity().cascade();
    if db.capabilities().truncate == TruncateStyle::Statement {
        all.execute(conn).unwrap();
        assert_eq!((db.count("users"), db.count("posts")), (0, 0));
        return;
    }
    fails(all.execute(conn), ErrorKind::Unsupported);
    assert_eq!(db.sent(), [""; 0]);
}

fn a_transaction_has_it_or_refuses_it(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    tickets(conn, 3);
    conn.begin().unwrap();
    tickets(conn, 1);
    db.sent();
    let result = truncate(Ticket).execute(conn);
    if commits(db) {
        let error = fails(result, ErrorKind::Usage);
        let message = "TRUNCATE of tickets would commit the transaction";
        assert!(error.message().starts_with(message), "{error}");
        assert_eq!(db.sent(), [""; 0]);
        assert_eq!(ids(conn).len(), 4);
    } else {
        result.unwrap();
        assert_eq!(ids(conn), [0; 0]);
    }
    conn.rollback().unwrap();
    assert_eq!(db.count("tickets"), 3);
}

fn a_session_has_it_or_refuses_it(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    tickets(&mut conn, 2);
    drop(conn);
    let mut session = db.session();
    session.get(Ticket, 1).unwrap().unwrap();
    session.add(Ticket::builder().subject("new"));
    let result = truncate(Ticket).execute(&mut session);
    if commits(db) {
        fails(result, ErrorKind::Usage);
        session.rollback().unwrap();
        assert_eq!(db.count("tickets"), 2);
        return;
    }
    result.unwrap();
    assert_eq!(select(Ticket).count(&mut session).unwrap(), 0);
    assert_eq!(session.get(Ticket, 1).unwrap(), None);
    session.rollback().unwrap();
    assert_eq!(db.count("tickets"), 2);
    assert!(session.get(Ticket, 1).unwrap().is_some());
}

fn rows_that_a_criterion_hides_are_not_deleted(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    tickets(&mut conn, 2);
    drop(conn);
    let first = Criteria::new().add("first", Ticket, Ticket.id.eq(1));
    let engine = db.engine_with(&db.options().criteria(&first));
    let conn = &mut engine.connection().unwrap();
    let error = fails(truncate(Ticket).execute(conn), ErrorKind::Usage);
    let message = "a criterion applies to tickets, but TRUNCATE has no conditions";
    assert_eq!(error.message(), message);
    assert_eq!(db.count("tickets"), 2);
    // One of another table is none of its business.
    let others = Criteria::new().add("others", Post, Post.id.eq(1));
    let engine = db.engine_with(&db.options().criteria(&others));
    truncate(Ticket)
        .execute(&mut engine.connection().unwrap())
        .unwrap();
    assert_eq!(db.count("tickets"), 0);
}
