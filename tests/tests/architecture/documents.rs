//! ARCHITECTURE.md and the headers of files name what exists; no file names a folder of a developer's machine.

use std::fs;
use std::path::Path;

use crate::source::parse;
use crate::tree::{File, files_under, has_extension, library_files, report, root};

const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// A page that is longer is a book, and nobody keeps a book true.
const ARCHITECTURE_LINES: usize = 250;

/// Files by whose ending a name in backticks is a path even without a slash.
const EXTENSIONS: &[&str] = &["md", "rs", "sh", "sql", "toml", "yml"];

/// Folders of people's own machines. Pieced together, so that this file isn't found itself.
const MACHINE_FOLDERS: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
];

fn architecture() -> String {
    let text = fs::read_to_string(root().join(ARCHITECTURE));
    text.unwrap_or_else(|error| {
        panic!("{ARCHITECTURE} can't be read ({error}); write it at the workspace's root: a map of the code by path")
    })
}

#[test]
fn architecture_names_paths_that_exist() {
    let root = root();
    let mut broken = Vec::new();
    for (number, line) in architecture().lines().enumerate() {
        for path in paths(line).filter(|path| !root.join(path).exists()) {
            let number = number + 1;
            broken.push(format!(
                "{ARCHITECTURE}:{number}: `{path}` doesn't exist; name paths in full, from the root"
            ));
        }
    }
    report("every path in backticks in ARCHITECTURE.md exists", &broken);
}

#[test]
fn architecture_is_short() {
    let lines = architecture().lines().count();
    assert!(
        lines <= ARCHITECTURE_LINES,
        "{ARCHITECTURE} has {lines} lines, {ARCHITECTURE_LINES} allowed; leave out what the code says itself"
    );
}

/// What is in backticks on a line of Markdown and looks like a path. Of a command it is the program.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    let spans = line.split('`').skip(1).step_by(2);
    spans
        .filter_map(|span| span.split_whitespace().next())
        .filter(|word| is_path(word))
}

fn is_path(word: &str) -> bool {
    let is_placeholder =
        word.contains(['…', '<', '*']) || word.split(['/', '.', '-', '_']).any(|part| part == "X");
    let is_url_or_code =
        word.contains([':', '(', '"', '\'', '=', '&', '#', '@', '$', '|']) || word.starts_with('/');
    let looks_like_one = word.contains('/') && word.len() > 1
        || EXTENSIONS
            .iter()
            .any(|extension| has_extension(word, extension));
    looks_like_one && !is_placeholder && !is_url_or_code
}

#[test]
fn headers_name_files_that_exist() {
    let mut files = library_files();
    files.extend(files_under("tests"));
    files.retain(|file| has_extension(&file.path, "rs"));
    let broken: Vec<String> = files.iter().flat_map(broken_header).collect();
    report(
        "every Rust file in backticks in a file's header exists",
        &broken,
    );
}

/// The files that a header names and that aren't there.
fn broken_header(file: &File) -> Vec<String> {
    /// Names that stand for any file of that name.
    const ANY: &[&str] = &["lib.rs", "main.rs", "mod.rs", "tests.rs"];
    let header = file.text.lines().take_while(|line| line.starts_with("//!"));
    let mut broken = Vec::new();
    for (number, line) in header.enumerate() {
        let named = paths(line).filter(|path| has_extension(path, "rs") && !ANY.contains(path));
        for path in named.filter(|path| !is_near(file, path)) {
            let (own, number) = (&file.path, number + 1);
            broken.push(format!(
                "{own}:{number}: `{path}` doesn't exist; name a file beside this one, or its path from the root"
            ));
        }
    }
    broken
}

/// Whether a path leads to a file from the folder of `file`, one above it, or the folder that has the file's name.
fn is_near(file: &File, path: &str) -> bool {
    let own = root().join(&file.path);
    let folders = own
        .ancestors()
        .skip(1)
        .take_while(|folder| folder.starts_with(root()));
    let mut all = folders.map(Path::to_owned).chain([own.with_extension("")]);
    all.any(|folder| folder.join(path).exists() || folder.join("src").join(path).exists())
}

#[test]
fn each_kind_of_error_has_its_cause_and_cure() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("the file is there");
    let path = "orm/core/src/error/kind.rs".to_owned();
    let text = read(&path);
    let kinds = parse(&File { path, text });
    let is_it = |item: &syn::Item| match item {
        syn::Item::Enum(item) if item.ident == "ErrorKind" => Some(item.variants.clone()),
        _ => None,
    };
    let variants = kinds.items.iter().find_map(is_it);
    let variants = variants.expect("the kinds are in kind.rs");
    let names = variants.iter().map(|variant| variant.ident.to_string());
    let page = read("docs/errors.md");
    let sections: Vec<&str> = page.split("\n### ").skip(1).collect();
    let mut broken = Vec::new();
    let mut count = 0;
    for name in names {
        count += 1;
        let section = sections
            .iter()
            .find(|section| section.lines().next() == Some(&*name));
        if !section.is_some_and(|text| text.contains("\n- Cause: ") && text.contains("\n- Cure: "))
        {
            broken.push(format!(
                "docs/errors.md: write a section `### {name}` with its cause and its cure"
            ));
        }
    }
    report("docs/errors.md has each kind of error", &broken);
    assert_eq!(
        count,
        sections.len(),
        "docs/errors.md has kinds that are gone"
    );
}

