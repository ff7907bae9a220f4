//! Scripts that begin and end transactions themselves, with and without saying so: what is reported of
//! them is what is so.

use crate::support::{Database, Project};

const NAME: &str = "20260101000000_a";

/// A database with an empty table `a` of unique numbers, and a project whose migration runs without a
/// transaction.
struct Case {
    project: Project,
    database: Database,
}

impl Case {
    fn new(project: Project, database: Database) -> Self {
        database.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)");
        project.write(
            &format!("migrations/{NAME}/metadata.toml"),
            "run_in_transaction = false\n",
        );
        Self { project, database }
    }

    /// Runs a script, which fails, with a message that has `state`, and leaves these rows.
    #[track_caller]
    fn fails(&self, script: &str, state: &str, rows: &[&str]) {
        self.database.execute("DELETE FROM a");
        self.project.migration(NAME, script, "");
        // What an earlier script has left.
        self.project
            .run(&["repair", "--start-over", "--url", &self.database.url]);
        self.project
            .run(&["run", "--url", &self.database.url])
            .ends(1)
            .says(&[&format!("state: {state}; the migration counts as pending")]);
        assert_eq!(
            self.database.query("SELECT id FROM a ORDER BY id"),
            rows,
            "{script}"
        );
    }
}

#[test]
fn a_savepoint_of_its_own_is_a_transaction_on_sqlite() {
    let project = Project::empty("outer_savepoint");
    let database = Database::sqlite(&project);
    let case = Case::new(project, database);
    case.fails(
        "SAVEPOINT s;\nINSERT INTO a VALUES (1);\nRELEASE s;\nINSERT INTO a VALUES (1);\n",
        "the first 3 of 4 statements stay in effect",
        &["1"],
    );
    case.fails(
        "SAVEPOINT s;\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);\nRELEASE s;\n",
        "nothing was changed",
        &[],
    );
    case.fails(
        "BEGIN;\nINSERT INTO a VALUES (1);\nROLLBACK;\nSELECT * FROM nowhere;\n",
        "nothing was changed",
        &[],
    );
    case.fails(
        "INSERT OR FAIL INTO a VALUES (1), (1);\n",
        "perhaps part of the failing statement stays in effect",
        &["1"],
    );
}

#[test]
#[cfg(any(feature = "test-postgres", feature = "test-mysql"))]
fn chained_transactions_go_on() {
    let project = Project::empty("chained");
    for database in Database::all(&project) {
        if database.dialect == "sqlite" {
            continue;
        }
        let case = Case::new(Project::empty("chained"), database);
        case.fails(
            "BEGIN;\nINSERT INTO a VALUES (1);\nCOMMIT AND CHAIN;\nINSERT INTO a VALUES (2);\n\
             INSERT INTO a VALUES (2);\nCOMMIT;\n",
            "the first 3 of 6 statements stay in effect",
            &["1"],
        );
        case.fails(
            "BEGIN;\nINSERT INTO a VALUES (1);\nROLLBACK AND CHAIN;\nINSERT INTO a VALUES (2);\n\
             INSERT INTO a VALUES (2);\nCOMMIT;\n",
            "nothing was changed",
            &[],
        );
    }
}

#[test]
#[cfg(feature = "test-mysql")]
fn what_commits_by_itself_on_mysql_is_counted() {
    for database in Database::mariadb_and_mysql() {
        let case = Case::new(Project::empty("implicit_commit"), database);
        case.database
            .execute("CREATE PROCEDURE commits() BEGIN COMMIT; START TRANSACTION; END");
        for (statement, state) in [
            (
                "CREATE TABLE b (id INTEGER)",
                "the first 3 of 5 statements stay in effect",
            ),
            (
                "START TRANSACTION",
                "the first 3 of 5 statements stay in effect",
            ),
            (
                "CHECK TABLE a",
                "the first 3 of 5 statements stay in effect",
            ),
            ("FLUSH TABLES", "the first 3 of 5 statements stay in effect"),
            (
                "CALL commits()",
                "perhaps the first 3 of 5 statements stay in effect",
            ),
        ] {
            let script = format!(
                "BEGIN;\nINSERT INTO a VALUES (1);\n{statement};\nINSERT INTO a VALUES (1);\nCOMMIT;\n"
            );
            case.fails(&script, state, &["1"]);
        }
        case.fails(
            "SET completion_type = 1;\nBEGIN;\nINSERT INTO a VALUES (1);\nCOMMIT;\nINSERT INTO a VALUES (1);\n",
            "the first 4 of 5 statements stay in effect",
            &["1"],
        );
        // What ends the transaction and then fails.
        case.fails(
            "BEGIN;\nINSERT INTO a VALUES (1);\nALTER TABLE b ADD COLUMN id INTEGER;\nCOMMIT;\n",
            "the first 2 of 4 statements stay in effect",
            &["1"],
        );
        // Neither commits.
        for statement in [
            "CREATE TEMPORARY TABLE t (x INTEGER)",
            "CREATE TABLE wrong wrong",
        ] {
            let script = format!(
                "BEGIN;\nINSERT INTO a VALUES (1);\n{statement};\nINSERT INTO a VALUES (1);\nCOMMIT;\n"
            );
            case.fails(&script, "nothing was changed", &[]);
        }
    }
}

