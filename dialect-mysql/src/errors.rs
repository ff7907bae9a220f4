//! Maps the servers' error codes and messages to errors with a kind, a constraint, a table and a column.
//!
//! [`classify`] is pure and independent of the driver; it is tested with recorded messages below. A message is never
//! shown, since many contain values: only names are taken from it, and the native error is the source. Messages are
//! in English, which the driver requests from the server.

mod names;

use orm_core::error::{Error, ErrorKind};
use orm_core::sql::OTHER_KEY_CONFLICT;

use names::{
    at_column, check, existing_table, foreign_key, undefined_column, undefined_table, unique,
};

/// Returns the error of a code, its SQLSTATE and the server's message.
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

/// What a block signals that has written another number of rows than it was given.
pub(crate) const WRONG_COUNT: &str = "orm: not all rows of the batch";

/// Whether it is this library's own block that has signalled: a trigger may use the same number.
fn is_wrong_count(message: &str, sql: &str) -> bool {
    message == WRONG_COUNT && sql.contains(WRONG_COUNT)
}

/// MariaDB's words for a cascade of more than 15 levels.
const FK_DEPTH_EXCEEDED: &str = "Got error 193 ";

const CASCADES: &str = "delete the referencing rows first: one of them restricts the change, or the cascade exceeds the limit of one statement";

/// As [`classify`], for an error of the statement `sql`.
pub(crate) fn classify_in(code: u16, state: &str, message: &str, sql: &str) -> Error {
    let error = match code {
        1022 | 1062 | 1169 | 1586 => unique(message, sql),
        1216 | 1217 | 1451 | 1452 | 1761 | 1762 | 3730 => foreign_key(message),
        // MySQL 9.7 raises 6575 instead of 1451 where the delete would also have set NULL in its own table.
        3008 | 6575 => foreign_key(message).with_hint(CASCADES),
        1296 if message.contains(FK_DEPTH_EXCEEDED) => foreign_key(message).with_hint(CASCADES),
        1048 | 1263 | 1364 => at_column(ErrorKind::NotNullViolation, message),
        3819 | 4025 => check(message),
        1264 | 1292 | 1441 | 1690 => at_column(ErrorKind::OutOfRange, message),
        1406 => at_column(ErrorKind::DataTooLong, message),
        1265 | 1366 => at_column(ErrorKind::Database, message),
        3988 => Error::with_message(
            ErrorKind::Database,
            "a text has characters that the character set of its column does not have",
        ),
        1051 | 1109 | 1146 => undefined_table(message),
        1054 if speaks_of_having(message) => Error::with_message(
            ErrorKind::Unsupported,
            "HAVING may only use columns and expressions that are grouped or selected",
        )
        .with_hint("select the expression as well, or use filter for the condition"),
        1054 | 1072 => undefined_column(message),
        1050 => existing_table(message),
        1390 => too_many_binds(),
        1064 | 1149 => syntax(message, sql),
        1005 | 1215 | 1822 | 1824 | 3780 => {
            Error::with_message(ErrorKind::Database, uncreated(message)).with_hint(
                "the parent must be an existing InnoDB table, the referenced columns a key or the first columns of an index, with the types and collations of the child's columns; see SHOW ENGINE INNODB STATUS",
            )
        }
        1644 if is_wrong_count(message, sql) => Error::new(ErrorKind::StaleData),
        // MariaDB's one error of regular expressions, and MySQL's of ICU.
        1139 | 3685..=3700 => {
            Error::with_message(ErrorKind::Syntax, "invalid regular expression")
        }
        1065 => Error::with_message(ErrorKind::Syntax, "the statement is empty"),
        1701 => Error::with_message(
            ErrorKind::Unsupported,
            "cannot truncate a table referenced in a foreign key constraint",
        )
        .with_hint("delete the rows by DELETE"),
        1242 if sql.contains(OTHER_KEY_CONFLICT) => other_key(),
        1305 if message.starts_with("SAVEPOINT ") => {
            Error::with_message(ErrorKind::Transaction, "savepoint does not exist")
        }
        _ if NAMING.contains(&code) => {
            Error::with_message(plain_kind(code, state), lower_case(message))
        }
        code => match safe_message(code) {
            Some(message) => Error::with_message(plain_kind(code, state), message),
            None => Error::new(plain_kind(code, state)),
        },
    };
    error
        .with_any(hint(code), Error::with_hint)
        .with_code(code.to_string())
}

