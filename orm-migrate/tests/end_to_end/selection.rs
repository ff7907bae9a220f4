//! `--to`, `-n` and `--dry-run`, time-outs, `stamp`, `baseline` and `unlock`.

use std::fs::File;

use crate::support::{Database, MODELS, Project};

/// Three migrations, each of which creates a table.
fn three(name: &str) -> Project {
    let project = Project::empty(name);
    for (version, table) in [
        ("2026-01-01-000000-0000", "a"),
        ("2026-01-02-000000-0000", "b"),
        ("2026-01-03-000000-0000", "c"),
    ] {
        project.migration(
            &format!("{version}_{table}"),
            &format!("CREATE TABLE {table} (id INTEGER);\n-- a comment\nINSERT INTO {table} VALUES (1);\n"),
            &format!("DROP TABLE {table};\n"),
        );
    }
    project
}

#[test]
fn a_part_of_the_migrations_is_applied_and_reverted() {
    let project = three("part");
    for database in Database::all(&project) {
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        let tables = || database.tables().split_off(1).concat();
        run(&["run", "-n", "1"])
            .ends(0)
            .says(&["applied 2026-01-01-000000-0000_a"]);
        assert_eq!(tables(), "a");
        run(&["run", "--to", "202601020000000000"]).ends(0);
        assert_eq!(tables(), "ab");
        run(&["run", "--to", "2026-01-01-000000-0000"])
            .ends(0)
            .says(&["nothing is pending"]);
        run(&["run", "--to", "2026-01-03-000000-0000_c"]).ends(0);
        assert_eq!(tables(), "abc");
        run(&["revert", "--to", "2026-01-01-000000-0000"]).ends(0);
        assert_eq!(tables(), "a");
        run(&["run", "-n", "1"]).ends(0);
        run(&["redo", "--to", "2026-01-01-000000-0000"])
            .ends(0)
            .says(&["reverts and applies again: 2026-01-02-000000-0000_b\n"]);
        run(&["revert"]).ends(0);
        run(&["revert", "--to", "2026-01-02-000000-0000_b"])
            .ends(2)
            .says(&["the migration 2026-01-02-000000-0000_b is not applied"]);
        for command in ["run", "revert"] {
            run(&[command, "--to", "7"])
                .ends(2)
                .says(&["is named \"7\"", "hint: "]);
        }
        run(&["run", "--to", "1", "-n", "1"]).ends(2);
        run(&["revert", "--all"]).ends(0);
    }
}

#[test]
fn a_dry_run_prints_and_changes_nothing() {
    let project = three("dry_run");
    for database in Database::all(&project) {
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        let how = if database.has_transactional_ddl() {
            "in one transaction"
        } else {
            "without a transaction"
        };
        let expected = format!(
            "-- apply 2026-01-01-000000-0000_a, {how}\nCREATE TABLE a (id INTEGER);\nINSERT INTO a VALUES (1);\n\n"
        );
        run(&["run", "--dry-run", "-n", "1"])
            .ends(0)
            .prints(&expected);
        if database.dialect == "sqlite" {
            assert!(!project.path("test.db").exists());
        } else {
            assert_eq!(database.tables_and_log(), [""; 0]);
        }
        run(&["run", "-n", "2"]).ends(0);
        let expected = format!("-- revert 2026-01-02-000000-0000_b, {how}\nDROP TABLE b;\n\n");
        run(&["revert", "--dry-run"]).ends(0).prints(&expected);
        assert_eq!(database.tables(), ["__diesel_schema_migrations", "a", "b"]);
        run(&["run"]).ends(0);
        run(&["run", "--dry-run"])
            .ends(0)
            .prints("")
            .says(&["nothing is pending"]);
    }
}

#[test]
fn migrations_are_recorded_without_being_run() {
    let project = three("stamp");
    for database in Database::all(&project) {
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        database.execute("CREATE TABLE a (id INTEGER)");
        database.execute("CREATE TABLE b (id INTEGER)");
        run(&["stamp", "2026-01-02-000000-0000"]).ends(0).says(&[
            "recorded as applied: 2026-01-01-000000-0000_a",
            "recorded as applied: 2026-01-02-000000-0000_b",
        ]);
        run(&["verify"]).ends(0).prints("unchanged: 2\n");
        run(&["run"])
            .ends(0)
            .says(&["applied 2026-01-03-000000-0000_c"]);
        run(&["stamp", "--all"])
            .ends(0)
            .says(&["nothing is pending"]);
        database.execute("DROP TABLE b");
        run(&["stamp", "--pending", "2026-01-02-000000-0000"])
            .ends(0)
            .says(&["recorded as pending: 2026-01-02-000000-0000_b"]);
        run(&["stamp", "--pending", "2026-01-02-000000-0000"])
            .ends(2)
            .says(&["is not applied"]);
        run(&["run"])
            .ends(0)
            .says(&["applied 2026-01-02-000000-0000_b"]);
        run(&["stamp", "7"]).ends(2);
        run(&["stamp"]).ends(2);
    }
}

