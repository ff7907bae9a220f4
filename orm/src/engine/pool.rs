//! The pool: places for connections, each filled by the caller that first takes it.
//!
//! Connecting is lazy, happens in the caller's thread, and fails at once with the error itself. What a connection goes
//! through between two users is in `give_back.rs`.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use orm_core::driver::{self, Driver};
use orm_core::error::{Error, ErrorKind, Result};
use scheduled_thread_pool::ScheduledThreadPool;

use super::url::wrong;

/// After how long in the pool a connection is asked, unless another time is set.
const CHECK_AFTER: Duration = Duration::from_secs(30);

/// How long a connection stays in the pool unused.
const LONGEST_IDLE: Duration = Duration::from_secs(10 * 60);

/// How old a connection gets: servers and what stands before them close those that live on and on.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// How often the pool looks for connections that have been there too long.
const REAP_EVERY: Duration = Duration::from_secs(30);

/// The most places. No server has so many connections.
const LARGEST: u32 = 1_000_000;

/// How an engine pools its connections, as far as that was said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PoolOptions {
    pub size: Option<u32>,
    pub timeout: Option<Duration>,
    pub min_idle: Option<u32>,
    pub check_after: Option<Duration>,
}

/// A place for one connection.
#[derive(Default)]
pub(super) struct Slot {
    pub connection: Option<Box<dyn driver::Connection>>,
    opened: Option<Instant>,
    /// Since when it has been in the pool.
    returned: Option<Instant>,
    /// Whether the program has set up the session.
    pub is_set_up: bool,
}

impl Slot {
    /// Whether the pool is to close it.
    fn is_old(&self) -> bool {
        let is_over = |at: Option<Instant>, limit| at.is_some_and(|at| at.elapsed() >= limit);
        is_over(self.opened, LIFETIME) || is_over(self.returned, LONGEST_IDLE)
    }
}

/// A place that is checked out. Dropping it gives it back, without its connection if that was taken out of it.
pub(super) struct Checkout {
    slot: Slot,
    places: Arc<Places>,
}

impl Deref for Checkout {
    type Target = Slot;

    fn deref(&self) -> &Slot {
        &self.slot
    }
}

impl DerefMut for Checkout {
    fn deref_mut(&mut self) -> &mut Slot {
        &mut self.slot
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let mut slot = std::mem::take(&mut self.slot);
        slot.returned = self.places.is_timed.then(Instant::now);
        let mut state = self.places.lock();
        state.in_use -= 1;
        if slot.connection.is_some() {
            state.idle.push(slot);
        }
        // Waking asks the operating system, even if no thread waits.
        if state.waiting > 0 {
            self.places.freed.notify_one();
        }
    }
}

/// The places of a pool.
#[derive(Default)]
struct Places {
    state: Mutex<State>,
    freed: Condvar,
    /// Whether it matters since when a connection is in the pool. It doesn't for a database in memory, which is never
    /// closed.
    is_timed: bool,
}

#[derive(Default)]
struct State {
    /// Open connections, the one that was used last at the end.
    idle: Vec<Slot>,
    in_use: u32,
    waiting: u32,
}

impl Places {
    // A panic while the lock was held can't have left it half changed: nothing in there panics.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes the connections that have been in the pool too long, and tells when to look again: never, if it is gone.
fn reap(places: &Weak<Places>) -> Option<Duration> {
    let places = places.upgrade()?;
    let old: Vec<Slot> = places
        .lock()
        .idle
        .extract_if(.., |slot| slot.is_old())
        .collect();
    // Closing may take its time, which is not that of the lock.
    drop(old);
    Some(REAP_EVERY)
}

/// What the pool of an engine holds at a moment, from [`Engine::pool_status`](super::Engine::pool_status).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// The most connections that may be open.
    pub size: u32,
    /// How many are open, in use or not, those included that are being opened.
    pub open: u32,
    /// How many are checked out, those included that are being opened or cleaned up.
    pub in_use: u32,
    /// How many threads wait for one.
    pub waiting: u32,
}

/// The size of a pool unless one is set: enough for the work of the machine, and few enough for a server that has
/// other clients.
fn default_size() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores.saturating_mul(2))
        .unwrap_or(u32::MAX)
        .clamp(4, 10)
}

/// How long a checkout waits. Whoever waits for a database in memory is often the one who holds it, so there
/// the wait is short unless somebody asked for another.
fn wait(driver: &dyn Driver, options: PoolOptions) -> Duration {
    /// As good as for ever, and far from where adding to the clock overflows.
    const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
    let usual = if driver.is_private() {
        Duration::from_secs(1)
    } else {
        Duration::from_secs(30)
    };
    let wait = options.timeout.unwrap_or(usual);
    wait.clamp(Duration::from_millis(1), LONGEST)
}

/// The thread that tends all pools.
pub(super) fn helpers() -> Arc<ScheduledThreadPool> {
    static HELPERS: OnceLock<Arc<ScheduledThreadPool>> = OnceLock::new();
    let helpers = HELPERS.get_or_init(|| {
        let named = ScheduledThreadPool::builder().num_threads(1);
        Arc::new(named.thread_name_pattern("orm-pool").build())
    });
    Arc::clone(helpers)
}

