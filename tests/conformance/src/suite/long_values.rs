//! Statements of many rows are bounded in bytes: long values make them fewer, and all are stored or none.

use orm::prelude::*;
use orm_core::testing::RecordingDriver;

use crate::cases;
use crate::database::Db;

cases![
    "long_values":
    long_rows_go_in_several_statements (crate::suite::Requires::RowsInserts),
    long_rows_are_stored_all_or_none,
    long_rows_of_the_usual_limit (crate::suite::Requires::RowsInserts),
];

/// A value of any length.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "pictures")]
struct Picture {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique)]
    number: i64,
    data: Vec<u8>,
    caption: String,
}

const KIB: usize = 1024;
const LIMIT: usize = 100 * KIB;

/// An engine whose server seems to take no more than [`LIMIT`] bytes at once.
fn limited(db: &Db) -> Engine {
    db.wrapped_engine(|driver| RecordingDriver::new(driver, &db.recorder).message_limit(LIMIT))
}

/// Most have 30 KiB, so that three go together; some have none, and some have more than is taken at once.
fn picture(number: usize) -> Picture {
    let length = match number % 10 {
        0 => 0,
        5 => 2 * LIMIT,
        _ => 30 * KIB,
    };
    Picture {
        id: 0,
        number: i64::try_from(number).unwrap(),
        data: vec![u8::try_from(number % 251).unwrap(); length],
        caption: "é".repeat(number % 100),
    }
}

fn check(db: &Db, count: usize, caption: Option<&str>) {
    let conn = &mut db.other_connection();
    let stored = select(Picture).order_by(Picture.number).all(conn).unwrap();
    assert_eq!(stored.len(), count);
    for (number, found) in stored.iter().enumerate() {
        let wanted = picture(number);
        assert!(
            found.number == wanted.number && found.data == wanted.data,
            "{number}"
        );
        assert_eq!(found.caption, caption.map_or(wanted.caption, str::to_owned));
    }
}

/// The statements that begin with a word, and how often each was run.
fn runs(db: &Db, word: &str) -> usize {
    let entries = db.recorder.take();
    // A query around a statement may count its rows outside a transaction.
    let is_one = |sql: &str| {
        let statement = sql.strip_prefix("WITH written AS (").unwrap_or(sql);
        statement.starts_with(word)
    };
    let entries = entries.iter().filter(|entry| is_one(&entry.sql));
    entries.map(|entry| entry.runs).sum()
}

fn long_rows_go_in_several_statements(db: &Db) {
    Metadata::of((Picture,)).create_all(&db.engine).unwrap();
    let engine = limited(db);
    for rows in [1, 2, 150] {
        db.sent();
        let mut session = Session::new(&engine);
        let added: Vec<_> = (0..rows).map(|n| session.add(picture(n))).collect();
        session.flush().unwrap();
        // Of ten pictures one is empty and one too long; the other eight are 240 KiB.
        assert!(runs(db, "INSERT") * LIMIT >= rows * 20 * KIB);
        let inner = session.savepoint(|session| {
            for picture in &added {
                session[*picture].caption = "x".repeat(9 * KIB);
            }
            session.flush()
        });
        inner.unwrap();
        assert!(runs(db, "UPDATE") * LIMIT >= rows * 9 * KIB);
        session.commit().unwrap();
        check(db, rows, Some(&"x".repeat(9 * KIB)));
        db.outside("DELETE FROM pictures");

        let mut conn = engine.connection().unwrap();
        let pictures: Vec<_> = (0..rows).map(picture).collect();
        db.sent();
        insert(Picture)
            .values(&pictures)
            .execute(&mut conn)
            .unwrap();
        assert!(runs(db, "INSERT") * LIMIT >= rows * 20 * KIB);
        check(db, rows, None);
        db.outside("DELETE FROM pictures");
    }
}

fn long_rows_are_stored_all_or_none(db: &Db) {
    Metadata::of((Picture,)).create_all(&db.engine).unwrap();
    let engine = limited(db);
    let mut pictures: Vec<_> = (0..40).map(picture).collect();
    pictures[39].number = 0;
    let mut conn = engine.connection().unwrap();
    let inserted = insert(Picture).values(&pictures).execute(&mut conn);
    assert!(inserted.unwrap_err().is_unique_violation());
    assert_eq!(db.count("pictures"), 0);
    let mut session = Session::new(&engine);
    let mut added: Vec<_> = pictures
        .into_iter()
        .map(|picture| session.add(picture))
        .collect();
    assert!(session.commit().unwrap_err().is_unique_violation());
    assert_eq!(db.count("pictures"), 0);
    session[added.pop().unwrap()].number = 39;
    session.commit().unwrap();
    assert_eq!(db.count("pictures"), 40);
}

/// More than one statement takes where the server has no limit of its own.
fn long_rows_of_the_usual_limit(db: &Db) {
    Metadata::of((Picture,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let data = |number: i64| vec![u8::try_from(number).unwrap(); KIB * KIB];
    for number in 0..40 {
        session.add(Picture {
            id: 0,
            number,
            data: data(number),
            caption: String::new(),
        });
    }
    session.commit().unwrap();
    let sent = db.recorder.take();
    let inserts = sent.iter().filter(|entry| entry.sql.starts_with("INSERT"));
    assert!(inserts.map(|entry| entry.runs).sum::<usize>() >= 3);
    let mut conn = db.other_connection();
    let stored = select((Picture.number, Picture.data))
        .all(&mut conn)
        .unwrap();
    assert!(stored.iter().all(|(number, found)| *found == data(*number)));
    assert_eq!(stored.len(), 40);
}
