//! A driver that wraps another one and injects one fault at a chosen call, to test the state after the fault.
//!
//! Every call that may be a round trip counts, and so does each row of a loop. Queries of the driver's own catalogue
//! cache do not count. Faults of the server itself, such as a crash, are not here: the tests kill real servers.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::driver::{
    Cancel, Connection, Cursor, Driver, Outcome, Row, TransactionState, TransactionVerb,
};
use crate::error::{Error, ErrorKind, Result};
use crate::transaction::IsolationLevel;
use crate::value::ValueRef;
use crate::version::ServerVersion;

/// Describes an injected fault of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The call fails with an error of this kind. Nothing is executed.
    ErrorBefore(ErrorKind),
    /// The call is executed and fails with an error of this kind. For [`Connection::control`] and the rows of a loop:
    /// other statements are undone by the database if they fail.
    ErrorAfter(ErrorKind),
    /// The connection is lost before the call.
    LostBefore,
    /// The call is executed, and the connection is lost before its response.
    LostAfter,
}

/// Holds the next fault, shared by all connections of the [`FaultyDriver`]s with a clone of it.
///
/// # Examples
///
/// ```
/// # use orm_core::driver::{Connection, Driver};
/// # use orm_core::error::{ErrorKind, Result};
/// # use orm_core::testing::{Fault, Faults, FaultyDriver};
/// fn check(driver: impl Driver + 'static) -> Result<()> {
///     let faults = Faults::new();
///     let mut connection = FaultyDriver::new(driver, &faults).connect()?;
///     faults.on("DELETE", Fault::LostAfter);
///     let lost = connection.execute("DELETE FROM users", &[]);
///     assert!(lost.unwrap_err().is_connection_lost());
///     assert_eq!(faults.hit().as_deref(), Some("DELETE FROM users"));
///     faults.at(2, Fault::ErrorBefore(ErrorKind::Deadlock)); // the second call from here on
///     faults.none();
///     assert_eq!(faults.calls(), 0);
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<FaultPlan>>);

#[derive(Debug, Default)]
struct FaultPlan {
    calls: usize,
    next: Option<(Place, Fault)>,
    hit: Option<String>,
}

#[derive(Debug)]
enum Place {
    Call(usize),
    Words(String),
}

impl Faults {
    /// Creates a list without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Injects a fault at the call with a number, counted from 1 from now on, and removes other faults.
    pub fn at(&self, call: usize, fault: Fault) {
        self.arm(Some((Place::Call(call), fault)));
    }

    /// Injects a fault at the next call whose text begins with `words`.
    pub fn on(&self, words: &str, fault: Fault) {
        self.arm(Some((Place::Words(words.to_owned()), fault)));
    }

    /// Removes all faults and restarts the count of calls.
    pub fn none(&self) {
        self.arm(None);
    }

    /// Returns the number of calls.
    pub fn calls(&self) -> usize {
        self.plan().calls
    }

    /// Returns the text of the call that had the fault, or the name of its method. `None` if there was no fault.
    pub fn hit(&self) -> Option<String> {
        self.plan().hit.clone()
    }

    fn arm(&self, next: Option<(Place, Fault)>) {
        *self.plan() = FaultPlan {
            next,
            ..FaultPlan::default()
        };
    }

    fn plan(&self) -> MutexGuard<'_, FaultPlan> {
        // A test that panicked elsewhere leaves a plan that is whole all the same.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call and returns the fault that it gets.
    fn call(&self, text: &str, suits: impl Fn(Fault) -> bool) -> Option<Fault> {
        let mut plan = self.plan();
        plan.calls += 1;
        let is_here = match &plan.next {
            Some((Place::Call(number), fault)) => *number == plan.calls && suits(*fault),
            Some((Place::Words(words), fault)) => text.starts_with(words) && suits(*fault),
            None => false,
        };
        let (_, fault) = plan.next.take_if(|_| is_here)?;
        plan.hit = Some(text.to_owned());
        Some(fault)
    }
}

/// Wraps a driver and injects faults into its connections.
#[derive(Clone, Debug)]
pub struct FaultyDriver {
    inner: Arc<dyn Driver>,
    faults: Faults,
}

impl FaultyDriver {
    /// Creates a driver that injects `faults` into the connections of `inner`.
    pub fn new(inner: impl Driver + 'static, faults: &Faults) -> Self {
        Self {
            inner: Arc::new(inner),
            faults: faults.clone(),
        }
    }
}

