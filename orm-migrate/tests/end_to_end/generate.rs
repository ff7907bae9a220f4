//! `generate`, `check`, `diff`, `sql`, `init` and `rebase`: from changed models to applied migrations and back.

use orm_core::schema::dump::{Dump, MappedTable};
use orm_core::schema::{Column, Literal, ServerDefault, Table};
use orm_core::types::Type;

use crate::support::{Database, Project, Ran};

/// A project with a folder of migrations, so that none is looked for above it.
fn project(name: &str) -> Project {
    let project = Project::empty(name);
    std::fs::create_dir(project.path("migrations")).unwrap();
    project
}

/// Writes models with these tables to `models.json`.
fn declare(project: &Project, tables: Vec<Table>) {
    let model = |table: Table| {
        let columns = table.columns.iter().map(|column| column.name.to_string());
        let columns: Vec<String> = columns.collect();
        let fields: Vec<&str> = columns.iter().map(String::as_str).collect();
        MappedTable::new(&table.name, "app", &fields, table.clone())
    };
    let dump = Dump::new("0.1.0", tables.into_iter().map(model).collect());
    project.write("models.json", &serde_json::to_string(&dump).unwrap());
}

fn users(columns: &[Column]) -> Table {
    let table = Table::new("users").column(Column::new("id", Type::Int64).auto_increment());
    let table = columns.iter().cloned().fold(table, Table::column);
    table.primary_key(["id"])
}

fn posts() -> Table {
    Table::new("posts")
        .column(Column::new("id", Type::Int64).auto_increment())
        .column(Column::new("author_id", Type::Int64))
        .column(Column::new("title", Type::Text).length(80))
        .primary_key(["id"])
        .foreign_key(["author_id"], "users", ["id"])
        .index(["title"])
}

fn text(name: &'static str) -> Column {
    Column::new(name, Type::Text).length(50)
}

fn run(project: &Project, database: &Database, arguments: &[&str]) -> Ran {
    let models = ["generate", "check", "diff", "status"];
    let mut all = arguments.to_vec();
    // `check` looks at a database where one is given.
    if arguments[0] != "check" || arguments.contains(&"--db") {
        all.extend(["--url", &database.url]);
    }
    if models.contains(&arguments[0]) {
        all.extend(["--models", "models.json"]);
    }
    project.run(&all)
}

