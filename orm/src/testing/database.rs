//! [`TestDatabase`]: the database of one test, whose statements are recorded.

use std::sync::Arc;

use orm_core::driver::Driver;
use orm_core::error::Result;
use orm_core::sql::Dialect;
use orm_core::testing::{Recorder, RecordingDriver};

use super::case::Case;
use super::statements;
use crate::engine::{Connection, Engine};
use crate::session::Session;

/// Represents the database of a test. A clone is a handle to the same database.
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
    /// The database that `driver` leads to, with the options of the engine that `case` asks for.
    pub(super) fn new(
        driver: impl Driver + 'static,
        dialects: Vec<&'static dyn Dialect>,
        url: &str,
        case: &Case,
    ) -> Result<Self> {
        let recorder = Recorder::new();
        let driver = Arc::new(RecordingDriver::new(driver, &recorder));
        let engine = Engine::with_driver(driver, dialects, &(case.options)(Engine::options(url)))?;
        let dialect = engine.connection()?.dialect();
        Ok(Self {
            engine,
            recorder,
            dialect,
        })
    }

    /// Returns the engine of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::{Post, User};
    /// # use orm::prelude::*;
    /// # use orm::testing::{TestDatabase, assert_statements};
    /// fn counts(db: TestDatabase) -> orm::Result<()> {
    ///     let posts = db.engine().transaction(|session| select(Post).count(session))?;
    ///     assert_eq!(posts, 0);
    ///     Ok(())
    /// }
    /// ```
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Creates a session on the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::{Post, User};
    /// # use orm::prelude::*;
    /// # use orm::testing::{TestDatabase, assert_statements};
    /// fn renames(db: TestDatabase) -> orm::Result<()> {
    ///     let mut session = db.session();
    ///     let ada = session.add(User::builder().name("ada").age(36).active(true));
    ///     session.commit()?;
    ///     session[ada].age = 37;
    ///     assert_statements!(db, 1, session.commit()?); // UPDATE "users" SET "age" = ? …
    ///     Ok(())
    /// }
    /// ```
    pub fn session(&self) -> Session {
        Session::new(&self.engine)
    }

    /// Checks out a connection to the database.
    ///
    /// # Errors
    /// As [`Engine::connection`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::{Post, User};
    /// # use orm::prelude::*;
    /// # use orm::testing::{TestDatabase, assert_statements};
    /// fn deletes(db: TestDatabase) -> orm::Result<()> {
    ///     delete(Post).execute(&mut db.connection()?)?;
    ///     assert_statements!(db, [r#"DELETE FROM "posts""#]);
    ///     Ok(())
    /// }
    /// ```
    pub fn connection(&self) -> Result<Connection> {
        self.engine.connection()
    }

    /// Returns the dialect of the database. Use its [capabilities](orm_core::sql::Dialect::capabilities) where
    /// databases differ.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::{Post, User};
    /// # use orm::prelude::*;
    /// # use orm::testing::{TestDatabase, assert_statements};
    /// fn locks(db: TestDatabase) -> orm::Result<()> {
    ///     let locks_rows = db.dialect().capabilities().row_locks;
    ///     let query = select(User.id).for_update().to_sql(db.dialect())?;
    ///     assert_eq!(query.ends_with("FOR UPDATE"), locks_rows);
    ///     Ok(())
    /// }
    /// ```
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// Returns the statements that were sent since the last call, in order and without values. The text is the same
    /// on every database: names stand in double quotes, and each placeholder is `?`. Transaction control, savepoints,
    /// and the engine's query of the catalogue are left out.
    ///
    /// [`assert_statements!`](crate::assert_statements) compares the statements.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::{Post, User};
    /// # use orm::prelude::*;
    /// # use orm::testing::{TestDatabase, assert_statements};
    /// fn deletes(db: TestDatabase) -> orm::Result<()> {
    ///     delete(Post).execute(&mut db.connection()?)?;
    ///     assert_eq!(db.take_statements(), [r#"DELETE FROM "posts""#]);
    ///     Ok(())
    /// }
    /// ```
    pub fn take_statements(&self) -> Vec<String> {
        statements::portable(&self.recorder.take_sql(), self.dialect)
    }
}
