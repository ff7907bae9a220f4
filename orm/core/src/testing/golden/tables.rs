//! Tables for the texts of a schema, with columns of each type and keys that refer to each other.

use crate::schema::{
    Action, Check, Column, ForeignKey, Index, Literal, Rule, ServerDefault, Table,
};
use crate::types::{EnumType, Type};

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
    let mut small = Check::new("things", "small", Rule::Raw("small > 0".into()));
    small.name = "ck_small".into();
    table.checks.push(small);
    table.foreign_keys.push(owner());
    table
}

fn columns_of_each_type(collation: &'static str, now: &'static str) -> Table {
    let code = Column::new("code", Type::Text).length(8);
    let notes = Column::new("notes", Type::Text).nullable();
    let constant = ServerDefault::Literal;
    Table::new("things")
        .column(Column::new("id", Type::Int64).auto_increment())
        .column(Column::new("owner_id", Type::Int64).nullable())
        .column(Column::new("name", Type::Text).length(50))
        .column(notes.server_default(constant(Literal::Text("it's".into()))))
        .column(code.collation(collation.into()))
        .column(Column::new("done", Type::Bool).server_default(constant(Literal::Bool(false))))
        .column(Column::new("small", Type::Int16))
        .column(Column::new("medium", Type::Int32).server_default(constant(Literal::Int(-1))))
        .column(Column::new("single", Type::Float32))
        .column(Column::new("double", Type::Float64))
        .column(Column::new("data", Type::Bytes))
        .column(Column::new("digest", Type::Bytes).length(32))
        .column(Column::new("day", Type::Date))
        .column(Column::new("hour", Type::Time))
        .column(Column::new("local", Type::DateTime))
        .column(Column::new("at", Type::Timestamp).server_default(ServerDefault::Raw(now.into())))
        .column(Column::new("token", Type::Uuid))
        .column(Column::new("colour", colour()))
}

fn colour() -> Type {
    let labels = vec!["red".into(), "green".into()];
    Type::Enum(EnumType::new("colour".into(), labels.into()))
}

/// Two tables with a native enumeration, which has labels that need quotes.
pub fn native_enums() -> Vec<Table> {
    let labels = vec!["small".into(), "it's".into()];
    let size = Type::Enum(EnumType::new("size".into(), labels.into()).native());
    let table = |name: &'static str| {
        let constant = ServerDefault::Literal(Literal::Text("small".into()));
        Table::new(name)
            .column(Column::new("size", size.clone()).server_default(constant))
            .check(
                "size",
                Rule::OneOf {
                    column: "size".into(),
                    labels: vec!["small".into(), "it's".into()],
                },
            )
    };
    vec![table("a"), table("b")]
}

fn owner() -> ForeignKey {
    let (columns, key) = (vec!["owner_id".into()], vec!["id".into()]);
    ForeignKey::new("things", columns, "users".into(), key)
        .on_delete(Action::Cascade)
        .on_update(Action::SetNull)
}

/// A table with an index over two columns.
pub fn indexed() -> Table {
    Table::new("t").index(["a", "b"])
}

/// An index with a name of its own.
pub fn unique_index() -> Index {
    Index::new("t", vec!["a".into()]).unique().named("once")
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
