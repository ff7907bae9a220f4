//! Checks whether the calling thread may block. A task of tokio that waits for a database blocks all other tasks of
//! its thread.
//!
//! The engine checks before each call, and so do drivers that can't run inside a task. The check needs the Cargo
//! feature `tokio`; without it, the functions do nothing. Tasks of other runtimes and of `tokio::task::unconstrained`
//! are not detected.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

/// Checks that the calling thread may block. Threads of `spawn_blocking` and `block_in_place` may; a thread that
/// polls an async task may not.
///
/// # Errors
/// - `Usage`: the call is inside an async task. The hint names `spawn_blocking`.
#[inline]
pub fn refuse_in_task() -> Result<()> {
    if is_in_task() {
        return Err(in_task());
    }
    Ok(())
}

/// Returns the error of a blocking call inside an async task.
#[cold]
pub fn in_task() -> Error {
    Error::with_message(
        ErrorKind::Usage,
        "a blocking database call inside an async task",
    )
    .with_hint(
        "call it inside tokio::task::spawn_blocking, or allow it with allow_blocking_in_async=true in the URL",
    )
}

/// Returns whether a runtime is polling a future on this thread.
#[cfg(not(feature = "tokio"))]
#[inline]
pub fn is_in_task() -> bool {
    false
}

/// Returns whether a runtime is polling a future on this thread.
#[cfg(feature = "tokio")]
#[inline]
pub fn is_in_task() -> bool {
    tokio::runtime::Handle::try_current().is_ok() && has_budget()
}

/// A thread of `spawn_blocking` or `block_in_place` knows its runtime too, but only while a future is polled
/// there is a budget of operations, which runs out.
#[cfg(feature = "tokio")]
fn has_budget() -> bool {
    use std::task::{Context, Poll, Waker};
    use tokio::task::coop::poll_proceed;
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(_gives_back) = poll_proceed(&mut context) else {
        return true;
    };
    // The budget is counted in a byte, so it has run out by then. Dropping the first guard restores it.
    for _ in 0..=u8::MAX {
        match poll_proceed(&mut context) {
            Poll::Ready(taken) => taken.made_progress(),
            Poll::Pending => return true,
        }
    }
    false
}

/// Runs `call` on a new thread and waits at most `limit` for its value. A later value is dropped on that thread.
///
/// # Errors
/// - `TimedOut`: the limit has elapsed.
/// - Another kind: the thread can't be started, or the call panics.
pub fn within<T: Send + 'static>(
    limit: Duration,
    name: &str,
    call: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (sender, receiver) = sync_channel(1);
    let thread = thread::Builder::new().name(name.to_owned());
    thread
        .spawn(move || drop(sender.send(call())))
        .map_err(|error| io::Error::other(format!("can't start a thread: {error}")))?;
    receiver.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => io::ErrorKind::TimedOut.into(),
        RecvTimeoutError::Disconnected => io::Error::other("the native driver panicked"),
    })
}
