//! Statements that fail in the middle: the message, and what is left.

use crate::support::{Database, Project};

const NAME: &str = "20260101000000_a";

/// Three statements, the second one wrong.
const WRONG: &str = "CREATE TABLE a (id INTEGER);\n\n-- here it goes wrong\nINSERT INTO nowhere\nVALUES (1);\nCREATE TABLE c (id INTEGER);\n";

#[test]
fn a_failing_statement_is_named_and_the_rest_undone() {
    let project = Project::empty("failing");
    for database in Database::all(&project) {
        let run = |command: &str| project.run(&[command, "--url", &database.url]);
        project.migration(NAME, WRONG, "DROP TABLE c;\nDROP TABLE a;\n");
        let ran = run("run").ends(1).says(&[
            &format!("error: migrations/{NAME}/up.sql:4: "),
            "sql: INSERT INTO nowhere",
            "database: ",
            "nowhere",
        ]);
        if database.has_transactional_ddl() {
            ran.says(&["state: rolled back, nothing was changed; the migration counts as pending"]);
            assert_eq!(database.tables(), ["__diesel_schema_migrations"]);
        } else {
            ran.says(&[
                "state: the first 1 of 3 statements stay in effect; the migration counts as pending",
                "hint: correct the statement, and run the command again",
            ]);
            assert_eq!(database.tables(), ["__diesel_schema_migrations", "a"]);
        }
        run("status").ends(3);
        project.write(
            &format!("migrations/{NAME}/up.sql"),
            &WRONG.replace("nowhere", "a"),
        );
        run("run").ends(0);
        assert_eq!(database.tables(), ["__diesel_schema_migrations", "a", "c"]);

        project.write(
            &format!("migrations/{NAME}/down.sql"),
            "DROP TABLE c;\nDROP TABLE nowhere;\n",
        );
        let ran = run("revert")
            .ends(1)
            .says(&[&format!("{NAME}/down.sql:2: "), "counts as applied"]);
        let left: &[&str] = if database.has_transactional_ddl() {
            ran.says(&["rolled back"]);
            &["__diesel_schema_migrations", "a", "c"]
        } else {
            ran.says(&["the first 1 of 2 statements stay in effect"]);
            &["__diesel_schema_migrations", "a"]
        };
        assert_eq!(database.tables(), left);
        run("status").ends(if database.has_transactional_ddl() {
            0
        } else {
            3
        });
    }
}

#[test]
fn earlier_migrations_stay_applied() {
    let project = Project::empty("failing_second");
    for database in Database::all(&project) {
        project.migration("1_ok", "CREATE TABLE ok (id INTEGER)", "DROP TABLE ok");
        project.migration("2_wrong", WRONG, "");
        let ran = project.run(&["run", "--url", &database.url]).ends(1);
        ran.says(&["applied 1_ok (1 statement, ", "2_wrong/up.sql:4: "]);
        let status = project.run(&["status", "--url", &database.url]).ends(3);
        let mark = if database.has_transactional_ddl() {
            ' '
        } else {
            '/'
        };
        status.prints(&format!("[X] 1_ok\n[{mark}] 2_wrong\n"));
    }
}

#[test]
fn without_a_transaction_what_ran_stays_and_is_counted() {
    let project = Project::empty("failing_bare");
    for database in Database::all(&project) {
        project.migration(NAME, WRONG, "");
        project.write(
            &format!("migrations/{NAME}/metadata.toml"),
            "run_in_transaction = false\n",
        );
        project.run(&["run", "--url", &database.url]).ends(1).says(&[
            "up.sql:4: ",
            "state: the first 1 of 3 statements stay in effect; the migration counts as pending",
        ]);
        assert_eq!(database.tables(), ["__diesel_schema_migrations", "a"]);
    }
}

#[test]
fn changes_of_rows_alone_are_undone_on_every_database() {
    let project = Project::empty("failing_rows");
    for database in Database::all(&project) {
        database.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)");
        project.migration(
            NAME,
            "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);",
            "",
        );
        let ran = project.run(&["run", "--url", &database.url]).ends(1);
        ran.says(&[
            "up.sql:2: duplicate value violates a unique constraint",
            "state: rolled back",
        ]);
        assert_eq!(database.query("SELECT count(*) FROM a"), ["0"]);
    }
}

