//! Measures this library beside the raw driver doing the same work, in one process and interleaved, and
//! prints a table of ratios.
//!
//! `cargo bench -p orm-tests` runs SQLite in memory. With `--features postgres,mysql` and the servers' URLs in
//! `ORM_TEST_POSTGRES_URL`, `ORM_TEST_MARIADB_URL` and `ORM_TEST_MYSQL_URL`, PostgreSQL, MariaDB and MySQL are
//! measured too: `tests/run --bench` starts the servers and sets them. Words after `--` choose rows by their text.

// A benchmark prints its table, and stops at the first surprise.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

mod associations;
mod authors;
mod children;
mod measure;
mod model;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "mysql")]
mod mysql_statements;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_statements;
mod sqlite;
mod statements;

use measure::Table;

fn main() {
    // Cargo passes `--bench`; every other word chooses.
    let wanted = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let mut table = Table::new(wanted);
    // First, since the lists of the others leave the heap in pieces, among which many small values are far apart.
    associations::run(&mut table);
    sqlite::run(&mut table);
    children::run(&mut table);
    #[cfg(feature = "postgres")]
    {
        postgres::run(&mut table);
        postgres_statements::run(&mut table);
    }
    #[cfg(feature = "mysql")]
    {
        mysql::run(&mut table);
        mysql_statements::run(&mut table);
    }
    table.print();
}
