//! Loads of many rows: by COPY where the database has it, in INSERTs elsewhere. All rows are stored, or none.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::TimeDelta;
use orm::prelude::*;
use orm::{Error, ErrorKind, Result};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Colour, Everything, Post, Ticket, User};
use crate::suite::Requires;
use crate::suite::support::{everything, fails, seed};

cases![
    "loads":
    a_hundred_thousand_rows_are_stored,
    the_statement_is_a_copy,
    values_of_every_type_come_back,
    texts_of_every_character_come_back,
    decimals_and_durations_come_back (Requires::Decimals),
    documents_come_back (Requires::Json),
    defaults_of_the_database_are_taken,
    a_row_that_violates_a_constraint_undoes_all,
    values_that_are_refused_undo_all,
    an_iterator_that_panics_undoes_all,
    an_error_of_the_iterator_undoes_all,
    a_savepoint_keeps_the_transaction,
    a_session_flushes_first_and_is_stale,
    hooks_are_called,
    no_rows_send_nothing,
];

/// A reading of a thousandth: a row that is quickly made.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "ld_readings")]
struct Reading {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(length = 20)]
    sensor: String,
    value: f64,
    note: Option<i32>,
}

fn reading(id: i64) -> Reading {
    Reading {
        id,
        sensor: format!("sensor {}", id % 7),
        value: f64::from(i32::try_from(id % 1_000).unwrap()) / 8.0,
        note: (id % 3 == 0).then_some(i32::try_from(id % 1_000).unwrap()),
    }
}

fn readings(db: &Db) -> Connection {
    Metadata::of((Reading,)).create_all(&db.engine).unwrap();
    db.sent();
    db.engine.connection().unwrap()
}

fn a_hundred_thousand_rows_are_stored(db: &Db) {
    let conn = &mut readings(db);
    // Where each row is a statement, fewer show the same.
    let rows = if db.capabilities().insert_binds > 1 {
        100_000
    } else {
        5_000
    };
    let made = Cell::new(0_i64);
    let all = (0..rows).map(|id| {
        made.set(made.get() + 1);
        reading(id)
    });
    let loaded = insert(Reading).load(all).execute(conn).unwrap();
    assert_eq!(loaded, rows.unsigned_abs());
    assert_eq!(made.get(), rows);
    assert!(!conn.in_transaction());
    assert_eq!(db.count("ld_readings"), rows);
    let total = select(sum(Reading.id)).one(conn).unwrap();
    assert_eq!(total, Some(rows * (rows - 1) / 2));
    let some = select(Reading).filter(Reading.id.in_([0, 1, 999, rows - 1]));
    let some = some.order_by(Reading.id).all(conn).unwrap();
    assert_eq!(some, [0, 1, 999, rows - 1].map(reading));
    let notes = select(Reading).filter(Reading.note.is_null());
    assert_eq!(notes.count(conn).unwrap(), rows - (rows + 2) / 3);
}

fn the_statement_is_a_copy(db: &Db) {
    let conn = &mut readings(db);
    let loaded = insert(Reading).load((0..2_500).map(reading)).execute(conn);
    assert_eq!(loaded.unwrap(), 2_500);
    let sent = db.sent();
    let copy = r#"COPY "ld_readings" ("id", "sensor", "value", "note") FROM STDIN"#;
    if db.capabilities().copy_in {
        // A thousand rows a statement, in one transaction.
        assert_eq!(sent, ["BEGIN", copy, copy, copy, "COMMIT"]);
    } else {
        assert!(sent.iter().all(|sql| !sql.contains("COPY")), "{sent:?}");
        let inserts = sent.iter().filter(|sql| sql.starts_with("INSERT"));
        assert!(inserts.count() > 0, "{sent:?}");
    }
}

