//! What is written down of a migration that runs outside a transaction, and where the next run of one that was
//! interrupted continues.
//!
//! At every moment the log has two numbers: how many statements have begun, and how many of them are done. A statement
//! that changes rows is done in the transaction that changes them, and a script's own transaction holds how far the
//! script is. A definition may be interrupted between its effect and the log: it is run again, and may find its work
//! done. Where that can't be known, the user decides, by `repair`.

use orm_core::error::Result as CoreResult;

use super::harness::MigrationConnection;
use super::history;
use super::interrupted::{decide, where_to_continue};
use super::journal::{Boundary, Failure, Journal};
use super::log::{self, LogEntry, LogState};
use super::run::{Contents, HistoryState, Owner};
use super::script::Script;
use super::split::Statement;
use super::statement_kind::StatementKind;
use super::{checksum, hints, stop};
use crate::error::Result;

/// A statement of a script, with those around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position<'a, 's> {
    pub script: &'a Script,
    pub statements: &'a [Statement<'s>],
    pub at: usize,
}

impl<'a, 's> Position<'a, 's> {
    fn statement(self) -> &'a Statement<'s> {
        &self.statements[self.at]
    }

    fn kind(self) -> StatementKind {
        self.script.kind(self.statement())
    }

    /// Behind the end of the transaction that the statement begins.
    fn end_of_transaction(self) -> usize {
        let ends = |statement: &Statement<'_>| {
            matches!(
                self.script.kind(statement),
                StatementKind::Commit
                    | StatementKind::CommitRaw
                    | StatementKind::Rollback
                    | StatementKind::RollbackRaw
            )
        };
        let end = self.statements[self.at..].iter().position(ends);
        end.map_or(self.statements.len(), |end| self.at + end + 1)
    }

    /// Whether the statement ends the script's last transaction, with only settings behind it.
    fn is_last_commit(self) -> bool {
        let ends = self.kind() == StatementKind::Commit || self.script.is_release(self.statement());
        let mut rest = self.statements[self.at + 1..].iter();
        ends && rest.all(|statement| self.script.is_session(statement))
    }
}

impl MigrationConnection {
    /// Whether the migration under way is written down statement by statement.
    pub(super) fn journals(&self) -> bool {
        let is_script = self.run.contents == Contents::Script;
        is_script && self.has_log && self.run.transaction == Owner::Script
    }

    /// Whether an earlier run has begun the migration: what has run without a transaction continues without one, even
    /// if its metadata.toml was edited.
    pub(super) fn continues(&mut self) -> Result<bool> {
        if !self.journals() {
            return Ok(false);
        }
        let place = self.place()?;
        let entry = log::find(&mut self.connection, &place, &self.run.version)?;
        let state = LogState::of(self.run.direction);
        Ok(entry.is_some_and(|entry| entry.is_interrupted() && entry.state == state))
    }

