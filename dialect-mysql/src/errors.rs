//! The servers' error codes and messages as errors with a kind, a constraint, a table and a column.
//!
//! [`classify`] is pure and knows no driver; it is tested with recorded messages below. The message
//! itself is never shown, since many hold values: only names are taken from it, and the native error
//! stays reachable as the source. Messages are read in English, which the driver asks the server for.

use orm_core::error::{Error, ErrorKind};

/// The error of a code, its SQLSTATE, and the message that the server gave with it.
///
/// ```
/// let message = "Duplicate entry 'ann' for key 'users.uq_users_name'";
/// let error = dialect_mysql::errors::classify(1062, "23000", message);
/// assert!(error.is_unique_violation());
/// assert_eq!((error.table(), error.constraint()), (Some("users"), Some("uq_users_name")));
/// ```
pub fn classify(code: u16, state: &str, message: &str) -> Error {
    classify_in(code, state, message, "")
}

/// As [`classify`], for an error of the statement `sql`.
fn classify_in(code: u16, state: &str, message: &str, sql: &str) -> Error {
    let error = match code {
        1022 | 1062 | 1169 | 1586 => unique(message, sql),
        1216 | 1217 | 1451 | 1452 | 1761 | 1762 | 3730 => foreign_key(message),
        1048 | 1263 | 1364 => at_column(ErrorKind::NotNullViolation, message),
        3819 | 4025 => check(message),
        1264 | 1292 | 1441 | 1690 => at_column(ErrorKind::OutOfRange, message),
        1406 => at_column(ErrorKind::DataTooLong, message),
        1265 | 1366 => at_column(ErrorKind::Database, message),
        1051 | 1109 | 1146 => undefined_table(message),
        1054 if speaks_of_having(message) => Error::with_message(
            ErrorKind::Unsupported,
            "having can only speak of what is grouped by or selected",
        )
        .with_hint("select the expression as well, or move the condition to filter"),
        1054 | 1072 => undefined_column(message),
        1050 => existing_table(message),
        1305 if message.starts_with("SAVEPOINT ") => {
            Error::with_message(ErrorKind::Transaction, "there is no such savepoint")
        }
        code => match safe_message(code) {
            Some(message) => Error::with_message(plain_kind(code, state), message),
            None => Error::new(plain_kind(code, state)),
        },
    };
    let error = match hint(code) {
        Some(hint) => error.with_hint(hint),
        None => error,
    };
    error.with_code(code.to_string())
}

/// `Unknown column 'a' in 'HAVING'`, or in older servers 'having clause'.
fn speaks_of_having(message: &str) -> bool {
    let end = message.trim_end_matches('\'').to_ascii_lowercase();
    end.ends_with(" in 'having") || end.ends_with(" in 'having clause")
}

/// What errors mean whose messages hold values or names of which little is left.
fn safe_message(code: u16) -> Option<&'static str> {
    Some(match code {
        1065 => "the statement is empty",
        1103 => "the name of the table is not one that the database allows",
        1166 => "the name of the column is not one that the database allows",
        1241 => "a list and a single value, or lists of different lengths, are compared",
        1242 => "the subquery returns more than one row",
        1267 | 1271 => "texts of different collations are compared",
        1300 => "a name or text has characters that its place can't hold",
        1390 => "the statement has too many placeholders",
        1436 => "the statement is nested too deep",
        4078 => "an operator or function does not take values of these types",
        _ => return None,
    })
}

/// The kind of an error whose message holds no name that is worth reading.
fn plain_kind(code: u16, state: &str) -> ErrorKind {
    match code {
        1213 | 1614 => ErrorKind::Deadlock,
        1020 | 3101 => ErrorKind::SerializationFailure,
        1205 | 3572 => ErrorKind::Busy,
        1053 | 1077 | 1079 | 1152 | 1158..=1161 | 1184 | 1927 | 2006 | 2013 | 2055 | 4031 => {
            ErrorKind::ConnectionLost
        }
        1040 | 1129 | 1203 | 1226 => ErrorKind::ConnectionFailed,
        1044 | 1045 | 1049 | 1130 | 1251 | 1698 | 1862 | 3118 => ErrorKind::Authentication,
        1064 | 1065 | 1149 => ErrorKind::Syntax,
        1153 | 1301 => ErrorKind::DataTooLong,
        1235 | 1390 | 1436 => ErrorKind::Unsupported,
        _ if state == "40001" => ErrorKind::SerializationFailure,
        _ if state.starts_with("08") => ErrorKind::ConnectionLost,
        _ => ErrorKind::Database,
    }
}

