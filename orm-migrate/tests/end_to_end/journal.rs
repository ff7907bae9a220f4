//! Runs that are killed or fail between two statements, and what the next run makes of it.

use std::path::Path;

use crate::support::{Database, Project, Ran};

pub(crate) const NAME: &str = "20260101000000_a";

pub(crate) fn without_transaction(project: &Project) {
    project.write(
        &format!("migrations/{NAME}/metadata.toml"),
        "run_in_transaction = false\n",
    );
}

pub(crate) fn run(project: &Project, database: &Database, arguments: &[&str]) -> Ran {
    project.run(&[arguments, &["--url", &database.url]].concat())
}

/// Runs a command that ends itself at the boundary with this number. Returns whether it came to its end before.
#[track_caller]
pub(crate) fn ends_before(
    project: &Project,
    database: &Database,
    command: &str,
    boundary: usize,
) -> bool {
    let number = boundary.to_string();
    let ran = project.run_program(
        Path::new(env!("CARGO_BIN_EXE_orm-migrate")),
        &[command, "--url", &database.url],
        &[("ORM_MIGRATE_TEST_STOP_AT", &number)],
    );
    if ran.code.is_none() {
        return false;
    }
    ran.ends(0);
    true
}

/// Drops what an earlier round has left.
pub(crate) fn clear(database: &Database, tables: &[&str]) {
    let bookkeeping = ["__diesel_schema_migrations", "__orm_migration_log"];
    for table in tables.iter().chain(&bookkeeping) {
        database.execute(&format!("DROP TABLE IF EXISTS {table}"));
    }
}

const UP: &str = "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER);\nINSERT INTO a VALUES (1, 0);\n\
    UPDATE a SET n = n + 1;\nCREATE INDEX ix ON a (n);\nBEGIN;\nINSERT INTO a VALUES (2, 0);\n\
    UPDATE a SET n = n + 10;\nCOMMIT;\nUPDATE a SET n = n + 100;\n";

const DOWN: &str = "INSERT INTO undone VALUES (1);\nUPDATE a SET n = n + 1;\nDROP TABLE a;\n\
    UPDATE undone SET id = id + 1;\n";

#[test]
fn a_migration_outside_a_transaction_continues_wherever_it_was_killed() {
    let project = Project::empty("killed");
    project.migration(NAME, UP, DOWN);
    without_transaction(&project);
    for database in Database::all(&project) {
        let mut boundary = 1;
        loop {
            clear(&database, &["a", "undone"]);
            database.execute("CREATE TABLE undone (id INTEGER)");
            let is_over = ends_before(&project, &database, "run", boundary);
            run(&project, &database, &["run"]).ends(0);
            let rows = database.query("SELECT n FROM a ORDER BY id");
            assert_eq!(rows, ["111", "110"], "{} {boundary}", database.dialect);
            run(&project, &database, &["verify"])
                .ends(0)
                .prints("unchanged: 1\n");

            let is_back = ends_before(&project, &database, "revert", boundary);
            run(&project, &database, &["revert"]).ends(0);
            let rows = database.query("SELECT id FROM undone");
            assert_eq!(rows, ["2"], "{} {boundary}", database.dialect);
            assert_eq!(database.tables(), ["__diesel_schema_migrations", "undone"]);
            run(&project, &database, &["status"]).ends(3);
            if is_over && is_back {
                break;
            }
            boundary += 1;
        }
        assert!(boundary > 20, "{boundary} boundaries");
    }
}

#[test]
fn a_migration_in_a_transaction_is_undone_wherever_it_was_killed() {
    let project = Project::empty("killed_inside");
    project.migration(
        "1_a",
        "CREATE TABLE a (id INTEGER);\nINSERT INTO a VALUES (1);",
        "DROP TABLE a;",
    );
    project.migration(
        "2_b",
        "INSERT INTO a VALUES (2);\nUPDATE a SET id = id + 1;",
        "DELETE FROM a;",
    );
    for database in Database::all(&project) {
        for boundary in 1.. {
            clear(&database, &["a"]);
            let is_over = ends_before(&project, &database, "run", boundary);
            run(&project, &database, &["run"]).ends(0);
            let rows = database.query("SELECT id FROM a ORDER BY id");
            assert_eq!(rows, ["2", "3"], "{} {boundary}", database.dialect);
            if is_over {
                break;
            }
        }
    }
}

