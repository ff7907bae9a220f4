//! Two of the program at once on one database.

#![cfg(any(feature = "test-postgres", feature = "test-mysql"))]

use crate::support::{Database, Project, Ran};

const NAME: &str = "20260101000000_a";

/// A statement that takes long enough for the other one to begin.
fn sleep(database: &Database) -> &'static str {
    match database.dialect {
        "postgres" => "SELECT pg_sleep(1)",
        _ => "SELECT sleep(1)",
    }
}

/// Runs a command twice at once: the one that says `done` of its work, and the other one.
fn twice(project: &Project, database: &Database, command: &str, done: &str) -> (Ran, Ran) {
    let run = || project.run(&[command, "--url", &database.url]);
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(run);
        let second = run();
        (first.join().unwrap(), second)
    });
    if first.err.contains(done) {
        (first, second)
    } else {
        (second, first)
    }
}

#[test]
fn a_migration_is_reverted_once() {
    let project = Project::empty("reverted_once");
    for database in Database::all(&project) {
        if database.dialect == "sqlite" {
            continue;
        }
        database.execute("CREATE TABLE counts (n INTEGER)");
        let sleep = sleep(&database);
        // With and without a transaction on MariaDB.
        for more in ["", "CREATE TABLE more (n INTEGER);\nDROP TABLE more;\n"] {
            database.execute("DELETE FROM counts");
            let down = format!("{more}{sleep};\nUPDATE counts SET n = n - 1;\n");
            project.migration(NAME, "INSERT INTO counts VALUES (1)", &down);
            project.run(&["run", "--url", &database.url]).ends(0);
            let (done, refused) = twice(&project, &database, "revert", "reverted 2026");
            done.ends(0).says(&["reverted 2026"]);
            // Without a transaction the first one has said so at once, and there may be nothing to do.
            if refused.code == Some(0) {
                refused.says(&["nothing is applied"]);
            } else {
                refused.ends(1).says(&[
                    &format!("somebody else has reverted the migration {NAME} meanwhile"),
                    "nothing of it was changed; the migration counts as pending",
                ]);
            }
            assert_eq!(database.query("SELECT n FROM counts"), ["0"]);
        }
    }
}

#[test]
fn a_migration_is_applied_once() {
    let project = Project::empty("applied_once");
    for database in Database::all(&project) {
        if database.dialect == "sqlite" {
            continue;
        }
        let up = format!("{};\nCREATE TABLE a (id INTEGER);\n", sleep(&database));
        project.migration(NAME, &up, "DROP TABLE a");
        let (done, refused) = twice(&project, &database, "run", "applied 2026");
        done.ends(0).says(&["applied 2026"]);
        refused.ends(1).says(&["the migration counts as applied"]);
    }
}
