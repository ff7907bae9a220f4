//! What drivers refuse, and say of a server that is silent, in the same words on every database.

use std::fmt::Display;
use std::slice::ChunksExact;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::value::ValueRef;

/// A configuration by which nothing can be opened.
pub fn misconfigured(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::with_message(ErrorKind::Configuration, message)
}

/// A connection to `target` that can't be opened.
#[cold]
pub fn unconnected(kind: ErrorKind, target: &str, why: impl Display) -> Error {
    Error::with_message(kind, format!("can't connect to {target}: {why}"))
}

/// Why there is no connection to a server that has been silent for longer than `limit`.
pub fn no_answer(limit: Duration) -> String {
    format!(
        "the server did not respond within {} s",
        limit.as_secs_f32()
    )
}

/// The loss of a connection whose server has been silent for longer than `limit`, naming what it did not answer.
pub fn unanswered(sql: &str, limit: Duration) -> Error {
    const CONTROL: &[&str] = &[
        "BEGIN",
        "START",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT",
        "RELEASE",
    ];
    let word = sql.split_ascii_whitespace().next().unwrap_or_default();
    let what = CONTROL
        .iter()
        .find(|known| word.eq_ignore_ascii_case(known));
    let what = what.copied().unwrap_or(if sql.is_empty() {
        "the driver"
    } else {
        "the statement"
    });
    let limit = limit.as_secs_f32();
    let message = format!("the server did not respond to {what} within {limit} s");
    Error::with_message(ErrorKind::ConnectionLost, message).with_hint(
        "raise answer_timeout if the statement may take longer; the server may still be running it, and stops when it finds the connection closed",
    )
}

/// Another number of values than a statement has binds.
#[cold]
pub fn bind_count(taken: usize, given: usize) -> Error {
    let message =
        format!("wrong number of binds: the statement requires {taken}, but {given} are supplied");
    Error::with_message(ErrorKind::Usage, message)
}

/// The rows of `width` values each that [`Connection::execute_each`](super::Connection::execute_each) runs.
///
/// # Errors
/// `Usage` if the last one is not whole.
pub fn whole_rows<'b, 'v>(
    sql: &str,
    width: usize,
    binds: &'b [ValueRef<'v>],
) -> Result<ChunksExact<'b, ValueRef<'v>>> {
    let rows = binds.chunks_exact(width.max(1));
    if rows.remainder().is_empty() {
        return Ok(rows);
    }
    let message = format!(
        "{} binds can't be divided into rows of {width}",
        binds.len()
    );
    Err(Error::with_message(ErrorKind::Usage, message).with_sql(sql))
}

/// An index beyond the columns of a row.
#[cold]
pub fn no_column(index: usize, columns: usize) -> Error {
    Error::with_message(
        ErrorKind::Decode,
        format!(
            "column index {index} is out of range: the row has {columns} columns, counted from 0"
        ),
    )
}

/// The text of a column that is no valid UTF-8, and `bytes`, a cast by which it can be read.
#[cold]
pub fn invalid_text(column: &str, bytes: &str) -> Error {
    Error::with_message(ErrorKind::Decode, "the text of a column is not valid UTF-8")
        .with_column(column)
        .with_hint(format!("read it as bytes, with {bytes}"))
}
