//! Several of the program at once on one database.

use std::fs::File;

use crate::support::{Database, Project, Ran};

/// Half a second within a script, so that others come in between.
fn pause(database: &Database) -> &'static str {
    match database.dialect {
        "postgres" => "SELECT pg_sleep(0.3)",
        "sqlite" => {
            "SELECT max(i) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) \
             SELECT i FROM n)"
        }
        _ => "SELECT sleep(0.3)",
    }
}

/// Runs each command in a program of its own, all at once.
fn at_once(project: &Project, database: &Database, commands: &[&str]) -> Vec<Ran> {
    std::thread::scope(|scope| {
        let run = |command| {
            let arguments = [command, "--url", &database.url];
            scope.spawn(move || project.run(&arguments))
        };
        let running: Vec<_> = commands.iter().copied().map(run).collect();
        running
            .into_iter()
            .map(|program| program.join().unwrap())
            .collect()
    })
}

/// A project with an account of 10, and two migrations that can't be taken back: each multiplies it by 10.
fn account(name: &str, database: &Database, transaction: bool) -> Project {
    let project = Project::empty(name);
    database.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, balance BIGINT)");
    database.execute("INSERT INTO account VALUES (1, 10)");
    for name in ["1_a", "2_b"] {
        let up = format!(
            "{};\nUPDATE account SET balance = balance * 10;\n",
            pause(database)
        );
        project.migration(
            name,
            &up,
            "UPDATE account SET balance = balance / 10;\nSELECT 1;\n",
        );
        project.write(
            &format!("migrations/{name}/metadata.toml"),
            &format!("run_in_transaction = {transaction}\n"),
        );
    }
    project
}

#[test]
fn each_migration_is_applied_once() {
    let place = Project::empty("applied_once_at");
    for transaction in [true, false] {
        for round in 0..2 {
            for database in Database::all(&place) {
                let project = account("applied_once", &database, transaction);
                let ran = at_once(&project, &database, &["run"; 8]);
                let applied = |ran: &&Ran| ran.err.contains("applied 1_a");
                assert_eq!(ran.iter().filter(applied).count(), 1, "round {round}");
                for ran in ran {
                    let done = ran.err.contains("applied 1_a") && ran.err.contains("applied 2_b");
                    assert!(
                        done || ran.err.contains("nothing is pending"),
                        "{}",
                        ran.err
                    );
                    ran.ends(0);
                }
                let balance = database.query("SELECT balance FROM account");
                assert_eq!(balance, ["1000"], "{}", database.dialect);
                database.execute("DROP TABLE account");
                database.execute("DROP TABLE __diesel_schema_migrations");
            }
        }
    }
}

#[test]
fn forwards_and_backwards_at_once_leave_what_is_recorded() {
    let place = Project::empty("mixed_at");
    let commands = [
        "run", "revert", "redo", "run", "revert", "redo", "run", "redo",
    ];
    for transaction in [true, false] {
        for database in Database::all(&place) {
            let project = account("mixed", &database, transaction);
            project.run(&["run", "--url", &database.url]).ends(0);
            for ran in at_once(&project, &database, &commands) {
                ran.ends(0);
            }
            let count = database.query("SELECT count(*) FROM __diesel_schema_migrations");
            let balance = database.query("SELECT balance FROM account");
            let expected = ["10", "100", "1000"][count[0].parse::<usize>().unwrap()];
            assert_eq!(balance, [expected], "{}", database.dialect);
            database.execute("DROP TABLE account");
            database.execute("DROP TABLE __diesel_schema_migrations");
        }
    }
}

