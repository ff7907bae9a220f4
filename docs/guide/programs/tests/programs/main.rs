//! Runs each program of the guide and compares the statements that it
//! sends, as `echo` prints them, with those that its comments show.
//!
//! A comment whose first word is a verb of SQL shows a statement; comment
//! lines below it continue it. They are all that the program sends after
//! its set-up, in the order of the file. Queries of a database's catalogue
//! are the library's own and are left out. That each part of a program is
//! shown by a page is checked by the architecture test.
//!
//! A program over `orm_guide::engine` runs on each database. Its comments
//! show the statements of SQLite. `PostgreSQL: …`, `MySQL: …` and
//! `MariaDB: …` below one show what another database is sent instead; a
//! database is named again for a second statement. `none` is for one that
//! is sent nothing, `Unsupported` for one that can't be: below
//! `SQLite: Unsupported` the statement is that of the others, as SQLite
//! would write it. Without them the statement differs by placeholders,
//! quotes and the words of BEGIN only.
//! MariaDB is sent what MySQL is, but for the names of collations, unless
//! it is named. The types of PostgreSQL's placeholders are left out.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod comments;
mod servers;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

use comments::{one_line, shown, without_types};
use servers::{DATABASES, Database, Sandbox};

/// What no page shows: queries of the catalogue, which run once for each table, and the lock of `create_all`.
const CATALOGUE: &[&str] = &[
    "sqlite_master",
    "pg_catalog.",
    "information_schema.",
    "pg_try_advisory_xact_lock",
    "GET_LOCK(",
    "RELEASE_LOCK(",
];

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin");
    let files = fs::read_dir(folder).unwrap();
    let tests = files.flat_map(|file| trials(&file.unwrap().path()));
    libtest_mimic::run(&Arguments::from_args(), tests.collect())
        .exit_code()
}

/// One test of each database that the program runs on.
fn trials(file: &Path) -> Vec<Trial> {
    let everywhere = fs::read_to_string(file)
        .unwrap()
        .contains("orm_guide::engine()");
    let databases = DATABASES.iter().filter(|database| {
        database.variable.is_none() || everywhere && database.is_run()
    });
    databases
        .map(|database| trial(file.to_owned(), database))
        .collect()
}

fn trial(file: PathBuf, database: &'static Database) -> Trial {
    let program = file.file_stem().unwrap().to_str().unwrap();
    let name = format!("{program} on {}", database.name);
    Trial::test(name, move || run(&file, database))
        .with_ignored_flag(database.has_no_server())
}

/// Runs a program in an empty folder and an empty database.
fn run(file: &Path, database: &Database) -> Result<(), Failed> {
    // Cargo puts all programs of a package into one folder.
    let program = Path::new(env!("CARGO_BIN_EXE_start"))
        .with_file_name(file.file_stem().unwrap());
    let folder = tempfile::tempdir()?;
    let sandbox = Sandbox::new(database)?;
    let output = Command::new(program)
        .current_dir(&folder)
        .envs(sandbox.url().map(|url| (orm_guide::URL, url)))
        .output()?;
    let echo = String::from_utf8(output.stderr)?;
    if !output.status.success() {
        return Err(format!("it failed:\n{echo}").into());
    }
    let source = fs::read_to_string(file)?;
    let mut sent = sent(&echo);
    if database.name == "PostgreSQL" {
        sent = sent.iter().map(|sql| without_types(sql)).collect();
    }
    compare(&shown(&source, database.name), &sent)
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
    statements
        .retain(|sql| !CATALOGUE.iter().any(|name| sql.contains(name)));
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
