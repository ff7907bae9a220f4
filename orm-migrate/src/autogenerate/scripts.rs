//! The scripts of operations: `up.sql` and `down.sql`, for each part that is a migration of its own.

use orm_core::schema::{Column, Operation, Schema, SqlText, apply};
use orm_core::sql::Dialect;
use orm_core::sql::ddl::{self, alter};
use orm_core::types::Type;
use orm_core::value::Value;

use crate::error::Result;
use crate::migration::Transaction;

/// Holds the scripts of one migration in one dialect.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// The operations.
    pub operations: Vec<Operation>,
    /// The text of up.sql. Empty if the database needs no statement.
    pub up: String,
    /// The text of down.sql. Empty if the database needs no statement.
    pub down: String,
    /// Whether both run in a transaction.
    pub transaction: Transaction,
}

impl Part {
    /// Returns whether the database needs no statement.
    pub fn is_empty(&self) -> bool {
        self.up.is_empty() && self.down.is_empty()
    }
}

/// Returns the scripts of operations that change the schema `before`. Statements that can't be in one transaction are
/// parts of their own: CREATE INDEX CONCURRENTLY, a table of SQLite that is built again, a new label of an enumerated
/// type. Where DDL commits, all is one part.
///
/// # Errors
/// - The dialect can't express an operation.
/// - An operation does not fit the schema.
pub fn parts(
    dialect: &dyn Dialect,
    before: &Schema,
    operations: &[Operation],
) -> Result<Vec<Part>> {
    let changes = alter(dialect, before, operations)?;
    let mut parts = Vec::new();
    let mut schema = before.clone();
    let mut rest = operations;
    for (index, change) in changes.iter().enumerate() {
        // Operations without statements behind the last change belong to it.
        let count = if index + 1 == changes.len() {
            rest.len()
        } else {
            change.operations.min(rest.len())
        };
        let (own, behind) = rest.split_at(count);
        let up = ddl::to_script(&change.statements);
        let part = part(dialect, &mut schema, own, (up, change.in_transaction))?;
        parts.push(part);
        rest = behind;
    }
    Ok(parts)
}

/// The way back of DROP COLUMN and of DROP NOT NULL, with a neutral value for the rows whose values are lost: without
/// one, no table with rows could go back.
fn refilled(operation: Operation, dialect: &dyn Dialect) -> Operation {
    match operation {
        Operation::AddColumn {
            table,
            column,
            fill: None,
        } if needs_value(&column) => Operation::AddColumn {
            table,
            fill: neutral(&column, dialect),
            column,
        },
        Operation::AlterColumn {
            table,
            from,
            to,
            fill: None,
            using,
        } if from.nullable && needs_value(&to) => Operation::AlterColumn {
            table,
            fill: neutral(&to, dialect),
            from,
            to,
            using,
        },
        other => other,
    }
}

fn needs_value(column: &Column) -> bool {
    let is_given = column.server_default.is_some() || column.generated.is_some();
    !column.nullable && !column.auto_increment && !is_given
}

/// A value of the type that means nothing, in SQL.
fn neutral(column: &Column, dialect: &dyn Dialect) -> Option<SqlText> {
    let value = match &column.ty {
        Type::Bool => Value::Bool(false),
        Type::Int8 | Type::Int16 | Type::Int32 | Type::Int64 | Type::Unsigned(_) => Value::Int(0),
        Type::Float32 | Type::Float64 => Value::Float(0.0),
        Type::Decimal { .. } => Value::Decimal(0_i64.into()),
        Type::Text => Value::Text(String::new()),
        Type::Bytes => Value::Bytes(Vec::new()),
        Type::Date => Value::Date(0),
        Type::Time => Value::Time(0),
        Type::DateTime => Value::DateTime(0),
        Type::Timestamp => Value::Timestamp(0),
        Type::Interval => Value::Interval(0),
        Type::Uuid => Value::Uuid([0; 16]),
        Type::Json => Value::Json("null".to_owned()),
        Type::Enum(ty) => Value::Text(ty.labels.first()?.to_string()),
        Type::Extension(_) => return None,
    };
    dialect.literal(&value).ok().map(SqlText::from)
}

/// The part of some operations, after which `schema` is as they leave it.
fn part(
    dialect: &dyn Dialect,
    schema: &mut Schema,
    operations: &[Operation],
    (up, in_transaction): (String, bool),
) -> Result<Part> {
    for operation in operations {
        apply(schema, operation)?;
    }
    let back: Vec<_> = operations
        .iter()
        .rev()
        .map(|operation| refilled(operation.inverse(), dialect))
        .collect();
    let changes = alter(dialect, schema, &back)?;
    let mut down = Vec::new();
    let mut transaction = in_transaction;
    for change in changes {
        transaction &= change.in_transaction;
        down.extend(change.statements);
    }
    Ok(Part {
        operations: operations.to_vec(),
        up,
        down: ddl::to_script(&down),
        transaction: if transaction {
            Transaction::One
        } else {
            Transaction::None
        },
    })
}
