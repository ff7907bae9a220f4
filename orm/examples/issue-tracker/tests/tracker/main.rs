//! The tests of the issue tracker, each on every database that is named:
//!
//! ```console
//! $ ORM_TEST_DIALECTS=sqlite,postgres,mariadb,mysql cargo test
//! ```

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod concurrency;
mod deleting;
mod issues;
mod people;
mod projects;
mod reports;
mod scenario;
mod team;
