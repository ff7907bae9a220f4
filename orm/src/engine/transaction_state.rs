//! The state of a connection's transaction, and the errors of calls that it does not allow. The states are those of
//! `orm_core::transaction`.
//!
//! Drivers report success for lost changes: PostgreSQL reports success for COMMIT of an aborted transaction, and
//! after a deadlock of MariaDB, which rolls back the whole transaction, the next INSERT commits by itself. So the
//! driver reports the state after every statement ([`TransactionState`]; `failure.rs` computes the next one), and
//! statements that could not have their effect are errors here.

use orm_core::driver::TransactionState;
use orm_core::error::{Error, ErrorKind, Result};

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
            "call rollback() and run the transaction again: none of its changes are stored",
        ),
        TransactionState::EndedExternally => (
            "the transaction ended outside this library: its outcome is unknown",
            "call rollback() and check whether the changes are stored; run DDL and procedures that commit outside a transaction",
        ),
        TransactionState::Aborted => (
            "the current transaction is aborted by an earlier error",
            "call rollback(), or return the error from the savepoint around the failed statement",
        ),
        TransactionState::Open => (
            "a transaction is already in progress",
            "use savepoint(…) to nest",
        ),
        TransactionState::None => ("no transaction is in progress", "call begin() first"),
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
