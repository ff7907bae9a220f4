//! The contract of the `orm` crate: what a dialect and a driver are written against.
//!
//! Values, logical types, schema, statements, the one SQL writer, the [`sql::Dialect`] and
//! [`driver::Driver`] traits, and errors. Deliberately not here: models, sessions, pools and anything
//! that knows a particular database.
//!
//! Layers, lowest first; nothing points up:
//!
//! ```text
//! civil, error < value < types < schema < stmt < sql (writer < dialect < render < ddl)
//! lex < sql
//! error < blocking
//! error < version < sql, driver
//! value, transaction < driver                (a driver never sees a statement or a schema)
//! schema, driver < inspect < sql
//! ```

pub mod blocking;
pub mod civil;
pub mod driver;
pub mod error;
pub mod inspect;
pub mod lex;
pub mod schema;
pub mod sql;
pub mod stmt;
#[cfg(feature = "testing")]
pub mod testing;
mod transaction;
pub mod types;
pub mod value;
mod version;

pub use error::{Error, ErrorKind, Result};
pub use version::ServerVersion;
