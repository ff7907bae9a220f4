//! Operations in a few words.

use crate::schema::{Constraint, Name, Operation, SqlText};

pub(super) fn describe(operation: &Operation) -> String {
    let text = match operation {
        Operation::CreateSchema(name) => format!("create schema {name}"),
        Operation::DropSchema(name) => format!("drop schema {name}"),
        Operation::CreateEnum(ty) => format!("create type {}", ty.name),
        Operation::DropEnum(ty) => format!("drop type {}", ty.name),
        Operation::RenameEnum { from, to } => format!("rename type {from} to {to}"),
        Operation::AlterEnum { from, columns, .. } => {
            format!("alter type {} of {} columns", from.name, columns.len())
        }
        Operation::CreateSequence(own) => format!("create sequence {}", own.name),
        Operation::DropSequence(own) => format!("drop sequence {}", own.name),
        Operation::AlterSequence { from, .. } => format!("alter sequence {}", from.name),
        Operation::CreateView(view) => format!("create view {}", view.name),
        Operation::DropView(view) => format!("drop view {}", view.name),
        Operation::CreateTable { table, deferred } => {
            format!(
                "create table {}{}",
                table.qualified_name(),
                without(deferred)
            )
        }
        Operation::DropTable { table, deferred } => {
            format!("drop table {}{}", table.qualified_name(), without(deferred))
        }
        Operation::RenameTable { from, to } => format!("rename table {from} to {to}"),
        other => part(other),
    };
    match operation.table() {
        Some(table) if !matches!(operation, Operation::RenameTable { .. }) => {
            format!("{table}: {text}")
        }
        _ => text,
    }
}

fn part(operation: &Operation) -> String {
    match operation {
        Operation::SetTableComment { .. } => "comment".to_owned(),
        Operation::SetTableOptions { .. } => "options".to_owned(),
        Operation::AddColumn { column, fill, .. } => {
            format!("add column {}{}", column.name, value(fill.as_ref()))
        }
        Operation::AlterColumn { to, fill, .. } => {
            format!("alter column {}{}", to.name, value(fill.as_ref()))
        }
        Operation::DropColumn { column, .. } => format!("drop column {}", column.name),
        Operation::RenameColumn { from, to, .. } => format!("rename column {from} to {to}"),
        Operation::AddConstraint { constraint, .. } => format!("add {}", constrained(constraint)),
        Operation::DropConstraint { constraint, .. } => format!("drop {}", constrained(constraint)),
        Operation::CreateIndex { index, .. } => format!("create index {}", index.name),
        Operation::DropIndex { index, .. } => format!("drop index {}", index.name),
        Operation::RenameIndex { from, to, .. } => format!("rename index {} to {to}", from.name),
        Operation::Attach { attached, .. } => format!("attach {}", attached.name),
        Operation::Detach { attached, .. } => format!("detach {}", attached.name),
        other => format!("{other:?}"),
    }
}

fn constrained(constraint: &Constraint) -> &str {
    match constraint {
        Constraint::PrimaryKey(_) => "primary key",
        other => other.name(),
    }
}

fn without(deferred: &[Name]) -> String {
    if deferred.is_empty() {
        return String::new();
    }
    format!(" without {}", deferred.join(", "))
}

fn value(fill: Option<&SqlText>) -> String {
    let text = fill.and_then(|fill| fill.of_dialect("any"));
    text.map(|text| format!(" = {text}")).unwrap_or_default()
}
