//! ALTER: the changes of a schema as SQL, in the order of the operations.
//!
//! Used by `orm-migrate` to write migrations. The statements are those of the standard and of PostgreSQL; a dialect renders
//! operations in its own way by [`Dialect::alter`]. `change.rs` groups the statements, `columns.rs` adds columns,
//! `alter_column.rs` changes them, and `dependents.rs` finds what depends on one; `tables.rs` has what concerns a whole
//! table, `enums.rs` and `sequences.rs` these objects, and `statement.rs` the parts that they share. Which operations lead
//! from one schema to another is not here.

mod alter_column;
mod change;
mod columns;
mod dependents;
mod enums;
mod sequences;
mod statement;
mod tables;

pub use change::Change;
use change::Changes;

use super::{
    add_constraint, create_index, create_schema, create_sequence, create_types, create_view,
    drop_constraint, drop_index, drop_schema, drop_sequence, drop_types, drop_view,
};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{AttachedSql, Index, Operation, QualifiedName, Schema, Table, apply};
use crate::sql::{Dialect, EnumStyle};
use crate::types::EnumType;
use alter_column::AlterColumn;

/// Renders the operations that change the schema `before`, in their order. What the database does not have or store, such
/// as the types of enumerations outside of PostgreSQL, needs no statement.
///
/// # Errors
/// - `Unsupported`: the database can't make a change. The error names table and column.
/// - `Schema`: an operation does not fit the schema that the operations before it leave.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Operation, Schema, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// let before = Schema::new(vec![users])?;
/// let age = Column::new("age", Type::Int32).nullable();
/// let add = Operation::AddColumn { table: "users".into(), column: age, fill: None };
/// let changes = ddl::alter(&AnsiDialect::new(), &before, &[add])?;
/// assert_eq!(changes[0].statements, [r#"ALTER TABLE "users" ADD COLUMN "age" INTEGER"#]);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn alter(
    dialect: &dyn Dialect,
    before: &Schema,
    operations: &[Operation],
) -> Result<Vec<Change>> {
    let mut schema = before.clone();
    let mut changes = Changes::new(dialect.capabilities().transactional_ddl);
    let mut rest = operations;
    while let Some(first) = rest.first() {
        let (taken, change) = match dialect.alter(&schema, rest) {
            Some(own) => own?,
            None => (1, render(dialect, &schema, first)?),
        };
        let taken = taken.clamp(1, rest.len());
        changes.push(change, taken);
        if enums::must_commit(dialect, first) {
            changes.end();
        }
        let (done, others) = rest.split_at(taken);
        for operation in done {
            apply(&mut schema, operation)?;
        }
        rest = others;
    }
    Ok(changes.finish())
}

/// The statements of one operation.
fn render(dialect: &dyn Dialect, schema: &Schema, operation: &Operation) -> Result<Change> {
    let statements = match operation {
        Operation::CreateIndex { index, .. } | Operation::DropIndex { index, .. } => {
            return render_index(dialect, schema, operation, index);
        }
        Operation::CreateSchema(name) => vec![create_schema(dialect, name)?],
        Operation::DropSchema(name) => vec![drop_schema(dialect, name)?],
        Operation::CreateEnum(ty) => create_types(dialect, &named(dialect, ty))?,
        Operation::DropEnum(ty) => drop_types(dialect, &named(dialect, ty)),
        Operation::RenameEnum { from, to } => enums::rename_enum(dialect, from, to),
        Operation::AlterEnum { from, to, columns } => {
            enums::alter_enum(dialect, schema, (from, to), columns)?
        }
        Operation::CreateSequence(sequence) => vec![create_sequence(dialect, sequence)?],
        Operation::DropSequence(sequence) => {
            vec![drop_sequence(dialect, &sequence.qualified_name())]
        }
        Operation::AlterSequence { from, to } => sequences::alter_sequence(dialect, from, to)?,
        Operation::CreateView(view) => vec![create_view(dialect, view)?],
        Operation::DropView(view) => vec![drop_view(dialect, view)],
        of_table => render_of_table(dialect, schema, of_table)?,
    };
    Ok(Change::new(statements))
}

