//! Columns of a database's own types, from migrations, mapped to text and enumerations: what one row may do, many
//! may.

use orm::prelude::*;

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::suite::support::column;

cases![
    "native":
    rows_of_native_types_are_inserted_one_or_many,
    rows_of_native_types_are_updated_one_or_many,
    rows_of_native_types_are_inserted_past_the_session,
    keys_of_native_types_find_their_rows,
    a_value_that_no_type_takes_is_refused_one_or_many (Requires::StrictTypes),
    numbers_find_their_way_into_other_widths,
    a_table_that_is_altered_is_learned_again,
];

#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Mood {
    Sad,
    Happy,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "Natives")]
struct Native {
    #[orm(primary_key)]
    id: i64,
    mood: Mood,
    other: Option<Mood>,
    doc: String,
    plain: String,
    note: Option<String>,
}

/// In the notation that native JSON has, too.
fn document(number: i32) -> String {
    format!("{{\"n\": {number}}}")
}

/// The table, with the database's own types.
fn table(db: &Db) {
    let quoted = db.quoted("Natives");
    let columns = match db.database() {
        Database::Sqlite => {
            "id INTEGER PRIMARY KEY, mood VARCHAR(9) NOT NULL, other TEXT, doc JSON NOT NULL, plain CLOB NOT NULL, \
             note NVARCHAR(9)"
        }
        Database::Postgres => {
            let mut conn = db.engine.connection().unwrap();
            conn.raw_control(
                "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN \"my mood\" AS mood; \
                 CREATE DOMAIN doc AS jsonb CHECK (value <> '{}'); CREATE DOMAIN label AS varchar(20); \
                 CREATE DOMAIN note AS label",
            )
            .unwrap();
            "id bigserial PRIMARY KEY, mood mood NOT NULL, other \"my mood\", doc doc NOT NULL, plain json NOT NULL, \
             note note"
        }
        _ => {
            "id BIGINT AUTO_INCREMENT PRIMARY KEY, mood ENUM('sad', 'happy') NOT NULL, other ENUM('sad', 'happy'), \
             doc JSON NOT NULL, plain LONGTEXT NOT NULL, note VARCHAR(20)"
        }
    };
    let mut conn = db.engine.connection().unwrap();
    conn.raw_control(&format!("CREATE TABLE {quoted} ({columns})"))
        .unwrap();
}

fn row(number: i32) -> Native {
    Native {
        id: 0,
        mood: Mood::Sad,
        other: (number % 2 == 0).then_some(Mood::Happy),
        doc: document(number),
        plain: "{\"a\":  1}".into(),
        note: (number % 3 == 0).then(|| "n".into()),
    }
}

fn count(db: &Db, condition: &str) -> i64 {
    let table = db.quoted("Natives");
    db.scalar(&format!("SELECT COUNT(*) FROM {table} WHERE {condition}"))
}

fn rows_of_native_types_are_inserted_one_or_many(db: &Db) {
    table(db);
    for rows in [1, 2, 1000] {
        let mut session = db.session();
        let all: Vec<Ref<Native>> = (0..rows).map(|n| session.add(row(n))).collect();
        session
            .commit()
            .unwrap_or_else(|error| panic!("{rows}: {error}"));
        assert_eq!(count(db, "mood = 'sad'"), i64::from(rows));
        let read = select(Native).all(&mut db.other_connection()).unwrap();
        assert!(read.iter().any(|row| row.doc == document(0)));
        for row in &all {
            session.delete(*row);
        }
        session
            .commit()
            .unwrap_or_else(|error| panic!("{rows}: {error}"));
        assert_eq!(count(db, "1 = 1"), 0);
    }
}

