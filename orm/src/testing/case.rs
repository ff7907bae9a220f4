//! [`Case`]: a test on one dialect as data, created by `#[orm::test]`. Used by `run.rs` and `lease.rs`.

use super::failure::TestFailure;
use crate::engine::{Engine, EngineOptions};

/// Describes a test on one dialect. Created by [`#[orm::test]`](macro@crate::test).
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The name of the dialect.
    pub dialect: &'static str,
    /// The path of the test from its crate on, without the dialect.
    pub path: &'static str,
    /// The isolation of the test from others.
    pub isolation: Isolation,
    /// The source of the tables, as written in the attribute. The tests of a module with the same source run one
    /// after another on the same databases.
    pub tables: &'static str,
    /// Changes the options of the engine, which are the defaults.
    pub options: fn(EngineOptions) -> EngineOptions,
    /// Creates the tables.
    pub set_up: fn(&Engine) -> Result<(), TestFailure>,
    /// The text that the message of the expected panic contains. The test harness can't check it, since a test that
    /// is not run would not panic.
    pub should_panic: Option<&'static str>,
}

/// Describes how tests are isolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// Each test has its own database.
    Database,
    /// Each test runs in a transaction that is rolled back.
    Rollback,
}
