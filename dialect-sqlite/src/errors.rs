//! Maps SQLite's result codes and messages to errors with a kind, a table and columns.
//!
//! [`classify`] is pure and independent of the driver; it is tested with recorded messages below. A message is never
//! shown, since functions put values into theirs: only names are taken from it, and the native error is the source.

use orm_core::error::{Error, ErrorKind};

/// Returns the error of an extended result code and SQLite's message.
///
/// ```
/// let error = dialect_sqlite::errors::classify(2067, "UNIQUE constraint failed: users.username");
/// assert!(error.is_unique_violation());
/// assert_eq!((error.table(), error.column()), (Some("users"), Some("username")));
/// ```
pub fn classify(code: i32, message: &str) -> Error {
    classify_in(code, message, "")
}

/// As [`classify`], for an error of the statement `sql`: only its words are shown of a message.
pub(crate) fn classify_in(code: i32, message: &str, sql: &str) -> Error {
    let error = match code {
        1555 | 2067 | 2579 => unique(message, sql),
        787 => Error::new(ErrorKind::ForeignKeyViolation),
        // ON DELETE RESTRICT is a trigger inside SQLite. A trigger of the schema has the same code and a message of
        // its own, unless it emulates a foreign key and raises the same message.
        1811 if message == "FOREIGN KEY constraint failed" => {
            Error::new(ErrorKind::ForeignKeyViolation)
        }
        1811 => Error::with_message(ErrorKind::Database, "a trigger rejected the change"),
        1299 => {
            let error = Error::new(ErrorKind::NotNullViolation);
            place(error, failed(message), sql)
        }
        275 => check(message),
        517 => Error::new(ErrorKind::SerializationFailure).with_hint(
            "begin the transaction with TransactionOptions::new().writes(), or run it again",
        ),
        _ => by_primary_code(code, message, sql),
    };
    error.with_code(code.to_string())
}

fn by_primary_code(code: i32, message: &str, sql: &str) -> Error {
    match code & 0xff {
        1 => general(message, sql),
        5 | 6 => Error::new(ErrorKind::Busy).with_hint(
            "keep transactions short, or raise the busy timeout: another connection holds the lock",
        ),
        9 => Error::new(ErrorKind::Canceled),
        14 => Error::with_message(ErrorKind::ConnectionFailed, "can't open the database file"),
        18 => Error::new(ErrorKind::DataTooLong),
        25 => Error::with_message(
            ErrorKind::Usage,
            "wrong number of binds: more values are supplied than the statement has bind parameters",
        ),
        26 => Error::with_message(
            ErrorKind::Configuration,
            "the file is not a SQLite database",
        ),
        11 => Error::with_message(ErrorKind::Database, describe(11)).with_hint(DAMAGED),
        10 if code == SHORT_READ => {
            Error::with_message(ErrorKind::Database, "the database file is truncated")
                .with_hint(DAMAGED)
        }
        primary => Error::with_message(ErrorKind::Database, describe(primary)),
    }
}

/// SQLITE_IOERR_SHORT_READ: the file ends where a page should be.
const SHORT_READ: i32 = 522;
/// What to do about a file that lacks a part.
const DAMAGED: &str = "restore it from a backup, or recover it with `sqlite3 FILE .recover`";

/// What SQLite's primary result codes mean (<https://sqlite.org/rescode.html>).
fn describe(primary: i32) -> &'static str {
    match primary {
        3 => "permission denied on the database file",
        4 => "the statement was interrupted",
        7 => "out of memory in SQLite",
        8 => "the database is read-only",
        10 => "disk I/O error on the database file",
        11 => "the database file is malformed",
        13 => "the disk is full",
        15 => "locking protocol error on the database file",
        17 => "the schema has changed since the statement was prepared",
        19 => "the change violates a constraint",
        20 => "datatype mismatch: the value does not have the type of its column",
        21 => "the statement is empty, or the library is misused",
        23 => "the statement is not authorized",
        _ => ErrorKind::Database.as_str(),
    }
}

