//! The real program on real projects and databases.
//!
//! SQLite always; PostgreSQL, and MariaDB with MySQL, with the features `test-postgres` and `test-mysql`, on the
//! servers that ORM_TEST_POSTGRES_URL, ORM_TEST_MARIADB_URL and ORM_TEST_MYSQL_URL name. Every test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod checksums;
mod codecs;
mod concurrent;
mod decisions;
mod discover;
mod embedded;
mod failure;
mod foreign_keys;
mod generate;
mod guide;
mod journal;
mod lint;
mod messages;
mod migrations;
mod native;
mod progress;
mod selection;
mod settings;
mod support;
mod tables;
mod transactions;
