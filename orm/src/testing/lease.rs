//! Databases of tests with rollback. Tests use each database one after another; it is dropped when no test runs.

use std::sync::{Mutex, MutexGuard, PoisonError};

use orm_core::error::Result;

use super::case::Case;
use super::database::TestDatabase;
use super::dialects::Target;
use super::failure::TestFailure;
use super::home::Home;
use super::rollback::RollbackDriver;
use crate::engine::driver_for;

/// A database with the tables of some tests. The connection is closed before the home is dropped.
#[derive(Debug)]
struct Prepared {
    key: (&'static str, &'static str, &'static str),
    driver: RollbackDriver,
    home: Home,
}

#[derive(Debug)]
struct Pool {
    running: usize,
    free: Vec<Prepared>,
}

static POOL: Mutex<Pool> = Mutex::new(Pool {
    running: 0,
    free: Vec::new(),
});

fn pool() -> MutexGuard<'static, Pool> {
    // A test that panicked elsewhere leaves a list that is whole all the same.
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A prepared database, in the transaction of one test.
#[derive(Debug)]
pub(super) struct Lease(Option<Prepared>);

impl Lease {
    /// One that is free, or a new one.
    ///
    /// # Errors
    /// That of making it, of making its tables, or of beginning the transaction.
    pub(super) fn take(case: &Case, target: &Target, server: &str) -> Result<Self, TestFailure> {
        let module = case.path.rsplit_once("::").map_or("", |(module, _)| module);
        let key = (case.dialect, module, case.tables);
        let found = {
            let mut pool = pool();
            pool.running += 1;
            let at = pool.free.iter().position(|prepared| prepared.key == key);
            at.map(|at| pool.free.swap_remove(at))
        };
        // From here on it counts as running, and no more when it is dropped.
        let mut lease = Self(found);
        if lease.0.is_none() {
            let home = Home::make(target, server)?;
            let (driver, dialects) = driver_for(home.url())?;
            let driver = RollbackDriver::connect_once(&*driver, &dialects)?;
            let prepared = Prepared { key, driver, home };
            prepared.set_up(case)?;
            lease.0 = Some(prepared);
        }
        if let Some(prepared) = &lease.0 {
            prepared.driver.begin()?;
        }
        Ok(lease)
    }

    /// The database of the test.
    ///
    /// # Errors
    /// That of connecting.
    pub(super) fn database(&self, case: &Case) -> Result<TestDatabase, TestFailure> {
        match &self.0 {
            Some(prepared) => Ok(prepared.database(case)?),
            None => Err(TestFailure::new("the database is not prepared")),
        }
    }

    /// Rolls back.
    ///
    /// # Errors
    /// A statement of the test has ended the transaction around it.
    pub(super) fn undo(mut self) -> Result<(), TestFailure> {
        let Some(prepared) = self.0.take() else {
            return Ok(());
        };
        if let Some(reason) = prepared.driver.lost() {
            return Err(TestFailure::new(reason));
        }
        prepared.driver.undo()?;
        pool().free.push(prepared);
        Ok(())
    }
}

impl Prepared {
    fn set_up(&self, case: &Case) -> Result<(), TestFailure> {
        (case.set_up)(self.database(case)?.engine())
    }

    fn database(&self, case: &Case) -> Result<TestDatabase> {
        let dialects = vec![self.driver.dialect()];
        TestDatabase::new(self.driver.clone(), dialects, self.home.url(), case)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let unused = {
            let mut pool = pool();
            pool.running -= 1;
            // The process may end now, and leave them behind.
            match pool.running {
                0 => std::mem::take(&mut pool.free),
                _ => Vec::new(),
            }
        };
        drop(unused);
    }
}
