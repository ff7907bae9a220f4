//! Maps the server's errors: one pure function from the fields of an error to [`Error`].
//!
//! The driver fills in the fields; tests fill them in from recorded messages. SQLSTATEs are listed in appendix A of
//! PostgreSQL's documentation. The driver determines the effect on the connection and its transaction.

use orm_core::error::{Error, ErrorKind};

/// Holds the fields of an error that the server has sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerError<'a> {
    /// The SQLSTATE.
    pub code: &'a str,
    /// The primary message, which may contain values.
    pub message: &'a str,
    /// The statement. A name that the message quotes is shown only if the statement contains it.
    pub sql: &'a str,
    /// The secondary message, which may contain values.
    pub detail: Option<&'a str>,
    /// The table.
    pub table: Option<&'a str>,
    /// The column.
    pub column: Option<&'a str>,
    /// The constraint.
    pub constraint: Option<&'a str>,
    /// The function of the server's source that has raised the error. It does not depend on the language of messages.
    pub routine: Option<&'a str>,
    /// Whether the server has closed the connection: FATAL and PANIC.
    pub fatal: bool,
}

/// Returns the error with its kind, and the table, column and constraint that the server reports.
///
/// The server's text is included only where it can't contain a value.
pub fn classify(server: &ServerError<'_>) -> Error {
    let kind = kind(server);
    let (table, columns) = place(server);
    let error = match message(server, kind) {
        Some(message) => Error::with_message(kind, message),
        None => Error::new(kind),
    };
    error
        .with_code(server.code)
        .with_any(hint(server), Error::with_hint)
        .with_any(table, Error::with_table)
        .with_columns(columns)
        .with_any(server.constraint, Error::with_constraint)
}

/// What a batch tries to read as a date if it has not written all of its rows.
pub(crate) const WRONG_COUNT: &str = "orm: not all rows of the batch, but ";

/// Whether a batch has found out that it has not written all of its rows: the message, in any language, quotes the
/// text that is no date. No other part of the statement makes such a text.
fn is_wrong_count(server: &ServerError<'_>) -> bool {
    let is_there = |text: &str| text.contains(WRONG_COUNT);
    server.code == "22007" && is_there(server.message) && is_there(server.sql)
}

/// The server no longer has a prepared statement.
pub(crate) const FORGOTTEN: &str = "26000";

/// Returns whether the error is caused by a stale prepared statement and preparing it again solves it: a table was
/// altered, or the server has dropped the statement.
///
/// # Examples
///
/// ```
/// # use dialect_postgres::errors::*;
/// assert!(is_stale_statement("0A000", Some("RevalidateCachedQuery")));
/// ```
pub fn is_stale_statement(code: &str, routine: Option<&str>) -> bool {
    code == FORGOTTEN || (code == "0A000" && routine == Some("RevalidateCachedQuery"))
}

/// Returns whether an error may be caused by changes to types, functions or tables since the statement was prepared.
/// A bind is parsed as the type that its column had then (22P02).
pub fn may_be_stale_statement(code: &str) -> bool {
    matches!(code, "XX000" | "42804" | "42883" | "42704" | "22P02")
}

fn kind(server: &ServerError<'_>) -> ErrorKind {
    if server.fatal {
        return ErrorKind::ConnectionLost;
    }
    match server.code {
        // An exclusion constraint is a unique one with another operator than `=`.
        "23505" | "23P01" => ErrorKind::UniqueViolation,
        // What depends on a table that is to be dropped is a foreign key, most of all.
        "23503" | "23001" | "2BP01" => ErrorKind::ForeignKeyViolation,
        "23502" => ErrorKind::NotNullViolation,
        "23514" => ErrorKind::CheckViolation,
        "40001" => ErrorKind::SerializationFailure,
        "40P01" => ErrorKind::Deadlock,
        "55P03" => ErrorKind::Busy,
        "57014" => ErrorKind::Canceled,
        "22007" if is_wrong_count(server) => ErrorKind::StaleData,
        "22001" | "22026" => ErrorKind::DataTooLong,
        "22003" | "22008" | "22015" | "2201E" | "2201F" => ErrorKind::OutOfRange,
        "25P01" | "25P02" | "3B001" => ErrorKind::Transaction,
        "42601" | "2201B" => ErrorKind::Syntax,
        "42P01" => ErrorKind::UndefinedTable,
        "42703" => ErrorKind::UndefinedColumn,
        "28000" | "28P01" => ErrorKind::Authentication,
        // Running the transaction again prepares the statement again.
        code if is_stale_statement(code, server.routine) => ErrorKind::SerializationFailure,
        // Too complex, too many columns, too many arguments.
        "0A000" | "54001" | "54011" | "54023" => ErrorKind::Unsupported,
        "57P01" | "57P02" | "57P05" => ErrorKind::ConnectionLost,
        // Class 08 without being fatal is a foreign server's trouble, not this connection's.
        _ => ErrorKind::Database,
    }
}

