//! What a connection leaves behind, what others change under it, and what was done through the native client.

use dialect_postgres::postgres;
use orm_core::driver::TransactionState;
use orm_core::error::ErrorKind;
use orm_core::value::ValueRef;

use crate::{Database, text};

fn native(db: &mut Database) -> &mut postgres::Client {
    db.connection.native().downcast_mut().unwrap()
}

/// A statement that changes the state of the session, and a query whose result it changes.
const LEFTOVERS: &[(&str, &str)] = &[
    ("SET search_path = pg_catalog", "SHOW search_path"),
    ("SET TimeZone = 'Asia/Tokyo'", "SHOW TimeZone"),
    (
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "SHOW default_transaction_read_only",
    ),
    (
        "SELECT \"set_config\"('work_mem', '1234kB', false)",
        "SHOW work_mem",
    ),
    (
        "UPDATE pg_settings SET setting = 1234 WHERE name = 'work_mem'",
        "SHOW work_mem",
    ),
    (
        "SET standard_conforming_strings = off",
        "SHOW standard_conforming_strings",
    ),
    (
        "SET SESSION AUTHORIZATION pg_monitor",
        "SELECT session_user::text",
    ),
    ("SET ROLE pg_monitor", "SELECT current_user::text"),
    ("SELECT \"pg_try_advisory_lock\"(7)", ADVISORY),
    ("DO $$ BEGIN PERFORM pg_advisory_lock(8); END $$", ADVISORY),
    (
        "CREATE TEMP TABLE left_behind (a int)",
        "SELECT (to_regclass('pg_temp.left_behind') IS NULL)::text",
    ),
    (
        "LISTEN something",
        "SELECT count(*)::text FROM pg_listening_channels()",
    ),
    (
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
        "SELECT count(*)::text FROM pg_cursors WHERE name = 'c'",
    ),
    (
        "PREPARE \"a \"\" b\" AS SELECT 1",
        "SELECT count(*)::text FROM pg_prepared_statements WHERE from_sql",
    ),
];

const ADVISORY: &str =
    "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";

#[test]
fn nothing_is_left_behind() {
    let mut db = Database::new("reset");
    for (text, question) in LEFTOVERS {
        let before = db.one(question, &[]);
        db.connection.control(text).unwrap();
        assert_ne!(db.one(question, &[]), before, "{text}");
        db.connection.reset().unwrap();
        assert_eq!(db.one(question, &[]), before, "{text}");
        native(&mut db).batch_execute(text).unwrap();
        db.connection.reset().unwrap();
        assert_eq!(db.one(question, &[]), before, "{text}");
    }
}

#[test]
fn notifications_are_not_kept_for_the_next_user() {
    let mut db = Database::new("notifications");
    native(&mut db).batch_execute("LISTEN a; NOTIFY a").unwrap();
    assert!(!native(&mut db).notifications().is_empty());
    db.connection.reset().unwrap();
    assert!(native(&mut db).notifications().is_empty());
}

#[test]
fn statements_are_prepared_again_after_a_reset() {
    let mut db = Database::new("prepared");
    db.run(&[
        "CREATE TABLE t (a text)",
        "CREATE TYPE mood AS ENUM ('good')",
    ]);
    let escaped = "SELECT length('a\\nb')::text";
    let before = db.one(escaped, &[]);
    db.connection.reset().unwrap();
    db.run(&["SET standard_conforming_strings = off"]);
    assert_ne!(db.one(escaped, &[]), before);
    // Looking up a type is what the native client has statements of its own for.
    db.one("SELECT 'good'::mood", &[]);
    db.connection.reset().unwrap();
    let path = format!("SET search_path = {}", db.schema);
    db.run(&[&path, "CREATE TYPE other AS ENUM ('bad')"]);
    assert_eq!(db.one(escaped, &[]), before);
    db.one("SELECT 'bad'::other", &[]);
}

