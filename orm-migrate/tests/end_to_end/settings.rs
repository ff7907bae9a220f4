//! What a script sets of its connection, and that the next one doesn't find it so.

use crate::support::{Database, Project};

fn without_transaction(project: &Project, name: &str) {
    project.write(
        &format!("migrations/{name}/metadata.toml"),
        "run_in_transaction = false\n",
    );
}

#[test]
fn a_setting_ends_with_its_migration() {
    let project = Project::empty("setting");
    for database in Database::all(&project) {
        database.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)");
        database.execute(
            "CREATE TABLE children (p INTEGER NOT NULL, FOREIGN KEY (p) REFERENCES parents (id))",
        );
        let sets = match database.dialect {
            "sqlite" => "PRAGMA foreign_keys = OFF;",
            "postgres" => "SET statement_timeout = 5; SET search_path = nowhere;",
            _ => "SET FOREIGN_KEY_CHECKS = 0; SET time_zone = '+05:00';",
        };
        project.migration("1_sets", sets, "SELECT 1");
        without_transaction(&project, "1_sets");
        let next = match database.dialect {
            "postgres" => "SELECT pg_sleep(0.1);\nINSERT INTO children VALUES (9);",
            _ => "INSERT INTO children VALUES (9);",
        };
        project.migration("2_next", next, "SELECT 1");
        project
            .run(&["run", "--url", &database.url])
            .ends(1)
            .says(&[
                "applied 1_sets",
                "2_next/up.sql",
                "violates a foreign key constraint",
            ]);
        assert_eq!(database.query("SELECT count(*) FROM children"), ["0"]);
    }
}

fn family(name: &str) -> (Project, Database) {
    let project = Project::empty(name);
    let database = Database::sqlite(&project);
    database.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)");
    database.execute("CREATE TABLE children (p INTEGER REFERENCES parents ON DELETE CASCADE)");
    database.execute("INSERT INTO parents VALUES (1)");
    database.execute("INSERT INTO children VALUES (1)");
    (project, database)
}

#[test]
fn orphans_are_found_before_they_are_stored() {
    let (project, database) = family("orphans");
    let up = "PRAGMA foreign_keys = OFF;\nBEGIN;\nDELETE FROM parents;\nCOMMIT;\nPRAGMA foreign_keys = ON;\n";
    project.migration("1_a", up, "");
    without_transaction(&project, "1_a");
    project
        .run(&["run", "--url", &database.url])
        .ends(1)
        .says(&[
            "1_a/up.sql:4: foreign key violation: rows of the table children reference missing rows of parents",
            "the first 1 of 5 statements stay in effect; the migration counts as pending",
        ]);
    assert_eq!(database.query("SELECT count(*) FROM parents"), ["1"]);
}

#[test]
fn orphans_that_are_stored_are_told() {
    let (project, database) = family("orphans_stored");
    project.migration(
        "1_a",
        "PRAGMA foreign_keys = OFF;\nDELETE FROM parents;\n",
        "",
    );
    without_transaction(&project, "1_a");
    project
        .run(&["run", "--url", &database.url])
        .ends(1)
        .says(&[
            "foreign key violation: rows of the table children reference missing rows of parents",
            "the first 2 of 2 statements stay in effect; the migration counts as pending",
        ]);
}

#[test]
fn a_switch_that_does_nothing_is_refused() {
    let (project, database) = family("switch_refused");
    let up = "PRAGMA main.\"foreign_keys\" = OFF;\nDELETE FROM parents;\n";
    project.migration("1_a", up, "");
    project
        .run(&["run", "--url", &database.url])
        .ends(1)
        .says(&[
            "1_a/up.sql:1: SQLite ignores PRAGMA foreign_keys inside a transaction",
            "run_in_transaction = false",
        ]);
    assert_eq!(database.query("SELECT count(*) FROM children"), ["1"]);
}

#[test]
#[cfg(feature = "test-mysql")]
fn what_mysql_is_set_to_hides_no_bookkeeping() {
    let project = Project::empty("autocommit");
    for database in Database::mariadb_and_mysql() {
        let up = "CREATE TABLE a (id INTEGER);\nSET autocommit = 0;\nSET SESSION sql_mode = 'ANSI_QUOTES';\n\
            INSERT INTO a VALUES (1);\nCOMMIT;\nUSE information_schema;\n";
        project.migration("1_a", up, "SELECT 1");
        project.migration(
            "2_b",
            "LOCK TABLES a WRITE;\nINSERT INTO a VALUES (2);\n",
            "SELECT 1",
        );
        project.run(&["run", "--url", &database.url]).ends(0);
        assert_eq!(database.query("SELECT id FROM a ORDER BY id"), ["1", "2"]);
        project
            .run(&["status", "--url", &database.url])
            .ends(0)
            .prints("[X] 1_a\n[X] 2_b\n");
    }
}

#[test]
#[cfg(feature = "test-postgres")]
fn a_transaction_on_postgres_may_begin_with_its_options() {
    let project = Project::empty("transaction_options");
    let database = Database::postgres();
    let up = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nSET LOCAL search_path = pg_catalog;\n\
        CREATE TABLE public.a (id INTEGER);\nSET ROLE pg_monitor;\n";
    project.migration("1_a", up, "DROP TABLE a");
    project.migration("2_b", "CREATE TABLE b (id INTEGER)", "DROP TABLE b");
    let ran = project.run(&["run", "--url", &database.url]);
    ran.ends(0).says(&["applied 1_a", "applied 2_b"]);
}
