//! Finds columns of models that existing tables lack. Types, constraints and indexes are not compared.

use std::collections::HashMap;

use orm::engine::Connection;
use orm_core::value::ValueRef;

use crate::dialect::{self, Family};
use crate::error::Result;
use crate::migration::{history, log};
use crate::models::Models;

/// Describes an existing table that lacks columns of its model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lacking {
    /// The table.
    pub table: String,
    /// The columns, in the order of the model.
    pub columns: Vec<String>,
}

/// Compares the columns of the models with those of the existing tables.
///
/// # Errors
/// Any error of the database.
pub fn lacking(models: &Models, connection: &mut Connection) -> Result<Vec<Lacking>> {
    let Some(query) = dialect::columns(connection.dialect()) else {
        return Ok(Vec::new());
    };
    // PostgreSQL alone compares names case-sensitively.
    let is_exact = dialect::known_family(connection.dialect()) == Some(Family::Postgres);
    let name = |name: &str| {
        if is_exact {
            name.to_owned()
        } else {
            name.to_lowercase()
        }
    };
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    connection.raw_query(query, &[], &mut |row| {
        if let (ValueRef::Text(table), ValueRef::Text(column)) = (row.get(0)?, row.get(1)?) {
            found.entry(name(table)).or_default().push(name(column));
        }
        Ok(())
    })?;
    let tables = models.schema().tables().iter();
    let lacking = tables.filter_map(|table| {
        let there = found.get(&name(&table.name))?;
        let columns = table.columns.iter().map(|column| column.name.to_string());
        let columns: Vec<String> = columns
            .filter(|column| !there.contains(&name(column)))
            .collect();
        let table = table.name.to_string();
        (!columns.is_empty()).then_some(Lacking { table, columns })
    });
    Ok(lacking.collect())
}

/// Returns whether the database has a table besides the migration history and the migration log.
///
/// # Errors
/// Any error of the database.
pub fn has_tables(connection: &mut Connection) -> Result<bool> {
    let tables = history::tables(connection)?;
    let is_own = |name: &String| [history::TABLE, log::TABLE].contains(&name.as_str());
    Ok(!tables.iter().all(is_own))
}
