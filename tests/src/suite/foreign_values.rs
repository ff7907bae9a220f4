//! What other programs have stored and a field can't have: texts that are no UTF-8, and dates beyond a type's calendar. Each way to
//! read gives the value or a `Decode` that names the column, and the connection is of use afterwards.

use chrono::Datelike as _;
use orm::prelude::*;
use orm::{Error, ErrorKind};
use orm_conformance::Db;
use orm_conformance::cases;

use crate::databases::{Database, HasDatabase};

cases![
    "foreign_values":
    text_that_is_no_utf_8_is_an_error,
    dates_beyond_the_calendar_are_values_or_errors,
    instants_beyond_the_calendar_are_values_or_errors,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "foreign_texts")]
struct Page {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    body: String,
}

/// Whether the error is about the column.
#[track_caller]
fn is_unfit(error: &Error, (table, column): (&str, &str)) {
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert_eq!(error.column(), Some(column), "{error}");
    assert_eq!(error.table(), Some(table), "{error}");
}

fn text_that_is_no_utf_8_is_an_error(db: &Db) {
    let (ty, value) = match db.database() {
        // The server converts each text, and refuses what it can't.
        Database::Postgres => return,
        Database::Sqlite => ("TEXT", "CAST(X'61FF62' AS TEXT)"),
        Database::MariaDb | Database::Mysql => ("VARBINARY(20)", "X'61FF62'"),
    };
    db.outside(&format!(
        "CREATE TABLE foreign_texts (id BIGINT PRIMARY KEY, body {ty})"
    ));
    db.outside(&format!("INSERT INTO foreign_texts VALUES (1, {value})"));
    let place = ("foreign_texts", "body");
    let mut session = db.session();
    is_unfit(&session.get(Page, 1).unwrap_err(), place);
    is_unfit(&select(Page).all(&mut session).unwrap_err(), place);
    assert_eq!(select(Page.id).all(&mut session).unwrap(), [1]);
    let conn = &mut db.other_connection();
    is_unfit(&select(Page).all(conn).unwrap_err(), place);
    let columns = select((Page.id, Page.body)).all(conn).unwrap_err();
    assert_eq!(
        (columns.kind(), columns.column()),
        (ErrorKind::Decode, Some("body"))
    );
    let streamed: orm::Result<Vec<Page>> = select(Page).stream(conn).unwrap().collect();
    is_unfit(&streamed.unwrap_err(), place);
    let rows = raw("SELECT id, body FROM foreign_texts").all::<(i64, String), _>(conn);
    assert_eq!(rows.unwrap_err().kind(), ErrorKind::Decode);
    let joined = select(Page).filter(Page.body.eq("b")).all(conn);
    assert_eq!(joined.unwrap(), []);
    assert_eq!(select(Page.id).all(conn).unwrap(), [1]);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "foreign_days")]
struct ChronoDay {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    day: chrono::NaiveDate,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "foreign_days")]
struct JiffDay {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    day: jiff::civil::Date,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "foreign_days")]
struct TimeDay {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    day: time::Date,
}

/// Dates in the database's words, with the year of each, if it is a date of a calendar.
fn dates(database: Database) -> Vec<(&'static str, Option<i64>)> {
    match database {
        Database::Postgres => vec![
            ("DATE '2024-06-01'", Some(2024)),
            ("DATE '0001-06-01 BC'", Some(0)),
            ("DATE '4713-06-01 BC'", Some(-4712)),
            ("DATE '9999-06-01'", Some(9999)),
            ("DATE '10000-06-01'", Some(10_000)),
            ("DATE '294276-06-01'", Some(294_276)),
            ("DATE '5874897-06-01'", Some(5_874_897)),
            ("DATE 'infinity'", None),
            ("DATE '-infinity'", None),
        ],
        Database::Sqlite => vec![
            ("'2024-06-01'", Some(2024)),
            ("'0000-06-01'", Some(0)),
            ("'-4712-06-01'", Some(-4712)),
            ("'-0001-06-01'", Some(-1)),
            ("'9999-06-01'", Some(9999)),
            ("'10000-06-01'", Some(10_000)),
            ("'294276-06-01'", Some(294_276)),
            ("'infinity'", None),
            ("'2024-00-00'", None),
            ("''", None),
        ],
        Database::MariaDb | Database::Mysql => vec![
            ("'2024-06-01'", Some(2024)),
            ("'0000-06-01'", Some(0)),
            ("'9999-06-01'", Some(9999)),
            ("'0000-00-00'", None),
            ("'2024-00-00'", None),
        ],
    }
}

