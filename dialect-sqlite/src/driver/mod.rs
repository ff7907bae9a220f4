//! Connections to SQLite over `rusqlite`: a file or a database in memory, set up alike each time.
//!
//! `connect.rs` has the options and opens, `connection.rs` runs statements, and `contract.rs` is that as core wants it.
//! `cursor.rs` hands out rows as they are asked for, `session.rs` sets up and sees what they leave behind, `rowid.rs` knows which column a generated key belongs to, `bind.rs` and `row.rs` are the
//! two ways of a value, and `failure.rs` knows what an error means. SQLite is a library in this process: there is no
//! server to lose, and the word on the transaction is asked from SQLite itself.

mod bind;
mod connect;
mod connection;
mod contract;
mod cursor;
mod failure;
mod row;
mod rowid;
mod session;
mod statement_kind;

pub use connect::SqliteDriver;