/// The migrations of a project in their order.
fn migrations(project: &Project) -> Vec<String> {
    let entries = std::fs::read_dir(project.path("migrations")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

#[test]
fn a_change_of_the_models_becomes_a_migration_with_its_way_back() {
    let outer = Project::empty("generate");
    for (number, database) in Database::all(&outer).into_iter().enumerate() {
        let project = project(&format!("generate_{number}"));
        let run = |arguments: &[&str]| run(&project, &database, arguments);
        declare(&project, vec![users(&[text("name")]), posts()]);
        run(&["check"])
            .ends(4)
            .says(&["create table users", "generate NAME"]);
        run(&["generate", "first"])
            .ends(0)
            .says(&["create table posts"]);
        run(&["generate", "again"])
            .ends(0)
            .prints("")
            .says(&["nothing to generate"]);
        run(&["run"]).ends(0);
        run(&["check", "--db"]).ends(0);
        database.execute("INSERT INTO users (name) VALUES ('Ann')");
        database.execute("INSERT INTO posts (author_id, title) VALUES (1, 'One')");

        // A nullable column, one with a default, another length, and another index.
        let age = Column::new("age", Type::Int32).nullable();
        let active = Column::new("active", Type::Bool)
            .server_default(ServerDefault::Literal(Literal::Bool(true)));
        let mut posts = posts().index(["author_id"]);
        posts.columns[2].length = Some(200);
        declare(&project, vec![users(&[text("name"), age, active]), posts]);
        let ran = run(&["check", "--db"]).ends(4);
        ran.says(&["add column users.age", "change column posts.title"]);
        run(&["generate", "second"]).ends(0);
        run(&["check"]).ends(0);
        run(&["check", "--db"])
            .ends(3)
            .says(&["pending migrations"]);
        run(&["run"]).ends(0);
        run(&["check", "--db"]).ends(0);
        run(&["diff"]).ends(0).says(&["nothing differs"]);
        assert_eq!(
            database.query("SELECT name FROM users WHERE age IS NULL"),
            ["Ann"]
        );
        assert_eq!(database.query("SELECT title FROM posts"), ["One"]);
        run(&["revert", "--to", &migrations(&project)[0]]).ends(0);
        assert_eq!(database.query("SELECT title FROM posts"), ["One"]);
        // On MySQL and MariaDB the way back gives the foreign key an index of its own, which stays beside the next one.
        if database.has_transactional_ddl() {
            run(&["run"]).ends(0);
            run(&["check", "--db"]).ends(0);
        }
        run(&["revert", "--all"]).ends(0);
        assert_eq!(database.tables(), ["__diesel_schema_migrations"]);
    }
}

#[test]
fn what_only_a_person_knows_is_asked_or_named() {
    let project = project("decisions_of_models");
    let database = Database::sqlite(&project);
    let run = |arguments: &[&str]| run(&project, &database, arguments);
    declare(&project, vec![users(&[text("mail")])]);
    run(&["generate", "first"]).ends(0);
    run(&["run"]).ends(0);
    database.execute("INSERT INTO users (mail) VALUES ('a@b')");

    declare(&project, vec![users(&[text("email")])]);
    run(&["generate", "rename"]).ends(5).says(&[
        "was column users.mail renamed to email? --rename users.mail:email or --no-renames",
    ]);
    assert_eq!(migrations(&project).len(), 1);
    run(&["generate", "rename", "--rename", "users.post:email"])
        .ends(2)
        .says(&["users.post was not renamed"]);
    run(&["generate", "rename", "--rename", "users.mail:email"]).ends(0);
    run(&["run"]).ends(0);
    assert_eq!(database.query("SELECT email FROM users"), ["a@b"]);

    let age = Column::new("age", Type::Int32);
    declare(&project, vec![users(&[text("email"), age])]);
    run(&["generate", "age"])
        .ends(5)
        .says(&["--fill \"users.age=SQL\""]);
    run(&["generate", "age", "--fill", "users.age=7"]).ends(0);
    run(&["run"]).ends(0);
    assert_eq!(database.query("SELECT age FROM users"), ["7"]);
    run(&["check", "--db"]).ends(0);

    // A dropped column is named, and comes back without its values.
    declare(&project, vec![users(&[text("email")])]);
    run(&["generate", "no_age"])
        .ends(0)
        .says(&["! drop column users.age, with its values"]);
    run(&["run"]).ends(0);
    run(&["revert"]).ends(0);
    assert_eq!(database.query("SELECT age FROM users"), ["0"]);
}

#[test]
fn tables_that_were_changed_by_hand_are_reported_and_mended() {
    let outer = Project::empty("drift");
    for (number, database) in Database::all(&outer).into_iter().enumerate() {
        let project = project(&format!("drift_{number}"));
        let run = |arguments: &[&str]| run(&project, &database, arguments);
        declare(&project, vec![users(&[text("name")])]);
        run(&["generate", "first"]).ends(0);
        run(&["run"]).ends(0);
        database.execute("CREATE INDEX by_name ON users (name)");
        run(&["status"])
            .ends(0)
            .says(&["drop index by_name of users", "generate NAME --against db"]);
        run(&["check", "--db"]).ends(7);
        let json = run(&["diff", "--json"]).ends(0).out;
        assert!(json.contains("\"drop_index\""), "{json}");
        run(&["generate", "mend", "--against", "db"]).ends(0);
        run(&["run"]).ends(0);
        run(&["check", "--db"]).ends(0);
    }
}

#[test]
fn two_branches_are_put_in_a_row() {
    let project = project("rebase");
    let database = Database::sqlite(&project);
    let run = |arguments: &[&str]| run(&project, &database, arguments);
    declare(&project, vec![users(&[])]);
    run(&["generate", "first"]).ends(0);
    declare(&project, vec![users(&[text("a").nullable()])]);
    run(&["generate", "ours"]).ends(0);
    let ours = migrations(&project)[1].clone();
    std::fs::rename(
        project.path(&format!("migrations/{ours}")),
        project.path("kept"),
    )
    .unwrap();
    // Another second: a number is free only in the folder that has the other migration.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    declare(&project, vec![users(&[text("b").nullable()])]);
    run(&["generate", "theirs"]).ends(0);
    std::fs::rename(
        project.path("kept"),
        project.path(&format!("migrations/{ours}")),
    )
    .unwrap();
    declare(
        &project,
        vec![users(&[text("a").nullable(), text("b").nullable()])],
    );
    run(&["check"])
        .ends(1)
        .says(&["follow the same migration", "orm-migrate rebase"]);
    project.run(&["rebase", &ours]).ends(0);
    run(&["check"]).ends(0);
    run(&["run"]).ends(0);
    run(&["check", "--db"]).ends(0);
    assert!(migrations(&project)[2].ends_with("_ours"));
}

#[test]
fn the_scripts_of_several_migrations_are_one_text() {
    let project = Project::empty("sql_text");
    let database = Database::sqlite(&project);
    project.migration("1_a", "CREATE TABLE a (id INTEGER);\n", "DROP TABLE a;\n");
    project.migration("2_b", "CREATE TABLE b (id INTEGER);\n", "DROP TABLE b;\n");
    let up = project.run(&["sql", "--dialect", "sqlite"]).ends(0).out;
    for part in [
        "-- apply 1_a\n\nBEGIN;\n\nCREATE TABLE a (id INTEGER);",
        "INSERT INTO \"__diesel_schema_migrations\" (version) VALUES ('2');",
    ] {
        assert!(up.contains(part), "{up}");
    }
    let down = project
        .run(&["sql", "2:", "--down", "--dialect", "postgres"])
        .ends(0)
        .out;
    assert!(
        down.contains("DROP TABLE b;") && !down.contains("DROP TABLE a;"),
        "{down}"
    );
    project.run(&["sql", "2:1", "--dialect", "sqlite"]).ends(2);
    project.run(&["sql", "3", "--dialect", "sqlite"]).ends(2);
    drop(database);
}

#[test]
fn a_project_begins_with_its_files() {
    let project = Project::empty("init");
    project.write(
        "Cargo.toml",
        "[package]\nname = \"init\"\nversion = \"0.1.0\"\n[workspace]\n",
    );
    project.run(&["init", "--dialect", "sqlite"]).ends(0);
    let config = std::fs::read_to_string(project.path("orm.toml")).unwrap();
    assert!(config.contains("dialect = \"sqlite\""), "{config}");
    declare(&project, vec![users(&[])]);
    project
        .run(&["generate", "first", "--models", "models.json"])
        .ends(0);
    assert_eq!(migrations(&project).len(), 1);
    project.run(&["init"]).ends(0).prints("");
}
