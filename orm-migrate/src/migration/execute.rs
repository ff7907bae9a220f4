//! Executes the statements of one script and tracks their effect on the transaction.
//!
//! The history and the report of the migration are in `harness.rs`.

use orm_core::error::{Error as CoreError, Result as CoreResult};

use super::checksum;
use super::harness::MigrationConnection;
use super::hints;
use super::resume::Position;
use super::run::Owner;
use super::script::Script;
use super::split::Statement;
use super::statement_kind::StatementKind;
use crate::error::{Error, Result};

impl MigrationConnection {
    /// Runs the text of a script.
    ///
    /// # Errors
    /// A mistake that is reported before anything is run; the failing statement with its place.
    pub(super) fn run_script(&mut self, text: &str) -> Result<()> {
        let script = Script::new(&self.run.path, text, self.grammar);
        let statements = script.statements()?;
        self.suspend_foreign_keys(&script)?;
        if self.is_undoable(&script, self.run.wants_transaction)? {
            self.begin()?;
        }
        // Commands have checked before they began; diesel's own methods on this type have not.
        script.check(self.connection.in_transaction())?;
        self.watch_foreign_keys()?;
        self.run.checksum = Some(checksum::of_script(text));
        self.run.progress.expect(statements.len());
        let first = self.open_journal(&script, &statements)?;
        for (at, statement) in statements.iter().enumerate().skip(first) {
            // PostgreSQL takes options as the first statement of a transaction only; MySQL takes them for
            // the next transaction, which must not be the bookkeeping's.
            if !(self.connection.has_transaction() && script.sets_transaction(statement)) {
                self.claim()?;
            }
            let drops_later = script.has_drop(&statements[at + 1..]);
            let was_inside = self.connection.has_transaction();
            self.observer
                .statement(&self.run.name, at + 1, statements.len());
            let position = Position {
                script: &script,
                statements: &statements,
                at,
            };
            let boundary = self.boundary(position);
            self.before_statement(boundary, position)?;
            let ran = self.run_statement(&script, statement, drops_later);
            let ran = self.after_statement(boundary, position, ran)?;
            if let Err(error) = ran {
                let run = if was_inside {
                    hints::Run::InTransaction
                } else {
                    hints::Run::ByItself
                };
                let is_there = hints::is_there(&error);
                self.run.may_be_second = !was_inside && is_there && self.run.journal.is_none();
                let place = script.place(statement.line);
                return Err(failed_statement(&place, statement, error, run));
            }
        }
        Ok(())
    }

    fn run_statement(
        &mut self,
        script: &Script,
        statement: &Statement<'_>,
        drops_later: bool,
    ) -> CoreResult<()> {
        let kind = script.kind(statement);
        let was_inside = self.connection.has_transaction();
        if was_inside && matches!(kind, StatementKind::Commit | StatementKind::CommitRaw) {
            self.check_foreign_keys()?;
        }
        self.before_switch(kind)?;
        let ran = match kind {
            // The connection's own verbs, so that it knows how its transaction ended.
            StatementKind::Commit if was_inside => self.connection.commit(),
            StatementKind::Rollback if was_inside => self.connection.rollback(),
            _ => self.connection.raw_control(statement.text),
        };
        match ran {
            Ok(()) => {
                self.succeeded(kind, was_inside)?;
                self.after_switch(kind, drops_later)
            }
            Err(error) => {
                let is_divisible = script.is_divisible(statement);
                self.failed(&error, kind, was_inside, is_divisible);
                Err(error)
            }
        }
    }

    fn succeeded(&mut self, kind: StatementKind, was_inside: bool) -> CoreResult<()> {
        self.run.progress.advance();
        let is_inside = self.connection.has_transaction();
        let implicit = self.commits_by_itself();
        let progress = &mut self.run.progress;
        match kind {
            StatementKind::Rollback | StatementKind::RollbackRaw if was_inside => {}
            // It may have begun and ended transactions, and the server does not report how.
            StatementKind::Program if implicit && (was_inside || is_inside) => progress.may_keep(),
            // The next one may have begun at once, by AND CHAIN or completion_type.
            StatementKind::Commit | StatementKind::CommitRaw => progress.keep(),
            StatementKind::Begin if was_inside && implicit => progress.keep(),
            _ if !is_inside => progress.keep(),
            _ => {}
        }
        let is_over = !is_inside && self.connection.in_transaction();
        if is_over && self.run.transaction == Owner::Script {
            // The statement has ended the script's transaction by itself, as DDL does on MySQL. This takes note
            // of it and sends nothing.
            self.connection.rollback()?;
        }
        Ok(())
    }

    fn failed(
        &mut self,
        error: &CoreError,
        kind: StatementKind,
        was_inside: bool,
        is_divisible: bool,
    ) {
        let is_lost = error.is_connection_lost() || error.is_commit_unknown();
        let has_ended = was_inside && !self.connection.has_transaction();
        let implicit = self.commits_by_itself();
        let is_undone = error.is_serialization_failure() || error.is_busy();
        let progress = &mut self.run.progress;
        self.run.lost = is_lost;
        if error.is_commit_unknown() || implicit && kind == StatementKind::Program {
            progress.may_keep();
        } else if implicit && has_ended && kind == StatementKind::Definition && !is_lost {
            // What commits by itself does so before it fails, if it gets that far.
            progress.keep();
        } else if implicit && has_ended && kind != StatementKind::Data && (is_lost || is_undone) {
            progress.may_keep();
        } else if implicit && has_ended && !is_lost && !is_undone {
            progress.keep();
        }
        let is_undoable = was_inside && !has_ended && !implicit;
        let is_program = kind == StatementKind::Program && (implicit || !was_inside);
        if is_program || is_divisible && !is_undoable || is_lost && !was_inside {
            progress.may_be_partial();
        }
    }

    /// Whether this database has implicit commits.
    pub(super) fn commits_by_itself(&self) -> bool {
        !self.connection.dialect().capabilities().transactional_ddl
    }
}

fn failed_statement(
    place: &str,
    statement: &Statement<'_>,
    error: CoreError,
    run: hints::Run,
) -> Error {
    let mut own = Error::failed(format!("{place}: {}", error.message()));
    own = own.with_note("sql", statement.text);
    if let Some(code) = error.code() {
        own = own.with_note("code", code);
    }
    if let Some(hint) = hints::hint(&error, run) {
        own = own.with_hint(hint);
    } else if std::error::Error::source(&error).is_none()
        && let Some(hint) = error.hint()
    {
        // Without a native error it was found here; other hints of `orm` are about models.
        own = own.with_hint(hint);
    }
    own.with_source(error)
}
