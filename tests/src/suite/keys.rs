//! Generated keys that a database makes in its own way, and keys of tables from elsewhere.

use crate::databases::{Database, HasDatabase};
use orm::ErrorKind;
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::fixtures::User;
use orm_conformance::suite::keys::{Small, check_keys};
use orm_conformance::suite::support::{fails, scalar};

cases![
    "keys":
    generated_keys_step_by_three (orm_conformance::Requires::Server),
    keys_that_dont_count_up_never_go_to_the_wrong_rows (orm_conformance::Requires::Server),
    the_key_zero_of_a_row_is_a_key,
    a_generated_key_beyond_its_field_is_an_error,
];

fn generated_keys_step_by_three(db: &Db) {
    if !db.database().is_mysql() {
        let mut conn = db.other_connection();
        conn.raw_control("ALTER SEQUENCE users_id_seq INCREMENT BY 3")
            .unwrap();
        check_keys(db, &mut db.session(), "s", 100);
        return;
    }
    // The second column of a two-master setup.
    let mut session = db.session();
    for (rows, prefix) in [(1, "a"), (2, "b"), (100, "c"), (1000, "d")] {
        let conn = session.connection().unwrap();
        conn.raw_control("SET SESSION auto_increment_increment = 3")
            .unwrap();
        conn.raw_control("SET SESSION auto_increment_offset = 2")
            .unwrap();
        check_keys(db, &mut session, prefix, rows);
    }
    let wrong = db.scalar("SELECT COUNT(*) FROM users WHERE id % 3 <> 2");
    assert_eq!(wrong, 0, "the increment was not in force");
    // Not into the pool with that.
    let conn = session.connection().unwrap();
    conn.raw_control("SET SESSION auto_increment_increment = DEFAULT")
        .unwrap();
    conn.raw_control("SET SESSION auto_increment_offset = DEFAULT")
        .unwrap();
    assert_eq!(scalar::<i64>(conn, "SELECT @@auto_increment_increment"), 1);
}

fn keys_that_dont_count_up_never_go_to_the_wrong_rows(db: &Db) {
    let statements: &[&str] = if db.database().is_mysql() {
        &[
            "DROP TABLE posts",
            "ALTER TABLE users MODIFY id BIGINT NOT NULL DEFAULT (9000000 - uuid_short() % 1000000)",
        ]
    } else {
        &["ALTER SEQUENCE users_id_seq INCREMENT BY -1 MINVALUE 1 MAXVALUE 900 RESTART WITH 900"]
    };
    let mut conn = db.other_connection();
    for text in statements {
        conn.raw_control(text).unwrap();
    }
    let mut session = db.session();
    session.add(User::builder().username("a"));
    session.add(User::builder().username("b"));
    let error = fails(session.commit(), ErrorKind::Unsupported);
    assert_eq!(error.table(), Some("users"));
    session.rollback().unwrap();
    assert_eq!(db.count("users"), 0);
    // The key of a single row is known where the database returns what it generated.
    let one = session.add(User::builder().username("c"));
    if !db.capabilities().insert_returning {
        fails(session.commit(), ErrorKind::Unsupported);
        return;
    }
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT id FROM users"), session.key(one).unwrap());
}

fn the_key_zero_of_a_row_is_a_key(db: &Db) {
    let mut conn = db.other_connection();
    if db.database().is_mysql() {
        conn.raw_control("SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
            .unwrap();
    }
    conn.raw_control("INSERT INTO users (id, username) VALUES (0, 'zero')")
        .unwrap();
    drop(conn);
    let mut session = db.session();
    let zero = session.get(User, 0).unwrap().unwrap();
    assert_eq!(session.key(zero), Some(0));
}

fn a_generated_key_beyond_its_field_is_an_error(db: &Db) {
    // Another program has made the table, with a wider key.
    let mut conn = db.other_connection();
    let ddl = match db.database() {
        Database::Sqlite => "id INTEGER PRIMARY KEY AUTOINCREMENT",
        Database::Postgres => "id BIGSERIAL PRIMARY KEY",
        _ => "id BIGINT AUTO_INCREMENT PRIMARY KEY",
    };
    conn.raw_control(&format!("CREATE TABLE small_keys ({ddl}, note BIGINT)"))
        .unwrap();
    conn.raw_control("INSERT INTO small_keys (id, note) VALUES (3000000000, 0)")
        .unwrap();
    if db.database() == Database::Postgres {
        conn.raw_control("ALTER SEQUENCE small_keys_id_seq RESTART WITH 3000000001")
            .unwrap();
    }
    drop(conn);
    let mut session = db.session();
    let small = session.add(Small { id: 0, note: 1 });
    let error = fails(session.commit(), ErrorKind::OutOfRange);
    assert_eq!(
        (error.table(), error.column()),
        (Some("small_keys"), Some("id"))
    );
    assert_eq!(
        db.count("small_keys"),
        1,
        "what can't be represented is not stored"
    );
    assert_eq!(session.key(small), None);
    session.rollback().unwrap();
}