fn hint(code: u16) -> Option<&'static str> {
    Some(match code {
        1040 | 1203 => {
            "the server has too many connections: use a smaller pool, or raise max_connections"
        }
        1049 => "create the database first, or name another one",
        1071 => {
            "an index holds 3072 bytes at most, which are 768 characters: shorten the column's length"
        }
        1153 => "raise max_allowed_packet on the server, or send less at once",
        1205 => "another transaction holds the lock: keep transactions short, or run it again",
        1273 => "MySQL 8.0.17 and MariaDB 10.2 are the oldest servers that know the collation",
        1461 => "raise max_prepared_stmt_count on the server, or keep fewer prepared statements",
        _ => return None,
    })
}

/// `Duplicate entry '…' for key 'users.uq_name'`, on MariaDB without the table. The entry is the
/// user's text and may hold anything, so the key is looked for from the end.
fn unique(message: &str, sql: &str) -> Error {
    let error = Error::new(ErrorKind::UniqueViolation);
    let key = message
        .rsplit_once("for key '")
        .and_then(|(_, key)| key.strip_suffix('\''));
    match key.map(|key| (key, table_of_key(key, sql))) {
        Some((_, Some((table, key)))) => error.with_table(table).with_constraint(key),
        Some((key, None)) => error.with_constraint(key),
        None => error,
    }
}

/// The table before a key, and the key. Both may have dots in their names, so the table is one that the
/// statement names, as far as its names are quoted.
fn table_of_key<'a>(key: &'a str, sql: &str) -> Option<(&'a str, &'a str)> {
    let named = |table: &str| {
        !sql.contains('`') || sql.contains(&format!("`{}`", table.replace('`', "``")))
    };
    let dots = key.rmatch_indices('.');
    dots.map(|(dot, _)| (&key[..dot], &key[dot + 1..]))
        .find(|(table, _)| named(table))
}

/// ``…a foreign key constraint fails (`db`.`posts`, CONSTRAINT `fk` FOREIGN KEY (`author`) REFERENCES …``,
/// and MySQL's word for a table that can't be dropped.
fn foreign_key(message: &str) -> Error {
    let error = Error::new(ErrorKind::ForeignKeyViolation);
    if let Some((_, key)) = message.split_once("referenced by a foreign key constraint '") {
        return referenced(error, key);
    }
    let after = |words| message.split_once(words).map(|(_, rest)| rest);
    let error = match after("constraint fails (").and_then(last_of_path) {
        Some(table) => error.with_table(table),
        None => error,
    };
    let Some((name, rest)) = after("CONSTRAINT `").and_then(rest_of_name) else {
        return error;
    };
    let error = error.with_constraint(name);
    match only_column(rest) {
        Some(column) => error.with_column(column),
        None => error,
    }
}

/// `fk' on table 'posts'.`
fn referenced(error: Error, key: &str) -> Error {
    let mut quoted = key.split('\'');
    let (name, _, table) = (quoted.next(), quoted.next(), quoted.next());
    match (name, table) {
        (Some(name), Some(table)) => error.with_constraint(name).with_table(table),
        _ => error,
    }
}

/// The column of `` FOREIGN KEY (`a`) REFERENCES …``, unless there are several.
fn only_column(rest: &str) -> Option<String> {
    let (name, rest) = rest_of_name(rest.strip_prefix(" FOREIGN KEY (`")?)?;
    rest.starts_with(')').then_some(name)
}

