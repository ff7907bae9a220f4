//! What a column keeps of a value: the entity has it after a flush, and nothing is read back where everything is kept.
//! What triggers make of a row is in `triggers.rs`.

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use orm::prelude::*;

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::fixtures::User;

cases![
    "stored":
    values_that_are_rounded_are_read_back (Requires::StrictTypes),
    rounded_values_are_as_they_were_after_a_rollback (Requires::StrictTypes),
    a_savepoint_puts_rounded_values_back (Requires::StrictTypes),
    text_that_is_padded_or_cut_is_read_back (Requires::StrictTypes),
    no_statement_more_where_everything_is_kept,
    one_statement_more_where_a_column_keeps_less (Requires::StrictTypes),
    values_that_other_programs_spell_in_their_way_are_no_change,
    the_catalogue_is_asked_once_a_table_and_engine,
    several_tables_of_a_flush_are_one_question,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "events")]
pub(super) struct Event {
    #[orm(primary_key)]
    pub(super) id: i64,
    pub(super) at: NaiveDateTime,
    pub(super) instant: DateTime<Utc>,
    pub(super) time: Option<NaiveTime>,
    pub(super) float: f64,
    pub(super) label: String,
}

/// A table whose columns keep less than the fields.
pub(super) fn events(db: &Db) {
    let columns = match db.database() {
        Database::Sqlite => {
            "id INTEGER PRIMARY KEY, at DATETIME, instant TIMESTAMP, time TIME, float FLOAT, label TEXT"
        }
        Database::Postgres => {
            "id bigserial PRIMARY KEY, at timestamp(0), instant timestamptz(3), time time(2), float real, label text"
        }
        _ => {
            "id BIGINT AUTO_INCREMENT PRIMARY KEY, `at` DATETIME, instant TIMESTAMP NULL, time TIME(2), \
             `float` FLOAT, label TEXT"
        }
    };
    let mut conn = db.engine.connection().unwrap();
    conn.raw_control(&format!("CREATE TABLE events ({columns})"))
        .unwrap();
}

pub(super) const NOW: &str = "2024-05-06T07:08:09.765432";

pub(super) fn event() -> Event {
    let at: NaiveDateTime = NOW.parse().unwrap();
    Event {
        id: 0,
        at,
        instant: at.and_utc(),
        time: Some(at.time()),
        float: 0.1,
        label: "x".into(),
    }
}

fn change(session: &mut Session, all: &[Ref<Event>], float: f64) {
    for row in all {
        session[*row].at += TimeDelta::milliseconds(61_234);
        session[*row].instant += TimeDelta::microseconds(61_234_567);
        session[*row].time = session[*row]
            .time
            .map(|time| time + TimeDelta::milliseconds(1234));
        session[*row].float = float;
    }
}

/// The entities have what the rows have.
#[track_caller]
pub(super) fn assert_stored(db: &Db, session: &Session, all: &[Ref<Event>]) {
    let stored = select(Event).all(&mut db.other_connection()).unwrap();
    assert_eq!(stored.len(), all.len());
    for row in all {
        let stored = stored.iter().find(|stored| stored.id == session[*row].id);
        assert_eq!(Some(&session[*row]), stored);
    }
}

fn values_that_are_rounded_are_read_back(db: &Db) {
    events(db);
    for rows in [1, 2, 1000] {
        let mut session = db.session();
        let all: Vec<Ref<Event>> = (0..rows).map(|_| session.add(event())).collect();
        session.commit().unwrap();
        assert_stored(db, &session, &all);
        for float in [0.2, 0.3] {
            change(&mut session, &all, float);
            session
                .commit()
                .unwrap_or_else(|error| panic!("{rows}: {error}"));
            assert_stored(db, &session, &all);
        }
        // Twice in one transaction, and in a savepoint.
        change(&mut session, &all, 0.4);
        session.flush().unwrap();
        session
            .savepoint(|session| {
                change(session, &all, 0.5);
                session.flush()
            })
            .unwrap();
        change(&mut session, &all, 0.6);
        session.commit().unwrap();
        assert_stored(db, &session, &all);
        for row in &all {
            session.delete(*row);
        }
        session.commit().unwrap();
    }
}

fn rounded_values_are_as_they_were_after_a_rollback(db: &Db) {
    events(db);
    let mut session = db.session();
    let row = session.add(event());
    session.flush().unwrap();
    assert!((session[row].float - 0.1).abs() > f64::EPSILON);
    session.rollback().unwrap();
    assert_eq!(session[row], event());
    session.add_again(row).unwrap();
    session.commit().unwrap();
    assert_stored(db, &session, &[row]);
    let stored = session[row].clone();
    change(&mut session, &[row], 0.7);
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[row], stored);
}

