//! Interrupted migrations about which the user decides, and what may not be run a second time.

#[cfg(any(feature = "test-postgres", feature = "test-mysql"))]
use crate::journal::ends_before;
use crate::journal::{NAME, clear, run, without_transaction};
use crate::support::{Database, Project};

fn folder(text: &str) -> String {
    format!("migrations/{NAME}/{text}")
}

/// Kills a run at each boundary and continues it. Where the program asks whether the statement took effect, answers
/// with what `is_done` returns: 1 if it did. Returns how often it asked, by the answer.
#[track_caller]
#[cfg(any(feature = "test-postgres", feature = "test-mysql"))]
fn kill_and_decide(
    database: &Database,
    project: &Project,
    (question, is_done): (&str, &str),
    (outcome, expected): (&str, &[&str]),
) -> [usize; 2] {
    let mut asked = [0, 0];
    for boundary in 1.. {
        clear(database, &["a"]);
        database.execute("CREATE TABLE a (id INTEGER, n INTEGER)");
        let is_over = ends_before(project, database, "run", boundary);
        let ran = run(project, database, &["run"]);
        if ran.code != Some(0) {
            ran.ends(1)
                .says(&[question, "took effect is not known", "repair --mark-done"]);
            // Nothing runs before there is an answer.
            run(project, database, &["run", "--dry-run"]).ends(1);
            let is_done = database.query(is_done)[0] == "1";
            asked[usize::from(is_done)] += 1;
            let answer = ["--run-again", "--mark-done"][usize::from(is_done)];
            run(project, database, &["repair", answer]).ends(0);
            run(project, database, &["run"]).ends(0);
        }
        let found = database.query(outcome);
        assert_eq!(found, expected, "{} {boundary}", database.dialect);
        if is_over {
            return asked;
        }
    }
    asked
}

#[test]
#[cfg(feature = "test-mysql")]
fn the_user_decides_on_mysql_about_what_can_not_be_known() {
    const ROWS: (&str, &[&str]) = ("SELECT id FROM a ORDER BY id", &["1", "2"]);
    const INDEXES: &str = "SELECT count(*) FROM information_schema.statistics \
         WHERE table_schema = DATABASE() AND table_name = 'a'";
    let project = Project::empty("decides_mysql");
    for database in Database::mariadb_and_mysql() {
        database.execute("CREATE PROCEDURE p() INSERT INTO a (id) VALUES (1)");
        let decide = |up: &str, question, is_done, outcome| {
            project.migration(NAME, up, "");
            kill_and_decide(&database, &project, (question, is_done), outcome)
        };
        let has_row = "SELECT count(*) FROM a WHERE id = 1";

        let asked = decide(
            "CALL p();\nINSERT INTO a (id) VALUES (2);\n",
            "up.sql:1: an earlier run was interrupted in this statement",
            has_row,
            ROWS,
        );
        assert!(asked[0] > 0 && asked[1] > 0, "{asked:?}");

        // A second one would get another name.
        let asked = decide(
            "ALTER TABLE a ADD INDEX (n);\nCREATE TABLE IF NOT EXISTS unused (id INTEGER);\n",
            "up.sql:1: an earlier run was interrupted in this statement",
            INDEXES,
            (INDEXES, &["1"]),
        );
        assert!(asked[0] > 0 && asked[1] > 0, "{asked:?}");

        // No rollback takes back the rows of such a table.
        let asked = decide(
            "ALTER TABLE a ENGINE = MyISAM;\nINSERT INTO a (id) VALUES (1);\nINSERT INTO a (id) VALUES (2);\n",
            "an earlier run was interrupted in this statement",
            "SELECT CASE begun WHEN 2 THEN (SELECT count(*) FROM a WHERE id = 1) \
             ELSE (SELECT count(*) FROM a WHERE id = 2) END FROM __orm_migration_log",
            ROWS,
        );
        assert!(asked[0] > 1 && asked[1] > 1, "{asked:?}");

        let asked = decide(
            "SET autocommit = 0;\nINSERT INTO a (id) VALUES (1);\nINSERT INTO a (id) VALUES (2);\nCOMMIT;\n",
            "up.sql:2: an earlier run was interrupted in this ",
            has_row,
            ROWS,
        );
        assert!(asked[0] > 0 && asked[1] > 0, "{asked:?}");
    }
}

