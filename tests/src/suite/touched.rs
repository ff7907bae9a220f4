//! What is left behind on a connection in each database's own words, and must not reach its next user.

use crate::databases::{Database, HasDatabase};
use orm::ErrorKind;
use orm::engine::Engine;
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::suite::support::{fails, insert_user, natively, scalar, users};
use orm_conformance::suite::touched::{narrow, refuse_texts};

cases![
    "touched":
    a_setting_is_gone_for_the_next_user,
    leftovers_of_raw_text_are_gone_for_the_next_user,
    a_temporary_table_is_gone_for_the_next_user,
    a_database_in_memory_keeps_its_tables (Requires::Embedded),
    a_transaction_that_the_driver_aborted_is_not_committed (Requires::AbortingErrors),
    texts_of_its_own_that_end_the_transaction_are_refused (Requires::Server),
    a_text_that_ends_a_transaction_of_its_own_is_refused (Requires::Embedded),
];

/// A setting that changes what statements do, and a query that returns it.
fn setting(db: &Db) -> (&'static str, &'static str) {
    match db.database() {
        Database::Sqlite => ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys"),
        Database::Postgres => (
            "SET TimeZone = 'Asia/Tokyo'",
            "SELECT extract(timezone FROM now())::int8",
        ),
        _ => (
            "SET foreign_key_checks = 0, @seen = 1",
            "SELECT @@foreign_key_checks",
        ),
    }
}

fn a_setting_is_gone_for_the_next_user(db: &Db) {
    let (engine, _) = narrow(db);
    let (set, tell) = setting(db);
    let mut conn = engine.connection().unwrap();
    let before = scalar::<i64>(&mut conn, tell);
    conn.raw_control(set).unwrap();
    assert_ne!(scalar::<i64>(&mut conn, tell), before);
    drop(conn);
    assert_eq!(
        scalar::<i64>(&mut engine.connection().unwrap(), tell),
        before
    );
    // A session's, too.
    let mut session = Session::new(&engine);
    session.connection().unwrap().raw_execute(set, &[]).unwrap();
    session.commit().unwrap();
    drop(session);
    assert_eq!(
        scalar::<i64>(&mut engine.connection().unwrap(), tell),
        before
    );
}

/// Statements that change the state of the session without a keyword that shows it, and queries that return 0 without
/// this change.
fn leftovers(db: &Db) -> &'static [(&'static str, &'static str)] {
    match db.database() {
        Database::Sqlite => &[
            (
                "/**/ PRAGMA recursive_triggers = 1",
                "PRAGMA recursive_triggers",
            ),
            (
                "EXPLAIN PRAGMA case_sensitive_like = 1",
                "SELECT 'a' NOT LIKE 'A'",
            ),
            (
                "CREATE TABLE temp.users (a)",
                "SELECT COUNT(*) FROM temp.sqlite_schema",
            ),
            (
                "ATTACH ':memory:' AS another",
                "SELECT COUNT(*) FROM pragma_database_list WHERE name = 'another'",
            ),
        ],
        Database::Postgres => &[
            (
                "SELECT \"pg_try_advisory_lock\"(7)",
                "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
            ),
            (
                "WITH a AS (SELECT \"set_config\"('work_mem', '1234kB', false)) SELECT * FROM a",
                "SELECT COUNT(*) FROM pg_settings WHERE name = 'work_mem' AND setting = '1234'",
            ),
            (
                "UPDATE pg_settings SET setting = 1234 WHERE name = 'work_mem'",
                "SELECT COUNT(*) FROM pg_settings WHERE name = 'work_mem' AND setting = '1234'",
            ),
        ],
        _ => &[
            ("SELECT 5 INTO @x", "SELECT CAST(COALESCE(@x, 0) AS SIGNED)"),
            ("SELECT @x := 5", "SELECT CAST(COALESCE(@x, 0) AS SIGNED)"),
            (
                "WITH a AS (SELECT @x := 5) SELECT * FROM a",
                "SELECT CAST(COALESCE(@x, 0) AS SIGNED)",
            ),
            (
                "UPDATE users SET email = (@x := 5)",
                "SELECT CAST(COALESCE(@x, 0) AS SIGNED)",
            ),
            (
                "SELECT Get_Lock(DATABASE(), 0)",
                "SELECT COALESCE(IS_USED_LOCK(DATABASE()) = CONNECTION_ID(), 0)",
            ),
        ],
    }
}

