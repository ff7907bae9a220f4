//! A driver that wraps another one and records its statements, for tests that assert statements and counts.
//!
//! Every call that would be a round trip is recorded before it is passed on, failed ones included.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::driver::{
    Cancel, Connection, Cursor, Driver, Outcome, Row, TransactionState, TransactionVerb,
};
use crate::error::{Error, Result};
use crate::transaction::IsolationLevel;
use crate::value::ValueRef;
use crate::version::ServerVersion;

/// Holds the statements that were sent, shared by all connections of the [`RecordingDriver`]s with a clone of it.
///
/// # Examples
///
/// ```
/// # use orm_core::driver::{Connection, Driver};
/// # use orm_core::error::Result;
/// # use orm_core::testing::{Recorder, RecordingConnection, RecordingDriver};
/// # use orm_core::value::ValueRef;
/// fn check(driver: impl Driver + 'static) -> Result<()> {
///     let sent = Recorder::new();
///     let driver = RecordingDriver::new(driver, &sent);
///     let mut connection = driver.connect()?;
///     connection.execute("DELETE FROM users WHERE id = ?", &[ValueRef::Int(7)])?;
///     assert_eq!(sent.take_lines(), ["DELETE FROM users WHERE id = ? -- 1 binds"]);
///     assert!(sent.take_sql().is_empty() && sent.take().is_empty());
///     assert_eq!((sent.connects(), sent.pings(), sent.resets()), (1, 0, 0));
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    entries: Vec<Entry>,
    with_values: bool,
    connects: usize,
    pings: usize,
    resets: usize,
}

/// Describes one call that has sent a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// How it was sent.
    pub call: Call,
    /// The SQL text.
    pub sql: String,
    /// How many binds a run of it had.
    pub binds: usize,
    /// How often it was run: more or less than once only for [`Call::ExecuteEach`].
    pub runs: usize,
    /// The values of all runs in Rust's debug notation, if the recorder keeps them.
    pub values: Vec<String>,
}

/// Names the method of [`Connection`] that has sent a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// [`Connection::execute`].
    Execute,
    /// [`Connection::execute_each`] and [`Connection::copy_in`].
    ExecuteEach,
    /// [`Connection::query`].
    Query,
    /// [`Connection::cursor`].
    Cursor,
    /// [`Connection::control`].
    Control,
}

/// `SQL`, with ` -- 2 binds` or ` -- 3 runs of 2 binds` if there are binds.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql)?;
        match (self.call, self.binds) {
            (Call::ExecuteEach, binds) => write!(f, " -- {} runs of {binds} binds", self.runs),
            (_, 0) => Ok(()),
            (_, binds) => write!(f, " -- {binds} binds"),
        }
    }
}

impl Recorder {
    /// Creates an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates an empty list that also records the values of binds.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::driver::{Connection, Driver};
    /// # use orm_core::error::Result;
    /// # use orm_core::testing::{Recorder, RecordingConnection, RecordingDriver};
    /// # use orm_core::value::ValueRef;
    /// fn check(driver: impl Driver + 'static) -> Result<()> {
    ///     let sent = Recorder::with_values();
    ///     let mut connection = RecordingDriver::new(driver, &sent).connect()?;
    ///     connection.execute("DELETE FROM users WHERE id = ?", &[ValueRef::Int(7)])?;
    ///     assert_eq!(sent.take()[0].values, ["Int(7)"]);
    ///     Ok(())
    /// }
    /// ```
    pub fn with_values() -> Self {
        let recorder = Self::new();
        recorder.log().with_values = true;
        recorder
    }

    /// Returns what was sent since the last call, in order.
    pub fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut self.log().entries)
    }

    /// Returns what [`Recorder::take`] does as lines of text: `UPDATE t SET a = ? -- 3 runs of 1 binds`.
    pub fn take_lines(&self) -> Vec<String> {
        self.take().iter().map(Entry::to_string).collect()
    }

    /// Returns the SQL texts of what [`Recorder::take`] does.
    pub fn take_sql(&self) -> Vec<String> {
        self.take().into_iter().map(|entry| entry.sql).collect()
    }

    /// Returns the number of connections that were opened.
    pub fn connects(&self) -> usize {
        self.log().connects
    }

    /// Returns the number of pings.
    pub fn pings(&self) -> usize {
        self.log().pings
    }

    /// Returns the number of resets of a session.
    pub fn resets(&self) -> usize {
        self.log().resets
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        // A test that panicked elsewhere leaves a list that is whole all the same.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, call: Call, sql: &str, width: usize, binds: &[ValueRef<'_>]) {
        let mut log = self.log();
        let values = if log.with_values { binds } else { &[] };
        let values = values.iter().map(|value| format!("{value:?}")).collect();
        let runs = if call == Call::ExecuteEach {
            binds.len().div_ceil(width.max(1))
        } else {
            1
        };
        log.entries.push(Entry {
            call,
            sql: sql.to_owned(),
            binds: width,
            runs,
            values,
        });
    }
}

