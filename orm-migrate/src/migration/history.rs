//! The migration history: the table in which `diesel` and this crate store the applied versions.
//!
//! The table is exactly diesel's, so that both tools can be used on one database. On a database without a backend of
//! diesel's, the dialect renders a table with the same columns.

use diesel::migration::CREATE_MIGRATIONS_TABLE;
use orm::engine::Connection;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{Column, ServerDefault, Table};
use orm_core::sql::{Dialect, SqlWriter, ddl};
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

use super::folder::Direction;
use crate::dialect::{self, Family};

/// The table's name.
pub(crate) const TABLE: &str = "__diesel_schema_migrations";

/// The names of the tables in the connection's schema.
pub(crate) fn tables(connection: &mut Connection) -> Result<Vec<String>> {
    texts(connection, connection.dialect().list_tables())
}

/// The versions that are applied, in ascending order; none if the table does not exist. Writes nothing.
pub(crate) fn applied(connection: &mut Connection) -> Result<Vec<String>> {
    if !exists(connection, TABLE)? {
        return Ok(Vec::new());
    }
    let mut w = SqlWriter::new(connection.dialect());
    w.push("SELECT version FROM ").ident(TABLE);
    let mut versions = texts(connection, &w.finish().0)?;
    // diesel compares versions byte by byte; a collation of the database might not.
    versions.sort();
    Ok(versions)
}

/// The applied versions with the time at which each was applied, as the database writes it.
pub(super) fn dated(connection: &mut Connection) -> Result<Vec<(String, String)>> {
    let mut w = SqlWriter::new(connection.dialect());
    w.push("SELECT version, run_on FROM ").ident(TABLE);
    let mut dated = Vec::new();
    connection.raw_query(&w.finish().0, &[], &mut |row| {
        if let (ValueRef::Text(version), run_on) = (row.get(0)?, row.get(1)?) {
            dated.push((version.to_owned(), run_on.to_json("")));
        }
        Ok(())
    })?;
    Ok(dated)
}

/// Creates the table if it does not exist. Looks first: CREATE TABLE IF NOT EXISTS requires the privilege to
/// create tables even when there is nothing to create.
pub(super) fn set_up(connection: &mut Connection) -> Result<()> {
    let create = create_table(connection.dialect())?;
    create_missing(connection, TABLE, &create)
}

/// Runs `create` if the table does not exist.
pub(super) fn create_missing(connection: &mut Connection, table: &str, create: &str) -> Result<()> {
    if exists(connection, table)? {
        return Ok(());
    }
    match connection.raw_control(create) {
        // Another runner was faster.
        Err(_) if exists(connection, table).unwrap_or(false) => Ok(()),
        other => other,
    }
}

fn create_table(dialect: &dyn Dialect) -> Result<String> {
    if dialect::known_family(dialect).is_some() {
        let text = CREATE_MIGRATIONS_TABLE.trim_end().trim_end_matches(';');
        return Ok(text.to_owned());
    }
    let now = ServerDefault::Raw("CURRENT_TIMESTAMP".into());
    let table = Table::new(TABLE)
        .column(Column::new("version", Type::Text).length(50))
        .column(Column::new("run_on", Type::DateTime).server_default(now))
        .primary_key(["version"]);
    ddl::create_table(dialect, &table, &[])
}

/// The statement that creates the table if it does not exist, for a script.
pub(crate) fn creation(dialect: &dyn Dialect) -> Result<String> {
    create_table(dialect)
}

/// The statement that records a version as applied, or as reverted, for a script.
pub(crate) fn record_sql(
    dialect: &dyn Dialect,
    direction: Direction,
    version: &str,
) -> Result<String> {
    let version = dialect.literal(&Value::Text(version.to_owned()))?;
    let mut w = SqlWriter::new(dialect);
    match direction {
        Direction::Up => w
            .push("INSERT INTO ")
            .ident(TABLE)
            .push(" (version) VALUES (")
            .push(&version)
            .push(")"),
        Direction::Down => w
            .push("DELETE FROM ")
            .ident(TABLE)
            .push(" WHERE version = ")
            .push(&version),
    };
    Ok(w.finish().0)
}