#[test]
#[cfg(feature = "test-mysql")]
fn a_program_on_mysql_may_have_done_a_part() {
    for database in Database::mariadb_and_mysql() {
        let case = Case::new(Project::empty("partial"), database);
        case.database.execute(
            "CREATE PROCEDURE p() BEGIN INSERT INTO a VALUES (1); INSERT INTO a VALUES (1); END",
        );
        for script in [
            "CALL p()",
            "BEGIN NOT ATOMIC INSERT INTO a VALUES (1); INSERT INTO a VALUES (1); END",
        ] {
            if script.contains("NOT ATOMIC") && !case.database.is_mariadb() {
                continue; // MySQL has no such statement.
            }
            case.fails(
                script,
                "perhaps part of the failing statement stays in effect",
                &["1"],
            );
        }
    }
}

#[test]
#[cfg(feature = "test-mysql")]
fn tables_on_mysql_that_can_not_roll_back_are_named() {
    let project = Project::empty("myisam");
    for database in Database::mariadb_and_mysql() {
        database.execute("CREATE TABLE m (id INTEGER PRIMARY KEY) ENGINE = MyISAM");
        project.migration(
            NAME,
            "INSERT INTO m VALUES (1);\nINSERT INTO m VALUES (1);\n",
            "",
        );
        project.run(&["run", "--url", &database.url]).ends(1).says(&[
            "state: rolled back, nothing was changed, except perhaps in m, whose engine can't roll back",
        ]);
        assert_eq!(database.query("SELECT id FROM m"), ["1"]);
    }
}

#[test]
#[cfg(feature = "test-mysql")]
fn rows_alone_are_undone_on_mysql_whatever_is_set_before() {
    let project = Project::empty("set_before");
    for database in Database::mariadb_and_mysql() {
        database.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)");
        for first in [
            "SELECT 1",
            "SET NAMES utf8mb4",
            "SET @a = 1, @b := (SELECT 2)",
            "SET SESSION sql_mode = '', foreign_key_checks = 0",
            "DO SLEEP(0)",
            "(SELECT 1)",
            "((SELECT 1) UNION (SELECT 2))",
            "/*!40101 SET NAMES utf8mb4 */",
            "SHOW WARNINGS",
        ] {
            let up = format!("{first};\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);\n");
            project.migration(NAME, &up, "");
            project
                .run(&["run", "--url", &database.url])
                .ends(1)
                .says(&["up.sql:3: ", "state: rolled back, nothing was changed"]);
            assert_eq!(database.query("SELECT id FROM a"), [""; 0], "{first}");
        }
        // What commits, or can't run in a transaction, is run without one.
        for first in [
            "SET autocommit = 1",
            "ALTER TABLE a COMMENT 'x'",
            "CALL p()",
        ] {
            let up = format!("{first};\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);\n");
            project.migration(NAME, &up, "");
            let ran = project.run(&["run", "--url", &database.url]).ends(1);
            assert!(!ran.err.contains("rolled back"), "{}", ran.err);
            database.execute("DELETE FROM a");
            let repair = ["repair", "--start-over", "--url", &database.url];
            project.run(&repair).ends(0);
        }
    }
}

#[test]
#[cfg(feature = "test-postgres")]
fn a_program_on_postgres_may_have_done_a_part() {
    let case = Case::new(Project::empty("partial_postgres"), Database::postgres());
    case.fails(
        "DO $$ BEGIN INSERT INTO a VALUES (1); COMMIT; INSERT INTO a VALUES (1); END $$",
        "perhaps part of the failing statement stays in effect",
        &["1"],
    );
}