#[test]
fn a_statement_does_not_wait_for_ever() {
    let project = Project::empty("timeouts");
    for database in Database::all(&project) {
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        database.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)");
        project.migration("1_a", "ALTER TABLE a ADD COLUMN n INTEGER;\n", "SELECT 1");
        let engine = orm::engine::Engine::connect(&database.url).unwrap();
        let mut other = engine.connection().unwrap();
        other.begin().unwrap();
        other.raw_control("INSERT INTO a VALUES (1)").unwrap();
        let begin = std::time::Instant::now();
        project.write("orm.toml", "[migrations]\ntable-lock-timeout = 1\n");
        let ran = run(&["run"]).ends(1);
        assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
        std::fs::remove_file(project.path("orm.toml")).unwrap();
        let begin = std::time::Instant::now();
        run(&["run", "--table-lock-timeout", "1"]).ends(1);
        // On SQLite the history can't be created either.
        if database.dialect != "sqlite" {
            ran.says(&["up.sql:1: ", "state: "]);
        }
        assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
        other.rollback().unwrap();
        drop(other);
        run(&["run", "--table-lock-timeout", "1"]).ends(0);
        let sleep = match database.dialect {
            "sqlite" => {
                project.migration("2_b", "SELECT 1", "SELECT 1");
                run(&["run", "--statement-timeout", "1"])
                    .ends(2)
                    .says(&["has no such time-out", "nothing was changed"]);
                run(&["run"]).ends(0);
                continue;
            }
            "postgres" => "SELECT pg_sleep(20)",
            _ => "SELECT sleep(20) FROM a UNION ALL SELECT sleep(20)",
        };
        project.migration("2_b", sleep, "SELECT 1");
        let begin = std::time::Instant::now();
        // MySQL's sleep returns 1 then, and the others fail.
        let ran = run(&["run", "--statement-timeout", "1"]);
        assert!(
            begin.elapsed().as_secs() < 15,
            "{:?} {}",
            begin.elapsed(),
            ran.err
        );
        std::fs::remove_dir_all(project.path("migrations")).unwrap();
    }
}

#[test]
fn a_database_with_the_tables_begins_with_a_baseline() {
    let project = Project::new("baseline", MODELS);
    for database in Database::all(&project) {
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        let _ = std::fs::remove_dir_all(project.path("migrations"));
        run(&["create-all", "--apply"]).ends(0);
        run(&["baseline", "first"])
            .ends(0)
            .says(&["recorded as applied: the database has the tables"]);
        run(&["run"]).ends(0).says(&["nothing is pending"]);
        run(&["verify"]).ends(0).prints("unchanged: 1\n");
        run(&["baseline", "second"])
            .ends(1)
            .says(&["already has migrations"]);

        let _ = std::fs::remove_dir_all(project.path("migrations"));
        database.execute("DELETE FROM __diesel_schema_migrations");
        database.execute("ALTER TABLE users DROP COLUMN email");
        database.execute("DROP TABLE posts");
        run(&["baseline", "first"]).ends(7).says(&[
            "the table users lacks the column email of its model",
            "not in the database: posts",
        ]);
        assert!(!project.path("migrations").exists());
        database.execute("DROP TABLE users");
        run(&["baseline", "first"])
            .ends(0)
            .says(&["the database has none of the tables"]);
        run(&["run"]).ends(0);
        run(&["drop-all", "--apply"]).ends(0);
    }
}

#[test]
fn the_holder_of_the_lock_is_shown() {
    let project = three("unlock");
    let database = Database::sqlite(&project);
    let run = |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
    run(&["unlock"])
        .ends(2)
        .says(&["no command breaks the migration lock", "unlock --show"]);
    run(&["run"]).ends(0);
    run(&["unlock", "--show"]).ends(0).prints("free\n");
    let path = project.path("test.db.orm-migrate.lock");
    std::fs::write(&path, "process 4711 on elsewhere").unwrap();
    let held = File::options().read(true).open(&path).unwrap();
    held.lock().unwrap();
    let shown = run(&["unlock", "--show"]).ends(0).out;
    assert!(shown.starts_with("process 4711 on elsewhere ("), "{shown}");
}
