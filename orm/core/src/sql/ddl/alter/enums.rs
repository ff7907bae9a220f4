//! ALTER TYPE: labels of enumerated types, where these have names, and their new name.
//!
//! CREATE TYPE and DROP TYPE are in `ddl/enums.rs`.

use super::super::create_types;
use super::alter_column::{AlterColumn, set_default};
use super::statement::alter_column;
use crate::error::Result;
use crate::schema::{Column, Operation, QualifiedName, Schema};
use crate::sql::{Dialect, EnumStyle, SqlWriter};
use crate::types::EnumType;
use crate::value::Value;

/// Whether an operation adds labels, which no statement can use before they are committed.
pub(super) fn must_commit(dialect: &dyn Dialect, operation: &Operation) -> bool {
    let Operation::AlterEnum { from, to, .. } = operation else {
        return false;
    };
    dialect.capabilities().enums == EnumStyle::Named && from != to && only_adds(from, to)
}

/// Whether the old labels are among the new ones in the same order.
fn only_adds(from: &EnumType, to: &EnumType) -> bool {
    let mut labels = to.labels.iter();
    from.labels
        .iter()
        .all(|label| labels.any(|other| other == label))
}

/// ALTER TYPE … RENAME TO.
pub(super) fn rename_enum(dialect: &dyn Dialect, from: &str, to: &str) -> Vec<String> {
    if dialect.capabilities().enums != EnumStyle::Named {
        return Vec::new();
    }
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TYPE ")
        .ident(from)
        .push(" RENAME TO ")
        .ident(to);
    vec![w.finish().0]
}

/// Changes the labels of a type. Without names of types, the columns of the type change.
pub(super) fn alter_enum(
    dialect: &dyn Dialect,
    schema: &Schema,
    (from, to): (&EnumType, &EnumType),
    columns: &[(QualifiedName, Column)],
) -> Result<Vec<String>> {
    if dialect.capabilities().enums != EnumStyle::Named {
        return alter_columns(dialect, schema, columns);
    }
    if only_adds(from, to) {
        return add_labels(dialect, from, to);
    }
    replace_type(dialect, schema, (from, to), columns)
}

fn alter_columns(
    dialect: &dyn Dialect,
    schema: &Schema,
    columns: &[(QualifiedName, Column)],
) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    for (name, to) in columns {
        let table = super::find(schema, name)?;
        let Some(from) = table.find(&to.name) else {
            continue;
        };
        let change = AlterColumn {
            dialect,
            table,
            from,
            to,
            fill: None,
            using: None,
        };
        statements.extend(change.statements()?);
    }
    Ok(statements)
}

/// ALTER TYPE … ADD VALUE for each new label, behind the one before it.
fn add_labels(dialect: &dyn Dialect, from: &EnumType, to: &EnumType) -> Result<Vec<String>> {
    let literal = |label: &str| dialect.literal(&Value::Text(label.to_owned()));
    let mut statements = Vec::new();
    let mut old = from.labels.iter().peekable();
    let mut previous = None;
    for label in to.labels.iter() {
        if old.next_if_eq(&label).is_none() {
            let mut w = SqlWriter::new(dialect);
            w.push("ALTER TYPE ").ident(&to.name);
            w.push(" ADD VALUE ").push(&literal(label)?);
            match (old.peek(), previous) {
                (Some(next), None) => w.push(" BEFORE ").push(&literal(next)?),
                (Some(_), Some(previous)) => w.push(" AFTER ").push(&literal(previous)?),
                (None, _) => &mut w,
            };
            statements.push(w.finish().0);
        }
        previous = Some(&**label);
    }
    Ok(statements)
}

/// Creates the type again and casts its columns by their labels. The old type has another name in the meantime.
fn replace_type(
    dialect: &dyn Dialect,
    schema: &Schema,
    (from, to): (&EnumType, &EnumType),
    columns: &[(QualifiedName, Column)],
) -> Result<Vec<String>> {
    let old = format!("{}_old", from.name);
    let mut rename = SqlWriter::new(dialect);
    rename.push("ALTER TYPE ").ident(&from.name);
    rename.push(" RENAME TO ").constraint(&old);
    let mut statements = vec![rename.finish().0];
    statements.extend(create_types(dialect, &[to])?);
    for (table, column) in columns {
        statements.extend(cast_column(dialect, schema, table, column)?);
    }
    let mut drop = SqlWriter::new(dialect);
    drop.push("DROP TYPE ").constraint(&old);
    statements.push(drop.finish().0);
    Ok(statements)
}

fn cast_column(
    dialect: &dyn Dialect,
    schema: &Schema,
    name: &QualifiedName,
    column: &Column,
) -> Result<Vec<String>> {
    let table = super::find(schema, name)?;
    let action = |action: &str| alter_column(dialect, name, &column.name, action);
    let mut statements = Vec::new();
    if table
        .find(&column.name)
        .is_some_and(|old| old.server_default.is_some())
    {
        statements.push(action("DROP DEFAULT"));
    }
    let ty = super::statement::native_type(dialect, table, column)?;
    let mut using = SqlWriter::new(dialect);
    using.ident(&column.name).push("::text::").push(&ty);
    let using = using.finish().0;
    statements.push(action(&format!("SET DATA TYPE {ty} USING {using}")));
    if column.server_default.is_some() {
        statements.push(set_default(dialect, table, column)?);
    }
    Ok(statements)
}
