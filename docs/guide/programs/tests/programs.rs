//! Runs each program of the guide and compares the statements that it
//! sends, as `echo` prints them, with those that its comments show.
//!
//! A comment whose first word is a verb of SQL shows a statement; comment
//! lines below it continue it. They are all that the program sends after
//! its set-up, in the order of the file. Queries of SQLite's catalogue are
//! the library's own and are left out. That each part of a program is
//! shown by a page is checked by the architecture test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

/// The words that a statement begins with.
const VERBS: &[&str] = &[
    "ALTER",
    "BEGIN",
    "COMMIT",
    "CREATE",
    "DELETE",
    "DROP",
    "EXPLAIN",
    "INSERT",
    "PRAGMA",
    "RELEASE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "UPDATE",
    "WITH",
];

/// What no page shows: queries of the catalogue, which run once for each table.
const CATALOGUE: &str = "sqlite_master";

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin");
    let files = fs::read_dir(folder).unwrap();
    let tests = files.map(|file| trial(file.unwrap().path()));
    libtest_mimic::run(&Arguments::from_args(), tests.collect())
        .exit_code()
}

fn trial(file: PathBuf) -> Trial {
    let name = file.file_stem().unwrap().to_str().unwrap();
    Trial::test(name.to_owned(), move || run(&file))
}

/// Runs a program in an empty folder.
fn run(file: &Path) -> Result<(), Failed> {
    // Cargo puts all programs of a package into one folder.
    let program = Path::new(env!("CARGO_BIN_EXE_start"))
        .with_file_name(file.file_stem().unwrap());
    let folder = tempfile::tempdir()?;
    let output = Command::new(program).current_dir(&folder).output()?;
    let echo = String::from_utf8(output.stderr)?;
    if !output.status.success() {
        return Err(format!("it failed:\n{echo}").into());
    }
    compare(&shown(&fs::read_to_string(file)?), &sent(&echo))
}

/// The statements that a program's comments show.
fn shown(source: &str) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    let mut continues = false;
    for line in source.lines() {
        let comment = line.trim_start().strip_prefix("// ");
        let verb = comment.map(first_word);
        if verb.is_some_and(|verb| VERBS.contains(&verb)) {
            statements.extend(comment.map(one_line));
            continues = true;
        } else if let Some(text) = comment.filter(|_| continues) {
            let statement = statements.last_mut().unwrap();
            *statement = one_line(&format!("{statement} {text}"));
        } else {
            continues = false;
        }
    }
    statements
}

/// The statements that `echo` has printed. The last line of one ends with its time.
fn sent(echo: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut text = String::new();
    for line in echo.lines() {
        let (sql, is_last) = match line.rsplit_once("  -- ") {
            Some((sql, end)) if end.ends_with(" us") => (sql, true),
            _ => (line, false),
        };
        text.push_str(sql);
        text.push(' ');
        if is_last {
            statements.push(one_line(&std::mem::take(&mut text)));
        }
    }
    statements.retain(|sql| !sql.contains(CATALOGUE));
    statements
}

fn compare(shown: &[String], sent: &[String]) -> Result<(), Failed> {
    if shown.is_empty() {
        return Err("its comments show no statement".into());
    } else if sent.ends_with(shown) {
        return Ok(());
    }
    let (shown, sent) = (shown.join("\n  "), sent.join("\n  "));
    Err(format!("shown:\n  {shown}\nsent:\n  {sent}").into())
}

fn first_word(text: &str) -> &str {
    let word = text.split(|c: char| !c.is_ascii_uppercase());
    word.into_iter().next().unwrap_or_default()
}

/// The text with single blanks, and none inside of brackets.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(" )", ")")
}
