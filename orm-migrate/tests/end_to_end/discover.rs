//! Which models are found: the package that holds them, and the message if there is none.

use std::path::{Path, PathBuf};

use crate::support::{Database, MODELS, Project, manifest};

/// A workspace of packages, each with a lib.rs.
fn workspace(name: &str, packages: &[(&str, &str)]) -> Project {
    let project = Project::empty(name);
    project.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"*-part\"]\n",
    );
    project.lock();
    for (package, lib) in packages {
        project.write(&format!("{package}-part/Cargo.toml"), &manifest(package));
        project.write(&format!("{package}-part/src/lib.rs"), lib);
    }
    project
}

const LIST: &str = "posts  a::models::Post, 3 columns\nusers  a::models::User, 3 columns\n";

#[test]
fn several_packages_are_listed_and_one_can_be_named() {
    let project = workspace(
        "two",
        &[("a", MODELS), ("b", "pub fn f() -> &'static str { \"b\" }")],
    );
    project
        .run(&["models"])
        .ends(5)
        .says(&["packages: a, b", "-p"]);
    project.run(&["models", "-p", "a"]).ends(0).prints(LIST);
    project
        .run(&["models", "-p", "c"])
        .ends(1)
        .says(&["the workspace has no package c", "packages: a, b"]);
    project
        .run(&["models", "--manifest-path", "a-part/Cargo.toml"])
        .ends(0)
        .prints(LIST);
    project.write("orm.toml", "[models]\npackage = \"a\"\n");
    project.run(&["models"]).ends(0).prints(LIST);
}

#[test]
fn features_are_passed_on() {
    let lib = format!("#[cfg(feature = \"extra\")]{MODELS}");
    let project = Project::new("features", &lib);
    project.write(
        "Cargo.toml",
        &format!(
            "{}\n[features]\nextra = []\n[workspace]\n",
            manifest("features")
        ),
    );
    project.run(&["models"]).ends(1);
    let list = project.run(&["models", "--features", "extra"]).ends(0).out;
    assert_eq!(list.lines().count(), 2);
    project
        .run(&["models", "--all-features"])
        .ends(0)
        .prints(&list);
    project.write(
        "orm.toml",
        "[models]\nfeatures = [\"extra\"]\nprofile = \"dev\"\n",
    );
    project.run(&["models"]).ends(0).prints(&list);
}

#[test]
fn models_of_another_crate_are_found_if_it_is_named() {
    let project = workspace("linked", &[("c", MODELS), ("d", "")]);
    let manifest = manifest("d") + "c = { path = \"../c-part\" }\n";
    project.write("d-part/Cargo.toml", &manifest);
    project
        .run(&["models", "-p", "d"])
        .ends(1)
        .says(&["use models_crate as _;"]);
    project.write("d-part/src/lib.rs", "use c as _;\n");
    project
        .run(&["models", "-p", "d"])
        .ends(0)
        .prints(&LIST.replace("a::", "c::"));
    project
        .run(&["create-all", "-p", "d", "--dialect", "sqlite"])
        .ends(0)
        .says(&["models: Post, User of c\n"]);
}

#[test]
fn the_orm_may_have_another_name() {
    let project = Project::new("renamed", &MODELS.replace("orm::", "db::"));
    let orm = |name: &str| manifest("renamed").replace("\norm = {", &format!("\n{name} = {{"));
    let renamed = orm("db").replace("{ path", "{ package = \"orm\", path");
    project.write("Cargo.toml", &format!("{renamed}\n[workspace]\n"));
    let lib = MODELS
        .replace("orm::prelude", "db::prelude")
        .replace("#[orm(table", "#[orm(crate = db, table");
    project.write("src/lib.rs", &lib);
    let list = LIST.replace("a::", "renamed::");
    project.run(&["models"]).ends(0).prints(&list);
    // From the workspace, as an optional dependency.
    let inherited = orm("db")
        .split("db = ")
        .next()
        .unwrap_or_default()
        .to_owned();
    let source = renamed.split("db = ").nth(1).unwrap_or_default();
    project.write(
        "Cargo.toml",
        &format!(
            "{inherited}db = {{ workspace = true, optional = true }}\n\
             [workspace]\n[workspace.dependencies]\ndb = {source}"
        ),
    );
    project
        .run(&["models", "--features", "db"])
        .ends(0)
        .prints(&list);
}