impl Driver for FaultyDriver {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        let fault = self.faults.call("connect", |_| true);
        if matches!(fault, Some(Fault::ErrorBefore(_) | Fault::LostBefore)) {
            return Err(Error::new(ErrorKind::ConnectionFailed));
        }
        let inner = self.inner.connect()?;
        let mut connection = FaultyConnection {
            server: inner.server(),
            inner: Some(inner),
            faults: self.faults.clone(),
            is_lost: false,
            lost: Lost,
        };
        if fault.is_some() {
            // It dies before it is used.
            connection.inner = None;
        }
        Ok(Box::new(connection))
    }

    fn is_private(&self) -> bool {
        self.inner.is_private()
    }

    fn is_embedded(&self) -> bool {
        self.inner.is_embedded()
    }

    fn target(&self) -> String {
        self.inner.target()
    }
}

/// A connection that gets the faults of its driver.
struct FaultyConnection {
    server: &'static str,
    /// `None` once it is lost. The database undoes what is open then.
    inner: Option<Box<dyn Connection>>,
    faults: Faults,
    /// Whether it was lost under a cursor, which still held it.
    is_lost: bool,
    lost: Lost,
}

/// What a lost connection returns as its native connection.
struct Lost;

impl FaultyConnection {
    fn inner(&mut self) -> Result<&mut dyn Connection> {
        if self.is_lost {
            self.inner = None;
        }
        match &mut self.inner {
            Some(inner) => Ok(&mut **inner),
            None => Err(Error::new(ErrorKind::ConnectionLost)),
        }
    }

    fn lose(&mut self) -> Error {
        self.inner = None;
        Error::new(ErrorKind::ConnectionLost)
    }

    /// An error of the database. Where any error aborts the transaction, this one does, too.
    fn refuse(&mut self, kind: ErrorKind) -> Error {
        if let Some(inner) = &mut self.inner
            && inner.transaction(None) == TransactionState::Open
        {
            // No database can parse it, so it does nothing else.
            let _ = inner.control("INJECTED FAULT");
        }
        Error::with_message(kind, "an injected fault")
    }

    /// Runs a call, with the fault that it gets.
    fn run<T>(
        &mut self,
        text: &str,
        suits: impl Fn(Fault) -> bool,
        run: impl FnOnce(&mut dyn Connection) -> Result<T>,
    ) -> Result<T> {
        self.inner()?;
        match self.faults.call(text, suits) {
            None => run(self.inner()?),
            Some(Fault::ErrorBefore(kind)) => Err(self.refuse(kind)),
            Some(Fault::LostBefore) => Err(self.lose()),
            Some(Fault::ErrorAfter(kind)) => {
                run(self.inner()?)?;
                Err(self.refuse(kind))
            }
            Some(Fault::LostAfter) => {
                run(self.inner()?)?;
                Err(self.lose())
            }
        }
    }
}

fn is_undone(fault: Fault) -> bool {
    !matches!(fault, Fault::ErrorAfter(_))
}

fn loses(fault: Fault) -> bool {
    matches!(fault, Fault::LostBefore | Fault::LostAfter)
}

