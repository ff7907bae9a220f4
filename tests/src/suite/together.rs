//! Several rows of one statement: deletes by a list of keys, tables that other programs have made, unique values that
//! rows hand on, commits that are one round trip, and inserts that need no transaction.

use std::thread;
use std::time::{Duration, Instant};

use orm::ErrorKind;
use orm::prelude::*;

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::fixtures::{Account, Country, Line, Node, User};
use orm_conformance::suite::statements::{accounts, handles, runs, users};
use orm_conformance::suite::support::fails;

cases![
    "together":
    several_deletes_are_one_statement,
    deletes_lock_no_other_rows (Requires::RowLocks),
    rows_that_refer_to_each_other_are_deleted_one_by_one,
    a_delete_that_misses_a_row_stores_nothing,
    a_commit_of_several_rows_is_one_round_trip,
    what_a_commit_of_several_rows_refuses_is_undone,
    a_commit_that_is_interrupted_holds_nothing (Requires::RowLocks),
    columns_of_other_programs_keep_their_values (Requires::Server),
    moments_in_columns_of_text_are_stored_alike,
    unique_values_are_handed_on_among_many_rows,
    several_inserted_rows_are_stored_at_once_or_not_at_all,
    a_trigger_that_leaves_a_row_out_leaves_all_out (Requires::AbortingErrors),
];

