//! The native connection of a test with rollback, which its users share. Used by the driver and its connections,
//! `rollback.rs` and `rollback_connection.rs`.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use orm_core::ServerVersion;
use orm_core::driver::{Connection, TransactionState};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Dialect, IsolationLevel};

/// What to write where the one connection of a test does not do.
pub(super) const OWN_DATABASE: &str =
    "write #[orm::test] without rollback, so that the test gets a database of its own";

/// How long to wait for a statement of another thread.
const LONGEST: Duration = Duration::from_secs(60);

/// The native connection and who has it.
pub(super) struct Shared {
    pub(super) target: String,
    pub(super) dialect: &'static dyn Dialect,
    pub(super) message_limit: Option<usize>,
    pub(super) default_isolation: Option<IsolationLevel>,
    pub(super) server_version: Option<ServerVersion>,
    place: Mutex<Place>,
    is_free: Condvar,
}

struct Place {
    /// `None` while a user has it.
    native: Option<Box<dyn Connection>>,
    /// Whether the user that has it keeps it for its transaction.
    in_transaction: bool,
    /// Whether it is in the transaction around the test.
    is_isolated: bool,
    /// Why it is in no such transaction any more.
    lost: Option<String>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// The connection `native` to `target`.
    pub(super) fn new(
        target: String,
        native: Box<dyn Connection>,
        dialect: &'static dyn Dialect,
    ) -> Self {
        Self {
            target,
            dialect,
            message_limit: native.message_limit(),
            default_isolation: native.default_isolation(),
            server_version: native.server_version(),
            place: Mutex::new(Place {
                native: Some(native),
                in_transaction: false,
                is_isolated: false,
                lost: None,
            }),
            is_free: Condvar::new(),
        }
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        // A test that panicked elsewhere leaves a place that is whole all the same.
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_isolated(&self) -> bool {
        self.place().is_isolated
    }

    /// Sets whether it is in the transaction around a test.
    pub(super) fn isolate(&self, is_isolated: bool) {
        self.place().is_isolated = is_isolated;
    }

    /// Why it is in no such transaction any more, before the end of the test.
    pub(super) fn lost(&self) -> Option<String> {
        self.place().lost.clone()
    }

    /// Takes the native connection, once another thread's statement is done.
    ///
    /// # Errors
    /// `Usage` if another user has a transaction open; `Transaction` if that around the test has ended.
    pub(super) fn take(&self) -> Result<Box<dyn Connection>> {
        let place = self.place();
        let is_taken = |place: &mut Place| {
            place.native.is_none() && !place.in_transaction && place.lost.is_none()
        };
        let waited = self.is_free.wait_timeout_while(place, LONGEST, is_taken);
        let (mut place, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = &place.lost {
            return Err(Error::with_message(ErrorKind::Transaction, reason.clone()));
        }
        place.native.take().ok_or_else(second)
    }

    /// Gives it back.
    pub(super) fn put_back(&self, native: Box<dyn Connection>) {
        let mut place = self.place();
        place.native = Some(native);
        place.in_transaction = false;
        self.is_free.notify_all();
    }

    /// Marks it as kept by its holder for a transaction.
    pub(super) fn keep(&self) {
        self.place().in_transaction = true;
        self.is_free.notify_all();
    }

    /// Looks whether a statement has ended the transaction around the test.
    ///
    /// # Errors
    /// It has.
    pub(super) fn check(
        &self,
        native: &mut dyn Connection,
        sql: &str,
        error: Option<&Error>,
    ) -> Result<()> {
        let state = native.transaction(error);
        let mut place = self.place();
        if !place.is_isolated || matches!(state, TransactionState::Open | TransactionState::Aborted)
        {
            return Ok(());
        }
        let message = format!("a statement has ended the transaction around the test: {sql}");
        place.lost = Some(message.clone());
        self.is_free.notify_all();
        Err(Error::with_message(ErrorKind::Transaction, message).with_hint(OWN_DATABASE))
    }
}

#[cold]
fn second() -> Error {
    let message = "another connection has a transaction or a cursor open, and a test with rollback has one connection";
    Error::with_message(ErrorKind::Usage, message)
        .with_hint(format!("end it first, or {OWN_DATABASE}"))
}
