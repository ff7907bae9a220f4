//! [`apply`]: the schema after an operation.
//!
//! Used by comparisons, which plan in steps, by the renderers of ALTER TABLE, which need the schema before each operation,
//! and by what replays migrations without a database. `objects.rs` has schemas, types, sequences and views, `table.rs`
//! tables and columns, `constraint.rs` constraints and indexes, `rename.rs` what follows a new name, `sql_names.rs` names
//! in SQL texts, `errors.rs` what does not fit. No SQL is rendered here, and no rows are considered.

mod constraint;
mod errors;
mod objects;
mod rename;
mod sql_names;
mod table;

#[cfg(test)]
mod tests;

use super::{Operation, Schema};
use crate::error::Result;

#[cfg(feature = "compare")]
pub(super) use sql_names::mentions;

/// Changes a schema as an operation changes the database.
///
/// A renamed table or column is renamed in constraints, indexes, foreign keys of other tables, and in the SQL of CHECKs,
/// generated columns and indexes. Queries of views and attached DDL are not changed. The order of columns is that of the
/// operations.
///
/// # Errors
/// - `Schema`: the operation does not fit: what it changes or drops is missing, what it creates exists already, or a column
///   that it drops is still used by a constraint or an index.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Operation, Schema, Table, apply};
/// # use orm_core::types::Type;
/// let users = Table::new("users").column(Column::new("mail", Type::Text)).unique(["mail"]);
/// let mut schema = Schema::new(vec![users])?;
/// let rename = Operation::RenameColumn { table: "users".into(), from: "mail".into(), to: "email".into() };
/// apply(&mut schema, &rename)?;
/// assert_eq!(schema.tables()[0].uniques[0].columns, ["email"]);
/// assert_eq!(
///     apply(&mut schema, &rename).unwrap_err().message(),
///     "the column email exists already"
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn apply(schema: &mut Schema, operation: &Operation) -> Result<()> {
    match operation {
        Operation::CreateSchema(_)
        | Operation::DropSchema(_)
        | Operation::CreateEnum(_)
        | Operation::DropEnum(_)
        | Operation::RenameEnum { .. }
        | Operation::AlterEnum { .. }
        | Operation::CreateSequence(_)
        | Operation::DropSequence(_)
        | Operation::AlterSequence { .. }
        | Operation::CreateView(_)
        | Operation::DropView(_) => objects::apply(schema, operation),
        Operation::AddConstraint { .. }
        | Operation::DropConstraint { .. }
        | Operation::CreateIndex { .. }
        | Operation::DropIndex { .. }
        | Operation::RenameIndex { .. }
        | Operation::Attach { .. }
        | Operation::Detach { .. } => constraint::apply(schema, operation),
        Operation::CreateTable { .. }
        | Operation::DropTable { .. }
        | Operation::RenameTable { .. }
        | Operation::SetTableComment { .. }
        | Operation::SetTableOptions { .. }
        | Operation::AddColumn { .. }
        | Operation::DropColumn { .. }
        | Operation::RenameColumn { .. }
        | Operation::AlterColumn { .. } => table::apply(schema, operation),
    }
}