/// Code 1: whatever has no code of its own, most of all the errors of the parser.
fn general(message: &str, sql: &str) -> Error {
    if let Some(table) = message.strip_prefix("no such table: ") {
        return Error::new(ErrorKind::UndefinedTable).with_table(unqualified(table));
    }
    if let Some(column) = message.strip_prefix("no such column: ") {
        return place(Error::new(ErrorKind::UndefinedColumn), named(column), sql);
    }
    if let Some((table, column)) = message.split_once(" has no column named ") {
        let table = table.strip_prefix("table ").unwrap_or(table);
        return Error::new(ErrorKind::UndefinedColumn)
            .with_table(table)
            .with_column(column);
    }
    if let Some(table) = message
        .strip_prefix("table ")
        .and_then(|rest| rest.strip_suffix(" already exists"))
    {
        let table = table.trim_matches('"');
        return Error::with_message(ErrorKind::Database, "the table already exists")
            .with_table(table);
    }
    if let Some(unread) = unread(message).filter(|word| sql.contains(word)) {
        let message = format!("syntax error near \"{unread}\"");
        return Error::with_message(ErrorKind::Syntax, message);
    }
    Error::with_message(general_kind(message), general_message(message))
}

/// The word that the parser stopped at: `near "SELEC": syntax error`, `unrecognized token: "#"`.
fn unread(message: &str) -> Option<&str> {
    let near = message.strip_prefix("near \"");
    let token = message.strip_prefix("unrecognized token: \"");
    near.and_then(|rest| rest.strip_suffix("\": syntax error"))
        .or_else(|| token?.strip_suffix('"'))
}

fn general_kind(message: &str) -> ErrorKind {
    let is_syntax = message.ends_with(": syntax error")
        || message == "incomplete input"
        || message.starts_with("unrecognized token: ");
    match message {
        _ if is_syntax => ErrorKind::Syntax,
        "date out of range" | "decimal overflow" | "float overflow" | "integer overflow" => {
            ErrorKind::OutOfRange
        }
        "invalid regular expression" => ErrorKind::Syntax,
        "LIKE or GLOB pattern too complex" | "text too long" => ErrorKind::DataTooLong,
        "parser stack overflow" => ErrorKind::Unsupported,
        _ if message.starts_with("Expression tree is too large")
            || message.starts_with("too many ")
            || is_too_many_tables(message) =>
        {
            ErrorKind::Unsupported
        }
        "cannot start a transaction within a transaction" => ErrorKind::Usage,
        "cannot commit - no transaction is active"
        | "cannot rollback - no transaction is active" => ErrorKind::Transaction,
        _ if message.starts_with("no such savepoint: ") => ErrorKind::Transaction,
        _ => ErrorKind::Database,
    }
}

/// `at most 64 tables in a join`
fn is_too_many_tables(message: &str) -> bool {
    message.starts_with("at most ") && message.ends_with(" tables in a join")
}

/// The messages that hold names at most are worth showing; of others only the kind is.
fn general_message(message: &str) -> String {
    const SAFE: &[&str] = &[
        "Expression tree is too large",
        "LIKE or GLOB pattern too complex",
        "ambiguous column name: ",
        "at most ",
        "cannot ",
        "date out of range",
        "decimal overflow",
        "float overflow",
        "incomplete input",
        "integer overflow",
        "invalid regular expression",
        "misuse of ",
        "no such collation sequence: ",
        "no such function: ",
        "no such index: ",
        "no such savepoint: ",
        "not a date or time",
        "not a decimal number",
        "not an integer",
        "parser stack overflow",
        "row value misused",
        "sub-select returns ",
        "text too long",
        "too many ",
        "wrong number of arguments to function ",
    ];
    if SAFE.iter().any(|prefix| message.starts_with(prefix)) {
        return message.to_owned();
    }
    general_kind(message).as_str().to_owned()
}

// "UNIQUE constraint failed: users.a, users.b", or ": index 'name'" for an index of expressions.
fn unique(message: &str, sql: &str) -> Error {
    let error = Error::new(ErrorKind::UniqueViolation);
    let places = failed(message);
    match places
        .strip_prefix("index '")
        .and_then(|rest| rest.strip_suffix('\''))
    {
        Some(index) => error.with_constraint(index),
        None => place(error, places, sql),
    }
}

