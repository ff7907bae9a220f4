//! Drift: what the tables of a database have that the models don't say, and the other way round.
//!
//! Tables that don't exist are no drift here: pending migrations or `create-all` create them. Used by `status`, `check`,
//! `create-all --apply` and `baseline`.

use orm::engine::Connection;
use orm_core::inspect::Scope;
use orm_core::schema::{Operation, Schema};

use crate::autogenerate::{Answers, of_database, plan};
use crate::error::Result;
use crate::migration::{history, log};
use crate::models::Models;

/// Holds the differences between the models and existing tables, as operations that would make the tables those of the
/// models.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Drift {
    /// The tables that lack columns of their models.
    pub lacking: Vec<Lacking>,
    /// All other differences.
    pub others: Vec<Operation>,
}

/// Describes an existing table that lacks columns of its model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lacking {
    /// The table.
    pub table: String,
    /// The columns, in the order of the model.
    pub columns: Vec<String>,
}

impl Drift {
    /// Returns whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.lacking.is_empty() && self.others.is_empty()
    }

    fn add_column(&mut self, table: String, column: String) {
        match self
            .lacking
            .iter_mut()
            .find(|lacking| lacking.table == table)
        {
            Some(lacking) => lacking.columns.push(column),
            None => self.lacking.push(Lacking {
                table,
                columns: vec![column],
            }),
        }
    }
}

/// Compares the models with the existing tables of a database. Tables that no model has are not looked at. For a dialect
/// without an inspector nothing is compared.
///
/// # Errors
/// Any error of the database.
pub fn drift(models: &Models, connection: &mut Connection, scope: &Scope) -> Result<Drift> {
    if connection.dialect().inspector().is_none() {
        return Ok(Drift::default());
    }
    let stored = of_database(connection, scope)?;
    Ok(between(models.schema(), stored, connection))
}

fn between(models: &Schema, stored: Schema, connection: &Connection) -> Drift {
    let mut answers = Answers::default();
    // What was renamed in the models is missing in the table until a migration renames it.
    answers.no_renames();
    let found = plan(stored, models.clone(), &answers, Some(connection.dialect()));
    let mut drift = Drift::default();
    for operation in found.operations {
        match operation {
            Operation::AddColumn { table, column, .. } => {
                drift.add_column(table.to_string(), column.name.to_string());
            }
            Operation::CreateTable { .. }
            | Operation::CreateSchema(_)
            | Operation::CreateEnum(_)
            | Operation::CreateSequence(_)
            | Operation::CreateView(_) => {}
            // The foreign keys of a circle of tables that don't exist are operations of their own.
            other => {
                let exists = |name| found.before.find(name).is_some();
                if other.table().is_none_or(exists) {
                    drift.others.push(other);
                }
            }
        }
    }
    drift
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
