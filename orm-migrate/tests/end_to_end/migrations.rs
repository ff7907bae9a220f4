//! `run`, `revert`, `redo` and `status` over several migrations.

use crate::support::{Database, Project, Ran};

fn three(name: &str) -> Project {
    let project = Project::empty(name);
    for (version, table) in [
        ("2026-01-01-000000-0000", "a"),
        ("20260102000000", "b"),
        ("3", "c"),
    ] {
        project.migration(
            &format!("{version}_{table}"),
            &format!("-- the table {table}\nCREATE TABLE {table} (id INTEGER);\nINSERT INTO {table} VALUES (1);\n"),
            &format!("DROP TABLE {table};\n"),
        );
    }
    project
}

#[test]
fn migrations_run_in_order_and_are_reverted_backwards() {
    let project = three("order");
    for database in Database::all(&project) {
        let url = ["--url", database.url.as_str()];
        let run = |arguments: &[&str]| project.run(&[arguments, &url[..]].concat());
        let order = |ran: &str, verb: &str| -> Vec<String> {
            let lines = ran.lines().filter_map(|line| line.strip_prefix(verb));
            lines
                .map(|line| line.trim().split(' ').next().unwrap().to_owned())
                .collect()
        };
        let all = ["2026-01-01-000000-0000_a", "20260102000000_b", "3_c"];
        assert_eq!(order(&run(&["run"]).ends(0).err, "applied"), all);
        assert_eq!(
            database.query("SELECT version FROM __diesel_schema_migrations ORDER BY version"),
            ["202601010000000000", "20260102000000", "3"]
        );
        assert_eq!(
            order(&run(&["revert", "-n", "2"]).ends(0).err, "reverted"),
            [all[2], all[1]]
        );
        run(&["status"])
            .ends(3)
            .prints(&format!("[X] {}\n[ ] {}\n[ ] {}\n", all[0], all[1], all[2]));
        run(&["run"]).ends(0);
        let redone = run(&["redo", "--number", "2"]).ends(0).err;
        assert_eq!(order(&redone, "reverted"), [all[2], all[1]]);
        assert_eq!(order(&redone, "applied"), [all[1], all[2]]);
        assert_eq!(
            order(&run(&["revert", "--all"]).ends(0).err, "reverted"),
            [all[2], all[1], all[0]]
        );
        assert_eq!(database.tables(), ["__diesel_schema_migrations"]);
    }
}

#[test]
fn a_late_migration_is_still_run() {
    let project = three("late");
    let database = Database::sqlite(&project);
    let run = |command: &str| project.run(&[command, "--url", &database.url]);
    run("run").ends(0);
    project.migration(
        "20260101120000_late",
        "CREATE TABLE late (id INTEGER)",
        "DROP TABLE late",
    );
    run("status").ends(3);
    run("run").ends(0).says(&["applied 20260101120000_late"]);
}

#[test]
fn what_the_folder_lacks_is_drift_and_stops_the_way_back() {
    let project = three("drift");
    for database in Database::all(&project) {
        let run = |command: &str| project.run(&[command, "--url", &database.url]);
        run("run").ends(0);
        std::fs::rename(project.path("migrations/3_c"), project.path("3_c")).unwrap();
        run("status").ends(7).prints(
            "[X] 2026-01-01-000000-0000_a\n[X] 20260102000000_b\n[!] 3 (applied, but not in the folder)\n",
        );
        for command in ["revert", "redo"] {
            run(command).ends(7).says(&[
                "the applied migration 3 is not in the folder",
                "nothing was changed",
            ]);
        }
        run("run").ends(0).says(&["nothing is pending"]);
        assert_eq!(database.query("SELECT count(*) FROM c"), ["1"]);
        std::fs::rename(project.path("3_c"), project.path("migrations/3_c")).unwrap();
    }
}

