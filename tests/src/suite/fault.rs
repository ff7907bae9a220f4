//! A driver whose connections can be told to break, for cases about lost answers on every database.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use orm::engine::{Engine, driver_for};
use orm::{Error, ErrorKind, Result};
use orm_core::driver::{Connection, Driver, Outcome, Row, TransactionState};
use orm_core::value::ValueRef;

/// Breaks the connection as soon as a statement that starts with these words was run: the database has
/// done it, and the answer is lost.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    words: &'static str,
    armed: Arc<AtomicBool>,
}

impl Fault {
    pub(super) fn after(words: &'static str) -> Self {
        Self {
            words,
            armed: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Breaks the next connection that runs such a statement, once.
    pub(super) fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    /// An engine on `url` with this fault.
    pub(super) fn engine(&self, url: &str) -> Engine {
        let (inner, dialects) = driver_for(url).unwrap();
        let driver = FaultyDriver {
            inner,
            fault: self.clone(),
        };
        Engine::with_driver(Arc::new(driver), dialects, &Engine::options(url)).unwrap()
    }
}

#[derive(Debug)]
struct FaultyDriver {
    inner: Arc<dyn Driver>,
    fault: Fault,
}

impl Driver for FaultyDriver {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        let inner = self.inner.connect()?;
        Ok(Box::new(Faulty {
            inner,
            fault: self.fault.clone(),
            broken: false,
        }))
    }

    fn is_private(&self) -> bool {
        self.inner.is_private()
    }

    fn target(&self) -> String {
        self.inner.target()
    }
}

struct Faulty {
    inner: Box<dyn Connection>,
    fault: Fault,
    broken: bool,
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty")
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}

impl Faulty {
    fn run<T>(
        &mut self,
        sql: &str,
        run: impl FnOnce(&mut dyn Connection) -> Result<T>,
    ) -> Result<T> {
        if self.broken {
            return Err(Error::new(ErrorKind::ConnectionLost));
        }
        let result = run(&mut *self.inner);
        if sql.starts_with(self.fault.words) && self.fault.armed.swap(false, Ordering::SeqCst) {
            self.broken = true;
            return Err(Error::new(ErrorKind::ConnectionLost));
        }
        result
    }
}

impl Connection for Faulty {
    fn server(&self) -> &'static str {
        self.inner.server()
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        self.run(sql, |inner| inner.execute(sql, binds))
    }

    fn execute_each(
        &mut self,
        sql: &str,
        width: usize,
        binds: &[ValueRef<'_>],
        done: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        self.run(sql, |inner| inner.execute_each(sql, width, binds, done))
    }

    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.run(sql, |inner| inner.query(sql, binds, each))
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        self.run(sql, |inner| inner.control(sql))
    }

    fn transaction(&mut self, error: Option<&Error>) -> TransactionState {
        if self.broken {
            TransactionState::None
        } else {
            self.inner.transaction(error)
        }
    }

    fn ping(&mut self) -> Result<()> {
        self.run("", Connection::ping)
    }

    fn is_broken(&self) -> bool {
        self.broken || self.inner.is_broken()
    }

    fn native(&mut self) -> &mut dyn Any {
        self.inner.native()
    }
}
