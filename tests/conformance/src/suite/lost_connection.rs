//! Connections that the server ends: which are replaced without an error, and which return one.

use std::time::Duration;

use orm::ErrorKind;

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::support::{column, fails, insert_user};

cases![
    "lost_connection":
    a_connection_that_died_in_the_pool_is_replaced_at_begin (Requires::Server),
    a_connection_that_died_in_the_pool_is_replaced_for_a_session (Requires::Server),
    a_connection_that_idled_is_checked_and_replaced (Requires::Server),
    a_connection_lost_in_a_transaction_leaves_nothing_half_done (Requires::Server),
    a_connection_lost_before_commit_is_told (Requires::Server),
    a_connection_lost_in_a_savepoint_is_told (Requires::Server),
];

fn a_connection_that_died_in_the_pool_is_replaced_at_begin(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let mut kill = db.killer(&mut conn);
    drop(conn);
    kill();
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    conn.commit().unwrap();
    assert_eq!(db.count("users"), 1);
}

fn a_connection_that_died_in_the_pool_is_replaced_for_a_session(db: &Db) {
    let mut session = db.session();
    let mut kill = db.killer(session.connection().unwrap());
    session.rollback().unwrap();
    kill();
    session.add(User::builder().username("ada"));
    session.add(User::builder().username("grace"));
    session.commit().unwrap();
    assert_eq!(db.count("users"), 2);
}

fn a_connection_that_idled_is_checked_and_replaced(db: &Db) {
    let engine = db.engine_with(&db.options().check_after(Duration::ZERO));
    let mut conn = engine.connection().unwrap();
    let mut kill = db.killer(&mut conn);
    drop(conn);
    kill();
    // No BEGIN that could be sent again: the check alone finds out.
    let mut conn = engine.connection().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    assert_eq!(db.count("users"), 1);
}

fn a_connection_lost_in_a_transaction_leaves_nothing_half_done(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "before").unwrap();
    let mut kill = db.killer(&mut conn);
    kill();
    let error = fails(insert_user(&mut conn, "lost"), ErrorKind::ConnectionLost);
    assert!(error.is_connection_lost() && !error.is_commit_unknown());
    let after = fails(insert_user(&mut conn, "after"), ErrorKind::Transaction);
    assert!(after.hint().unwrap().contains("rollback()"), "{after}");
    fails(conn.commit(), ErrorKind::Transaction);
    conn.rollback().unwrap();
    assert_eq!(db.count("users"), 0);
    // The same connection works again, over another of the server's.
    insert_user(&mut conn, "again").unwrap();
    conn.transaction(|conn| insert_user(conn, "once more"))
        .unwrap();
    let names = "SELECT username FROM users ORDER BY id";
    assert_eq!(column::<String>(&mut conn, names), ["again", "once more"]);
}

fn a_connection_lost_before_commit_is_told(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    let mut kill = db.killer(&mut conn);
    kill();
    let error = conn.commit().unwrap_err();
    assert!(error.is_connection_lost(), "{error:?}");
    if error.is_commit_unknown() {
        assert!(error.hint().unwrap().contains("check whether"), "{error}");
    }
    assert_eq!(db.count("users"), 0);
    conn.rollback().unwrap();
    conn.transaction(|conn| insert_user(conn, "again")).unwrap();
    assert_eq!(db.count("users"), 1);
}

fn a_connection_lost_in_a_savepoint_is_told(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "before").unwrap();
    let mut kill = db.killer(&mut conn);
    let inside = conn.savepoint(|conn| {
        kill();
        insert_user(conn, "inside")
    });
    fails(inside, ErrorKind::ConnectionLost);
    fails(insert_user(&mut conn, "after"), ErrorKind::Transaction);
    fails(conn.commit(), ErrorKind::Transaction);
    conn.rollback().unwrap();
    assert_eq!(db.count("users"), 0);
}