/// Rows of the least and the greatest values, and of NULLs.
fn extremes() -> Vec<Everything> {
    let rows = (0..5_u8).map(|number| {
        let index = usize::from(number);
        let odd = number % 2 == 0;
        let mut row = everything(i64::from(number) + 1, odd.then_some(number == 2));
        row.small = if odd { i16::MIN } else { i16::MAX };
        row.medium = if odd { i32::MIN } else { i32::MAX };
        row.large = if odd { i64::MIN } else { i64::MAX };
        row.single = [0.1, f32::MAX, f32::MIN_POSITIVE, -0.0, 1.0 / 3.0][index];
        row.double = [0.1 + 0.2, f64::MAX, 5e-324, -1.0, 1e15][index];
        row.bytes = (0..=255).cycle().take(index * 100).collect();
        row.colour = if odd { Colour::Red } else { Colour::DarkBlue };
        row.maybe_number = odd.then_some(i32::MIN);
        row.maybe_text = odd.then(|| "\\N".to_owned());
        row.maybe_instant = odd.then_some(row.instant);
        row.token = uuid::Uuid::from_u128(u128::MAX - u128::from(number));
        row
    });
    rows.collect()
}

fn values_of_every_type_come_back(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let rows = extremes();
    let loaded = insert(Everything).load(&rows).execute(&mut conn).unwrap();
    assert_eq!(loaded, 5);
    let stored = select(Everything).order_by(Everything.id);
    let by_copy = stored.all(&mut conn).unwrap();
    delete(Everything).execute(&mut conn).unwrap();
    insert(Everything).values(&rows).execute(&mut conn).unwrap();
    // What an INSERT stores, to the last digit of the database.
    assert_eq!(by_copy, stored.all(&mut conn).unwrap());
    assert_eq!(by_copy[0].maybe_text.as_deref(), Some("\\N"));
    assert_eq!((by_copy[1].large, by_copy[1].double), (i64::MAX, f64::MAX));
}

fn texts_of_every_character_come_back(db: &Db) {
    let conn = &mut seed(db);
    let texts = [
        "",
        " ",
        "\\",
        "\\.",
        "\\N",
        "\\\\N",
        "a\tb",
        "a\nb\r\nc",
        "\\t",
        "\u{1}\u{8}\u{b}\u{c}\u{7f}",
        "it's \"quoted\", {a,b}",
        "é ß \u{1f600} \u{2028}",
        "NULL",
    ];
    let posts = texts.into_iter().map(|text| {
        let title: String = text.into();
        Post::builder().title(format!("<{title}>")).author_id(1)
    });
    let loaded = insert(Post).load(posts).execute(conn).unwrap();
    assert_eq!(loaded, texts.len() as u64);
    let stored = select(Post.title).filter(Post.title.starts_with("<"));
    let stored = stored.order_by(Post.id).all(conn).unwrap();
    assert_eq!(stored, texts.map(|text| format!("<{text}>")));
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "ld_amounts")]
struct Amount {
    #[orm(primary_key)]
    id: i64,
    #[orm(precision = 28, scale = 10)]
    exact: Decimal,
    count: Option<u64>,
    lasts: TimeDelta,
}

