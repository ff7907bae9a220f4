//! Connections to MySQL and MariaDB over the `mysql` crate, which is Rust alone: no C library is needed.
//!
//! `connect.rs` has the options and the setting up, `connection.rs` runs statements and knows what is
//! left of the transaction, `bind.rs` and `row.rs` are the two ways of a value.

mod bind;
mod connect;
mod connection;
mod row;

pub use connect::{MysqlConfig, MysqlDriver, TlsMode};
pub use connection::MysqlConnection;
/// The native driver, in the version that [`MysqlConnection`] hands out.
pub use mysql;