#[test]
fn the_program_that_holds_the_lock_is_named() {
    let project = Project::empty("lock_timeout");
    project.migration("1_a", "SELECT 1", "SELECT 1");
    let database = Database::sqlite(&project);
    let path = project.path("test.db.orm-migrate.lock");
    std::fs::write(&path, "process 4711 on elsewhere").unwrap();
    let held = File::options().read(true).open(&path).unwrap();
    held.lock().unwrap();
    let run = |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
    for command in ["run", "revert", "redo"] {
        run(&[command, "--lock-timeout", "0"]).ends(8).says(&[
            "the migration lock of sqlite://",
            "is held by process 4711 on elsewhere",
            "state: nothing was changed",
            "--lock-timeout",
        ]);
    }
    run(&["run", "--no-lock"]).ends(0).says(&["applied 1_a"]);
    // Nothing is pending: that needs no lock.
    run(&["run", "--lock-timeout", "0"]).ends(0);
    drop(held);
    run(&["redo"]).ends(0);
}

/// Starts a `run` that stays in a statement for a minute, and waits until it is there.
#[cfg(any(feature = "test-postgres", feature = "test-mysql"))]
fn long_run(project: &Project, database: &Database) -> std::process::Child {
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_orm-migrate"))
        .args(["run", "--url", &database.url])
        .current_dir(project.path(""))
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begin = std::time::Instant::now();
    while !database.tables().contains(&"started".to_owned()) {
        assert!(begin.elapsed().as_secs() < 30, "the run did not begin");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child
}

#[test]
#[cfg(any(feature = "test-postgres", feature = "test-mysql"))]
fn a_session_that_holds_the_lock_is_named_and_a_killed_program_frees_it() {
    let place = Project::empty("lock_session_at");
    for database in Database::all(&place) {
        let (sleep, holder) = match database.dialect {
            "sqlite" => continue,
            "postgres" => ("SELECT pg_sleep(60)", "of the server, orm-migrate process "),
            _ => ("SELECT sleep(60)", "connection "),
        };
        let project = Project::empty("lock_session");
        project.migration(
            "1_a",
            &format!("CREATE TABLE started (id INTEGER);\n{sleep};\n"),
            "",
        );
        project.write(
            "migrations/1_a/metadata.toml",
            "run_in_transaction = false\n",
        );
        let mut child = long_run(&project, &database);
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        let ran = run(&["run", "--lock-timeout", "1"]).ends(8);
        ran.says(&[
            "the migration lock of ",
            "is held by ",
            holder,
            "user orm, from 127.0.0.1",
        ]);
        let shown = run(&["unlock", "--show"]).ends(0).out;
        assert!(
            shown.contains(holder) && shown.contains("user orm"),
            "{shown}"
        );
        child.kill().unwrap();
        child.wait().unwrap();
        // The migration is half applied, and the next run knows how far.
        run(&["status"])
            .ends(3)
            .says(&["1 of 2 statements are done"]);
        let up = "CREATE TABLE started (id INTEGER);\nCREATE TABLE freed (id INTEGER);";
        project.migration("1_a", up, "");
        run(&["run", "--lock-timeout", "10"])
            .ends(0)
            .says(&["applied 1_a"]);
    }
}

/// What a script does to its own session leaves the lock alone, and the lock hinders no script.
#[test]
#[cfg(feature = "test-postgres")]
fn a_script_on_postgres_may_discard_all_and_build_indexes_concurrently() {
    let project = Project::empty("lock_discard");
    let database = Database::postgres();
    let up = "DISCARD ALL;\nSELECT pg_advisory_unlock_all();\nCREATE TABLE a (x INTEGER);\n\
        CREATE INDEX CONCURRENTLY ix ON a (x);\n";
    project.migration("1_a", up, "DROP TABLE a");
    project.write(
        "migrations/1_a/metadata.toml",
        "run_in_transaction = false\n",
    );
    // What was prepared on the session before is gone, also for the migrations after it.
    project.migration("0_a", "SELECT 1", "SELECT 1");
    project.migration("2_b", "DEALLOCATE ALL;\nSELECT 1;", "SELECT 1");
    project.migration("3_c", "SELECT 1", "SELECT 1");
    let url = format!("{}?pool_size=1", database.url);
    let ran = project.run(&["run", "--url", &url]).ends(0);
    ran.says(&["applied 0_a", "applied 1_a", "applied 2_b", "applied 3_c"]);
    project
        .run(&["verify", "--url", &url])
        .ends(0)
        .prints("unchanged: 4\n");
}
