//! Connections to PostgreSQL over the `postgres` crate.
//!
//! `config.rs` has the configuration. `connect.rs` opens a connection, over `stream.rs` and with `tls.rs` if it is to
//! be encrypted; `greeting.rs` parses the server's first messages. `connection.rs` executes statements,
//! and `contract.rs` implements the traits of `orm_core`; `cursor.rs` reads rows on demand, `statement_kind.rs` determines
//! the effect of statements on the transaction, `cancel.rs` stops one, `copy.rs` sends rows by COPY, `session.rs` knows how a session is reset, `bind.rs` writes values and
//! `row.rs` reads them, both in PostgreSQL's binary form; `wire.rs` and `scalar.rs` have the forms
//! of single values, and `array.rs` those of arrays. `failure.rs` knows what the native client's errors mean.
//! Deliberately not here: URLs and pools.

mod array;
mod bind;
mod cancel;
mod config;
mod connect;
mod connection;
mod contract;
mod copy;
mod cursor;
mod failure;
mod greeting;
mod numeric;
mod row;
mod scalar;
mod session;
mod statement_kind;
mod stream;
#[cfg(feature = "tls")]
mod tls;
mod undecodable;
mod wire;

pub use config::PostgresConfig;
pub use connect::PostgresDriver;
pub use orm_core::driver::TlsMode;