// "CHECK constraint failed: name"; of a constraint without name, its condition.
fn check(message: &str) -> Error {
    let error = Error::new(ErrorKind::CheckViolation);
    match failed(message) {
        "" => error,
        name => error.with_constraint(name),
    }
}

fn failed(message: &str) -> &str {
    message
        .split_once(" constraint failed: ")
        .map_or("", |(_, what)| what)
}

/// Adds the table and the columns of a list such as `users.a, users.b`.
fn place(error: Error, list: &str, sql: &str) -> Error {
    if list.is_empty() {
        return error;
    }
    let Some((table, first)) = owner(list, sql) else {
        return error.with_columns(list.split(", "));
    };
    let next = format!(", {table}.");
    let columns = first.split(next.as_str());
    error.with_table(unqualified(table)).with_columns(columns)
}

/// The table before the first column, and what follows. Both may have dots in their names, so the table is one
/// that the statement names in quotes, if there is such a one.
fn owner<'m>(list: &'m str, sql: &str) -> Option<(&'m str, &'m str)> {
    let item = list.split(", ").next()?;
    let dots = item.rmatch_indices('.').map(|(dot, _)| dot);
    let named = |dot: &usize| sql.contains(&format!("\"{}\"", item[..*dot].replace('"', "\"\"")));
    let dot = dots.clone().find(named).or_else(|| dots.clone().next())?;
    Some((&list[..dot], &list[dot + 1..]))
}

// `no such column: "nope" - should this be a string literal in single-quotes?`
fn named(column: &str) -> &str {
    let name = column
        .split_once(" - should this be ")
        .map_or(column, |(name, _)| name);
    name.trim_matches('"')
}

