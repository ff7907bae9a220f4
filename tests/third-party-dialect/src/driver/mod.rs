//! Connections to Firebird 3 over `rsfbclient-rust`, the wire protocol in Rust.
//!
//! `connect.rs` has the address and opens, `connection.rs` runs statements and follows the transaction, and `contract.rs` is
//! that as core wants it. `cursor.rs` hands out rows as they are asked for, `bind.rs` and `row.rs` are the two ways of a
//! value.

mod bind;
mod connect;
mod connection;
mod contract;
mod cursor;
mod row;

pub use connect::FirebirdDriver;
pub use connection::Attachment;
