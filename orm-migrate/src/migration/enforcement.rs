//! The state of foreign key enforcement while a migration runs, as a part of `run.rs`. `foreign_keys.rs` acts on it.

use std::collections::BTreeMap;

use super::statement_kind::StatementKind;

/// What has become of the enforcement of foreign keys.
#[derive(Debug, Default)]
pub(super) struct Checks {
    pub(super) enforcement: Enforcement,
    pub(super) state: State,
    /// Whether a migration in Rust was given the connection, and may have done anything.
    pub(super) is_lent: bool,
    /// The database before the first statement that ran without enforcement.
    pub(super) before: Option<Snapshot>,
}

/// Whether foreign keys are enforced, unless the script has changed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Enforcement {
    #[default]
    On,
    /// Found to be off.
    Off,
    /// Switched off for the script's DROP TABLE.
    Suspended,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Enforced,
    /// Switched by the script, and nothing has run since then, or it has been checked.
    Switched,
    /// Something has run that must be checked.
    Owed,
}

/// Which tables there are, what refers to what, and how many rows refer to nothing. Names are in lower case,
/// as SQLite compares them; the second of a pair is the table referred to.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    pub(super) tables: Vec<String>,
    pub(super) references: Vec<Pair>,
    /// `None` if SQLite can't check: a foreign key refers to columns that are not unique.
    pub(super) orphans: Option<BTreeMap<Pair, usize>>,
}

pub(super) type Pair = (String, String);

impl Checks {
    pub(super) fn new(is_enforced: bool) -> Self {
        let enforcement = if is_enforced {
            Enforcement::On
        } else {
            Enforcement::Off
        };
        Self {
            enforcement,
            ..Self::default()
        }
    }

    /// Takes note that the migration does more than its scripts.
    pub(super) fn lend(&mut self) {
        self.is_lent = true;
    }

    /// Whether the enforcement is off for this migration's DROP TABLE.
    pub(super) fn is_suspended(&self) -> bool {
        self.enforcement == Enforcement::Suspended
    }

    pub(super) fn after(&mut self, kind: StatementKind) {
        self.state = match (self.state, kind) {
            (State::Enforced, StatementKind::ForeignKeySwitch) => State::Switched,
            (
                State::Switched,
                StatementKind::Data | StatementKind::Definition | StatementKind::Other,
            ) => State::Owed,
            (same, _) => same,
        };
    }
}