fn message(server: &ServerError<'_>, kind: ErrorKind) -> Option<String> {
    let own = match server.code {
        "23P01" => "conflicting value violates an exclusion constraint",
        "23001" => "the change violates a RESTRICT foreign key constraint",
        "2BP01" => "can't drop the object because other objects depend on it",
        "3B001" => "savepoint does not exist",
        "57014" => "the statement was canceled",
        "22007" if is_wrong_count(server) => "the statement did not affect all rows of its batch",
        "22P02" | "22P03" | "22007" => {
            "invalid input syntax: a value can't be converted to the type"
        }
        "2201B" => "invalid regular expression",
        "22012" => "division by zero",
        "26000" => "prepared statement does not exist",
        "22021" => "a text value contains characters that the database's encoding can't represent",
        code if is_stale_statement(code, server.routine) => {
            "cached plan must not change result type: the table was altered"
        }
        // These classes speak of names, types and states, never of values. Syntax errors quote the SQL,
        // which is shown in any case.
        code if ["0A", "25", "28", "3D", "3F", "42", "53", "54", "55", "57"]
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            // The author of a RAISE EXCEPTION may have put anything into it.
            if server.routine == Some("exec_stmt_raise") {
                return None;
            }
            let message = without_values(server);
            if kind == ErrorKind::ConnectionLost {
                return Some(format!("{}: {message}", kind.as_str()));
            }
            return Some(message);
        }
        _ => return None,
    };
    Some(own.to_owned())
}

fn hint(server: &ServerError<'_>) -> Option<&'static str> {
    match server.code {
        "57014" => Some("raise statement_timeout, or check which program canceled the statement"),
        "3D000" => Some("create the database first, or use another name"),
        "25P02" => Some("call rollback(), or roll back to a savepoint"),
        "42P18" => {
            Some("cast the placeholder, as in :name::text: the server can't determine its type")
        }
        "26000" => Some(
            "run the transaction again; with a pooler in transaction mode, set statement_cache=0 in the URL",
        ),
        // Another client's, of the same name.
        "42P05" => Some("with a pooler in transaction mode, set statement_cache=0 in the URL"),
        code if is_stale_statement(code, server.routine) => Some("run the transaction again"),
        _ => None,
    }
}

/// Table and columns: the server's own fields, else what can be read from its messages.
fn place<'a>(server: &ServerError<'a>) -> (Option<&'a str>, Vec<String>) {
    let told = || server.column.map(str::to_owned);
    let name = |number| quoted(server, number).map(str::to_owned);
    match server.code {
        "23505" => {
            let columns = server.detail.and_then(key_columns);
            (
                server.table,
                columns.unwrap_or_else(|| told().into_iter().collect()),
            )
        }
        // relation "users" does not exist
        "42P01" => (
            server.table.or_else(|| quoted(server, 0)),
            told().into_iter().collect(),
        ),
        // column "age" of relation "users" does not exist; column u.age does not exist
        "42703" => (
            server.table.or_else(|| quoted(server, 1)),
            told().or_else(|| name(0)).into_iter().collect(),
        ),
        _ => (server.table, told().into_iter().collect()),
    }
}

