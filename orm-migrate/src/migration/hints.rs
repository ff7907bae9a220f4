//! The hints for statements that the database rejected, by error code. Used by `execute.rs`.
//!
//! They concern migrations, unlike the hints of `orm`, which concern models and programs.

use std::error::Error as _;

use orm_core::error::Error;

const NO_TRANSACTION: &str = "write run_in_transaction = false into metadata.toml";

/// How the statement was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// In a transaction that is rolled back now.
    InTransaction,
    /// Each statement by itself.
    ByItself,
}

/// The hint for an error.
pub(super) fn hint(error: &Error, run: Run) -> Option<&'static str> {
    match error.code() {
        // PostgreSQL's code for CREATE INDEX CONCURRENTLY and its like, and MySQL's for theirs.
        Some("25001" | "1179" | "1568" | "1694") => Some(NO_TRANSACTION),
        Some("55P04") => Some(
            "PostgreSQL can't use a new value of an enum in the transaction that adds it: add it in a migration of \
             its own, or write run_in_transaction = false into metadata.toml",
        ),
        _ if run == Run::InTransaction && is_about_transaction(error) => Some(NO_TRANSACTION),
        _ if is_there(error) => Some(match run {
            Run::InTransaction => {
                "it was created outside the migrations, for instance by create-all --apply: drop it if it is empty, or remove the statement from the script; then run it again"
            }
            Run::ByItself => {
                "an earlier run of this migration was interrupted, or it was created outside the migrations: compare the database with the script, drop by hand what exists or remove it from the script, then run it again"
            }
        }),
        _ => None,
    }
}

/// SQLite has one code for all of it: VACUUM, PRAGMA journal_mode, PRAGMA synchronous.
fn is_about_transaction(error: &Error) -> bool {
    error.code() == Some("1") && says(error, &["within a transaction", "inside a transaction"])
}

/// Whether something can't be created because it is there, or dropped because it isn't: what the statements of a
/// migration meet that has run before.
pub(super) fn is_there(error: &Error) -> bool {
    const CODES: &[&str] = &[
        // PostgreSQL: table, column, schema, function, object (type, constraint, trigger).
        "42P07", "42701", "42P06", "42723", "42710",
        // MySQL and MariaDB: table, column, index, foreign key, primary key, trigger, routine, database; and what
        // DROP doesn't find.
        "1050", "1060", "1061", "1826", "1068", "1359", "1304", "1007", "1091", "1051", "1360",
        "1305",
    ];
    match error.code() {
        // SQLite's for nearly everything.
        Some("1") => says(error, &["already exists", "duplicate column name"]),
        Some(code) => CODES.contains(&code),
        None => false,
    }
}

/// The same for a statement that may have taken effect in an earlier run, where DROP may find nothing.
pub(super) fn is_done_already(error: &Error, drops: bool) -> bool {
    // PostgreSQL: table, column, object, function.
    const GONE: &[&str] = &["42P01", "42703", "42704", "42883"];
    let is_gone = match error.code() {
        Some("1") => says(
            error,
            &[
                "no such table",
                "no such index",
                "no such view",
                "no such trigger",
            ],
        ),
        Some(code) => GONE.contains(&code),
        None => false,
    };
    is_there(error) || drops && is_gone
}

fn says(error: &Error, words: &[&str]) -> bool {
    let mut layer = error.source();
    while let Some(found) = layer {
        let text = found.to_string();
        if words.iter().any(|words| text.contains(words)) {
            return true;
        }
        layer = found.source();
    }
    false
}
