//! The thread that finds out when the time limits of statements have elapsed: one a process, begun by the first limit.
//!
//! `watch.rs` adds and removes the deadlines, and stops the statements.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use orm_core::error::{Error, ErrorKind, Result};

use super::watch::{Reason, Watch};

/// The statements by their deadlines, each with its number, why it is canceled, and the pause until that is tried again.
type Deadlines = BTreeMap<(Instant, u64), (Weak<Watch>, Reason, Duration)>;

static DEADLINES: Mutex<Deadlines> = Mutex::new(BTreeMap::new());
/// When a statement that still runs is canceled again: the request may have come before the database had begun with it. Each
/// pause is twice as long as the one before, up to the longest.
const AGAIN: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// The earliest deadline has changed.
static CHANGED: Condvar = Condvar::new();
/// Whether the thread could be begun.
static IS_RUNNING: OnceLock<bool> = OnceLock::new();

/// Adds the deadline of a statement. `None` if it is beyond what the clock can express.
///
/// # Errors
/// `Unsupported`: no thread can be begun.
pub(super) fn add(
    watch: &Arc<Watch>,
    number: u64,
    (wait, reason): (Duration, Reason),
) -> Result<Option<(Instant, u64)>> {
    add_with(watch, number, (wait, reason, AGAIN))
}

fn add_with(
    watch: &Arc<Watch>,
    number: u64,
    (wait, reason, pause): (Duration, Reason, Duration),
) -> Result<Option<(Instant, u64)>> {
    let spawn = || {
        thread::Builder::new()
            .name("orm-timer".to_owned())
            .spawn(run)
    };
    if !IS_RUNNING.get_or_init(|| spawn().is_ok()) {
        let message = "time limits need a thread, and none can be begun";
        return Err(Error::with_message(ErrorKind::Unsupported, message)
            .with_hint("raise the process's limit of threads, or remove time_limit"));
    }
    let Some(deadline) = Instant::now().checked_add(wait) else {
        return Ok(None);
    };
    let key = (deadline, number);
    let mut deadlines = lock();
    deadlines.insert(key, (Arc::downgrade(watch), reason, pause));
    if deadlines
        .first_key_value()
        .is_some_and(|(first, _)| *first == key)
    {
        CHANGED.notify_one();
    }
    Ok(Some(key))
}

/// Has a statement canceled again, if it still runs after a while.
pub(super) fn ask_again(watch: &Arc<Watch>, number: u64, reason: Reason) {
    again(watch, number, (reason, AGAIN));
}

fn again(watch: &Arc<Watch>, number: u64, (reason, pause): (Reason, Duration)) {
    let next = LONGEST.min(pause * 2);
    // Without the thread there was one request.
    drop(add_with(watch, number, (pause, reason, next)));
}

/// Removes the deadline of a statement that has ended.
pub(super) fn remove(key: (Instant, u64)) {
    lock().remove(&key);
}

fn lock() -> MutexGuard<'static, Deadlines> {
    // Nothing that holds it can panic halfway.
    DEADLINES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run() {
    let mut deadlines = lock();
    loop {
        let now = Instant::now();
        let waited = match deadlines.first_entry() {
            None => CHANGED.wait(deadlines),
            Some(first) if first.key().0 <= now => {
                let ((_, number), (watch, reason, pause)) = first.remove_entry();
                stop(watch, number, (reason, pause));
                continue;
            }
            Some(first) => {
                let wait = first.key().0 - now;
                let waited = CHANGED.wait_timeout(deadlines, wait);
                waited
                    .map(|(deadlines, _)| deadlines)
                    .map_err(|error| PoisonError::new(error.into_inner().0))
            }
        };
        deadlines = waited.unwrap_or_else(PoisonError::into_inner);
    }
}

/// Stops a statement in a thread of its own: a server that does not answer must not delay the others.
fn stop(watch: Weak<Watch>, number: u64, (reason, pause): (Reason, Duration)) {
    let stop = move || {
        let Some(watch) = watch.upgrade() else {
            return;
        };
        match watch.cancel(Some(number), reason) {
            Ok(None) => return,
            Ok(Some(_)) => {}
            Err(error) => tracing::warn!(
                target: "orm::engine",
                "a statement has reached its time limit and can't be canceled: {error}"
            ),
        }
        again(&watch, number, (reason, pause));
    };
    // Without a thread the statement runs to its end.
    drop(
        thread::Builder::new()
            .name("orm-cancel".to_owned())
            .spawn(stop),
    );
}
