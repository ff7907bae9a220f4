//! [`PostgresDialect`]: the type that stands for PostgreSQL. Its SQL is in `lib.rs` and the files that it calls.

/// Renders the SQL of PostgreSQL 12 and later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostgresDialect;