fn a_savepoint_puts_rounded_values_back(db: &Db) {
    events(db);
    let mut session = db.session();
    let all = [(); 3].map(|()| session.add(event()));
    session.commit().unwrap();
    change(&mut session, &all, 0.2);
    session.flush().unwrap();
    let before = session[all[0]].clone();
    let failed: orm::Result<()> = session.savepoint(|session| {
        change(session, &all, 0.3);
        session.flush()?;
        Err(orm::Error::other(std::io::Error::other("no")))
    });
    failed.unwrap_err();
    assert_eq!(session[all[0]], before);
    change(&mut session, &all, 0.4);
    session.commit().unwrap();
    assert_stored(db, &session, &all);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "padded")]
struct Padded {
    #[orm(primary_key)]
    code: String,
    text: String,
    short: String,
    bytes: Vec<u8>,
}

fn text_that_is_padded_or_cut_is_read_back(db: &Db) {
    let columns = match db.database() {
        Database::Postgres => {
            "code char(6) PRIMARY KEY, text char(8), short varchar(3), bytes bytea"
        }
        _ => "code CHAR(6) PRIMARY KEY, text CHAR(8), short VARCHAR(3), bytes BINARY(4)",
    };
    let mut conn = db.engine.connection().unwrap();
    conn.raw_control(&format!("CREATE TABLE padded ({columns})"))
        .unwrap();
    for rows in [1_u8, 2, 100] {
        let mut session = db.session();
        let add = |n: u8| Padded {
            code: format!("c{n}"),
            text: "ab ".into(),
            // The blanks beyond the length are truncated without an error.
            short: "abc  ".into(),
            bytes: vec![n],
        };
        let all: Vec<Ref<Padded>> = (0..rows).map(|n| session.add(add(n))).collect();
        session.commit().unwrap();
        for round in 0..3 {
            let stored = select(Padded).all(&mut db.other_connection()).unwrap();
            for row in &all {
                assert!(
                    stored.contains(&session[*row]),
                    "{:?} {stored:?}",
                    session[*row]
                );
                session[*row].text = format!("{round} ");
                session[*row].short = format!("{round}    ");
                session[*row].bytes.push(round);
                session[*row].bytes.truncate(usize::from(round) + 1);
            }
            session
                .commit()
                .unwrap_or_else(|error| panic!("{rows} {round}: {error}"));
        }
        for row in &all {
            session.delete(*row);
        }
        session.commit().unwrap();
        assert_eq!(db.count("padded"), 0);
    }
}

fn no_statement_more_where_everything_is_kept(db: &Db) {
    let mut session = db.session();
    let row = session.add(User::builder().username("ada"));
    session.commit().unwrap();
    db.sent();
    for name in ["grace", "edsger"] {
        session[row].username = name.into();
        session.commit().unwrap();
    }
    session.add(User::builder().username("alan"));
    session.commit().unwrap();
    let sent = db.recorder.take_sql();
    let words: Vec<&str> = sent
        .iter()
        .filter_map(|sql| sql.split(' ').next())
        .collect();
    assert_eq!(words, ["UPDATE", "UPDATE", "INSERT"]);
}

fn one_statement_more_where_a_column_keeps_less(db: &Db) {
    events(db);
    let mut session = db.session();
    let all: Vec<Ref<Event>> = (0..1000).map(|_| session.add(event())).collect();
    session.commit().unwrap();
    let of = |db: &Db, word: &str| {
        let sent = db.sent();
        sent.iter().filter(|sql| sql.starts_with(word)).count()
    };
    db.sent();
    // A column that keeps everything.
    for row in &all {
        session[*row].label.push('y');
    }
    session.commit().unwrap();
    assert_eq!(of(db, "SELECT"), 0);
    change(&mut session, &all, 0.2);
    session.commit().unwrap();
    assert_eq!(of(db, "SELECT"), 1);
    session.add(event());
    session.commit().unwrap();
    assert_eq!(of(db, "SELECT"), 1);
}

fn questions(db: &Db) -> usize {
    let sent = db.recorder.take_sql();
    sent.iter().filter(|sql| db.asks_catalogue(sql)).count()
}

