//! The pool: slots that `r2d2` hands out, filled with a connection by whoever first uses one.
//!
//! `r2d2` alone opens connections in threads of its own and waits out its timeout on a wrong password.
//! Its slots start empty here: connecting is lazy, happens in the caller's thread, and fails at once
//! with the error itself.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use orm_core::driver::{self, Driver};
use orm_core::error::{Error, ErrorKind, Result};
use scheduled_thread_pool::ScheduledThreadPool;

use super::options::EngineOptions;
use super::url::wrong;

const DEFAULT_SIZE: u32 = 3;

/// How long a slot may take to be made, which is no I/O but needs a thread to get its turn.
const SLOT_WAIT: Duration = Duration::from_secs(1);

/// A slot of the pool that is checked out.
pub(super) type Checkout = r2d2::PooledConnection<Slots>;

/// What `r2d2` manages: slots, not connections.
#[derive(Debug)]
pub(super) struct Slots;

/// A place for one connection.
#[derive(Default)]
pub(super) struct Slot {
    pub connection: Option<Box<dyn driver::Connection>>,
    pub returned: Option<Instant>,
}

/// How long a checkout waits. Whoever waits for a database in memory is often the one who holds it, so there
/// the wait is short unless somebody asked for another.
fn wait(driver: &dyn Driver, options: &EngineOptions) -> Duration {
    /// As good as for ever, and far from where adding to the clock overflows.
    const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
    let usual = if driver.is_private() {
        SLOT_WAIT
    } else {
        Duration::from_secs(30)
    };
    let wait = options.pool_timeout.unwrap_or(usual);
    wait.clamp(Duration::from_millis(1), LONGEST)
}

/// The thread that makes and reaps the slots of all pools. `r2d2` alone starts three for each.
fn helpers() -> Arc<ScheduledThreadPool> {
    static HELPERS: OnceLock<Arc<ScheduledThreadPool>> = OnceLock::new();
    let helpers = HELPERS.get_or_init(|| {
        let named = ScheduledThreadPool::builder().num_threads(1);
        Arc::new(named.thread_name_pattern("orm-pool").build())
    });
    Arc::clone(helpers)
}

impl r2d2::ManageConnection for Slots {
    type Connection = Slot;
    type Error = Infallible;

    fn connect(&self) -> Result<Slot, Infallible> {
        Ok(Slot::default())
    }

    fn is_valid(&self, _slot: &mut Slot) -> Result<(), Infallible> {
        Ok(())
    }

    // A slot is never broken; whoever gives one back empties it if its connection is.
    fn has_broken(&self, _slot: &mut Slot) -> bool {
        false
    }
}

/// The connections of an engine.
pub(super) struct Pool {
    driver: Arc<dyn Driver>,
    slots: r2d2::Pool<Slots>,
    /// After how long in the pool a connection is asked whether it still answers.
    pub(super) check_after: Duration,
}

impl Drop for Pool {
    // Here, not whenever the helper thread lets go of the slots: a program that ends first would leave
    // connections open, and a file of SQLite with its log beside it.
    fn drop(&mut self) {
        let idle: Vec<_> = std::iter::from_fn(|| self.slots.try_get()).collect();
        for mut slot in idle {
            slot.connection = None;
        }
    }
}

impl Pool {
    pub(super) fn new(driver: Arc<dyn Driver>, options: &EngineOptions) -> Result<Self> {
        let size = if driver.is_private() {
            1
        } else {
            options.pool_size.unwrap_or(DEFAULT_SIZE)
        };
        if size == 0 {
            return Err(wrong("a pool needs at least one connection")
                .with_hint("set pool_size to 1 or more"));
        }
        let mut builder = r2d2::Pool::builder()
            .max_size(size)
            .test_on_check_out(false)
            .thread_pool(helpers())
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .connection_timeout(wait(&*driver, options));
        if driver.is_private() {
            // Its tables die with the connection: it is never reaped.
            builder = builder.idle_timeout(None).max_lifetime(None);
        }
        let slots = builder.build_unchecked(Slots);
        Ok(Self {
            driver,
            slots,
            check_after: options.check_after,
        })
    }

    /// Another pool of one connection to the same database.
    pub(super) fn of_one(&self) -> Result<Self> {
        let options = EngineOptions::new("").pool_size(1);
        Self::new(Arc::clone(&self.driver), &options)
    }

    /// Checks out a connection that is open. One that has been in the pool for `check_after` is asked.
    pub(super) fn get(&self, check_after: Duration) -> Result<Checkout> {
        let mut slot = self.slot()?;
        let idle = slot.returned.map(|at| at.elapsed());
        if let Some(connection) = &mut slot.connection {
            let due = idle.is_some_and(|idle| idle >= check_after);
            let asked = due && !self.driver.is_private();
            if connection.is_broken() || asked && connection.ping().is_err() {
                slot.connection = None;
            }
        }
        if slot.connection.is_none() {
            slot.connection = Some(self.driver.connect()?);
        }
        Ok(slot)
    }

    fn slot(&self) -> Result<Checkout> {
        let got = self.slots.get().or_else(|timeout| {
            // `r2d2` makes slots in a thread of its own: one that waits for none must not be told that
            // all are in use while there are none yet, or when one came just after its time.
            let made = self.slots.state().connections;
            if made < self.slots.max_size() {
                self.slots.get_timeout(SLOT_WAIT)
            } else {
                self.slots.try_get().ok_or(timeout)
            }
        });
        got.map_err(|_| self.exhausted())
    }

    /// Replaces a connection that turned out to be dead before it did anything.
    pub(super) fn reconnect(&self, slot: &mut Slot) -> Result<()> {
        // The dead one stays until there is another: a slot that is checked out is never empty.
        slot.connection = Some(self.driver.connect()?);
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
            self.slots.max_size(),
            self.slots.connection_timeout(),
        ))
    }

    pub(super) fn target(&self) -> String {
        self.driver.target()
    }

    pub(super) fn is_private(&self) -> bool {
        self.driver.is_private()
    }
}
