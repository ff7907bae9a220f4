//! The statements of one script, run one by one, and what each of them does to the transaction.
//!
//! The rest of a migration, its bookkeeping and its report, is in `harness.rs`.

use orm_core::error::{Error as CoreError, ErrorKind, Result as CoreResult};
use orm_core::value::ValueRef;

use super::effect::Effect;
use super::harness::{Checks, MigrationConnection, Owner};
use super::script::Script;
use super::split::Statement;
use crate::error::{Error, Result};

impl MigrationConnection {
    /// Runs the text of a script.
    ///
    /// # Errors
    /// A mistake that is told before anything is run; the failing statement with its place.
    pub(super) fn run_script(&mut self, text: &str) -> Result<()> {
        let script = Script::new(&self.run.path, text, self.lexis);
        let statements = script.statements()?;
        if self.is_undoable(&script, self.run.wants_transaction)? {
            self.begin()?;
        }
        // Commands have checked before they began; diesel's own methods on this type have not.
        script.check(self.connection.in_transaction())?;
        self.run.progress.expect(statements.len());
        for statement in &statements {
            // PostgreSQL takes options as the first statement of a transaction only; MySQL takes them for
            // the next transaction, which must not be the bookkeeping's.
            if !(self.connection.has_transaction() && script.sets_transaction(statement)) {
                self.claim()?;
            }
            self.run_statement(&script, statement).map_err(|error| {
                let place = script.place(statement.line);
                failed_statement(&place, statement, error)
            })?;
        }
        Ok(())
    }

    fn run_statement(&mut self, script: &Script, statement: &Statement<'_>) -> CoreResult<()> {
        let effect = script.effect(statement);
        let was_inside = self.connection.has_transaction();
        if was_inside && matches!(effect, Effect::Commit | Effect::CommitRaw) {
            self.check_orphans()?;
        }
        let ran = match effect {
            // The connection's own verbs, so that it knows how its transaction ended.
            Effect::Commit if was_inside => self.connection.commit(),
            Effect::Rollback if was_inside => self.connection.rollback(),
            _ => self.connection.raw_control(statement.text),
        };
        match ran {
            Ok(()) => self.succeeded(effect, was_inside, script.chains(statement)),
            Err(error) => {
                let is_divisible = script.is_divisible(statement);
                self.failed(&error, effect, was_inside, is_divisible);
                Err(error)
            }
        }
    }

    fn succeeded(&mut self, effect: Effect, was_inside: bool, chains: bool) -> CoreResult<()> {
        self.run.progress.advance();
        self.run.checks = self.run.checks.after(effect);
        let is_inside = self.connection.has_transaction();
        let implicit = self.commits_by_itself();
        let progress = &mut self.run.progress;
        match effect {
            Effect::Rollback | Effect::RollbackRaw if was_inside => {}
            // It may have begun and ended transactions, and nobody tells how.
            Effect::Program if implicit && (was_inside || is_inside) => progress.may_keep(),
            // The next one may have begun at once, by AND CHAIN or as completion_type says.
            Effect::Commit | Effect::CommitRaw => progress.keep(),
            Effect::Begin if was_inside && implicit => progress.keep(),
            _ if !is_inside => progress.keep(),
            _ => {}
        }
        let is_over = !is_inside && self.connection.in_transaction();
        if is_over && self.run.transaction == Owner::Script {
            // The statement has ended the script's transaction by itself, as DDL does on MySQL and the
            // RELEASE of an outermost savepoint on SQLite. This takes note of it and sends nothing, unless
            // the statement has begun the next one: that is then begun in a way that is known of.
            self.connection.rollback()?;
            if chains {
                self.connection.begin()?;
            }
        }
        Ok(())
    }

    fn failed(&mut self, error: &CoreError, effect: Effect, was_inside: bool, is_divisible: bool) {
        let is_lost = error.is_connection_lost() || error.is_commit_unknown();
        let has_ended = was_inside && !self.connection.has_transaction();
        let implicit = self.commits_by_itself();
        let is_undone = error.is_serialization_failure() || error.is_busy();
        let progress = &mut self.run.progress;
        self.run.lost = is_lost;
        if error.is_commit_unknown() || implicit && effect == Effect::Program {
            progress.may_keep();
        } else if implicit && has_ended && effect == Effect::Definition && !is_lost {
            // What commits by itself does so before it fails, if it gets that far.
            progress.keep();
        } else if implicit && has_ended && effect != Effect::Data && (is_lost || is_undone) {
            progress.may_keep();
        } else if implicit && has_ended && !is_lost && !is_undone {
            progress.keep();
        }
        let is_undoable = was_inside && !has_ended && !implicit;
        let is_program = effect == Effect::Program && (implicit || !was_inside);
        if is_program || is_divisible && !is_undoable || is_lost && !was_inside {
            progress.may_be_partial();
        }
    }

    /// Whether statements of this database commit without being told so.
    fn commits_by_itself(&self) -> bool {
        !self.connection.dialect().capabilities().transactional_ddl
    }

    /// Refuses rows whose parents are gone, after what ran without the checks of foreign keys.
    ///
    /// # Errors
    /// The table that has such rows; the database's refusal.
    pub(super) fn check_orphans(&mut self) -> CoreResult<()> {
        let switch = self.connection.dialect().foreign_key_switch();
        let Some(switch) = switch.filter(|_| self.run.checks == Checks::Owed) else {
            return Ok(());
        };
        let mut orphan = None;
        let query = switch.violations;
        self.connection.raw_query(query, &[], &mut |row| {
            if let (ValueRef::Text(child), ValueRef::Text(parent)) = (row.get(0)?, row.get(1)?) {
                orphan.get_or_insert((child.to_owned(), parent.to_owned()));
            }
            Ok(())
        })?;
        let Some((child, parent)) = orphan else {
            self.run.checks = Checks::Switched;
            return Ok(());
        };
        let message =
            format!("rows of the table {child} refer to rows of {parent} that are not there");
        let error = CoreError::with_message(ErrorKind::ForeignKeyViolation, message);
        Err(error.with_table(child).with_hint(
            "keep the rows of a table that is made anew, or delete what refers to them, in the same script",
        ))
    }
}

impl Checks {
    fn after(self, effect: Effect) -> Self {
        match (self, effect) {
            (Self::AsPromised, Effect::ForeignKeySwitch) => Self::Switched,
            (Self::Switched, Effect::Data | Effect::Definition | Effect::Other) => Self::Owed,
            (same, _) => same,
        }
    }
}

fn failed_statement(place: &str, statement: &Statement<'_>, error: CoreError) -> Error {
    // PostgreSQL's code for CREATE INDEX CONCURRENTLY and its like.
    let is_misplaced = error.code() == Some("25001");
    let mut own = Error::failed(format!("{place}: {}", error.message()));
    own = own.with_note("sql", statement.text);
    if let Some(code) = error.code() {
        own = own.with_note("code", code);
    }
    if is_misplaced {
        own = own.with_hint("write run_in_transaction = false into metadata.toml");
    } else if std::error::Error::source(&error).is_none()
        && let Some(hint) = error.hint()
    {
        // Without a native error it was found here; other hints of `orm` are about models.
        own = own.with_hint(hint);
    }
    own.with_source(error)
}
