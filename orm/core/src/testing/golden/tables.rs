//! Tables for the texts of a schema, with columns of each type and keys that refer to each other.

use crate::schema::{Action, Check, Column, Default, ForeignKey, Index, Rule, Table};
use crate::types::{EnumType, Type};
use crate::value::Value;

use super::expressions::text;

/// A table with a column of each type and a constraint of each kind. The collation of one of its columns,
/// and a default that is an expression, are the dialect's own words.
pub fn with_everything(collation: &'static str, now: &'static str) -> Table {
    let mut table = columns_of_each_type(collation, now)
        .primary_key(["id"])
        .unique(["owner_id", "name"])
        .check(
            "colour",
            Rule::OneOf {
                column: "colour".into(),
                labels: vec!["red".into(), "green".into()],
            },
        );
    table.checks.push(Check {
        name: "ck_small".into(),
        rule: Rule::Raw("small > 0".into()),
    });
    table.foreign_keys.push(owner());
    table
}

fn columns_of_each_type(collation: &'static str, now: &'static str) -> Table {
    let mut code = Column::new("code", Type::Text).length(8);
    code.collation = Some(collation.into());
    let notes = Column::new("notes", Type::Text).nullable();
    Table::new("things")
        .column(Column::new("id", Type::Int64).auto_increment())
        .column(Column::new("owner_id", Type::Int64).nullable())
        .column(Column::new("name", Type::Text).length(50))
        .column(notes.default(Default::Value(text("it's"))))
        .column(code)
        .column(Column::new("done", Type::Bool).default(Default::Value(Value::Bool(false))))
        .column(Column::new("small", Type::Int16))
        .column(Column::new("medium", Type::Int32).default(Default::Value(Value::Int(-1))))
        .column(Column::new("single", Type::Float32))
        .column(Column::new("double", Type::Float64))
        .column(Column::new("data", Type::Bytes))
        .column(Column::new("digest", Type::Bytes).length(32))
        .column(Column::new("day", Type::Date))
        .column(Column::new("hour", Type::Time))
        .column(Column::new("local", Type::DateTime))
        .column(Column::new("at", Type::Timestamp).default(Default::Raw(now.into())))
        .column(Column::new("token", Type::Uuid))
        .column(Column::new("colour", colour()))
}

fn colour() -> Type {
    Type::Enum(EnumType {
        name: "colour".into(),
        labels: vec!["red".into(), "green".into()].into(),
    })
}

fn owner() -> ForeignKey {
    let (columns, key) = (vec!["owner_id".into()], vec!["id".into()]);
    let mut owner = ForeignKey::new("things", columns, "users".into(), key);
    owner.on_delete = Action::Cascade;
    owner.on_update = Action::SetNull;
    owner
}

/// A table with an index over two columns.
pub fn indexed() -> Table {
    Table::new("t").index(["a", "b"])
}

/// An index with a name of its own.
pub fn unique_index() -> Index {
    Index {
        name: "once".into(),
        columns: vec!["a".into()],
        unique: true,
    }
}

/// The tables `a` and `b`, each of which refers to the other.
pub fn cycle() -> Vec<Table> {
    let table = |name: &'static str, other: &'static str| {
        Table::new(name)
            .column(Column::new("id", Type::Int64))
            .column(Column::new("other", Type::Int64).nullable())
            .primary_key(["id"])
            .foreign_key(["other"], other, ["id"])
    };
    vec![table("a", "b"), table("b", "a")]
}
