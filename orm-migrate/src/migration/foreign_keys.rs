//! SQLite's foreign keys while a migration runs. With foreign keys enabled, DROP TABLE deletes the rows of the table
//! first, and by ON DELETE CASCADE and SET NULL rows of other tables. So a script that drops a table runs without
//! foreign keys, and references to missing rows are reported before the commit.
//!
//! Used by `execute.rs` and `harness.rs`. `settings.rs` restores what the script has set.

use std::collections::BTreeMap;

use orm::engine::Connection;
use orm_core::error::{Error as CoreError, ErrorKind, Result as CoreResult};
use orm_core::sql::ForeignKeySwitch;
use orm_core::value::ValueRef;

use super::enforcement::{Enforcement, Pair, Snapshot, State};
use super::harness::MigrationConnection;
use super::history;
use super::run::Owner;
use super::script::Script;
use super::statement_kind::StatementKind;
use crate::error::{Error, Result};

impl MigrationConnection {
    fn switch(&self) -> Option<&'static ForeignKeySwitch> {
        self.connection.dialect().foreign_key_switch()
    }

    /// Switches the enforcement off if the script drops a table. SQLite ignores the switch inside a
    /// transaction: the migration's own, in which nothing has run so far, begins again.
    ///
    /// # Errors
    /// The migration runs in a transaction that can't begin again.
    pub(super) fn suspend_foreign_keys(&mut self, script: &Script) -> Result<()> {
        let is_on = self.run.checks.enforcement == Enforcement::On;
        let Some(switch) = self.switch().filter(|_| is_on) else {
            return Ok(());
        };
        let Some(drop) = script.first_drop()? else {
            return Ok(());
        };
        let is_fresh = self.run.transaction == Owner::Migration && self.run.progress.done() == 0;
        if is_fresh && !self.run.checks.is_lent {
            self.connection.rollback()?;
            self.run.transaction = Owner::Script;
        }
        if self.connection.in_transaction() {
            return Err(enforced(&script.place(drop)));
        }
        self.connection.raw_control(switch.off)?;
        self.run.checks.enforcement = Enforcement::Suspended;
        Ok(())
    }

    /// Looks at the database before a script that runs without enforcement.
    pub(super) fn watch_foreign_keys(&mut self) -> CoreResult<()> {
        let is_off = self.run.checks.is_suspended() || self.is_suspended;
        if is_off && self.run.checks.before.is_none() {
            self.remember()?;
            self.run.checks.state = State::Owed;
        }
        Ok(())
    }

    fn remember(&mut self) -> CoreResult<()> {
        if let Some(switch) = self.switch() {
            self.run.checks.before = Some(Snapshot::take(&mut self.connection, switch)?);
        }
        Ok(())
    }

    /// To be called before a statement.
    pub(super) fn before_switch(&mut self, kind: StatementKind) -> CoreResult<()> {
        let is_switch =
            kind == StatementKind::ForeignKeySwitch && !self.connection.has_transaction();
        if is_switch && self.run.checks.before.is_none() {
            self.remember()?;
        }
        Ok(())
    }

    /// To be called after a statement. A script may switch the enforcement on, but not for a DROP TABLE that is
    /// still to come.
    pub(super) fn after_switch(
        &mut self,
        kind: StatementKind,
        drops_later: bool,
    ) -> CoreResult<()> {
        self.run.checks.after(kind);
        match self.switch() {
            Some(switch) if kind == StatementKind::ForeignKeySwitch && drops_later => {
                self.connection.raw_control(switch.off)
            }
            _ => Ok(()),
        }
    }

    /// Refuses what refers to nothing, where it did not before the migration.
    ///
    /// # Errors
    /// The tables; the database's refusal.
    pub(super) fn check_foreign_keys(&mut self) -> CoreResult<()> {
        let (Some(switch), State::Owed, Some(before)) = (
            self.switch(),
            self.run.checks.state,
            &self.run.checks.before,
        ) else {
            return Ok(());
        };
        let after = Snapshot::take(&mut self.connection, switch)?;
        if let Some(error) = before.broken(&after) {
            return Err(error);
        }
        if !self.run.checks.is_suspended() && !self.is_suspended {
            self.run.checks.state = State::Switched;
        }
        Ok(())
    }
}

