//! Connections to SQLite over `rusqlite`: a file, or an in-memory database.
//!
//! `connect.rs` has the options and opens a database, `connection.rs` executes statements, which `statements.rs`
//! keeps prepared, and `contract.rs` implements the traits of `orm_core`. `cursor.rs` reads rows on demand,
//! `session.rs` sets up and resets sessions, `functions/` adds SQL functions, `rowid.rs` finds the column of a generated key, `bind.rs` and `row.rs`
//! convert values, `failure.rs` maps errors, and `functions/` has functions of SQL that SQLite lacks. SQLite is a library in this process: there is no server to lose,
//! and SQLite itself reports the state of the transaction.

mod bind;
mod cancel;
mod connect;
mod connection;
mod contract;
mod cursor;
mod failure;
mod functions;
mod row;
mod rowid;
mod session;
mod statement_kind;
mod statements;

pub use connect::SqliteDriver;
