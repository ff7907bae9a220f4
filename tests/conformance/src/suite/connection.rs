//! Connecting lazily, and what every connection is like.

use orm::ErrorKind;
use orm::prelude::*;
use orm_core::testing::Recorder;

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::support::{column, fails, insert_user};

cases![
    "connection":
    making_an_engine_connects_to_nothing,
    every_connection_enforces_foreign_keys,
    a_table_that_others_alter_is_read_anew,
    a_call_inside_a_tokio_runtime_says_how,
];

fn making_an_engine_connects_to_nothing(db: &Db) {
    let recorder = Recorder::new();
    let engine = db.recorded_engine(&recorder);
    let mut session = Session::new(&engine);
    session.add(User::builder().username("ada"));
    assert_eq!(recorder.connects(), 0);
    session.commit().unwrap();
    assert_eq!(recorder.connects(), 1);
    drop(session);
    engine.connection().unwrap();
    assert_eq!(recorder.connects(), 1);
}

fn every_connection_enforces_foreign_keys(db: &Db) {
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut conn = db.engine.connection().unwrap();
        let insert = "INSERT INTO posts (title, author_id) VALUES ('x', 99)";
        fails(
            conn.raw_execute(insert, &[]),
            ErrorKind::ForeignKeyViolation,
        );
        held.push(conn);
    }
}

/// Prepared statements outlive the shape of their tables, and some databases refuse to run such a one.
fn a_table_that_others_alter_is_read_anew(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    let star = "SELECT * FROM users";
    let widths = |conn: &mut Connection| {
        let mut width = 0;
        conn.raw_query(star, &[], &mut |row| {
            width = row.len();
            Ok(())
        })
        .unwrap();
        width
    };
    let all = select(User);
    assert_eq!(
        (widths(&mut conn), all.all(&mut conn).unwrap().len()),
        (3, 1)
    );
    db.outside("ALTER TABLE users ADD extra INTEGER");
    assert_eq!(
        (widths(&mut conn), all.all(&mut conn).unwrap().len()),
        (4, 1)
    );
    db.outside("ALTER TABLE users DROP extra");
    insert_user(&mut conn, "grace").unwrap();
    assert_eq!(
        (widths(&mut conn), all.all(&mut conn).unwrap().len()),
        (3, 2)
    );
}

fn a_call_inside_a_tokio_runtime_says_how(db: &Db) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut outer = db.engine.connection().unwrap();
    outer.begin().unwrap();
    insert_user(&mut outer, "outer").unwrap();
    let (inside, fresh) = runtime.block_on(async {
        let inside = insert_user(&mut outer, "inside");
        // Dropped inside, too: its transaction is rolled back all the same.
        drop(outer);
        (inside, db.other_engine().connection().map(drop))
    });
    for error in [inside.unwrap_err(), fresh.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Usage, "{error:?}");
        assert!(error.to_string().contains("spawn_blocking"), "{error}");
    }
    let engine = db.engine.clone();
    let blocking = async {
        tokio::task::spawn_blocking(move || {
            engine.transaction(|session| {
                session.add(User::builder().username("blocking"));
                Ok(())
            })
        })
        .await
        .unwrap()
    };
    runtime.block_on(blocking).unwrap();
    let names = "SELECT username FROM users";
    assert_eq!(
        column::<String>(&mut db.other_connection(), names),
        ["blocking"]
    );
}