fn decimals_and_durations_come_back(db: &Db) {
    Metadata::of((Amount,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let amount = |id, exact, count, micros| Amount {
        id,
        exact: Decimal::new(exact, 10),
        count,
        lasts: TimeDelta::microseconds(micros),
    };
    let rows = [
        amount(1, 1, Some(u64::MAX), 1),
        amount(2, -10_000_000_000_i64, None, -1),
        amount(3, i64::MAX, Some(0), 400 * 86_400_000_000),
        amount(4, 0, Some(7), -86_400_000_001),
    ];
    insert(Amount).load(&rows).execute(&mut conn).unwrap();
    let stored = select(Amount).order_by(Amount.id).all(&mut conn).unwrap();
    assert_eq!(stored, rows);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "ld_documents")]
struct Doc {
    #[orm(primary_key)]
    id: i64,
    body: Value,
    more: Option<Value>,
}

fn documents_come_back(db: &Db) {
    Metadata::of((Doc,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let doc = |id, body, more| Doc { id, body, more };
    let rows = [
        doc(1, json!({"a": [1, null, "x\ty\\z\n"]}), None),
        doc(2, json!("\"\\"), Some(json!([]))),
        doc(3, json!(-1.5), Some(json!({"é": {}}))),
    ];
    insert(Doc).load(rows.clone()).execute(&mut conn).unwrap();
    let stored = select(Doc).order_by(Doc.id).all(&mut conn).unwrap();
    assert_eq!(stored, rows);
}

fn defaults_of_the_database_are_taken(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    // Rows that leave out different columns, and generated keys.
    let rows = (0..6).map(|n| {
        let ticket = Ticket::builder().subject(format!("ticket {n}"));
        match n % 3 {
            0 => ticket,
            1 => ticket.status("closed"),
            _ => ticket.priority(9).status(None::<String>),
        }
    });
    assert_eq!(insert(Ticket).load(rows).execute(conn).unwrap(), 6);
    let stored = select((Ticket.subject, Ticket.status, Ticket.priority));
    let stored = stored.order_by(Ticket.id).all(conn).unwrap();
    let expected = (0..6).map(|n| {
        let (status, priority) = match n % 3 {
            0 => (Some("open"), 3),
            1 => (Some("closed"), 3),
            _ => (None, 9),
        };
        (format!("ticket {n}"), status.map(str::to_owned), priority)
    });
    assert_eq!(stored, expected.collect::<Vec<_>>());
}

fn a_row_that_violates_a_constraint_undoes_all(db: &Db) {
    let conn = &mut readings(db);
    insert(Reading)
        .values(reading(1_500))
        .execute(conn)
        .unwrap();
    let loaded = insert(Reading).load((0..3_000).map(reading)).execute(conn);
    let error = fails(loaded, ErrorKind::UniqueViolation);
    assert_eq!(error.table(), Some("ld_readings"), "{error:?}");
    assert!(!error.to_string().contains("1500"), "{error}");
    assert!(!conn.in_transaction());
    // The connection is as it was.
    assert_eq!(db.count("ld_readings"), 1);
    let again = insert(Reading).load((0..1_500).map(reading)).execute(conn);
    assert_eq!(again.unwrap(), 1_500);
    // A foreign key, at the end of the statement.
    let conn = &mut seed(db);
    let before = db.count("posts");
    let posts = (0..30).map(|n| Post::builder().title("x").author_id(1 + n / 20 * 1_000));
    let loaded = insert(Post).load(posts).execute(conn);
    fails(loaded, ErrorKind::ForeignKeyViolation);
    assert_eq!(db.count("posts"), before);
}

fn values_that_are_refused_undo_all(db: &Db) {
    let conn = &mut readings(db);
    // Too long for its column, which is found before it is sent; the chunk before it was.
    let rows = (0..2_000).map(|id| {
        let mut row = reading(id);
        if id == 1_700 {
            row.sensor = "x".repeat(21);
        }
        row
    });
    let error = fails(
        insert(Reading).load(rows).execute(conn),
        ErrorKind::DataTooLong,
    );
    assert_eq!(error.column(), Some("sensor"));
    assert!(!conn.in_transaction());
    assert_eq!(db.count("ld_readings"), 0);
    assert_eq!(insert(Reading).load([reading(1)]).execute(conn).unwrap(), 1);
}

fn an_iterator_that_panics_undoes_all(db: &Db) {
    let conn = &mut readings(db);
    let rows = (0..2_500).map(|id| {
        assert!(id < 1_500, "the iterator panics");
        reading(id)
    });
    let loaded = catch_unwind(AssertUnwindSafe(|| {
        insert(Reading).load(rows).execute(conn)
    }));
    assert!(loaded.is_err());
    assert!(!conn.in_transaction());
    assert_eq!(db.count("ld_readings"), 0);
    assert_eq!(insert(Reading).load([reading(1)]).execute(conn).unwrap(), 1);
}

fn an_error_of_the_iterator_undoes_all(db: &Db) {
    let conn = &mut readings(db);
    let parse = |id: i64| -> Result<Reading> {
        if id == 1_500 {
            return Err(Error::with_message(
                ErrorKind::Usage,
                "line 1501 is no reading",
            ));
        }
        assert!(id < 1_500, "it is read no further");
        Ok(reading(id))
    };
    let loaded = insert(Reading).load_results((0..2_500).map(parse));
    let error = fails(loaded.execute(conn), ErrorKind::Usage);
    assert_eq!(error.message(), "line 1501 is no reading");
    assert!(!conn.in_transaction());
    assert_eq!(db.count("ld_readings"), 0);
    db.sent();
    // The first row: nothing is sent.
    let first = insert(Reading).load_results((1_500..).map(parse));
    fails(first.execute(conn), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
    let good = insert(Reading).load_results((0..1_200).map(parse));
    assert_eq!(good.execute(conn).unwrap(), 1_200);
}

fn a_savepoint_keeps_the_transaction(db: &Db) {
    let conn = &mut readings(db);
    conn.begin().unwrap();
    insert(Reading).values(reading(5)).execute(conn).unwrap();
    let loaded = insert(Reading).load((0..10).map(reading)).execute(conn);
    fails(loaded, ErrorKind::UniqueViolation);
    assert!(conn.in_transaction());
    let loaded = insert(Reading).load((10..20).map(reading)).execute(conn);
    assert_eq!(loaded.unwrap(), 10);
    conn.commit().unwrap();
    assert_eq!(db.count("ld_readings"), 11);
}

fn a_session_flushes_first_and_is_stale(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    let before = select(Post).all(&mut session).unwrap().len();
    let author = session.add(User::builder().username("new"));
    session.flush().unwrap();
    let author = session[author].id;
    session.add(Post::builder().title("pending").author_id(author));
    let posts = (0..3).map(|n| Post::builder().title(format!("{n}")).author_id(author));
    assert_eq!(insert(Post).load(posts).execute(&mut session).unwrap(), 3);
    let all = select(Post).all(&mut session).unwrap();
    assert_eq!(all.len(), before + 4);
    session.rollback().unwrap();
    let all = select(Post).all(&mut session).unwrap();
    assert_eq!(all.len(), before);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "ld_pages")]
struct Page {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 40)]
    title: String,
    #[orm(version)]
    version: i32,
}

impl Hooks for Page {
    fn before_insert(&mut self) -> Result<()> {
        if self.title == "bad" {
            return Err(Error::with_message(ErrorKind::Usage, "a bad page"));
        }
        self.title.make_ascii_uppercase();
        Ok(())
    }
}

fn hooks_are_called(db: &Db) {
    Metadata::of((Page,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let pages = |last: &'static str| {
        let titles = ["one", "two", last].into_iter();
        titles.map(|title| Page::builder().title(title))
    };
    assert_eq!(insert(Page).load(pages("three")).execute(conn).unwrap(), 3);
    let stored = select((Page.title, Page.version)).order_by(Page.id);
    let stored = stored.all(conn).unwrap();
    let expected = ["ONE", "TWO", "THREE"].map(|title| (title.to_owned(), 1));
    assert_eq!(stored, expected);
    fails(
        insert(Page).load(pages("bad")).execute(conn),
        ErrorKind::Usage,
    );
    assert_eq!(db.count("ld_pages"), 3);
}

fn no_rows_send_nothing(db: &Db) {
    let conn = &mut readings(db);
    let none = std::iter::empty::<Reading>();
    assert_eq!(insert(Reading).load(none).execute(conn).unwrap(), 0);
    let none = std::iter::empty::<Result<Reading>>();
    assert_eq!(insert(Reading).load_results(none).execute(conn).unwrap(), 0);
    assert_eq!(db.sent(), [""; 0]);
}