/// The statements of a change of one table.
fn render_of_table(
    dialect: &dyn Dialect,
    schema: &Schema,
    operation: &Operation,
) -> Result<Vec<String>> {
    match operation {
        Operation::CreateTable { table, deferred } => {
            tables::create_table(dialect, table, deferred)
        }
        Operation::DropTable { table, .. } => Ok(tables::drop_table(dialect, table)),
        Operation::RenameTable { from, to } => tables::rename_table(dialect, from, to),
        Operation::SetTableComment { table, to, .. } => {
            let comment = super::comment_on_table(dialect, table, to.as_deref())?;
            Ok(comment.into_iter().collect())
        }
        Operation::SetTableOptions { table, from, to } => {
            tables::set_options(dialect, table, from, to)
        }
        Operation::AddConstraint { table, constraint } => {
            let added = add_constraint(dialect, find(schema, table)?, constraint)?;
            Ok(added.into_iter().collect())
        }
        Operation::DropConstraint { table, constraint } => {
            let dropped = drop_constraint(dialect, find(schema, table)?, constraint)?;
            Ok(dropped.into_iter().collect())
        }
        Operation::RenameIndex { table, from, to } => {
            Ok(vec![tables::rename_index(dialect, table, &from.name, to)])
        }
        Operation::Attach { attached, .. } => Ok(attach(dialect, attached)),
        Operation::Detach { table, attached } => detach(dialect, table, attached),
        of_column => render_of_column(dialect, schema, of_column),
    }
}

/// The statements of a change of one column.
fn render_of_column(
    dialect: &dyn Dialect,
    schema: &Schema,
    operation: &Operation,
) -> Result<Vec<String>> {
    match operation {
        Operation::AddColumn {
            table,
            column,
            fill,
        } => columns::add_column(dialect, find(schema, table)?, column, fill.as_ref()),
        Operation::DropColumn { table, column } => {
            Ok(vec![columns::drop_column(dialect, table, &column.name)])
        }
        Operation::RenameColumn { table, from, to } => {
            Ok(vec![columns::rename_column(dialect, table, from, to)])
        }
        Operation::AlterColumn {
            table,
            from,
            to,
            fill,
            using,
        } => AlterColumn {
            dialect,
            table: find(schema, table)?,
            from,
            to,
            fill: fill.as_ref(),
            using: using.as_ref(),
        }
        .statements(),
        other => {
            let message = format!("no statement is known for the operation {other:?}");
            Err(Error::with_message(ErrorKind::Unsupported, message))
        }
    }
}

/// CREATE INDEX or DROP INDEX. CONCURRENTLY is refused in a transaction.
fn render_index(
    dialect: &dyn Dialect,
    schema: &Schema,
    operation: &Operation,
    index: &Index,
) -> Result<Change> {
    let statement = match operation {
        Operation::CreateIndex { table, .. } => create_index(dialect, find(schema, table)?, index)?,
        other => {
            let table = other.table().cloned().unwrap_or_else(|| "".into());
            drop_index(dialect, &table, index)
        }
    };
    let is_concurrent = index.concurrently && dialect.capabilities().ddl.concurrent_indexes;
    Ok(if is_concurrent {
        Change::outside_transaction(vec![statement])
    } else {
        Change::new(vec![statement])
    })
}

/// The type, where types of enumerations have names.
fn named<'t>(dialect: &dyn Dialect, ty: &'t EnumType) -> Vec<&'t EnumType> {
    let is_named = dialect.capabilities().enums == EnumStyle::Named;
    is_named.then_some(ty).into_iter().collect()
}

fn attach(dialect: &dyn Dialect, attached: &AttachedSql) -> Vec<String> {
    if attached.is_of(dialect.name()) {
        vec![attached.create.to_string()]
    } else {
        Vec::new()
    }
}

fn detach(
    dialect: &dyn Dialect,
    table: &QualifiedName,
    attached: &AttachedSql,
) -> Result<Vec<String>> {
    if !attached.is_of(dialect.name()) {
        return Ok(Vec::new());
    }
    let Some(drop) = &attached.drop else {
        let message = format!(
            "the SQL {} of table {table} has no statement that drops it",
            attached.name
        );
        return Err(
            statement::unsupported(table, message).with_hint("give it one with AttachedSql::drop")
        );
    };
    Ok(vec![drop.to_string()])
}

/// The table that an operation changes.
fn find<'s>(schema: &'s Schema, table: &QualifiedName) -> Result<&'s Table> {
    schema.find(table).ok_or_else(|| {
        let message = format!("an operation changes the unknown table {table}");
        Error::with_message(ErrorKind::Schema, message).with_table(table.name.as_ref())
    })
}