#[test]
fn what_the_native_client_did_to_the_transaction_is_found() {
    let mut db = Database::new("resync");
    db.run(&["BEGIN"]);
    native(&mut db).batch_execute("SELECT nope").unwrap_err();
    db.connection.resync().unwrap();
    assert_eq!(db.state(), TransactionState::Aborted);
    native(&mut db).batch_execute("ROLLBACK").unwrap();
    db.connection.resync().unwrap();
    assert_eq!(db.state(), TransactionState::None);
    native(&mut db).batch_execute("BEGIN").unwrap();
    db.connection.resync().unwrap();
    assert_eq!(db.state(), TransactionState::Open);
}

#[test]
fn a_statement_over_types_that_were_made_anew_is_prepared_anew() {
    let mut db = Database::new("remade");
    let mut other = db.another();
    let make = [
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        "CREATE TABLE t (m mood, n text)",
    ];
    let mut outside = |statements: &[&str]| {
        for sql in statements {
            other.control(sql).unwrap();
        }
    };
    outside(&make);
    let insert = "INSERT INTO t (m) VALUES ($1)";
    db.execute(insert, &[ValueRef::Text("good")]).unwrap();
    outside(&["DROP TABLE t", "DROP TYPE mood"]);
    outside(&make);
    db.execute(insert, &[ValueRef::Text("good")]).unwrap();
    let insert = "INSERT INTO t (n) VALUES ($1)";
    db.execute(insert, &[ValueRef::Text("good")]).unwrap();
    outside(&["ALTER TABLE t ALTER COLUMN n TYPE mood USING n::mood"]);
    db.execute(insert, &[ValueRef::Text("good")]).unwrap();
    // A bind is read as the old type, which has no such value.
    outside(&["ALTER TABLE t ALTER COLUMN n TYPE xml USING n::text::xml"]);
    db.execute(insert, &[ValueRef::Text("<a/>")]).unwrap();
    // In a transaction the first run is in vain, but the next one is not.
    outside(&["ALTER TABLE t ALTER COLUMN n TYPE text"]);
    outside(&["ALTER TABLE t ALTER COLUMN n TYPE bytea USING n::bytea"]);
    db.run(&["BEGIN"]);
    let first = db.execute(insert, &[ValueRef::Bytes(b"good")]);
    db.run(&["ROLLBACK"]);
    let second = db.execute(insert, &[ValueRef::Bytes(b"good")]);
    assert!(first.is_ok() || second.is_ok(), "{first:?} {second:?}");
}

#[test]
fn what_a_function_raises_is_not_shown() {
    let mut db = Database::new("raise");
    db.run(&[
        "CREATE FUNCTION f(a text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN \
         RAISE EXCEPTION 'refused %', a USING ERRCODE = 'insufficient_privilege'; END $$",
    ]);
    for sql in ["SELECT f($1)", "SELECT ($1::text)::regclass::text"] {
        let error = db.error(sql, &[ValueRef::Text("s3cret")]);
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}

#[test]
fn a_long_text_is_not_kept() {
    let mut db = Database::new("long_text");
    let long = format!("SELECT '{}'", "x".repeat(20_000));
    db.one(&long, &[]);
    db.one("SELECT count(*)::text FROM pg_prepared_statements", &[]);
    let kept = db.one("SELECT count(*)::text FROM pg_prepared_statements", &[]);
    assert_eq!(kept, text("1"));
}

#[test]
fn a_task_without_a_budget_is_told_too() {
    let mut db = Database::new("unconstrained");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let call = async { db.execute("SELECT 1", &[]).unwrap_err() };
    let error = runtime.block_on(tokio::task::unconstrained(call));
    assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
    db.execute("SELECT 1", &[]).unwrap();
}

#[test]
fn statements_that_the_program_discards_are_prepared_anew() {
    let mut db = Database::new("discard");
    db.run(&[
        "CREATE TYPE mood AS ENUM ('good')",
        "CREATE TABLE t (m mood)",
    ]);
    let query = "SELECT m FROM t";
    db.rows(query, &[]).unwrap();
    for discard in ["DISCARD ALL", "DEALLOCATE ALL"] {
        db.run(&[discard]);
        let path = format!("SET search_path = {}", db.schema);
        db.run(&[&path]);
        db.rows(query, &[]).unwrap();
    }
    // What the native client had prepared for itself is gone as well.
    assert!(db.connection.reset().is_err());
}
