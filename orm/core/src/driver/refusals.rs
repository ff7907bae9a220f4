//! Errors that all drivers return with the same text, including those of a server that does not respond.

use std::fmt::Display;
use std::slice::ChunksExact;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::value::ValueRef;

/// Returns the error of a configuration that can't be used.
///
/// # Examples
///
/// ```
/// # use orm_core::driver::*;
/// # use orm_core::error::ErrorKind;
/// # use orm_core::value::ValueRef;
/// # use std::time::Duration;
/// assert_eq!(misconfigured("no host").kind(), ErrorKind::Configuration);
/// ```
pub fn misconfigured(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::with_message(ErrorKind::Configuration, message)
}

/// Returns the error of a connection to `target` that can't be opened.
///
/// # Examples
///
/// ```
/// # use orm_core::driver::*;
/// # use orm_core::error::ErrorKind;
/// # use orm_core::value::ValueRef;
/// # use std::time::Duration;
/// let error = unconnected(ErrorKind::ConnectionFailed, "postgresql://host/db", "refused");
/// assert_eq!(error.message(), "can't connect to postgresql://host/db: refused");
/// ```
#[cold]
pub fn unconnected(kind: ErrorKind, target: &str, why: impl Display) -> Error {
    Error::with_message(kind, format!("can't connect to {target}: {why}"))
}

/// Returns the message for a server that did not respond within `limit` while connecting.
///
/// # Examples
///
/// ```
/// # use orm_core::driver::*;
/// # use orm_core::error::ErrorKind;
/// # use orm_core::value::ValueRef;
/// # use std::time::Duration;
/// assert_eq!(no_answer(Duration::from_secs(5)), "the server did not respond within 5 s");
/// ```
pub fn no_answer(limit: Duration) -> String {
    format!(
        "the server did not respond within {} s",
        limit.as_secs_f32()
    )
}

/// Returns the error of a connection whose server did not respond within `limit`. The error names the statement's
/// first word.
///
/// # Examples
///
/// ```
/// # use orm_core::driver::*;
/// # use orm_core::error::ErrorKind;
/// # use orm_core::value::ValueRef;
/// # use std::time::Duration;
/// let error = unanswered("COMMIT", Duration::from_secs(5));
/// assert_eq!(error.message(), "the server did not respond to COMMIT within 5 s");
/// ```
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

/// Returns the error of a number of values that differs from the number of bind parameters.
///
/// # Examples
///
/// ```
/// # use orm_core::driver::*;
/// # use orm_core::error::ErrorKind;
/// # use orm_core::value::ValueRef;
/// # use std::time::Duration;
/// assert_eq!(bind_count(2, 1).message(), "wrong number of binds: the statement requires 2, but 1 are supplied");
/// ```
#[cold]
pub fn bind_count(taken: usize, given: usize) -> Error {
    let message =
        format!("wrong number of binds: the statement requires {taken}, but {given} are supplied");
    Error::with_message(ErrorKind::Usage, message)
}

/// Returns the error of a bind that is no JSON document; see [`json_fault`](crate::driver::json_fault).
///
/// # Examples
///
/// ```
/// # use orm_core::driver::*;
/// let error = not_json(1, "a JSON document that is nested too deep");
/// assert_eq!(error.message(), "bind 1 is a JSON document that is nested too deep");
/// ```
#[cold]
pub fn not_json(position: usize, fault: &str) -> Error {
    let message = format!("bind {position} is {fault}");
    Error::with_message(ErrorKind::OutOfRange, message)
        .with_hint("documents have string keys, and at most 127 levels on SQLite and PostgreSQL, 100 on MySQL and 31 on MariaDB")
}

/// What is wrong with a bind that is a [long duration](ValueRef::is_long_duration).
pub const LONG_DURATION: &str = "a duration is out of range: it has at most 9223372036854775807 microseconds, which are 292,000 years";

/// Returns the rows of `width` values each that [`Connection::execute_each`](super::Connection::execute_each)
/// executes.
///
/// # Errors
/// - `Usage`: the last row is not complete.
///
/// # Examples
///
/// ```
/// # use orm_core::driver::*;
/// # use orm_core::error::ErrorKind;
/// # use orm_core::value::ValueRef;
/// # use std::time::Duration;
/// let binds = [1, 2, 3, 4].map(ValueRef::Int);
/// assert_eq!(whole_rows("INSERT …", 2, &binds)?.count(), 2);
/// assert!(whole_rows("INSERT …", 3, &binds).is_err());
/// # Ok::<(), orm_core::Error>(())
/// ```
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

/// Returns the error of a column index that is out of range.
///
/// # Examples
///
/// ```
/// # use orm_core::driver::*;
/// # use orm_core::error::ErrorKind;
/// # use orm_core::value::ValueRef;
/// # use std::time::Duration;
/// assert_eq!(no_column(2, 2).message(), "column index 2 is out of range: the row has 2 columns, counted from 0");
/// ```
#[cold]
pub fn no_column(index: usize, columns: usize) -> Error {
    Error::with_message(
        ErrorKind::Decode,
        format!(
            "column index {index} is out of range: the row has {columns} columns, counted from 0"
        ),
    )
}

/// Returns the error of a column's text that is not valid UTF-8. `bytes` is a cast with which it can be read.
///
/// # Examples
///
/// ```
/// # use orm_core::driver::*;
/// # use orm_core::error::ErrorKind;
/// # use orm_core::value::ValueRef;
/// # use std::time::Duration;
/// let error = invalid_text("name", "CAST(name AS BLOB)");
/// assert_eq!(error.hint(), Some("read it as bytes, with CAST(name AS BLOB)"));
/// ```
#[cold]
pub fn invalid_text(column: &str, bytes: &str) -> Error {
    Error::with_message(ErrorKind::Decode, "the text of a column is not valid UTF-8")
        .with_column(column)
        .with_hint(format!("read it as bytes, with {bytes}"))
}
