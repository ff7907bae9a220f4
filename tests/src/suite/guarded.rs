//! How old values are compared: byte by byte whatever the column's collation or type, and large ones by digest.

use orm::prelude::*;
use orm_core::testing::Recorder;

use crate::databases::{Database, HasDatabase};
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
    large_values_are_compared_by_their_digest,
    large_values_cost_a_second_text_at_most,
    floats_are_compared_as_numbers,
    a_key_is_compared_as_the_database_does,
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

#[derive(Model, Clone, Debug)]
#[orm(table = "large")]
struct Large {
    #[orm(primary_key)]
    id: i64,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
}

/// The values that the last UPDATE of `recorder` bound.
fn bound(recorder: &Recorder) -> Vec<String> {
    let updates = recorder.take().into_iter();
    let mut updates = updates.filter(|entry| entry.sql.contains("UPDATE "));
    updates.next_back().unwrap().values
}

fn large_values_are_compared_by_their_digest(db: &Db) {
    let (recorder, large) = (Recorder::with_values(), "ä€ x".repeat(5000));
    let engine = db.recorded_engine(&recorder);
    Metadata::of((Large,)).create_all(&engine).unwrap();
    for count in [1, 2, 40] {
        let mut session = Session::new(&engine);
        let add = |_| {
            session.add(Large {
                id: 0,
                text: Some(large.clone()),
                bytes: Some(vec![0xF0; 5000]),
            })
        };
        let mut all: Vec<Ref<Large>> = (0..count).map(add).collect();
        // A row without a value and one with a small one share the statement.
        all.push(session.add(Large {
            id: 0,
            text: None,
            bytes: Some(Vec::new()),
        }));
        session.commit().unwrap();
        let change = |session: &mut Session| {
            for row in &all {
                (session[*row].text, session[*row].bytes) = (Some("t".into()), Some(vec![1]));
            }
        };
        change(&mut session);
        recorder.take();
        session.commit().unwrap();
        let most = bound(&recorder).iter().map(String::len).max().unwrap();
        if db.is_server() {
            assert!(most < 120 * (count + 1), "{most} bytes for {count} rows");
        }
        for row in &all {
            session[*row].text = Some(large.clone());
        }
        session.commit().unwrap();
        // One letter of many.
        let id = session[all[0]].id;
        db.outside(&format!(
            "UPDATE large SET text = REPLACE(text, 'x', 'X') WHERE id = {id}"
        ));
        change(&mut session);
        assert!(session.commit().unwrap_err().is_stale_data(), "{count}");
        session.rollback().unwrap();
    }
}

fn large_values_cost_a_second_text_at_most(db: &Db) {
    let recorder = Recorder::new();
    let engine = db.recorded_engine(&recorder);
    Metadata::of((Large,)).create_all(&engine).unwrap();
    let mut session = Session::new(&engine);
    let row = session.add(Large {
        id: 0,
        text: None,
        bytes: None,
    });
    session.commit().unwrap();
    recorder.take();
    let (small, large) = ("s".to_owned(), "l".repeat(2000));
    // Both columns change each time; either old value may be large.
    for round in 0..8 {
        let pick = |large_one: bool| {
            if large_one {
                large.clone()
            } else {
                small.clone()
            }
        };
        session[row].text = Some(pick(round % 2 == 0) + &round.to_string());
        session[row].bytes = Some((pick(round / 2 % 2 == 0) + &round.to_string()).into_bytes());
        session.commit().unwrap();
    }
    let sent = recorder.take_sql();
    let updates = sent.iter().filter(|sql| sql.starts_with("UPDATE"));
    let texts: std::collections::HashSet<_> = updates.collect();
    let most = if db.is_server() { 2 } else { 1 };
    assert!(texts.len() <= most, "{texts:#?}");
    assert!(!sent.iter().any(|sql| db.asks_catalogue(sql)), "{sent:#?}");
}

#[derive(Model, Clone, Debug)]
#[orm(table = "floats")]
struct Floats {
    #[orm(primary_key)]
    id: i64,
    double: f64,
    single: f32,
}

fn floats_are_compared_as_numbers(db: &Db) {
    Metadata::of((Floats,)).create_all(&db.engine).unwrap();
    let mut values = vec![0.0, -0.0, 0.1, 1e-300, 12_345.678_9, f64::from(f32::MAX)];
    if db.database() == Database::Postgres {
        values.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the nearest will do")]
    for count in [1, 2] {
        let mut session = db.session();
        let row = |value: &f64| Floats {
            id: 0,
            double: *value,
            single: *value as f32,
        };
        let all: Vec<_> = values
            .iter()
            .flat_map(|value| vec![row(value); count])
            .collect();
        let all: Vec<Ref<Floats>> = all.into_iter().map(|row| session.add(row)).collect();
        session.commit().unwrap();
        for next in [1.5, 2.5] {
            for row in &all {
                (session[*row].double, session[*row].single) = (next, next as f32);
            }
            session.commit().unwrap();
        }
        let id = session[all[0]].id;
        db.outside(&format!("UPDATE floats SET single = 7 WHERE id = {id}"));
        session[all[0]].single = 1.0;
        assert!(session.commit().unwrap_err().is_stale_data());
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
