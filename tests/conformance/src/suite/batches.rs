//! Several changed rows in one statement: as arrays, or with a CASE a column; elsewhere one prepared statement runs
//! for each row.

use chrono::{DateTime, TimeDelta};
use orm::prelude::*;

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Colour, Country, Document, Everything, Line, Post, User};
use crate::suite::statements::{accounts, runs, user, users, writes};

cases![
    "batches":
    several_changes_are_one_statement,
    the_texts_for_any_number_of_rows_are_few,
    values_of_every_type_are_exact (Requires::Microseconds),
    long_and_short_values_go_together,
    keys_of_every_kind_find_their_rows,
    a_wrong_count_in_the_middle_stores_nothing,
    no_other_rows_are_locked (Requires::NoWait),
    unique_values_are_handed_on_in_order,
    a_unique_index_without_a_primary_key_is_no_primary_key,
];

fn several_changes_are_one_statement(db: &Db) {
    let mut session = db.session();
    let all = accounts(db, &mut session, 3);
    for account in &all {
        session[*account].balance += 1;
    }
    session.commit().unwrap();
    // Outside a transaction there may be a query or a block around the UPDATE, which counts its rows.
    let mut sent = db.sent();
    sent.retain(|sql| sql.contains("UPDATE \"accounts\""));
    assert_eq!(sent.len(), 1, "{sent:?}");
    let can = db.capabilities();
    let (assignments, matches) = match (can.arrays, can.batch_rows) {
        (true, _) => ("UNNEST(", " FROM "),
        (false, 1) => (
            "\"balance\" = ?, \"version\" = ? WHERE",
            "\"id\" = ? AND \"version\" ",
        ),
        (false, _) => (
            "SET \"balance\" = CASE \"id\" WHEN ? THEN ? ",
            "\"id\" IN (?, ?, ?, ?) AND \"version\" ",
        ),
    };
    assert!(
        sent[0].contains(assignments) && sent[0].contains(matches),
        "{sent:?}"
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE balance = 1 AND version = 2"),
        3
    );
}

/// One for each power of two up to the most rows that go together, where rows of NULLs fill a statement up.
fn the_texts_for_any_number_of_rows_are_few(db: &Db) {
    let mut session = db.session();
    let all = accounts(db, &mut session, 100);
    let mut texts = std::collections::HashSet::new();
    for rows in 1..=all.len() {
        for account in &all[..rows] {
            session[*account].balance += 1;
        }
        session.flush().unwrap();
        texts.extend(writes(db));
    }
    session.commit().unwrap();
    let can = db.capabilities();
    let most = match (can.arrays, can.batch_rows) {
        (true, _) => 2,
        (false, 1) => 1,
        (false, _) => 8,
    };
    assert!(texts.len() <= most, "{texts:?}");
    let stored = select(Account)
        .order_by(Account.id)
        .all(&mut db.other_connection());
    for (account, changes) in stored.unwrap().into_iter().zip((1..=100).rev()) {
        assert_eq!((account.balance, account.version), (changes, changes + 1));
    }
}

/// Values that lose something where a statement makes one type of them: the least, the greatest, and NULL.
fn everything(number: u8) -> Everything {
    let (odd, third) = (number % 2 == 1, number % 3);
    let of_three = usize::from(third);
    let instant =
        DateTime::from_timestamp(1_700_000_000 * i64::from(third), 1_000 * u32::from(number))
            .unwrap();
    let text = ["", "é \u{1f600}\\' ", "a\nb"][of_three].repeat(usize::from(number) + 1);
    Everything {
        id: 0,
        flag: odd,
        small: if odd { i16::MIN } else { i16::MAX },
        medium: if odd { i32::MIN } else { i32::MAX },
        large: if odd { i64::MIN } else { i64::MAX },
        single: [0.1, f32::MAX, 1.0 / 3.0][of_three],
        double: [0.1 + 0.2, f64::MAX, 5e-324][of_three],
        text: text.clone(),
        bytes: (0..=255)
            .rev()
            .cycle()
            .take(usize::from(number) * 100)
            .collect(),
        date: instant.date_naive(),
        time: instant.time() + TimeDelta::microseconds(number.into()),
        moment: instant.naive_utc(),
        instant,
        token: uuid::Uuid::from_u128(u128::MAX - u128::from(number)),
        colour: if odd { Colour::Red } else { Colour::DarkBlue },
        maybe_flag: odd.then_some(third == 0),
        maybe_number: (!odd).then_some(i32::MIN),
        maybe_text: (third != 0).then_some(text),
        maybe_instant: odd.then_some(instant),
    }
}

