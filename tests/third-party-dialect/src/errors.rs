//! The server's messages as errors with a kind, a constraint, a table and a column.
//!
//! [`classify`] is pure and knows no driver. The client returns messages without their codes, so the messages are what is
//! known by; they come from a table of the client's own, in English. Many hold values: only names are taken from them.

use orm_core::error::{Error, ErrorKind};
use orm_core::schema::naming::unfolded;

/// What a message begins with or holds, the server's code for it, and what it means. The first that is found counts.
const MESSAGES: &[(&str, &str, ErrorKind)] = &[
    (
        "violation of PRIMARY or UNIQUE KEY constraint",
        "335544665",
        ErrorKind::UniqueViolation,
    ),
    (
        "attempt to store duplicate value",
        "335544349",
        ErrorKind::UniqueViolation,
    ),
    (
        "Cannot delete PRIMARY KEY being used in FOREIGN KEY",
        "335544530",
        ErrorKind::ForeignKeyViolation,
    ),
    (
        "violation of FOREIGN KEY constraint",
        "335544466",
        ErrorKind::ForeignKeyViolation,
    ),
    (
        "Operation violates CHECK constraint",
        "335544558",
        ErrorKind::CheckViolation,
    ),
    ("*** null ***", "335544347", ErrorKind::NotNullViolation),
    (
        "validation error for",
        "335544347",
        ErrorKind::CheckViolation,
    ),
    (
        "lock time-out on wait transaction",
        "335544510",
        ErrorKind::Busy,
    ),
    (
        "lock conflict on no wait transaction",
        "335544345",
        ErrorKind::Busy,
    ),
    ("is in use", "335544453", ErrorKind::Busy),
    (
        "string right truncation",
        "335544914",
        ErrorKind::DataTooLong,
    ),
    (
        "blob truncation when converting to a string",
        "335544915",
        ErrorKind::DataTooLong,
    ),
    (
        "numeric value is out of range",
        "335544916",
        ErrorKind::OutOfRange,
    ),
    ("Integer overflow", "335544779", ErrorKind::OutOfRange),
    (
        "value exceeds the range for",
        "335544810",
        ErrorKind::OutOfRange,
    ),
    ("Table unknown", "335544580", ErrorKind::UndefinedTable),
    ("Column unknown", "335544578", ErrorKind::UndefinedColumn),
    (
        "does not exist in table/view",
        "336068784",
        ErrorKind::UndefinedColumn,
    ),
    ("Token unknown", "335544634", ErrorKind::Syntax),
    ("Unexpected end of command", "335544851", ErrorKind::Syntax),
    (
        "Unable to find savepoint",
        "335544832",
        ErrorKind::Transaction,
    ),
    (
        "attempted update during read-only transaction",
        "335544361",
        ErrorKind::Database,
    ),
    (
        "Your user name and password are not defined",
        "335544472",
        ErrorKind::Authentication,
    ),
    (
        "connection shutdown",
        "335544856",
        ErrorKind::ConnectionLost,
    ),
    ("shutdown", "335544528", ErrorKind::ConnectionLost),
    (
        "connection lost to database",
        "335544741",
        ErrorKind::ConnectionLost,
    ),
    (
        "Error reading data from the connection",
        "335544726",
        ErrorKind::ConnectionLost,
    ),
    (
        "Error writing data to the connection",
        "335544727",
        ErrorKind::ConnectionLost,
    ),
    (
        "conversion error from string",
        "335544334",
        ErrorKind::Database,
    ),
];

/// What a message holds whose last line is a name, the server's code for it, and what is wrong with the name.
const NAMES: &[(&str, &str, &str)] = &[
    ("Ambiguous field name", "336003085", "ambiguous column"),
    ("Function unknown", "335544586", "unknown function"),
];

/// What the server says of a deadlock, of a row that is newer than the snapshot, and of a lock that is not granted in time.
const CONFLICT: &str = "update conflicts with concurrent update";

/// The error of a message. `conflict` is what an update conflict means in the transaction.
///
/// ```
/// use orm_core::error::ErrorKind;
///
/// let message = "violation of PRIMARY or UNIQUE KEY constraint 'UQ_USERS_NAME' on table 'USERS'";
/// let error = dialect_firebird::errors::classify(message, ErrorKind::Deadlock);
/// assert!(error.is_unique_violation());
/// assert_eq!((error.table(), error.constraint()), (Some("users"), Some("uq_users_name")));
/// ```
pub fn classify(message: &str, conflict: ErrorKind) -> Error {
    if message.contains(CONFLICT) {
        let error = match conflict {
            ErrorKind::Deadlock => Error::with_message(
                conflict,
                "a deadlock, or a row that another transaction has changed meanwhile",
            ),
            _ => Error::new(conflict),
        };
        return error.with_code("335544451");
    }
    if let Some((_, code, wrong)) = NAMES.iter().find(|(text, ..)| message.contains(text)) {
        let name = unfolded(message.lines().next_back().unwrap_or_default().trim());
        return Error::with_message(ErrorKind::Database, format!("{wrong} {name}"))
            .with_code(*code);
    }
    let mut known = MESSAGES.iter();
    let Some((_, code, kind)) = known.find(|(text, ..)| message.contains(text)) else {
        return Error::new(ErrorKind::Database);
    };
    let error = Error::new(*kind).with_code(*code);
    match kind {
        ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation | ErrorKind::CheckViolation => {
            let constraint =
                behind(message, "constraint ").or_else(|| behind(message, "unique index "));
            let table = behind(message, "on table ").or_else(|| behind(message, "view or table "));
            error
                .with_any(constraint, Error::with_constraint)
                .with_any(table, Error::with_table)
        }
        ErrorKind::NotNullViolation => {
            let mut names = message
                .split('"')
                .skip(1)
                .step_by(2)
                .map(|name| unfolded(name).into_owned());
            let (table, column) = (names.next(), names.next());
            error
                .with_any(table, Error::with_table)
                .with_any(column, Error::with_column)
        }
        ErrorKind::UndefinedTable => {
            error.with_any(line_behind(message, "Table unknown"), Error::with_table)
        }
        ErrorKind::UndefinedColumn if message.contains("does not exist in table/view") => {
            let names = [behind(message, "column "), behind(message, "table/view ")];
            let [column, table] = names;
            error
                .with_any(table, Error::with_table)
                .with_any(column, Error::with_column)
        }
        ErrorKind::UndefinedColumn => {
            let name = line_behind(message, "Column unknown");
            // The column of a table has the table's name before it.
            let name = name.map(|name| name.rsplit('.').next().unwrap_or_default().to_owned());
            error.with_any(name, Error::with_column)
        }
        _ => error,
    }
}

/// The name in quotes that follows some words.
fn behind(message: &str, words: &str) -> Option<String> {
    let (_, rest) = message.split_once(words)?;
    let name = rest.trim_start_matches(['"', '\'']);
    let end = name.find(['"', '\'', '\n', ' ']).unwrap_or(name.len());
    Some(unfolded(&name[..end]).into_owned())
}

/// The line behind the one with some words.
fn line_behind(message: &str, words: &str) -> Option<String> {
    let (_, rest) = message.split_once(words)?;
    let line = rest.trim_start().lines().next()?.trim();
    let names = line.split('.').map(|name| unfolded(name.trim_matches('"')));
    let names: Vec<_> = names.collect();
    (!line.is_empty()).then(|| names.join("."))
}
