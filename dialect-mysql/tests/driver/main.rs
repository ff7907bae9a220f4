//! The driver against a real server: the one of `ORM_TEST_MYSQL_URL`, MySQL or MariaDB.
//!
//! Each test makes a database of its own and drops it at the end. Without the variable the tests fail
//! with the command that provides a server; the feature `server-tests` alone compiles them.

mod connect;
mod errors;
mod limits;
mod reset;
mod sql;
mod support;
mod transaction;
mod values;