fn rows_of_native_types_are_updated_one_or_many(db: &Db) {
    table(db);
    let mut session = db.session();
    let all: Vec<Ref<Native>> = (0..1000).map(|n| session.add(row(n))).collect();
    session.commit().unwrap();
    for (round, rows) in [1, 2, 1000].into_iter().enumerate() {
        let stale = round % 2 == 0;
        if !stale {
            let fresh = select(Native).all(&mut session).unwrap();
            assert_eq!(fresh.len(), 1000);
        }
        let change = |session: &mut Session| {
            for row in &all[..rows] {
                let (mood, number) = ([Mood::Happy, Mood::Sad][round % 2], round + 5000);
                (session[*row].mood, session[*row].other) = (mood, Some(mood));
                session[*row].doc = format!("{{\"n\": {number}}}");
                session[*row].plain = format!("{{\"n\":   {number}}}");
                session[*row].note = Some(format!("n{number}"));
            }
        };
        if rows == 2 {
            session
                .savepoint(|session| {
                    change(session);
                    session.flush()
                })
                .unwrap();
        } else {
            change(&mut session);
        }
        session
            .commit()
            .unwrap_or_else(|error| panic!("{rows}: {error}"));
        let noted = format!("note = 'n{}'", round + 5000);
        assert_eq!(count(db, &noted), i64::try_from(rows).unwrap());
    }
    // Another program's change is noticed in each of these columns.
    for set in [
        "mood = 'sad'",
        "other = NULL",
        "doc = '{\"x\": 1}'",
        "plain = '[]'",
    ] {
        let id = session[all[1]].id;
        let table = db.quoted("Natives");
        for row in &all[..2] {
            session.refresh(*row).unwrap();
        }
        session.commit().unwrap();
        db.outside(&format!("UPDATE {table} SET {set} WHERE id = {id}"));
        for row in &all[..2] {
            (session[*row].mood, session[*row].other) = (Mood::Sad, Some(Mood::Sad));
            session[*row].doc = "[1]".into();
            session[*row].plain = "[2]".into();
        }
        let error = session.commit().expect_err(set);
        assert!(error.is_stale_data(), "{set}: {error}");
        session.rollback().unwrap();
    }
}

fn rows_of_native_types_are_inserted_past_the_session(db: &Db) {
    table(db);
    let mut conn = db.engine.connection().unwrap();
    for rows in [1, 2, 1000] {
        let many: Vec<Native> = (0..rows).map(row).collect();
        let stored = insert(Native).values(&many).execute(&mut conn).unwrap();
        assert_eq!(i64::try_from(stored).unwrap(), i64::from(rows));
        let ids = insert(Native)
            .values(&many)
            .returning(Native.id)
            .all(&mut conn)
            .unwrap();
        assert!(ids.is_sorted() && ids.len() == many.len());
    }
    assert_eq!(count(db, "mood = 'sad'"), 2006);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "moods")]
struct Moods {
    #[orm(primary_key)]
    mood: Mood,
    #[orm(primary_key)]
    code: String,
    text: String,
}

fn keys_of_native_types_find_their_rows(db: &Db) {
    table(db);
    let mut conn = db.engine.connection().unwrap();
    let (mood, code) = match db.database() {
        Database::Postgres => ("mood", "char(5)"),
        Database::Sqlite => ("TEXT", "TEXT"),
        _ => ("ENUM('sad', 'happy')", "CHAR(5)"),
    };
    conn.raw_control(&format!(
        "CREATE TABLE moods (mood {mood}, code {code}, text VARCHAR(20), PRIMARY KEY (mood, code))"
    ))
    .unwrap();
    for count in [1, 2, 9] {
        let mut session = db.session();
        let add = |n: usize| Moods {
            mood: if n.is_multiple_of(2) {
                Mood::Sad
            } else {
                Mood::Happy
            },
            code: format!("c{n}"),
            text: "a".into(),
        };
        let all: Vec<Ref<Moods>> = (0..count).map(|n| session.add(add(n))).collect();
        session.commit().unwrap();
        // As the database has it: padded on PostgreSQL.
        let code = select(Moods.code)
            .filter(Moods.mood.eq(Mood::Sad))
            .order_by(Moods.code.asc())
            .first(&mut db.other_connection())
            .unwrap();
        assert_eq!(Some(&session[all[0]].code), code.as_ref());
        for round in ["b", "c"] {
            for row in &all {
                session[*row].text.push_str(round);
            }
            session
                .commit()
                .unwrap_or_else(|error| panic!("{count}: {error}"));
        }
        let read = select(Moods).all(&mut session).unwrap();
        assert_eq!(read.len(), count);
        assert!(
            read.iter().all(|row| all.contains(row)),
            "loaded as other entities"
        );
        for row in &all {
            session.delete(*row);
        }
        session
            .commit()
            .unwrap_or_else(|error| panic!("{count}: {error}"));
        assert_eq!(db.count("moods"), 0);
    }
}

