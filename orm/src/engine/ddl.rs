//! Creates and drops the tables of a schema on a database, after reading which tables exist.
//!
//! Processes that do so at the same time wait for each other (`ddl_lock.rs`). `orm_core` renders the statements.

use std::collections::HashSet;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{Schema, Table, View};
use orm_core::sql::{Dialect, ForeignKeySwitch, ddl};
use orm_core::types::EnumType;
use orm_core::value::ValueRef;

use super::connection::Connection;
use super::ddl_lock::in_turn;

/// Creates the sequences and tables of `schema` that do not exist, parents first, and its views. Existing tables are left
/// unchanged. A view that exists is dropped and created again where CREATE VIEW has no IF NOT EXISTS. On a database
/// with transactional DDL, all tables are created in one transaction. If several processes call this at the same
/// time, one of them creates the tables and the others wait.
///
/// # Errors
/// - `Unsupported`: the dialect can't express a table. Nothing is created.
/// - `Usage`: the open transaction would be committed by DDL. Nothing is created.
/// - `Busy`: another process creates or drops tables for longer than a minute.
/// - Any error of the database. Without transactional DDL, the hint lists the tables that were created before the
///   error.
pub fn create_missing(connection: &mut Connection, schema: &Schema) -> Result<()> {
    // The first look takes no lock and writes nothing: most calls find every table.
    let missing = missing(connection, schema)?;
    let has_others = !(schema.views.is_empty() && schema.sequences.is_empty());
    if missing.is_empty() && !has_others {
        return Ok(());
    }
    ddl::create_all(connection.dialect(), &missing)?;
    connection.forget_tables();
    in_turn(connection, |connection| create(connection, schema))
}

fn create(connection: &mut Connection, schema: &Schema) -> Result<()> {
    let missing = missing(connection, schema)?;
    let mut statements = sequences(connection.dialect(), schema)?;
    statements.extend(creations(connection, &missing)?);
    statements.extend(views(connection.dialect(), schema)?);
    let created = statements
        .iter()
        .try_for_each(|statement| connection.control(statement));
    let transactional = connection.dialect().capabilities().transactional_ddl;
    match created {
        Err(error) if !transactional => Err(unfinished(connection, &missing, error)),
        other => other,
    }
}

fn sequences(dialect: &dyn Dialect, schema: &Schema) -> Result<Vec<String>> {
    let create = |own| ddl::create_sequence_if_not_exists(dialect, own);
    schema.sequences.iter().map(create).collect()
}

/// The statements that create the views: there is no catalogue query that finds which of them exist.
fn views(dialect: &dyn Dialect, schema: &Schema) -> Result<Vec<String>> {
    let views = ddl::ordered_views(schema);
    let is_guarded =
        |view: &View| view.materialized || dialect.capabilities().ddl.view_if_not_exists;
    let replaced = views.iter().rev().filter(|view| !is_guarded(view));
    let mut statements = replaced
        .map(|view| ddl::drop_view_if_exists(dialect, view))
        .collect::<Result<Vec<_>>>()?;
    for view in views {
        statements.push(if is_guarded(view) {
            ddl::create_view_if_not_exists(dialect, view)?
        } else {
            ddl::create_view(dialect, view)?
        });
        if view.comment.is_some() {
            statements.extend(ddl::comment_on_view(dialect, view)?);
        }
    }
    Ok(statements)
}

/// The statements that create tables, and the named types that they need and that do not exist.
fn creations(connection: &mut Connection, tables: &[&Table]) -> Result<Vec<String>> {
    let mut types = ddl::named_types(connection.dialect(), tables);
    if !types.is_empty() {
        let existing = existing_types(connection)?;
        types.retain(|ty| !existing.iter().any(|(name, _)| *name == ty.name));
    }
    let dialect = connection.dialect();
    let mut statements = ddl::create_types(dialect, &types)?;
    statements.extend(ddl::create_tables(dialect, tables)?);
    Ok(statements)
}

/// Drops the named types of tables that were dropped, unless something else uses them.
fn drop_unused(connection: &mut Connection, types: &[&EnumType]) -> Result<()> {
    if types.is_empty() {
        return Ok(());
    }
    let existing = existing_types(connection)?;
    let is_unused = |ty: &EnumType| {
        existing
            .iter()
            .any(|(name, is_used)| *name == ty.name && !is_used)
    };
    let unused: Vec<_> = types.iter().copied().filter(|ty| is_unused(ty)).collect();
    ddl::drop_types(connection.dialect(), &unused)
        .iter()
        .try_for_each(|statement| connection.control(statement))
}

/// The enumerated types that exist, each with whether something uses it.
fn existing_types(connection: &mut Connection) -> Result<Vec<(String, bool)>> {
    let mut types = Vec::new();
    let sql = connection.dialect().list_enum_types();
    connection.query(sql, &[], &mut |row| {
        match (row.get(0)?, row.get(1)?) {
            (ValueRef::Text(name), ValueRef::Int(uses)) => types.push((name.to_owned(), uses > 0)),
            (other, _) => return Err(no_name(other)),
        }
        Ok(())
    })?;
    Ok(types)
}

fn missing<'s>(connection: &mut Connection, schema: &'s Schema) -> Result<Vec<&'s Table>> {
    tables(connection, schema, false)
}

fn present<'s>(connection: &mut Connection, schema: &'s Schema) -> Result<Vec<&'s Table>> {
    tables(connection, schema, true)
}

