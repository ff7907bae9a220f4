//! Several rows of one statement: tables that other programs have made, triggers, and a commit that is interrupted.

use crate::databases::{Database, HasDatabase};
use orm::ErrorKind;
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::fixtures::Country;
use orm_conformance::suite::statements::accounts;
use orm_conformance::suite::support::fails;
use std::thread;
use std::time::{Duration, Instant};

cases![
    "together":
    a_commit_that_is_interrupted_holds_nothing (Requires::RowLocks),
    columns_of_other_programs_keep_their_values (Requires::Server),
    moments_in_columns_of_text_are_stored_alike,
    a_trigger_that_leaves_a_row_out_leaves_all_out (Requires::AbortingErrors),
];

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
    // Neither the first rows nor a transaction are left behind. PostgreSQL sends the error before it ends the
    // transaction, so the lock may be there for a moment.
    let id = session[all[0]].id;
    let free = format!("SELECT id FROM accounts WHERE id = {id} FOR UPDATE NOWAIT");
    let mut third = db.other_connection();
    let begin = Instant::now();
    while let Err(error) = third.raw_query(&free, &[], &mut |_| Ok(())) {
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(begin.elapsed() < Duration::from_secs(10), "{error}");
        thread::sleep(Duration::from_millis(10));
    }
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
