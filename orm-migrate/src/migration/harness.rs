//! `diesel_migrations` on a connection of `orm`: three traits, and no driver of diesel's.
//!
//! diesel's traits want a backend as a type; [`Tag`] is one that needs no client library and is never
//! called. A script arrives in `batch_execute`, is split, and its statements run one by one, so that the
//! failing one is known. Everything that depends on `diesel_migrations`' shape is in this file.

use std::any::Any;
use std::path::PathBuf;

use diesel::connection::{BoxableConnection, SimpleConnection};
use diesel::migration::{Migration, MigrationVersion};
use diesel_migrations::MigrationHarness;
use orm::engine::Connection;

use super::folder::Direction;
use super::history;
use super::lex::Lexis;
use super::script::{Effect, Script};
use super::split::Statement;
use crate::dialect;
use crate::error::{Error, Result};

/// The backend that stands in diesel's types for every database.
pub type Tag = diesel::mysql::Mysql;

/// A connection that runs migrations. It owns the connection, since diesel asks for `'static`.
#[derive(Debug)]
pub struct MigrationConnection {
    connection: Connection,
    /// The folder that scripts are named by in messages.
    folder: PathBuf,
    lexis: Lexis,
    run: Run,
}

/// The migration that is under way.
#[derive(Debug, Default)]
struct Run {
    /// The script that the next text comes from.
    path: PathBuf,
    /// Whether the migration asks for a transaction.
    wants_transaction: bool,
    /// Whether it has got one.
    begun: bool,
    /// Statements of its scripts.
    total: usize,
    /// Statements run, those included that a rollback undid.
    done: usize,
    /// Statements that no rollback can undo.
    kept: usize,
    /// Whether the connection broke, so that nobody knows what the failing statement did.
    lost: bool,
    /// What made it fail: diesel's error type has no room for file and line.
    failure: Option<Error>,
}

impl MigrationConnection {
    /// Runs migrations of `folder` on `connection`.
    pub fn new(connection: Connection, folder: impl Into<PathBuf>) -> Self {
        let lexis = dialect::lexis(connection.dialect());
        Self {
            connection,
            folder: folder.into(),
            lexis,
            run: Run::default(),
        }
    }

    /// The connection, for migrations that are more than SQL.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// The rules by which scripts are split.
    pub(crate) fn lexis(&self) -> Lexis {
        self.lexis
    }

    /// How many statements the last migration ran.
    pub(crate) fn statements(&self) -> usize {
        self.run.done
    }

    /// The versions that are applied, in ascending order. Writes nothing, unlike
    /// [`MigrationHarness::applied_migrations`].
    ///
    /// # Errors
    /// The database's refusal.
    pub fn applied(&mut self) -> Result<Vec<String>> {
        Ok(history::applied(&mut self.connection)?)
    }

    /// Whether a migration with this script will run inside a transaction.
    pub(crate) fn is_undoable(&self, script: &Script, wanted: bool) -> Result<bool> {
        Ok(wanted && script.is_undoable(self.connection.dialect().capabilities())?)
    }

    /// Applies or reverts a migration and writes it down, in a transaction of its own if it asks for one
    /// and the database can undo it.
    ///
    /// # Errors
    /// The failing statement with file and line, and under `state` what of the migration is applied.
    pub fn perform(&mut self, migration: &dyn Migration<Tag>, direction: Direction) -> Result<()> {
        let name = migration.name().to_string();
        self.run = Run {
            path: self.folder.join(&name).join(direction.file_name()),
            wants_transaction: migration.metadata().run_in_transaction(),
            ..Run::default()
        };
        let is_nested = self.connection.in_transaction();
        let transactional = self.connection.dialect().capabilities().transactional_ddl;
        if self.run.wants_transaction && transactional && !is_nested {
            self.connection.begin()?;
            self.run.begun = true;
        }
        let performed = self.steps(migration, direction, is_nested);
        performed.map_err(|error| {
            let state = if is_nested {
                None
            } else {
                Some(self.undo(&error, direction))
            };
            let error = self.named(error, &name);
            match state {
                Some(state) => error.with_note("state", state),
                None => error,
            }
        })
    }

    fn steps(
        &mut self,
        migration: &dyn Migration<Tag>,
        direction: Direction,
        is_nested: bool,
    ) -> diesel::migration::Result<()> {
        match direction {
            Direction::Up => migration.run(self)?,
            Direction::Down => migration.revert(self)?,
        }
        if self.connection.in_transaction() && !self.run.begun && !is_nested {
            let path = self.run.path.display();
            let error = Error::failed(format!("{path} begins a transaction and doesn't end it"));
            return Err(error.with_hint("write COMMIT at its end").into());
        }
        let version = migration.name().version().to_string();
        match direction {
            Direction::Up => history::record(&mut self.connection, &version)?,
            Direction::Down => history::forget(&mut self.connection, &version)?,
        }
        if self.run.begun {
            self.connection.commit()?;
        }
        Ok(())
    }

