//! Whether a migration that an earlier run has begun can continue, and with which statement. Used by `resume.rs`, and by
//! the dry run.

use super::checksum;
use super::log::LogEntry;
use super::script::Script;
use super::split::Statement;
use super::statement_kind::StatementKind;
use crate::error::{Error, Result};
use crate::exit::Exit;

/// What to do about a statement of which nothing is known.
pub(super) fn decide(script: &Script, statement: &Statement<'_>) -> &'static str {
    if script.is_concurrent(statement) {
        DECIDE_INDEX
    } else {
        DECIDE
    }
}

const DECIDE_INDEX: &str = "look whether the index is there and valid: type `orm-migrate repair --mark-done` if it is; else drop what is \
     left of it, and type `orm-migrate repair --run-again`; then run the command again";

const DECIDE: &str = "compare the database with the statement: type `orm-migrate repair --mark-done` if it took effect, and \
     `orm-migrate repair --run-again` if it did not; then run the command again";

/// Checks whether a migration can continue where it was interrupted.
///
/// # Errors
/// It can't, or the user has to decide.
pub(crate) fn check(entry: &LogEntry, script: &Script) -> Result<()> {
    let statements = script.statements()?;
    let prefixes = checksum::of_prefixes(&statements);
    where_to_continue(entry, script, &statements, &prefixes).map(drop)
}

/// Checks whether a migration can continue where it was interrupted. Returns the statement that is run again although it
/// may have taken effect.
pub(super) fn where_to_continue(
    entry: &LogEntry,
    script: &Script,
    statements: &[Statement<'_>],
    prefixes: &[String],
) -> Result<Option<usize>> {
    let &LogEntry {
        begun, done, total, ..
    } = entry;
    if prefixes.get(done) != Some(&entry.prefix) {
        return Err(edited(entry, script));
    }
    if let Some((statement, what)) = needs_its_session(script, statements, done) {
        let place = script.place(statement.line);
        return Err(Error::failed(format!(
            "{place}: the migration can't continue: {what} of its interrupted run is gone"
        ))
        .with_hint(format!(
            "undo by hand what the first {done} of {total} statements did, and type `orm-migrate repair --start-over`"
        )));
    }
    let Some(statement) = statements.get(done).filter(|_| begun > done) else {
        return Ok(None);
    };
    let is_single = begun == done + 1;
    // What begins a transaction, or creates a table of the session, has ended with the session.
    let is_gone = script.kind(statement) == StatementKind::Begin || script.is_temporary(statement);
    if is_single && (is_gone || script.may_run_twice(statement)) {
        return Ok(Some(done));
    }
    let place = script.place(statement.line);
    let what = if is_single {
        "statement"
    } else {
        "transaction"
    };
    let message = format!(
        "{place}: an earlier run was interrupted in this {what}: whether it took effect is not known"
    );
    Err(Error::failed(message)
        .with_note("sql", statement.text)
        .with_hint(decide(script, statement)))
}

/// The statement whose effect on the session can't be had again, and what it is.
fn needs_its_session<'a, 's>(
    script: &Script,
    statements: &'a [Statement<'s>],
    done: usize,
) -> Option<(&'a Statement<'s>, &'static str)> {
    let (done, rest) = statements.split_at(done);
    let temporary = done.iter().find(|statement| script.is_temporary(statement));
    if let Some(statement) = temporary.filter(|_| !rest.is_empty()) {
        return Some((statement, "the temporary table"));
    }
    if rest.iter().any(|statement| script.has_variable(statement))
        && let Some(statement) = done.iter().find(|statement| script.leaves_value(statement))
    {
        return Some((statement, "the variable"));
    }
    let mut locks = done.iter().filter_map(|statement| {
        let is_locked = script.locks_tables(statement)?;
        Some((statement, is_locked))
    });
    if let Some((statement, true)) = locks.next_back().filter(|_| !rest.is_empty()) {
        return Some((statement, "the lock of tables"));
    }
    // Up to the statement that adds rows of its own.
    let mut reads = rest
        .iter()
        .filter(|statement| script.reads_last(statement) || script.adds_rows(statement));
    let reads = reads
        .next()
        .filter(|statement| script.reads_last(statement));
    reads
        .filter(|_| !done.is_empty())
        .map(|statement| (statement, "the key of the last row"))
}

#[cold]
fn edited(entry: &LogEntry, script: &Script) -> Error {
    let LogEntry { done, total, .. } = entry;
    let path = script.path().display();
    let message = format!(
        "{path}: {done} of {total} statements have run in an earlier run, and their text has changed since"
    );
    Error::new(Exit::Drift, message).with_hint(
        "restore their text and change only what is behind them; or undo by hand what they did, and type \
         `orm-migrate repair --start-over`",
    )
}
