//! Compile-fail cases: what the compiler says to a user's mistake, in `ui/`.
//!
//! `ui/derive/` holds mistakes in models and enums, `ui/query/` those in statements. Each case has its
//! message beside it; `TRYBUILD=overwrite cargo test -p orm-tests --test ui` writes the messages anew.

use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a message, for one mistake.
const LINES: usize = 15;

#[test]
fn mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
}

#[test]
fn messages_are_short() {
    let mut broken = Vec::new();
    for path in files("stderr") {
        let text = fs::read_to_string(&path).expect("a case's message");
        let errors = text
            .lines()
            .filter(|line| line.starts_with("error"))
            .count();
        let longest = LINES * errors.max(1);
        let lines = text.trim_end().lines().count();
        if lines > longest {
            broken.push(format!(
                "{}: {lines} lines, {longest} allowed",
                path.display()
            ));
        }
    }
    assert!(
        broken.is_empty(),
        "messages are short:\n{}",
        broken.join("\n")
    );
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
