//! How old values are compared: byte by byte whatever the column's collation or type.

use crate::databases::{Database, HasDatabase};
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;

cases![
    "guarded":
    a_value_that_the_collation_calls_equal_is_another_one,
    rows_that_nobody_has_changed_are_written,
    one_row_of_a_thousand_differs_by_case_alone,
    a_change_in_a_savepoint_is_compared_by_bytes,
    types_without_a_trustworthy_equality_are_compared_by_their_text (Requires::StrictTypes),
    statements_prepared_for_another_type_are_prepared_again (Requires::StrictTypes),
    a_key_is_compared_as_the_database_does,
    floats_that_are_not_finite_are_compared_as_numbers (Requires::AbortingErrors),
];

#[derive(Model, Clone, Debug)]
#[orm(table = "guarded")]
struct Guarded {
    #[orm(primary_key)]
    id: i64,
    name: Option<String>,
}

/// Makes the table with a column of that type.
fn table(db: &Db, column: &str) {
    let key = match db.database() {
        Database::Sqlite => "INTEGER PRIMARY KEY",
        Database::Postgres => "bigserial PRIMARY KEY",
        _ => "BIGINT AUTO_INCREMENT PRIMARY KEY",
    };
    let mut conn = db.engine.connection().unwrap();
    conn.raw_control("DROP TABLE IF EXISTS guarded").unwrap();
    conn.raw_control(&format!("CREATE TABLE guarded (id {key}, name {column})"))
        .unwrap();
    db.engine.forget_tables();
}

/// Types of text columns, none of which a model would create.
fn text_columns(db: &Db) -> Vec<&'static str> {
    match db.database() {
        Database::Sqlite => vec!["TEXT COLLATE NOCASE", "VARCHAR(20) COLLATE RTRIM", "TEXT"],
        Database::Postgres => {
            let mut conn = db.engine.connection().unwrap();
            conn.raw_control(
                "SELECT pg_advisory_xact_lock(7); \
                 CREATE EXTENSION IF NOT EXISTS citext SCHEMA public; \
                 CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level1', deterministic = false); \
                 CREATE DOMAIN short AS public.citext; CREATE DOMAIN shorter AS short",
            )
            .unwrap();
            vec![
                "public.citext",
                "shorter",
                "text COLLATE nocase",
                "varchar(20) COLLATE nocase",
                "varchar(20)",
                "name",
            ]
        }
        _ => vec![
            "VARCHAR(100) COLLATE utf8mb4_general_ci",
            "TEXT COLLATE utf8mb4_general_ci",
            "VARCHAR(100) CHARACTER SET latin1",
            "VARCHAR(100) COLLATE utf8mb4_bin",
            "VARCHAR(100)",
        ],
    }
}

/// So many rows, committed, so that the entities are stale.
fn rows(session: &mut Session, count: usize, name: Option<&str>) -> Vec<Ref<Guarded>> {
    let add = |session: &mut Session| {
        session.add(Guarded {
            id: 0,
            name: name.map(Into::into),
        })
    };
    let all = (0..count).map(|_| add(session)).collect();
    session.commit().unwrap();
    all
}

fn rename(session: &mut Session, all: &[Ref<Guarded>]) {
    for row in all {
        session[*row].name = Some("mine".into());
    }
}

/// What another program makes of one row.
fn theirs(db: &Db, id: i64, name: &str) {
    db.outside(&format!("UPDATE guarded SET name = {name} WHERE id = {id}"));
}

fn mine(db: &Db) -> i64 {
    db.scalar("SELECT COUNT(*) FROM guarded WHERE name = 'mine'")
}

fn a_value_that_the_collation_calls_equal_is_another_one(db: &Db) {
    for column in text_columns(db) {
        table(db, column);
        for other in ["'bob'", "'ADA'", "'ada  '", "'ádá'", "NULL", "''"] {
            for count in [1, 2] {
                let mut session = db.session();
                let all = rows(&mut session, count, Some("ada"));
                let last = session[*all.last().unwrap()].id;
                theirs(db, last, other);
                rename(&mut session, &all);
                let error = session
                    .commit()
                    .expect_err(&format!("{column} {other} {count}"));
                assert!(error.is_stale_data(), "{column} {other} {count}: {error}");
                assert!(error.message().contains(&last.to_string()), "{error}");
                assert_eq!(mine(db), 0, "{column} {other} {count}");
                session.rollback().unwrap();
            }
        }
        // And from NULL to a text.
        let mut session = db.session();
        let all = rows(&mut session, 2, None);
        theirs(db, session[all[1]].id, "''");
        rename(&mut session, &all);
        assert!(session.commit().unwrap_err().is_stale_data(), "{column}");
    }
}

fn rows_that_nobody_has_changed_are_written(db: &Db) {
    for column in text_columns(db) {
        table(db, column);
        for name in [Some("Ada"), Some("ádá"), Some(""), Some("a "), None] {
            for count in [1, 2, 300] {
                let mut session = db.session();
                let all = rows(&mut session, count, name);
                rename(&mut session, &all);
                let done = session.commit();
                done.unwrap_or_else(|error| panic!("{column} {name:?} {count}: {error}"));
                assert_eq!(mine(db), i64::try_from(count).unwrap());
                for row in &all {
                    session.delete(*row);
                }
                session.commit().unwrap();
            }
        }
    }
}