#[test]
fn a_missing_way_back_is_told_before_anything_is_touched() {
    let project = three("no_down");
    std::fs::remove_file(project.path("migrations/20260102000000_b/down.sql")).unwrap();
    for database in Database::all(&project) {
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        run(&["run"]).ends(0);
        for command in ["revert", "redo"] {
            run(&[command, "-n", "2"]).ends(1).says(&[
                "the migration 20260102000000_b has no down.sql",
                "nothing was changed",
            ]);
        }
        assert_eq!(
            database.tables(),
            ["__diesel_schema_migrations", "a", "b", "c"]
        );
        run(&["revert"]).ends(0);
    }
}

#[test]
fn broken_folders_are_told() {
    let project = three("broken_folder");
    let database = Database::sqlite(&project);
    let run = || project.run(&["run", "--url", &database.url]).ends(1);
    project.migration("2026-01-01-00000-00000_d", "SELECT 1", "");
    run().says(&[
        "two migrations have the version 202601010000000000",
        "2026-01-01-00000-00000_d and 2026-01-01-000000-0000_a",
    ]);
    std::fs::remove_dir_all(project.path("migrations/2026-01-01-00000-00000_d")).unwrap();
    project.write(
        "migrations/3_c/metadata.toml",
        "run_in_transaction = \"yes\"\n",
    );
    run().says(&["3_c/metadata.toml"]);
    project.write(
        "migrations/3_c/metadata.toml",
        "run_in_transaction = true\n",
    );
    project.write("migrations/3_c/up.sql", "");
    run().says(&["migrations/3_c/up.sql is empty"]);
    project.write("migrations/3_c/up.sql", "SELECT 1;\nSELECT 'x;\n");
    run().says(&["migrations/3_c/up.sql:2: a text begins here and is never closed"]);
    project.write("migrations/4/readme", "");
    run().says(&["migrations/4 is not a migration"]);
    assert_eq!(
        database.tables(),
        [""; 0],
        "all is checked before anything is changed"
    );
    project
        .run(&["status", "--migrations", "nowhere", "--url", &database.url])
        .ends(1)
        .says(&[
            "the migrations folder nowhere does not exist",
            "create-all --migration",
        ]);
}

#[test]
fn the_bookkeeping_table_is_diesels() {
    let project = three("bookkeeping");
    let database = Database::sqlite(&project);
    project.run(&["run", "--url", &database.url]).ends(0);
    let sql = "SELECT sql FROM sqlite_master WHERE name = '__diesel_schema_migrations'";
    assert_eq!(
        database.query(sql),
        [
            "CREATE TABLE __diesel_schema_migrations (\n       version VARCHAR(50) PRIMARY KEY NOT NULL,\n       \
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP\n)"
        ]
    );
}

#[test]
fn status_changes_nothing() {
    let project = three("only_looks");
    let database = Database::sqlite(&project);
    let status = || project.run(&["status", "--url", &database.url]);
    status().ends(3).says(&["test.db does not exist yet"]);
    assert!(!project.path("test.db").exists());
    project
        .run(&["status", "--url", "sqlite:///no/such/folder/a.db"])
        .ends(3);
    project.run(&["run", "--url", &database.url]).ends(0);
    database.execute("PRAGMA journal_mode = DELETE");
    let before = std::fs::read(project.path("test.db")).unwrap();
    status().ends(0);
    assert_eq!(std::fs::read(project.path("test.db")).unwrap(), before);
    database.execute("PRAGMA journal_mode = WAL");
    status().ends(0);
    for left in ["test.db-wal", "test.db-shm", "test.db-journal"] {
        assert!(!project.path(left).exists(), "{left}");
    }
}

#[test]
fn the_database_is_named_before_it_is_changed() {
    let project = three("named");
    for database in Database::all(&project) {
        for command in ["run", "redo", "revert"] {
            let ran = project.run(&[command, "--url", &database.url]).ends(0);
            assert!(!ran.err.contains("orm-secret"), "{}", ran.err);
            let first = ran.err.lines().next().unwrap();
            assert!(
                first.starts_with("database: ") && first.contains("://"),
                "{first}"
            );
        }
    }
}

