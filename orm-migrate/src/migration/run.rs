//! The running migration: the state that `harness.rs`, `execute.rs`, `foreign_keys.rs` and `report.rs` share.

use std::path::PathBuf;

use super::enforcement::Checks;
use super::folder::Direction;
use super::journal::Journal;
use super::progress::Progress;
use crate::error::Error;

/// The migration that is under way.
#[derive(Debug)]
pub(super) struct Run {
    pub name: String,
    pub version: String,
    pub direction: Direction,
    /// The script that the next text comes from.
    pub path: PathBuf,
    pub contents: Contents,
    /// The checksum of the script that has run.
    pub checksum: Option<String>,
    /// How far it is, where no transaction is around all of it.
    pub journal: Option<Journal>,
    /// Whether the migration requires a transaction.
    pub wants_transaction: bool,
    /// Whose transaction it runs in.
    pub transaction: Owner,
    /// How far the bookkeeping is.
    pub history: HistoryState,
    /// What stays of it if it fails.
    pub progress: Progress,
    /// Whether the connection broke, so that the outcome of the failing statement is unknown.
    pub lost: bool,
    /// Whether an earlier run that was interrupted may have left a part of the migration.
    pub may_be_second: bool,
    /// What has become of the enforcement of foreign keys.
    pub checks: Checks,
    /// What made it fail: diesel's error type has no room for file and line.
    pub failure: Option<Error>,
}

/// What a migration consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contents {
    /// One script, whose statements can be counted and continued.
    Script,
    /// Anything: a migration in Rust, for example.
    Any,
}

/// Whose transaction a migration runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// None, or one that the script itself begins.
    Script,
    /// One of its own, begun here.
    Migration,
    /// One around it.
    Caller,
}

/// How far the bookkeeping of a migration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HistoryState {
    Open,
    /// No other program has performed the migration so far.
    Looked,
    /// The version is written down or deleted.
    Written,
}

impl Run {
    pub(super) fn new(name: String, version: String, direction: Direction) -> Self {
        Self {
            name,
            version,
            direction,
            path: PathBuf::new(),
            contents: Contents::Any,
            checksum: None,
            journal: None,
            wants_transaction: false,
            transaction: Owner::Script,
            history: HistoryState::Open,
            progress: Progress::default(),
            lost: false,
            may_be_second: false,
            checks: Checks::default(),
            failure: None,
        }
    }
}