/// Errors whose messages hold names at most, which are worth showing: ambiguous and doubled columns, wrong counts,
/// unknown functions, collations and databases, read-only transactions, time limits.
const NAMING: &[u16] = &[
    1049, 1052, 1055, 1056, 1060, 1061, 1066, 1068, 1075, 1091, 1093, 1110, 1111, 1115, 1128, 1136,
    1140, 1176, 1193, 1221, 1222, 1235, 1247, 1248, 1250, 1273, 1286, 1305, 1318, 1317, 1327, 1582,
    1630, 1792, 1969, 3024,
];

/// As messages here begin.
fn lower_case(message: &str) -> String {
    let mut chars = message.chars();
    match chars.next() {
        Some(first) if !chars.as_str().starts_with(|c: char| c.is_uppercase()) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => message.to_owned(),
    }
}

/// `…right syntax to use near 'SELEC 1' at line 1`: what is near is shown if it stands in the statement, since text
/// that a procedure has put together may hold values.
fn syntax(message: &str, sql: &str) -> Error {
    let near = message.split_once(" near '").map(|(_, near)| near);
    let read = near.and_then(|near| near.rsplit_once("' at line "));
    let message = match read {
        Some(("", line)) => format!("syntax error at end of input, line {line}"),
        Some((near, line)) if sql.contains(near) => {
            format!("syntax error near \"{near}\", line {line}")
        }
        _ => return Error::new(ErrorKind::Syntax),
    };
    Error::with_message(ErrorKind::Syntax, message)
}

/// ``Can't create table `db`.`posts` (errno: 150 "Foreign key constraint is incorrectly formed")``, and MySQL's messages
/// for foreign keys that it can't create.
fn uncreated(message: &str) -> String {
    match message.split_once("(errno: ") {
        Some((_, reason)) => {
            let reason = reason.split('"').nth(1).unwrap_or("no reason given");
            format!("can't create the table: {}", lower_case(reason))
        }
        None => lower_case(message),
    }
}

fn too_many_binds() -> Error {
    Error::with_message(
        ErrorKind::Unsupported,
        "the statement has too many bind parameters: MySQL and MariaDB allow 65535 at most",
    )
    .with_hint("split the statement")
}

/// `Unknown column 'a' in 'HAVING'`, or in older servers 'having clause'.
fn speaks_of_having(message: &str) -> bool {
    let end = message.trim_end_matches('\'').to_ascii_lowercase();
    end.ends_with(" in 'having") || end.ends_with(" in 'having clause")
}

/// A row of an upsert conflicts with an existing one, but not in its conflict target.
fn other_key() -> Error {
    Error::with_message(
        ErrorKind::UniqueViolation,
        "the row conflicts on another unique constraint than the conflict target",
    )
}

/// What errors mean whose messages hold values or names of which little is left.
fn safe_message(code: u16) -> Option<&'static str> {
    Some(match code {
        1118 => "row size too large: the columns of the table exceed the limit of a row",
        1103 => "the name of the table is not valid",
        1166 => "the name of the column is not valid",
        1241 => "operands must have the same number of columns",
        1242 => "the subquery returns more than one row",
        1267 | 1271 => "illegal mix of collations: texts of different collations are compared",
        1300 => "a name or text contains characters that its character set can't represent",
        1116 => "the statement has too many tables",
        1117 => "the statement has too many columns",
        1436 | 1473 => "the statement is nested too deeply",
        4003 => "the statement has too many common table expressions",
        4078 => "an operator or function does not accept operands of these types",
        _ => return None,
    })
}

