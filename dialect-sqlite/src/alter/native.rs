//! Which operations ALTER TABLE can do, and its statements.
//!
//! Used by `mod.rs`. The conditions are those of "ALTER TABLE" in SQLite's manual for version 3.39.

use orm_core::error::Result;
use orm_core::schema::{
    AttachedSql, Check, Column, Index, KeyOf, Operation, Rule, ServerDefault, SqlText, Table,
};
use orm_core::sql::ddl;

use super::convert;
use super::names::{qualified, quoted};
use crate::dialect::SqliteDialect;
use crate::types::NAME;

/// The statements of an operation that leads from the table `before` to `after`, if it needs no rebuild.
///
/// # Errors
/// `Unsupported`: SQLite does not support the column or index.
pub(super) fn statements(
    before: &Table,
    after: &Table,
    operation: &Operation,
) -> Result<Option<Vec<String>>> {
    let single = |statement: String| Some(vec![statement]);
    let words = || format!("ALTER TABLE {} ", qualified(&before.qualified_name()));
    Ok(match operation {
        Operation::AddColumn { column, fill, .. } => {
            if fill.is_some() || !is_addable(column) {
                return Ok(None);
            }
            let definition = ddl::column_definition(&SqliteDialect, after, column)?;
            single(format!("{}ADD COLUMN {definition}", words()))
        }
        Operation::DropColumn { column, .. } => is_droppable(before, column)
            .then(|| vec![format!("{}DROP COLUMN {}", words(), quoted(&column.name))]),
        Operation::RenameColumn { from, to, .. } => single(format!(
            "{}RENAME COLUMN {} TO {}",
            words(),
            quoted(from),
            quoted(to)
        )),
        Operation::AlterColumn {
            from,
            to,
            fill: None,
            using: None,
            ..
        } => {
            let is_unchanged = convert::is_unchanged(&from.ty, &to.ty) && is_same(before, after);
            is_unchanged.then(Vec::new)
        }
        Operation::AlterColumn { .. } => None,
        other => return of_object(before, after, other),
    })
}

/// The statements of a change of what is no column.
fn of_object(before: &Table, after: &Table, operation: &Operation) -> Result<Option<Vec<String>>> {
    let create = |index: &Index| ddl::create_index(&SqliteDialect, after, index);
    let drop = |index: &Index| ddl::drop_index(&SqliteDialect, &before.qualified_name(), index);
    Ok(match operation {
        Operation::CreateIndex { index, .. } => Some(vec![create(index)?]),
        Operation::DropIndex { index, .. } => Some(vec![drop(index)]),
        Operation::RenameIndex { from, to, .. } => {
            let renamed = from.clone().named(to.clone());
            Some(vec![drop(from), create(&renamed)?])
        }
        Operation::Attach { attached, .. } => Some(created(attached)),
        Operation::Detach { attached, .. } => dropped(attached),
        _ => is_same(before, after).then(Vec::new),
    })
}

fn created(attached: &AttachedSql) -> Vec<String> {
    let own = Some(&attached.create).filter(|_| attached.is_of(NAME));
    own.map(ToString::to_string).into_iter().collect()
}

/// What has no statement of its own is dropped with the table, by a rebuild.
fn dropped(attached: &AttachedSql) -> Option<Vec<String>> {
    if !attached.is_of(NAME) {
        return Some(Vec::new());
    }
    attached.drop.as_ref().map(|drop| vec![drop.to_string()])
}

/// Whether CREATE TABLE has the same text for both. What has none needs a rebuild, which reports why.
pub(super) fn is_same(before: &Table, after: &Table) -> bool {
    let create = |table: &Table| ddl::create_table(&SqliteDialect, table, &[]).ok();
    create(before).is_some_and(|text| create(after) == Some(text))
}

/// Whether ADD COLUMN takes a column: existing rows must have a value that is constant.
fn is_addable(column: &Column) -> bool {
    let is_stored = column.generated.as_ref().is_some_and(|own| own.stored);
    let has_value = match column.server_default {
        None => column.nullable,
        Some(ServerDefault::Literal(_)) => true,
        Some(_) => false,
    };
    has_value && !is_stored && !column.auto_increment
}

/// Whether DROP COLUMN takes a column: nothing else may mention it.
fn is_droppable(table: &Table, column: &Column) -> bool {
    let name = &column.name;
    if table.columns.len() < 2 || table.constrained().any(|constrained| constrained == name) {
        return false;
    }
    let expressions = table.columns.iter().filter(|other| other.name != *name);
    let expressions = expressions.filter_map(|other| other.generated.as_ref());
    let mut expressions = expressions.map(|generated| &generated.expression);
    !(expressions.any(|sql| mentions(sql, name))
        || table.checks.iter().any(|check| checks(check, name))
        || table.indexes.iter().any(|index| indexes(index, name))
        || table.attached.iter().any(|own| has_word(&own.create, name)))
}

fn checks(check: &Check, name: &str) -> bool {
    match &check.rule {
        Rule::OneOf { column, .. } | Rule::Range { column, .. } => column == name,
        Rule::Raw(sql) => mentions(sql, name),
        _ => true,
    }
}

fn indexes(index: &Index, name: &str) -> bool {
    let keys = index.keys.iter().filter_map(|key| match &key.of {
        KeyOf::Expression(sql) => Some(sql),
        KeyOf::Column(_) => None,
    });
    keys.chain(&index.filter).any(|sql| mentions(sql, name))
}

fn mentions(sql: &SqlText, name: &str) -> bool {
    sql.of_dialect(NAME).is_some_and(|sql| has_word(sql, name))
}

/// Whether SQL may have a name. A part of another name counts as well: a rebuild is correct, too.
fn has_word(sql: &str, name: &str) -> bool {
    sql.to_lowercase().contains(&name.to_lowercase())
}