/// The columns of `Key (email, "Name")=(…) already exists.`, unless there are expressions among them. The text
/// before the parenthesis is translated, so it is not compared.
fn key_columns(detail: &str) -> Option<Vec<String>> {
    let (_, mut rest) = detail.split_once('(')?;
    let mut columns = Vec::new();
    loop {
        let (column, after) = key_column(rest)?;
        columns.push(column);
        match after.strip_prefix(", ") {
            Some(next) => rest = next,
            None => return after.starts_with(")=(").then_some(columns),
        }
    }
}

/// The column at the beginning, plain or in quotes, and what follows it.
fn key_column(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let is_plain = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let end = text.find(|c| !is_plain(c))?;
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut name = String::new();
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        let Some(next) = after.strip_prefix('"') else {
            return Some((name, after));
        };
        name.push('"');
        rest = next;
    }
}

/// The message without what it quotes, except for names: a cast to regclass fails with the value as the name.
fn without_values(server: &ServerError<'_>) -> String {
    // These name columns, which no value can.
    if matches!(server.code, "42703" | "42804") {
        return server.message.to_owned();
    }
    let parts = server.message.split('"').enumerate();
    let shown = parts.map(|(number, part)| match number % 2 {
        1 if !is_written(server.sql, part) => "…",
        _ => part,
    });
    shown.collect::<Vec<_>>().join("\"")
}

/// Whether a name stands in the statement, in whatever case and quotes.
fn is_written(sql: &str, name: &str) -> bool {
    let plain = |text: &str| text.replace('"', "").to_lowercase();
    sql.contains(name) || plain(sql).contains(&plain(name))
}

