//! Tests of a program on every database: [`#[orm::test]`](macro@crate::test) and what it runs on. Needs the feature
//! `testing`, which belongs among the dev-dependencies.
//!
//! ```toml
//! [dev-dependencies]
//! orm = { …, features = ["testing", "postgres", "mysql"] }
//! ```
//!
//! ```no_run
//! use orm::prelude::*;
//! use orm::testing::{TestDatabase, assert_statements};
//!
//! #[derive(Model)]
//! #[orm(table = "orders")]
//! struct Order {
//!     #[orm(primary_key)]
//!     id: i64,
//!     shipped: bool,
//! }
//!
//! #[orm::test]
//! fn ships_once(db: TestDatabase) -> orm::Result<()> {
//!     let mut session = db.session();
//!     let order = session.add(Order { id: 0, shipped: false });
//!     session.commit()?;
//!     session[order].shipped = true;
//!     // UPDATE "orders" SET "shipped" = ? WHERE "id" = ? AND "shipped" IS ?, on SQLite
//!     assert_statements!(db, 1, session.commit()?);
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! # Which databases a test runs on
//!
//! The test above is four tests of the standard test harness, one for each dialect whose feature of `orm` is on:
//! `ships_once::sqlite`, `ships_once::postgres`, `ships_once::mysql` and `ships_once::mariadb`. So
//! `cargo test ships_once::postgres` runs one of them.
//!
//! | variable | what it names |
//! | --- | --- |
//! | `ORM_TEST_POSTGRES_URL`, `ORM_TEST_MYSQL_URL`, `ORM_TEST_MARIADB_URL` | a server on which the tests may create and drop schemas (PostgreSQL) or databases |
//! | `ORM_TEST_DIALECTS` | the dialects that must be tested, such as `sqlite,postgres` |
//!
//! Without `ORM_TEST_DIALECTS` a test runs on SQLite and on each server that is named. With it, a dialect that it lists
//! and that has no URL fails its tests, so that a build server can't leave one out by mistake. A test that does not run
//! is reported on standard error: `test orders::ships_once::mysql ... not run: ORM_TEST_MYSQL_URL is not set`.
//!
//! # What a test gets
//!
//! A database of its own: SQLite in memory, a new schema on PostgreSQL, a new database on MySQL and MariaDB, with the
//! tables of all registered models, or those that the attribute names. It is dropped when the test ends. Tests run
//! at the same time and do not see each other.
//!
//! With `#[orm::test(rollback)]` a test gets a database that earlier tests have used, inside a transaction that is
//! rolled back in the end. The tested code may begin, commit and roll back transactions: they are savepoints. That is
//! faster where there are many tables, and has limits:
//!
//! - One transaction is open at a time: to begin a second one on another connection is an error.
//! - A statement that ends the transaction fails: a definition such as CREATE TABLE on MySQL and MariaDB.
//! - Isolation levels have no effect, and constraints that are deferred to the COMMIT are not checked.
//! - Generated keys are not reset: the sequence continues where the last test has stopped.

mod argument;
mod case;
mod database;
mod dialects;
mod failure;
mod home;
mod lease;
mod rollback;
mod rollback_connection;
mod run;
mod set_up;
mod shared_connection;
mod statements;

pub use crate::assert_statements;
pub use argument::{FromTest, Outcome};
pub use case::{Case, Isolation};
pub use database::TestDatabase;
pub use failure::TestFailure;
pub use run::run;
pub use set_up::SetUp;
pub use statements::{Expected, compare};

/// Keeps the tests of a dialect whose feature is on. For [`#[orm::test]`](macro@crate::test) alone.
#[doc(hidden)]
#[cfg(feature = "sqlite")]
#[macro_export]
macro_rules! __if_sqlite { ($($tests:item)*) => { $($tests)* }; }

#[doc(hidden)]
#[cfg(not(feature = "sqlite"))]
#[macro_export]
macro_rules! __if_sqlite {
    ($($tests:item)*) => {};
}

#[doc(hidden)]
#[cfg(feature = "postgres")]
#[macro_export]
macro_rules! __if_postgres { ($($tests:item)*) => { $($tests)* }; }

#[doc(hidden)]
#[cfg(not(feature = "postgres"))]
#[macro_export]
macro_rules! __if_postgres {
    ($($tests:item)*) => {};
}

#[doc(hidden)]
#[cfg(feature = "mysql")]
#[macro_export]
macro_rules! __if_mysql { ($($tests:item)*) => { $($tests)* }; }

#[doc(hidden)]
#[cfg(not(feature = "mysql"))]
#[macro_export]
macro_rules! __if_mysql {
    ($($tests:item)*) => {};
}