#[test]
fn a_package_that_has_the_orm_through_another_is_told_what_to_do() {
    let project = workspace("indirect", &[("e", MODELS), ("f", "use e as _;\n")]);
    let manifest = manifest("f");
    let (head, _) = manifest.split_once("orm = ").unwrap();
    project.write(
        "f-part/Cargo.toml",
        &format!("{head}e = {{ path = \"../e-part\" }}\n"),
    );
    project.run(&["models", "-p", "f"]).ends(1).says(&[
        "f has no dependency orm of its own",
        "add orm",
        "-p",
    ]);
    project.run(&["models"]).ends(0);
}

#[test]
fn no_models_are_an_error_that_explains() {
    let project = Project::new("none", "pub fn f() -> orm::Result<()> { Ok(()) }\n");
    project
        .run(&["create-all", "--dialect", "sqlite"])
        .ends(1)
        .prints("")
        .says(&["no models", "derive(Model)"]);
}

#[test]
fn a_package_without_library_or_orm_is_told_what_to_do() {
    let project = Project::new("bin", "");
    std::fs::remove_file(project.path("src/lib.rs")).unwrap();
    project.write("src/main.rs", "fn main() {}\n");
    project
        .run(&["models"])
        .ends(1)
        .says(&["bin has no library target", "orm_migrate::cli::run()"]);
    let project = Project::empty("no_orm");
    project.write(
        "Cargo.toml",
        "[package]\nname = \"x\"\nedition = \"2024\"\n[workspace]\n",
    );
    project.write("src/lib.rs", "");
    project
        .run(&["models"])
        .ends(1)
        .says(&["no package of the workspace depends on orm"]);
    project.write("Cargo.toml", "[package\n");
    project
        .run(&["models"])
        .ends(1)
        .says(&["cargo can't read the project", "Cargo.toml"]);
}

#[test]
fn what_does_not_compile_is_shown_by_cargo() {
    let project = Project::new("broken", &MODELS.replace("User.id", "User.idd"));
    let ran = project
        .run(&["create-all", "--dialect", "sqlite"])
        .ends(1)
        .prints("");
    ran.says(&[
        "src/lib.rs",
        "idd",
        "error: cargo can't build the package broken",
    ]);
}

#[test]
fn models_that_contradict_each_other_are_told() {
    let project = Project::new("conflict", &MODELS.replace("\"posts\"", "\"users\""));
    project
        .run(&["models"])
        .ends(1)
        .says(&["the table users is mapped by two models", "hint: "]);
}

#[test]
fn a_malformed_dump_is_told() {
    let project = Project::empty("dump");
    let run = || {
        project
            .run(&["create-all", "--dialect", "sqlite", "--models", "dump.json"])
            .ends(1)
    };
    run().says(&["can't read dump.json"]);
    for (text, expected) in [
        ("{", "dump.json is not a dump of models"),
        (
            "{\"format\":9,\"orm_version\":\"9.0.0\"}",
            "upgrade orm-migrate",
        ),
        (
            "{\"format\":1,\"orm_version\":\"0.0.9\",\"models\":[],\"older\":0}",
            "dump.json has models in format 1 of orm 0.0.9, not 4",
        ),
        (
            "{\"format\":4,\"orm_version\":\"0.1.0\",\"models\":[]}",
            "dump.json has no models",
        ),
    ] {
        project.write("dump.json", text);
        run().prints("").says(&[expected]);
    }
}