/// The part of the message in the quotes of that number, if it is a name.
fn quoted<'a>(server: &ServerError<'a>, number: usize) -> Option<&'a str> {
    let mut parts = server.message.split('"');
    let found = parts.nth(2 * number + 1)?;
    // Without a closing quote it is no name.
    parts.next()?;
    let is_name = server.code == "42703" || is_written(server.sql, found);
    is_name.then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from PostgreSQL 15.
    const UNIQUE: ServerError<'_> = ServerError {
        code: "23505",
        message: "duplicate key value violates unique constraint \"uq_users_email\"",
        sql: "",
        detail: Some("Key (email)=(secret@example.com) already exists."),
        table: Some("users"),
        column: None,
        constraint: Some("uq_users_email"),
        routine: Some("_bt_check_unique"),
        fatal: false,
    };

    #[track_caller]
    fn check(server: &ServerError<'_>, kind: ErrorKind, text: &str) {
        let error = classify(server);
        assert_eq!(error.kind(), kind);
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn violations_name_their_place_and_no_value() {
        check(
            &UNIQUE,
            ErrorKind::UniqueViolation,
            "duplicate value violates a unique constraint (users.email) (constraint uq_users_email) [23505]",
        );
        let composite = ServerError {
            detail: Some("Key (a, b)=(1, 2) already exists."),
            ..UNIQUE
        };
        assert_eq!(classify(&composite).columns(), ["a", "b"]);
        let quoted = ServerError {
            detail: Some(
                "Schl\u{fc}ssel (\"a\"\"b, \", \"C\", d)=(secret, )=(, x) already exists.",
            ),
            ..UNIQUE
        };
        assert_eq!(classify(&quoted).columns(), ["a\"b, ", "C", "d"]);
        let expression = ServerError {
            detail: Some("Key (lower(email))=(x) already exists."),
            ..UNIQUE
        };
        assert!(classify(&expression).columns().is_empty());
        check(
            &ServerError {
                code: "23502",
                message: "null value in column \"name\" of relation \"users\" violates not-null constraint",
                detail: Some("Failing row contains (1, null, secret)."),
                table: Some("users"),
                column: Some("name"),
                ..ServerError::default()
            },
            ErrorKind::NotNullViolation,
            "null value violates a not-null constraint (users.name) [23502]",
        );
        check(
            &ServerError {
                code: "23503",
                message: "update or delete on table \"users\" violates foreign key constraint \"fk_posts_author_id_users\" on table \"posts\"",
                detail: Some("Key (id)=(1) is still referenced from table \"posts\"."),
                table: Some("posts"),
                constraint: Some("fk_posts_author_id_users"),
                ..ServerError::default()
            },
            ErrorKind::ForeignKeyViolation,
            "the change violates a foreign key constraint (table posts) (constraint fk_posts_author_id_users) [23503]",
        );
    }

    #[test]
    fn undefined_names_are_told() {
        let undefined = |code, message| {
            let error = classify(&ServerError {
                code,
                message,
                sql: "SELECT * FROM \"NOPE\"",
                ..ServerError::default()
            });
            (
                error.table().map(str::to_owned),
                error.column().map(str::to_owned),
            )
        };
        assert_eq!(
            undefined("42P01", "relation \"nope\" does not exist"),
            (Some("nope".into()), None)
        );
        assert_eq!(
            undefined(
                "42703",
                "column \"age\" of relation \"users\" does not exist"
            ),
            (Some("users".into()), Some("age".into()))
        );
        assert_eq!(
            undefined("42703", "column u.age does not exist"),
            (None, None)
        );
        check(
            &ServerError {
                code: "42601",
                message: "syntax error at or near \"SELEC\"",
                sql: "SELEC 1",
                ..ServerError::default()
            },
            ErrorKind::Syntax,
            "syntax error at or near \"SELEC\" [42601]",
        );
    }

    #[test]
    fn codes_have_kinds() {
        let cases = [
            ("23514", ErrorKind::CheckViolation),
            ("23P01", ErrorKind::UniqueViolation),
            ("40001", ErrorKind::SerializationFailure),
            ("40P01", ErrorKind::Deadlock),
            ("55P03", ErrorKind::Busy),
            ("57014", ErrorKind::Canceled),
            ("22001", ErrorKind::DataTooLong),
            ("22003", ErrorKind::OutOfRange),
            ("22008", ErrorKind::OutOfRange),
            ("22P02", ErrorKind::Database),
            ("25P02", ErrorKind::Transaction),
            ("2BP01", ErrorKind::ForeignKeyViolation),
            ("3B001", ErrorKind::Transaction),
            ("28P01", ErrorKind::Authentication),
            ("3D000", ErrorKind::Database),
            ("57P01", ErrorKind::ConnectionLost),
            ("08001", ErrorKind::Database),
            ("0A000", ErrorKind::Unsupported),
            ("26000", ErrorKind::SerializationFailure),
            ("P0001", ErrorKind::Database),
        ];
        for (code, kind) in cases {
            let server = ServerError {
                code,
                ..ServerError::default()
            };
            assert_eq!(classify(&server).kind(), kind, "of {code}");
        }
    }

    #[test]
    fn the_servers_text_stays_out_where_values_may_be_in_it() {
        for code in ["22P02", "22001", "P0001", "23514", "XX000"] {
            let server = ServerError {
                code,
                message: "invalid input syntax for type integer: \"secret\"",
                ..ServerError::default()
            };
            assert!(
                !format!("{:?}", classify(&server)).contains("secret"),
                "of {code}"
            );
        }
    }

    #[test]
    fn quoted_values_stay_out_and_names_do_not() {
        let cast = |sql| ServerError {
            code: "42P01",
            message: "relation \"secret\" does not exist",
            sql,
            ..ServerError::default()
        };
        check(
            &cast("SELECT $1::regclass"),
            ErrorKind::UndefinedTable,
            "relation \"…\" does not exist [42P01]",
        );
        check(
            &cast("SELECT * FROM Secret"),
            ErrorKind::UndefinedTable,
            "relation \"secret\" does not exist (table secret) [42P01]",
        );
        let raised = ServerError {
            code: "42501",
            message: "refused value secret",
            routine: Some("exec_stmt_raise"),
            ..ServerError::default()
        };
        check(
            &raised,
            ErrorKind::Database,
            "the database rejected the statement [42501]",
        );
    }

    #[test]
    fn a_stale_statement_is_known_by_the_routine_in_any_language() {
        assert!(is_stale_statement("0A000", Some("RevalidateCachedQuery")));
        assert!(!is_stale_statement("0A000", Some("transformSelectStmt")));
        let idle = ServerError {
            code: "25P03",
            fatal: true,
            ..ServerError::default()
        };
        assert_eq!(classify(&idle).kind(), ErrorKind::ConnectionLost);
    }
}
