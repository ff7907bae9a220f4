//! Prints data to stdout and everything else to stderr, so that stdout can be piped into a database's shell or a JSON
//! parser. A closed pipe (`| head`) is not an error.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use orm_core::schema::Operation;

use crate::autogenerate::describe;
use crate::command::drift::{Drift, Lacking};
use crate::command::status::{State, Status};
use crate::command::verify::{Interrupted, Verified};
use crate::command::{Planned, Step};
use crate::error::{Error, Result};
use crate::migration::{Direction, Written};
use crate::models::Models;

/// The most lines of a statement that an error shows.
const SQL_LINES: usize = 12;

/// Prints data.
///
/// # Errors
/// stdout can't be written, a full disk behind it for example.
pub(super) fn data(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::failed(format!("can't write the output: {error}"))
                .with_hint("check whether the disk is full"))
        }
        _ => Ok(()),
    }
}

/// Prints a message to standard error.
pub(super) fn say(text: &str) {
    // Where standard error can't be written, there is no other place for a message.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints the error, the message of the database, and last the hint.
pub(super) fn error(error: &Error) {
    let mut text = format!("error: {}", error.message());
    for (label, note) in error.notes().iter().filter(|(label, _)| *label != "hint") {
        append(&mut text, label, &shorten(note));
    }
    if let Some(native) = native(error) {
        append(&mut text, "database", &native);
    }
    if let Some(hint) = error.hint() {
        append(&mut text, "hint", hint);
    }
    say(&text);
}

fn append(text: &mut String, label: &str, note: &str) {
    // Writing to a String can't fail.
    let _ = write!(
        text,
        "\n  {label}: {}",
        note.trim_end().replace('\n', "\n    ")
    );
}

fn shorten(note: &str) -> String {
    if note.lines().count() <= SQL_LINES {
        return note.to_owned();
    }
    let mut lines: Vec<&str> = note.lines().take(SQL_LINES - 1).collect();
    lines.push("…");
    lines.join("\n")
}

/// The words of the database: what lies under the error of `orm`, each layer that adds something.
fn native(error: &Error) -> Option<String> {
    let mut layer = error
        .source()
        .filter(|source| source.is::<orm_core::Error>())?
        .source();
    let mut words: Vec<String> = Vec::new();
    while let Some(found) = layer {
        let text = found.to_string();
        if !words.iter().any(|said| said.contains(&text)) {
            words.push(text);
        }
        layer = found.source();
    }
    (!words.is_empty()).then(|| words.join(": "))
}

/// Prints which models were found, by crate: those of a crate that nothing links would be missing here.
pub(super) fn found(models: &Models) {
    let mut crates: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for model in models.names() {
        let name = model.module.split("::").next().unwrap_or_default();
        crates.entry(name).or_default().push(&model.name);
    }
    let crates = crates
        .iter()
        .map(|(name, models)| format!("{} of {name}", models.join(", ")));
    say(&format!(
        "models: {}",
        crates.collect::<Vec<_>>().join("; ")
    ));
}

/// Prints where a migration was written.
///
/// # Errors
/// As [`data`].
pub(super) fn written(written: &Written) -> Result<()> {
    data(&format!("{}\n", written.path.display()))
}

/// Selects what is proposed where tables differ from their models.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mend {
    /// The pending migrations may make the tables those of the models.
    Run,
    /// A migration that is still to be written.
    Migration,
}

/// Prints how tables differ from their models, with a hint.
pub(super) fn drift(drift: &Drift, mend: Mend) {
    for Lacking { table, columns } in &drift.lacking {
        let plural = if columns.len() == 1 { "" } else { "s" };
        say(&format!(
            "note: the table {table} lacks the column{plural} {} of its model",
            columns.join(", ")
        ));
    }
    for operation in &drift.others {
        say(&format!(
            "note: a table differs from its model; to make it equal: {}",
            describe(operation)
        ));
    }
    if !drift.is_empty() {
        say(match mend {
            Mend::Run => "  hint: `orm-migrate run` applies the pending migrations",
            Mend::Migration => {
                "  hint: `orm-migrate generate NAME --against db` writes a migration that makes the tables those of the models"
            }
        });
    }
}

/// Prints that a migration was performed.
pub(super) fn step(step: &Step) {
    let verb = match step.direction {
        Direction::Up => "applied",
        Direction::Down => "reverted",
    };
    let plural = if step.statements == 1 { "" } else { "s" };
    say(&format!(
        "{verb} {} ({} statement{plural}, {} ms)",
        step.name,
        step.statements,
        step.elapsed.as_millis()
    ));
}

