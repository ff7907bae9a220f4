//! [`Watch`]: the statement that a connection executes, for the threads that may stop it.
//!
//! `time_limit.rs` says when a statement begins and ends; `timer.rs` and `canceller.rs` stop one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use orm_core::driver::Cancel;
use orm_core::error::Result;

/// What a connection, or a session with its connections, shares with the threads that may stop its statements.
#[derive(Default)]
pub(super) struct Watch(Mutex<Watched>);

#[derive(Default)]
struct Watched {
    /// The statement that is running, by a number of its own, and what stops it.
    running: Option<(u64, Arc<dyn Cancel>)>,
    /// Why it was canceled.
    canceled: Option<Reason>,
    /// How often the database was asked to stop it.
    requests: u32,
}

/// Why a statement was canceled.
#[derive(Clone, Copy)]
pub(super) enum Reason {
    /// Its time limit.
    Limit(Duration),
    /// The program.
    Call,
}

impl Watch {
    fn lock(&self) -> MutexGuard<'_, Watched> {
        // Nothing that holds it can panic halfway.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A statement begins, by a number of its own, with what stops it.
    pub(super) fn begin(&self, number: u64, cancel: Arc<dyn Cancel>) {
        *self.lock() = Watched {
            running: Some((number, cancel)),
            ..Watched::default()
        };
    }

    /// The statement has ended. Returns why it was canceled, and how often the database was asked to.
    pub(super) fn end(&self) -> (Option<Reason>, u32) {
        let ended = std::mem::take(&mut *self.lock());
        (ended.canceled, ended.requests)
    }

    /// Asks the database to stop the statement that is running, if it is the one with the number. Its end waits for this.
    /// Returns its number.
    ///
    /// # Errors
    /// As [`Cancel::cancel`].
    pub(super) fn cancel(&self, number: Option<u64>, reason: Reason) -> Result<Option<u64>> {
        let mut watched = self.lock();
        let running = watched.running.as_ref();
        let running = running.filter(|(running, _)| number.is_none_or(|number| number == *running));
        let Some((running, cancel)) = running else {
            return Ok(None);
        };
        let (running, cancel) = (*running, Arc::clone(cancel));
        // A request that fails may have arrived all the same.
        watched.canceled.get_or_insert(reason);
        watched.requests += 1;
        cancel.cancel()?;
        Ok(Some(running))
    }
}