    /// Begins the journal, or continues that of an earlier run. Returns the statement to begin with.
    ///
    /// # Errors
    /// An earlier run can't be continued.
    pub(super) fn open_journal(
        &mut self,
        script: &Script,
        statements: &[Statement<'_>],
    ) -> Result<usize> {
        if !self.journals() || self.run.journal.is_some() {
            return Ok(0);
        }
        self.claim()?;
        let place = self.place()?;
        let version = self.run.version.clone();
        let prefixes = checksum::of_prefixes(statements);
        let found = log::find(&mut self.connection, &place, &version)?;
        let state = LogState::of(self.run.direction);
        let is_plain = |statement| script.is_plain(statement);
        let names_engine = |statement| script.names_engine(statement);
        let mut journal = Journal::new(&self.connection, place.clone(), &version, prefixes.clone());
        journal.all_roll_back = !statements.iter().any(names_engine)
            && history::without_rollback(&mut self.connection)?.is_empty();
        journal.is_plain = journal.all_roll_back && statements.iter().all(is_plain);
        let first = match found {
            Some(entry) if entry.state == state => {
                journal.uncertain = where_to_continue(&entry, script, statements, &prefixes)?;
                entry.done
            }
            found => {
                let old = found.and_then(|entry| entry.checksum);
                let entry = LogEntry {
                    version,
                    name: self.run.name.clone(),
                    state,
                    checksum: match state {
                        LogState::Applying => self.run.checksum.clone(),
                        LogState::Reverting | LogState::Applied => old,
                    },
                    begun: 0,
                    done: 0,
                    total: statements.len(),
                    prefix: prefixes[0].clone(),
                    run_on: None,
                };
                stop::point();
                log::replace(&mut self.connection, &place, &entry)?;
                stop::point();
                0
            }
        };
        self.run.journal = Some(journal);
        self.set_session_again(script, statements, first)?;
        if first > 0 {
            self.run.progress.continue_after(first);
        }
        Ok(first)
    }

    /// Runs what the first statements have set of the session, which was that of an earlier run.
    fn set_session_again(
        &mut self,
        script: &Script,
        statements: &[Statement<'_>],
        first: usize,
    ) -> Result<()> {
        let (done, rest) = statements.split_at(first);
        let drops_later = script.has_drop(rest);
        for statement in done.iter().filter(|statement| script.is_session(statement)) {
            let kind = script.kind(statement);
            self.before_switch(kind)?;
            self.connection.raw_control(statement.text)?;
            self.after_switch(kind, drops_later)?;
        }
        Ok(())
    }

    /// What is to be written down around a statement.
    pub(super) fn boundary(&self, position: Position<'_, '_>) -> Boundary {
        let Some(journal) = &self.run.journal else {
            return Boundary::None;
        };
        let Position { script, at, .. } = position;
        let (statement, is_plain) = (position.statement(), journal.is_plain);
        let kind = position.kind();
        let implicit = self.commits_by_itself();
        if !self.connection.has_transaction() {
            return match kind {
                StatementKind::Begin if is_plain => Boundary::None,
                // There is nothing to end.
                StatementKind::Commit | StatementKind::Rollback => Boundary::None,
                StatementKind::Begin => Boundary::Around(position.end_of_transaction()),
                _ if script.is_session(statement) || script.is_savepoint(statement) => {
                    Boundary::None
                }
                StatementKind::Data if is_plain && !script.is_divisible(statement) => {
                    Boundary::Whole
                }
                _ => Boundary::Around(at + 1),
            };
        }
        match kind {
            _ if !is_plain => Boundary::After,
            StatementKind::Commit | StatementKind::CommitRaw if !script.is_prepare(statement) => {
                Boundary::Commit
            }
            StatementKind::CommitRaw | StatementKind::Rollback | StatementKind::RollbackRaw => {
                Boundary::After
            }
            _ if script.is_release(statement) && !implicit => Boundary::Commit,
            StatementKind::Data => Boundary::After,
            _ if implicit => Boundary::Implicit,
            _ => Boundary::After,
        }
    }

    /// To be called before a statement runs.
    pub(super) fn before_statement(
        &mut self,
        boundary: Boundary,
        position: Position<'_, '_>,
    ) -> Result<()> {
        stop::point();
        let at = position.at;
        let Some(journal) = &mut self.run.journal else {
            return Ok(());
        };
        match boundary {
            Boundary::None | Boundary::After => {}
            Boundary::Whole => self.connection.begin()?,
            Boundary::Around(end) => journal.write(&mut self.connection, end, at)?,
            Boundary::Implicit => journal.write_inside(&mut self.connection, at + 1, at)?,
            Boundary::Commit => {
                if position.is_last_commit() && self.run.history == HistoryState::Looked {
                    // A process that is killed behind the COMMIT has then not left a migration that is done and
                    // counts as pending.
                    self.write_history()?;
                } else {
                    journal.write_inside(&mut self.connection, at + 1, at + 1)?;
                }
            }
        }
        Ok(())
    }

    /// To be called after a statement. Returns whether it counts as done: it may have found its work done by an
    /// earlier run.
    pub(super) fn after_statement(
        &mut self,
        boundary: Boundary,
        position: Position<'_, '_>,
        ran: CoreResult<()>,
    ) -> Result<CoreResult<()>> {
        stop::point();
        let Position { script, at, .. } = position;
        let Some(journal) = &self.run.journal else {
            return Ok(ran);
        };
        let was_interrupted = journal.uncertain == Some(at);
        let drops = script.is_drop(position.statement());
        let ran = match ran {
            Ok(()) if boundary == Boundary::Whole => self.end_whole(at),
            Err(error) if was_interrupted && hints::is_done_already(&error, drops) => {
                self.run.progress.advance();
                self.run.progress.keep();
                Ok(())
            }
            other => other,
        };
        let Some(journal) = &mut self.run.journal else {
            return Ok(ran);
        };
        if ran.is_err() {
            let is_inside = !matches!(boundary, Boundary::None | Boundary::Around(_));
            let stays = !journal.all_roll_back && position.kind() == StatementKind::Data;
            let is_unknown =
                self.run.progress.is_partial() || self.run.lost || was_interrupted || stays;
            journal.failure = Some(Failure {
                number: at + 1,
                is_certain: !is_unknown && (journal.is_plain || !is_inside),
                decide: decide(script, position.statement()),
            });
            return Ok(ran);
        }
        let has_ended = !self.connection.has_transaction();
        if matches!(
            boundary,
            Boundary::None | Boundary::Commit | Boundary::Whole
        ) {
            // It is written down already, or is not to be.
        } else if has_ended {
            journal.write(&mut self.connection, at + 1, at + 1)?;
        } else if boundary == Boundary::Around(at + 1) {
            // Without autocommit, it has begun a transaction.
            journal.write(&mut self.connection, position.end_of_transaction(), at)?;
        }
        stop::point();
        Ok(ran)
    }

    /// Commits a statement about rows with the journal.
    fn end_whole(&mut self, at: usize) -> CoreResult<()> {
        let Some(journal) = &mut self.run.journal else {
            return Ok(());
        };
        let ended = journal.write_inside(&mut self.connection, at + 1, at + 1);
        let ended = ended.and_then(|()| self.connection.commit());
        match &ended {
            Ok(()) => self.run.progress.keep(),
            Err(error) if error.is_commit_unknown() => {
                self.run.lost = true;
                self.run.progress.may_keep();
            }
            Err(_) => {}
        }
        ended
    }

    /// Writes down that a failed statement has not taken effect, where that is certain.
    pub(super) fn settle_journal(&mut self) {
        let (is_lost, implicit) = (self.run.lost, self.commits_by_itself());
        if let Some(journal) = &mut self.run.journal
            && let Some(failure) = journal.failure
            && failure.is_certain
            && !is_lost
        {
            // An earlier statement may have committed what can't be known.
            let begun = implicit.then_some(failure.number);
            // If it can't be written, the next run asks.
            let _ = journal.settle(&mut self.connection, begun);
        }
    }

    /// The hint for a failed statement, where the journal has how far the script is.
    pub(super) fn journal_hint(&self) -> Option<&'static str> {
        let failure = self.run.journal.as_ref()?.failure?;
        Some(if self.run.lost {
            "check the server's log for the reason, and run the command again: it continues where it was interrupted"
        } else if failure.is_certain {
            "correct the statement, and run the command again: it continues with this statement; the statements before it \
             must stay as they are"
        } else {
            failure.decide
        })
    }
}
