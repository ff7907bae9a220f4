//! Connections to MySQL and MariaDB over the `mysql` crate.
//!
//! `config.rs` says where a database is, `connect.rs` opens a connection, and `session.rs` sets it up. `connection.rs`
//! runs statements on it and knows what is left of the transaction, with `statement_kind.rs` for what a statement's
//! text tells; `contract.rs` is that as core wants it. `bind.rs` with `bind_types.rs` and `row.rs` are the two ways of
//! a value, and `result_set.rs` reads all of an answer; `cursor.rs` reads one row by row, and `kill.rs` stops it.
//! `failure.rs` knows what the native driver's errors mean. Deliberately not here: URLs and pools.

mod bind;
mod bind_types;
mod config;
mod connect;
mod connection;
mod contract;
mod cursor;
mod failure;
mod kill;
mod result_set;
mod row;
mod session;
mod statement_kind;

pub use config::MysqlConfig;
pub use connect::MysqlDriver;
pub use connection::MysqlConnection;
/// Re-exports the native driver in the version of [`MysqlConnection`].
pub use mysql;
pub use orm_core::driver::TlsMode;
