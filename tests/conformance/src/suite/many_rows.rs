//! Many entities in one session: few statements, and time that grows with what was touched.

use std::time::{Duration, Instant};

use orm::prelude::*;
use orm::sql::GeneratedKeys;

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Country, Node, User};
use crate::suite::statements::runs;

cases![
    "many_rows":
    inserts_are_batched,
    ten_thousand_adds_are_one_commit_of_few_statements (crate::suite::Requires::RowsInserts),
    ten_thousand_changes_and_deletes_are_few_statements,
    reloading_ten_thousand_known_rows_keeps_their_handles,
    ten_thousand_expunged_or_deleted_one_by_one_take_no_quadratic_time,
    a_flush_looks_at_what_was_touched_only,
];

fn add(session: &mut Session, rows: usize) -> Vec<Ref<User>> {
    (0..rows)
        .map(|row| session.add(User::builder().username(format!("u{row}"))))
        .collect()
}

/// How many times a statement is run for the rows: once where they are arrays, else for many rows together, unless
/// keys are returned one at a time.
fn inserts_are_batched(db: &Db) {
    let inserts = || runs(db).iter().map(|(_, runs)| runs).sum::<usize>();
    for rows in [1, 2, 1000] {
        let mut session = db.session();
        // A savepoint around it changes nothing.
        let generated = session.savepoint(|session| {
            add(session, rows);
            session.flush()?;
            Ok(inserts())
        });
        let can = db.capabilities();
        let together = if can.insert_binds > 1 { 1000 } else { 1 };
        let expected = match can.generated_keys {
            GeneratedKeys::LastInsertId => rows,
            GeneratedKeys::Returning if can.arrays => 1,
            GeneratedKeys::Consecutive if rows == 1 => 1,
            GeneratedKeys::Returning => rows.div_ceil(together),
            // Each with the question for the step of its keys.
            GeneratedKeys::Consecutive => 2 * rows.div_ceil(together),
        };
        assert_eq!(
            generated.unwrap(),
            expected,
            "{rows} rows with generated keys"
        );
        for id in (1..).take(rows) {
            session.add(Node::builder().id(id).label("x"));
        }
        session.flush().unwrap();
        let most = match can.insert_binds {
            _ if can.arrays => 1,
            1 => rows,
            _ => rows.div_ceil(40),
        };
        let given = inserts();
        assert!(
            (1..=most).contains(&given),
            "{given} for {rows} rows with keys of their own"
        );
        session.rollback().unwrap();
    }
}

fn ten_thousand_adds_are_one_commit_of_few_statements(db: &Db) {
    let mut session = db.session();
    let all = add(&mut session, 10_000);
    session.commit().unwrap();
    let runs = runs(db);
    // 1,024 rows a statement with arrays, 256 a prepared loop, up to 500 a statement of many rows, of which each is
    // followed by the query for its keys where they are not returned.
    assert!(runs.len() <= 220, "{} statements", runs.len());
    assert_eq!(db.count("users"), 10_000);
    assert!(all.iter().map(|handle| session[*handle].id).is_sorted());
}

fn ten_thousand_changes_and_deletes_are_few_statements(db: &Db) {
    let mut session = db.session();
    let all = add(&mut session, 10_000);
    session.flush().unwrap();
    db.sent();
    for handle in &all {
        session[*handle].email = Some("x".into());
    }
    session.flush().unwrap();
    let updates = runs(db).len();
    // 1,024 rows a statement with arrays, 128 with a CASE, 256 a prepared loop.
    let most = if db.capabilities().batch_rows > 1 {
        80
    } else {
        40
    };
    assert!(updates <= most, "{updates} statements");
    for handle in &all {
        session.delete(*handle);
    }
    session.flush().unwrap();
    let deletes = runs(db).len();
    assert!(deletes <= most, "{deletes} statements");
    session.commit().unwrap();
    assert_eq!(db.count("users"), 0);
}

fn reloading_ten_thousand_known_rows_keeps_their_handles(db: &Db) {
    let mut session = db.session();
    let all = add(&mut session, 10_000);
    session.commit().unwrap();
    let query = select(User).order_by(User.id.asc());
    assert_eq!(query.all(&mut session).unwrap(), all);
    assert_eq!(query.all(&mut session).unwrap(), all);
}

/// How long `work` takes.
fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

// In quadratic time each of these would take minutes.
fn ten_thousand_expunged_or_deleted_one_by_one_take_no_quadratic_time(db: &Db) {
    let mut session = db.session();
    let rows = 30_000;
    let all = add(&mut session, rows);
    let pending = time(|| all.iter().rev().for_each(|handle| session.delete(*handle)));
    let again = time(|| {
        for handle in &all {
            session.add_again(*handle).unwrap();
        }
    });
    let expunged = time(|| {
        for handle in &all {
            session.expunge(*handle).unwrap();
        }
    });
    assert!(!session.has_pending_work());

    // A server takes its own time for each row, so there the flush has fewer, and no limit.
    let server = db.is_server();
    let all = add(&mut session, if server { 3_000 } else { rows });
    session.flush().unwrap();
    for handle in &all {
        session[*handle].email = Some("x".into());
    }
    let touched = time(|| all.iter().rev().for_each(|handle| session.delete(*handle)));
    let deleted = time(|| session.flush().unwrap());
    let undone = time(|| session.rollback().unwrap());
    let longest = [pending, again, expunged, touched].into_iter().max();
    assert!(longest < Some(Duration::from_secs(3)), "{longest:?}");
    if !server {
        let longest = deleted.max(undone);
        assert!(longest < Duration::from_secs(30), "{longest:?}");
    }
}

fn a_flush_looks_at_what_was_touched_only(db: &Db) {
    let mut session = db.session();
    add(&mut session, 20_000);
    session.commit().unwrap();
    let all = select(User).all(&mut session).unwrap();
    let country = session.add(Country {
        code: "AA".into(),
        name: "0".into(),
    });
    session.flush().unwrap();
    let flushes = time(|| {
        for number in 0..200 {
            session[country].name = number.to_string();
            session[all[number]].email = Some("x".into());
            session.flush().unwrap();
        }
    });
    // Looking at all of them each time would be four million comparisons.
    assert!(flushes < Duration::from_secs(20), "{flushes:?}");
}
