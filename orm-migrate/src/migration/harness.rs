//! Implements the traits of `diesel_migrations` on a connection of `orm`, without a driver of diesel.
//!
//! diesel's traits require a backend type, which is [`Tag`]. A script arrives in `batch_execute` and is split into
//! statements, which are executed one by one, so that the failing one can be named. Everything that depends on
//! `diesel_migrations` is in this file.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use diesel::connection::{BoxableConnection, SimpleConnection};
use diesel::migration::{Migration, MigrationVersion};
use diesel_migrations::MigrationHarness;
use orm::engine::Connection;
use orm_core::sql::Dialect;

use super::backend::Tag;
use super::enforcement::Checks;
use super::folder::{Direction, Migrations};
use super::history::{self, Place};
use super::lock::{Lock, Locking};
use super::observer::{Observer, Silent};
use super::run::{Contents, HistoryState, Owner, Run};
use super::script::Script;
use super::settings::Settings;
use super::stop;
use super::timeouts::Timeouts;
use crate::dialect::{self, Family, Grammar};
use crate::error::{Error, Result};

/// Runs migrations on a connection. It owns the connection, since diesel's traits require `'static`.
#[derive(Debug)]
pub struct MigrationConnection {
    pub(super) connection: Connection,
    /// The folder that scripts are named by in messages.
    folder: PathBuf,
    pub(super) grammar: Grammar,
    pub(super) run: Run,
    /// Whether foreign keys are switched off for all migrations of a transaction.
    pub(super) is_suspended: bool,
    /// Whether the migration log exists, which `set_up` creates.
    pub(super) has_log: bool,
    /// Where the bookkeeping's tables are.
    pub(super) place: Option<Place>,
    locking: Locking,
    timeouts: Timeouts,
    /// Who waits for the end.
    pub(super) observer: Arc<dyn Observer>,
    /// The migration lock, while it is held for several migrations.
    lock: Option<Lock>,
}

impl MigrationConnection {
    /// Creates a connection that runs migrations of `folder`.
    pub fn new(connection: Connection, folder: impl Into<PathBuf>) -> Self {
        let grammar = dialect::grammar(connection.dialect());
        Self {
            connection,
            folder: folder.into(),
            grammar,
            run: Run::new(String::new(), String::new(), Direction::Up),
            is_suspended: false,
            has_log: false,
            place: None,
            locking: Locking::default(),
            timeouts: Timeouts::default(),
            observer: Arc::new(Silent),
            lock: None,
        }
    }

    /// The same for the migrations of a folder, with the migration lock held for as long as this value lives.
    ///
    /// # Errors
    /// [`Exit::LockTimeout`](crate::Exit::LockTimeout) if another program holds it for too long.
    pub(crate) fn locked(
        connection: Connection,
        migrations: &Migrations,
        locking: Locking,
    ) -> Result<Self> {
        let mut connection = Self::new(connection, migrations.path()).locking(locking);
        connection.hold_lock()?;
        Ok(connection)
    }

    /// Sets how to wait for another process that runs migrations. Default: a minute.
    #[must_use]
    pub fn locking(mut self, locking: Locking) -> Self {
        self.locking = locking;
        self
    }

    /// Sets the time-outs of the statements.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets who receives the progress.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// Takes the migration lock for as long as this value lives.
    ///
    /// # Errors
    /// [`Exit::Usage`](crate::Exit::Usage) if the database has no such time-out.
    /// [`Exit::LockTimeout`](crate::Exit::LockTimeout) if another program holds it for too long.
    pub(crate) fn hold_lock(&mut self) -> Result<()> {
        self.timeouts.check(self.connection.dialect())?;
        if self.lock.is_none() {
            self.lock = Some(Lock::take(
                &mut self.connection,
                self.locking,
                &*self.observer,
            )?);
        }
        Ok(())
    }

    /// Returns the connection, for migrations that are more than SQL.
    pub fn connection(&mut self) -> &mut Connection {
        self.run.checks.lend();
        &mut self.connection
    }

