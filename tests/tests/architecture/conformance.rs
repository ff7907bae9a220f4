//! The conformance suite runs on databases that this project doesn't know: it names none, and its names are short.

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

#[cfg(test)]
mod tests {
    use super::{File, long_names, named};

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
