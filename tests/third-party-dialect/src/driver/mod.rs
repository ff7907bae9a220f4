//! Connections to Firebird 3 over `rsfbclient-rust`, the wire protocol in Rust.
//!
//! `connect.rs` has the address and opens, `connection.rs` runs statements and tracks the transaction, and `contract.rs`
//! implements core's traits. `cursor.rs` returns rows on demand, `bind.rs` sends values and `row.rs` reads them.

mod bind;
mod connect;
mod connection;
mod contract;
mod cursor;
mod row;

pub use connect::FirebirdDriver;
pub use connection::Attachment;
