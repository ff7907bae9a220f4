//! What a connection refuses for the state of its transaction, and how that state changes.
//!
//! Drivers report success for lost work: PostgreSQL answers COMMIT of an aborted transaction with
//! success, a MariaDB deadlock ends the whole transaction and the next INSERT commits by itself. So
//! after every error the driver says what is left ([`TransactionState`]), and what could only pretend to work is
//! refused here.

use orm_core::driver::TransactionState;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::Dialect;

use super::failure;
use super::transaction_control;

/// Whose the open transaction is: only its owner ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The program's, begun by its own SQL text or through the driver's connection. Its texts may end it, too.
    Text,
    /// The connection's, begun by one of its verbs.
    Connection,
    /// A session's.
    Session,
}

/// What a connection knows of its transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transaction {
    pub(super) state: TransactionState,
    /// While one is open.
    pub(super) owner: Owner,
}

impl Transaction {
    pub(super) const NONE: Self = Self {
        state: TransactionState::None,
        owner: Owner::Text,
    };

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
                Some(error) if failure::rolls_back(error, sql, dialect) => RolledBack,
                Option::None if self.is_ended_by(sql, dialect) => None,
                _ => EndedExternally,
            },
            (None, reported) => {
                // The verbs that begin one say so themselves.
                self.owner = Owner::Text;
                reported
            }
            (_, reported) => reported,
        };
    }

    /// Whether the program has ended its own transaction.
    fn is_ended_by(self, sql: &str, dialect: &dyn Dialect) -> bool {
        self.owner == Owner::Text
            && transaction_control::controls(sql, dialect.capabilities().lexical_rules)
    }
}

/// What [`refusal`] refuses of which the outcome matters.
pub(super) const COMMIT: &str = "commit";

/// # Errors
/// `Transaction` for a transaction that only a rollback can follow.
#[inline]
pub(super) fn allow_statement(state: TransactionState) -> Result<()> {
    match state {
        TransactionState::None | TransactionState::Open => Ok(()),
        _ => Err(refusal(state, "run a statement")),
    }
}

#[cold]
pub(super) fn refusal(state: TransactionState, what: &str) -> Error {
    let (problem, hint) = match state {
        TransactionState::RolledBack => (
            "the database has rolled back the transaction",
            "call rollback() and do the work again: nothing of it is stored",
        ),
        TransactionState::EndedExternally => (
            "the transaction ended outside this library, so its work may be stored or not",
            "call rollback() and look whether the work is there; run DDL and procedures that commit outside of \
             transactions of this library",
        ),
        TransactionState::Aborted => (
            "an earlier error aborted the transaction",
            "call rollback(), or let the savepoint around the failed statement end with the error",
        ),
        TransactionState::Open => ("a transaction is open", "use savepoint(…) to nest"),
        TransactionState::None => ("no transaction is open", "call begin() first"),
    };
    let kind = match state {
        TransactionState::EndedExternally if what == COMMIT => ErrorKind::CommitUnknown,
        TransactionState::RolledBack
        | TransactionState::EndedExternally
        | TransactionState::Aborted => ErrorKind::Transaction,
        TransactionState::Open | TransactionState::None => ErrorKind::Usage,
    };
    Error::with_message(kind, format!("can't {what}: {problem}")).with_hint(hint)
}