/// The form in which a table of SQLite is rebuilt, so that `diesel` can run it, too.
const REBUILD: &str = "PRAGMA foreign_keys = OFF;\nBEGIN IMMEDIATE;\n\
    CREATE TABLE new (id INTEGER PRIMARY KEY, name TEXT);\nINSERT INTO new (id) SELECT id FROM parents;\n\
    DROP TABLE parents;\nALTER TABLE new RENAME TO parents;\nPRAGMA foreign_key_check;\nCOMMIT;\n\
    PRAGMA foreign_keys = ON;\n";

#[test]
fn a_script_with_a_transaction_of_its_own_is_recorded_in_it() {
    let project = Project::empty("own_commit");
    let back = REBUILD.replace(", name TEXT", "");
    project.migration(NAME, REBUILD, &back);
    without_transaction(&project);
    let database = Database::sqlite(&project);
    let mut kept = [0, 0];
    for boundary in 1.. {
        clear(&database, &["children", "parents"]);
        database.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)");
        database.execute("CREATE TABLE children (p INTEGER REFERENCES parents ON DELETE CASCADE)");
        database.execute("INSERT INTO parents VALUES (1)");
        database.execute("INSERT INTO children VALUES (1)");
        // Whether the new table is there is what is recorded.
        let mut agrees = || {
            let columns = database.query("SELECT count(*) FROM pragma_table_info('parents')");
            let has_history = database
                .tables()
                .contains(&"__diesel_schema_migrations".to_owned());
            let recorded = if has_history {
                database.query("SELECT count(*) FROM __diesel_schema_migrations")
            } else {
                vec!["0".to_owned()]
            };
            assert_eq!(columns[0] == "2", recorded[0] == "1", "{boundary}");
            kept[usize::from(columns[0] == "2")] += 1;
            assert_eq!(
                database.query("SELECT p FROM children"),
                ["1"],
                "{boundary}"
            );
        };
        let is_over = ends_before(&project, &database, "run", boundary);
        agrees();
        run(&project, &database, &["run"]).ends(0);
        run(&project, &database, &["status"]).ends(0);
        let is_back = ends_before(&project, &database, "revert", boundary);
        agrees();
        run(&project, &database, &["revert"]).ends(0);
        run(&project, &database, &["status"]).ends(3);
        if is_over && is_back {
            break;
        }
    }
    assert!(kept[0] > 10 && kept[1] > 10, "{kept:?}");
}

#[test]
fn a_corrected_statement_is_where_the_next_run_begins() {
    let project = Project::empty("corrected");
    for database in Database::all(&project) {
        let up = "CREATE TABLE a (id INTEGER);\nINSERT INTO a VALUES (1);\nINSERT INTO nowhere VALUES (2);\n\
            INSERT INTO a VALUES (3);\n";
        project.migration(NAME, up, "DROP TABLE a");
        without_transaction(&project);
        run(&project, &database, &["run"]).ends(1).says(&[
            "up.sql:3: ",
            "the first 2 of 4 statements stay in effect; the migration counts as pending",
            "hint: correct the statement, and run the command again: it continues with this statement",
        ]);
        run(&project, &database, &["status"])
            .ends(3)
            .says(&[
                "is partly applied: 2 of 4 statements are done",
                "`orm-migrate run` continues",
            ])
            .prints(&format!("[/] {NAME}\n"));
        for command in ["revert", "redo"] {
            let ran = run(&project, &database, &[command]).ends(1);
            ran.says(&[
                "is partly applied: 2 of 4",
                "--start-over",
                "nothing was changed",
            ]);
        }
        // What has run must stay as it is, comments apart.
        let other = up
            .replace("VALUES (1)", "VALUES (7)")
            .replace("nowhere", "a");
        project.write(&format!("migrations/{NAME}/up.sql"), &other);
        run(&project, &database, &["run"]).ends(7).says(&[
            "2 of 4 statements have run in an earlier run, and their text has changed since",
            "--start-over",
        ]);
        let mended = up.replace("nowhere", "a").replace(
            "INSERT INTO a VALUES (1)",
            "-- one\nINSERT INTO a VALUES (1)",
        );
        project.write(&format!("migrations/{NAME}/up.sql"), &mended);
        run(&project, &database, &["run", "--dry-run"]).ends(0).prints(&format!(
            "-- apply {NAME}, without a transaction, from statement 3 on\nINSERT INTO a VALUES (2);\n\
             INSERT INTO a VALUES (3);\n\n"
        ));
        run(&project, &database, &["run"])
            .ends(0)
            .says(&["(2 statements"]);
        assert_eq!(
            database.query("SELECT id FROM a ORDER BY id"),
            ["1", "2", "3"]
        );
        run(&project, &database, &["verify"]).ends(0);
    }
}

