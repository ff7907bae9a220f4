//! Collations of a database by their names: the order of rows, and what they make equal.

use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::cases;

use crate::databases::{Database, HasDatabase};

cases![
    "collations":
    rows_have_the_order_of_a_named_collation,
    conditions_compare_by_a_named_collation,
    groups_and_aggregates_are_of_a_named_collation,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "collated_words")]
struct Word {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    text: String,
    #[orm(length = 20)]
    maybe: Option<String>,
}

const WORDS: [&str; 7] = ["Zoe", "Öl", "zebra", "apfel", "Äpfel", "Apfel", "Birne"];

fn words(db: &Db) -> Connection {
    Metadata::of((Word,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = WORDS.map(|text| {
        let maybe = (text != "zebra").then(|| text.to_owned());
        Word::builder().text(text).maybe(maybe)
    });
    insert(Word).values(rows).execute(&mut conn).unwrap();
    conn
}

/// A collation by which letters come before their case, and the order of the words, equal ones in that of their keys.
fn named(db: &Db) -> (&'static str, [&'static str; 7]) {
    match db.database() {
        // The case of ASCII letters does not count.
        Database::Sqlite => (
            "NOCASE",
            ["apfel", "Apfel", "Birne", "zebra", "Zoe", "Äpfel", "Öl"],
        ),
        // Case counts after all letters, and accents before it.
        Database::Postgres => (
            "de-x-icu",
            ["apfel", "Apfel", "Äpfel", "Birne", "Öl", "zebra", "Zoe"],
        ),
        // Neither counts.
        Database::MariaDb | Database::Mysql => (
            "utf8mb4_unicode_ci",
            ["apfel", "Äpfel", "Apfel", "Birne", "Öl", "zebra", "Zoe"],
        ),
    }
}

/// A collation of bytes.
fn of_bytes(db: &Db) -> &'static str {
    match db.database() {
        Database::Sqlite => "BINARY",
        Database::Postgres => "C",
        Database::MariaDb | Database::Mysql => "utf8mb4_bin",
    }
}

fn rows_have_the_order_of_a_named_collation(db: &Db) {
    let conn = &mut words(db);
    let (name, expected) = named(db);
    let query = select(Word.text).order_by((Word.text.collate(name), Word.id));
    assert_eq!(query.all(conn).unwrap(), expected);
    let page = query.clone().offset(2).limit(3);
    assert_eq!(page.all(conn).unwrap(), expected[2..5]);
    assert_eq!(query.first(conn).unwrap().as_deref(), Some(expected[0]));
    assert_eq!(query.last(conn).unwrap().as_deref(), Some(expected[6]));
    // Equal words in the order of their keys, from behind.
    let reversed = select(Word.text).order_by((Word.text.collate(name).desc(), Word.id.desc()));
    let mut behind = expected;
    behind.reverse();
    assert_eq!(reversed.all(conn).unwrap(), behind);
    let nulls = Word.maybe.collate(name).asc().nulls_first();
    let query = select(Word.text).order_by((nulls, Word.id));
    let first: Vec<String> = query.limit(2).all(conn).unwrap();
    assert_eq!(first, ["zebra", expected[0]]);
    // Entities of a session, and a collation of an expression.
    let session = &mut db.session();
    let query = select(Word).order_by((Word.text.concat("x").collate(name), Word.id));
    let found = query.all(session).unwrap();
    assert_eq!(session[found[3]].text, expected[3]);
    // By bytes, all capitals come first.
    let query = select(Word.text).order_by(Word.text.collate(of_bytes(db)));
    let bytes = ["Apfel", "Birne", "Zoe", "apfel", "zebra", "Äpfel", "Öl"];
    assert_eq!(query.all(conn).unwrap(), bytes);
}

fn conditions_compare_by_a_named_collation(db: &Db) {
    let conn = &mut words(db);
    let (name, _) = named(db);
    let found = |condition: Predicate, conn: &mut Connection| {
        let query = select(Word.text).filter(condition).order_by(Word.id);
        query.all(conn).unwrap()
    };
    let equal: &[&str] = match db.database() {
        Database::Sqlite => &["apfel", "Apfel"],
        // Words that are equal by it have the same bytes.
        Database::Postgres => &["apfel"],
        Database::MariaDb | Database::Mysql => &["apfel", "Äpfel", "Apfel"],
    };
    assert_eq!(found(Word.text.collate(name).eq("apfel"), conn), equal);
    let listed = Word.text.collate(name).in_(["apfel", "BIRNE"]);
    let has_case = db.database() == Database::Postgres;
    let birnes = usize::from(!has_case);
    assert_eq!(found(listed, conn).len(), equal.len() + birnes);
    let later = found(Word.text.collate(name).gt("t"), conn);
    let expected: &[&str] = match db.database() {
        Database::Sqlite => &["Zoe", "Öl", "zebra", "Äpfel"],
        Database::Postgres | Database::MariaDb | Database::Mysql => &["Zoe", "zebra"],
    };
    assert_eq!(later, expected);
    let bytes = Word.text.collate(of_bytes(db));
    assert_eq!(found(bytes.clone().eq("apfel"), conn), ["apfel"]);
    assert_eq!(found(bytes.lt("a"), conn), ["Zoe", "Apfel", "Birne"]);
}

fn groups_and_aggregates_are_of_a_named_collation(db: &Db) {
    let conn = &mut words(db);
    let (name, expected) = named(db);
    let collated = || Word.text.collate(name);
    let groups = select((collated(), count_all())).group_by(collated());
    let groups = groups.all(conn).unwrap().into_iter();
    let mut counts: Vec<i64> = groups.map(|row| row.1).collect();
    counts.sort_unstable();
    let expected_counts: &[i64] = match db.database() {
        Database::Sqlite => &[1, 1, 1, 1, 1, 2],
        Database::Postgres => &[1; 7],
        Database::MariaDb | Database::Mysql => &[1, 1, 1, 1, 3],
    };
    assert_eq!(counts, expected_counts);
    let distinct = select(collated()).distinct().all(conn).unwrap();
    assert_eq!(distinct.len(), counts.len());
    let last = select(max(collated())).one(conn).unwrap();
    assert_eq!(last.as_deref(), Some(expected[6]));
}
