//! SQLite: migrations that drop tables to which others refer.

use diesel_migrations::MigrationHarness as _;
use orm_migrate::migration::{Direction, MigrationConnection, Tag};

use crate::support::{Database, Project};

const CREATE: &str =
    "CREATE TABLE parent_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x');\n";

const REBUILD: &str = "CREATE TABLE parent_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x');\n\
    INSERT INTO parent_new (id) SELECT id FROM parent;\nDROP TABLE parent;\n\
    ALTER TABLE parent_new RENAME TO parent;\n";

const WRITTEN: &str = "PRAGMA foreign_keys = OFF;\nBEGIN IMMEDIATE;\n\
    CREATE TABLE parent_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x');\n\
    INSERT INTO parent_new (id) SELECT parent.id FROM parent;\nDROP TABLE parent;\n\
    PRAGMA legacy_alter_table = ON;\nALTER TABLE parent_new RENAME TO parent;\n\
    PRAGMA legacy_alter_table = OFF;\nPRAGMA foreign_key_check;\nCOMMIT;\nPRAGMA foreign_keys = ON;\n";

/// Two parents with three children, which refer to them by `action`.
fn family(name: &str, action: &str) -> (Project, Database) {
    let project = Project::empty(name);
    let database = Database::sqlite(&project);
    for sql in [
        "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT)",
        &format!(
            "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id) {action})"
        ),
        "INSERT INTO parent VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO child VALUES (1, 1), (2, 2), (3, 2)",
    ] {
        database.execute(sql);
    }
    (project, database)
}

fn without_transaction(project: &Project, name: &str) {
    project.write(
        &format!("migrations/{name}/metadata.toml"),
        "run_in_transaction = false\n",
    );
}

#[track_caller]
fn keeps_children(database: &Database) {
    let rows = "SELECT group_concat(id || ':' || ifnull(parent_id, '-'), ' ') FROM child";
    assert_eq!(database.query(rows), ["1:1 2:2 3:2"]);
}

