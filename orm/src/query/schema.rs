//! Creating and dropping the tables of a set of models on a live database.
//!
//! Here, and not with [`Metadata`], since mapping knows no connections.

use orm_core::error::Result;

use crate::engine::{Connection, Engine, create_missing, drop_existing};
use crate::mapping::Metadata;

impl Metadata {
    /// Creates the tables that do not exist, parents first. Existing tables are left unchanged. On a database with
    /// transactional DDL, all tables are created in one transaction.
    ///
    /// # Errors
    /// - `Schema`: the models are not consistent.
    /// - `Unsupported`: the dialect can't express a table.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let engine = Engine::connect("sqlite://")?;
    /// Metadata::of((User, Post)).create_all(&engine)?;
    /// assert_eq!(select(User).count(&mut engine.connection()?)?, 0);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn create_all(&self, engine: &Engine) -> Result<()> {
        self.create_all_on(&mut engine.connection()?)
    }

    /// Drops the tables that exist, children first. On SQLite, tables with circular foreign keys can be dropped
    /// outside a transaction only.
    ///
    /// # Errors
    /// As [`Metadata::create_all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// Metadata::of((User, Post)).drop_all(&engine)?;
    /// let statements = sent.take_sql();
    /// assert!(statements.contains(&r#"DROP TABLE "posts""#.to_owned()), "{statements:?}");
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn drop_all(&self, engine: &Engine) -> Result<()> {
        self.drop_all_on(&mut engine.connection()?)
    }

    /// Creates tables as [`Metadata::create_all`] does, on a connection and inside its open transaction, if there is
    /// one.
    ///
    /// # Errors
    /// As [`Metadata::create_all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let engine = Engine::connect("sqlite://")?;
    /// let mut conn = engine.connection()?;
    /// conn.begin()?;
    /// Metadata::of((User,)).create_all_on(&mut conn)?;
    /// conn.rollback()?; // the table is gone: SQLite's DDL is transactional
    /// assert!(select(User).count(&mut conn).is_err());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn create_all_on(&self, connection: &mut Connection) -> Result<()> {
        create_missing(connection, &self.schema()?)
    }

    /// Drops tables as [`Metadata::drop_all`] does, on a connection and inside its open transaction, if there is one.
    ///
    /// # Errors
    /// As [`Metadata::create_all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// Metadata::of((User, Post)).drop_all_on(&mut conn)?;
    /// assert!(select(Post).count(&mut conn).is_err());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn drop_all_on(&self, connection: &mut Connection) -> Result<()> {
        drop_existing(connection, &self.schema()?)
    }
}
