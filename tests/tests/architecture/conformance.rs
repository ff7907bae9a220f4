//! The conformance suite runs on databases that this project doesn't know: it names none, its names are short, and no two
//! files of cases have a table of one name.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{File, files_under, report};

/// What a case must not name: it reads a capability, the driver or the backend instead.
const DATABASES: &[&str] = &["sqlite", "postgres", "mysql", "mariadb", "firebird"];

/// The longest identifier: some databases take 31 bytes.
const LONGEST: usize = 30;

/// Behind these words the SQL of a case has a name of its own.
const BEFORE_NAMES: &[&str] = &[
    "CREATE TABLE ",
    "CREATE INDEX ",
    "CREATE UNIQUE INDEX ",
    "CONSTRAINT ",
    "SAVEPOINT ",
];

fn lines(file: &File) -> impl Iterator<Item = (usize, &str)> {
    file.text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

#[test]
fn cases_name_no_database() {
    let files = files_under("tests/conformance");
    let broken: Vec<String> = files.iter().flat_map(named).collect();
    report(
        "the conformance suite asks capabilities, never the name of a database",
        &broken,
    );
}

fn named(file: &File) -> Vec<String> {
    let says = |line: &str| {
        let line = line.to_ascii_lowercase();
        DATABASES.iter().find(|name| line.contains(**name))
    };
    let named = lines(file).filter_map(|(number, line)| Some((number, says(line)?)));
    let told = named.map(|(number, name)| {
        format!(
            "{}:{number}: names {name}; ask a capability or `Requires`, or move the case to tests/src/suite",
            file.path
        )
    });
    told.collect()
}

#[test]
fn names_in_the_sql_of_cases_are_short() {
    let files = files_under("tests/conformance");
    let broken: Vec<String> = files.iter().flat_map(long_names).collect();
    report(
        "a name in the SQL of the conformance suite has 30 bytes at most",
        &broken,
    );
}

fn long_names(file: &File) -> Vec<String> {
    let mut broken = Vec::new();
    for (number, line) in lines(file) {
        for before in BEFORE_NAMES {
            for rest in line.split(before).skip(1) {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let name = rest.split(|c| !is_part(c)).next().unwrap_or_default();
                if name.len() > LONGEST {
                    broken.push(format!("{}:{number}: {name}", file.path));
                }
            }
        }
    }
    broken
}

/// Models of a file of cases must be its own: the registry finds the table of an error by its name.
#[test]
fn tables_are_of_one_file_of_cases() {
    let fixtures: BTreeSet<String> = files_under("tests/conformance/src")
        .iter()
        .filter(|file| file.path.ends_with("/fixtures.rs"))
        .flat_map(tables)
        .collect();
    let files = files_under("tests/conformance/src/suite");
    report(
        "the tables of the models of a file of cases have names that no other file has, but for the tables of fixtures.rs",
        &shared(&files, &fixtures),
    );
}

/// The tables that several files or folders of the suite have.
fn shared(files: &[File], fixtures: &BTreeSet<String>) -> Vec<String> {
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for file in files {
        let path = file.path.split("/suite/").last().unwrap_or_default();
        let module = path.split(['/', '.']).next().unwrap_or_default();
        for table in tables(file).difference(fixtures) {
            found.entry(table.clone()).or_default().insert(module);
        }
    }
    let shared = found.into_iter().filter(|(_, modules)| modules.len() > 1);
    shared
        .map(|(table, modules)| format!("{table}: {modules:?}"))
        .collect()
}

/// The tables of models and link tables.
fn tables(file: &File) -> BTreeSet<String> {
    let names = file.text.split("table = \"").skip(1);
    let names = names.filter_map(|rest| rest.split('"').next());
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{File, long_names, named, shared};

    #[test]
    fn a_table_of_two_files_is_found() {
        let file = |path: &str, text: &str| File {
            path: format!("tests/conformance/src/suite/{path}"),
            text: text.to_owned(),
        };
        let files = [
            file("a.rs", "#[orm(table = \"pets\")] #[orm(table = \"users\")]"),
            file(
                "b/models.rs",
                "#[orm(table = \"eggs\")] #[orm(link_table = \"pets\")]",
            ),
            file(
                "b/run.rs",
                "#[orm(table = \"eggs\")] #[orm(table = \"users\")]",
            ),
        ];
        let fixtures = BTreeSet::from(["users".to_owned()]);
        assert_eq!(shared(&files, &fixtures), [r#"pets: {"a", "b"}"#]);
    }

    fn file(text: &str) -> File {
        File {
            path: "a.rs".into(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_database_is_found_in_code_and_comments() {
        let found = named(&file(
            "// As MySQL does.\nlet a = db.dialect();\nDatabase::Sqlite",
        ));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].starts_with("a.rs:3: names sqlite"), "{found:?}");
    }

    #[test]
    fn a_long_name_is_found() {
        let text = "\"CREATE TABLE a_table_whose_name_is_far_too_long (a INT)\"\n\"CREATE TABLE t (a INT)\"";
        assert_eq!(long_names(&file(text)).len(), 1);
    }
}
