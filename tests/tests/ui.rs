//! Compile-fail cases: the compiler's message for a user's mistake, in `ui/`.
//!
//! `ui/derive/` holds mistakes in models and enums, `ui/query/` those in statements. Each case has its
//! message beside it; `TRYBUILD=overwrite cargo test -p orm-tests --test ui` rewrites the messages.

use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a case's message.
const LINES: usize = 15;

/// Those that are longer, since the compiler adds errors or suggestions of its own, with the most lines of each.
const LONGER: &[(&str, usize)] = &[
    ("and_of_rust", 27),
    ("get_by_type", 27),
    ("or_of_rust", 30),
    ("setter_none", 18),
];

#[test]
fn mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    for case in files("rs") {
        // The compiler spells out a path if another crate that is linked has the same name: the mysql
        // crate has a `FromRow` too.
        if cfg!(feature = "mysql") || !case.ends_with("query/raw_row_into_value.rs") {
            cases.compile_fail(case);
        }
    }
}

#[test]
fn messages_are_short() {
    let broken: Vec<String> = files("stderr")
        .iter()
        .filter_map(|path| too_long(path))
        .collect();
    assert!(
        broken.is_empty(),
        "messages are short:\n{}",
        broken.join("\n")
    );
}

fn too_long(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).expect("a case's message");
    // A suggestion ends with a line that has nothing but the margin.
    let lines = text.trim_end_matches([' ', '|', '\n']).lines().count();
    let longer = LONGER
        .iter()
        .find(|(case, _)| path.file_stem().is_some_and(|stem| stem == *case));
    let allowed = longer.map_or(LINES, |(_, allowed)| *allowed);
    (lines > allowed).then(|| format!("{}: {lines} lines, {allowed} allowed", path.display()))
}

#[test]
fn every_case_has_its_message() {
    let has_message = |path: &PathBuf| path.with_extension("stderr").exists();
    let silent: Vec<_> = files("rs")
        .into_iter()
        .filter(|path| !has_message(path))
        .collect();
    assert!(silent.is_empty(), "cases without a message: {silent:?}");
}

fn files(extension: &str) -> Vec<PathBuf> {
    // Relative to the package, where tests run, as trybuild wants it for messages with line numbers.
    let folders = fs::read_dir("tests/ui")
        .expect("the folder of cases")
        .flatten();
    let folders = folders.filter(|entry| entry.path().is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).expect("a folder").flatten());
    let files = files.map(|file| file.path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}