/// Wraps a driver and records the statements of its connections.
#[derive(Clone, Debug)]
pub struct RecordingDriver {
    inner: Arc<dyn Driver>,
    recorder: Recorder,
    message_limit: Option<usize>,
    version: Option<ServerVersion>,
}

impl RecordingDriver {
    /// Notes in `recorder` what the connections of `inner` send.
    pub fn new(inner: impl Driver + 'static, recorder: &Recorder) -> Self {
        Self {
            inner: Arc::new(inner),
            recorder: recorder.clone(),
            message_limit: None,
            version: None,
        }
    }

    /// Reports a server of another version.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::driver::{Connection, Driver};
    /// # use orm_core::testing::{Recorder, RecordingDriver};
    /// # use orm_core::{Result, ServerVersion};
    /// fn check(driver: impl Driver + 'static) -> Result<()> {
    ///     let old = ServerVersion::new(12, 0, 0);
    ///     let driver = RecordingDriver::new(driver, &Recorder::new()).server_version(old);
    ///     assert_eq!(driver.connect()?.server_version(), Some(old));
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn server_version(mut self, version: ServerVersion) -> Self {
        self.version = Some(version);
        self
    }

    /// Reports a server that takes no more than `bytes` in one message.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::driver::{Connection, Driver};
    /// # use orm_core::error::Result;
    /// # use orm_core::testing::{Recorder, RecordingConnection, RecordingDriver};
    /// # use orm_core::value::ValueRef;
    /// fn check(driver: impl Driver + 'static) -> Result<()> {
    ///     let driver = RecordingDriver::new(driver, &Recorder::new()).message_limit(1024);
    ///     assert_eq!(driver.connect()?.message_limit(), Some(1024));
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn message_limit(mut self, bytes: usize) -> Self {
        self.message_limit = Some(bytes);
        self
    }
}

impl Driver for RecordingDriver {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        self.recorder.log().connects += 1;
        let inner = self.inner.connect()?;
        let recorder = self.recorder.clone();
        Ok(Box::new(RecordingConnection {
            inner,
            recorder,
            message_limit: self.message_limit,
            version: self.version,
        }))
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

/// Wraps a connection and records its statements.
pub struct RecordingConnection {
    inner: Box<dyn Connection>,
    recorder: Recorder,
    message_limit: Option<usize>,
    version: Option<ServerVersion>,
}

impl RecordingConnection {
    /// Notes in `recorder` what `inner` sends.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::driver::{Connection, Driver};
    /// # use orm_core::error::Result;
    /// # use orm_core::testing::{Recorder, RecordingConnection, RecordingDriver};
    /// # use orm_core::value::ValueRef;
    /// fn check(connection: Box<dyn Connection>) -> Result<()> {
    ///     let sent = Recorder::new();
    ///     RecordingConnection::new(connection, &sent).control("VACUUM")?;
    ///     assert_eq!(sent.take_sql(), ["VACUUM"]);
    ///     Ok(())
    /// }
    /// ```
    pub fn new(inner: Box<dyn Connection>, recorder: &Recorder) -> Self {
        Self {
            inner,
            recorder: recorder.clone(),
            message_limit: None,
            version: None,
        }
    }
}

impl Connection for RecordingConnection {
    fn server(&self) -> &'static str {
        self.inner.server()
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        self.recorder.add(Call::Execute, sql, binds.len(), binds);
        self.inner.execute(sql, binds)
    }

