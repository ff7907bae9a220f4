//! `models`, `create-all` and `drop-all`: printed, applied, and as a first migration.

use crate::support::{Database, MODELS, Project};

const BOOKKEEPING: &str = "__diesel_schema_migrations";

#[test]
fn models_are_listed_and_dumped() {
    let project = Project::new("models", MODELS);
    project
        .run(&["models"])
        .ends(0)
        .prints("posts  models::models::Post, 3 columns\nusers  models::models::User, 3 columns\n");
    let dump = project.run(&["models", "--json"]).ends(0).out;
    assert!(
        dump.starts_with("{\"format\":4,") && dump.lines().count() == 1,
        "{dump}"
    );
    project.write("dump.json", &dump);
    let empty = Project::empty("models_elsewhere");
    let file = project.path("dump.json");
    let from_file = empty
        .run(&["models", "--models", file.to_str().unwrap(), "--json"])
        .ends(0);
    assert_eq!(from_file.out, dump);
}

#[test]
#[cfg(any(feature = "test-postgres", feature = "test-mysql"))]
fn scripts_are_accepted_by_the_databases_own_shells() {
    let project = Project::new("scripts", MODELS);
    for database in Database::all(&project) {
        let script = project
            .run(&["create-all", "--dialect", database.dialect])
            .ends(0)
            .out;
        database.shell(&script);
        assert_eq!(database.tables(), ["posts", "users"]);
        let script = project
            .run(&["drop-all", "--url", &database.url])
            .ends(0)
            .out;
        database.shell(&script);
        assert_eq!(database.tables(), [""; 0]);
    }
}

/// Every part that a model can have today.
const RICH: &str = r#"
use orm::prelude::*;

