//! Scripts that can't be run, as other tools write them: each message names the line and what to do.

use crate::support::{Database, Project, Ran};

const NAME: &str = "20260101000000_a";

/// Runs a migration that fails.
#[track_caller]
fn fails(project: &Project, database: &Database, up: &str) -> Ran {
    project.migration(NAME, up, "");
    let ran = project.run(&["run", "--url", &database.url]).ends(1);
    ran.says(&["error: migrations/", "hint: "])
}

#[test]
#[cfg(feature = "test-postgres")]
fn what_only_psql_understands_is_named() {
    let project = Project::empty("psql_only");
    let database = Database::postgres();
    let before = "CREATE TABLE t (a text);\n";
    for (up, expected) in [
        (
            "COPY t FROM stdin;\nx\n\\.\n",
            "up.sql:2: COPY … FROM STDIN is not supported",
        ),
        // The apostrophe in the data is not to blame.
        (
            "COPY t (a) FROM stdin WITH CSV;\nit's\n\\.\n",
            "up.sql:2: COPY … FROM STDIN",
        ),
        (
            "COPY t TO STDOUT;",
            "up.sql:2: COPY … TO STDOUT is not supported",
        ),
        (
            "\\connect x\nSELECT 1;",
            "up.sql:2: \\connect is a command of psql, not SQL",
        ),
        (
            "SELECT 1\n\\gexec\n",
            "up.sql:3: \\gexec is a command of psql, not SQL",
        ),
        (
            "\\restrict it's\n",
            "up.sql:2: \\restrict is a command of psql, not SQL",
        ),
    ] {
        fails(&project, &database, &format!("{before}{up}")).says(&[expected]);
        assert_eq!(database.tables(), [""; 0], "nothing was run");
    }
}

#[test]
#[cfg(feature = "test-postgres")]
fn a_new_value_of_an_enum_is_used_in_another_transaction() {
    let project = Project::empty("enum_value");
    let database = Database::postgres();
    database.execute("CREATE TYPE m AS ENUM ('a')");
    let up = "ALTER TYPE m ADD VALUE 'b';\nCREATE TABLE e (m m DEFAULT 'b');\n";
    fails(&project, &database, up).says(&[
        "up.sql:2: ",
        "in a migration of its own",
        "run_in_transaction = false",
    ]);
    project.write(
        &format!("migrations/{NAME}/metadata.toml"),
        "run_in_transaction = false\n",
    );
    project.run(&["run", "--url", &database.url]).ends(0);
}

#[test]
fn what_sqlite_refuses_in_a_transaction_is_told() {
    let project = Project::empty("sqlite_transaction");
    let database = Database::sqlite(&project);
    for up in [
        "SELECT 1;\nVACUUM;",
        "SELECT 1;\nPRAGMA synchronous = EXTRA;",
    ] {
        fails(&project, &database, up).says(&["up.sql:2: ", "run_in_transaction = false"]);
    }
    fails(&project, &database, ".mode csv\nSELECT 1;")
        .says(&["up.sql:1: .mode is a command of the sqlite3 shell, not SQL"]);
}

#[test]
fn a_script_that_is_not_utf8_is_told_with_its_line() {
    let project = Project::empty("not_utf8");
    let database = Database::sqlite(&project);
    project.migration(NAME, "", "");
    let up = project.path(&format!("migrations/{NAME}/up.sql"));
    let run = || project.run(&["run", "--url", &database.url]).ends(1);
    std::fs::write(
        &up,
        b"CREATE TABLE a (x TEXT);\nINSERT INTO a VALUES ('\xff');\n",
    )
    .unwrap();
    run().says(&[
        "up.sql:2: the text is not UTF-8 (byte 0xff)",
        "iconv -f ISO-8859-1",
    ]);
    std::fs::write(&up, b"\xff\xfeC\0R\0").unwrap();
    run().says(&["up.sql:1: the text is not UTF-8", "iconv -f UTF-16"]);
    assert_eq!(database.tables(), [""; 0]);
}

#[test]
fn other_mistakes_have_hints_too() {
    let project = Project::empty("hints");
    for database in Database::all(&project) {
        fails(&project, &database, "SELECT 1;\nSELECT 'a")
            .says(&["up.sql:2: a text begins here and is never closed"]);
        fails(&project, &database, "SELECT 1;\nSELECT * FROM nowhere;").says(&["up.sql:2: "]);
        database.execute("CREATE TABLE a (id INTEGER)");
        let ran = fails(
            &project,
            &database,
            "SELECT 1;\nCREATE TABLE a (id INTEGER)",
        );
        ran.says(&["up.sql:2: ", "created outside the migrations"]);
        project.write(
            &format!("migrations/{NAME}/metadata.toml"),
            "\nrun_in_transaction = 1\n",
        );
        let ran = project.run(&["run", "--url", &database.url]).ends(1);
        ran.says(&["metadata.toml:2: ", "hint: write run_in_transaction"]);
        std::fs::remove_file(project.path(&format!("migrations/{NAME}/metadata.toml"))).unwrap();
    }
    project.write("orm.toml", "[models]\npackages = \"p\"\n");
    project
        .run(&["models"])
        .ends(1)
        .says(&["orm.toml:2: ", "hint: orm.toml has"]);
}
