//! Reads the catalogue into a schema, in as many queries as there are kinds of objects.

use orm_core::driver::Connection;
use orm_core::error::Result;
use orm_core::inspect::Scope;
use orm_core::schema::{
    AttachedSql, Column, Generated, Identity, Name, QualifiedName, Schema, Sequence, ServerDefault,
    Table, TableOption, View,
};
use orm_core::types::{EnumType, Type};

use super::found::Found;
use super::rows::{Fields, each};
use super::{keys, queries};
use crate::types::NAME;

/// Reads the connection's current schema and those of the scope.
///
/// # Errors
/// As [`Connection::query`].
pub(super) fn catalogue(connection: &mut dyn Connection, scope: &Scope) -> Result<Schema> {
    let mut schemas = scope.schemas.clone();
    connection.query(queries::CURRENT_SCHEMA, &[], &mut |row| {
        schemas.extend(Fields::new(row).maybe_name()?);
        Ok(())
    })?;
    let mut found = Found::default();
    let read = &mut found;
    each(connection, (queries::RELATIONS, &schemas), &mut |row| {
        relation(row, scope, read)
    })?;
    each(connection, (queries::COLUMNS, &schemas), &mut |row| {
        column(row, read)
    })?;
    each(connection, (queries::CONSTRAINTS, &schemas), &mut |row| {
        keys::constraint(row, read)
    })?;
    each(connection, (queries::INDEX_KEYS, &schemas), &mut |row| {
        keys::index_key(row, read)
    })?;
    each(connection, (queries::TRIGGERS, &schemas), &mut |row| {
        trigger(row, read)
    })?;
    each(connection, (queries::DEPENDENCIES, &schemas), &mut |row| {
        dependency(row, read)
    })?;
    let mut sequences = Vec::new();
    each(connection, (queries::SEQUENCES, &schemas), &mut |row| {
        let found = sequence(row)?;
        sequences.extend(Some(found).filter(|found| !scope.is_excluded(&found.name)));
        Ok(())
    })?;
    let mut schema = Schema::unchecked(found.tables.into_values().collect());
    schema.views = found.views.into_values().collect();
    schema.sequences = sequences;
    Ok(schema)
}

fn relation(mut row: Fields<'_>, scope: &Scope, found: &mut Found) -> Result<()> {
    let (number, schema, name) = (row.int()?, row.maybe_name()?, row.name()?);
    let (kind, comment) = (row.text()?, row.maybe_name()?);
    if scope.is_excluded(&name) {
        return Ok(());
    }
    if matches!(&*kind, "v" | "m") {
        let (_unlogged, _partitions) = (row.flag()?, row.optional()?);
        let (_with, _space, _parents) = (row.optional()?, row.optional()?, row.optional()?);
        let mut view = View::new(name, row.text()?);
        view.schema = schema;
        view.comment = comment;
        view.materialized = kind == "m";
        found.views.insert(number, view);
        return Ok(());
    }
    let mut table = Table::new(name);
    table.schema = schema;
    table.comment = comment;
    if row.flag()? {
        table.options.push(TableOption::new(NAME, "UNLOGGED"));
    }
    for name in ["PARTITION BY", "WITH", "TABLESPACE", "INHERITS"] {
        let value = row.maybe_name()?;
        let option = value.map(|value| TableOption::new(NAME, name).value(value));
        table.options.extend(option);
    }
    found.tables.insert(number, table);
    Ok(())
}

fn column(mut row: Fields<'_>, found: &mut Found) -> Result<()> {
    let number = row.int()?;
    let (name, native) = (row.name()?, row.name()?);
    let mut column = Column::new(name, Type::Text);
    column.nullable = row.flag()?;
    let (identity, generated) = (row.text()?, row.text()?);
    let expression = row.maybe_name()?;
    column.collation = row.maybe_name()?;
    column.comment = row.maybe_name()?;
    match (row.maybe_name()?, row.names()?) {
        (Some(name), labels) => {
            column.ty = Type::Enum(EnumType::new(name, labels.into()).native());
        }
        (None, _) => column.sql_types = vec![(NAME.into(), native)].into(),
    }
    let numbers = Identity {
        always: identity == "a",
        start: row.maybe_int()?,
        increment: row.maybe_int()?,
    };
    let is_serial = row.flag()?;
    match expression {
        _ if !identity.is_empty() || is_serial => column = column.identity(numbers),
        Some(sql) if !generated.is_empty() => {
            let (expression, stored) = (sql.into(), generated == "s");
            column = column.generated(Generated { expression, stored });
        }
        Some(sql) => column = column.server_default(ServerDefault::Raw(sql.into())),
        None => {}
    }
    if let Some(table) = found.table(number) {
        table.columns.push(column);
    }
    Ok(())
}

fn trigger(mut row: Fields<'_>, found: &mut Found) -> Result<()> {
    let (number, name, create) = (row.int()?, row.name()?, row.name()?);
    if let Some(table) = found.table(number) {
        table
            .attached
            .push(AttachedSql::new(name, create).only(NAME));
    }
    Ok(())
}

fn dependency(mut row: Fields<'_>, found: &mut Found) -> Result<()> {
    let number = row.int()?;
    let (schema, name) = (row.maybe_name()?, row.name()?);
    if let Some(view) = found.views.get_mut(&number) {
        view.depends_on.push(QualifiedName { schema, name });
    }
    Ok(())
}

fn sequence(mut row: Fields<'_>) -> Result<Sequence> {
    let (schema, name): (Option<Name>, Name) = (row.maybe_name()?, row.name()?);
    let mut sequence = Sequence::new(name);
    sequence.schema = schema;
    sequence.start = row.maybe_int()?;
    sequence.increment = row.maybe_int()?;
    sequence.min_value = row.maybe_int()?;
    sequence.max_value = row.maybe_int()?;
    sequence.cycle = row.flag()?;
    Ok(sequence)
}