// A table of the main database, named with its schema.
fn unqualified(table: &str) -> &str {
    table.strip_prefix("main.").unwrap_or(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Fields = (
        ErrorKind,
        Option<&'static str>,
        Option<&'static str>,
        Option<&'static str>,
    );

    /// Recorded messages of SQLite 3.54: code, message, then kind, table, column, constraint.
    const RECORDED: &[(i32, &str, Fields)] = {
        use ErrorKind::{
            Busy, CheckViolation, Configuration, DataTooLong, Database, ForeignKeyViolation,
            NotNullViolation, OutOfRange, SerializationFailure, Syntax, Transaction,
            UndefinedColumn, UndefinedTable, UniqueViolation, Unsupported, Usage,
        };
        &[
            (
                2067,
                "UNIQUE constraint failed: users.username",
                (UniqueViolation, Some("users"), Some("username"), None),
            ),
            (
                2067,
                "UNIQUE constraint failed: users.a, users.b",
                (UniqueViolation, Some("users"), Some("a, b"), None),
            ),
            (
                2067,
                "UNIQUE constraint failed: index 'ix_lower'",
                (UniqueViolation, None, None, Some("ix_lower")),
            ),
            (
                1555,
                "UNIQUE constraint failed: users.id",
                (UniqueViolation, Some("users"), Some("id"), None),
            ),
            (
                2579,
                "UNIQUE constraint failed: notes.rowid",
                (UniqueViolation, Some("notes"), Some("rowid"), None),
            ),
            (
                787,
                "FOREIGN KEY constraint failed",
                (ForeignKeyViolation, None, None, None),
            ),
            (
                1299,
                "NOT NULL constraint failed: users.name",
                (NotNullViolation, Some("users"), Some("name"), None),
            ),
            (
                275,
                "CHECK constraint failed: ck_users_age",
                (CheckViolation, None, None, Some("ck_users_age")),
            ),
            (
                1,
                "LIKE or GLOB pattern too complex",
                (DataTooLong, None, None, None),
            ),
            (
                1,
                "Expression tree is too large (maximum depth 1000)",
                (Unsupported, None, None, None),
            ),
            (5, "database is locked", (Busy, None, None, None)),
            (6, "database table is locked", (Busy, None, None, None)),
            (261, "database is locked", (Busy, None, None, None)),
            (
                517,
                "database is locked",
                (SerializationFailure, None, None, None),
            ),
            (
                8,
                "attempt to write a readonly database",
                (Database, None, None, None),
            ),
            (13, "database or disk is full", (Database, None, None, None)),
            (
                18,
                "string or blob too big",
                (DataTooLong, None, None, None),
            ),
            (25, "column index out of range", (Usage, None, None, None)),
            (
                26,
                "file is not a database",
                (Configuration, None, None, None),
            ),
            (
                1,
                "no such table: users",
                (UndefinedTable, Some("users"), None, None),
            ),
            (
                1,
                "no such table: main.users",
                (UndefinedTable, Some("users"), None, None),
            ),
            (
                1,
                "no such column: age",
                (UndefinedColumn, None, Some("age"), None),
            ),
            (
                1,
                "no such column: users.age",
                (UndefinedColumn, Some("users"), Some("age"), None),
            ),
            (
                1,
                "no such column: \"age\" - should this be a string literal in single-quotes?",
                (UndefinedColumn, None, Some("age"), None),
            ),
            (
                1,
                "table users has no column named age",
                (UndefinedColumn, Some("users"), Some("age"), None),
            ),
            (
                1,
                "table \"users\" already exists",
                (Database, Some("users"), None, None),
            ),
            (
                1,
                "near \"SELEC\": syntax error",
                (Syntax, None, None, None),
            ),
            (1, "incomplete input", (Syntax, None, None, None)),
            (1, "unrecognized token: \"#\"", (Syntax, None, None, None)),
            (1, "integer overflow", (OutOfRange, None, None, None)),
            (1, "text too long", (DataTooLong, None, None, None)),
            (1, "too many SQL variables", (Unsupported, None, None, None)),
            (
                1,
                "cannot commit - no transaction is active",
                (Transaction, None, None, None),
            ),
            (1, "no such savepoint: a", (Transaction, None, None, None)),
            (1, "malformed JSON", (Database, None, None, None)),
            (1811, "said by a trigger", (Database, None, None, None)),
            (
                1811,
                "FOREIGN KEY constraint failed",
                (ForeignKeyViolation, None, None, None),
            ),
            (
                11,
                "database disk image is malformed",
                (Database, None, None, None),
            ),
            (522, "disk I/O error", (Database, None, None, None)),
        ]
    };

    #[test]
    fn recorded_messages_are_classified() {
        for (code, message, fields) in RECORDED {
            let error = classify(*code, message);
            let columns = error.columns().join(", ");
            let found = (
                error.kind(),
                error.table(),
                (!columns.is_empty()).then_some(columns.as_str()),
                error.constraint(),
            );
            assert_eq!(found, *fields, "{code} {message}");
            assert_eq!(error.code(), Some(code.to_string().as_str()));
        }
    }

    #[test]
    fn names_with_dots_are_told_apart_by_the_statement() {
        let message = "UNIQUE constraint failed: a.b.c.d, a.b.e";
        let error = classify_in(2067, message, "INSERT INTO \"a.b\" VALUES (1)");
        assert_eq!(error.table(), Some("a.b"));
        assert_eq!(error.columns(), ["c.d", "e"]);
    }

    #[test]
    fn the_words_of_the_statement_itself_are_shown() {
        let near = "near \"SELEC\": syntax error";
        let error = classify_in(1, near, "SELEC 1");
        assert_eq!(error.message(), "syntax error near \"SELEC\"");
        let error = classify_in(1, near, "CALL load(?)");
        assert_eq!(error.message(), "syntax error in the statement");
        let error = classify_in(1, "unrecognized token: \"#\"", "SELECT #");
        assert_eq!(error.message(), "syntax error near \"#\"");
    }

    #[test]
    fn only_messages_without_values_are_shown() {
        let error = classify(1, "bad JSON path: 'secret'");
        assert_eq!(error.message(), "the database rejected the statement");
        let error = classify(1, "no such function: nope");
        assert_eq!(error.message(), "no such function: nope");
    }
}