/// How often a statement ran for `rows` rows that go together.
fn together(db: &Db, rows: usize) -> usize {
    if db.database() == Database::Sqlite {
        rows
    } else {
        1
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
fn counts(db: &Db) -> Option<&'static str> {
    match db.database() {
        Database::Postgres => Some("WITH written AS ("),
        Database::MariaDb => Some("BEGIN NOT ATOMIC "),
        Database::Sqlite | Database::Mysql => None,
    }
}

fn assert_one_round_trip(db: &Db) {
    let sent = db.sent();
    match counts(db) {
        Some(begin) => {
            assert_eq!(sent.len(), 1, "{sent:#?}");
            assert!(sent[0].starts_with(begin), "{sent:#?}");
        }
        None => assert_eq!(sent.last().unwrap(), "COMMIT"),
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

fn what_a_commit_of_several_rows_refuses_is_undone(db: &Db) {
    if db.database() == Database::Sqlite {
        let table = "CREATE TABLE accounts (id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, \
                     balance INTEGER NOT NULL CHECK (balance <> 7), version INTEGER NOT NULL)";
        db.outside("DROP TABLE accounts");
        db.outside(table);
    } else {
        db.outside("ALTER TABLE accounts ADD CHECK (balance <> 7)");
    }
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
    // The connection goes on without a transaction, and all of it is still to be written.
    session[all[2]].balance = 70;
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE balance IN (5, 6, 70, 8)"),
        4
    );
}

/// No handler of the block sees a KILL QUERY.
fn a_commit_that_is_interrupted_holds_nothing(db: &Db) {
    let mut session = db.session();
    let all = accounts(db, &mut session, 3);
    let last = session[all[2]].id;
    let mut other = db.other_connection();
    other.begin().unwrap();
    let lock = format!("UPDATE accounts SET owner = 'x' WHERE id = {last}");
    other.raw_execute(&lock, &[]).unwrap();
    for account in &all {
        session[*account].balance = 1;
    }
    let committed = thread::scope(|scope| {
        let killer = scope.spawn(|| interrupt_waiting(db));
        let committed = session.commit();
        killer.join().unwrap();
        committed
    });
    assert!(committed.is_err());
    // Neither the first rows nor a transaction are left behind.
    let id = session[all[0]].id;
    let free = format!("SELECT id FROM accounts WHERE id = {id} FOR UPDATE NOWAIT");
    other.raw_query(&free, &[], &mut |_| Ok(())).unwrap();
    other.rollback().unwrap();
    session.rollback().unwrap();
    session[all[0]].balance = 2;
    session[all[1]].balance = 2;
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE balance = 2"),
        2
    );
}

/// Interrupts the statement that waits for a lock in this database.
fn interrupt_waiting(db: &Db) {
    let (find, kill) = match db.database() {
        Database::Postgres => (
            "SELECT COALESCE(MAX(pid), 0)::int8 FROM pg_stat_activity WHERE datname = current_database() \
             AND wait_event_type = 'Lock'",
            "SELECT pg_cancel_backend(#)",
        ),
        _ => (
            "SELECT CAST(COALESCE(MAX(id), 0) AS SIGNED) FROM information_schema.processlist WHERE db = DATABASE() \
             AND info LIKE '%UPDATE%accounts%' AND info NOT LIKE '%processlist%' AND time_ms > 200",
            "KILL QUERY #",
        ),
    };
    let find = if db.database() == Database::Mysql {
        find.replace("time_ms > 200", "command = 'Execute'")
    } else {
        find.to_owned()
    };
    let begin = Instant::now();
    let mut conn = db.other_connection();
    while begin.elapsed() < Duration::from_secs(30) {
        thread::sleep(Duration::from_millis(300));
        let waiting = db.scalar(&find);
        if waiting > 0 {
            conn.raw_control(&kill.replace('#', &waiting.to_string()))
                .unwrap();
            return;
        }
    }
    panic!("nothing waits for the lock");
}

/// A row of a table whose columns another program has declared.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "foreign_rows")]
struct ForeignRow {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    flag: bool,
    whole: i64,
    single: f64,
    text: String,
    day: Option<chrono::NaiveDate>,
    moment: Option<chrono::NaiveDateTime>,
}

const FOREIGN: &str = "id INT PRIMARY KEY, flag BIT(1), whole DECIMAL(20, 0), single FLOAT, \
     text VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_swedish_ci, day DATE, moment DATETIME(0)";

/// The old values are compared, and the new ones stored, as in a statement of one row.
fn columns_of_other_programs_keep_their_values(db: &Db) {
    let columns = match db.database() {
        Database::Postgres => {
            "id INT PRIMARY KEY, flag BOOL, whole BIGINT, single REAL, text VARCHAR(9), day DATE, \
             moment TIMESTAMP(0)"
        }
        _ => FOREIGN,
    };
    db.outside(&format!("CREATE TABLE foreign_rows ({columns})"));
    let row = |id: i64, number: i64| {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let day = day + chrono::Days::new(number.unsigned_abs());
        ForeignRow {
            id,
            flag: number % 2 == 0,
            whole: i64::MAX - number,
            single: 0.1 * f64::from(i32::try_from(number).unwrap()),
            text: format!("é{number}"),
            day: (number % 3 > 0).then_some(day),
            moment: (number % 4 > 0).then(|| day.and_hms_micro_opt(1, 2, 3, 400_000).unwrap()),
        }
    };
    let mut session = db.session();
    let all: Vec<_> = (0..5).map(|id| session.add(row(id, id))).collect();
    session.commit().unwrap();
    for round in 1..4 {
        select(ForeignRow).all(&mut session).unwrap();
        for (number, entity) in (round..).zip(&all) {
            session[*entity] = row(session[*entity].id, number);
        }
        session.commit().unwrap();
        for (number, found) in (round..).zip(all.iter().map(|entity| session[*entity].clone())) {
            let expected = row(found.id, number);
            assert_eq!(
                (found.flag, found.whole, &found.text, found.day),
                (expected.flag, expected.whole, &expected.text, expected.day)
            );
            // The column keeps whole seconds.
            assert_eq!(
                found.moment.map(|moment| moment.and_utc().timestamp()),
                expected.moment.map(|moment| moment.and_utc().timestamp())
            );
        }
    }
}

#[derive(Model, Clone, Debug)]
#[orm(table = "written")]
struct WrittenMoment {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    moment: chrono::NaiveDateTime,
}

/// One row by itself, and then several together.
fn moments_in_columns_of_text_are_stored_alike(db: &Db) {
    let ty = match db.database() {
        Database::Postgres => "TIMESTAMP",
        _ => "VARCHAR(40)",
    };
    db.outside(&format!(
        "CREATE TABLE written (id BIGINT PRIMARY KEY, moment {ty} NOT NULL)"
    ));
    let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let moment = |second| day.and_hms_opt(1, 2, second).unwrap();
    let mut session = db.session();
    let all: Vec<_> = (0..5)
        .map(|id| {
            let moment = moment(0);
            session.add(WrittenMoment { id, moment })
        })
        .collect();
    session.commit().unwrap();
    for entities in [&all[..1], &all[1..]] {
        for entity in entities {
            session[*entity].moment = moment(7);
        }
        session.commit().unwrap();
    }
    let stored = "SELECT COUNT(DISTINCT moment) FROM written";
    assert_eq!(db.scalar(stored), 1);
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
        let is_alone = match db.database() {
            Database::Sqlite => false,
            Database::Postgres => true,
            Database::MariaDb | Database::Mysql => statements == 1,
        };
        let check = |sent: &[String]| {
            assert_eq!(sent.len() == 1, is_alone, "{sent:#?}");
            let counts = sent[0].starts_with("WITH written AS (INSERT INTO");
            assert_eq!(counts, db.database() == Database::Postgres, "{sent:#?}");
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

fn a_trigger_that_leaves_a_row_out_leaves_all_out(db: &Db) {
    db.outside(
        "CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF NEW.code = 'ab' THEN RETURN NULL; END IF; RETURN NEW; END $$",
    );
    db.outside(
        "CREATE TRIGGER leave_out BEFORE INSERT ON countries FOR EACH ROW EXECUTE FUNCTION leave_out()",
    );
    let countries = ["aa", "ab", "ac"].map(|code| Country {
        code: code.into(),
        name: "x".into(),
    });
    let mut conn = db.engine.connection().unwrap();
    let error = fails(
        insert(Country).values(&countries).execute(&mut conn),
        ErrorKind::Database,
    );
    assert!(error.message().contains("the INSERT of 3 rows"), "{error}");
    let mut session = db.session();
    for country in countries {
        session.add(country);
    }
    fails(session.commit(), ErrorKind::Database);
    assert_eq!(db.count("countries"), 0);
}
