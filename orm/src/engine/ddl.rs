//! Creating and dropping the tables of a schema on a live database, after looking what is there.

use std::collections::HashSet;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{Metadata, Table};
use orm_core::sql::{ForeignKeySwitch, ddl};
use orm_core::value::ValueRef;

use super::connection::Connection;

/// Creates the tables of `schema` that aren't there, parents first, and leaves those that are there as
/// they are. In one transaction where the database has transactional DDL.
///
/// # Errors
/// `Unsupported` for what the dialect can't express, and `Usage` in a transaction that DDL would commit,
/// before anything is created; the database's refusal, which without transactional DDL names in its hint
/// the tables that were created before it.
pub fn create_missing(connection: &mut Connection, schema: &Metadata) -> Result<()> {
    let existing = existing_tables(connection)?;
    let missing: Vec<&Table> = schema
        .tables()
        .iter()
        .filter(|table| !existing.contains(table.name.as_ref()))
        .collect();
    let statements = ddl::create_all(connection.dialect(), &missing)?;
    let transactional = connection.dialect().capabilities().transactional_ddl;
    match run(connection, &statements, Connection::raw_control) {
        Err(error) if !transactional => Err(unfinished(connection, &missing, error)),
        other => other,
    }
}

/// Names the tables that stay: creating again would take them for whole.
fn unfinished(connection: &mut Connection, missing: &[&Table], error: Error) -> Error {
    let Ok(existing) = existing_tables(connection) else {
        return error;
    };
    let names = missing.iter().map(|table| table.name.as_ref());
    let created: Vec<&str> = names.filter(|name| existing.contains(*name)).collect();
    if created.is_empty() {
        return error;
    }
    let created = created.join(", ");
    error.with_hint(format!(
        "these tables were created and stay, perhaps without all their indexes and foreign keys: {created}; \
         drop them before creating all again"
    ))
}

/// Drops the tables of `schema` that are there, children first.
///
/// Where tables that refer to each other can only be dropped with the checks of foreign keys switched off,
/// on SQLite, they are off meanwhile; inside a transaction that has no effect, and rows of such tables
/// refuse.
///
/// # Errors
/// `Unsupported` for a name that the dialect would cut; `Usage` in a transaction that DDL would commit; the
/// database's refusal, such as a table from elsewhere that refers to one of these.
pub fn drop_existing(connection: &mut Connection, schema: &Metadata) -> Result<()> {
    let all: Vec<&Table> = schema.into();
    ddl::check_names(connection.dialect(), &all)?;
    let existing = existing_tables(connection)?;
    let present: Vec<&Table> = schema
        .tables()
        .iter()
        .filter(|table| existing.contains(table.name.as_ref()))
        .collect();
    let dialect = connection.dialect();
    let statements = ddl::drop_all(dialect, &present)?;
    match ddl::without_checks(dialect, &present) {
        Some(switch) if !connection.in_transaction() => {
            let names: Vec<&str> = present.iter().map(|table| table.name.as_ref()).collect();
            drop_without_checks(connection, &statements, &names, switch)
        }
        Some(_) => run(connection, &statements, drop_one).map_err(|error| {
            if error.kind() == ErrorKind::ForeignKeyViolation {
                return error.with_hint(
                    "tables that refer to each other can be dropped outside of a transaction only",
                );
            }
            error
        }),
        None => run(connection, &statements, drop_one),
    }
}

// Whatever happens, the connection goes on with the checks that it is promised to have.
fn drop_without_checks(
    connection: &mut Connection,
    statements: &[String],
    names: &[&str],
    switch: &ForeignKeySwitch,
) -> Result<()> {
    connection.raw_control(switch.off)?;
    let dropped = connection.transaction(|connection| {
        statements
            .iter()
            .try_for_each(|statement| connection.raw_control(statement))?;
        check_orphans(connection, names, switch)
    });
    let restored = connection.raw_control(switch.on);
    dropped.and(restored)
}

/// Refuses if rows of a table from elsewhere refer to one that was dropped.
fn check_orphans(
    connection: &mut Connection,
    dropped: &[&str],
    switch: &ForeignKeySwitch,
) -> Result<()> {
    let mut orphan = None;
    connection.raw_query(switch.violations, &[], &mut |row| {
        if let (ValueRef::Text(child), ValueRef::Text(parent)) = (row.get(0)?, row.get(1)?)
            && dropped.iter().any(|name| name.eq_ignore_ascii_case(parent))
        {
            orphan = Some((child.to_owned(), parent.to_owned()));
        }
        Ok(())
    })?;
    let Some((child, parent)) = orphan else {
        return Ok(());
    };
    let message = format!("rows of the table {child} refer to the table {parent}");
    Err(Error::with_message(ErrorKind::ForeignKeyViolation, message)
        .with_table(child)
        .with_hint("drop that table first, or delete its rows"))
}

/// An interrupted creation on a database without transactional DDL leaves a cycle of foreign keys open:
/// what was to close it can't be dropped, and need not be.
fn drop_one(connection: &mut Connection, statement: &str) -> Result<()> {
    match connection.raw_control(statement) {
        Err(error) if error.code() == Some(NO_SUCH_KEY) => Ok(()),
        other => other,
    }
}

/// MySQL's and MariaDB's code for a key that isn't there. Others have no code of this form.
const NO_SUCH_KEY: &str = "1091";

fn existing_tables(connection: &mut Connection) -> Result<HashSet<String>> {
    let mut names = HashSet::new();
    let sql = connection.dialect().list_tables();
    connection.raw_query(sql, &[], &mut |row| match row.get(0)? {
        ValueRef::Text(name) => {
            names.insert(name.to_owned());
            Ok(())
        }
        other => Err(Error::with_message(
            ErrorKind::Decode,
            format!(
                "the catalogue holds {} where a table's name belongs",
                other.kind_name()
            ),
        )),
    })?;
    Ok(names)
}

fn run(
    connection: &mut Connection,
    statements: &[String],
    one: impl Fn(&mut Connection, &str) -> Result<()>,
) -> Result<()> {
    if statements.is_empty() {
        return Ok(());
    }
    let all = |connection: &mut Connection| {
        statements
            .iter()
            .try_for_each(|statement| one(connection, statement))
    };
    let transactional = connection.dialect().capabilities().transactional_ddl;
    match (transactional, connection.in_transaction()) {
        (true, false) => connection.transaction(all),
        (false, true) => Err(Error::with_message(
            ErrorKind::Usage,
            "creating or dropping tables would commit the open transaction",
        )
        .with_hint("call commit() or rollback() first: this database has no transactional DDL")),
        _ => all(connection),
    }
}
