//! The migration log: a table beside the history with the checksum of each applied script, and how far a migration
//! is that runs outside a transaction.
//!
//! `diesel` does not know it. A version that diesel applied has no entry, and one that diesel has reverted and applied
//! again has an entry with another time, which counts as none.

use orm::engine::Connection;
use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::schema::{Column, Table};
use orm_core::sql::{Dialect, SqlWriter, ddl};
use orm_core::types::Type;
use orm_core::value::ValueRef;

use super::folder::Direction;
use super::history::{self, Place};
use crate::dialect::{self, Family};
use crate::error::Error;

/// The table's name.
pub(crate) const TABLE: &str = "__orm_migration_log";

/// The program that writes an entry.
const TOOL: &str = concat!("orm-migrate ", env!("CARGO_PKG_VERSION"));

const CREATE: &str = "CREATE TABLE __orm_migration_log (\n    version VARCHAR(50) PRIMARY KEY NOT NULL,\n    \
     name VARCHAR(255) NOT NULL,\n    state VARCHAR(9) NOT NULL,\n    checksum VARCHAR(64),\n    \
     begun BIGINT NOT NULL,\n    done BIGINT NOT NULL,\n    total BIGINT NOT NULL,\n    \
     prefix VARCHAR(64) NOT NULL,\n    run_on TIMESTAMP NULL,\n    tool VARCHAR(50) NOT NULL\n)";

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogEntry {
    pub version: String,
    /// The migration's folder.
    pub name: String,
    pub state: LogState,
    /// That of `up.sql`; none if another tool applied it.
    pub checksum: Option<String>,
    /// How many statements have begun, where nothing can undo them.
    pub begun: usize,
    /// How many of them have ended.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// The checksum of the first `done` statements.
    pub prefix: String,
    /// The time in the history.
    pub run_on: Option<String>,
}

impl LogEntry {
    /// Whether something of the migration has run, or may have.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.state != LogState::Applied && self.begun > 0
    }

    /// The entry of a migration that is applied.
    pub(crate) fn applied(
        version: &str,
        name: &str,
        checksum: Option<String>,
        total: usize,
    ) -> Self {
        Self {
            version: version.to_owned(),
            name: name.to_owned(),
            state: LogState::Applied,
            checksum,
            begun: total,
            done: total,
            total,
            prefix: String::new(),
            run_on: None,
        }
    }
}

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogState {
    /// Its `up.sql` runs, or was interrupted.
    Applying,
    /// Its `down.sql` runs, or was interrupted.
    Reverting,
    Applied,
}

impl LogState {
    /// The state of a migration that runs in a direction.
    pub(crate) fn of(direction: Direction) -> Self {
        match direction {
            Direction::Up => Self::Applying,
            Direction::Down => Self::Reverting,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Applying => "applying",
            Self::Reverting => "reverting",
            Self::Applied => "applied",
        }
    }

    fn from_text(text: &str) -> Self {
        match text {
            "applying" => Self::Applying,
            "reverting" => Self::Reverting,
            _ => Self::Applied,
        }
    }
}

/// The entries that are about the present state of the history.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Vec<LogEntry>);