#[test]
fn commands_on_migrations_need_no_cargo_project() {
    let project = Project::empty("no_cargo");
    let database = Database::sqlite(&project);
    project.migration("1_a", "CREATE TABLE a (b INTEGER);", "DROP TABLE a;");
    let url = ["--url", database.url.as_str()];
    let no_cargo = [("CARGO", "no-such-cargo"), ("PATH", "")];
    let program = Path::new(env!("CARGO_BIN_EXE_orm-migrate"));
    for command in ["run", "redo", "status", "revert"] {
        project
            .run_program(program, &[&[command], &url[..]].concat(), &no_cargo)
            .ends(0);
    }
    project
        .run_program(program, &["models"], &no_cargo)
        .ends(1)
        .says(&["can't start cargo", "--models"]);
}

#[test]
fn a_program_of_the_users_own_has_the_same_commands() {
    let project = Project::empty("own_tool");
    // The tool's settings and migrations are this folder's, and not those of a project above it.
    project.write("orm.toml", "[migrations]\ndir = \"migrations\"\n");
    let database = Database::sqlite(&project);
    let tool = example("own_tool");
    let run = |arguments: &[&str]| project.run_program(&tool, arguments, &[("PATH", "")]);
    run(&["models"])
        .ends(0)
        .prints("notes  own_tool::Note, 2 columns\n");
    run(&["create-all", "--dialect", "sqlite", "--migration", "first"]).ends(0);
    run(&["run", "--url", &database.url])
        .ends(0)
        .says(&["applied "]);
    assert_eq!(database.query("SELECT count(*) FROM notes"), ["0"]);
    for option in ["--features=nope", "--all-features", "--locked"] {
        let name = option.split('=').next().unwrap();
        run(&["models", option]).ends(2).says(&[name, "built in"]);
    }
    let help = run(&["--help"]).ends(0).out;
    assert!(help.contains("Usage: own_tool"), "{help}");
}

/// An example of this package, which cargo builds with its tests.
fn example(name: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_orm-migrate"));
    let path = program.with_file_name("examples").join(name);
    let path = path.with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        path.exists(),
        "build it first: cargo build -p orm-migrate --example {name}"
    );
    path
}

#[test]
fn options_of_cargo_are_passed_on() {
    let lib = format!("#[cfg(feature = \"extra\")]{MODELS}");
    let project = Project::new("cargo_options", &lib);
    let features = "\n[features]\ndefault = [\"extra\"]\nextra = []\n[workspace]\n";
    project.write("Cargo.toml", &(manifest("cargo_options") + features));
    project.run(&["models", "--offline"]).ends(0);
    // The lock file is whole now.
    project.run(&["models", "--locked"]).ends(0);
    project.run(&["models", "--frozen"]).ends(0);
    project
        .run(&["models", "--no-default-features", "--offline"])
        .ends(1)
        .says(&["no models, or a version of orm"]);
    std::fs::remove_file(project.path("Cargo.lock")).unwrap();
    project
        .run(&["models", "--locked"])
        .ends(1)
        .says(&["--locked"]);
}

#[test]
fn what_a_library_says_while_it_is_loaded_and_unloaded_is_no_part_of_the_dump() {
    let lib = format!(
        "{MODELS}
        extern \"C\" fn load() {{ print!(\"loaded without an end\"); }}
        extern \"C\" fn unload() {{ println!(\"unloaded\"); }}
        #[used]
        #[cfg_attr(target_os = \"linux\", unsafe(link_section = \".init_array\"))]
        static LOAD: extern \"C\" fn() = load;
        #[used]
        #[cfg_attr(target_os = \"linux\", unsafe(link_section = \".fini_array\"))]
        static UNLOAD: extern \"C\" fn() = unload;"
    );
    let project = Project::new("noisy", &lib);
    project.run(&["models"]).ends(0);
}

#[test]
#[cfg(target_os = "linux")]
fn the_last_words_of_a_library_that_panics_are_told() {
    let lib = format!(
        "{MODELS}
        extern \"C\" fn load() {{ panic!(\"no such setting\"); }}
        #[used]
        #[unsafe(link_section = \".init_array\")]
        static LOAD: extern \"C\" fn() = load;"
    );
    let project = Project::new("panics", &lib);
    project
        .run(&["models"])
        .ends(1)
        .says(&["can't read the models of", "no such setting"]);
}
