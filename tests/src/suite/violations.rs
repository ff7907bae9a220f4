//! Violated constraints that only one database has, or of which each reports something else.

use crate::databases::{Database, HasDatabase};
use orm::ErrorKind;
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::suite::support::refused;
use orm_conformance::suite::violations::{Badge, assert_place, member, with_tables};

cases![
    "violations":
    a_table_that_no_model_maps_has_what_the_database_tells,
    a_trigger_that_refuses_is_no_foreign_key (Requires::Embedded),
    a_deferred_constraint_names_its_place_at_commit (Requires::AbortingErrors),
];

fn a_table_that_no_model_maps_has_what_the_database_tells(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.raw_control("CREATE TABLE by_hand (a INT, b INT, CONSTRAINT own UNIQUE (a, b))")
        .unwrap();
    let insert = "INSERT INTO by_hand VALUES (1, 2)";
    conn.raw_execute(insert, &[]).unwrap();
    let error = refused(conn.raw_execute(insert, &[]), ErrorKind::UniqueViolation);
    let columns: Vec<_> = error.columns().iter().map(String::as_str).collect();
    let found = (error.table(), columns.as_slice(), error.constraint());
    match db.database() {
        Database::Sqlite => assert_eq!(found, (Some("by_hand"), &["a", "b"][..], None)),
        Database::Postgres => assert_eq!(found, (Some("by_hand"), &["a", "b"][..], Some("own"))),
        // MySQL reports the table as well.
        _ => assert_eq!((found.1, found.2), (&[][..], Some("own"))),
    }
}

fn a_trigger_that_refuses_is_no_foreign_key(db: &Db) {
    with_tables(db);
    let mut conn = db.engine.connection().unwrap();
    conn.raw_control(
        "CREATE TRIGGER guard BEFORE DELETE ON members BEGIN SELECT RAISE(ABORT, 's3cret value'); END",
    )
    .unwrap();
    let mut session = db.session();
    let one = session.add(member(1));
    session.commit().unwrap();
    session.delete(one);
    let error = refused(session.commit(), ErrorKind::Database);
    assert_eq!(error.code(), Some("1811"));
    assert!(error.message().contains("a trigger rejected"), "{error}");
}

fn a_deferred_constraint_names_its_place_at_commit(db: &Db) {
    with_tables(db);
    db.outside(
        "ALTER TABLE bad_badges ALTER CONSTRAINT fk_bad_badges_owner_members DEFERRABLE INITIALLY DEFERRED",
    );
    let mut session = db.session();
    session.add(Badge::builder().owner(99));
    session.flush().unwrap();
    let error = refused(session.commit(), ErrorKind::ForeignKeyViolation);
    assert_place(
        &error,
        "bad_badges",
        &["owner"],
        Some("fk_bad_badges_owner_members"),
    );
}
