//! What only one database has: rebuilds of tables, concurrent indexes, stored programs.

use crate::support::{Database, Project};

const NAME: &str = "20260101000000_a";

#[test]
fn a_rebuild_on_sqlite_keeps_the_children() {
    let project = Project::empty("rebuild");
    let database = Database::sqlite(&project);
    database.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)");
    database.execute(
        "CREATE TABLE children (id INTEGER, p INTEGER REFERENCES parents ON DELETE CASCADE)",
    );
    database.execute("INSERT INTO parents VALUES (1)");
    database.execute("INSERT INTO children VALUES (1, 1)");
    let rebuild = "PRAGMA foreign_keys = OFF;\nBEGIN;\n\
        CREATE TABLE new (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x;');\n\
        INSERT INTO new (id) SELECT id FROM parents;\nDROP TABLE parents;\n\
        ALTER TABLE new RENAME TO parents;\nPRAGMA foreign_key_check;\nCOMMIT;\nPRAGMA foreign_keys = ON;\n";
    project.migration(NAME, rebuild, "SELECT 1");
    project.write(
        &format!("migrations/{NAME}/metadata.toml"),
        "run_in_transaction = false\n",
    );
    let ran = project.run(&["run", "--url", &database.url]);
    ran.ends(0).says(&["(9 statements"]);
    assert_eq!(database.query("SELECT name FROM parents"), ["x;"]);
    assert_eq!(database.query("SELECT count(*) FROM children"), ["1"]);
}

#[test]
fn triggers_on_sqlite_are_one_statement() {
    let project = Project::empty("trigger_sqlite");
    let database = Database::sqlite(&project);
    let up = "CREATE TABLE a (id INTEGER);\nCREATE TABLE log (id INTEGER);\n\
        CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  INSERT INTO log VALUES (new.id);\n  INSERT INTO log VALUES (9);\nEND;\n\
        INSERT INTO a VALUES (1);\n";
    project.migration(NAME, up, "DROP TABLE a; DROP TABLE log");
    project
        .run(&["run", "--url", &database.url])
        .ends(0)
        .says(&["(4 statements"]);
    assert_eq!(database.query("SELECT id FROM log ORDER BY id"), ["1", "9"]);
}

#[test]
#[cfg(feature = "test-postgres")]
fn concurrent_indexes_on_postgres_run_one_by_one() {
    let project = Project::empty("concurrently");
    let database = Database::postgres();
    let up = "CREATE TABLE a (x INTEGER, y INTEGER);\nCREATE INDEX CONCURRENTLY ix ON a (x);\n\
        CREATE INDEX CONCURRENTLY iy ON a (y);\n";
    project.migration(NAME, up, "DROP TABLE a");
    let run = || project.run(&["run", "--url", &database.url]);
    run().ends(1).says(&[
        "up.sql:2: ",
        "CONCURRENTLY",
        "hint: write run_in_transaction = false into metadata.toml",
    ]);
    assert_eq!(database.tables(), ["__diesel_schema_migrations"]);
    project.write(
        &format!("migrations/{NAME}/metadata.toml"),
        "run_in_transaction = false\n",
    );
    run().ends(0).says(&["(3 statements"]);
}

#[test]
#[cfg(feature = "test-postgres")]
fn functions_on_postgres_are_one_statement() {
    let project = Project::empty("function_postgres");
    let database = Database::postgres();
    let up = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END; $$;\n\
        CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 3; END;\n\
        SELECT f(); -- rows that nobody asked for\nSELECT 'E'';', E'\\';';\n";
    project.migration(NAME, up, "DROP FUNCTION f;\nDROP FUNCTION g;");
    project
        .run(&["run", "--url", &database.url])
        .ends(0)
        .says(&["(4 statements"]);
    assert_eq!(database.query("SELECT (f() + g())::text"), ["5"]);
    project.run(&["revert", "--url", &database.url]).ends(0);
}

#[test]
#[cfg(feature = "test-mysql")]
fn programs_on_mysql_run_with_and_without_a_delimiter() {
    let project = Project::empty("program_mysql");
    for database in Database::mariadb_and_mysql() {
        let up = "CREATE TABLE a (id INTEGER);\n\
            CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF NEW.id < 0 THEN SET NEW.id = 0; END IF;\n\
            CREATE PROCEDURE p() BEGIN\n  INSERT INTO a VALUES (1);\n  INSERT INTO a VALUES (2);\nEND;\n\
            DELIMITER //\nCREATE PROCEDURE q() BEGIN CALL p(); INSERT INTO a VALUES (-3); END//\nDELIMITER ;\n\
            CALL q();\n";
        project.migration(NAME, up, "DROP TABLE a; DROP PROCEDURE p; DROP PROCEDURE q");
        project
            .run(&["run", "--url", &database.url])
            .ends(0)
            .says(&["(5 statements"]);
        assert_eq!(
            database.query("SELECT id FROM a ORDER BY id"),
            ["0", "1", "2"]
        );
        project.run(&["redo", "--url", &database.url]).ends(0);
    }
}

#[test]
#[cfg(feature = "test-mysql")]
fn a_function_of_one_case_on_mysql_is_one_statement() {
    let project = Project::empty("case_mysql");
    for database in Database::mariadb_and_mysql() {
        let up = "CREATE FUNCTION grade(x INT) RETURNS INT DETERMINISTIC\n\
            RETURN CASE WHEN x > 1 THEN IF(x > 5, 6, 7) ELSE 0 END;\nCREATE TABLE a (id INTEGER);\n\
            DELIMITER //\nCREATE FUNCTION same(x INT) RETURNS INT DETERMINISTIC BEGIN DO IF(x, 1, 2); RETURN x; END//\n\
            DELIMITER ;\nINSERT INTO a VALUES (grade(same(9)));\n";
        let down = "DROP TABLE a; DROP FUNCTION grade; DROP FUNCTION same";
        project.migration(NAME, up, down);
        let run = |command: &str| project.run(&[command, "--url", &database.url]).ends(0);
        run("run").says(&["(4 statements"]);
        assert_eq!(database.query("SELECT id FROM a"), ["6"]);
        run("redo");
    }
}

#[test]
#[cfg(feature = "test-mysql")]
fn a_transaction_around_definitions_on_mysql_is_what_the_server_makes_of_it() {
    let project = Project::empty("decorative");
    for database in Database::mariadb_and_mysql() {
        let up = "START TRANSACTION;\nCREATE TABLE a (id INTEGER);\nINSERT INTO a VALUES (1);\nCOMMIT;\n";
        project.migration(NAME, up, "DROP TABLE a");
        project
            .run(&["run", "--url", &database.url])
            .ends(0)
            .says(&["(4 statements"]);
        assert_eq!(database.query("SELECT id FROM a"), ["1"]);
        database.execute("DROP TABLE a");
        database.execute("DELETE FROM __diesel_schema_migrations");
        project.write(
            &format!("migrations/{NAME}/up.sql"),
            "START TRANSACTION;\nCREATE TABLE a (id INTEGER);\nINSERT INTO b VALUES (1);\nCOMMIT;\n",
        );
        project
            .run(&["run", "--url", &database.url])
            .ends(1)
            .says(&["up.sql:3: ", "the first 2 of 4 statements stay in effect"]);
        assert_eq!(database.tables(), ["__diesel_schema_migrations", "a"]);
    }
}