/// Scripts that run without a transaction of the migration's, each with its name.
fn without_a_transaction() -> [(&'static str, String); 5] {
    [
        ("5_own", format!("BEGIN;\n{REBUILD}COMMIT;\n")),
        // The switch is on again before the table is dropped.
        (
            "6_on",
            format!("PRAGMA foreign_keys = ON;\nBEGIN;\n{REBUILD}COMMIT;\n"),
        ),
        (
            "7_savepoint",
            format!("SAVEPOINT s;\n{REBUILD}RELEASE s;\n"),
        ),
        ("8_none", REBUILD.to_owned()),
        // As `Dialect::alter` writes it, twice, with a view that RENAME TO would refuse.
        (
            "9_written",
            format!(
                "CREATE VIEW names AS SELECT name FROM parent;\n{WRITTEN}{WRITTEN}DROP VIEW names;\n"
            ),
        ),
    ]
}

#[test]
fn a_rebuild_keeps_the_rows_that_refer_to_the_table() {
    for (at, action) in [
        "ON DELETE CASCADE",
        "ON DELETE SET NULL",
        "ON DELETE RESTRICT",
        "",
    ]
    .into_iter()
    .enumerate()
    {
        let (project, database) = family(&format!("rebuild_{at}"), action);
        let run = |command: &str| project.run(&[command, "--url", &database.url]);
        for (name, up) in [
            ("1_plain", REBUILD.to_owned()),
            (
                "2_switched",
                format!("PRAGMA foreign_keys = OFF;\n{REBUILD}PRAGMA foreign_keys = ON;\n"),
            ),
            (
                "3_copy_aside",
                "CREATE TABLE copy AS SELECT * FROM parent;\nDROP TABLE parent;\n\
                 CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);\n\
                 INSERT INTO parent SELECT * FROM copy;\nDROP TABLE copy;\n"
                    .to_owned(),
            ),
            (
                "4_rename_first",
                "PRAGMA legacy_alter_table = ON;\nALTER TABLE parent RENAME TO old;\n\
                 CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);\n\
                 INSERT INTO parent SELECT id, name FROM old;\nDROP TABLE old;\n"
                    .to_owned(),
            ),
        ] {
            project.migration(name, &up, REBUILD);
            run("run").ends(0);
            keeps_children(&database);
            // Both ways in one transaction, and back.
            run("redo").ends(0);
            run("revert").ends(0);
            run("run").ends(0);
            keeps_children(&database);
        }
        for (name, up) in without_a_transaction() {
            project.migration(name, &up, &up);
            without_transaction(&project, name);
            run("run").ends(0);
            run("redo").ends(0);
            keeps_children(&database);
        }
    }
}

#[test]
fn other_migrations_of_the_same_run_cascade() {
    let (project, database) = family("cascades", "ON DELETE CASCADE");
    project.migration("1_rebuild", REBUILD, "SELECT 1");
    project.migration("2_delete", "DELETE FROM parent WHERE id = 2", "SELECT 1");
    project.migration("3_own", &format!("BEGIN;\n{REBUILD}COMMIT;\n"), "SELECT 1");
    without_transaction(&project, "3_own");
    project.migration("4_delete", "DELETE FROM parent WHERE id = 1", "SELECT 1");
    project.run(&["run", "--url", &database.url]).ends(0);
    assert_eq!(database.query("SELECT count(*) FROM child"), ["0"]);
}

#[test]
fn a_redo_whose_one_script_drops_and_the_other_deletes_keeps_both_meanings() {
    let (project, database) = family("redo_mixed", "ON DELETE CASCADE");
    project.migration("1_a", "DELETE FROM parent WHERE id = 1", REBUILD);
    let run = |command: &str| project.run(&[command, "--url", &database.url]);
    run("run").ends(0);
    database.execute("INSERT INTO parent VALUES (1, 'a')");
    database.execute("INSERT INTO child VALUES (1, 1)");
    run("redo").ends(0);
    assert_eq!(database.query("SELECT id FROM child"), ["2", "3"]);
}

#[test]
fn rows_that_a_migration_leaves_without_parent_are_named() {
    for (at, (up, expected)) in [
        (
            format!("{CREATE}DROP TABLE parent;\nALTER TABLE parent_new RENAME TO parent;\n"),
            "foreign key violation: rows of the table child reference missing rows of parent (3 rows)",
        ),
        (
            "ALTER TABLE parent RENAME TO old;\nCREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);\n\
             INSERT INTO parent SELECT * FROM old;\nDROP TABLE old;\n"
                .to_owned(),
            "foreign key violation: rows of the table child reference missing rows of old (3 rows)",
        ),
        (
            format!("{CREATE}DROP TABLE parent;\n"),
            "foreign key violation: rows of the table child reference missing rows of parent (3 rows)",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        for own in [false, true] {
            let (project, database) = family(&format!("orphans_{at}_{own}"), "ON DELETE CASCADE");
            if own {
                project.migration("1_a", &format!("BEGIN;\n{up}COMMIT;\n"), "SELECT 1");
                without_transaction(&project, "1_a");
            } else {
                project.migration("1_a", &up, "SELECT 1");
            }
            project
                .run(&["run", "--url", &database.url])
                .ends(1)
                .says(&[expected, "hint: ", "nothing was changed; the migration counts as pending"]);
            keeps_children(&database);
            assert_eq!(database.query("SELECT count(*) FROM parent"), ["2"]);
        }
    }
}

#[test]
fn rows_that_had_no_parent_before_are_no_obstacle() {
    let (project, database) = family("orphans_before", "ON DELETE CASCADE");
    database.execute("PRAGMA foreign_keys = OFF; INSERT INTO child VALUES (4, 9)");
    project.migration("1_a", REBUILD, "DELETE FROM parent; DROP TABLE parent");
    let run = |command: &str| project.run(&[command, "--url", &database.url]);
    run("run").ends(0);
    assert_eq!(database.query("SELECT count(*) FROM child"), ["4"]);
    run("revert")
        .ends(1)
        .says(&["reference missing rows of parent (4 rows)"]);
    assert_eq!(database.query("SELECT count(*) FROM child"), ["4"]);
}

#[test]
fn a_table_that_others_refer_to_is_dropped_with_them_only() {
    for (at, action) in ["ON DELETE CASCADE", "ON DELETE SET NULL", ""]
        .into_iter()
        .enumerate()
    {
        let (project, database) = family(&format!("dropped_{at}"), action);
        // As on the servers, whether there are rows or not.
        database.execute("DELETE FROM child");
        project.migration("1_a", "SELECT 1", "DROP TABLE parent");
        let run = |command: &str| project.run(&[command, "--url", &database.url]);
        run("run").ends(0);
        run("revert").ends(1).says(&[
            "the table child references parent, which the script drops",
            "the migration counts as applied",
        ]);
        project.migration("1_a", "SELECT 1", "DROP TABLE parent;\nDROP TABLE child;");
        run("revert").ends(0);
        assert_eq!(database.tables(), ["__diesel_schema_migrations"]);
    }
}

#[test]
fn triggers_views_and_references_to_itself_go_on() {
    let project = Project::empty("rebuild_around");
    let database = Database::sqlite(&project);
    for sql in [
        "CREATE TABLE node (id INTEGER PRIMARY KEY, up INTEGER REFERENCES node (id) ON DELETE CASCADE)",
        "CREATE TABLE log (id INTEGER)",
        "CREATE VIEW roots AS SELECT id FROM node WHERE up IS NULL",
        "CREATE TRIGGER logs AFTER INSERT ON log BEGIN UPDATE node SET id = id; END",
        "INSERT INTO node VALUES (1, NULL), (2, 1), (3, 2)",
    ] {
        database.execute(sql);
    }
    let up = "PRAGMA legacy_alter_table = ON;\n\
        CREATE TABLE node_new (id INTEGER PRIMARY KEY, up INTEGER REFERENCES node (id) ON DELETE CASCADE, n TEXT);\n\
        INSERT INTO node_new (id, up) SELECT id, up FROM node;\nDROP TABLE node;\n\
        ALTER TABLE node_new RENAME TO node;\n";
    project.migration("1_a", up, "SELECT 1");
    project.run(&["run", "--url", &database.url]).ends(0);
    assert_eq!(database.query("SELECT count(*) FROM node"), ["3"]);
    assert_eq!(database.query("SELECT id FROM roots"), ["1"]);
    database.execute("INSERT INTO log VALUES (1)");
    database.execute("DELETE FROM node WHERE id = 1");
    assert_eq!(database.query("SELECT count(*) FROM node"), ["0"]);
}

/// A migration in Rust: runs a script, and then panics.
struct Panics;

impl diesel::migration::Migration<Tag> for Panics {
    fn run(
        &self,
        connection: &mut dyn diesel::connection::BoxableConnection<Tag>,
    ) -> diesel::migration::Result<()> {
        connection.batch_execute(REBUILD)?;
        panic!("a migration in Rust");
    }

    fn revert(
        &self,
        _: &mut dyn diesel::connection::BoxableConnection<Tag>,
    ) -> diesel::migration::Result<()> {
        Ok(())
    }

    fn metadata(&self) -> &dyn diesel::migration::MigrationMetadata {
        &Metadata
    }

    fn name(&self) -> &dyn diesel::migration::MigrationName {
        &Name
    }
}

struct Metadata;

impl diesel::migration::MigrationMetadata for Metadata {}

struct Name;

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("1_panics")
    }
}

impl diesel::migration::MigrationName for Name {
    fn version(&self) -> diesel::migration::MigrationVersion<'_> {
        "1".into()
    }
}

#[test]
fn foreign_keys_are_enforced_again_whatever_happens() {
    let (project, database) = family("enforced_again", "ON DELETE CASCADE");
    let connection = orm_migrate::command::connect(&database.url).unwrap();
    let mut connection = MigrationConnection::new(connection, project.path("migrations"));
    connection.applied_migrations().unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        connection.perform(&Panics, Direction::Up)
    }));
    assert!(panicked.is_err());
    keeps_children(&database);
    let delete = "DELETE FROM parent WHERE id = 2";
    connection.connection().raw_control(delete).unwrap();
    assert_eq!(database.query("SELECT id FROM child"), ["1"]);
    // A transaction of the caller's, in which SQLite can't switch.
    connection.connection().begin().unwrap();
    let error = connection.perform(&Panics, Direction::Up).unwrap_err();
    assert!(
        error.message().contains("DROP TABLE would delete the rows"),
        "{error}"
    );
    connection.connection().rollback().unwrap();
    assert_eq!(database.query("SELECT id FROM child"), ["1"]);
}
