//! Connections to MySQL and MariaDB over the `mysql` crate.
//!
//! `config.rs` has the address and options of a database, `connect.rs` opens a connection, and `session.rs` sets it up.
//! `connection.rs` runs statements and tracks the state of the transaction, with `statements.rs` for the prepared ones and
//! `statement_kind.rs` for the effect that a statement's text shows; `contract.rs` implements core's traits. `bind.rs` with `bind_types.rs` sends values, `row.rs`
//! reads them. `result_set.rs` reads a whole result set; `cursor.rs` reads one row by row, and `kill.rs` stops it, for `cancel.rs`, too.
//! `failure.rs` translates the native driver's errors. Deliberately not here: URLs and pools.

mod bind;
mod bind_types;
mod cancel;
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
mod statements;

pub use config::MysqlConfig;
pub use connect::MysqlDriver;
pub use connection::MysqlConnection;
/// Re-exports the native driver in the version of [`MysqlConnection`].
pub use mysql;
pub use orm_core::driver::TlsMode;