impl Connection for FaultyConnection {
    fn server(&self) -> &'static str {
        self.server
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        self.run(sql, is_undone, |inner| inner.execute(sql, binds))
    }

    fn execute_each(
        &mut self,
        sql: &str,
        width: usize,
        binds: &[ValueRef<'_>],
        done: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        let faults = self.faults.clone();
        let (mut fault, mut left) = (None, binds.len() / width.max(1));
        let result = self.run(sql, is_undone, |inner| {
            inner.execute_each(sql, width, binds, &mut |outcome| {
                // The row is done. Only another one can be refused.
                left = left.saturating_sub(1);
                fault = faults.call(sql, |fault| left > 0 || loses(fault));
                match fault {
                    None => done(outcome),
                    Some(_) => Err(Error::new(ErrorKind::Other)),
                }
            })
        });
        match fault {
            None => result,
            Some(Fault::ErrorBefore(kind) | Fault::ErrorAfter(kind)) => Err(self.refuse(kind)),
            Some(Fault::LostBefore | Fault::LostAfter) => Err(self.lose()),
        }
    }

    fn copy_in(&mut self, sql: &str, width: usize, values: &[ValueRef<'_>]) -> Result<u64> {
        self.run(sql, is_undone, |inner| inner.copy_in(sql, width, values))
    }

    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.inner()?;
        // Two calls: the result set is lost as a whole, or after its rows.
        let is_whole = |fault| fault == Fault::LostAfter;
        if self.faults.call(sql, is_whole).is_some() {
            self.inner()?.query(sql, binds, &mut |_| Ok(()))?;
            return Err(self.lose());
        }
        let faults = self.faults.clone();
        let (mut rows, mut is_lost) = (0_u32, false);
        let result = self.run(sql, is_undone, |inner| {
            inner.query(sql, binds, &mut |row| {
                rows += 1;
                is_lost = rows == 2 && faults.call(sql, loses).is_some();
                if is_lost {
                    return Err(Error::new(ErrorKind::Other));
                }
                each(row)
            })
        });
        if is_lost { Err(self.lose()) } else { result }
    }

    fn cursor<'c>(&'c mut self, sql: &str, binds: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c> {
        let refused = self.run(sql, is_undone, |_| Ok(())).err();
        let state = self.transaction(refused.as_ref());
        Box::new(FaultyCursor {
            state,
            inner: match &mut self.inner {
                Some(inner) if refused.is_none() => Some(inner.cursor(sql, binds)),
                _ => None,
            },
            faults: self.faults.clone(),
            is_lost: &mut self.is_lost,
            refused,
            sql: sql.into(),
            rows: 0,
        })
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        self.run(sql, |_| true, |inner| inner.control(sql))
    }

    fn transact(&mut self, sql: &str, verb: TransactionVerb) -> Result<()> {
        self.run(sql, |_| true, |inner| inner.transact(sql, verb))
    }

    fn transaction(&mut self, error: Option<&Error>) -> TransactionState {
        match &mut self.inner {
            Some(inner) if !self.is_lost => inner.transaction(error),
            _ => TransactionState::None,
        }
    }

    fn resync(&mut self) -> Result<()> {
        self.run("resync", loses, Connection::resync)
    }

    fn reset(&mut self) -> Result<()> {
        self.run("reset", |_| true, Connection::reset)
    }

    fn is_read_only(&mut self, sql: &str) -> Result<bool> {
        self.run(sql, is_undone, |inner| inner.is_read_only(sql))
    }

    fn generates(&mut self, table: &str, column: &str) -> Result<bool> {
        self.inner()?.generates(table, column)
    }

    fn message_limit(&self) -> Option<usize> {
        self.inner.as_ref()?.message_limit()
    }

    fn server_version(&self) -> Option<ServerVersion> {
        self.inner.as_ref()?.server_version()
    }

    fn default_isolation(&self) -> Option<IsolationLevel> {
        self.inner.as_ref()?.default_isolation()
    }

    fn ping(&mut self) -> Result<()> {
        self.run("ping", loses, Connection::ping)
    }

    fn is_broken(&self) -> bool {
        self.is_lost || self.inner.as_ref().is_none_or(|inner| inner.is_broken())
    }

    fn canceller(&self) -> Option<Arc<dyn Cancel>> {
        self.inner.as_ref()?.canceller()
    }

    fn pass_over_cancel(&mut self) {
        if let Some(inner) = &mut self.inner {
            inner.pass_over_cancel();
        }
    }

    fn clear_statements(&mut self) {
        if let Some(inner) = &mut self.inner {
            inner.clear_statements();
        }
    }

    fn native(&mut self) -> &mut dyn Any {
        match &mut self.inner {
            Some(inner) => inner.native(),
            None => &mut self.lost,
        }
    }
}

/// A cursor of such a connection. It is opened by one call, and a second one reads its second row.
struct FaultyCursor<'c> {
    /// `None` after a refusal and a loss.
    inner: Option<Box<dyn Cursor + 'c>>,
    /// The transaction's, without the inner cursor.
    state: TransactionState,
    faults: Faults,
    is_lost: &'c mut bool,
    refused: Option<Error>,
    sql: Box<str>,
    rows: u32,
}

impl Cursor for FaultyCursor<'_> {
    fn fetch(&mut self, read: &mut dyn FnMut(&dyn Row)) -> Result<bool> {
        if let Some(error) = self.refused.take() {
            return Err(error);
        }
        self.rows += 1;
        if self.rows == 2 && self.faults.call(&self.sql, loses).is_some() {
            *self.is_lost = true;
            self.inner = None;
            self.state = TransactionState::None;
            return Err(Error::new(ErrorKind::ConnectionLost));
        }
        match &mut self.inner {
            Some(inner) => inner.fetch(read),
            None => Ok(false),
        }
    }

    fn close(&mut self) -> Result<()> {
        self.inner.as_mut().map_or(Ok(()), |inner| inner.close())
    }

    fn transaction(&mut self, error: Option<&Error>) -> TransactionState {
        match &mut self.inner {
            Some(inner) => inner.transaction(error),
            None => self.state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Recorder, RecordingDriver};

    /// A database in this process that several connections share.
    #[derive(Debug)]
    struct Embedded;

    impl Driver for Embedded {
        fn connect(&self) -> Result<Box<dyn Connection>> {
            Err(Error::new(ErrorKind::ConnectionFailed))
        }

        fn is_embedded(&self) -> bool {
            true
        }

        fn target(&self) -> String {
            "embedded".into()
        }
    }

    #[test]
    fn a_driver_around_another_says_what_that_one_is() {
        let around: [Arc<dyn Driver>; 2] = [
            Arc::new(FaultyDriver::new(Embedded, &Faults::new())),
            Arc::new(RecordingDriver::new(Embedded, &Recorder::new())),
        ];
        for driver in around {
            assert!(driver.is_embedded() && !driver.is_private(), "{driver:?}");
            assert_eq!(driver.target(), "embedded");
        }
    }
}
