//! Migrations that are built into a user's own program, in a crate outside of the workspace.

use std::path::{Path, PathBuf};

use orm_migrate::command::{Options, Upto};

use crate::support::{Database, Project, root};

/// What a service does at its start.
const SERVICE: &str = r#"
const MIGRATIONS: orm_migrate::Embedded = orm_migrate::embed!("migrations");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = orm::Engine::connect(&std::env::var("DATABASE_URL")?)?;
    for step in MIGRATIONS.run(&engine)? {
        println!("applied {}", step.name);
    }
    println!("{}", MIGRATIONS.status(&engine)?.exit().code());
    Ok(())
}
"#;

/// The tool for a container.
const TOOL: &str = "fn main() {\n    orm_migrate::cli::run()\n}\n";

/// The same without a folder.
const TOOL_WITHOUT_FOLDER: &str =
    "fn main() {\n    orm_migrate::cli::run_embedded(orm_migrate::embed!())\n}\n";

/// Builds the project and returns the folder of its programs.
fn build(project: &Project) -> PathBuf {
    let cargo = PathBuf::from(env!("CARGO"));
    project
        .run_program(&cargo, &["build", "--quiet", "--offline"], &[])
        .ends(0);
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("target/debug")
}

fn project() -> Project {
    let project = Project::empty("embedded");
    let path = |name: &str| root().join(name).display().to_string();
    project.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"embedded-app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             orm = {{ path = {:?}, default-features = false, features = [\"sqlite\"] }}\n\
             orm-migrate = {{ path = {:?}, default-features = false }}\n\n[workspace]\n",
            path("orm"),
            path("orm-migrate")
        ),
    );
    project.lock();
    project.write("src/bin/embedded-service.rs", SERVICE);
    project.write("src/bin/embedded-tool.rs", TOOL);
    project.write("src/bin/embedded-tool-alone.rs", TOOL_WITHOUT_FOLDER);
    project.migration("1_a", "CREATE TABLE a (id INTEGER);", "DROP TABLE a;");
    let up = "INSERT INTO a VALUES (1);\nINSERT INTO a SELECT id + 1 FROM a;\n";
    project.migration("2_b", up, "DELETE FROM a;");
    project
}

#[test]
fn a_service_applies_its_own_migrations_at_its_start() {
    let project = project();
    let programs = build(&project);
    // Nothing is read where they run.
    std::fs::rename(project.path("migrations"), project.path("elsewhere")).unwrap();
    let database = Database::sqlite(&project);
    let service = programs.join("embedded-service");
    let variables = [("DATABASE_URL", database.url.as_str())];
    let start = || project.run_program(&service, &[], &variables).ends(0).out;
    let started: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let first = "applied 1_a\napplied 2_b\n0\n";
    assert_eq!(
        started.iter().filter(|out| *out == first).count(),
        1,
        "{started:?}"
    );
    assert_eq!(
        started.iter().filter(|out| *out == "0\n").count(),
        3,
        "{started:?}"
    );
    assert_eq!(database.query("SELECT count(*) FROM a"), ["2"]);

    let tool = programs.join("embedded-tool-alone");
    let run = |arguments: &[&str]| project.run_program(&tool, arguments, &variables);
    run(&["status"]).ends(0).prints("[X] 1_a\n[X] 2_b\n");
    run(&["verify"]).ends(0).prints("unchanged: 2\n");
    run(&["revert"]).ends(0).says(&["reverted 2_b"]);
    run(&["redo"])
        .ends(0)
        .says(&["reverted 1_a", "applied 1_a"]);
    run(&["status"]).ends(3);

    std::fs::rename(project.path("elsewhere"), project.path("migrations")).unwrap();
    let tool = programs.join("embedded-tool");
    let folder = ["run", "--migrations", "migrations"];
    project
        .run_program(&tool, &folder, &variables)
        .ends(0)
        .says(&["applied 2_b"]);

    // Another server than the one that was compiled in.
    let other = [("DATABASE_URL", "postgresql://u:hidden@127.0.0.1:1/d")];
    let ran = project.run_program(&tool, &folder, &other).ends(1);
    assert!(!ran.err.contains("hidden"), "{}", ran.err);
    ran.says(&["the Cargo feature postgres of orm is off", "hint: "]);
}

#[test]
fn the_line_of_an_error_is_that_of_the_file_that_was_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("a.db").display());
    let engine = orm::engine::Engine::connect(&url).unwrap();
    let migrations = orm_migrate::embed!("tests/end_to_end/embedded");
    let first = Options::new().upto(Upto::First(1));
    let steps = migrations.run_as(&engine, &first, &mut |_| {}).unwrap();
    assert_eq!(steps.len(), 1);
    let error = migrations.run(&engine).unwrap_err();
    let message = error.message();
    assert!(
        message.starts_with("tests/end_to_end/embedded/2_wrong/up.sql:3: "),
        "{error}"
    );
    assert!(error.hint().is_some() && error.note("state").is_some());
    assert_eq!(migrations.status(&engine).unwrap().exit().code(), 3);
    let migrations = migrations.migrations().unwrap();
    let connection = engine.connection().unwrap();
    let count = orm_migrate::command::Count::All;
    let locking = orm_migrate::migration::Locking::default();
    let reverted =
        orm_migrate::command::revert::revert(&migrations, connection, &count, locking, &mut |_| {});
    let error = reverted.unwrap_err();
    assert_eq!(error.message(), "the migration 1_right has no down.sql");
}