#[test]
fn a_failed_redo_is_undone_where_it_can_be() {
    let project = Project::empty("failing_redo");
    for database in Database::all(&project) {
        project.migration(NAME, "CREATE TABLE a (id INTEGER);", "DROP TABLE a;");
        let run = |command: &str| project.run(&[command, "--url", &database.url]);
        run("run").ends(0);
        project.write(&format!("migrations/{NAME}/up.sql"), WRONG);
        let ran = run("redo").ends(1).says(&["up.sql:4: "]);
        if database.has_transactional_ddl() {
            ran.says(&["state: rolled back, nothing was changed"]);
            // Its old text is applied.
            run("status").ends(7);
        } else {
            ran.says(&["state: the first 1 of 3 statements stay in effect"]);
            run("status").ends(3);
        }
        assert_eq!(database.tables(), ["__diesel_schema_migrations", "a"]);
    }
}

#[test]
fn a_script_that_ends_the_transaction_is_refused_before_it_runs() {
    let project = Project::empty("ends_transaction");
    for database in Database::all(&project) {
        if database.has_transactional_ddl() {
            project.migration(NAME, "CREATE TABLE a (id INTEGER);\nCOMMIT;\n", "");
            let ran = project.run(&["run", "--url", &database.url]).ends(1);
            ran.says(&[
                "up.sql:2: BEGIN, COMMIT and ROLLBACK are not allowed",
                "run_in_transaction = false",
            ]);
            assert_eq!(database.tables(), [""; 0]);
        }
    }
}

#[test]
fn a_script_may_have_a_transaction_of_its_own() {
    let project = Project::empty("own_transaction");
    for database in Database::all(&project) {
        database.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)");
        project.write(
            &format!("migrations/{NAME}/metadata.toml"),
            "run_in_transaction = false\n",
        );
        project.migration(
            NAME,
            "BEGIN;\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);\nCOMMIT;",
            "",
        );
        let run = |command: &str| project.run(&[command, "--url", &database.url]);
        run("run")
            .ends(1)
            .says(&["up.sql:3: ", "state: nothing was changed"]);
        assert_eq!(database.query("SELECT count(*) FROM a"), ["0"]);

        project.write(
            &format!("migrations/{NAME}/up.sql"),
            "BEGIN;\nINSERT INTO a VALUES (1);\nCOMMIT;\nBEGIN;\nINSERT INTO a VALUES (2);\nROLLBACK;\nINSERT INTO a VALUES (3);\nBEGIN;",
        );
        run("run")
            .ends(1)
            .says(&["up.sql begins a transaction and doesn't end it"]);
        assert_eq!(database.query("SELECT id FROM a ORDER BY id"), ["1", "3"]);
        database.execute("DELETE FROM a");
        run("verify").ends(3);
        project
            .run(&["repair", "--start-over", "--url", &database.url])
            .ends(0);
        let script = "BEGIN;\nINSERT INTO a VALUES (1);\nCOMMIT;\n";
        project.write(&format!("migrations/{NAME}/up.sql"), script);
        run("run").ends(0);
        assert_eq!(database.query("SELECT id FROM a"), ["1"]);
    }
}

#[test]
fn a_database_that_can_not_be_reached_is_told_at_once() {
    let project = Project::empty("unreachable");
    project.migration(NAME, WRONG, "");
    let run = |url: &str| project.run(&["run", "--url", url]);
    run("sqlite:///no/such/folder/a.db")
        .ends(1)
        .says(&["error: ", "/no/such/folder"]);
    for url in [
        "postgresql://u:hidden@127.0.0.1:1/d",
        "mysql://u:hidden@127.0.0.1:1/d",
    ] {
        let ran = run(url).ends(1);
        assert!(!ran.err.contains("hidden"), "{}", ran.err);
        ran.says(&["127.0.0.1"]);
    }
    // The same code as where only the dialect is needed.
    for command in ["run", "status", "revert", "redo", "create-all"] {
        let ran = project.run(&[command, "--url", "oracle://u:hidden@h/d"]);
        let ran = ran.ends(2);
        assert!(!ran.err.contains("hidden"), "{}", ran.err);
        project.run(&[command, "--url", ""]).ends(2);
    }
}
