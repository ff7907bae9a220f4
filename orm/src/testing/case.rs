//! A test on one dialect, as data: what `#[orm::test]` makes of a function. Used by `run.rs` and `lease.rs`.

use super::failure::TestFailure;
use crate::engine::Engine;

/// A test on one dialect. Made by [`#[orm::test]`](macro@crate::test).
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The name of the dialect.
    pub dialect: &'static str,
    /// The path of the test, its crate first, without the dialect.
    pub path: &'static str,
    /// How tests are kept apart.
    pub isolation: Isolation,
    /// What makes the tables, as it is written: the tests of a module in which that is the same use the same databases,
    /// one after the other.
    pub tables: &'static str,
    /// Makes the tables.
    pub set_up: fn(&Engine) -> Result<(), TestFailure>,
    /// Whether the test must panic, with a message that has this in it. Not left to the test harness, for which a test
    /// that does not run would not panic.
    pub should_panic: Option<&'static str>,
}

/// How tests are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// Each has a database of its own.
    Database,
    /// Each runs in a transaction that is rolled back.
    Rollback,
}
