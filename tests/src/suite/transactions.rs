//! A transaction that the database rolls back by itself.

use orm::ErrorKind;
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::suite::support::{begun, fails, insert_user, users};
use orm_core::value::ValueRef;

cases![
    "transactions":
    a_full_disk_ends_the_transaction (Requires::Embedded),
];

fn a_full_disk_ends_the_transaction(db: &Db) {
    let mut conn = begun(db);
    conn.rollback().unwrap();
    conn.raw_query("PRAGMA max_page_count = 60", &[], &mut |_| Ok(()))
        .unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "before").unwrap();
    let large = "x".repeat(1_000_000);
    let insert = "INSERT INTO users (username, email) VALUES ('large', ?)";
    let full = conn
        .raw_execute(insert, &[ValueRef::Text(&large)])
        .unwrap_err();
    assert_eq!(full.message(), "the disk is full");

    let error = fails(insert_user(&mut conn, "after"), ErrorKind::Transaction);
    assert!(
        error.message().contains("the database has rolled back"),
        "{error}"
    );
    fails(conn.commit(), ErrorKind::Transaction);
    assert_eq!(users(db), ["taken"]);
    conn.rollback().unwrap();
    conn.transaction(|conn| insert_user(conn, "later")).unwrap();
    assert_eq!(users(db), ["later", "taken"]);
}