/// ``CONSTRAINT `ck` failed for `db`.`users` `` on MariaDB, `Check constraint 'ck' is violated.` on MySQL.
fn check(message: &str) -> Error {
    let error = Error::new(ErrorKind::CheckViolation);
    if let Some(rest) = message.strip_prefix("CONSTRAINT `") {
        let Some((name, rest)) = rest_of_name(rest) else {
            return error;
        };
        let error = error.with_constraint(name);
        let table = rest.strip_prefix(" failed for ").and_then(last_of_path);
        return match table {
            Some(table) => error.with_table(table),
            None => error,
        };
    }
    let name = message
        .strip_prefix("Check constraint '")
        .and_then(|rest| rest.strip_suffix("' is violated."));
    match name {
        Some(name) => error.with_constraint(name),
        None => error,
    }
}

/// `Column 'a' cannot be null`, `Field 'a' doesn't have a default value`, and those that end in
/// `for column 'a' at row 1`, which MariaDB sometimes writes as a path. What stands before may hold
/// values, so these are read from the end.
fn at_column(kind: ErrorKind, message: &str) -> Error {
    let error = Error::new(kind);
    let first = ["Column '", "Field '"];
    if let Some(rest) = first.iter().find_map(|word| message.strip_prefix(word)) {
        return match rest.split_once('\'') {
            Some((column, _)) => error.with_column(column),
            None => error,
        };
    }
    let Some((_, place)) = message.rsplit_once(" for column ") else {
        return error;
    };
    if let Some((column, _)) = place
        .strip_prefix('\'')
        .and_then(|rest| rest.split_once('\''))
    {
        return error.with_column(column);
    }
    match path(place).as_slice() {
        [.., table, column] => error.with_table(table).with_column(column),
        _ => error,
    }
}

/// `Table 'db.users' doesn't exist`, `Unknown table 'db.users'`.
fn undefined_table(message: &str) -> Error {
    let error = Error::new(ErrorKind::UndefinedTable);
    match message.split('\'').nth(1) {
        Some(name) => error.with_table(name.split_once('.').map_or(name, |(_, table)| table)),
        None => error,
    }
}

/// `Unknown column 'u.name' in 'SELECT'`. What stands before the dot may be an alias.
fn undefined_column(message: &str) -> Error {
    let error = Error::new(ErrorKind::UndefinedColumn);
    match message.split('\'').nth(1) {
        Some(name) => error.with_column(name.rsplit_once('.').map_or(name, |(_, column)| column)),
        None => error,
    }
}

/// `Table 'users' already exists`.
fn existing_table(message: &str) -> Error {
    let error = Error::with_message(ErrorKind::Database, "the table exists already");
    match message.split('\'').nth(1) {
        Some(name) => error.with_table(name),
        None => error,
    }
}

/// The names of a path in backticks such as `` `db`.`users` ``, as far as it goes.
fn path(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.strip_prefix('`').and_then(rest_of_name) {
        names.push(name);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => break,
        }
    }
    names
}

fn last_of_path(text: &str) -> Option<String> {
    path(text).pop()
}

/// Reads the name that an opening backtick has begun, and what follows its closing one. Inside, a
/// backtick is doubled.
fn rest_of_name(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('`')?;
        name.push_str(part);
        match after.strip_prefix('`') {
            Some(more) => {
                name.push('`');
                rest = more;
            }
            None => return Some((name, after)),
        }
    }
}

/// The error of the native driver, with the statement that it happened in, if it was one.
#[cfg(feature = "driver")]
pub(crate) fn from_native(native: mysql::Error, sql: &str) -> Error {
    use mysql::Error as Native;
    let error = match &native {
        Native::MySqlError(server) => classify_in(server.code, &server.state, &server.message, sql),
        Native::IoError(io) => Error::new(io_kind(io)),
        Native::CodecError(_) => Error::new(ErrorKind::ConnectionLost),
        Native::DriverError(mysql::DriverError::MixedParams | mysql::DriverError::Params(_)) => {
            Error::with_message(ErrorKind::Usage, "the statement has named parameters")
                .with_hint("write ? for each bind, and no colon before a name")
        }
        _ => Error::with_message(ErrorKind::Database, "the server's answer can't be read"),
    };
    let error = if sql.is_empty() {
        error
    } else {
        error.with_sql(sql)
    };
    error.with_source(native)
}