#[test]
fn what_was_undone_by_hand_begins_again() {
    let project = Project::empty("start_over");
    for database in Database::all(&project) {
        project.migration(
            NAME,
            "CREATE TABLE a (id INTEGER);\n",
            "DROP TABLE a;\nDROP TABLE nowhere;\n",
        );
        without_transaction(&project);
        run(&project, &database, &["run"]).ends(0);
        run(&project, &database, &["revert"])
            .ends(1)
            .says(&["the first 1 of 2", "counts as applied"]);
        run(&project, &database, &["run"])
            .ends(1)
            .says(&["is partly reverted: 1 of 2", "orm-migrate revert"]);
        database.execute("CREATE TABLE a (id INTEGER)");
        run(&project, &database, &["repair", "--start-over"]).ends(0);
        run(&project, &database, &["verify"])
            .ends(0)
            .prints("unchanged: 1\n");
        project.write(&format!("migrations/{NAME}/down.sql"), "DROP TABLE a;\n");
        run(&project, &database, &["revert"]).ends(0);
        assert_eq!(database.tables(), ["__diesel_schema_migrations"]);
        run(&project, &database, &["repair", "--run-again"])
            .ends(1)
            .says(&["no migration was interrupted"]);
    }
}

#[test]
fn eight_runners_complete_what_a_killed_one_began() {
    let project = Project::empty("killed_runners");
    project.migration(NAME, UP, DOWN);
    without_transaction(&project);
    for database in Database::all(&project) {
        clear(&database, &["a"]);
        assert!(!ends_before(&project, &database, "run", 15));
        std::thread::scope(|scope| {
            let start = || run(&project, &database, &["run"]).ends(0);
            let running: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
            for one in running {
                one.join().unwrap();
            }
        });
        let rows = database.query("SELECT n FROM a ORDER BY id");
        assert_eq!(rows, ["111", "110"], "{}", database.dialect);
    }
}

#[test]
#[cfg(feature = "test-mysql")]
fn the_session_is_set_up_again_where_a_migration_continues() {
    let project = Project::empty("session_again");
    for database in Database::mariadb_and_mysql() {
        let up = "SET @a = 5, SESSION sql_mode = 'ANSI_QUOTES';\nCREATE TABLE \"a\" (id INTEGER);\n\
            INSERT INTO nowhere VALUES (1);\n";
        project.migration(NAME, up, "DROP TABLE a");
        run(&project, &database, &["run"])
            .ends(1)
            .says(&["the first 2 of 3"]);
        let mended = up.replace("nowhere VALUES (1)", "\"a\" VALUES (@a)");
        project.write(&format!("migrations/{NAME}/up.sql"), &mended);
        run(&project, &database, &["run"]).ends(0);
        assert_eq!(database.query("SELECT id FROM a"), ["5"]);

        let up = "CREATE TEMPORARY TABLE t (id INTEGER);\nCREATE TABLE b (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n";
        project.migration("20260102000000_b", up, "DROP TABLE b");
        run(&project, &database, &["run"])
            .ends(1)
            .says(&["the first 2 of 3"]);
        run(&project, &database, &["run"]).ends(1).says(&[
            "up.sql:1: the migration can't continue: the temporary table",
            "--start-over",
        ]);
        database.execute("DROP TABLE b");
        run(&project, &database, &["repair", "--start-over"]).ends(0);
        let mended = up.replace("nowhere", "t");
        project.write("migrations/20260102000000_b/up.sql", &mended);
        run(&project, &database, &["run"])
            .ends(0)
            .says(&["(3 statements"]);
        run(&project, &database, &["revert"]).ends(0);

        let up = "CREATE TABLE b (id INTEGER);\nSELECT max(id) INTO @b FROM a;\nINSERT INTO nowhere VALUES (@b);\n";
        project.write("migrations/20260102000000_b/up.sql", up);
        run(&project, &database, &["run"])
            .ends(1)
            .says(&["the first 2 of 3"]);
        run(&project, &database, &["run"]).ends(1).says(&[
            "up.sql:2: the migration can't continue: the variable of its interrupted run is gone",
        ]);
        std::fs::remove_dir_all(project.path("migrations/20260102000000_b")).unwrap();
    }
}