    /// The dialect of the database.
    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        self.connection.dialect()
    }

    /// How scripts are read.
    pub(crate) fn grammar(&self) -> Grammar {
        self.grammar
    }

    /// How many statements the last migration ran.
    pub(crate) fn statements(&self) -> usize {
        self.run.progress.done()
    }

    /// Whether the database enforces foreign keys for all of a transaction or for none of it: SQLite.
    pub(crate) fn switches_foreign_keys(&self) -> bool {
        self.connection.dialect().foreign_key_switch().is_some()
    }

    /// Whether an INSERT may change rows of other tables.
    pub(crate) fn has_triggers(&mut self) -> Result<bool> {
        match dialect::known_family(self.connection.dialect()) {
            Some(Family::Sqlite) => Ok(history::has_triggers(&mut self.connection)?),
            _ => Ok(true),
        }
    }

    /// Whether a migration with this script will run inside a transaction.
    pub(crate) fn is_undoable(&self, script: &Script, wanted: bool) -> Result<bool> {
        Ok(wanted && script.is_undoable(self.connection.dialect().capabilities())?)
    }

    /// Applies or reverts a migration and updates the migration history, in a transaction if the migration requires
    /// one and the database has transactional DDL. Restores the settings of the connection that the script has
    /// changed. Holds the migration lock.
    ///
    /// # Errors
    /// - A statement fails. The error names file and line, and under `state` what of the migration is applied.
    /// - Another process has performed the migration in the meantime, or holds the lock until the timeout.
    pub fn perform(&mut self, migration: &dyn Migration<Tag>, direction: Direction) -> Result<()> {
        self.perform_as(migration, direction, Contents::Any)
    }

    /// The same for a migration that is one script, with its checksum and its journal.
    pub(crate) fn perform_script(
        &mut self,
        migration: &dyn Migration<Tag>,
        direction: Direction,
    ) -> Result<()> {
        self.perform_as(migration, direction, Contents::Script)
    }

    fn perform_as(
        &mut self,
        migration: &dyn Migration<Tag>,
        direction: Direction,
        contents: Contents,
    ) -> Result<()> {
        if let Some(lock) = &mut self.lock {
            lock.check()?;
            return self.perform_locked(migration, direction, contents);
        }
        let lock = Lock::take(&mut self.connection, self.locking, &*self.observer)?;
        let performed = self.perform_locked(migration, direction, contents);
        drop(lock);
        performed
    }

    fn perform_locked(
        &mut self,
        migration: &dyn Migration<Tag>,
        direction: Direction,
        contents: Contents,
    ) -> Result<()> {
        let name = migration.name().to_string();
        let version = migration.name().version().to_string();
        let path = self.folder.join(&name).join(direction.file_name());
        self.run = Run {
            path,
            contents,
            wants_transaction: migration.metadata().run_in_transaction(),
            ..Run::new(name, version, direction)
        };
        if self.connection.in_transaction() {
            self.run.transaction = Owner::Caller;
        }
        self.place()?;
        self.run.wants_transaction &= !self.continues()?;
        let settings = Settings::read(&mut self.connection)?;
        self.run.checks = Checks::new(settings.enforces_foreign_keys());
        let transactional = self.connection.dialect().capabilities().transactional_ddl;
        if self.run.wants_transaction && transactional {
            self.begin()?;
        }
        // A migration in Rust may panic: what it was run with ends here all the same.
        let ran = catch_unwind(AssertUnwindSafe(|| self.steps(migration, &settings)));
        let ran = ran.unwrap_or_else(|panic| {
            if self.run.transaction != Owner::Caller {
                let _ = self.connection.rollback();
                let _ = settings.restore(&mut self.connection);
            }
            resume_unwind(panic)
        });
        self.observer.ends();
        ran.map_err(|error| {
            let state = match self.run.transaction {
                Owner::Caller => None,
                Owner::Script | Owner::Migration => Some(self.undo(&error, &settings)),
            };
            let error = self.named(error);
            match state {
                Some(state) => error.with_note("state", state),
                None => error,
            }
        })
    }

    /// Begins the migration's transaction, unless it runs in one already.
    pub(super) fn begin(&mut self) -> Result<()> {
        if self.run.transaction == Owner::Script && !self.connection.in_transaction() {
            self.connection.begin()?;
            self.run.transaction = Owner::Migration;
        }
        Ok(())
    }

    fn steps(
        &mut self,
        migration: &dyn Migration<Tag>,
        settings: &Settings,
    ) -> diesel::migration::Result<()> {
        self.timeouts.set(&mut self.connection)?;
        match self.run.direction {
            Direction::Up => migration.run(self)?,
            Direction::Down => migration.revert(self)?,
        }
        if self.run.transaction == Owner::Script && self.connection.in_transaction() {
            let path = self.run.path.display();
            let error = Error::failed(format!("{path} begins a transaction and doesn't end it"));
            return Err(error.with_hint("write COMMIT at its end").into());
        }
        self.check_foreign_keys()?;
        // Before the bookkeeping, which a script may have hidden behind another schema or role.
        settings.restore(&mut self.connection)?;
        self.claim()?;
        if self.run.history == HistoryState::Looked {
            self.finish()?;
        }
        if self.run.transaction == Owner::Migration {
            stop::point();
            self.connection.commit()?;
            stop::point();
        }
        if self.run.checks.is_suspended() {
            // Inside the transaction the switch was ignored.
            settings.restore(&mut self.connection)?;
        }
        Ok(())
    }

    /// Runs `work` in one transaction, on SQLite with foreign keys off if one of its scripts `drops` a table.
    ///
    /// # Errors
    /// That of `work`, with everything undone, or that of beginning or committing.
    pub(crate) fn in_one_transaction<T>(
        &mut self,
        drops: bool,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let settings = Settings::read(&mut self.connection)?;
        let switch = self.connection.dialect().foreign_key_switch();
        let Some(switch) = switch.filter(|_| drops && settings.enforces_foreign_keys()) else {
            return self.all_or_nothing(work);
        };
        self.connection.raw_control(switch.off)?;
        self.is_suspended = true;
        let done = self.all_or_nothing(work);
        self.is_suspended = false;
        let restored = settings.restore(&mut self.connection);
        let value = done?;
        restored?;
        Ok(value)
    }

    fn all_or_nothing<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.connection.begin()?;
        match work(self) {
            Ok(value) => {
                self.connection.commit()?;
                Ok(value)
            }
            Err(error) => Err(match self.connection.rollback() {
                Ok(()) => {
                    let exception = self.exception(" but perhaps").unwrap_or_default();
                    let state = format!("rolled back, nothing was changed{exception}");
                    error.with_note("state", state)
                }
                Err(_) => error.with_note("state", "unknown: the rollback failed"),
            }),
        }
    }
}