fn one_row_of_a_thousand_differs_by_case_alone(db: &Db) {
    table(db, text_columns(db)[0]);
    let mut session = db.session();
    let all = rows(&mut session, 1000, Some("ada"));
    let id = session[all[700]].id;
    theirs(db, id, "'Ada'");
    rename(&mut session, &all);
    let error = session.commit().unwrap_err();
    assert!(
        error.is_stale_data() && error.message().contains(&id.to_string()),
        "{error}"
    );
    assert_eq!(mine(db), 0);
    session.rollback().unwrap();
    session.refresh(all[700]).unwrap();
    rename(&mut session, &all);
    session.commit().unwrap();
    assert_eq!(mine(db), 1000);
}

fn a_change_in_a_savepoint_is_compared_by_bytes(db: &Db) {
    table(db, text_columns(db)[0]);
    let mut session = db.session();
    let all = rows(&mut session, 2, Some("ada"));
    theirs(db, session[all[0]].id, "'ADA'");
    let failed = session.savepoint(|session| {
        rename(session, &all);
        session.flush()
    });
    assert!(failed.unwrap_err().is_stale_data());
    session.rollback().unwrap();
    assert_eq!(mine(db), 0);
}

fn types_without_a_trustworthy_equality_are_compared_by_their_text(db: &Db) {
    // What is stored, and what another program makes of it that the type calls equal, or can't compare.
    let columns: &[(&str, &str, &str)] = match db.database() {
        Database::Postgres => &[
            ("json", r#"{"a": 1}"#, r#"{"a":  1}"#),
            ("jsonb", r#"{"a": 1.0}"#, r#"{"a": 1.00}"#),
            ("xml", "<a/>", "<a></a>"),
            ("point", "(1,2)", "(1,3)"),
            // Of the same area.
            ("box", "(1,1),(0,0)", "(2,2),(1,1)"),
            ("interval", "1 mon", "30 days"),
            ("inet", "10.0.0.1", "10.0.0.2"),
        ],
        _ => &[("JSON", r#"{"a": 1, "b": 2}"#, r#"{"a": 1, "b": 3}"#)],
    };
    for (column, value, other) in columns {
        table(db, column);
        for count in [1, 2] {
            let mut session = db.session();
            let all = rows(&mut session, count, Some(value));
            // Unchanged, it is written.
            for row in &all {
                session[*row].name = None;
            }
            session
                .commit()
                .unwrap_or_else(|error| panic!("{column} {count}: {error}"));
            for row in &all {
                session[*row].name = Some((*value).into());
            }
            session
                .commit()
                .unwrap_or_else(|error| panic!("{column} {count}: {error}"));
            theirs(db, session[all[0]].id, &format!("'{other}'"));
            for row in &all {
                session[*row].name = None;
            }
            let error = session.commit().expect_err(&format!("{column} {count}"));
            assert!(error.is_stale_data(), "{column} {count}: {error}");
            session.rollback().unwrap();
        }
    }
}

/// One of two pooled connections makes the table again, when both have prepared the INSERT.
fn statements_prepared_for_another_type_are_prepared_again(db: &Db) {
    let columns = match db.database() {
        Database::Postgres => [("interval", "1 mon"), ("inet", "10.0.0.1")],
        _ => [("JSON", "[1]"), ("VARCHAR(100)", "x")],
    };
    for (column, value) in columns {
        table(db, column);
        let mut sessions = [db.session(), db.session()];
        for session in &mut sessions {
            // In a transaction a refused statement is not sent again.
            session.begin().unwrap();
            session.add(Guarded {
                id: 0,
                name: Some(value.into()),
            });
            session
                .flush()
                .unwrap_or_else(|error| panic!("{column}: {error}"));
        }
        for session in &mut sessions {
            session.commit().unwrap();
        }
        assert_eq!(db.count("guarded"), 2, "{column}");
    }
}

#[derive(Model, Clone, Debug)]
#[orm(table = "keyed")]
struct Keyed {
    #[orm(primary_key)]
    code: String,
    name: String,
}

fn a_key_is_compared_as_the_database_does(db: &Db) {
    let key = match db.database() {
        Database::Sqlite => "TEXT COLLATE NOCASE",
        Database::Postgres => {
            text_columns(db);
            "text COLLATE nocase"
        }
        _ => "VARCHAR(10) COLLATE utf8mb4_general_ci",
    };
    let mut conn = db.engine.connection().unwrap();
    let sql = format!("CREATE TABLE keyed (code {key} PRIMARY KEY, name VARCHAR(20))");
    conn.raw_control(&sql).unwrap();
    let mut session = db.session();
    let all = ["a", "b", "c"].map(|code| session.add(Keyed::builder().code(code).name("x")));
    session.commit().unwrap();
    // The row is the same whatever the case of its key.
    db.outside("UPDATE keyed SET code = 'A' WHERE code = 'a'");
    for count in [1, 3] {
        for row in &all[..count] {
            session[*row].name.push('y');
        }
        session.commit().unwrap();
    }
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM keyed WHERE name LIKE 'xy%'"),
        3
    );
    for row in &all {
        session.delete(*row);
    }
    session.commit().unwrap();
    assert_eq!(db.count("keyed"), 0);
}

/// Of these databases, PostgreSQL alone stores them all.
fn floats_that_are_not_finite_are_compared_as_numbers(db: &Db) {
    let values = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0];
    orm_conformance::suite::guarded::compare_floats(db, &values);
}