/// The kind of an error whose message holds no name that is worth reading.
pub(crate) fn plain_kind(code: u16, state: &str) -> ErrorKind {
    match code {
        1213 | 1614 => ErrorKind::Deadlock,
        1020 | 3101 => ErrorKind::SerializationFailure,
        1205 | 3572 => ErrorKind::Busy,
        1317 | 1969 | 3024 => ErrorKind::Canceled,
        1053 | 1077 | 1079 | 1152 | 1158..=1161 | 1184 | 1927 | 2006 | 2013 | 2055 | 4031 => {
            ErrorKind::ConnectionLost
        }
        1040 | 1129 | 1203 | 1226 => ErrorKind::ConnectionFailed,
        1044 | 1045 | 1130 | 1251 | 1698 | 1862 | 3118 => ErrorKind::Authentication,
        1064 | 1065 | 1149 => ErrorKind::Syntax,
        1153 | 1301 => ErrorKind::DataTooLong,
        // Too many tables, columns, parameters, levels and common table expressions.
        1116 | 1117 | 1235 | 1390 | 1436 | 1473 | 4003 => ErrorKind::Unsupported,
        _ if state == "40001" => ErrorKind::SerializationFailure,
        _ if state.starts_with("08") => ErrorKind::ConnectionLost,
        _ => ErrorKind::Database,
    }
}

pub(crate) fn hint(code: u16) -> Option<&'static str> {
    Some(match code {
        1040 | 1203 => "use a smaller pool, or raise max_connections on the server",
        1049 => "create the database first, or use another name",
        1074 | 1118 => {
            "reduce the lengths, or remove them, so that the columns become LONGTEXT, which is stored outside the row: a row holds 65535 bytes at most, and each character of a text with a length counts 4"
        }
        1093 => {
            "wrap the subquery that reads the table in another query: IN (SELECT id FROM (SELECT id …) AS t)"
        }
        1170 => "give the column a length: #[orm(length = 190)]",
        1071 => {
            "reduce the column's length: an index holds 3072 bytes at most, which are 768 characters"
        }
        1153 => "raise max_allowed_packet on the server, or split the statement",
        1205 => {
            "run the transaction again, and keep transactions short: another transaction holds the lock"
        }
        1273 => "upgrade the server: the collation needs MySQL 8.0.17 or MariaDB 10.2",
        1461 => {
            "raise max_prepared_stmt_count on the server, or lower the size of the statement cache"
        }
        _ => return None,
    })
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
            6575,
            "Foreign key cascade delete/update exceeds max tables limit of 30.",
            ErrorKind::ForeignKeyViolation,
            [None, None, None],
        ),
        (
            1296,
            "Got error 193 '`d`.`s`, CONSTRAINT `fk_s` FOREIGN KEY (`pid`) REFERENCES `s` (`id`) ON DELETE CASCADE' from InnoDB",
            ErrorKind::ForeignKeyViolation,
            [Some("fk_s"), None, Some("pid")],
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
            (1317, ErrorKind::Canceled),
        ];
        for (code, kind) in cases {
            assert_eq!(classify(code, "HY000", "").kind(), kind, "{code}");
        }
        assert!(classify(9999, "40001", "").is_serialization_failure());
        assert!(classify(9999, "08S01", "").is_connection_lost());
    }

    #[test]
    fn messages_with_names_alone_are_shown() {
        let error = classify(1052, "23000", "Column 'id' in field list is ambiguous");
        assert_eq!(error.message(), "column 'id' in field list is ambiguous");
        let error = classify(1305, "42000", "FUNCTION db.nofunc does not exist");
        assert_eq!(error.message(), "FUNCTION db.nofunc does not exist");
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