/// Stores one value by SQL text, which no mode of the server refuses.
fn store(db: &Db, table: &str, ty: &str, values: &[(&'static str, Option<i64>)]) {
    let conn = &mut db.other_connection();
    if matches!(db.database(), Database::MariaDb | Database::Mysql) {
        raw("SET SESSION sql_mode = ''").execute(conn).unwrap();
    }
    let create = format!("CREATE TABLE {table} (id BIGINT PRIMARY KEY, day {ty})");
    raw(create).execute(conn).unwrap();
    for (id, (sql, _)) in values.iter().enumerate() {
        let insert = format!("INSERT INTO {table} VALUES ({id}, {sql})");
        raw(insert).execute(conn).unwrap();
    }
}

/// Reads the days one by one: each is of its year, or no value of the type.
#[track_caller]
fn read<E, T>(
    session: &mut Session,
    (entity, table): (E, &str),
    values: &[(&'static str, Option<i64>)],
    (day, year): (impl Fn(&E::Model) -> T, impl Fn(T) -> i64),
) where
    E: Entity<Model: Model<Key = i64>>,
{
    let mut read = 0;
    for ((sql, expected), id) in values.iter().zip(0..) {
        match session.get(entity, id) {
            Ok(row) => {
                let found = year(day(&session[row.unwrap()]));
                assert_eq!(Some(found), *expected, "{sql}");
                read += 1;
            }
            Err(error) => is_unfit(&error, (table, "day")),
        }
    }
    assert!(read >= 2, "the dates of this age are read");
    let ids = raw(format!("SELECT id FROM {table}")).all::<(i64,), _>(session);
    assert_eq!(ids.unwrap().len(), values.len());
}

fn dates_beyond_the_calendar_are_values_or_errors(db: &Db) {
    let values = dates(db.database());
    store(db, "foreign_days", "DATE", &values);
    let session = &mut db.session();
    let table = "foreign_days";
    let year = |day: chrono::NaiveDate| i64::from(day.year());
    read(session, (ChronoDay, table), &values, (|row| row.day, year));
    let year = |day: jiff::civil::Date| i64::from(day.year());
    read(session, (JiffDay, table), &values, (|row| row.day, year));
    let year = |day: time::Date| i64::from(day.year());
    read(session, (TimeDay, table), &values, (|row| row.day, year));
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "foreign_instants")]
struct ChronoInstant {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    day: chrono::DateTime<chrono::Utc>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "foreign_instants")]
struct JiffInstant {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    day: jiff::Timestamp,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "foreign_instants")]
struct TimeInstant {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    day: time::OffsetDateTime,
}

/// The type of the column, and instants as in [`dates`].
fn instants(database: Database) -> (&'static str, Vec<(&'static str, Option<i64>)>) {
    match database {
        Database::Postgres => (
            "timestamptz",
            vec![
                ("'2024-06-01 12:00:00+00'", Some(2024)),
                ("'0044-06-01 12:00:00+00 BC'", Some(-43)),
                ("'4713-06-01 12:00:00+00 BC'", Some(-4712)),
                ("'9999-06-01 12:00:00+00'", Some(9999)),
                ("'12000-06-01 12:00:00+00'", Some(12_000)),
                ("'294276-06-01 12:00:00+00'", Some(294_276)),
                ("'infinity'", None),
                ("'-infinity'", None),
            ],
        ),
        Database::Sqlite => (
            "TEXT",
            vec![
                ("'2024-06-01 12:00:00'", Some(2024)),
                ("'0000-06-01 12:00:00'", Some(0)),
                ("'-4712-06-01 12:00:00'", Some(-4712)),
                ("'9999-06-01 12:00:00'", Some(9999)),
                ("'294276-06-01 12:00:00'", Some(294_276)),
                ("'2024-06-01 24:00:01'", None),
                ("'2024-06-31 12:00:00'", None),
            ],
        ),
        Database::MariaDb | Database::Mysql => (
            "DATETIME(6)",
            vec![
                ("'2024-06-01 12:00:00'", Some(2024)),
                ("'0000-06-01 12:00:00'", Some(0)),
                ("'9999-06-01 12:00:00'", Some(9999)),
                ("'0000-00-00 00:00:00'", None),
                ("'2024-06-00 12:00:00'", None),
            ],
        ),
    }
}

fn instants_beyond_the_calendar_are_values_or_errors(db: &Db) {
    let (ty, values) = instants(db.database());
    store(db, "foreign_instants", ty, &values);
    let session = &mut db.session();
    let table = "foreign_instants";
    let year = |day: chrono::DateTime<chrono::Utc>| i64::from(day.year());
    read(
        session,
        (ChronoInstant, table),
        &values,
        (|row| row.day, year),
    );
    let year = |day: jiff::Timestamp| {
        let day = jiff::tz::Offset::UTC.to_datetime(day);
        i64::from(day.year())
    };
    read(
        session,
        (JiffInstant, table),
        &values,
        (|row| row.day, year),
    );
    let year = |day: time::OffsetDateTime| i64::from(day.year());
    read(
        session,
        (TimeInstant, table),
        &values,
        (|row| row.day, year),
    );
}