#[test]
#[cfg(feature = "test-postgres")]
fn the_user_decides_on_postgres_about_what_can_not_be_known() {
    const ROWS: (&str, &[&str]) = ("SELECT id FROM a ORDER BY id", &["1", "2"]);
    const INDEXES: &str = "SELECT count(*) FROM pg_indexes WHERE tablename = 'a'";
    let project = Project::empty("decides_postgres");
    let database = Database::postgres();
    let decide = |up: &str, question, is_done, outcome| {
        project.migration(NAME, up, "");
        without_transaction(&project);
        kill_and_decide(&database, &project, (question, is_done), outcome)
    };
    let asked = decide(
        "DO $$ BEGIN INSERT INTO a VALUES (1); COMMIT; END $$;\nINSERT INTO a VALUES (2);\n",
        "up.sql:1: an earlier run was interrupted in this statement",
        "SELECT count(*) FROM a",
        ROWS,
    );
    assert!(asked[0] > 0 && asked[1] > 0, "{asked:?}");

    let asked = decide(
        "CREATE INDEX ON a (n);\nINSERT INTO a VALUES (1);\n",
        "up.sql:1: an earlier run was interrupted in this statement",
        INDEXES,
        (INDEXES, &["1"]),
    );
    assert!(asked[0] > 0 && asked[1] > 0, "{asked:?}");

    let asked = decide(
        "CREATE INDEX CONCURRENTLY ix ON a (n);\nINSERT INTO a VALUES (1);\n",
        "up.sql:1: an earlier run was interrupted in this statement",
        INDEXES,
        (INDEXES, &["1"]),
    );
    assert!(asked[0] > 0 && asked[1] > 0, "{asked:?}");

    // The role may not write to the log, so that the script's transaction does not hold how far it is.
    let asked = decide(
        "GRANT ALL ON a TO pg_database_owner;\nSET ROLE pg_database_owner;\nBEGIN;\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (2);\nCOMMIT;\n",
        "up.sql:3: an earlier run was interrupted in this transaction",
        "SELECT count(*) / 2 FROM a",
        ROWS,
    );
    assert!(asked[0] > 0 && asked[1] > 0, "{asked:?}");
}

#[test]
#[cfg(feature = "test-postgres")]
fn an_index_that_could_not_be_built_concurrently_is_decided_about() {
    let project = Project::empty("concurrently");
    let database = Database::postgres();
    database.execute("CREATE TABLE a (n INTEGER)");
    database.execute("INSERT INTO a VALUES (1), (1)");
    project.migration(
        NAME,
        "CREATE UNIQUE INDEX CONCURRENTLY ix ON a (n);\nINSERT INTO a VALUES (2);\n",
        "",
    );
    without_transaction(&project);
    run(&project, &database, &["run"]).ends(1).says(&[
        "perhaps part of the failing statement",
        "repair --run-again",
    ]);
    database.execute("DELETE FROM a");
    run(&project, &database, &["run"])
        .ends(1)
        .says(&["took effect is not known"]);
    database.execute("DROP INDEX ix");
    run(&project, &database, &["repair", "--run-again"]).ends(0);
    run(&project, &database, &["run"]).ends(0);
    let valid =
        database.query("SELECT indisvalid::int FROM pg_index WHERE indexrelid = 'ix'::regclass");
    assert_eq!(valid, ["1"]);
    assert_eq!(database.query("SELECT n FROM a"), ["2"]);
}

#[test]
fn statements_that_have_run_do_not_run_again_in_a_transaction() {
    let project = Project::empty("transaction_later");
    for database in Database::all(&project) {
        clear(&database, &["a"]);
        database.execute("CREATE TABLE a (id INTEGER)");
        let up = "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES (2);\nINSERT INTO nowhere VALUES (3);\n";
        project.migration(NAME, up, "");
        without_transaction(&project);
        run(&project, &database, &["run"])
            .ends(1)
            .says(&["the first 2 of 3 statements stay in effect"]);
        // The whole script could be undone from now on.
        std::fs::remove_file(project.path(&folder("metadata.toml"))).unwrap();
        project.write(&folder("up.sql"), &up.replace("nowhere", "a"));
        run(&project, &database, &["run", "--dry-run"])
            .ends(0)
            .prints(&format!(
                "-- apply {NAME}, without a transaction, from statement 3 on\nINSERT INTO a VALUES (3);\n\n"
            ));
        run(&project, &database, &["run"]).ends(0);
        let rows = database.query("SELECT id FROM a ORDER BY id");
        assert_eq!(rows, ["1", "2", "3"], "{}", database.dialect);
    }
}