/// The schema or database of the bookkeeping tables. A script may set another one, and write to them nevertheless
/// in its own transaction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place(Option<String>);

impl Place {
    /// Where the connection's tables are now.
    pub(super) fn read(connection: &mut Connection) -> Result<Self> {
        let query = match dialect::known_family(connection.dialect()) {
            None => return Ok(Self(None)),
            Some(Family::Sqlite) => return Ok(Self(Some("main".to_owned()))),
            Some(Family::Postgres) => "SELECT current_schema()::text",
            Some(Family::Mysql) => "SELECT DATABASE()",
        };
        let mut name = None;
        connection.raw_query(query, &[], &mut |row| {
            if let ValueRef::Text(text) = row.get(0)? {
                name = Some(text.to_owned());
            }
            Ok(())
        })?;
        Ok(Self(name))
    }

    /// Writes a table's name with that of its schema.
    pub(super) fn write(&self, w: &mut SqlWriter<'_>, table: &str) {
        if let Some(name) = &self.0 {
            w.ident(name).push(".");
        }
        w.ident(table);
    }
}

/// Writes down that a version is applied.
pub(super) fn record(connection: &mut Connection, place: &Place, version: &str) -> Result<()> {
    let mut w = SqlWriter::new(connection.dialect());
    w.push("INSERT INTO ");
    place.write(&mut w, TABLE);
    w.push(" (version) VALUES (")
        .bind(ValueRef::Text(version))
        .push(")");
    let (sql, binds) = w.finish();
    connection.raw_execute(&sql, &binds).map(drop)
}

/// Deletes a version from the migration history. Returns whether it was there: of two programs that revert it at the
/// same time, one gets an error.
pub(super) fn forget(connection: &mut Connection, place: &Place, version: &str) -> Result<bool> {
    let mut w = SqlWriter::new(connection.dialect());
    w.push("DELETE FROM ");
    place.write(&mut w, TABLE);
    w.push(" WHERE version = ").bind(ValueRef::Text(version));
    let (sql, binds) = w.finish();
    let outcome = connection.raw_execute(&sql, &binds)?;
    Ok(outcome.affected == 1)
}

/// The tables in the connection's database whose engine keeps what a rollback should undo: MyISAM's on
/// MySQL and MariaDB.
pub(super) fn without_rollback(connection: &mut Connection) -> Result<Vec<String>> {
    if dialect::known_family(connection.dialect()) != Some(Family::Mysql) {
        return Ok(Vec::new());
    }
    texts(
        connection,
        "SELECT t.table_name FROM information_schema.tables t \
         JOIN information_schema.engines e ON e.engine = t.engine \
         WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' \
         AND e.transactions <> 'YES' ORDER BY t.table_name",
    )
}

/// Whether there are triggers in a database of SQLite.
pub(super) fn has_triggers(connection: &mut Connection) -> Result<bool> {
    let query = "SELECT name FROM sqlite_master WHERE type = 'trigger' \
         UNION ALL SELECT name FROM sqlite_temp_master WHERE type = 'trigger' LIMIT 1";
    Ok(!texts(connection, query)?.is_empty())
}

/// Whether the connection's schema has this table.
pub(super) fn exists(connection: &mut Connection, table: &str) -> Result<bool> {
    Ok(tables(connection)?.iter().any(|name| name == table))
}

fn texts(connection: &mut Connection, sql: &str) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    connection.raw_query(sql, &[], &mut |row| match row.get(0)? {
        ValueRef::Text(text) => {
            texts.push(text.to_owned());
            Ok(())
        }
        other => Err(Error::with_message(
            ErrorKind::Decode,
            format!(
                "the database returned {} instead of a name",
                other.kind_name()
            ),
        )),
    })?;
    Ok(texts)
}
