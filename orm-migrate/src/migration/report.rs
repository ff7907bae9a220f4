//! Reports a failed migration: what was rolled back, and what stays in effect.

use super::folder::Direction;
use super::harness::{Boxed, MigrationConnection};
use super::history;
use super::run::{HistoryState, Owner};
use super::settings::Settings;
use crate::error::Error;

impl MigrationConnection {
    /// Rolls back what can be, and reports what is left.
    pub(super) fn undo(&mut self, error: &Boxed, settings: &Settings) -> String {
        let native = error.downcast_ref::<orm_core::Error>();
        if native.is_some_and(orm_core::Error::is_commit_unknown) {
            return "unknown: the connection was lost during commit".to_owned();
        }
        let rolled_back = self.connection.rollback();
        // The first error is the one to return; a connection that is lost has no settings any more.
        let _ = settings.restore(&mut self.connection);
        self.settle_journal();
        self.unclaim();
        let counts = self.standing();
        if rolled_back.is_err() {
            return format!("unknown: the rollback failed; {counts}");
        }
        let left = self.left();
        let is_rolled_back = self.run.transaction == Owner::Migration;
        match () {
            () if is_rolled_back && self.run.progress.is_nothing() => {
                format!("rolled back, {left}; {counts}")
            }
            () if self.run.lost => format!("the connection was lost: {left}; {counts}"),
            () => format!("{left}; {counts}"),
        }
    }

    /// Takes back that the version was deleted, where no rollback has.
    fn unclaim(&mut self) {
        let is_written = self.run.history == HistoryState::Written;
        if is_written
            && self.run.direction == Direction::Down
            && self.run.transaction == Owner::Script
            && self.run.journal.is_none()
            && let Ok(place) = self.place()
            && history::record(&mut self.connection, &place, &self.run.version).is_ok()
        {
            self.run.history = HistoryState::Looked;
        }
    }

    /// The status of the migration, read from the database, since another runner may have performed it.
    fn standing(&mut self) -> &'static str {
        let is_applied = if let Ok(applied) = history::applied(&mut self.connection) {
            applied.contains(&self.run.version)
        } else {
            let is_deleted =
                self.run.history == HistoryState::Written && self.run.transaction == Owner::Script;
            self.run.direction == Direction::Down && !is_deleted
        };
        if is_applied {
            "the migration counts as applied"
        } else {
            "the migration counts as pending"
        }
    }

    /// What stays of the migration after a rollback.
    fn left(&mut self) -> String {
        let left = self.run.progress.describe();
        let word = if self.run.progress.is_nothing() {
            ", except perhaps"
        } else {
            ", perhaps more"
        };
        let exception = self.exception(word).unwrap_or_default();
        let earlier = if self.run.may_be_second {
            " by this run; an earlier one that was interrupted may have left a part of it"
        } else {
            ""
        };
        left + &exception + earlier
    }

    /// The tables that no rollback reaches, after `words`. A lost connection can't be read.
    pub(super) fn exception(&mut self, words: &str) -> Option<String> {
        let tables = history::without_rollback(&mut self.connection).ok()?;
        let names = tables.join(", ");
        (!tables.is_empty()).then(|| format!("{words} in {names}, whose engine can't roll back"))
    }

    /// The error of a failed statement, or whatever else made diesel's code fail.
    pub(super) fn named(&mut self, error: Boxed) -> Error {
        let name = &self.run.name;
        if let Some(failure) = self.run.failure.take() {
            if failure.hint().is_some() {
                return failure;
            }
            if self.run.progress.is_nothing() {
                return failure.with_hint("correct the script, and run it again");
            }
            if let Some(hint) = self.journal_hint() {
                return failure.with_hint(hint);
            }
            return failure.with_hint(
                "undo by hand what stays in effect, or remove it from the script; then try again",
            );
        }
        let error = match error.downcast::<Error>() {
            Ok(error) => return *error,
            Err(error) => error,
        };
        match error.downcast::<orm_core::Error>() {
            Ok(error) => Error::from(*error).with_note("migration", name),
            Err(error) => Error::failed(format!("the migration {name} failed: {error}"))
                .with_hint("correct it, and run it again"),
        }
    }
}