fn a_value_that_no_type_takes_is_refused_one_or_many(db: &Db) {
    table(db);
    for rows in [1, 2] {
        let mut session = db.session();
        for number in 0..rows {
            let mut row = row(number);
            row.doc = "no json".into();
            session.add(row);
        }
        assert!(session.commit().is_err(), "{rows}");
        assert_eq!(count(db, "1 = 1"), 0);
    }
}

#[derive(Model, Clone, Debug)]
#[orm(table = "widths")]
struct Width {
    #[orm(primary_key)]
    id: i64,
    number: i64,
    narrow: i16,
    double: f64,
}

fn numbers_find_their_way_into_other_widths(db: &Db) {
    let (key, narrow) = match db.database() {
        Database::Sqlite => ("INTEGER PRIMARY KEY", "SMALLINT"),
        Database::Postgres => ("bigserial PRIMARY KEY", "int2"),
        _ => ("BIGINT AUTO_INCREMENT PRIMARY KEY", "TINYINT"),
    };
    let mut conn = db.engine.connection().unwrap();
    conn.raw_control(&format!(
        "CREATE TABLE widths (id {key}, number {narrow}, narrow BIGINT, double_ INT)"
    ))
    .unwrap();
    conn.raw_control("ALTER TABLE widths RENAME COLUMN double_ TO \"double\"")
        .or_else(|_| conn.raw_control("ALTER TABLE widths RENAME COLUMN double_ TO `double`"))
        .unwrap();
    for rows in [1, 2, 50] {
        let mut session = db.session();
        let row = Width {
            id: 0,
            number: 7,
            narrow: 8,
            double: 3.0,
        };
        let all: Vec<Ref<Width>> = (0..rows).map(|_| session.add(row.clone())).collect();
        if db.database() == Database::Postgres {
            // A float is no integer to the driver, one or many.
            assert!(session.commit().is_err(), "{rows}");
            continue;
        }
        session.commit().unwrap();
        for row in &all {
            session[*row].number += 1;
        }
        session.commit().unwrap();
        assert_eq!(db.scalar("SELECT MAX(number) FROM widths"), 8);
    }
}

fn a_table_that_is_altered_is_learned_again(db: &Db) {
    #[derive(Model, Clone, Debug)]
    #[orm(table = "altered")]
    struct Altered {
        #[orm(primary_key)]
        id: i64,
        mood: String,
    }
    table(db);
    Metadata::of((Altered,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let add = |session: &mut Session| {
        let rows = [(); 2].map(|()| session.add(Altered::builder().mood("sad")));
        session.commit().map(|()| rows)
    };
    add(&mut session).unwrap();
    let mut conn = db.other_connection();
    match db.database() {
        Database::Postgres => {
            conn.raw_control("ALTER TABLE altered ALTER mood TYPE mood USING mood::mood")
        }
        Database::Sqlite => conn.raw_control("ALTER TABLE altered ADD COLUMN more TEXT"),
        _ => conn.raw_control("ALTER TABLE altered MODIFY mood ENUM('sad', 'happy')"),
    }
    .unwrap();
    // The refusal makes the engine forget.
    if add(&mut session).is_err() {
        session.rollback().unwrap();
        assert_eq!(db.database(), Database::Postgres);
        add(&mut session).unwrap();
    }
    let moods: Vec<String> = column(
        &mut conn,
        match db.database() {
            Database::Postgres => "SELECT mood::text FROM altered",
            _ => "SELECT mood FROM altered",
        },
    );
    assert!(moods.len() >= 4 && moods.iter().all(|mood| mood == "sad"));
}
