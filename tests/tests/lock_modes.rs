//! Keys that MySQL generates for statements of many rows, in each of its ways to hand them out
//! (`innodb_autoinc_lock_mode`), while other connections insert at the same time.
//!
//! Each way is a server of this test's own, since a server's way can't be changed while it runs.

// This is a test runner: its lines are its purpose.
#![allow(clippy::print_stdout, missing_docs)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::ExitCode;
use std::thread;

use libtest_mimic::{Arguments, Trial};
use orm::prelude::*;
use orm_tests::databases::Database;
use orm_tests::own_server::OwnServer;

#[derive(Model, Clone, Debug)]
#[orm(table = "marks")]
struct Mark {
    #[orm(primary_key)]
    id: i64,
    n: i64,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if !Database::enabled().contains(&&Database::Mysql) {
        println!("MySQL is not part of this run");
        return ExitCode::SUCCESS;
    }
    let trials = ["0", "1", "2"].map(|mode| {
        let name = format!("keys_reach_the_right_rows in lock mode {mode}");
        let server = (!arguments.list).then(|| {
            OwnServer::start(
                Database::Mysql,
                None,
                &[&format!("--innodb-autoinc-lock-mode={mode}")],
            )
        });
        match server.flatten() {
            Some(server) => Trial::test(name, move || {
                keys_reach_the_right_rows(server.url(), mode);
                Ok(())
            }),
            None => Trial::test(
                format!("{name} (this machine has no programs of such a server)"),
                || Ok(()),
            )
            .with_ignored_flag(true),
        }
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

/// Some connections insert many rows in a commit, one copies rows by a query, whose number MySQL does not know
/// beforehand, and one takes keys at a step of three.
fn keys_reach_the_right_rows(url: &str, mode: &str) {
    const ROUNDS: i64 = 15;
    const ROWS: i64 = 150;
    let engine = Engine::connect(url).unwrap();
    let in_force = "SELECT CAST(@@innodb_autoinc_lock_mode AS CHAR)";
    let (in_force,): (String,) = raw(in_force)
        .one(&mut engine.connection().unwrap())
        .unwrap();
    assert_eq!(in_force, mode);
    Metadata::of((Mark,)).create_all(&engine).unwrap();
    thread::scope(|scope| {
        for worker in 0..4 {
            let engine = &engine;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let first = (worker * ROUNDS + round) * ROWS;
                    insert_marks(engine, first..first + ROWS, worker == 0);
                }
            });
        }
        scope.spawn(|| {
            let mut conn = engine.connection().unwrap();
            for _ in 0..ROUNDS * 4 {
                raw("INSERT INTO marks (n) SELECT -1 FROM marks LIMIT 33")
                    .execute(&mut conn)
                    .unwrap();
            }
        });
    });
}

/// Inserts a row for each number, and looks at each row by the key that the session knows.
fn insert_marks(engine: &Engine, numbers: std::ops::Range<i64>, by_three: bool) {
    let mut session = Session::new(engine);
    session.begin().unwrap();
    if by_three {
        let step = "SET SESSION auto_increment_increment = 3, SESSION auto_increment_offset = 2";
        raw(step).execute(&mut session).unwrap();
    }
    let marks: Vec<Ref<Mark>> = numbers.map(|n| session.add(Mark { id: 0, n })).collect();
    session.flush().unwrap();
    let keys: Vec<i64> = marks.iter().map(|mark| session[*mark].id).collect();
    let stored: Vec<(i64, i64)> = select((Mark.id, Mark.n))
        .filter(Mark.id.in_(keys.clone()))
        .order_by(Mark.n.asc())
        .all(session.connection().unwrap())
        .unwrap();
    let expected: Vec<(i64, i64)> = marks
        .iter()
        .map(|mark| (session[*mark].id, session[*mark].n))
        .collect();
    assert_eq!(stored, expected);
    assert!(!by_three || keys.iter().all(|key| key % 3 == 2), "{keys:?}");
    session.commit().unwrap();
}
