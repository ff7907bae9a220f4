//! The bookkeeping of the migration under way: the history, which is `diesel`'s, and the log beside it.

use super::folder::Direction;
use super::harness::MigrationConnection;
use super::history::{self, Place};
use super::log::{self, Log, LogEntry};
use super::run::{Contents, HistoryState};
use super::stop;
use crate::error::{Error, Result};

impl MigrationConnection {
    /// Returns the applied versions in ascending order. Writes nothing, unlike
    /// diesel's `applied_migrations`.
    ///
    /// # Errors
    /// Any error of the database.
    pub fn applied(&mut self) -> Result<Vec<String>> {
        Ok(history::applied(&mut self.connection)?)
    }

    /// Creates the migration history and the migration log if they do not exist.
    pub(crate) fn set_up(&mut self) -> Result<()> {
        log::set_up(&mut self.connection)?;
        history::set_up(&mut self.connection)?;
        self.has_log = true;
        Ok(())
    }

    /// The entries of the migration log. Writes nothing.
    pub(crate) fn log(&mut self) -> Result<Log> {
        Ok(Log::read(&mut self.connection)?)
    }

    /// Writes an entry of the migration log, without a migration.
    pub(crate) fn write_entry(&mut self, entry: &LogEntry) -> Result<()> {
        let place = self.place()?;
        Ok(log::replace(&mut self.connection, &place, entry)?)
    }

    /// Deletes an entry of the migration log.
    pub(crate) fn remove_entry(&mut self, version: &str) -> Result<()> {
        let place = self.place()?;
        Ok(log::remove(&mut self.connection, &place, version)?)
    }

    /// Writes the history and the log of migrations that are not run: as applied, or as pending.
    pub(crate) fn stamp(&mut self, entries: &[LogEntry], is_applied: bool) -> Result<()> {
        let place = self.place()?;
        log::whole(&mut self.connection, |connection| {
            for entry in entries {
                if is_applied {
                    history::record(connection, &place, &entry.version)?;
                    log::replace(connection, &place, entry)?;
                } else {
                    history::forget(connection, &place, &entry.version)?;
                    log::remove(connection, &place, &entry.version)?;
                }
            }
            Ok(())
        })
    }

    /// Where the bookkeeping's tables are.
    pub(super) fn place(&mut self) -> Result<Place> {
        if self.place.is_none() {
            self.place = Some(Place::read(&mut self.connection)?);
        }
        Ok(self.place.clone().unwrap_or_default())
    }

    /// Writes the version down before the first statement runs, where that can be taken back: a tool that
    /// takes no migration lock waits here for this one, or this one for it.
    ///
    /// Outside a transaction, the history is written at the end, and the journal says until then how far the
    /// migration is. Without a journal, a migration counts as pending from before its first statement to behind its
    /// last one, both ways: a program that is killed in the middle leaves one whose next run meets what is
    /// there already, and not one that counts as applied and is half of it.
    pub(super) fn claim(&mut self) -> Result<()> {
        if self.run.history != HistoryState::Open {
            return Ok(());
        }
        self.run.history = HistoryState::Looked;
        let is_down = self.run.direction == Direction::Down;
        if self.connection.has_transaction() {
            self.write_history()?;
        } else if is_down && !self.journals() {
            self.finish()?;
        } else if self.applied()?.contains(&self.run.version) != is_down {
            return Err(self.overtaken());
        }
        Ok(())
    }

    /// Writes the history at the end of a migration, in one transaction with the log.
    pub(super) fn finish(&mut self) -> Result<()> {
        if self.connection.has_transaction() {
            return self.write_history();
        }
        stop::point();
        self.connection.begin()?;
        let written = self.write_history();
        if written.is_err() {
            // The first error is the one to return.
            let _ = self.connection.rollback();
        } else {
            self.connection.commit()?;
        }
        stop::point();
        written
    }

    /// Writes the version into the history or deletes it there, and the same in the log.
    pub(super) fn write_history(&mut self) -> Result<()> {
        let place = self.place()?;
        match self.run.direction {
            Direction::Up => self.record(&place)?,
            Direction::Down => {
                if !history::forget(&mut self.connection, &place, &self.run.version)? {
                    return Err(self.overtaken());
                }
                if self.has_log {
                    log::remove(&mut self.connection, &place, &self.run.version)?;
                }
            }
        }
        self.run.history = HistoryState::Written;
        Ok(())
    }

    fn record(&mut self, place: &Place) -> Result<()> {
        match history::record(&mut self.connection, place, &self.run.version) {
            Err(error) if error.is_unique_violation() => {
                return Err(self.overtaken().with_source(error));
            }
            Err(error) => return Err(Error::from(error).with_note("migration", &self.run.name)),
            Ok(()) => {}
        }
        if !self.has_log {
            return Ok(());
        }
        // More than a script has no checksum.
        let is_script = self.run.contents == Contents::Script;
        let checksum = self.run.checksum.clone().filter(|_| is_script);
        let total = self.run.progress.total();
        let entry = LogEntry::applied(&self.run.version, &self.run.name, checksum, total);
        Ok(log::replace(&mut self.connection, place, &entry)?)
    }

    fn overtaken(&self) -> Error {
        let verb = match self.run.direction {
            Direction::Up => "applied",
            Direction::Down => "reverted",
        };
        let name = &self.run.name;
        Error::failed(format!(
            "another process has {verb} the migration {name} in the meantime"
        ))
        .with_hint("check the `status` and run the command again; the other process did not take the migration lock")
    }
}