/// The error type of diesel's traits.
pub(super) type Boxed = Box<dyn std::error::Error + Send + Sync>;

impl SimpleConnection for MigrationConnection {
    fn batch_execute(&mut self, query: &str) -> diesel::QueryResult<()> {
        self.run_script(query).map_err(|error| {
            self.run.failure = Some(error);
            diesel::result::Error::RollbackTransaction
        })
    }
}

impl BoxableConnection<Tag> for MigrationConnection {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

impl MigrationHarness<Tag> for MigrationConnection {
    fn run_migration(
        &mut self,
        migration: &dyn Migration<Tag>,
    ) -> diesel::migration::Result<MigrationVersion<'static>> {
        self.perform(migration, Direction::Up)?;
        Ok(migration.name().version().as_owned())
    }

    fn revert_migration(
        &mut self,
        migration: &dyn Migration<Tag>,
    ) -> diesel::migration::Result<MigrationVersion<'static>> {
        self.perform(migration, Direction::Down)?;
        Ok(migration.name().version().as_owned())
    }

    /// Creates the migration history if it does not exist, as diesel does.
    fn applied_migrations(&mut self) -> diesel::migration::Result<Vec<MigrationVersion<'static>>> {
        history::set_up(&mut self.connection)?;
        let applied = history::applied(&mut self.connection)?;
        Ok(applied
            .into_iter()
            .rev()
            .map(MigrationVersion::from)
            .collect())
    }
}