#[test]
fn a_redo_that_is_rolled_back_has_not_been_done() {
    let project = three("redo_told");
    let database = Database::sqlite(&project);
    let run = |command: &str| project.run(&[command, "--url", &database.url]);
    run("run").ends(0);
    project.write("migrations/3_c/up.sql", "SELECT * FROM nowhere");
    let ran = run("redo")
        .ends(1)
        .says(&["rolled back, nothing was changed"]);
    assert!(!ran.err.contains("reverted 3_c"), "{}", ran.err);
}

#[test]
fn a_file_in_the_configuration_is_beside_it() {
    let project = three("beside");
    project.write("orm.toml", "[database]\nurl = \"sqlite://own.db\"\n");
    project.write("below/x", "");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_orm-migrate"));
    let output = std::process::Command::new(program)
        .arg("run")
        .current_dir(project.path("below"))
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(project.path("own.db").exists() && !project.path("below/own.db").exists());
}

#[test]
fn a_migration_to_be_filled_in_is_generated() {
    let project = Project::empty("generated");
    project.write("orm.toml", "[migrations]\ndir = \"migrations\"\n");
    let written = project.run(&["generate", "--empty", "add_age"]).ends(0);
    let name = project.only_migration();
    assert_eq!(written.out, format!("migrations/{name}\n"));
    assert!(name.ends_with("_add_age"), "{name}");
    // It is not applied by mistake before it is filled in; neither is it taken back.
    let database = Database::sqlite(&project);
    let run = |command: &str| project.run(&[command, "--url", &database.url]);
    let file = |script: &str| format!("migrations/{name}/{script}.sql");
    let refused = |ran: Ran, script: &str| {
        ran.ends(1)
            .says(&[&format!("{} has no statements", file(script)), "hint: "]);
    };
    refused(run("run"), "up");
    project.write(&file("up"), "-- Comments alone are a migration, too.\n");
    run("run").ends(0).says(&["(0 statements"]);
    refused(run("revert"), "down");
    project.write(&file("down"), "-- Nothing to take back.\n");
    run("redo").ends(0);
    project
        .run(&["generate", "--empty", "add_age"])
        .ends(1)
        .says(&["already has a migration of that name"]);
    project
        .run(&["generate", "--empty", "a b"])
        .ends(1)
        .says(&["is not a valid migration name", "hint: "]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_redo_asks_on_a_terminal() {
    let project = three("redo_asks");
    let database = Database::sqlite(&project);
    let run = |command: &str| project.run(&[command, "--url", &database.url]);
    run("run").ends(0);
    // Without a terminal it names them and continues.
    run("redo")
        .ends(0)
        .says(&["reverts and applies again: 3_c\n"]);
    // `script` runs a command on a terminal of its own.
    let on_terminal = |options: &str, answer: &str| {
        let program = env!("CARGO_BIN_EXE_orm-migrate");
        let command = format!("{program} redo -n 2 {options} --url {}", database.url);
        let shell = format!("printf '%s' '{answer}' | script -qec '{command}' /dev/null");
        project.run_program(std::path::Path::new("/bin/sh"), &["-c", &shell], &[])
    };
    let names = "reverts and applies again: 3_c, 20260102000000_b";
    let no = on_terminal("", "\n");
    assert_eq!(no.code, Some(1), "{}", no.out);
    for expected in [
        names,
        "Continue? [y/N]",
        "canceled by the user",
        "nothing was changed",
    ] {
        assert!(no.out.contains(expected), "{}", no.out);
    }
    assert!(!no.out.contains("reverted"), "{}", no.out);
    let yes = on_terminal("", "y\n");
    assert_eq!(yes.code, Some(0), "{}", yes.out);
    assert!(yes.out.contains("reverted 3_c"), "{}", yes.out);
    let unasked = on_terminal("--yes", "");
    assert!(
        unasked.out.contains(names) && !unasked.out.contains("[y/N]"),
        "{}",
        unasked.out
    );
}