fn the_catalogue_is_asked_once_a_table_and_engine(db: &Db) {
    events(db);
    db.sent();
    for _ in 0..3 {
        let mut session = db.session();
        let row = session.add(event());
        session.commit().unwrap();
        session[row].label.push('x');
        session.commit().unwrap();
        session.delete(row);
        session.commit().unwrap();
    }
    assert_eq!(questions(db), 1);
    db.engine.forget_tables();
    let mut session = db.session();
    let taken = session.add(event());
    session.commit().unwrap();
    assert_eq!(questions(db), 1);
    // A flush that fails for another reason makes the engine forget nothing.
    let twice = session.add(Event {
        id: session[taken].id,
        ..event()
    });
    assert!(session.commit().unwrap_err().is_unique_violation());
    session.expunge(twice).unwrap();
    session.add(event());
    session.commit().unwrap();
    assert_eq!(questions(db), 0);
}

fn several_tables_of_a_flush_are_one_question(db: &Db) {
    events(db);
    db.sent();
    let mut session = db.session();
    session.add(event());
    session.add(User::builder().username("ada"));
    session.commit().unwrap();
    assert_eq!(questions(db), 1);
    session.add(User::builder().username("grace"));
    session.commit().unwrap();
    assert_eq!(questions(db), 0);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "spelled")]
struct Spelled {
    #[orm(primary_key)]
    id: i64,
    at: NaiveDateTime,
    instant: Option<DateTime<Utc>>,
    token: uuid::Uuid,
    single: f32,
    name: String,
}

/// Makes the table and returns how another program writes a time, an instant and a UUID.
fn spelled(db: &Db) -> (&'static str, &'static str, &'static str) {
    let columns = match db.database() {
        Database::Sqlite => {
            "id INTEGER PRIMARY KEY, at TEXT, instant TEXT, token TEXT, single REAL, name TEXT"
        }
        Database::Postgres => {
            "id bigserial PRIMARY KEY, at timestamp, instant timestamptz, token uuid, single float8, name text"
        }
        _ => {
            "id BIGINT AUTO_INCREMENT PRIMARY KEY, at DATETIME(6), instant DATETIME(6), token BINARY(16), \
             single DOUBLE, name TEXT"
        }
    };
    let mut conn = db.engine.connection().unwrap();
    conn.raw_control(&format!("CREATE TABLE spelled ({columns})"))
        .unwrap();
    match db.database() {
        Database::Sqlite => (
            "'2024-05-06T07:08:09.5'",
            "'2024-05-06T07:08Z'",
            "'01234567-89AB-cdef-0123-456789abcdef'",
        ),
        Database::Postgres => (
            "'2024-05-06 07:08:09.5'",
            "'2024-05-06 07:08Z'",
            "'0123456789abcdef0123456789abcdef'",
        ),
        _ => (
            "'2024-05-06 07:08:09.5'",
            "'2024-05-06 07:08:00'",
            "x'0123456789abcdef0123456789abcdef'",
        ),
    }
}

/// Where a database has no type for dates or UUIDs, each program writes them in its own way.
fn values_that_other_programs_spell_in_their_way_are_no_change(db: &Db) {
    let (at, instant, token) = spelled(db);
    for count in [1, 2, 300] {
        for _ in 0..count {
            db.outside(&format!(
                "INSERT INTO spelled (at, instant, token, single, name) \
                 VALUES ({at}, {instant}, {token}, 0.1, 'a')"
            ));
        }
        let mut session = db.session();
        let all = select(Spelled).all(&mut session).unwrap();
        assert_eq!(all.len(), count);
        session.commit().unwrap();
        let change = |session: &mut Session, number: u128| {
            for row in &all {
                session[*row].at += TimeDelta::minutes(1);
                session[*row].instant = session[*row].instant.map(|at| at + TimeDelta::minutes(1));
                session[*row].token = uuid::Uuid::from_u128(number);
                session[*row].single += 1.0;
                session[*row].name.push('b');
            }
        };
        for number in 1..3 {
            change(&mut session, number);
            session
                .commit()
                .unwrap_or_else(|error| panic!("{count}: {error}"));
        }
        // A change is one, in any spelling.
        let last = session[all[count - 1]].id;
        db.outside(&format!(
            "UPDATE spelled SET instant = {instant}, at = {at} WHERE id = {last}"
        ));
        change(&mut session, 3);
        let error = session.commit().unwrap_err();
        assert!(
            error.is_stale_data() && error.message().contains(&last.to_string()),
            "{error}"
        );
        session.rollback().unwrap();
        assert_eq!(
            db.scalar("SELECT COUNT(*) FROM spelled WHERE name = 'abbb'"),
            0
        );
        db.outside("DELETE FROM spelled");
    }
}
