//! [`SetUp`]: creates the tables of a test's database.

use super::failure::TestFailure;
use crate::engine::Engine;
use crate::mapping::Metadata;

/// Is implemented by what creates the tables of a test: [`Metadata`], or a function that takes the engine.
///
/// ```no_run
/// # use orm::prelude::*;
/// # use orm::testing::TestDatabase;
/// fn tables_and_countries(engine: &Engine) -> orm::Result<()> {
///     orm::metadata().create_all(engine)?;
///     engine.connection()?.raw_control("CREATE TABLE countries (code VARCHAR(2))")
/// }
///
/// #[orm::test(set_up = tables_and_countries)]
/// fn has_countries(db: TestDatabase) {
///     assert!(db.engine().connection().is_ok());
/// }
/// # fn main() {}
/// ```
pub trait SetUp {
    /// Creates the tables.
    ///
    /// # Errors
    /// Any error, which fails the test.
    fn set_up(&self, engine: &Engine) -> Result<(), TestFailure>;
}

impl SetUp for Metadata {
    fn set_up(&self, engine: &Engine) -> Result<(), TestFailure> {
        Ok(self.create_all(engine)?)
    }
}

impl<F, E> SetUp for F
where
    F: Fn(&Engine) -> Result<(), E>,
    E: Into<TestFailure>,
{
    fn set_up(&self, engine: &Engine) -> Result<(), TestFailure> {
        self(engine).map_err(Into::into)
    }
}
