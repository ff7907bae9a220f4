//! All dialect crates look alike, and the rest of the project names them in few places.

use std::collections::{BTreeMap, BTreeSet};

use crate::tokens::Tokens;
use crate::tree::{File, library_files, report, source_files};

const DIALECTS: &[&str] = &["dialect-sqlite", "dialect-postgres", "dialect-mysql"];

/// Files that a dialect may lack. Only MySQL's crate has two dialects. Only MySQL's protocol returns results of several kinds, only its statements keep the
/// types of their first binds or are killed from another connection, and only its messages must be parsed to find names
/// in them. Only SQLite reports a row id that may be no column's, and has a driver that is its own configuration. Only SQLite's driver
/// adds functions, and only PostgreSQL's protocol has exact decimals in a binary form. Only PostgreSQL has arrays,
/// whose elements have the forms of other values: these stand in files below both.
const MAY_BE_MISSING: &[&str] = &[
    "arrays.rs",
    "dialect.rs",
    "reflect.rs",
    "driver/array.rs",
    "driver/scalar.rs",
    "driver/wire.rs",
    "driver/result_set.rs",
    "driver/bind_types.rs",
    "driver/config.rs",
    "driver/copy.rs",
    "driver/greeting.rs",
    "driver/functions/decimal.rs",
    "driver/functions/function.rs",
    "driver/functions/integer.rs",
    "driver/functions/json.rs",
    "driver/functions/mod.rs",
    "driver/functions/numbers.rs",
    "driver/functions/search.rs",
    "driver/functions/statistics.rs",
    "driver/functions/temporal.rs",
    "driver/functions/text.rs",
    "driver/kill.rs",
    "driver/numeric.rs",
    "driver/rowid.rs",
    "driver/statements.rs",
    "driver/stream.rs",
    "driver/tls.rs",
    "driver/undecodable.rs",
    "errors/names.rs",
];

/// Where the dialect crates are named. A new database is added here and nowhere else.
const NAMED_IN: &[&str] = &[
    "orm/src/lib.rs",
    "orm/src/engine/connect.rs",
    "orm-migrate/src/dialect.rs",
];

#[test]
fn dialect_crates_have_the_same_files() {
    let mut crates = BTreeMap::new();
    for dialect in DIALECTS {
        let prefix = format!("{dialect}/src/");
        let names = source_files(dialect).into_iter();
        let names = names.filter_map(|file| Some(file.path.strip_prefix(&prefix)?.to_owned()));
        crates.insert(*dialect, names.collect());
    }
    report(
        "who knows one dialect crate finds the way in all",
        &differences(&crates),
    );
}

fn differences(crates: &BTreeMap<&str, BTreeSet<String>>) -> Vec<String> {
    let all: BTreeSet<&String> = crates.values().flatten().collect();
    let mut broken = Vec::new();
    for (dialect, names) in crates {
        let missing = all
            .iter()
            .filter(|name| !names.contains(**name) && !may_be_missing(name));
        broken.extend(missing.map(|name| {
            format!("{dialect}/src/{name}: missing; another dialect has it, so give the same subject the same file")
        }));
    }
    broken
}

/// What a catalogue has, and what ALTER TABLE can't do, differs too much for the same files; the folders are the same.
fn may_be_missing(name: &str) -> bool {
    let is_in_folder = name.starts_with("inspect/") || name.starts_with("alter/");
    is_in_folder && !name.ends_with("/mod.rs") || MAY_BE_MISSING.contains(&name)
}

#[test]
fn dialects_are_named_in_few_places() {
    let mut broken = Vec::new();
    for file in library_files() {
        let may_name = file.path.starts_with("dialect-") || NAMED_IN.contains(&file.path.as_str());
        if !may_name {
            broken.extend(named(&file));
        }
    }
    report(
        "dialect crates are named only in the files of NAMED_IN",
        &broken,
    );
}

fn named(file: &File) -> Vec<String> {
    let tokens = Tokens::of(file);
    let mut broken = Vec::new();
    for dialect in DIALECTS {
        let name = dialect.replace('-', "_");
        broken.extend(tokens.places(&name).into_iter().map(|line| {
            format!(
                "{}:{line}: names `{name}`; ask the `Dialect` or its capabilities instead",
                file.path
            )
        }));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::{BTreeMap, BTreeSet, File, differences, named};

    #[test]
    fn a_missing_file_is_found() {
        let names = |names: &[&str]| -> BTreeSet<String> {
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        let crates = BTreeMap::from([
            ("dialect-a", names(&["lib.rs", "ddl.rs", "reflect.rs"])),
            ("dialect-b", names(&["lib.rs", "driver/row.rs"])),
        ]);
        let found = differences(&crates);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with("dialect-a/src/driver/row.rs: missing"),
            "{found:?}"
        );
        assert!(
            found[1].starts_with("dialect-b/src/ddl.rs: missing"),
            "{found:?}"
        );
    }

    #[test]
    fn a_name_in_code_is_found_and_one_in_prose_is_not() {
        let text = "//! [`dialect_sqlite`]\nuse dialect_sqlite::X;\n".to_owned();
        let found = named(&File {
            path: "orm/src/flush/plan.rs".into(),
            text,
        });
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("orm/src/flush/plan.rs:2: "),
            "{found:?}"
        );
    }
}
