//! [`Track`]: what a connection knows of its transaction, and what it refuses for it.
//!
//! Drivers report success for lost work: PostgreSQL answers COMMIT of an aborted transaction with
//! success, a MariaDB deadlock ends the whole transaction and the next INSERT commits by itself. So
//! after every error the driver says what is left ([`orm_core::driver::TransactionState`]) and
//! [`Track`] refuses what could only pretend to work.

use orm_core::driver::TransactionState;
use orm_core::error::{Error, ErrorKind, Result};

/// What a connection knows of its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Track {
    /// None is open.
    Idle,
    /// Open, and all of it stands.
    Open,
    /// Open, but only a rollback, to a savepoint or of the whole, can follow.
    Aborted,
    /// The database has rolled it back. Nothing runs until `rollback`.
    Gone,
    /// It has ended outside the library: by DDL on MySQL, COMMIT or ROLLBACK in raw SQL or in a procedure, or
    /// through the driver's own connection. No driver tells which of the two it was. Nothing runs until
    /// `rollback`, since it would commit by itself.
    Ended,
}

/// What [`Track::refusal`] refuses of which the outcome matters.
pub(super) const COMMIT: &str = "commit";

impl Track {
    #[inline]
    pub(super) fn allow_statement(self) -> Result<()> {
        match self {
            Self::Idle | Self::Open => Ok(()),
            Self::Aborted | Self::Gone | Self::Ended => Err(self.refusal("run a statement")),
        }
    }

    /// What follows when the driver reports `state` after a statement; `rolled_back` is as for [`Track::changed`].
    #[inline]
    pub(super) fn after(self, state: TransactionState, rolled_back: impl FnOnce() -> bool) -> Self {
        match (self, state) {
            (Self::Open, TransactionState::Open) => Self::Open,
            (Self::Idle, TransactionState::None) => Self::Idle,
            (track, state) => track.changed(state, rolled_back()),
        }
    }

    /// What follows when the driver reports `state`; `rolled_back` tells whether a transaction that isn't open
    /// any more is known to be undone.
    #[cold]
    pub(super) fn changed(self, state: TransactionState, rolled_back: bool) -> Self {
        match (self, state) {
            // Another one that is open by now doesn't bring back the one that was lost.
            (Self::Gone | Self::Ended, _) | (Self::Idle, TransactionState::None) => self,
            (_, TransactionState::None) if rolled_back => Self::Gone,
            (_, TransactionState::None) => Self::Ended,
            (_, TransactionState::Open) => Self::Open,
            (_, TransactionState::Aborted) => Self::Aborted,
        }
    }

    #[cold]
    pub(super) fn refusal(self, what: &str) -> Error {
        let (state, hint) = match self {
            Self::Gone => (
                "the database has rolled back the transaction",
                "call rollback() and do the work again: nothing of it is stored",
            ),
            Self::Ended => (
                "the transaction ended outside this library, so its work may be stored or not",
                "call rollback() and look whether the work is there; run DDL, COMMIT and ROLLBACK outside of \
                 transactions of this library",
            ),
            Self::Aborted => (
                "an earlier error aborted the transaction",
                "call rollback(), or let the savepoint around the failed statement end with the error",
            ),
            Self::Open => ("a transaction is open", "use savepoint(…) to nest"),
            Self::Idle => ("no transaction is open", "call begin() first"),
        };
        let kind = match self {
            Self::Ended if what == COMMIT => ErrorKind::CommitUnknown,
            Self::Gone | Self::Ended | Self::Aborted => ErrorKind::Transaction,
            Self::Open | Self::Idle => ErrorKind::Usage,
        };
        Error::with_message(kind, format!("can't {what}: {state}")).with_hint(hint)
    }
}