fn values_of_every_type_are_exact(db: &Db) {
    const ROWS: u8 = 7;
    let mut session = db.session();
    let all: Vec<_> = (0..ROWS)
        .map(|number| session.add(everything(number)))
        .collect();
    session.commit().unwrap();
    // Each round gives every row the values of another one, and one more round those that they had.
    for round in (1..=ROWS).chain([0]) {
        for (row, number) in all.iter().zip(0..) {
            let id = session[*row].id;
            session[*row] = Everything {
                id,
                ..everything((number + round) % (ROWS + 1))
            };
        }
        session.commit().unwrap();
        let found = select(Everything)
            .order_by(Everything.id)
            .all(&mut db.other_connection());
        for (found, number) in found.unwrap().into_iter().zip(0..) {
            let id = found.id;
            assert_eq!(
                found,
                Everything {
                    id,
                    ..everything((number + round) % (ROWS + 1))
                }
            );
        }
    }
}

fn long_and_short_values_go_together(db: &Db) {
    let mut session = db.session();
    let all: Vec<_> = (0..5)
        .map(|id| {
            session.add(Document {
                id: uuid::Uuid::from_u128(id),
                body: None,
            })
        })
        .collect();
    session.commit().unwrap();
    for lengths in [
        [1, 0, 3, 4, 5],
        [70_000, 0, 3, 4, 300_000],
        [0, 2, 0, 2_000_000, 1],
    ] {
        for (row, length) in all.iter().zip(lengths) {
            session[*row].body = (length > 0).then(|| "é".repeat(length));
        }
        session.commit().unwrap();
        let found = select(Document)
            .order_by(Document.id)
            .all(&mut db.other_connection());
        let found = found.unwrap().into_iter().map(|found| found.body);
        let expected = lengths.map(|length| (length > 0).then(|| "é".repeat(length)));
        assert!(found.eq(expected), "{lengths:?}");
    }
}

fn keys_of_every_kind_find_their_rows(db: &Db) {
    let mut session = db.session();
    let lines: Vec<_> = (0..40)
        .map(|n| {
            session.add(Line {
                number: n % 4,
                position: n / 4,
                quoted: 0,
            })
        })
        .collect();
    let countries: Vec<_> = ["aa", "AA", "ab", "éa"]
        .map(|code| {
            session.add(Country {
                code: code.into(),
                name: String::new(),
            })
        })
        .into();
    session.commit().unwrap();
    for (line, number) in lines.iter().zip(1..) {
        session[*line].quoted = number;
    }
    for country in &countries {
        session[*country].name = format!("{} too", session[*country].code);
    }
    session.commit().unwrap();
    let conn = &mut db.other_connection();
    for line in select(Line).all(conn).unwrap() {
        assert_eq!(line.quoted, i64::from(line.number + line.position * 4 + 1));
    }
    for country in select(Country).all(conn).unwrap() {
        assert_eq!(country.name, format!("{} too", country.code));
    }
}

/// Whether it is gone or changed, in whichever statement of the flush.
fn a_wrong_count_in_the_middle_stores_nothing(db: &Db) {
    for place in [0, 17, 70, 99] {
        for gone in [false, true] {
            let mut session = db.session();
            let all = accounts(db, &mut session, 100);
            let names = users(db, &[&format!("u{place}{gone}")]);
            session.add(Post::builder().title("x").author_id(names[0]));
            let id = session[all[place]].id;
            db.outside(&if gone {
                format!("DELETE FROM accounts WHERE id = {id}")
            } else {
                format!("UPDATE accounts SET version = 9 WHERE id = {id}")
            });
            for account in &all {
                session[*account].balance = 5;
            }
            let error = session.commit().unwrap_err();
            assert!(error.is_stale_data(), "{error}");
            assert!(
                error.message().contains(&format!("the primary key {id} ")),
                "{error}"
            );
            session.rollback().unwrap();
            assert_eq!(
                db.scalar("SELECT COUNT(*) FROM accounts WHERE balance <> 0"),
                0
            );
            assert_eq!(db.count("posts"), 0);
            db.outside("DELETE FROM accounts");
        }
    }
}

