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
    /// The database has ended it; what it did is undone, and nothing runs until `rollback` says so.
    Gone,
    /// The program itself has ended it, through the driver's own connection. Nothing runs until `rollback` says
    /// so.
    Taken,
    /// A statement has ended it, such as DDL on MySQL, and what it did is stored. Nothing runs until
    /// `rollback` says so, since it would commit by itself.
    Ended,
}

impl Track {
    #[inline]
    pub(super) fn allow_statement(self) -> Result<()> {
        match self {
            Self::Idle | Self::Open => Ok(()),
            Self::Aborted | Self::Gone | Self::Taken | Self::Ended => {
                Err(self.refusal("run a statement"))
            }
        }
    }

    /// What follows when the driver reports `state`; `stored` tells whether a transaction that isn't
    /// open any more was committed.
    #[cold]
    pub(super) fn changed(self, state: TransactionState, stored: bool) -> Self {
        match (self, state) {
            // Another one that is open by now doesn't bring back the one that was lost.
            (Self::Gone | Self::Taken | Self::Ended, _) | (Self::Idle, TransactionState::None) => {
                self
            }
            (_, TransactionState::None) if stored => Self::Ended,
            (_, TransactionState::None) => Self::Gone,
            (_, TransactionState::Open) => Self::Open,
            (_, TransactionState::Aborted) => Self::Aborted,
        }
    }

    #[cold]
    pub(super) fn refusal(self, what: &str) -> Error {
        let (state, hint) = match self {
            Self::Gone => (
                "the database has ended the transaction",
                "call rollback() and do the work again: nothing of it is stored",
            ),
            Self::Taken => (
                "the transaction was ended through the driver's own connection",
                "whoever did that knows what is stored: call rollback() to go on",
            ),
            Self::Ended => (
                "a statement has ended the transaction",
                "what came before that statement is stored: call rollback() to go on, and run DDL outside of \
                 transactions",
            ),
            Self::Aborted => (
                "an earlier error aborted the transaction",
                "call rollback(), or let the savepoint around the failed statement end with the error",
            ),
            Self::Open => ("a transaction is open", "use savepoint(…) to nest"),
            Self::Idle => ("no transaction is open", "call begin() first"),
        };
        let kind = match self {
            Self::Gone | Self::Taken | Self::Ended | Self::Aborted => ErrorKind::Transaction,
            Self::Open | Self::Idle => ErrorKind::Usage,
        };
        Error::with_message(kind, format!("can't {what}: {state}")).with_hint(hint)
    }
}
