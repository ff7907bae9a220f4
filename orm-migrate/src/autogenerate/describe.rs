//! Operations and questions in words, for people who read a plan.

use orm_core::schema::compare::Question;
use orm_core::schema::{Column, Constraint, Operation};

/// Returns an operation in one line, such as `add column users.age`.
///
/// # Examples
///
/// ```
/// use orm_core::schema::{Column, Operation};
/// use orm_core::types::Type;
/// use orm_migrate::autogenerate::describe;
///
/// let column = Column::new("age", Type::Int32);
/// let drop = Operation::DropColumn { table: "users".into(), column };
/// assert_eq!(describe(&drop), "drop column users.age, with its values");
/// ```
pub fn describe(operation: &Operation) -> String {
    match operation {
        Operation::CreateSchema(name) => format!("create schema {name}"),
        Operation::DropSchema(name) => format!("drop schema {name}"),
        Operation::CreateEnum(ty) => format!("create type {} ({})", ty.name, ty.labels.join(", ")),
        Operation::DropEnum(ty) => format!("drop type {}", ty.name),
        Operation::RenameEnum { from, to } => format!("rename type {from} to {to}"),
        Operation::AlterEnum { from, to, .. } => format!(
            "change the labels of type {} from ({}) to ({})",
            to.name,
            from.labels.join(", "),
            to.labels.join(", ")
        ),
        Operation::CreateSequence(sequence) => {
            format!("create sequence {}", sequence.qualified_name())
        }
        Operation::DropSequence(sequence) => format!("drop sequence {}", sequence.qualified_name()),
        Operation::AlterSequence { to, .. } => format!("change sequence {}", to.qualified_name()),
        Operation::CreateView(view) => format!("create view {}", view.qualified_name()),
        Operation::DropView(view) => format!("drop view {}", view.qualified_name()),
        other => of_table(other),
    }
}

fn of_table(operation: &Operation) -> String {
    match operation {
        Operation::CreateTable { table, .. } => format!("create table {}", table.qualified_name()),
        Operation::DropTable { table, .. } => {
            format!("drop table {}, with its rows", table.qualified_name())
        }
        Operation::RenameTable { from, to } => format!("rename table {from} to {to}"),
        Operation::SetTableComment { table, .. } => format!("change the comment of table {table}"),
        Operation::SetTableOptions { table, .. } => format!("change the options of table {table}"),
        Operation::AddConstraint { table, constraint } => {
            format!("add {} {} to {table}", kind(constraint), constraint.name())
        }
        Operation::DropConstraint { table, constraint } => {
            format!("drop {} {} of {table}", kind(constraint), constraint.name())
        }
        Operation::CreateIndex { table, index } => {
            format!("create index {} on {table}", index.name)
        }
        Operation::DropIndex { table, index } => format!("drop index {} of {table}", index.name),
        Operation::RenameIndex { table, from, to } => {
            format!("rename index {} of {table} to {to}", from.name)
        }
        Operation::Attach { table, attached } => format!("create {} of {table}", attached.name),
        Operation::Detach { table, attached } => format!("drop {} of {table}", attached.name),
        other => of_column(other),
    }
}

fn of_column(operation: &Operation) -> String {
    match operation {
        Operation::AddColumn { table, column, .. } => format!("add column {table}.{}", column.name),
        Operation::DropColumn { table, column } => {
            format!("drop column {table}.{}, with its values", column.name)
        }
        Operation::RenameColumn { table, from, to } => {
            format!("rename column {table}.{from} to {to}")
        }
        Operation::AlterColumn {
            table, from, to, ..
        } => format!(
            "change column {table}.{}: {}",
            to.name,
            differences(from, to)
        ),
        // An operation that a later version of orm-core adds.
        other => format!("{other:?}"),
    }
}

fn kind(constraint: &Constraint) -> &'static str {
    match constraint {
        Constraint::PrimaryKey(_) => "primary key",
        Constraint::Unique(_) => "unique constraint",
        Constraint::ForeignKey(_) => "foreign key",
        Constraint::Check(_) => "check",
        Constraint::Exclusion(_) => "exclusion constraint",
    }
}

/// What differs between two definitions of a column.
fn differences(from: &Column, to: &Column) -> String {
    let mut found = Vec::new();
    if from.ty != to.ty || from.length != to.length || from.sql_types != to.sql_types {
        found.push(format!("{} becomes {}", type_text(from), type_text(to)));
    }
    if from.nullable != to.nullable {
        found.push(if to.nullable { "nullable" } else { "NOT NULL" }.to_owned());
    }
    for (differs, what) in [
        (from.server_default != to.server_default, "default"),
        (from.collation != to.collation, "collation"),
        (from.generated != to.generated, "generation"),
        (
            from.auto_increment != to.auto_increment || from.identity != to.identity,
            "numbering",
        ),
        (from.comment != to.comment, "comment"),
    ] {
        if differs {
            found.push(format!("another {what}"));
        }
    }
    found.join(", ")
}

fn type_text(column: &Column) -> String {
    if let Some((_, native)) = column.sql_types.first() {
        return native.to_string();
    }
    let name = column.ty.describe();
    match column.length {
        Some(length) => format!("{name} of {length}"),
        None => name.to_string(),
    }
}

/// Returns a question with the options that answer it.
pub fn question(question: &Question) -> String {
    match question {
        Question::RenameTable { from, to, .. } => {
            format!("was table {from} renamed to {to}? --rename {from}:{to} or --no-renames")
        }
        Question::Rename {
            table, from, to, ..
        } => format!(
            "was column {table}.{from} renamed to {to}? --rename {table}.{from}:{to} or --no-renames"
        ),
        Question::Fill { table, column } => format!(
            "which value do the rows of {table} get in the NOT NULL column {column}? --fill \"{table}.{column}=SQL\""
        ),
        // A question that a later version of orm-core asks.
        other => format!("{other:?}"),
    }
}