/// Of a small table a database would rather read every row, and lock it.
fn no_other_rows_are_locked(db: &Db) {
    let mut session = db.session();
    let all = accounts(db, &mut session, 12);
    for account in &all[..10] {
        session[*account].balance = 1;
    }
    session.flush().unwrap();
    let mut conn = db.other_connection();
    db.backend.limit_lock_wait(&mut conn);
    conn.begin().unwrap();
    for account in &all[10..] {
        let id = session[*account].id;
        let write = format!("UPDATE accounts SET balance = 2 WHERE id = {id}");
        conn.raw_execute(&write, &[]).unwrap();
    }
    conn.rollback().unwrap();
    // Nor is the gap behind them.
    let mut other = Session::new(&db.other_engine());
    other.add(Account::builder().owner("new").balance(0).version(0));
    other.commit().unwrap();
    session.commit().unwrap();
}

/// A row that frees a unique value is changed before the row that takes it, in the order of the program; the keys are in
/// the opposite order.
fn unique_values_are_handed_on_in_order(db: &Db) {
    let ids = users(db, &["a", "b", "c", "d"]);
    for backwards in [false, true] {
        let mut session = db.session();
        let mut all: Vec<_> = ids
            .iter()
            .map(|id| session.get(User, *id).unwrap().unwrap())
            .collect();
        if backwards {
            all.reverse();
        }
        let mut free = "z".to_owned();
        for handle in &all {
            free = std::mem::replace(&mut session[*handle].username, free);
        }
        session.commit().unwrap();
        assert_eq!(
            db.scalar("SELECT COUNT(*) FROM users WHERE username = 'z'"),
            1
        );
        session[all[0]].username = free;
        session.commit().unwrap();
    }
    assert_eq!(db.count("users"), 4);
    user(db, "z");
}

/// A row of a table that isn't the model's.
#[derive(Model, Clone, Debug)]
#[orm(table = "entries")]
struct Entry {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    amount: i64,
}

fn a_unique_index_without_a_primary_key_is_no_primary_key(db: &Db) {
    for columns in [
        "id BIGINT NOT NULL UNIQUE, amount BIGINT",
        "id BIGINT, amount BIGINT",
        "id BIGINT NOT NULL, amount BIGINT NOT NULL, PRIMARY KEY (id, amount)",
        "id BIGINT NOT NULL PRIMARY KEY, amount BIGINT NOT NULL UNIQUE",
    ] {
        let mut conn = db.other_connection();
        conn.raw_control(&format!("CREATE TABLE entries ({columns})"))
            .unwrap();
        for number in [3, 2, 1] {
            db.outside(&format!("INSERT INTO entries VALUES ({number}, {number})"));
        }
        let mut session = Session::new(&db.recorded_engine(&db.recorder));
        let all = select(Entry)
            .order_by(Entry.id.desc())
            .all(&mut session)
            .unwrap();
        session.commit().unwrap();
        for entry in &all {
            session[*entry].amount -= 1;
        }
        db.recorder.take();
        session.commit().unwrap();
        let sent = runs(db);
        let rows: usize = sent.iter().map(|(_, runs)| runs).sum();
        assert_eq!(
            rows,
            if db.capabilities().arrays { 1 } else { 3 },
            "{columns}: {sent:?}"
        );
        let moved = "SELECT COUNT(*) FROM entries WHERE amount = id - 1";
        assert_eq!(db.scalar(moved), 3, "{columns}");
        conn.raw_control("DROP TABLE entries").unwrap();
    }
}