#[derive(DbEnum, Clone, Copy, Debug, Default, PartialEq)]
pub enum State { #[default] Draft, Sent }

#[derive(DbEnum, Clone, Copy, Debug, Default, PartialEq)]
#[orm(native, name = "letter size")]
pub enum Size { #[default] Small, #[orm(rename = "it's; --")] Large }

#[derive(Model, Clone, Debug)]
#[orm(table = "order", unique(state, body), check(name = "positive", raw = "weight > 0"))]
pub struct Letter {
    #[orm(primary_key)]
    pub id: i32,
    pub state: State,
    #[orm(length = 90, index, column = "a\"b", server_default = "it's; --")]
    pub body: String,
    #[orm(server_default = 7)]
    pub weight: Option<i64>,
    #[orm(server_default = raw("CURRENT_TIMESTAMP"), length = 30)]
    pub written: Option<String>,
    #[orm(server_default = true)]
    pub open: bool,
    #[orm(server_default = 0.5)]
    pub ratio: f64,
    pub raw: Option<Vec<u8>>,
    #[orm(server_default = "small")]
    pub size: Size,
    #[orm(sql_type(postgres = "VARCHAR(70)", mysql = "SET('a', 'b;')"))]
    pub note: Option<String>,
    #[orm(references = Letter.id, on_delete = set_null)]
    pub answers: Option<i32>,
    #[orm(references = Stamp.code, on_update = cascade, length = 40)]
    pub stamp: Option<String>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "stamps")]
pub struct Stamp {
    #[orm(primary_key, length = 40)]
    pub code: String,
    pub size: Option<Size>,
    #[orm(references = Letter.id)]
    pub last: Option<i32>,
}
"#;

#[test]
fn every_part_of_a_model_and_cycles_of_references_go_both_ways() {
    let project = Project::new("rich", RICH);
    for database in Database::all(&project) {
        let _ = std::fs::remove_dir_all(project.path("migrations"));
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        #[cfg(any(feature = "test-postgres", feature = "test-mysql"))]
        {
            database.shell(&run(&["create-all"]).ends(0).out);
            assert_eq!(database.tables(), ["order", "stamps"]);
            database.shell(&run(&["drop-all"]).ends(0).out);
            assert_eq!(database.tables(), [""; 0]);
        }
        run(&["create-all", "--apply"]).ends(0);
        run(&["drop-all", "--apply"]).ends(0);
        assert_eq!(database.tables(), [""; 0]);
        run(&["create-all", "--migration", "first"]).ends(0);
        run(&["run"]).ends(0);
        assert_eq!(database.tables(), [BOOKKEEPING, "order", "stamps"]);
        database.execute("INSERT INTO stamps (code) VALUES ('x')");
        run(&["revert"]).ends(0);
        assert_eq!(database.tables(), [BOOKKEEPING]);
    }
}

#[test]
#[cfg(feature = "test-mysql")]
fn a_script_for_mariadb_alone_is_accepted_too() {
    let project = Project::new("script_mariadb", MODELS);
    let Some(database) = Database::mariadb_and_mysql().find(Database::is_mariadb) else {
        return; // The run leaves MariaDB out, and says so.
    };
    let script = project
        .run(&["create-all", "--dialect", "mariadb"])
        .ends(0)
        .out;
    assert!(!script.contains("/*"), "{script}");
    database.shell(&script);
    assert_eq!(database.tables(), ["posts", "users"]);
}

#[test]
fn tables_are_applied_once_and_dropped_wholly() {
    let project = Project::new("apply", MODELS);
    for database in Database::all(&project) {
        let url = ["--apply", "--url", &database.url];
        let run = |command: &str| {
            project
                .run(&[&[command], &url[..]].concat())
                .ends(0)
                .prints("")
        };
        run("create-all").says(&["created: posts, users ("]);
        assert_eq!(database.tables(), ["posts", "users"]);
        let again = run("create-all").says(&["there already: posts, users ("]);
        assert!(!again.err.contains("created"), "{}", again.err);
        run("drop-all").says(&["dropped: posts, users ("]);
        assert_eq!(database.tables(), [""; 0]);
        let again = run("drop-all").says(&["not there: posts, users ("]);
        assert!(!again.err.contains("dropped"), "{}", again.err);
        assert!(!again.err.contains("orm-secret"), "{}", again.err);
    }
}

#[test]
fn what_is_there_is_kept_and_the_rest_created() {
    let project = Project::new("apply_rest", MODELS);
    for database in Database::all(&project) {
        database.execute("CREATE TABLE users (id BIGINT PRIMARY KEY, other INTEGER)");
        database.execute("INSERT INTO users VALUES (7, 8)");
        let arguments = ["create-all", "--apply", "--url", &database.url];
        project
            .run(&arguments)
            .ends(0)
            .says(&["created: posts (", "there already: users ("]);
        assert_eq!(database.query("SELECT other FROM users"), ["8"]);
        assert_eq!(database.tables(), ["posts", "users"]);
    }
}

#[test]
fn a_first_migration_goes_both_ways() {
    let project = Project::new("first", MODELS);
    for database in Database::all(&project) {
        let _ = std::fs::remove_dir_all(project.path("migrations"));
        let arguments = [
            "create-all",
            "--dialect",
            database.dialect,
            "--migration",
            "first",
        ];
        let written = project.run(&arguments).ends(0);
        let name = project.only_migration();
        assert_eq!(written.out, format!("migrations/{name}\n"));
        assert!(name.ends_with("-0000_first"), "{name}");
        project
            .run(&arguments)
            .ends(1)
            .says(&["already has migrations", "generate NAME"]);

        let url = ["--url", database.url.as_str()];
        let run = |arguments: &[&str]| project.run(&[arguments, &url[..]].concat());
        run(&["status"]).ends(3).prints(&format!("[ ] {name}\n"));
        assert_eq!(database.tables(), [""; 0], "status writes nothing");
        run(&["run"])
            .ends(0)
            .says(&[&format!("applied {name} (3 statements, ")]);
        assert_eq!(database.tables(), [BOOKKEEPING, "posts", "users"]);
        run(&["status"]).ends(0).prints(&format!("[X] {name}\n"));
        run(&["run"]).ends(0).says(&["nothing is pending"]);
        run(&["redo"])
            .ends(0)
            .says(&[&format!("reverted {name}"), &format!("applied {name}")]);
        run(&["create-all", "--apply"])
            .ends(0)
            .says(&["there already: posts, users"]);
        run(&["revert"])
            .ends(0)
            .says(&[&format!("reverted {name} (2 statements, ")]);
        assert_eq!(database.tables(), [BOOKKEEPING]);
        run(&["revert"]).ends(0).says(&["nothing is applied"]);
        run(&["status", "--json"]).ends(3).prints(&format!(
            "{{\"applied\":0,\"edited\":0,\"interrupted\":0,\"migrations\":[{{\"name\":\"{name}\",\"state\":\"pending\",\"version\":\"{}\"}}],\
             \"missing\":0,\"pending\":1}}\n",
            name.split('_').next().unwrap().replace('-', "")
        ));
    }
}

#[test]
fn dropping_can_be_a_migration_too() {
    let project = Project::new("last", MODELS);
    let database = Database::sqlite(&project);
    let url = ["--url", database.url.as_str()];
    let run = |arguments: &[&str]| project.run(&[arguments, &url[..]].concat());
    run(&["create-all", "--apply"]).ends(0);
    run(&["drop-all", "--migration", "last"]).ends(0);
    run(&["run"]).ends(0);
    assert_eq!(database.tables(), [BOOKKEEPING]);
    run(&["revert"]).ends(0);
    assert_eq!(database.tables(), [BOOKKEEPING, "posts", "users"]);
}

#[test]
fn the_url_comes_from_environment_dot_env_or_configuration() {
    let project = Project::new("url", MODELS);
    let database = Database::sqlite(&project);
    project
        .run(&["create-all", "--apply"])
        .ends(2)
        .says(&["no database URL is given", "DATABASE_URL"]);
    project
        .run(&["create-all"])
        .ends(2)
        .says(&["--dialect sqlite|postgres|mysql|mariadb"]);

    let program = std::path::Path::new(env!("CARGO_BIN_EXE_orm-migrate"));
    let variables = [("DATABASE_URL", database.url.as_str())];
    project
        .run_program(program, &["create-all", "--apply"], &variables)
        .ends(0);
    assert_eq!(database.tables(), ["posts", "users"]);
    project.write(".env", &format!("DATABASE_URL={}\n", database.url));
    project.run(&["drop-all", "--apply"]).ends(0);
    assert_eq!(database.tables(), [""; 0]);
    project.write(".env", "");
    let toml = format!(
        "[database]\nurl = {:?}\n[migrations]\ndir = \"db/own\"\n",
        database.url
    );
    project.write("orm.toml", &toml);
    project.run(&["create-all", "--migration", "first"]).ends(0);
    project.run(&["run"]).ends(0).says(&["applied "]);
    assert!(project.path("db/own").is_dir());
}

#[test]
fn help_is_there_for_every_command() {
    let project = Project::empty("help");
    let help = project.run(&["--help"]).ends(0).out;
    for command in [
        "models",
        "create-all",
        "drop-all",
        "run",
        "revert",
        "redo",
        "status",
        "generate",
    ] {
        assert!(help.contains(command), "{help}");
        let own = project.run(&[command, "--help"]).ends(0).out;
        assert!(
            own.contains("Usage: orm-migrate") && own.contains("--manifest-path"),
            "{own}"
        );
    }
    assert!(
        help.contains("Exit codes:") && !help.contains("__dump"),
        "{help}"
    );
    project.run(&[]).ends(2);
    project.run(&["creat-all"]).ends(2).says(&["create-all"]);
    // A typing mistake is not to be corrected into a loss of data.
    for word in [
        "drop", "drop_all", "dropall", "rop-all", "rever", "reverse", "undo", "red",
    ] {
        let said = project.run(&[word]).ends(2).err;
        for command in ["drop-all", "revert'", "redo"] {
            assert!(!said.contains(&format!("'{command}")), "{word}: {said}");
        }
    }
    let said = project.run(&["revert", "--al"]).ends(2).err;
    assert!(!said.contains("--all"), "{said}");
    project
        .run(&["create-all", "--dialect", "oracle"])
        .ends(2)
        .says(&["sqlite, postgres, mysql, mariadb"]);
    project
        .run(&["create-all", "--apply", "--dialect", "sqlite"])
        .ends(2);
}

/// Two tables that refer to each other, and one whose rows refer to its own.
const HELD: &str = r#"
use orm::prelude::*;

#[derive(Model, Clone, Debug)]
#[orm(table = "heads")]
pub struct Head {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(references = Tail.id)]
    pub tail_id: Option<i64>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "tails")]
