//! The pool: slots that `r2d2` hands out, filled with a connection at the first use.
//!
//! `r2d2` alone opens connections in threads of its own and waits out its timeout on a wrong password.
//! Its slots start empty here: connecting is lazy, happens in the caller's thread, and fails at once
//! with the error itself. What a connection goes through between two users is in `give_back.rs`.

use std::convert::Infallible;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use orm_core::driver::{self, Driver};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::Dialect;
use orm_core::stmt::Shape;
use scheduled_thread_pool::ScheduledThreadPool;

use super::url::wrong;

/// How long a slot may take to be made, which is no I/O but needs a thread to get its turn.
const SLOT_WAIT: Duration = Duration::from_secs(1);

/// After how long in the pool a connection is asked, unless another time is set.
const CHECK_AFTER: Duration = Duration::from_secs(30);

/// The most slots, for which memory is set aside. No server has so many connections.
const LARGEST: u32 = 1_000_000;

/// How an engine pools its connections, as far as that was said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PoolOptions {
    pub size: Option<u32>,
    pub timeout: Option<Duration>,
    pub min_idle: Option<u32>,
    pub check_after: Option<Duration>,
}

/// A slot of the pool that is checked out.
pub(super) type Checkout = r2d2::PooledConnection<Slots>;

/// What `r2d2` manages: slots, not connections.
#[derive(Debug)]
pub(super) struct Slots;

/// A place for one connection.
#[derive(Default)]
pub(super) struct Slot {
    pub connection: Option<Opened>,
    /// The dialect of the server behind it, once it is known.
    pub dialect: Option<&'static dyn Dialect>,
    pub returned: Option<Instant>,
    /// Whether the program has set up the session.
    pub is_set_up: bool,
    /// Where the shapes of statements are made, in memory that is used again.
    pub shape: Shape,
}

/// An open connection, which counts as long as it is there.
pub(super) struct Opened {
    native: Box<dyn driver::Connection>,
    count: Arc<AtomicU32>,
}

impl Deref for Opened {
    type Target = dyn driver::Connection;

    fn deref(&self) -> &Self::Target {
        &*self.native
    }
}

impl DerefMut for Opened {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut *self.native
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the pool of an engine holds at a moment, from [`Engine::pool_status`](super::Engine::pool_status).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// The most connections that may be open.
    pub size: u32,
    /// How many are open, in use or not.
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

/// How long a checkout waits. The caller who waits for a database in memory often holds its connection, so
/// the wait is short there unless another one is set.
fn wait(driver: &dyn Driver, options: PoolOptions) -> Duration {
    /// As good as for ever, and far from where adding to the clock overflows.
    const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
    let usual = if driver.is_private() {
        SLOT_WAIT
    } else {
        Duration::from_secs(30)
    };
    let wait = options.timeout.unwrap_or(usual);
    wait.clamp(Duration::from_millis(1), LONGEST)
}

/// The thread that makes and reaps the slots of all pools. `r2d2` alone starts three for each.
pub(super) fn helpers() -> Arc<ScheduledThreadPool> {
    static HELPERS: OnceLock<Arc<ScheduledThreadPool>> = OnceLock::new();
    let helpers = HELPERS.get_or_init(|| {
        let named = ScheduledThreadPool::builder().num_threads(1);
        Arc::new(named.thread_name_pattern("orm-pool").build())
    });
    Arc::clone(helpers)
}

impl r2d2::ManageConnection for Slots {
    // In a box: `r2d2` moves it at each checkout and return.
    type Connection = Box<Slot>;
    type Error = Infallible;

    fn connect(&self) -> Result<Box<Slot>, Infallible> {
        Ok(Box::default())
    }

    fn is_valid(&self, _slot: &mut Box<Slot>) -> Result<(), Infallible> {
        Ok(())
    }

    // A slot is never broken; it is emptied on its way back if its connection is.
    fn has_broken(&self, _slot: &mut Box<Slot>) -> bool {
        false
    }
}

/// The connections of an engine.
pub(super) struct Pool {
    pub(super) driver: Arc<dyn Driver>,
    slots: r2d2::Pool<Slots>,
    /// After how long in the pool a connection is asked whether it still answers.
    pub(super) check_after: Duration,
    open: Arc<AtomicU32>,
    waiting: AtomicU32,
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
    pub(super) fn new(driver: Arc<dyn Driver>, options: PoolOptions) -> Result<Self> {
        let size = if driver.is_private() {
            1
        } else {
            options.size.unwrap_or_else(default_size)
        };
        check_sizes(size, options.min_idle.unwrap_or_default())?;
        let mut builder = r2d2::Pool::builder()
            .max_size(size)
            // Slots are made when they are needed: `r2d2` would look for missing ones at each checkout.
            .min_idle(Some(0))
            .test_on_check_out(false)
            .thread_pool(helpers())
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .connection_timeout(wait(&*driver, options));
        if driver.is_private() {
            // Its tables die with the connection: it is never reaped.
            builder = builder.idle_timeout(None).max_lifetime(None);
        }
        Ok(Self {
            driver,
            slots: builder.build_unchecked(Slots),
            check_after: options.check_after.unwrap_or(CHECK_AFTER),
            open: Arc::default(),
            waiting: AtomicU32::new(0),
        })
    }

    /// Checks out a connection that is open. One that has been in the pool for `check_after` is asked.
    pub(super) fn get(&self, check_after: Duration) -> Result<Checkout> {
        let mut slot = self.slot()?;
        let asked = slot.returned.is_some_and(|at| at.elapsed() >= check_after);
        let native = slot.connection.as_deref_mut();
        if native.is_none_or(|native| native.is_broken() || asked && native.ping().is_err()) {
            slot.connection = None;
            self.reconnect(&mut slot)?;
        }
        Ok(slot)
    }

    fn slot(&self) -> Result<Checkout> {
        if let Some(slot) = self.slots.try_get() {
            return Ok(slot);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
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
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        got.map_err(|_| self.exhausted())
    }

    /// When a connection is given back, for the one who next takes it. A database in memory is never asked.
    pub(super) fn now(&self) -> Option<Instant> {
        (!self.driver.is_private()).then(Instant::now)
    }

    /// Fills an empty slot, or replaces a connection that turned out to be dead before it did anything.
    pub(super) fn reconnect(&self, slot: &mut Slot) -> Result<()> {
        let native = self.driver.connect()?;
        self.open.fetch_add(1, Ordering::Relaxed);
        let count = Arc::clone(&self.open);
        // A dead one stays until there is another: a slot that is checked out is never empty.
        slot.connection = Some(Opened { native, count });
        slot.dialect = None;
        slot.is_set_up = false;
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

    pub(super) fn status(&self) -> PoolStatus {
        let slots = self.slots.state();
        PoolStatus {
            size: self.slots.max_size(),
            open: self.open.load(Ordering::Relaxed),
            in_use: slots.connections.saturating_sub(slots.idle_connections),
            waiting: self.waiting.load(Ordering::Relaxed),
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