#[test]
fn a_migration_of_which_nothing_has_run_is_in_nobodys_way() {
    let project = Project::empty("nothing_has_run");
    project.migration("1_a", "SELECT 1", "SELECT 1");
    project.migration("2_b", "INSERT INTO nowhere VALUES (1);\nSELECT 1;\n", "");
    project.write(
        "migrations/2_b/metadata.toml",
        "run_in_transaction = false\n",
    );
    for database in Database::all(&project) {
        run(&project, &database, &["run"])
            .ends(1)
            .says(&["nothing was changed; the migration counts as pending"]);
        let status = run(&project, &database, &["status"])
            .ends(3)
            .prints("[X] 1_a\n[ ] 2_b\n");
        // There are no tables but those of the bookkeeping.
        assert_eq!(status.err, "");
        run(&project, &database, &["redo"]).ends(0);
        run(&project, &database, &["revert"]).ends(0);
    }
}

#[test]
fn an_interrupted_migration_comes_first() {
    let project = Project::empty("comes_first");
    let up = "CREATE TABLE a (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n";
    for database in Database::all(&project) {
        project.migration(NAME, up, "");
        without_transaction(&project);
        run(&project, &database, &["run"]).ends(1);
        // Under another name it would begin with its first statement.
        std::fs::rename(project.path("migrations").join(NAME), project.path("kept")).unwrap();
        project.migration("20260102000000_b", "SELECT 1", "SELECT 1");
        for arguments in [
            &["run"][..],
            &["run", "--dry-run"],
            &["redo"],
            &["stamp", "--all"],
        ] {
            run(&project, &database, arguments).ends(1).says(&[
                "is partly applied: 1 of 2 statements are done, and it is not in the folder",
                "restore its folder",
                "nothing was changed",
            ]);
        }
        run(&project, &database, &["verify"]).ends(3);
        std::fs::rename(project.path("kept"), project.path("migrations").join(NAME)).unwrap();
        run(&project, &database, &["run", "--to", "20260101000000"]).ends(1);
        std::fs::remove_dir_all(project.path("migrations")).unwrap();
        project.write("migrations/.keep", "");
        run(&project, &database, &["run"])
            .ends(1)
            .says(&["restore its folder"]);
        // Without the folder, too, it is begun again.
        run(&project, &database, &["repair", "--start-over"]).ends(0);
        run(&project, &database, &["run"]).ends(0);
    }
}

#[test]
#[cfg(feature = "test-mysql")]
fn a_lock_of_tables_is_not_taken_again() {
    let project = Project::empty("lock_again");
    for database in Database::mariadb_and_mysql() {
        clear(&database, &["a"]);
        database.execute("CREATE TABLE a (id INTEGER)");
        let up = "LOCK TABLES a WRITE;\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (NULL, 1);\nUNLOCK TABLES;\n";
        project.migration(NAME, up, "");
        run(&project, &database, &["run"])
            .ends(1)
            .says(&["the first 2 of 4"]);
        project.write(&folder("up.sql"), &up.replace("NULL, 1", "2"));
        run(&project, &database, &["run"])
            .ends(1)
            .says(&["the migration can't continue: the lock of tables"]);
    }
}

#[test]
#[cfg(feature = "test-postgres")]
fn a_role_that_may_not_create_the_log_is_told_before_anything_runs() {
    let project = Project::empty("no_privilege");
    let database = Database::postgres();
    let role = format!("orm_migrate_{}_role", std::process::id());
    let up = "INSERT INTO a VALUES (1);\n";
    project.migration(NAME, up, "DELETE FROM a");
    for sql in [
        "CREATE TABLE a (id INTEGER)",
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        &format!("CREATE ROLE {role} LOGIN PASSWORD 'secret'"),
        &format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}"),
    ] {
        database.execute(sql);
    }
    let (_, server) = database.url.rsplit_once('@').unwrap();
    let url = format!("postgresql://{role}:secret@{server}");
    let as_role = |arguments: &[&str]| project.run(&[arguments, &["--url", &url]].concat());
    as_role(&["status"]).ends(3);
    as_role(&["verify"]).ends(0);
    as_role(&["run", "--dry-run"]).ends(0);
    as_role(&["run"]).ends(1).says(&[
        "the table __orm_migration_log can't be created",
        "nothing was changed",
        "CREATE TABLE __orm_migration_log (",
    ]);
    assert_eq!(database.query("SELECT count(*) FROM a"), ["0"]);
    // Another role creates it.
    let hint = as_role(&["run"]).err;
    let create = hint.split_once("hint: ").unwrap().1;
    let create = create
        .split_once("CREATE TABLE")
        .unwrap()
        .1
        .split(';')
        .next()
        .unwrap();
    database.execute(&format!("CREATE TABLE{create}"));
    database.execute(&format!(
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}"
    ));
    as_role(&["run"]).ends(0);
    as_role(&["verify"]).ends(0).prints("unchanged: 1\n");
    database.execute(&format!("DROP OWNED BY {role}"));
    database.execute(&format!("DROP ROLE {role}"));
}