    fn execute_each(
        &mut self,
        sql: &str,
        width: usize,
        binds: &[ValueRef<'_>],
        done: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        self.recorder.add(Call::ExecuteEach, sql, width, binds);
        self.inner.execute_each(sql, width, binds, done)
    }

    fn copy_in(&mut self, sql: &str, width: usize, values: &[ValueRef<'_>]) -> Result<u64> {
        self.recorder.add(Call::ExecuteEach, sql, width, values);
        self.inner.copy_in(sql, width, values)
    }

    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.recorder.add(Call::Query, sql, binds.len(), binds);
        self.inner.query(sql, binds, each)
    }

    fn cursor<'c>(&'c mut self, sql: &str, binds: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c> {
        self.recorder.add(Call::Cursor, sql, binds.len(), binds);
        self.inner.cursor(sql, binds)
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        self.recorder.add(Call::Control, sql, 0, &[]);
        self.inner.control(sql)
    }

    fn transact(&mut self, sql: &str, verb: TransactionVerb) -> Result<()> {
        self.recorder.add(Call::Control, sql, 0, &[]);
        self.inner.transact(sql, verb)
    }

    fn transaction(&mut self, error: Option<&Error>) -> TransactionState {
        self.inner.transaction(error)
    }

    fn resync(&mut self) -> Result<()> {
        self.inner.resync()
    }

    fn reset(&mut self) -> Result<()> {
        self.recorder.log().resets += 1;
        self.inner.reset()
    }

    fn ping(&mut self) -> Result<()> {
        self.recorder.log().pings += 1;
        self.inner.ping()
    }

    fn is_read_only(&mut self, sql: &str) -> Result<bool> {
        self.inner.is_read_only(sql)
    }

    fn server_version(&self) -> Option<ServerVersion> {
        self.version.or(self.inner.server_version())
    }

    fn default_isolation(&self) -> Option<IsolationLevel> {
        self.inner.default_isolation()
    }

    fn generates(&mut self, table: &str, column: &str) -> Result<bool> {
        self.inner.generates(table, column)
    }

    fn message_limit(&self) -> Option<usize> {
        self.message_limit.or_else(|| self.inner.message_limit())
    }

    fn is_broken(&self) -> bool {
        self.inner.is_broken()
    }

    fn clear_statements(&mut self) {
        self.inner.clear_statements();
    }

    fn canceller(&self) -> Option<Arc<dyn Cancel>> {
        self.inner.canceller()
    }

    fn pass_over_cancel(&mut self) {
        self.inner.pass_over_cancel();
    }

    fn native(&mut self) -> &mut dyn Any {
        self.inner.native()
    }
}

impl fmt::Debug for RecordingConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = self.inner.server();
        f.debug_struct("RecordingConnection")
            .field("server", &server)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Accepts every statement, so that the recording can be tested.
    #[derive(Debug)]
    struct Nothing;

    impl Driver for Nothing {
        fn connect(&self) -> Result<Box<dyn Connection>> {
            Ok(Box::new(Self))
        }

        fn target(&self) -> String {
            "nothing".into()
        }
    }

    impl Connection for Nothing {
        fn server(&self) -> &'static str {
            "ansi"
        }

        fn execute(&mut self, _: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
            Ok(Outcome {
                affected: binds.len() as u64,
                last_insert_id: 0,
            })
        }

        fn query(
            &mut self,
            _: &str,
            _: &[ValueRef<'_>],
            _: &mut dyn FnMut(&dyn Row) -> Result<()>,
        ) -> Result<()> {
            Ok(())
        }

        fn cursor<'c>(&'c mut self, _: &str, _: &[ValueRef<'_>]) -> Box<dyn Cursor + 'c> {
            Box::new(NoRows)
        }

        fn control(&mut self, _: &str) -> Result<()> {
            Ok(())
        }

        fn transaction(&mut self, _: Option<&Error>) -> TransactionState {
            TransactionState::Open
        }

        fn ping(&mut self) -> Result<()> {
            Ok(())
        }

        fn is_broken(&self) -> bool {
            false
        }

        fn native(&mut self) -> &mut dyn Any {
            self
        }
    }

    struct NoRows;

    impl Cursor for NoRows {
        fn fetch(&mut self, _: &mut dyn FnMut(&dyn Row)) -> Result<bool> {
            Ok(false)
        }

        fn close(&mut self) -> Result<()> {
            Ok(())
        }

        fn transaction(&mut self, _: Option<&Error>) -> TransactionState {
            TransactionState::Open
        }
    }

    #[test]
    fn statements_are_listed_in_order() {
        let recorder = Recorder::with_values();
        let driver = RecordingDriver::new(Nothing, &recorder);
        let mut connection = driver.connect().unwrap();
        let binds = [1, 2, 3, 4].map(ValueRef::Int);
        let mut affected = Vec::new();
        connection.control("BEGIN").unwrap();
        connection
            .execute_each("UPDATE", 2, &binds, &mut |outcome| {
                affected.push(outcome.affected);
                Ok(())
            })
            .unwrap();
        connection.execute("DELETE", &binds[..1]).unwrap();
        connection.query("SELECT", &[], &mut |_| Ok(())).unwrap();
        assert!(
            !connection
                .cursor("VALUES", &binds)
                .fetch(&mut |_| ())
                .unwrap()
        );
        connection.ping().unwrap();

        let entries = recorder.take();
        let lines: Vec<_> = entries.iter().map(Entry::to_string).collect();
        let expected = [
            "BEGIN",
            "UPDATE -- 2 runs of 2 binds",
            "DELETE -- 1 binds",
            "SELECT",
            "VALUES -- 4 binds",
        ];
        assert_eq!(lines, expected);
        assert_eq!(entries[2].values, ["Int(1)"]);
        assert_eq!(affected, [2, 2]);
        assert_eq!((recorder.connects(), recorder.pings()), (1, 1));
        assert!(recorder.take_sql().is_empty());
        assert!(connection.native().is::<Nothing>());
    }
}