// The driver reports packets that it can't make sense of as invalid data.
#[cfg(feature = "driver")]
fn io_kind(io: &std::io::Error) -> ErrorKind {
    match io.kind() {
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput => ErrorKind::Database,
        _ => ErrorKind::ConnectionLost,
    }
}

/// A statement that isn't sent, since the server would hang up on it.
#[cfg(feature = "driver")]
#[cold]
pub(crate) fn too_large() -> Error {
    let error = Error::with_message(
        ErrorKind::DataTooLong,
        "the statement with its binds is larger than the server takes",
    );
    match hint(1153) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// Whether an error of the native driver leaves nothing that further statements could run on.
#[cfg(feature = "driver")]
pub(crate) fn breaks(native: &mysql::Error) -> bool {
    use mysql::{DriverError, Error as Native};
    match native {
        // The server hangs up after a packet that is too large.
        Native::MySqlError(server) => {
            server.code == 1153
                || plain_kind(server.code, &server.state) == ErrorKind::ConnectionLost
        }
        // These are found before anything is sent.
        Native::DriverError(
            DriverError::MixedParams
            | DriverError::Params(_)
            | DriverError::MismatchedStmtParams(..),
        ) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_dots_are_told_apart_by_the_statement() {
        let of = |key: &str| {
            let message = format!("Duplicate entry 'x' for key '{key}'");
            let error = classify_in(
                1062,
                "23000",
                &message,
                "INSERT INTO `a.b` (`c.d`) VALUES (?)",
            );
            let own = |name: Option<&str>| name.map(str::to_owned);
            (own(error.table()), own(error.constraint()))
        };
        let constraint = Some("uq_a.b_c.d".to_owned());
        assert_eq!(of("uq_a.b_c.d"), (None, constraint.clone()));
        assert_eq!(of("a.b.uq_a.b_c.d"), (Some("a.b".to_owned()), constraint));
        assert_eq!(of("PRIMARY"), (None, Some("PRIMARY".to_owned())));
    }

    /// Code, message, kind, and what is found of constraint, table and column.
    type Case = (u16, &'static str, ErrorKind, [Option<&'static str>; 3]);

    // Recorded from MariaDB 10.11; those with a table before the key, 3819 and 3730 are MySQL 8's.
    const CASES: &[Case] = &[
        (
            1062,
            "Duplicate entry 'x' for key 'uq_pa_a'",
            ErrorKind::UniqueViolation,
            [Some("uq_pa_a"), None, None],
        ),
        (
            1062,
            "Duplicate entry 'a' for key 'b'' for key 'pa.uq_pa_a'",
            ErrorKind::UniqueViolation,
            [Some("uq_pa_a"), Some("pa"), None],
        ),
        (
            1062,
            "Duplicate entry '1' for key 'PRIMARY'",
            ErrorKind::UniqueViolation,
            [Some("PRIMARY"), None, None],
        ),
        (
            1054,
            "Unknown column 'a' in 'HAVING'",
            ErrorKind::Unsupported,
            [None, None, None],
        ),
        (
            1054,
            "Unknown column 'a.b' in 'having clause'",
            ErrorKind::Unsupported,
            [None, None, None],
        ),
        (
            1065,
            "Query was empty",
            ErrorKind::Syntax,
            [None, None, None],
        ),
        (
            1390,
            "Prepared statement contains too many placeholders",
            ErrorKind::Unsupported,
            [None, None, None],
        ),
        (
            1452,
            "Cannot add or update a child row: a foreign key constraint fails (`db`.`ch`, CONSTRAINT `fk_ch_pid_pa` FOREIGN KEY (`pid`) REFERENCES `pa` (`id`))",
            ErrorKind::ForeignKeyViolation,
            [Some("fk_ch_pid_pa"), Some("ch"), Some("pid")],
        ),
        (
            1451,
            "Cannot delete or update a parent row: a foreign key constraint fails (`d``b`.`c``h`, CONSTRAINT `fk``` FOREIGN KEY (`a`, `b`) REFERENCES `pa` (`x`, `y`))",
            ErrorKind::ForeignKeyViolation,
            [Some("fk`"), Some("c`h"), None],
        ),
        (
            1451,
            "Cannot delete or update a parent row: a foreign key constraint fails",
            ErrorKind::ForeignKeyViolation,
            [None, None, None],
        ),
        (
            3730,
            "Cannot drop table 'pa' referenced by a foreign key constraint 'fk' on table 'ch'.",
            ErrorKind::ForeignKeyViolation,
            [Some("fk"), Some("ch"), None],
        ),
        (
            1048,
            "Column 'a' cannot be null",
            ErrorKind::NotNullViolation,
            [None, None, Some("a")],
        ),
        (
            1364,
            "Field 'a' doesn't have a default value",
            ErrorKind::NotNullViolation,
            [None, None, Some("a")],
        ),
        (
            4025,
            "CONSTRAINT `ck_pa_n` failed for `db`.`pa`",
            ErrorKind::CheckViolation,
            [Some("ck_pa_n"), Some("pa"), None],
        ),
        (
            3819,
            "Check constraint 'ck_pa_n' is violated.",
            ErrorKind::CheckViolation,
            [Some("ck_pa_n"), None, None],
        ),
        (
            1406,
            "Data too long for column 'a' at row 1",
            ErrorKind::DataTooLong,
            [None, None, Some("a")],
        ),
        (
            1264,
            "Out of range value for column 'n' at row 1",
            ErrorKind::OutOfRange,
            [None, None, Some("n")],
        ),
        (
            1292,
            "Incorrect datetime value: ' for column 'x'' for column `db`.`ch`.`d` at row 1",
            ErrorKind::OutOfRange,
            [None, Some("ch"), Some("d")],
        ),
        (
            1690,
            "BIGINT value is out of range in '9223372036854775807 + 1'",
            ErrorKind::OutOfRange,
            [None, None, None],
        ),
        (
            1366,
            "Incorrect integer value: 'abc' for column `db`.`pa`.`n` at row 1",
            ErrorKind::Database,
            [None, Some("pa"), Some("n")],
        ),
        (
            1146,
            "Table 'db.nope' doesn't exist",
            ErrorKind::UndefinedTable,
            [None, Some("nope"), None],
        ),
        (
            1051,
            "Unknown table 'db.nope'",
            ErrorKind::UndefinedTable,
            [None, Some("nope"), None],
        ),
        (
            1054,
            "Unknown column 'pa.nope' in 'SELECT'",
            ErrorKind::UndefinedColumn,
            [None, None, Some("nope")],
        ),
        (
            1050,
            "Table 'pa' already exists",
            ErrorKind::Database,
            [None, Some("pa"), None],
        ),
    ];

    #[test]
    fn recorded_messages_tell_kind_and_place() {
        for (code, message, kind, place) in CASES {
            let error = classify(*code, "HY000", message);
            assert_eq!(error.kind(), *kind, "{message}");
            let found = [error.constraint(), error.table(), error.column()];
            assert_eq!(found, *place, "{message}");
            assert_eq!(error.code(), Some(code.to_string().as_str()));
        }
    }

    #[test]
    fn codes_tell_the_kind() {
        let cases = [
            (1213, ErrorKind::Deadlock),
            (1205, ErrorKind::Busy),
            (1927, ErrorKind::ConnectionLost),
            (1045, ErrorKind::Authentication),
            (1064, ErrorKind::Syntax),
            (1317, ErrorKind::Database),
        ];
        for (code, kind) in cases {
            assert_eq!(classify(code, "HY000", "").kind(), kind, "{code}");
        }
        assert!(classify(9999, "40001", "").is_serialization_failure());
        assert!(classify(9999, "08S01", "").is_connection_lost());
    }

    #[test]
    fn a_broken_message_is_no_panic() {
        for (code, message, ..) in CASES {
            for end in 0..message.len() {
                let _ = classify(*code, "", &message[..end]);
            }
        }
    }

    #[test]
    fn values_are_never_shown() {
        let error = classify(1062, "23000", "Duplicate entry 'secret' for key 'k'");
        assert!(!format!("{error:?} {error}").contains("secret"));
    }
}