/// Words that a reader of SQL's manuals does not look for: name the transaction, runner, server or caller instead.
const VAGUE_WORDS: &[&str] = &[
    "somebody",
    "nobody",
    "whoever",
    "anew",
    "as it stands",
    "is told",
    "are told",
    "for ever",
    "hands out",
    "hands back",
    "handed out",
    "handed back",
    "hand back",
    "what becomes of",
    "what is more",
    "has no say",
    "gone on with",
    "goes by it",
    "without a word",
    "goes on",
    "hands on",
    "says so",
    "tells",
];

/// The file that has these words.
const OWN: &str = "tests/tests/architecture/documents.rs";

#[test]
fn sources_say_who_does_what() {
    let mut files = library_files();
    files.extend(files_under("docs"));
    let mut tests = files_under("tests");
    // A shell script may name the user `nobody`.
    let is_read = |path: &str| ["md", "rs"].iter().any(|kind| has_extension(path, kind));
    tests.retain(|file| is_read(&file.path) && file.path != OWN);
    files.extend(tests);
    for page in ["README.md", "CONTRIBUTING.md", ARCHITECTURE] {
        let text = fs::read_to_string(root().join(page)).expect("the page is there");
        let path = page.to_owned();
        files.push(File { path, text });
    }
    let broken: Vec<String> = files.iter().flat_map(vague).collect();
    report("sources and pages name who or what does something", &broken);
}

/// The vague words of a file, one that ends a line and begins the next among them.
fn vague(file: &File) -> Vec<String> {
    let lines: Vec<String> = file
        .text
        .lines()
        .map(|line| words(line).collect::<Vec<_>>().join(" ").to_lowercase())
        .collect();
    let mut broken = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let next = lines.get(number + 1).map_or("", String::as_str);
        let (line, whole) = (format!(" {line} "), format!(" {line} {next} "));
        for word in VAGUE_WORDS.iter().map(|word| format!(" {word} ")) {
            let begins_here = whole.find(&word).is_some_and(|at| at < line.len() - 1);
            if begins_here {
                let (path, number) = (&file.path, number + 1);
                broken.push(format!("{path}:{number}: `{}`", word.trim()));
            }
        }
    }
    broken
}

/// The words of a line, names of code as one.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| !word.is_empty())
}

#[test]
fn no_file_tells_of_a_developers_machine() {
    let mut broken = Vec::new();
    for file in files_under(".") {
        for (number, line) in file.text.lines().enumerate() {
            for folder in MACHINE_FOLDERS
                .iter()
                .filter(|folder| line.contains(**folder))
            {
                let (path, number) = (&file.path, number + 1);
                broken.push(format!("{path}:{number}: names a folder under `{folder}`; use a path relative to the root"));
            }
        }
    }
    report("no file names a folder of somebody's own machine", &broken);
}

#[cfg(test)]
mod tests {
    use super::{File, paths, vague};

    #[test]
    fn a_vague_word_is_found_across_lines_and_not_in_a_longer_one() {
        let text = "// Nobody, and what is\n// more: it\n// storytells of a nobody_else.\n";
        let file = File {
            path: "a.rs".into(),
            text: text.into(),
        };
        assert_eq!(vague(&file), ["a.rs:1: `nobody`", "a.rs:1: `what is more`"]);
    }

    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        assert_eq!(paths(line).collect::<Vec<_>>(), expected, "of {line}");
    }

    #[test]
    fn paths_are_found() {
        check(
            "see `orm/src/lib.rs`, then `deny.toml` and `dialect-mysql/`",
            &["orm/src/lib.rs", "deny.toml", "dialect-mysql/"],
        );
        check(
            "| `tests/run --only sqlite` | needs no server |",
            &["tests/run"],
        );
        check("in `orm/src/{load,flush}`", &["orm/src/{load,flush}"]);
    }

    #[test]
    fn what_is_no_path_is_left_out() {
        check("orm/src/lib.rs without backticks", &[]);
        check(
            "`dialect-X/src/render.rs`, `orm/src/…`, `tests/*.rs`, `<crate>/src`",
            &[],
        );
        check(
            "`crate::a`, `sqlite://a.db`, `/`, `Select<S>`, `a.b`, `x / y`, `&self`",
            &[],
        );
    }
}
