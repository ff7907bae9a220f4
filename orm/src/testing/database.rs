//! [`TestDatabase`]: the database of one test, whose statements are recorded.

use std::sync::Arc;

use orm_core::driver::Driver;
use orm_core::error::Result;
use orm_core::sql::Dialect;
use orm_core::testing::{Recorder, RecordingDriver};

use super::statements;
use crate::engine::{Connection, Engine};
use crate::session::Session;

/// The database of a test. A clone is another handle to the same one.
#[derive(Clone)]
pub struct TestDatabase {
    engine: Engine,
    recorder: Recorder,
    dialect: &'static dyn Dialect,
}

impl std::fmt::Debug for TestDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TestDatabase").field(&self.engine).finish()
    }
}

impl TestDatabase {
    /// The database that `driver` leads to.
    pub(super) fn new(
        driver: impl Driver + 'static,
        dialects: Vec<&'static dyn Dialect>,
        url: &str,
    ) -> Result<Self> {
        let recorder = Recorder::new();
        let driver = Arc::new(RecordingDriver::new(driver, &recorder));
        let engine = Engine::with_driver(driver, dialects, &Engine::options(url))?;
        let dialect = engine.connection()?.dialect();
        Ok(Self {
            engine,
            recorder,
            dialect,
        })
    }

    /// Its engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// A new session on it.
    pub fn session(&self) -> Session {
        Session::new(&self.engine)
    }

    /// A connection to it.
    ///
    /// # Errors
    /// As [`Engine::connection`].
    pub fn connection(&self) -> Result<Connection> {
        self.engine.connection()
    }

    /// Its dialect: for what differs between databases, ask the
    /// [capabilities](orm_core::sql::Dialect::capabilities).
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// The statements that were sent since the last call, in order, without values. One list serves every database:
    /// names stand in double quotes and each placeholder is a `?`. What begins and ends transactions and savepoints is
    /// left out, and so is the question to the catalogue that an engine asks once a table.
    ///
    /// [`assert_statements!`](crate::assert_statements) compares them.
    pub fn take_statements(&self) -> Vec<String> {
        statements::portable(&self.recorder.take_sql(), self.dialect)
    }
}
