//! Keys, constraints and indexes, as the information schema has them.

use std::collections::HashMap;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::schema::{Action, Check, ForeignKey, Index, IndexKey, Name, Rule, Table, Unique};
use orm_core::sql::Dialect as _;

use super::prepare::stored_expression;
use super::queries;
use super::reader::Reader;
use super::row::{number, optional, text};
use crate::MysqlDialect;

/// Reads all keys, constraints and indexes of the tables.
///
/// # Errors
/// As [`orm_core::driver::Connection::query`].
pub(super) fn read(reader: &mut Reader<'_>) -> Result<()> {
    reader.each_of_table(queries::indexes(reader.dialect), index_key)?;
    foreign_keys(reader)?;
    let actions = queries::ACTIONS;
    reader.each_of_table(actions, |table, row| {
        let name = text(row, 1)?;
        if let Some(key) = table.foreign_keys.iter_mut().find(|key| key.name == name) {
            key.on_delete = action(&text(row, 2)?);
            key.on_update = action(&text(row, 3)?);
        }
        Ok(())
    })?;
    checks(reader)
}

/// A key of an index. The keys of an index follow each other.
fn index_key(table: &mut Table, row: &dyn Row) -> Result<()> {
    let name = text(row, 1)?;
    if name == "PRIMARY" {
        let columns = || Unique::primary_key(&table.name, Vec::new());
        let column = text(row, 3)?;
        table
            .primary_key
            .get_or_insert_with(columns)
            .columns
            .push(column.into());
        return Ok(());
    }
    let mut key = match optional(row, 7)? {
        Some(sql) => IndexKey::expression(stored_expression(&sql)),
        None => IndexKey::column(text(row, 3)?),
    };
    key.length = number(row, 4)?;
    key.descending = optional(row, 5)?.as_deref() == Some("D");
    let is_same = table.indexes.last().is_some_and(|last| last.name == name);
    if !is_same {
        let mut index = Index::new("", Vec::new()).named(name);
        index.unique = text(row, 2)? == "0";
        index.method = Some(text(row, 6)?.to_lowercase().into());
        table.indexes.push(index);
    }
    if let Some(index) = table.indexes.last_mut() {
        index.keys.push(key);
    }
    Ok(())
}

fn foreign_keys(reader: &mut Reader<'_>) -> Result<()> {
    let mut schemas = HashMap::new();
    reader.each_of_table(queries::FOREIGN_KEYS, |table, row| {
        let name = text(row, 1)?;
        let (column, referenced) = (Name::Owned(text(row, 2)?), Name::Owned(text(row, 5)?));
        if let Some(key) = table.foreign_keys.last_mut().filter(|key| key.name == name) {
            key.columns.push(column);
            key.references.push(referenced);
            return Ok(());
        }
        let key = ForeignKey::new(
            &table.name,
            vec![column],
            text(row, 4)?.into(),
            vec![referenced],
        );
        schemas.insert((table.name.clone(), name.clone()), text(row, 3)?);
        table.foreign_keys.push(key.named(name));
        Ok(())
    })?;
    for ((table, name), schema) in schemas {
        let schema = reader.outside(&schema);
        let table = reader.tables.get_mut(&*table);
        let key =
            table.and_then(|table| table.foreign_keys.iter_mut().find(|key| key.name == name));
        if let Some(key) = key {
            key.schema = schema;
        }
    }
    Ok(())
}

fn action(rule: &str) -> Action {
    match rule {
        "CASCADE" => Action::Cascade,
        "SET NULL" => Action::SetNull,
        "SET DEFAULT" => Action::SetDefault,
        "RESTRICT" => Action::Restrict,
        _ => Action::NoAction,
    }
}

fn checks(reader: &mut Reader<'_>) -> Result<()> {
    let dialect = reader.dialect;
    reader.each_of_table(queries::checks(dialect), |table, row| {
        let (name, clause) = (text(row, 1)?, text(row, 2)?);
        let sql = match dialect {
            MysqlDialect::MySql => stored_expression(&clause),
            MysqlDialect::MariaDb if is_json(table, &name, &clause) => return Ok(()),
            MysqlDialect::MariaDb => clause,
        };
        let mut check = Check::new("", "", Rule::Raw(sql.into()));
        check.name = name.into();
        table.checks.push(check);
        Ok(())
    })
}

/// Whether a CHECK is that of MariaDB's JSON, which is a text. The column then becomes one of documents.
fn is_json(table: &mut Table, name: &str, clause: &str) -> bool {
    let expected = format!("json_valid(`{}`)", name.replace('`', "``"));
    let mut columns = table.columns.iter_mut();
    let Some(column) = columns
        .find(|column| column.name == name)
        .filter(|_| clause == expected)
    else {
        return false;
    };
    let dialect = MysqlDialect::MariaDb.name();
    if column.sql_type(dialect) != Some("longtext") {
        return false;
    }
    column.sql_types = vec![(dialect.into(), "json".into())].into();
    true
}
