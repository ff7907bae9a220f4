//! The pool: slots that `r2d2` hands out, filled with a connection by whoever first uses one.
//!
//! `r2d2` alone opens connections in threads of its own and waits out its timeout on a wrong password.
//! Its slots start empty here: connecting is lazy, happens in the caller's thread, and fails at once
//! with the error itself.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use orm_core::driver::{self, Driver};
use orm_core::error::{Error, ErrorKind, Result};

use super::options::EngineOptions;
use super::url::wrong;

const DEFAULT_SIZE: u32 = 3;

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

impl r2d2::ManageConnection for Slots {
    type Connection = Slot;
    type Error = Infallible;

    fn connect(&self) -> Result<Slot, Infallible> {
        Ok(Slot::default())
    }

    fn is_valid(&self, _slot: &mut Slot) -> Result<(), Infallible> {
        Ok(())
    }

    fn has_broken(&self, slot: &mut Slot) -> bool {
        slot.connection.as_ref().is_some_and(|connection| connection.is_broken())
    }
}

/// The connections of an engine.
pub(super) struct Pool {
    driver: Arc<dyn Driver>,
    slots: r2d2::Pool<Slots>,
    check_after: Duration,
}

impl Pool {
    pub fn new(driver: Arc<dyn Driver>, options: &EngineOptions) -> Result<Self> {
        let size = if driver.is_private() { 1 } else { options.pool_size.unwrap_or(DEFAULT_SIZE) };
        if size == 0 {
            return Err(wrong("a pool needs at least one connection").with_hint("set pool_size to 1 or more"));
        }
        let mut builder = r2d2::Pool::builder()
            .max_size(size)
            .test_on_check_out(false)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .connection_timeout(options.pool_timeout.max(Duration::from_millis(1)));
        if driver.is_private() {
            // Its tables die with the connection: it is never reaped, and since the one who waits for
            // it is often the one who holds it, the wait is short.
            builder = builder
                .idle_timeout(None)
                .max_lifetime(None)
                .connection_timeout(options.pool_timeout.clamp(Duration::from_millis(1), Duration::from_secs(1)));
        }
        let slots = builder.build_unchecked(Slots);
        Ok(Self { driver, slots, check_after: options.check_after })
    }

    /// Checks out a connection that is open.
    pub fn get(&self) -> Result<Checkout> {
        let mut slot = self.slots.get().map_err(|_| self.exhausted())?;
        let idle = slot.returned.map(|at| at.elapsed());
        if let Some(connection) = &mut slot.connection {
            let checked = idle.is_some_and(|idle| idle >= self.check_after);
            if checked && !self.driver.is_private() && connection.ping().is_err() {
                slot.connection = None;
            }
        }
        if slot.connection.is_none() {
            slot.connection = Some(self.driver.connect()?);
        }
        Ok(slot)
    }

    /// Replaces a connection that turned out to be dead before it did anything.
    pub fn reconnect(&self, slot: &mut Slot) -> Result<()> {
        slot.connection = None;
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
        let state = self.slots.state();
        error.with_hint(format!(
            "all {} connections are in use: end transactions sooner, or set pool_size",
            state.connections
        ))
    }

    pub fn target(&self) -> String {
        self.driver.target()
    }

    pub fn is_private(&self) -> bool {
        self.driver.is_private()
    }
}
