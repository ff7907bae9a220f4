//! Several rows of one statement: deletes by a list of keys, unique values that move from row to row, commits that are
//! one round trip, and inserts that need no transaction.

use orm::ErrorKind;
use orm::prelude::*;

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Country, Line, Node, User};
use crate::suite::statements::{accounts, handles, runs, users};
use crate::suite::support::fails;

cases![
    "together":
    several_deletes_are_one_statement,
    deletes_lock_no_other_rows (Requires::NoWait),
    rows_that_refer_to_each_other_are_deleted_one_by_one,
    a_delete_that_misses_a_row_stores_nothing,
    a_commit_of_several_rows_is_one_round_trip,
    what_a_commit_of_several_rows_refuses_is_undone,
    unique_values_are_handed_on_among_many_rows,
    several_inserted_rows_are_stored_at_once_or_not_at_all,
];

/// How often a statement ran for `rows` rows that go together.
fn together(db: &Db, rows: usize) -> usize {
    let can = db.capabilities();
    if can.arrays || can.batch_rows > 1 {
        1
    } else {
        rows
    }
}

fn deleted(db: &Db) -> usize {
    let deletes = runs(db).into_iter();
    let deletes = deletes.filter(|(step, _)| step.starts_with("DELETE"));
    deletes.map(|(_, runs)| runs).sum()
}

fn several_deletes_are_one_statement(db: &Db) {
    let mut session = db.session();
    let versioned = accounts(db, &mut session, 5);
    let names = users(db, &["u1", "u2", "u3", "u4", "u5"]);
    let names = handles(&mut session, &names);
    let countries: Vec<_> = ["aa", "AA", "ab", "éa", "b"]
        .map(|code| {
            let (code, name) = (code.to_owned(), String::new());
            session.add(Country { code, name })
        })
        .into();
    let lines: Vec<_> = (0..5)
        .map(|number| {
            session.add(Line {
                number,
                position: 4 - number,
                quoted: 0,
            })
        })
        .collect();
    session.flush().unwrap();
    db.sent();
    for number in 1..4 {
        session.delete(versioned[number]);
        session.delete(countries[number]);
        session.delete(lines[number]);
        session.delete(names[number]);
    }
    session.flush().unwrap();
    assert_eq!(deleted(db), 4 * together(db, 3));
    session.commit().unwrap();
    for table in ["accounts", "users", "countries", "order"] {
        assert_eq!(db.count(table), 2, "{table}");
    }
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM countries WHERE code IN ('aa', 'b')"),
        2
    );
}

/// Of a small table a database would rather read every row, and lock it.
fn deletes_lock_no_other_rows(db: &Db) {
    let mut session = db.session();
    let versioned = accounts(db, &mut session, 12);
    let countries: Vec<_> = (10..22)
        .map(|number| {
            let (code, name) = (number.to_string(), String::new());
            session.add(Country { code, name })
        })
        .collect();
    session.commit().unwrap();
    for (account, country) in versioned[..10].iter().zip(&countries) {
        session.delete(*account);
        session.delete(*country);
    }
    session.flush().unwrap();
    let mut conn = db.other_connection();
    conn.begin().unwrap();
    let keys = versioned[10..].iter().map(|account| session[*account].id);
    let left = keys.map(|id| format!("SELECT id FROM accounts WHERE id = {id}"));
    let codes = ["20", "21"];
    let codes = codes.map(|code| format!("SELECT code FROM countries WHERE code = '{code}'"));
    for query in left.chain(codes) {
        let query = format!("{query} FOR UPDATE NOWAIT");
        conn.raw_query(&query, &[], &mut |_| Ok(())).unwrap();
    }
    conn.rollback().unwrap();
    session.commit().unwrap();
}

fn rows_that_refer_to_each_other_are_deleted_one_by_one(db: &Db) {
    let mut session = db.session();
    let nodes: Vec<_> = (1..=5)
        .map(|id| {
            session.add(Node {
                id,
                parent_id: (id > 1).then_some(id - 1),
                label: String::new(),
            })
        })
        .collect();
    session.commit().unwrap();
    select(Node).all(&mut session).unwrap();
    for node in nodes {
        session.delete(node);
    }
    session.commit().unwrap();
    assert_eq!(db.count("nodes"), 0);
}

/// Whether it is gone or changed, in whichever statement of the flush, in a transaction or by itself.
fn a_delete_that_misses_a_row_stores_nothing(db: &Db) {
    for (count, place) in [(3, 1), (150, 0), (150, 140)] {
        for gone in [false, true] {
            let mut session = db.session();
            let all = accounts(db, &mut session, count);
            let id = session[all[place]].id;
            db.outside(&if gone {
                format!("DELETE FROM accounts WHERE id = {id}")
            } else {
                format!("UPDATE accounts SET version = 9 WHERE id = {id}")
            });
            for account in &all {
                session.delete(*account);
            }
            let error = fails(session.commit(), ErrorKind::StaleData);
            let key = format!("the primary key {id} ");
            assert!(error.message().contains(&key), "{error}");
            session.rollback().unwrap();
            let left = i64::try_from(count).unwrap() - i64::from(gone);
            assert_eq!(db.count("accounts"), left);
            db.outside("DELETE FROM accounts");
        }
    }
}