pub struct Tail {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(references = Head.id)]
    pub head_id: Option<i64>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "knots")]
pub struct Knot {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(references = Knot.id, on_delete = restrict)]
    pub knot_id: Option<i64>,
}
"#;

#[test]
fn rows_that_hold_each_other_are_dropped_with_their_tables() {
    let project = Project::new("held", HELD);
    for database in Database::all(&project) {
        let _ = std::fs::remove_dir_all(project.path("migrations"));
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        let fill = || {
            for sql in [
                "INSERT INTO heads (id) VALUES (1)",
                "INSERT INTO tails (id, head_id) VALUES (2, 1)",
                "UPDATE heads SET tail_id = 2",
                "INSERT INTO knots (id) VALUES (1)",
                "INSERT INTO knots (id, knot_id) VALUES (2, 1)",
            ] {
                database.execute(sql);
            }
        };
        run(&["create-all", "--apply"]).ends(0);
        fill();
        run(&["drop-all", "--apply"]).ends(0);
        assert_eq!(database.tables(), [""; 0]);
        #[cfg(any(feature = "test-postgres", feature = "test-mysql"))]
        {
            database.shell(&run(&["create-all"]).ends(0).out);
            fill();
            database.shell(&run(&["drop-all"]).ends(0).out);
            assert_eq!(database.tables(), [""; 0]);
        }
        run(&["create-all", "--migration", "first"]).ends(0);
        run(&["run"]).ends(0);
        fill();
        run(&["revert"]).ends(0);
        assert_eq!(database.tables(), [BOOKKEEPING]);
        run(&["run"]).ends(0);
        run(&["drop-all", "--apply"]).ends(0);
        database.execute("DELETE FROM __diesel_schema_migrations");
    }
}

