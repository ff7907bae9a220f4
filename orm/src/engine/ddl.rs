//! Creating and dropping the tables of a schema on a live database, after looking what is there.

use std::collections::HashSet;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{Metadata, Table};
use orm_core::sql::ddl;
use orm_core::value::ValueRef;

use super::connection::Connection;

/// Creates the tables of `schema` that aren't there, parents first, and leaves those that are there as
/// they are. In one transaction where the database has transactional DDL.
///
/// # Errors
/// `Unsupported` for what the dialect can't express, and `Usage` in a transaction that DDL would commit,
/// before anything is created; the database's refusal.
pub fn create_missing(connection: &mut Connection, schema: &Metadata) -> Result<()> {
    let existing = existing_tables(connection)?;
    let missing: Vec<&Table> = schema
        .tables()
        .iter()
        .filter(|table| !existing.contains(table.name.as_ref()))
        .collect();
    let statements = ddl::create_all(connection.dialect(), &missing)?;
    run(connection, &statements)
}

/// Drops the tables of `schema` that are there, children first.
///
/// # Errors
/// `Usage` in a transaction that DDL would commit; the database's refusal, such as a table from elsewhere that refers to one of these.
pub fn drop_existing(connection: &mut Connection, schema: &Metadata) -> Result<()> {
    let existing = existing_tables(connection)?;
    let present: Vec<&Table> = schema
        .tables()
        .iter()
        .filter(|table| existing.contains(table.name.as_ref()))
        .collect();
    let statements = ddl::drop_all(connection.dialect(), &present);
    run(connection, &statements)
}

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

fn run(connection: &mut Connection, statements: &[String]) -> Result<()> {
    if statements.is_empty() {
        return Ok(());
    }
    let all = |connection: &mut Connection| {
        statements
            .iter()
            .try_for_each(|statement| connection.raw_control(statement))
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
