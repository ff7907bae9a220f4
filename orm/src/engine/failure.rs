//! What an error of a statement means: for the transaction around it, and in words for the program.
//!
//! Used by `run.rs` and `cursor.rs`. Which native code is which kind is the drivers' to say.

use orm_core::error::{Error, ErrorKind};
use orm_core::schema::violation;
use orm_core::sql::Dialect;

use super::transaction_control;
use crate::mapping::linked_tables;

/// Whether the database undoes the transaction by such an error, where it leaves none open. It does by those of
/// concurrency, and a lost connection undoes what no COMMIT was sent for. Where nothing commits on the side,
/// it does by any error of a text that doesn't end the transaction itself, such as a full disk on SQLite.
#[cold]
pub(super) fn rolls_back(error: &Error, sql: &str, dialect: &dyn Dialect) -> bool {
    let concurrency = error.is_serialization_failure() || error.is_busy();
    concurrency
        || error.is_connection_lost()
        || dialect.capabilities().transactional_ddl
            && !transaction_control::controls(sql, dialect.capabilities().lexical_rules)
}

/// The error of a statement with what is known beyond its driver.
#[cold]
pub(super) fn explain(
    error: Error,
    sql: &str,
    (dialect, autocommits): (&dyn Dialect, bool),
) -> Error {
    let error = completed(error.with_sql(sql), sql, dialect);
    match (error.kind(), error.hint()) {
        // As with a COMMIT, the answer is lost, not necessarily the work.
        (ErrorKind::ConnectionLost, _) if autocommits => error
            .into_kind(ErrorKind::CommitUnknown)
            .with_hint("look whether the work is stored before doing it again"),
        (ErrorKind::ConnectionLost, None) => error.with_hint(
            "call rollback() to go on with a new connection, without this one's settings",
        ),
        (ErrorKind::UndefinedColumn, None) => error.with_hint(
            "if the model has changed since its table was made: create_all only creates missing \
             tables and never alters one, so migrate the table",
        ),
        _ => error,
    }
}

/// A violated constraint with what the registered models know of it.
fn completed(error: Error, sql: &str, dialect: &dyn Dialect) -> Error {
    if !error.is_constraint_violation() {
        return error;
    }
    let limit = dialect.capabilities().identifier_limit;
    violation::complete(error, sql, linked_tables(), limit)
}