impl Snapshot {
    fn take(connection: &mut Connection, switch: &ForeignKeySwitch) -> CoreResult<Self> {
        let tables = history::tables(connection)?;
        let mut references = Vec::new();
        each_pair(connection, switch.references, &mut |pair| {
            references.push(pair);
        })?;
        let mut orphans = BTreeMap::new();
        let counted = each_pair(connection, switch.violations, &mut |pair| {
            *orphans.entry(pair).or_default() += 1;
        });
        Ok(Self {
            tables: tables
                .iter()
                .map(|name| name.to_ascii_lowercase())
                .collect(),
            references,
            orphans: counted.is_ok().then_some(orphans),
        })
    }

    /// What `after` has that this hasn't: rows that refer to nothing, a foreign key that can't be checked, and
    /// foreign keys that refer to a table that was dropped.
    fn broken(&self, after: &Self) -> Option<CoreError> {
        let orphans: Vec<String> = match (&self.orphans, &after.orphans) {
            (Some(_), None) => return Some(mismatch()),
            (Some(before), Some(after)) => after
                .iter()
                .filter(|(pair, count)| *count > before.get(pair).unwrap_or(&0))
                .map(|((child, parent), count)| {
                    let plural = if *count == 1 { "" } else { "s" };
                    format!("foreign key violation: rows of the table {child} reference missing rows of {parent} ({count} row{plural})")
                })
                .collect(),
            (None, _) => Vec::new(),
        };
        if !orphans.is_empty() {
            return Some(refusal(
                &orphans,
                "keep the rows of a rebuilt table, or delete the referencing rows, in the same script; RENAME TO also renames references, so rename the new table and not the old one, or write PRAGMA legacy_alter_table = ON before it",
            ));
        }
        let is_gone = |name: &String| self.tables.contains(name) && !after.tables.contains(name);
        let dangling: Vec<String> = after
            .references
            .iter()
            .filter(|pair| is_gone(&pair.1) && self.references.contains(pair))
            .map(|(child, parent)| {
                format!("the table {child} references {parent}, which the script drops")
            })
            .collect();
        (!dangling.is_empty()).then(|| {
            refusal(&dangling, "drop the referencing table, or rebuild it without its foreign key, in the same script")
        })
    }
}

fn each_pair(
    connection: &mut Connection,
    query: &str,
    each: &mut dyn FnMut(Pair),
) -> CoreResult<()> {
    connection.raw_query(query, &[], &mut |row| {
        if let (ValueRef::Text(child), ValueRef::Text(parent)) = (row.get(0)?, row.get(1)?) {
            each((child.to_ascii_lowercase(), parent.to_ascii_lowercase()));
        }
        Ok(())
    })
}

#[cold]
fn refusal(what: &[String], hint: &'static str) -> CoreError {
    CoreError::with_message(ErrorKind::ForeignKeyViolation, what.join("; ")).with_hint(hint)
}

#[cold]
fn mismatch() -> CoreError {
    let message =
        "foreign key mismatch: the referenced columns are neither a primary key nor unique";
    CoreError::with_message(ErrorKind::ForeignKeyViolation, message).with_hint(
        "PRAGMA foreign_key_check names it; keep the unique constraints of a table that is rebuilt",
    )
}

#[cold]
fn enforced(place: &str) -> Error {
    Error::failed(format!(
        "{place}: DROP TABLE would delete the rows that reference the table: foreign keys are enforced, and SQLite ignores PRAGMA foreign_keys inside a transaction"
    ))
    .with_hint("run the migration outside a transaction")
}
