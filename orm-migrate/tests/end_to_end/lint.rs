//! `lint`: findings with their exit code, rules that are switched off, and migrations since a revision.

use std::process::Command;

use crate::support::Project;

#[test]
fn findings_are_printed_with_what_to_write_instead() {
    let project = Project::empty("lint");
    project.migration("1_a", "CREATE TABLE a (id INTEGER);\n", "DROP TABLE a;\n");
    project
        .run(&["lint", "--dialect", "sqlite"])
        .ends(0)
        .prints("");
    project.migration("2_b", "DROP TABLE a;\n", "CREATE TABLE a (id INTEGER);\n");
    let ran = project.run(&["lint", "--dialect", "sqlite"]).ends(6);
    assert!(
        ran.out
            .starts_with("2_b/up.sql:1: drop-table: drops the table a with its rows\n  instead: "),
        "{}",
        ran.out
    );
    let json = project
        .run(&["lint", "--dialect", "sqlite", "--json"])
        .ends(6)
        .out;
    assert!(json.contains("\"rule\":\"drop-table\""), "{json}");
    project
        .run(&["lint", "--dialect", "sqlite", "--allow", "drop-table"])
        .ends(0);
    project.write("orm.toml", "[lint]\noff = [\"drop-table\"]\n");
    project.run(&["lint", "--dialect", "sqlite"]).ends(0);
    project.write("orm.toml", "[lint]\noff = [\"drop-tables\"]\n");
    project
        .run(&["lint", "--dialect", "sqlite"])
        .ends(2)
        .says(&["no lint rule has the name \"drop-tables\""]);
    let rules = project.run(&["lint", "--rules"]).ends(0).out;
    assert!(rules.contains("index-without-concurrently\n"), "{rules}");
}

#[test]
fn a_revision_of_git_says_which_migrations_are_new() {
    let project = Project::empty("lint_since");
    let git = |arguments: &[&str]| {
        let ran = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@b", "-C"])
            .arg(project.path(""))
            .args(arguments)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
    };
    project.migration("1_a", "DROP TABLE a;\n", "SELECT 1;\n");
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    project.migration("2_b", "CREATE TABLE b (id INTEGER);\n", "DROP TABLE b;\n");
    project
        .run(&["lint", "--dialect", "sqlite", "--since", "HEAD"])
        .ends(0);
    project.run(&["lint", "--dialect", "sqlite"]).ends(6);
    project
        .run(&["lint", "--dialect", "sqlite", "--since", "nowhere"])
        .ends(2);
}
