//! [`printed_rows`]: the INSERT of rows, printed with literals.
//!
//! Used by `printed.rs` and by the statements with RETURNING.

use orm_core::error::Result;
use orm_core::sql::Dialect;
use orm_core::stmt::{self, Expr, InsertSource, Statement};

use super::bulk::is_of_single_rows;
use super::check::{check_length, check_references};
use super::values::{InsertRows, Run, no_rows};
use crate::mapping::Model;
use crate::query::compile::printed::with_literals;
use crate::query::compile::validate::{validate_insert, validate_statement};

/// Between statements. It ends none, so that a lone one can be run.
pub(super) const SEPARATOR: &str = ";\n";

/// The statement with its values as literals.
pub(super) fn printed(statement: &Statement, dialect: &dyn Dialect) -> Result<String> {
    validate_statement(statement).map_err(|error| error.to_error())?;
    with_literals(statement, dialect)
}

/// What the INSERT of some rows has besides them.
type Clauses<'c> = &'c dyn Fn(&Run) -> Result<Option<stmt::Insert>>;

/// The INSERT of all rows with their values as literals.
pub(super) fn printed_rows<'r, 'v: 'r, M: Model>(
    parts: impl Iterator<Item = &'r InsertRows<'v, M>>,
    dialect: &dyn Dialect,
    clauses: Clauses<'_>,
) -> Result<String> {
    let mut texts = Vec::new();
    for part in parts {
        for run in part.runs() {
            let mut statement = match clauses(&run)? {
                Some(clauses) => clauses,
                None => stmt::Insert::new(M::def().table, Vec::new(), InsertSource::Defaults),
            };
            let names = run.columns.iter().map(|at| M::def().names[*at].into());
            statement.columns = names.collect();
            let is_single = is_of_single_rows(dialect.capabilities(), &run.insert::<M>());
            let size = if is_single { 1 } else { run.rows.len() };
            for start in run.rows.clone().step_by(size.max(1)) {
                let rows = start..(start + size).min(run.rows.end);
                if !run.columns.is_empty() {
                    let rows = rows.map(|row| values(part, row, &run.columns));
                    statement.source = InsertSource::Rows(rows.collect::<Result<_>>()?);
                }
                validate_insert(&statement).map_err(|error| error.to_error())?;
                texts.push(with_literals(&statement, dialect)?);
            }
        }
    }
    if texts.is_empty() {
        return Err(no_rows::<M>());
    }
    Ok(texts.join(SEPARATOR))
}

fn values<M: Model>(part: &InsertRows<'_, M>, row: usize, columns: &[usize]) -> Result<Vec<Expr>> {
    let value = |position: &usize| {
        let value = part.value(row, *position);
        check_length(M::def(), *position, value)?;
        check_references(M::def(), *position, value)?;
        Ok(Expr::Value(value.to_value()))
    };
    columns.iter().map(value).collect()
}
