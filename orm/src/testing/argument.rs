//! The argument and the return type of a test.

use std::fmt;

use orm_core::error::Result as CoreResult;

use super::database::TestDatabase;
use super::failure::TestFailure;
use crate::engine::{Connection, Engine};
use crate::session::Session;

/// Is implemented by the arguments of a test: [`TestDatabase`], [`Engine`], [`Session`] and [`Connection`].
#[diagnostic::on_unimplemented(
    message = "a test can't take `{Self}`",
    label = "expected `TestDatabase`, `Engine`, `Session` or `Connection`"
)]
pub trait FromTest: Sized {
    /// Creates the argument of a test on `database`.
    ///
    /// # Errors
    /// As [`Engine::connection`].
    fn from_test(database: &TestDatabase) -> CoreResult<Self>;
}

impl FromTest for TestDatabase {
    fn from_test(database: &TestDatabase) -> CoreResult<Self> {
        Ok(database.clone())
    }
}

impl FromTest for Engine {
    fn from_test(database: &TestDatabase) -> CoreResult<Self> {
        Ok(database.engine().clone())
    }
}

impl FromTest for Session {
    fn from_test(database: &TestDatabase) -> CoreResult<Self> {
        Ok(database.session())
    }
}

impl FromTest for Connection {
    fn from_test(database: &TestDatabase) -> CoreResult<Self> {
        database.engine().connection()
    }
}

/// Is implemented by the return types of a test: `()`, or a `Result` whose error fails the test.
pub trait Outcome {
    /// Returns the result of the test.
    ///
    /// # Errors
    /// The error of the test.
    fn into_result(self) -> Result<(), TestFailure>;
}

impl Outcome for () {
    fn into_result(self) -> Result<(), TestFailure> {
        Ok(())
    }
}

impl<E: fmt::Debug> Outcome for Result<(), E> {
    fn into_result(self) -> Result<(), TestFailure> {
        self.map_err(|error| TestFailure::new(format!("{error:?}")))
    }
}