fn leftovers_of_raw_text_are_gone_for_the_next_user(db: &Db) {
    let (engine, recorder) = narrow(db);
    insert_user(&mut engine.connection().unwrap(), "ada").unwrap();
    let sqlite = db.database() == Database::Sqlite;
    for (text, question) in leftovers(db) {
        // By a query of a session, by a method of a connection, in a savepoint, and on the driver's own.
        let ways: [&dyn Fn(); 4] = [
            &|| {
                let mut session = Session::new(&engine);
                raw(*text).execute(&mut session).unwrap();
                session.commit().unwrap();
            },
            &|| engine.connection().unwrap().raw_control(text).unwrap(),
            &|| {
                let mut conn = engine.connection().unwrap();
                conn.begin().unwrap();
                let nested = conn.savepoint(|conn| conn.raw_query(text, &[], &mut |_| Ok(())));
                nested.unwrap();
            },
            &|| natively(db, &mut engine.connection().unwrap(), text),
        ];
        for (way, run) in ways.iter().enumerate() {
            // SQLite attaches nothing inside of a transaction.
            if sqlite && text.starts_with("ATTACH") && way % 2 == 0 {
                continue;
            }
            run();
            let found = scalar::<i64>(&mut engine.connection().unwrap(), question);
            assert_eq!(found, 0, "{text}, way {way}");
        }
    }
    assert!(
        sqlite || recorder.connects() == 1,
        "{}",
        recorder.connects()
    );
}

fn a_temporary_table_is_gone_for_the_next_user(db: &Db) {
    let (engine, _) = narrow(db);
    let mut conn = engine.connection().unwrap();
    conn.raw_control("CREATE TEMPORARY TABLE left_behind (a INTEGER)")
        .unwrap();
    conn.raw_execute("INSERT INTO left_behind VALUES (1)", &[])
        .unwrap();
    drop(conn);
    let mut conn = engine.connection().unwrap();
    let found = conn.raw_query("SELECT * FROM left_behind", &[], &mut |_| Ok(()));
    fails(found, ErrorKind::UndefinedTable);
}

fn a_database_in_memory_keeps_its_tables(db: &Db) {
    let (set, tell) = setting(db);
    let engine = Engine::connect("sqlite://").unwrap();
    let mut conn = engine.connection().unwrap();
    conn.raw_control("CREATE TABLE t (a INTEGER)").unwrap();
    conn.raw_control(set).unwrap();
    natively(db, &mut conn, "INSERT INTO t VALUES (1)");
    drop(conn);
    let mut conn = engine.connection().unwrap();
    assert_eq!(scalar::<i64>(&mut conn, tell), 1);
    assert_eq!(scalar::<i64>(&mut conn, "SELECT COUNT(*) FROM t"), 1);
}

fn a_transaction_that_the_driver_aborted_is_not_committed(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "lost").unwrap();
    #[cfg(feature = "postgres")]
    conn.driver_mut::<postgres::Client>()
        .unwrap()
        .batch_execute("SELECT nope")
        .unwrap_err();
    fails(conn.commit(), ErrorKind::Transaction);
    conn.rollback().unwrap();
    assert_eq!(users(db), [""; 0]);
}

fn texts_of_its_own_that_end_the_transaction_are_refused(db: &Db) {
    let texts: &[&str] = match db.database() {
        Database::Postgres => &["ROLLBACK AND CHAIN", "PREPARE TRANSACTION 'x'"],
        _ => &[
            "ROLLBACK AND CHAIN",
            "# x\n COMMIT AND CHAIN",
            "/*!50000 COMMIT */",
        ],
    };
    refuse_texts(db, texts);
}

/// In a transaction of the text's own it is the database that refuses it, before any of it ran.
fn a_text_that_ends_a_transaction_of_its_own_is_refused(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.raw_control("BEGIN").unwrap();
    insert_user(&mut conn, "grace").unwrap();
    fails(conn.raw_control("ROLLBACK; BEGIN"), ErrorKind::Syntax);
    conn.commit().unwrap();
    assert_eq!(users(db), ["grace"]);
}