/// The connections of an engine.
pub(super) struct Pool {
    pub(super) driver: Arc<dyn Driver>,
    size: u32,
    /// How long a checkout waits.
    wait: Duration,
    /// After how long in the pool a connection is asked whether it still answers.
    pub(super) check_after: Duration,
    places: Arc<Places>,
}

impl Drop for Pool {
    // Here, not whenever the helper thread lets go of them: a program that ends first would leave connections open,
    // and a file of SQLite with its log beside it.
    fn drop(&mut self) {
        self.places.lock().idle.clear();
    }
}

impl Pool {
    pub(super) fn new(driver: Arc<dyn Driver>, options: PoolOptions) -> Result<Self> {
        let size = if driver.is_private() {
            1
        } else {
            options.size.unwrap_or_else(default_size)
        };
        check_sizes(size, options.min_idle.unwrap_or_default())?;
        let places = Arc::new(Places {
            is_timed: !driver.is_private(),
            ..Places::default()
        });
        if places.is_timed {
            let places = Arc::downgrade(&places);
            helpers().execute_at_dynamic_rate(REAP_EVERY, move || reap(&places));
        }
        Ok(Self {
            size,
            wait: wait(&*driver, options),
            check_after: options.check_after.unwrap_or(CHECK_AFTER),
            places,
            driver,
        })
    }

    /// Checks out a connection that is open. One that has been in the pool for `check_after` is asked.
    pub(super) fn get(&self, check_after: Duration) -> Result<Checkout> {
        let mut slot = self.take()?;
        let asked = slot.returned.is_some_and(|at| at.elapsed() >= check_after);
        let native = slot.connection.as_deref_mut();
        if native.is_none_or(|native| native.is_broken() || asked && native.ping().is_err()) {
            slot.connection = None;
            self.reconnect(&mut slot)?;
        }
        Ok(slot)
    }

    /// Takes a place as soon as there is one, with its connection if it has one.
    fn take(&self) -> Result<Checkout> {
        let mut end = None;
        let mut state = self.places.lock();
        loop {
            let idle = state.idle.pop();
            if idle.is_some() || state.in_use < self.size {
                state.in_use += 1;
                return Ok(Checkout {
                    slot: idle.unwrap_or_default(),
                    places: Arc::clone(&self.places),
                });
            }
            let now = Instant::now();
            let end = *end.get_or_insert_with(|| now + self.wait);
            if now >= end {
                return Err(self.exhausted());
            }
            state.waiting += 1;
            let waited = self.places.freed.wait_timeout(state, end - now);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.waiting -= 1;
        }
    }

    /// Fills an empty slot, or replaces a connection that turned out to be dead before it did anything.
    pub(super) fn reconnect(&self, slot: &mut Slot) -> Result<()> {
        // A dead one stays until there is another: a slot that is checked out is never empty.
        let native = self.driver.connect()?;
        *slot = Slot {
            connection: Some(native),
            opened: Some(Instant::now()),
            ..Slot::default()
        };
        Ok(())
    }

    #[cold]
    fn exhausted(&self) -> Error {
        let error = Error::new(ErrorKind::PoolTimeout);
        if self.driver.is_private() {
            return error.with_hint(
                "a database in memory has one connection: end the transaction or drop the session or \
                 connection that holds it, or use a file",
            );
        }
        error.with_hint(format!(
            "all {} connections stayed in use for {:?}: end transactions sooner, or raise pool_size or \
             pool_timeout",
            self.size,
            self.wait,
        ))
    }

    pub(super) fn status(&self) -> PoolStatus {
        let state = self.places.lock();
        let idle = u32::try_from(state.idle.len()).unwrap_or(u32::MAX);
        PoolStatus {
            size: self.size,
            open: state.in_use + idle,
            in_use: state.in_use,
            waiting: state.waiting,
        }
    }
}

fn check_sizes(size: u32, min_idle: u32) -> Result<()> {
    if size == 0 {
        return Err(
            wrong("a pool needs at least one connection").with_hint("set pool_size to 1 or more")
        );
    }
    if size > LARGEST {
        return Err(wrong(format!("a pool of {size} connections is too large"))
            .with_hint("set pool_size to what the server allows, or less"));
    }
    if min_idle > size {
        let message =
            format!("min_idle is {min_idle}, but the pool has {size} connections at most");
        return Err(wrong(message).with_hint("lower min_idle, or raise pool_size"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_been_in_the_pool_too_long_is_closed() {
        let places = Arc::new(Places::default());
        let ago = |time| Instant::now().checked_sub(time);
        for (opened, returned) in [
            (ago(LIFETIME), ago(Duration::ZERO)),
            (ago(LONGEST_IDLE), ago(LONGEST_IDLE)),
            (ago(LONGEST_IDLE), ago(Duration::ZERO)),
        ] {
            places.lock().idle.push(Slot {
                opened,
                returned,
                ..Slot::default()
            });
        }
        let weak = Arc::downgrade(&places);
        assert_eq!(reap(&weak), Some(REAP_EVERY));
        assert_eq!(places.lock().idle.len(), 1);
        drop(places);
        assert_eq!(reap(&weak), None);
    }
}