/// Where a statement counts its rows itself, it needs no transaction around it.
fn assert_one_round_trip(db: &Db) {
    let sent = db.sent();
    if db.capabilities().checked_batches {
        assert_eq!(sent.len(), 1, "{sent:#?}");
        assert!(sent[0].contains("\"accounts\""), "{sent:#?}");
    } else {
        assert_eq!(sent.last().unwrap(), "COMMIT");
    }
}

fn a_commit_of_several_rows_is_one_round_trip(db: &Db) {
    let mut session = db.session();
    let all = accounts(db, &mut session, 11);
    for rows in [2, 5, 11] {
        for account in &all[..rows] {
            session[*account].balance += 1;
        }
        session.commit().unwrap();
        assert_one_round_trip(db);
        select(Account).all(&mut session).unwrap();
        db.sent();
    }
    for (balance, rows) in [(3, 2), (2, 3), (1, 6)] {
        let query = format!("SELECT COUNT(*) FROM accounts WHERE balance = {balance}");
        assert_eq!(db.scalar(&query), rows);
    }
    for account in &all[..5] {
        session.delete(*account);
    }
    session.commit().unwrap();
    assert_one_round_trip(db);
    assert_eq!(db.count("accounts"), 6);
    // What comes next finds no transaction.
    session[all[7]].balance = 0;
    session[all[8]].balance = 0;
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE balance = 0"),
        0
    );
}

/// The table of [`Account`], with a check.
#[derive(Model, Clone, Debug)]
#[orm(table = "accounts", check(name = "lucky", raw = "balance <> 7"))]
struct Checked {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    owner: String,
    balance: i64,
    #[orm(version)]
    version: i64,
}

fn what_a_commit_of_several_rows_refuses_is_undone(db: &Db) {
    db.outside("DROP TABLE accounts");
    Metadata::of((Checked,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let all = accounts(db, &mut session, 4);
    for (account, balance) in all.iter().zip(5..) {
        session[*account].balance = balance;
    }
    fails(session.commit(), ErrorKind::CheckViolation);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE balance = 0"),
        4
    );
    // The connection is usable without a transaction, and all changes are still to be written.
    session[all[2]].balance = 70;
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE balance IN (5, 6, 70, 8)"),
        4
    );
}

/// The row that gives a value up comes first in the session, and last in the table.
fn unique_values_are_handed_on_among_many_rows(db: &Db) {
    let names: Vec<String> = (0..300).map(|number| format!("u{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut session = db.session();
    let all = users(db, &names);
    let mut all = handles(&mut session, &all[250..]);
    all.reverse();
    let mut free = "new".to_owned();
    for user in &all {
        free = std::mem::replace(&mut session[*user].username, free);
    }
    session.commit().unwrap();
    assert_eq!(free, "u250");
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE username <> 'u250'"),
        300
    );
    // Two rows that hand a value on are two statements, whatever the number of the others.
    select(User).all(&mut session).unwrap();
    db.sent();
    session[all[0]].username = "newer".into();
    for user in &all[1..] {
        session[*user].username.push('x');
    }
    session[all[1]].username = "new".into();
    session.flush().unwrap();
    let updates = runs(db);
    let statements = updates
        .iter()
        .filter(|(step, _)| step.starts_with("UPDATE"));
    assert_eq!(statements.count(), 2, "{updates:?}");
    session.commit().unwrap();
}

/// Rows with keys of their own, of which nothing comes back.
fn several_inserted_rows_are_stored_at_once_or_not_at_all(db: &Db) {
    let countries = |codes: &[&str]| {
        let codes = codes.iter().map(|code| Country {
            code: (*code).into(),
            name: "x".into(),
        });
        codes.collect::<Vec<_>>()
    };
    // A small number is one statement, and 20 is no power of two.
    let many: Vec<String> = (10..30).map(|number| number.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (codes, statements) in [(&["aa", "ab", "ac"][..], 1), (&many, 2)] {
        let can = db.capabilities();
        let stores_all = can.insert_stores_all && statements == 1;
        let counts_itself = can.checked_batches && can.arrays;
        let check = |sent: &[String]| {
            let is_alone = stores_all || counts_itself;
            assert_eq!(sent.len() == 1, is_alone, "{sent:#?}");
            if is_alone {
                let is_plain = sent[0].starts_with("INSERT INTO");
                assert_eq!(is_plain, !counts_itself, "{sent:#?}");
            }
        };
        let mut session = db.session();
        for country in countries(codes) {
            session.add(country);
        }
        session.commit().unwrap();
        check(&db.sent());
        assert_eq!(db.count("countries"), i64::try_from(codes.len()).unwrap());
        // The second one is there already.
        let taken = codes[1].to_owned();
        delete(Country)
            .filter(Country.code.ne(taken))
            .execute(&mut db.other_connection())
            .unwrap();
        let mut session = db.session();
        for country in countries(codes) {
            session.add(country);
        }
        fails(session.commit(), ErrorKind::UniqueViolation);
        assert_eq!(db.count("countries"), 1);
        let mut conn = db.engine.connection().unwrap();
        db.sent();
        let all = countries(codes);
        fails(
            insert(Country).values(&all).execute(&mut conn),
            ErrorKind::UniqueViolation,
        );
        assert_eq!(db.count("countries"), 1);
        db.outside("DELETE FROM countries");
        db.sent();
        insert(Country).values(&all).execute(&mut conn).unwrap();
        check(&db.sent());
        db.outside("DELETE FROM countries");
    }
}