/// The tables of `schema` that exist, or those that don't.
fn tables<'s>(
    connection: &mut Connection,
    schema: &'s Schema,
    exist: bool,
) -> Result<Vec<&'s Table>> {
    let existing = existing_tables(connection)?;
    let mut tables: Vec<&Table> = schema.into();
    tables.retain(|table| existing.contains(table.name.as_ref()) == exist);
    Ok(tables)
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
        "these tables were created before the error and still exist, possibly without their indexes and foreign keys: {created}; drop them before calling create_all again"
    ))
}

/// Drops the views, tables and sequences of `schema` that exist, children first.
///
/// On SQLite, foreign keys are not enforced during the drop, so that tables with circular foreign keys can be
/// dropped. Inside a transaction SQLite can't disable the enforcement, and rows of such tables prevent the drop.
///
/// # Errors
/// - `Unsupported`: a table name is longer than the dialect allows.
/// - `Usage`: the open transaction would be committed by DDL.
/// - `Busy`: as in [`create_missing`].
/// - `ForeignKeyViolation`: a table outside `schema` references one of the tables. SQLite would delete or change its
///   rows.
/// - Any error of the database.
pub fn drop_existing(connection: &mut Connection, schema: &Schema) -> Result<()> {
    connection.forget_tables();
    let all: Vec<&Table> = schema.into();
    ddl::check_names(connection.dialect(), &all)?;
    let has_others = !(schema.views.is_empty() && schema.sequences.is_empty());
    if present(connection, schema)?.is_empty() && !has_others {
        return Ok(());
    }
    let drop_all = |connection: &mut Connection| drop_present(connection, schema);
    let Some(switch) = connection.dialect().foreign_key_switch() else {
        return in_turn(connection, drop_all);
    };
    if connection.in_transaction() {
        return in_turn(connection, drop_all).map_err(held_by_rows);
    }
    connection.control(switch.off)?;
    let dropped = in_turn(connection, drop_all);
    // Foreign keys are enforced again, after an error, too.
    let restored = connection.control(switch.on);
    connection.raw |= restored.is_err();
    dropped.and(restored)
}

fn drop_present(connection: &mut Connection, schema: &Schema) -> Result<()> {
    let present = present(connection, schema)?;
    if let Some(switch) = connection.dialect().foreign_key_switch() {
        refuse_referenced(connection, &present, switch)?;
    }
    let dialect = connection.dialect();
    let views = ddl::ordered_views(schema).into_iter().rev();
    let views = views.map(|view| ddl::drop_view_if_exists(dialect, view));
    for statement in views.collect::<Result<Vec<_>>>()? {
        connection.control(&statement)?;
    }
    ddl::drop_tables(connection.dialect(), &present)?
        .iter()
        .try_for_each(|statement| drop_one(connection, statement))?;
    let sequences = schema.sequences.iter().rev();
    let sequences =
        sequences.map(|own| ddl::drop_sequence_if_exists(dialect, &own.qualified_name()));
    for statement in sequences.collect::<Result<Vec<_>>>()? {
        connection.control(&statement)?;
    }
    let types = ddl::named_types(connection.dialect(), &present);
    drop_unused(connection, &types)
}

/// Refuses what the servers refuse: to drop a table that a table which stays refers to, with or without rows.
fn refuse_referenced(
    connection: &mut Connection,
    dropped: &[&Table],
    switch: &ForeignKeySwitch,
) -> Result<()> {
    let is_dropped = |name: &str| {
        dropped
            .iter()
            .any(|table| table.name.eq_ignore_ascii_case(name))
    };
    let mut references = Vec::new();
    connection.query(switch.references, &[], &mut |row| {
        if let (ValueRef::Text(child), ValueRef::Text(parent)) = (row.get(0)?, row.get(1)?)
            && is_dropped(parent)
            && !is_dropped(child)
        {
            references.push((child.to_owned(), parent.to_owned()));
        }
        Ok(())
    })?;
    let Some((child, _)) = references.first() else {
        return Ok(());
    };
    let list: Vec<String> = references
        .iter()
        .map(|(child, parent)| format!("the table {child} references {parent}"))
        .collect();
    let message = format!(
        "can't drop tables that other tables reference: {}",
        list.join(", ")
    );
    Err(Error::with_message(ErrorKind::ForeignKeyViolation, message)
        .with_table(child.as_str())
        .with_hint("drop the referencing table first, or rebuild it without its foreign key"))
}

fn held_by_rows(error: Error) -> Error {
    if error.kind() == ErrorKind::ForeignKeyViolation && error.hint().is_none() {
        return error.with_hint("drop tables with circular foreign keys outside a transaction");
    }
    error
}

/// An interrupted creation on a database without transactional DDL leaves a cycle of foreign keys open:
/// what was to close it can't be dropped, and need not be.
fn drop_one(connection: &mut Connection, statement: &str) -> Result<()> {
    let dialect = connection.dialect();
    let is_dropped = |code| dialect.is_already_dropped(code);
    match connection.control(statement) {
        Err(error) if error.code().is_some_and(is_dropped) => Ok(()),
        other => other,
    }
}

fn existing_tables(connection: &mut Connection) -> Result<HashSet<String>> {
    let mut names = HashSet::new();
    let sql = connection.dialect().list_tables();
    connection.query(sql, &[], &mut |row| match row.get(0)? {
        ValueRef::Text(name) => {
            names.insert(name.to_owned());
            Ok(())
        }
        other => Err(no_name(other)),
    })?;
    Ok(names)
}

#[cold]
fn no_name(found: ValueRef<'_>) -> Error {
    Error::with_message(
        ErrorKind::Decode,
        format!(
            "the catalogue query returned {} instead of a name",
            found.kind_name()
        ),
    )
}
