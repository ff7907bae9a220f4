//! The pool: opens connections, checks those that were idle, and closes the old. `places.rs` has the queue for them.
//!
//! Connecting is lazy and happens in the caller's thread, so that it fails at once with the error itself. What a
//! connection goes through between two users is in `give_back.rs`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use orm_core::driver::{self, Driver};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Dialect, dialect_at};

use super::places::{Place, Places};
use super::statement_cache::SentTexts;
use super::url::wrong;

/// The default of `check_after`.
const CHECK_AFTER: Duration = Duration::from_secs(30);

/// After how long in the pool a connection is closed. The pool looks at each checkout and return, which needs no thread.
const LONGEST_IDLE: Duration = Duration::from_secs(10 * 60);

/// After how long a connection is closed, so that the server's memory for it is freed now and then, and so that
/// connections go over to another server behind the same name.
const LONGEST_LIFE: Duration = Duration::from_secs(30 * 60);

/// The most connections. No server has so many.
const LARGEST: u32 = 1_000_000;

/// The options of a pool; `None` is the default.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PoolOptions {
    pub size: Option<u32>,
    pub timeout: Option<Duration>,
    pub min_idle: Option<u32>,
    pub check_after: Option<Duration>,
}

/// An open connection, and what is known of it from one user to the next.
pub(super) struct Pooled {
    pub native: Box<dyn driver::Connection>,
    /// The dialect of the server behind it.
    pub dialect: &'static dyn Dialect,
    /// Whether the program has set up the session.
    pub is_set_up: bool,
    /// The compiled texts that it has sent.
    pub sent: SentTexts,
    /// How often the engine had forgotten its tables when the native connection last dropped its prepared statements.
    pub tables_since: u64,
    opened: Instant,
    returned: Option<Instant>,
    /// Counts it as long as it is there.
    open: Arc<AtomicU32>,
}

impl Drop for Pooled {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pooled {
    fn idle(&self, now: Instant) -> Duration {
        self.returned
            .map_or(Duration::ZERO, |at| now.saturating_duration_since(at))
    }

    fn is_worn(&self, now: Instant) -> bool {
        self.idle(now) >= LONGEST_IDLE || now.saturating_duration_since(self.opened) >= LONGEST_LIFE
    }
}

/// Holds the numbers of an engine's pool at one moment. Returned by
/// [`Engine::pool_status`](super::Engine::pool_status).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// The maximum number of open connections.
    pub size: u32,
    /// The number of open connections, idle or in use.
    pub open: u32,
    /// The number of connections that are checked out, being opened or being reset.
    pub in_use: u32,
    /// The number of threads that wait for a connection.
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
    /// Practically without limit, and far from an overflow when it is added to the clock.
    const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
    let usual = if driver.is_private() {
        Duration::from_secs(1)
    } else {
        Duration::from_secs(30)
    };
    let wait = options.timeout.unwrap_or(usual);
    wait.clamp(Duration::from_millis(1), LONGEST)
}

/// The connections of an engine.
pub(super) struct Pool {
    pub(super) driver: Arc<dyn Driver>,
    /// Those of the servers that the driver may lead to.
    pub(super) dialects: Vec<&'static dyn Dialect>,
    /// How long a connection can be idle before its next checkout pings it.
    pub(super) check_after: Duration,
    // In a box: a connection that goes in or out is moved as one word.
    places: Places<Box<Pooled>>,
    /// Whether connections get old. Not where the database's tables die with the one that it has.
    ages: bool,
    open: Arc<AtomicU32>,
}

impl Pool {
    pub(super) fn new(
        driver: Arc<dyn Driver>,
        dialects: Vec<&'static dyn Dialect>,
        options: PoolOptions,
    ) -> Result<Self> {
        let ages = !driver.is_private();
        let size = if ages {
            options.size.unwrap_or_else(default_size)
        } else {
            1
        };
        check_sizes(size, options.min_idle.unwrap_or_default())?;
        Ok(Self {
            places: Places::new(size, wait(&*driver, options), |pooled, now| {
                pooled.is_worn(now)
            }),
            driver,
            dialects,
            check_after: options.check_after.unwrap_or(CHECK_AFTER),
            ages,
            open: Arc::default(),
        })
    }

