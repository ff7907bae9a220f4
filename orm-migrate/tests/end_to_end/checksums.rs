//! Checksums of applied migrations: `verify`, `repair` and what `run` and `status` make of an edited script.

use crate::support::{Database, Project};

const NAME: &str = "20260101000000_a";
const UP: &str = "-- the table a\nCREATE TABLE a (id INTEGER);\nINSERT INTO a VALUES (1);\n";

#[test]
fn an_edited_script_of_an_applied_migration_is_told() {
    let project = Project::empty("edited");
    let file = format!("migrations/{NAME}/up.sql");
    for database in Database::all(&project) {
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        project.migration(NAME, UP, "DROP TABLE a;\n");
        run(&["run"]).ends(0);
        run(&["verify"]).ends(0).prints("unchanged: 1\n");
        // Another checkout.
        project.write(&file, &format!("\u{feff}{}", UP.replace('\n', "\r\n")));
        run(&["verify"]).ends(0).prints("unchanged: 1\n");

        project.write(&file, &UP.replace("(1)", "(2)"));
        project.migration(
            "20260102000000_b",
            "CREATE TABLE b (id INTEGER);",
            "DROP TABLE b;",
        );
        let edited = format!("edited: {NAME}\nunchanged: 0\n");
        run(&["verify"])
            .ends(7)
            .prints(&edited)
            .says(&["into a new migration"]);
        run(&["run"]).ends(7).says(&[
            &format!(
                "error: the migration {NAME} is applied, and its up.sql was edited since then"
            ),
            "state: nothing was changed",
            "orm-migrate redo",
            "orm-migrate repair",
        ]);
        run(&["run", "--dry-run"]).ends(7);
        run(&["status"]).ends(7).prints(&format!(
            "[!] {NAME} (edited since it was applied)\n[ ] 20260102000000_b\n"
        ));
        let json = run(&["status", "--json"]).ends(7).out;
        assert!(
            json.contains("\"edited\":1") && json.contains("\"state\":\"edited\""),
            "{json}"
        );
        assert_eq!(database.tables(), ["__diesel_schema_migrations", "a"]);

        // What can't be read is not what was applied.
        project.write(&file, "");
        run(&["verify"]).ends(7).prints(&edited);
        project.write(&file, &UP.replace("(1)", "(2)"));
        run(&["repair"])
            .ends(0)
            .says(&[&format!("accepted {NAME}")]);
        run(&["repair"]).ends(0).says(&["nothing to repair"]);
        run(&["run"]).ends(0).says(&["applied 20260102000000_b"]);

        // While it is written, it is reverted and applied again.
        project.write(
            "migrations/20260102000000_b/up.sql",
            "CREATE TABLE b (id BIGINT);",
        );
        run(&["status"]).ends(7);
        run(&["redo"]).ends(0);
        run(&["verify"]).ends(0).prints("unchanged: 2\n");
        run(&["revert", "--all"]).ends(0);
        let rows = database.query("SELECT count(*) FROM __orm_migration_log");
        assert_eq!(rows, ["0"]);
        std::fs::remove_dir_all(project.path("migrations/20260102000000_b")).unwrap();
    }
}

#[test]
fn what_another_tool_did_has_no_checksum() {
    let project = Project::empty("other_tool");
    for database in Database::all(&project) {
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        project.migration(NAME, UP, "DROP TABLE a;\n");
        run(&["run"]).ends(0);
        // diesel has reverted it, and applied it again after it was edited.
        database.execute("DELETE FROM __diesel_schema_migrations");
        run(&["status"]).ends(3);
        database.execute(
            "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20260101000000', '2026-01-01 00:00:00')",
        );
        project.write(
            &format!("migrations/{NAME}/up.sql"),
            "CREATE TABLE a (id BIGINT);\n",
        );
        let unknown = format!("without a checksum: {NAME}\nunchanged: 0\n");
        run(&["verify"])
            .ends(0)
            .prints(&unknown)
            .says(&["diesel stores no checksums"]);
        run(&["run"]).ends(0).says(&["nothing is pending"]);
        run(&["repair"])
            .ends(0)
            .says(&[&format!("accepted {NAME}")]);
        run(&["verify"]).ends(0).prints("unchanged: 1\n");
        // Without the log everything works as with diesel's table alone.
        database.execute("DROP TABLE __orm_migration_log");
        run(&["status"]).ends(0);
        run(&["verify"]).ends(0).prints(&unknown);
        run(&["revert"]).ends(0);
        run(&["run"]).ends(0);
        run(&["verify"]).ends(0).prints("unchanged: 1\n");
        std::fs::rename(project.path("migrations"), project.path("elsewhere")).unwrap();
        project.write("migrations/.keep", "");
        run(&["verify"])
            .ends(7)
            .prints("not in the folder: 20260101000000\nunchanged: 0\n");
        std::fs::remove_dir_all(project.path("migrations")).unwrap();
        std::fs::rename(project.path("elsewhere"), project.path("migrations")).unwrap();
    }
}

#[test]
fn a_database_that_is_missing_has_nothing_to_verify() {
    let project = Project::empty("verify_missing");
    project.migration(NAME, UP, "");
    let database = Database::sqlite(&project);
    let ran = project.run(&["verify", "--url", &database.url]).ends(0);
    ran.says(&["does not exist yet"]);
    assert!(!project.path("test.db").exists());
}
