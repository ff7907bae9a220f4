//! [`Rule`]: a name, the databases that it is about, the check, and what to write instead. The rules are in the files of
//! their databases.

use orm_core::ServerVersion;

use super::statement::Change;
use crate::dialect::Family;

/// What a rule may look at beside the statement.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// The family of the database.
    pub family: Family,
    /// The version of the server, if it is known. Rules suppose the oldest supported one otherwise.
    pub version: Option<ServerVersion>,
    /// Whether the script runs in a transaction.
    pub in_transaction: bool,
    /// Whether the configuration or an earlier statement limits how long a statement waits for locks.
    pub has_lock_timeout: bool,
    /// The tables that the script has created before this statement. They have no rows, and no program uses them.
    pub created: &'a [String],
    /// Whether the script has definitions and changes of rows.
    pub mixes_rows: bool,
}

impl Context<'_> {
    /// Whether the server is at least of this version.
    pub(super) fn is_since(&self, major: u32, minor: u32) -> bool {
        let since = ServerVersion::new(major, minor, 0);
        self.version.is_some_and(|version| version >= since)
    }

    /// Whether a table is older than the script.
    pub(super) fn is_old(&self, table: &str) -> bool {
        !self
            .created
            .iter()
            .any(|own| own.eq_ignore_ascii_case(table))
    }
}

/// The check of a rule: what is wrong with one change, if anything.
pub(super) type Check = fn(&Context<'_>, &Change<'_>) -> Option<String>;

/// One rule.
pub(crate) struct Rule {
    /// The name by which it is configured and suppressed.
    pub name: &'static str,
    /// The databases, or none for all.
    pub families: &'static [Family],
    /// What is wrong with such statements.
    pub why: &'static str,
    /// What to write instead.
    pub instead: &'static str,
    pub(super) check: Check,
}

impl Rule {
    /// Whether it is about a database.
    pub(crate) fn is_about(&self, family: Family) -> bool {
        self.families.is_empty() || self.families.contains(&family)
    }
}

/// Describes a statement that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The name of the migration's folder.
    pub migration: String,
    /// The name of the file in it.
    pub file: String,
    /// The line on which the statement begins, counted from 1.
    pub line: usize,
    /// The name of the rule.
    pub rule: &'static str,
    /// What is wrong, with the names of tables and columns.
    pub message: String,
    /// What to write instead.
    pub instead: &'static str,
}

impl Finding {
    pub(super) fn new(
        (migration, file): (&str, &str),
        line: usize,
        rule: &Rule,
        message: String,
    ) -> Self {
        Self {
            migration: migration.to_owned(),
            file: file.to_owned(),
            line,
            rule: rule.name,
            message,
            instead: rule.instead,
        }
    }
}