    /// Checks out a connection. One that has been idle for `check_after` is pinged.
    #[inline]
    pub(super) fn get(&self, check_after: Duration) -> Result<Box<Pooled>> {
        let now = self.now();
        let (place, idle) = self.places.take(now).ok_or_else(|| self.exhausted())?;
        let Some(mut pooled) = idle else {
            return self.fill(place);
        };
        let asked = now.is_some_and(|now| pooled.idle(now) >= check_after);
        if pooled.native.is_broken() || asked && pooled.native.ping().is_err() {
            drop(pooled);
            return self.fill(place);
        }
        place.keep();
        Ok(pooled)
    }

    /// Gives a connection back, or the place of one that was closed.
    #[inline]
    pub(super) fn put_back(&self, mut pooled: Option<Box<Pooled>>) {
        let now = self.now();
        if let Some(pooled) = &mut pooled {
            pooled.returned = now;
        }
        self.places.put_back(pooled, now);
    }

    /// Closes connections that have not been used, or are open, for long.
    pub(super) fn close_worn(&self) {
        if let Some(now) = self.now() {
            self.places.close_worn(now);
        }
    }

    // Reading the clock costs a fifth of a query in memory.
    #[inline]
    fn now(&self) -> Option<Instant> {
        self.ages.then(Instant::now)
    }

    #[cold]
    fn fill(&self, place: Place<'_, Box<Pooled>>) -> Result<Box<Pooled>> {
        let pooled = Box::new(self.open()?);
        place.keep();
        Ok(pooled)
    }

    /// Opens a connection, for a place that is taken.
    pub(super) fn open(&self) -> Result<Pooled> {
        let native = self.driver.connect()?;
        let server = native.server();
        let mut dialects = self.dialects.iter().copied();
        let dialect = dialects.find(|dialect| dialect.name() == server);
        let unknown = || wrong(format!("the engine has no dialect for a {server} server"));
        let dialect = dialect.ok_or_else(unknown)?;
        let dialect = match native.server_version() {
            Some(version) => dialect_at(dialect, version)?,
            None => dialect,
        };
        self.open.fetch_add(1, Ordering::Relaxed);
        Ok(Pooled {
            native,
            dialect,
            is_set_up: false,
            sent: SentTexts::default(),
            tables_since: 0,
            opened: Instant::now(),
            returned: None,
            open: Arc::clone(&self.open),
        })
    }

    #[cold]
    fn exhausted(&self) -> Error {
        let error = Error::new(ErrorKind::PoolTimeout);
        if self.driver.is_private() {
            return error.with_hint(
                "an in-memory database has one connection: end the transaction or drop the session or connection that holds it, or use a file",
            );
        }
        error.with_hint(format!(
            "all {} connections stayed in use for {:?}: end transactions sooner, or raise pool_size or \
             pool_timeout",
            self.places.size, self.places.timeout,
        ))
    }

    pub(super) fn status(&self) -> PoolStatus {
        let (in_use, waiting) = self.places.status();
        PoolStatus {
            size: self.places.size,
            open: self.open.load(Ordering::Relaxed),
            in_use,
            waiting,
        }
    }
}

fn check_sizes(size: u32, min_idle: u32) -> Result<()> {
    if size == 0 {
        return Err(wrong("pool_size must be at least 1").with_hint("set pool_size to 1 or more"));
    }
    if size > LARGEST {
        return Err(wrong(format!("a pool of {size} connections is too large"))
            .with_hint("set pool_size to what the server allows, or less"));
    }
    if min_idle > size {
        let message = format!("min_idle ({min_idle}) is greater than pool_size ({size})");
        return Err(wrong(message).with_hint("lower min_idle, or raise pool_size"));
    }
    Ok(())
}