#[test]
fn a_name_that_would_be_cut_is_not_dropped() {
    let long = "n".repeat(70);
    let project = Project::new(
        "long_name",
        &MODELS.replace("\"posts\"", &format!("{long:?}")),
    );
    for command in ["create-all", "drop-all"] {
        project
            .run(&[command, "--dialect", "postgres"])
            .ends(1)
            .prints("")
            .says(&[&format!(
                "identifier {long} is longer than the 63 bytes that postgres allows"
            )]);
    }
    project
        .run(&["drop-all", "--dialect", "postgres", "--migration", "last"])
        .ends(1);
}

#[test]
fn dropping_from_a_file_that_is_not_there_creates_none() {
    let project = Project::new("drop_missing", MODELS);
    project
        .run(&["drop-all", "--apply", "--url", "sqlite://none.db"])
        .ends(0)
        .says(&["not there: posts, users ("]);
    assert!(!project.path("none.db").exists());
}

#[test]
fn columns_that_a_table_lacks_are_told() {
    let project = Project::new("lacking", MODELS);
    for database in Database::all(&project) {
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        project.write("src/lib.rs", MODELS);
        project.migration("1_a", "SELECT 1", "SELECT 1");
        run(&["create-all", "--apply"]).ends(0);
        run(&["run"]).ends(0);
        let quiet = run(&["status"]).ends(0).err;
        assert!(!quiet.contains("note: the table"), "{quiet}");
        let more = "pub email: Option<String>,\n        pub age: Option<i32>,\n        pub city: Option<String>,";
        project.write(
            "src/lib.rs",
            &MODELS.replace("pub email: Option<String>,", more),
        );
        for arguments in [
            &["create-all", "--apply"][..],
            &["status"],
            &["status", "-p", "lacking", "--json"],
        ] {
            let ran = run(arguments).ends(0).says(&[
                "note: the table users lacks the columns age, city of its model",
                "hint: `orm-migrate generate NAME --against db`",
            ]);
            if arguments.contains(&"--json") {
                let expected = "\"lacking\":[{\"columns\":[\"age\",\"city\"],\"table\":\"users\"}]";
                assert!(ran.out.contains(expected), "{}", ran.out);
            }
        }
        let quiet = run(&["status", "--no-models"]).ends(0).err;
        assert!(!quiet.contains("note: the table"), "{quiet}");
        // A package that doesn't compile is no reason not to show the status.
        project.write("src/lib.rs", "oops");
        run(&["status"]).ends(0).prints("[X] 1_a\n").says(&[
            "note: the tables were not compared with the models: cargo can't build the package lacking",
        ]);
        run(&["status", "-p", "lacking"]).ends(1);
        database.execute("ALTER TABLE users ADD COLUMN age INTEGER");
        database.execute("ALTER TABLE users ADD COLUMN city VARCHAR(9)");
        project.write(
            "src/lib.rs",
            &MODELS.replace("pub email: Option<String>,", more),
        );
        let quiet = run(&["status"]).ends(0).err;
        assert!(!quiet.contains("note: the table"), "{quiet}");
    }
}
