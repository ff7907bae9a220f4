//! What cargo knows of the workspace: its metadata and its trees of dependencies.

use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::tree::root;

/// The output of `cargo metadata` for the workspace and for everything it may be built from.
pub(crate) fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let printed = run(&["metadata", "--format-version", "1"]);
        serde_json::from_str(&printed).expect("cargo metadata prints JSON")
    })
}

/// The crates that the normal dependencies of a selection need on this system, as `name version`.
pub(crate) fn crates_of(selection: &[&str]) -> Vec<String> {
    let format = [
        "tree", "-e", "normal", "--prefix", "none", "--format", "{p}",
    ];
    let printed = run(&[&format[..], selection].concat());
    let name_and_version = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let lines = printed.lines().filter(|line| !line.is_empty());
    let mut crates: Vec<String> = lines.map(name_and_version).collect();
    crates.sort();
    crates.dedup();
    crates
}

/// The elements of a list in a JSON object; a list that isn't there has none.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A string in a JSON object; one that isn't there, or null, is empty.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Runs the cargo that runs this test, and returns what it prints.
fn run(arguments: &[&str]) -> String {
    let command = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root())
        .output();
    let output = command.expect("the cargo that built this test can be started");
    assert!(
        output.status.success(),
        "cargo {} failed; it says:\n{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}
