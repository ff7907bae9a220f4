//! The files of the workspace, and the way a broken rule is reported. Knows nothing of Rust.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders of the library crates, in the order of the layers.
pub(crate) const LIBRARIES: &[&str] = &[
    "orm/core",
    "orm/macros",
    "dialect-sqlite",
    "dialect-postgres",
    "dialect-mysql",
    "orm",
    "orm-migrate",
];

/// A text file: its path from the workspace's root, with `/` on every system, and its content.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests
        .parent()
        .expect("the tests crate lies in the workspace's folder")
        .to_path_buf()
}

/// All Rust files of the library crates.
pub(crate) fn library_files() -> Vec<File> {
    let all = LIBRARIES.iter().flat_map(|library| source_files(library));
    all.collect()
}

/// The Rust files under `src` of the crate in `folder`. Files of tests are not among them: `tests.rs`
/// is where a module keeps its tests when they are long.
pub(crate) fn source_files(folder: &str) -> Vec<File> {
    let mut files = files_under(&format!("{folder}/src"));
    files.retain(|file| has_extension(&file.path, "rs") && !file.path.ends_with("/tests.rs"));
    assert!(
        !files.is_empty(),
        "no Rust file under {folder}/src; name the crate's folder in the architecture test"
    );
    files
}

/// All text files under `folder`, sorted. Build output and the repository's own data are left out.
pub(crate) fn files_under(folder: &str) -> Vec<File> {
    let root = root();
    let mut files = Vec::new();
    collect(&root, &root.join(folder), &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    // A folder may vanish while it is read: other tests build in the same tree.
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if name != "target" && name != ".git" {
                collect(root, &path, files);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root).expect("the walk began at the root");
            let path = path.to_string_lossy().replace('\\', "/");
            files.push(File { path, text });
        }
    }
}

/// Whether the name of a file ends in `.extension`.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == extension)
}

/// Fails a test with all that it found, so that one run shows all there is to repair.
#[track_caller]
pub(crate) fn report(rule: &str, broken: &[String]) {
    assert!(
        broken.is_empty(),
        "\nrule: {rule}\n  {}\n",
        broken.join("\n  ")
    );
}
