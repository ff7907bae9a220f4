//! Changes of tables: as ALTER TABLE where SQLite has it, else as a new table that takes the place of the old one.
//!
//! Used by [`Dialect::alter`](orm_core::sql::Dialect::alter). A dialect does not know the version of the database that a
//! migration will meet, so the forms of ALTER TABLE are those of the oldest supported version: ADD COLUMN, RENAME COLUMN
//! and DROP COLUMN. Which operations these can do is in `native.rs`, the statements of a rebuild are in `rebuild.rs`, its
//! values in `copy.rs`, conversions to another type in `convert.rs`, and names in quotes in `names.rs`. RENAME TO, CREATE TABLE and views need nothing
//! here: the standard's statements do.
//!
//! A rebuild follows "Making Other Kinds Of Table Schema Changes" in the manual of ALTER TABLE. Foreign keys must be
//! disabled for it, since DROP TABLE would delete the rows that reference the table, and SQLite ignores
//! PRAGMA foreign_keys within a transaction. So the change has its own BEGIN and COMMIT.

mod convert;
mod copy;
mod names;
mod native;
mod rebuild;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{Operation, QualifiedName, Schema, Table, apply};
use orm_core::sql::ddl::Change;

use crate::ddl::FOREIGN_KEYS;

/// An operation with the table that it changes.
struct Step<'a> {
    operation: &'a Operation,
    before: Table,
    /// The statements, if no rebuild is needed.
    native: Option<Vec<String>>,
}

/// Renders the first operations: all consecutive ones that change the same table.
pub(crate) fn alter(before: &Schema, operations: &[Operation]) -> Option<Result<(usize, Change)>> {
    let first = operations.first()?;
    if let Operation::AlterEnum { columns, .. } = first {
        let change = alter_enum(before, first, columns.iter().map(|(table, _)| table));
        return Some(change.map(|change| (1, change)));
    }
    let table = altered(first)?;
    let same = |operation: &&Operation| altered(operation) == Some(table);
    let count = operations.iter().take_while(same).count();
    let change = alter_table(before, table, &operations[..count]);
    Some(change.map(|change| (count, change)))
}

/// The table of an operation that changes one without renaming it.
fn altered(operation: &Operation) -> Option<&QualifiedName> {
    let is_rename = matches!(operation, Operation::RenameTable { .. });
    operation.table().filter(|_| !is_rename)
}

fn alter_table(before: &Schema, name: &QualifiedName, operations: &[Operation]) -> Result<Change> {
    let mut schema = before.clone();
    let mut steps = Vec::new();
    for operation in operations {
        let table = find(&schema, name)?.clone();
        apply(&mut schema, operation)?;
        let native = native::statements(&table, find(&schema, name)?, operation)?;
        steps.push(Step {
            operation,
            before: table,
            native,
        });
    }
    if let Some(statements) = concat(&steps) {
        return Ok(Change::new(statements));
    }
    let after = find(&schema, name)?;
    let mut statements = Vec::new();
    let mut rest = steps.as_slice();
    while let Some((first, others)) = rest.split_first() {
        // RENAME COLUMN alone renames the column in the foreign keys, views and triggers of other tables as well.
        let is_rename = |step: &Step<'_>| matches!(step.operation, Operation::RenameColumn { .. });
        let is_alone = is_rename(first);
        let end = others.iter().position(|step| is_alone || is_rename(step));
        let (group, behind) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        let after = behind.first().map_or(after, |next| &next.before);
        statements.extend(match concat(group) {
            Some(native) => native,
            None => rebuild::statements(before, &first.before, after, &operations_of(group))?,
        });
        rest = behind;
    }
    Ok(enclosed(statements))
}

/// The statements of steps of which none needs a rebuild.
fn concat(steps: &[Step<'_>]) -> Option<Vec<String>> {
    let native = steps.iter().map(|step| step.native.as_deref());
    Some(native.collect::<Option<Vec<_>>>()?.concat())
}

fn operations_of<'a>(steps: &[Step<'a>]) -> Vec<&'a Operation> {
    steps.iter().map(|step| step.operation).collect()
}

/// The labels of an enumeration are part of the columns' CHECK constraints, and the longest is their length.
fn alter_enum<'a>(
    before: &Schema,
    operation: &Operation,
    tables: impl Iterator<Item = &'a QualifiedName>,
) -> Result<Change> {
    let mut schema = before.clone();
    apply(&mut schema, operation)?;
    let mut names: Vec<&QualifiedName> = tables.collect();
    names.sort_unstable();
    names.dedup();
    let mut statements = Vec::new();
    for name in names {
        let (table, after) = (find(before, name)?, find(&schema, name)?);
        if !native::is_same(table, after) {
            statements.extend(rebuild::statements(before, table, after, &[])?);
        }
    }
    Ok(if statements.is_empty() {
        Change::new(statements)
    } else {
        enclosed(statements)
    })
}

/// A change with its own transaction, in which foreign keys are not enforced.
fn enclosed(statements: Vec<String>) -> Change {
    let mut all = vec![FOREIGN_KEYS.off.to_owned(), "BEGIN IMMEDIATE".to_owned()];
    all.extend(statements);
    for last in ["PRAGMA foreign_key_check", "COMMIT", FOREIGN_KEYS.on] {
        all.push(last.to_owned());
    }
    Change::outside_transaction(all)
}

fn find<'s>(schema: &'s Schema, name: &QualifiedName) -> Result<&'s Table> {
    schema.find(name).ok_or_else(|| {
        let message = format!("the table {name} does not exist");
        Error::with_message(ErrorKind::Schema, message).with_table(name.name.as_ref())
    })
}