    /// Rolls back what can be, and says what is left.
    fn undo(&mut self, error: &Boxed, direction: Direction) -> String {
        let native = error.downcast_ref::<orm_core::Error>();
        let is_unknown = native.is_some_and(orm_core::Error::is_commit_unknown);
        let rolled_back = self.connection.rollback();
        let counts = match direction {
            Direction::Up => "the migration counts as pending",
            Direction::Down => "the migration counts as applied",
        };
        let Run {
            begun,
            total,
            kept,
            lost,
            ..
        } = self.run;
        match () {
            () if is_unknown => "unknown: the connection was lost during commit".to_owned(),
            () if rolled_back.is_err() => format!("unknown: the rollback failed; {counts}"),
            () if begun => format!("rolled back, nothing of it was changed; {counts}"),
            () if lost => format!(
                "the connection was lost: the first {kept} of {total} statements stay in effect, perhaps \
                 the next one too; {counts}"
            ),
            () if kept == 0 => format!("nothing of it was changed; {counts}"),
            () => format!("the first {kept} of {total} statements stay in effect; {counts}"),
        }
    }

    /// The error of a failed statement, or whatever else made diesel's code fail.
    fn named(&mut self, error: Boxed, name: &str) -> Error {
        if let Some(failure) = self.run.failure.take() {
            if self.run.begun || self.run.kept == 0 || failure.hint().is_some() {
                return failure;
            }
            return failure.with_hint(
                "undo by hand what stays, or take it out of the script; then try again",
            );
        }
        let error = match error.downcast::<Error>() {
            Ok(error) => return *error,
            Err(error) => error,
        };
        match error.downcast::<orm_core::Error>() {
            Ok(error) => Error::from(*error).with_note("migration", name),
            Err(error) => Error::failed(format!("the migration {name} failed: {error}")),
        }
    }

    /// Runs `work` in one transaction.
    ///
    /// # Errors
    /// That of `work`, with everything undone, or that of beginning or committing.
    pub(crate) fn in_one_transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.connection.begin()?;
        match work(self) {
            Ok(value) => {
                self.connection.commit()?;
                Ok(value)
            }
            Err(error) => Err(match self.connection.rollback() {
                Ok(()) => error.with_note("state", "rolled back, nothing was changed"),
                Err(_) => error.with_note("state", "unknown: the rollback failed"),
            }),
        }
    }

    fn run_script(&mut self, text: &str) -> Result<()> {
        let script = Script::new(&self.run.path, text, self.lexis);
        let statements = script.statements()?;
        let undoable = self.is_undoable(&script, self.run.wants_transaction)?;
        if undoable && !self.connection.in_transaction() {
            self.connection.begin()?;
            self.run.begun = true;
        }
        // Commands have checked before they began; diesel's own methods on this type have not.
        script.check(self.connection.in_transaction())?;
        self.run.total += statements.len();
        for statement in &statements {
            if let Err(error) = self.run_statement(&script, statement) {
                self.run.lost = error.is_connection_lost();
                return Err(failed_statement(
                    &script.place(statement.line),
                    statement,
                    error,
                ));
            }
            self.run.done += 1;
            if !self.connection.in_transaction() {
                self.run.kept = self.run.done;
            }
        }
        Ok(())
    }

    fn run_statement(
        &mut self,
        script: &Script,
        statement: &Statement<'_>,
    ) -> orm_core::Result<()> {
        let is_inside = self.connection.in_transaction();
        let transactional = self.connection.dialect().capabilities().transactional_ddl;
        match script.effect(statement) {
            // The connection's own verbs, so that it knows how its transaction ended.
            Effect::Commit if is_inside => return self.connection.commit(),
            Effect::Rollback if is_inside => return self.connection.rollback(),
            // What the database would do anyway; said first, it isn't taken for a lost transaction.
            Effect::Definition if is_inside && !transactional => self.connection.commit()?,
            _ => {}
        }
        self.connection.raw_control(statement.text)
    }
}

type Boxed = Box<dyn std::error::Error + Send + Sync>;

fn failed_statement(place: &str, statement: &Statement<'_>, error: orm_core::Error) -> Error {
    // PostgreSQL's code for CREATE INDEX CONCURRENTLY and its like.
    let is_misplaced = error.code() == Some("25001");
    let mut own = Error::failed(format!("{place}: {}", error.message()));
    own = own.with_note("sql", statement.text);
    if let Some(code) = error.code() {
        own = own.with_note("code", code);
    }
    if is_misplaced {
        own = own.with_hint("write run_in_transaction = false into metadata.toml");
    }
    own.with_source(error)
}

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

    /// Creates the bookkeeping table if it isn't there, as diesel does.
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
