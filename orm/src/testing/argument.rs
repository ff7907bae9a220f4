//! What a test takes and what it returns.

use std::fmt;

use orm_core::error::Result as CoreResult;

use super::database::TestDatabase;
use super::failure::TestFailure;
use crate::engine::{Connection, Engine};
use crate::session::Session;

/// What a test takes as its argument: a [`TestDatabase`], an [`Engine`], a [`Session`] or a [`Connection`].
#[diagnostic::on_unimplemented(
    message = "a test can't take `{Self}`",
    label = "expected `TestDatabase`, `Engine`, `Session` or `Connection`"
)]
pub trait FromTest: Sized {
    /// The argument for a test on `database`.
    ///
    /// # Errors
    /// That of connecting.
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

/// What a test returns: nothing, or a result whose error fails it.
pub trait Outcome {
    /// The result.
    ///
    /// # Errors
    /// That of the test.
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