/// What `run` or `revert` would do: SQL with comments.
pub(super) fn plan(planned: &[Planned]) -> String {
    let mut text = String::new();
    for one in planned {
        let verb = match one.direction {
            Direction::Up => "apply",
            Direction::Down => "revert",
        };
        let how = if one.in_transaction {
            "in one transaction"
        } else {
            "without a transaction"
        };
        let _ = write!(text, "-- {verb} {}, {how}", one.name);
        if one.done > 0 {
            let _ = write!(text, ", from statement {} on", one.done + 1);
        }
        text.push('\n');
        for statement in &one.statements {
            let _ = writeln!(text, "{statement};");
        }
        text.push('\n');
    }
    text
}

/// How the scripts of applied migrations compare with their checksums, as lines for people.
pub(super) fn verified_lines(verified: &Verified) -> String {
    let mut text = String::new();
    for name in &verified.edited {
        let _ = writeln!(text, "edited: {name}");
    }
    for version in &verified.missing {
        let _ = writeln!(text, "not in the folder: {version}");
    }
    for name in &verified.unknown {
        let _ = writeln!(text, "without a checksum: {name}");
    }
    let _ = writeln!(text, "unchanged: {}", verified.unchanged);
    text
}

/// Prints what to do about differences.
pub(super) fn verified_hints(verified: &Verified) {
    if let Some(found) = &verified.interrupted {
        interrupted(found);
    }
    if !verified.unknown.is_empty() {
        say(
            "  hint: diesel stores no checksums; `orm-migrate repair` stores those of the scripts as they are now",
        );
    }
    if !verified.edited.is_empty() {
        say(
            "  hint: restore the text, and write the change into a new migration; `orm-migrate repair` accepts an edit that changes nothing",
        );
    }
}

/// Prints how far an interrupted migration is.
pub(super) fn interrupted(interrupted: &Interrupted) {
    let Interrupted {
        name, done, total, ..
    } = interrupted;
    let (verb, command) = if interrupted.is_revert {
        ("reverted", "revert")
    } else {
        ("applied", "run")
    };
    say(&format!(
        "note: {name} is partly {verb}: {done} of {total} statements are done"
    ));
    say(&format!("  hint: `orm-migrate {command}` continues"));
}

/// The status as lines for people.
pub(super) fn status_lines(status: &Status) -> String {
    let mut text = String::new();
    for line in &status.migrations {
        let mark = match line.state {
            State::Applied => 'X',
            State::Pending => ' ',
            State::Missing | State::Edited => '!',
            State::Interrupted => '/',
        };
        let name = match &line.name {
            Some(name) if line.state == State::Edited => {
                format!("{name} (edited since it was applied)")
            }
            Some(name) => name.clone(),
            None => format!("{} (applied, but not in the folder)", line.version),
        };
        let _ = writeln!(text, "[{mark}] {name}");
    }
    text
}

/// The status as one JSON document.
pub(super) fn status_json(status: &Status, drift: &Drift) -> String {
    let line = |line: &crate::command::status::Line| serde_json::json!({ "version": line.version, "name": line.name, "state": line.state.as_str() });
    let mut document = serde_json::json!({
        "migrations": status.migrations.iter().map(line).collect::<Vec<_>>(),
        "applied": status.count(State::Applied),
        "pending": status.count(State::Pending),
        "missing": status.count(State::Missing),
        "edited": status.count(State::Edited),
        "interrupted": status.count(State::Interrupted),
    });
    if !drift.others.is_empty() {
        let others = drift.others.iter();
        document["differences"] = others.map(operation_json).collect();
    }
    if !drift.lacking.is_empty() {
        document["lacking"] = drift.lacking.iter().map(lacking_json).collect();
    }
    format!("{document}\n")
}

/// A table with the columns that it lacks.
pub(super) fn lacking_json(lacking: &Lacking) -> serde_json::Value {
    serde_json::json!({ "table": lacking.table, "columns": lacking.columns })
}

/// An operation with its words.
pub(super) fn operation_json(operation: &Operation) -> serde_json::Value {
    serde_json::json!({ "text": describe(operation), "operation": operation })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_databases_words_are_joined_once() {
        let inner = orm_core::Error::new(orm_core::ErrorKind::Syntax)
            .with_source("near \"x\": syntax error");
        assert_eq!(
            native(&Error::from(inner)).as_deref(),
            Some("near \"x\": syntax error")
        );
        assert_eq!(native(&Error::failed("a").with_source("b")), None);
    }

    #[test]
    fn long_statements_are_cut() {
        let long = "a\n".repeat(40);
        let shown = shorten(&long);
        assert_eq!(shown.lines().count(), SQL_LINES);
        assert!(shown.ends_with('…'));
        assert_eq!(shorten("a\nb"), "a\nb");
    }
}
