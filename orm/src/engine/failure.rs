//! The effect of an error on the transaction, and the hints of errors.
//!
//! Used by `run.rs` and `cursor.rs`. The drivers map native codes to kinds.

use orm_core::driver::TransactionState;
use orm_core::error::{Error, ErrorKind};
use orm_core::schema::violation;
use orm_core::sql::Dialect;

use super::transaction_control::controls;
use super::transaction_state::{Owner, Transaction};
use crate::mapping::linked_tables;

impl Transaction {
    /// Takes note of what the driver reports after a statement, which succeeded or failed by `error`.
    #[inline]
    pub(super) fn observe(
        &mut self,
        reported: TransactionState,
        error: Option<&Error>,
        (sql, dialect): (&str, &dyn Dialect),
    ) {
        use TransactionState::{None, Open};
        if !matches!((self.state, reported), (None, None) | (Open, Open)) {
            self.change(reported, error, (sql, dialect));
        }
    }

    #[cold]
    fn change(
        &mut self,
        reported: TransactionState,
        error: Option<&Error>,
        (sql, dialect): (&str, &dyn Dialect),
    ) {
        use TransactionState::{EndedExternally, None, RolledBack};
        self.state = match (self.state, reported) {
            // Another one that is open by now doesn't bring back the one that was lost.
            (RolledBack | EndedExternally, _) | (None, None) => return,
            (_, None) => match error {
                Some(error) if rolls_back(error, sql, dialect) => RolledBack,
                Option::None if self.is_ended_by(sql, dialect) => None,
                _ => EndedExternally,
            },
            (None, reported) => {
                // `begin` and its like set the owner themselves.
                self.owner = Owner::Text;
                reported
            }
            (_, reported) => reported,
        };
    }

    /// Whether the program has ended its own transaction.
    fn is_ended_by(self, sql: &str, dialect: &dyn Dialect) -> bool {
        self.owner == Owner::Text && controls(sql, dialect.capabilities().lexical_rules)
    }
}

/// Whether the database undoes the transaction by such an error, where it leaves none open. It does by those of
/// concurrency, and a lost connection undoes what no COMMIT was sent for. Where nothing commits on the side,
/// it does by any error of a text that doesn't end the transaction itself, such as a full disk on SQLite.
#[cold]
fn rolls_back(error: &Error, sql: &str, dialect: &dyn Dialect) -> bool {
    let concurrency = error.is_serialization_failure() || error.is_busy();
    concurrency
        || error.is_connection_lost()
        || dialect.capabilities().transactional_ddl
            && !controls(sql, dialect.capabilities().lexical_rules)
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
        // As with a COMMIT, the response is lost; the changes may be stored.
        (ErrorKind::ConnectionLost, _) if autocommits => error
            .into_kind(ErrorKind::CommitUnknown)
            .with_hint("check whether the changes are stored before running the transaction again"),
        (ErrorKind::ConnectionLost, None) => error.with_hint(
            "call rollback() to continue on a new connection, without the session settings of this one",
        ),
        (ErrorKind::UndefinedTable, None)
            if !autocommits && !dialect.capabilities().ddl_with_dml =>
        {
            error.with_hint("a table can be used after the transaction that creates it: commit first")
        }
        (ErrorKind::UndefinedColumn, None) => error.with_hint(
            "if the model has changed since its table was created, migrate the table: create_all creates missing tables and never alters one",
        ),
        _ => error,
    }
}

/// A violated constraint, or a value that does not fit its column, with what the registered models know of it.
fn completed(error: Error, sql: &str, dialect: &dyn Dialect) -> Error {
    let is_of_column = error.kind() == ErrorKind::Database && error.column().is_some();
    if !error.is_constraint_violation() && !is_of_column {
        return error;
    }
    let known = dialect.capabilities();
    let statement = (sql, known.lexical_rules);
    violation::complete(error, statement, linked_tables(), known.identifier_limit)
}
