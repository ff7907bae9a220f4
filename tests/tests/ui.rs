//! Compile-fail cases: what the compiler says to a user's mistake, in `ui/`.
//!
//! `ui/derive/` holds mistakes in models and enums, `ui/query/` those in statements. Each case has its
//! message beside it; `TRYBUILD=overwrite cargo test -p orm-tests --test ui` writes the messages anew.

use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a case's message.
const LINES: usize = 15;

/// Cases whose message may be longer: (case, lines, reason).
const LONGER: &[(&str, usize, &str)] = &[
    (
        "derive/missing_field",
        24,
        "rustc adds three notes of five lines, on the trait, the builder and the caller; the first lines tell all",
    ),
    (
        "query/insert_of_incomplete_builder",
        19,
        "rustc shows where the builder is defined",
    ),
    (
        "query/insert_of_other_model",
        18,
        "rustc shows where the model is defined",
    ),
];

#[test]
fn mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
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
    let case = path.with_extension("");
    let longer = LONGER.iter().find(|(name, ..)| case.ends_with(name));
    let limit = longer.map_or(LINES, |(_, lines, _)| *lines);
    let text = fs::read_to_string(path).expect("a case's message");
    let lines = text.trim_end().lines().count();
    (lines > limit).then(|| format!("{}: {lines} lines, {limit} allowed", path.display()))
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let folders = fs::read_dir(root).expect("the folder of cases").flatten();
    let folders = folders.filter(|entry| entry.path().is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).expect("a folder").flatten());
    let files = files.map(|file| file.path());
    files
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}