impl Log {
    /// Reads the log; it is empty if the table does not exist. Writes nothing.
    pub(crate) fn read(connection: &mut Connection) -> Result<Self> {
        let tables = history::tables(connection)?;
        let has = |table: &str| tables.iter().any(|name| name == table);
        if !has(TABLE) {
            return Ok(Self::default());
        }
        let dated = if has(history::TABLE) {
            history::dated(connection)?
        } else {
            Vec::new()
        };
        let mut entries = select(connection, &Place::default(), None)?;
        entries.retain(|entry| {
            let run_on = dated.iter().find(|(version, _)| *version == entry.version);
            match entry.state {
                LogState::Applying => run_on.is_none(),
                LogState::Reverting => run_on.is_some(),
                LogState::Applied => {
                    run_on.is_some_and(|(_, run_on)| Some(run_on) == entry.run_on.as_ref())
                }
            }
        });
        Ok(Self(entries))
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entry of a version.
    pub(crate) fn find(&self, version: &str) -> Option<&LogEntry> {
        self.0.iter().find(|entry| entry.version == version)
    }

    /// The migration that was interrupted or has failed between its statements.
    pub(crate) fn interrupted(&self) -> Option<&LogEntry> {
        self.0.iter().find(|entry| entry.is_interrupted())
    }
}

/// Creates the table if it does not exist.
///
/// # Errors
/// The user may not create tables: without the log, nothing is applied.
pub(super) fn set_up(connection: &mut Connection) -> crate::error::Result<()> {
    let create = create_table(connection.dialect())?;
    let created = history::create_missing(connection, TABLE, &create);
    created.map_err(|error| match error.code() {
        Some(code) if NOT_GRANTED.contains(&code) => cannot_create(&create).with_source(error),
        _ => error.into(),
    })
}

/// A privilege is missing: on PostgreSQL; on MySQL and MariaDB for the database, and for the table.
const NOT_GRANTED: &[&str] = &["42501", "1044", "1142"];

#[cold]
fn cannot_create(create: &str) -> Error {
    Error::failed(format!("the table {TABLE} can't be created"))
        .with_note("state", "nothing was changed")
        .with_hint(format!(
            "grant this user the privilege to create tables, or let another user create it, and grant this one SELECT, \
             INSERT, UPDATE and DELETE on it: {create};"
        ))
}

fn create_table(dialect: &dyn Dialect) -> Result<String> {
    match dialect::known_family(dialect) {
        // Another engine would keep what a rollback must undo.
        Some(Family::Mysql) => return Ok(format!("{CREATE} ENGINE = InnoDB")),
        Some(Family::Sqlite | Family::Postgres) => return Ok(CREATE.to_owned()),
        None => {}
    }
    let text = |name, length| Column::new(name, Type::Text).length(length);
    let count = |name| Column::new(name, Type::Int64);
    let table = Table::new(TABLE)
        .column(text("version", 50))
        .column(text("name", 255))
        .column(text("state", 9))
        .column(text("checksum", 64).nullable())
        .column(count("begun"))
        .column(count("done"))
        .column(count("total"))
        .column(text("prefix", 64))
        .column(Column::new("run_on", Type::DateTime).nullable())
        .column(text("tool", 50))
        .primary_key(["version"]);
    ddl::create_table(dialect, &table, &[])
}

/// The entry of a version, whatever the history has.
pub(super) fn find(
    connection: &mut Connection,
    place: &Place,
    version: &str,
) -> Result<Option<LogEntry>> {
    Ok(select(connection, place, Some(version))?.pop())
}

fn select(
    connection: &mut Connection,
    place: &Place,
    version: Option<&str>,
) -> Result<Vec<LogEntry>> {
    let mut w = SqlWriter::new(connection.dialect());
    w.push("SELECT version, name, state, checksum, begun, done, total, prefix, run_on FROM ");
    place.write(&mut w, TABLE);
    if let Some(version) = version {
        w.push(" WHERE version = ").bind(ValueRef::Text(version));
    }
    let (sql, binds) = w.finish();
    let mut entries = Vec::new();
    connection.raw_query(&sql, &binds, &mut |row| {
        entries.push(entry(row)?);
        Ok(())
    })?;
    entries.sort_by(|a, b| a.version.cmp(&b.version));
    Ok(entries)
}

fn entry(row: &dyn Row) -> Result<LogEntry> {
    let text = |at| -> Result<Option<String>> {
        Ok(match row.get(at)? {
            ValueRef::Null => None,
            ValueRef::Text(text) => Some(text.to_owned()),
            other => Some(other.to_json("")),
        })
    };
    let count = |at| -> Result<usize> {
        Ok(match row.get(at)? {
            ValueRef::Int(count) => usize::try_from(count).unwrap_or_default(),
            _ => 0,
        })
    };
    let run_on = match row.get(8)? {
        ValueRef::Null => None,
        other => Some(other.to_json("")),
    };
    Ok(LogEntry {
        version: text(0)?.unwrap_or_default(),
        name: text(1)?.unwrap_or_default(),
        state: LogState::from_text(&text(2)?.unwrap_or_default()),
        checksum: text(3)?,
        begun: count(4)?,
        done: count(5)?,
        total: count(6)?,
        prefix: text(7)?.unwrap_or_default(),
        run_on,
    })
}

/// Writes an entry in place of the one of its version. An applied one takes the time from the history.
pub(super) fn replace(connection: &mut Connection, place: &Place, entry: &LogEntry) -> Result<()> {
    whole(connection, |connection| {
        remove(connection, place, &entry.version)?;
        insert(connection, place, entry)
    })
}

fn insert(connection: &mut Connection, place: &Place, entry: &LogEntry) -> Result<()> {
    let checksum = entry
        .checksum
        .as_deref()
        .map_or(ValueRef::Null, ValueRef::Text);
    let mut w = SqlWriter::new(connection.dialect());
    w.push("INSERT INTO ");
    place.write(&mut w, TABLE);
    w.push(" (version, name, state, checksum, begun, done, total, prefix, tool, run_on) VALUES (");
    w.bind(ValueRef::Text(&entry.version)).push(", ");
    w.bind(ValueRef::Text(&entry.name)).push(", ");
    w.bind(ValueRef::Text(entry.state.as_str())).push(", ");
    w.bind(checksum).push(", ");
    w.bind(count(entry.begun)).push(", ");
    w.bind(count(entry.done)).push(", ");
    w.bind(count(entry.total)).push(", ");
    w.bind(ValueRef::Text(&entry.prefix)).push(", ");
    w.bind(ValueRef::Text(TOOL)).push(", (SELECT run_on FROM ");
    place.write(&mut w, history::TABLE);
    w.push(" WHERE version = ")
        .bind(ValueRef::Text(&entry.version))
        .push("))");
    let (sql, binds) = w.finish();
    connection.raw_execute(&sql, &binds).map(drop)
}

/// Writes down how far a migration is.
pub(super) fn advance(
    connection: &mut Connection,
    place: &Place,
    version: &str,
    (begun, done, total): (usize, usize, usize),
    prefix: &str,
) -> Result<()> {
    let mut w = SqlWriter::new(connection.dialect());
    w.push("UPDATE ");
    place.write(&mut w, TABLE);
    w.push(" SET begun = ").bind(count(begun));
    w.push(", done = ").bind(count(done));
    w.push(", total = ").bind(count(total));
    w.push(", prefix = ").bind(ValueRef::Text(prefix));
    w.push(" WHERE version = ").bind(ValueRef::Text(version));
    let (sql, binds) = w.finish();
    connection.raw_execute(&sql, &binds).map(drop)
}

/// Writes down that what has begun was not done, if `begun` have begun.
pub(super) fn settle(
    connection: &mut Connection,
    place: &Place,
    version: &str,
    begun: Option<usize>,
) -> Result<()> {
    let mut w = SqlWriter::new(connection.dialect());
    w.push("UPDATE ");
    place.write(&mut w, TABLE);
    w.push(" SET begun = done WHERE version = ")
        .bind(ValueRef::Text(version));
    if let Some(begun) = begun {
        w.push(" AND begun = ").bind(count(begun));
    }
    let (sql, binds) = w.finish();
    connection.raw_execute(&sql, &binds).map(drop)
}

/// Deletes the entry of a version.
pub(super) fn remove(connection: &mut Connection, place: &Place, version: &str) -> Result<()> {
    let mut w = SqlWriter::new(connection.dialect());
    w.push("DELETE FROM ");
    place.write(&mut w, TABLE);
    w.push(" WHERE version = ").bind(ValueRef::Text(version));
    let (sql, binds) = w.finish();
    connection.raw_execute(&sql, &binds).map(drop)
}

fn count(number: usize) -> ValueRef<'static> {
    ValueRef::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Runs `work` in a transaction, unless there is one already.
pub(super) fn whole<E: From<orm_core::Error>>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    if connection.has_transaction() {
        return work(connection);
    }
    connection.begin()?;
    match work(connection) {
        Ok(()) => Ok(connection.commit()?),
        Err(error) => {
            // The first error is the one to return.
            let _ = connection.rollback();
            Err(error)
        }
    }
}
