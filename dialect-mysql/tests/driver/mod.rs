//! The driver against a real server: the tests that `mariadb.rs` and `mysql.rs` run, each on the server of
//! its `URL_VARIABLE`.
//!
//! Each test makes a database of its own and drops it at the end. Without the variable the tests fail
//! with the command that provides a server.

mod connect;
mod errors;
mod inspect;
mod inspect_keys;
mod inspect_random;
mod inspect_types;
mod key_exchange;
mod limits;
mod objects;
mod operations;
mod reset;
mod silence;
mod sql;
mod support;
mod transaction;
mod values;
