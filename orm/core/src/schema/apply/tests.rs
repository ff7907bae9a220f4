//! Each kind of operation on a small schema, with its inverse, and the operations that don't fit.

use super::*;
use crate::error::ErrorKind;
use crate::schema::QualifiedName;
use crate::schema::{
    AttachedSql, Check, Column, Constraint, Generated, Index, IndexKey, Rule, Sequence, Table,
    TableOption, Unique, View,
};
use crate::types::{EnumType, Type};

fn size(labels: &[&'static str]) -> EnumType {
    let labels: Vec<_> = labels.iter().map(|label| (*label).into()).collect();
    EnumType::new("size".into(), labels.into()).native()
}

fn schema() -> Schema {
    let users = Table::new("users")
        .column(Column::new("id", Type::Int64))
        .column(Column::new("age", Type::Int32))
        .column(Column::new("size", Type::Enum(size(&["s", "l"]))))
        .column(Column::new("twice", Type::Int32).generated(Generated::stored("age * 2".into())))
        .primary_key(["id"])
        .unique(["age"])
        .check("age", Rule::Raw("age >= 0".into()));
    let posts = Table::new("posts")
        .column(Column::new("id", Type::Int64))
        .column(Column::new("author", Type::Int64))
        .primary_key(["id"])
        .foreign_key(["author"], "users", ["id"])
        .index(["author"]);
    let mut schema = Schema::new(vec![users, posts]).unwrap();
    let view = View::new("adults", "SELECT id FROM users").depends_on(["users"]);
    schema.views.push(view);
    schema.sequences.push(Sequence::new("numbers"));
    schema
}

/// Applies an operation, checks that its inverse restores the schema, and returns the schema in between.
fn there_and_back(operation: &Operation) -> Schema {
    let mut changed = schema();
    apply(&mut changed, operation).unwrap();
    assert_ne!(changed, schema(), "{operation:?}");
    let after = changed.clone();
    apply(&mut changed, &operation.inverse()).unwrap();
    assert_eq!(changed, schema(), "{operation:?}");
    after
}

fn refused(operation: &Operation) -> String {
    let error = apply(&mut schema(), operation).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    error.message().to_owned()
}

#[test]
fn a_renamed_column_is_renamed_everywhere() {
    let rename = |from, to| Operation::RenameColumn {
        table: "users".into(),
        from,
        to,
    };
    let after = there_and_back(&rename("age".into(), "years".into()));
    let users = after.table("users").unwrap();
    assert_eq!(users.uniques[0].columns, ["years"]);
    assert_eq!(users.checks[0].rule, Rule::Raw("years >= 0".into()));
    let twice = users.find("twice").unwrap().generated.as_ref().unwrap();
    assert_eq!(twice.expression, "years * 2".into());
    let after = there_and_back(&rename("id".into(), "key".into()));
    assert_eq!(after.table("users").unwrap().key_columns(), ["key"]);
    assert_eq!(after.tables()[0].foreign_keys[0].references, ["key"]);
    assert_eq!(
        refused(&rename("id".into(), "age".into())),
        "the column age exists already"
    );
}

#[test]
fn a_renamed_column_is_renamed_in_rules_and_indexes() {
    let mut table = Table::new("t").column(Column::new("a", Type::Text));
    let labels = vec!["x".into()];
    let column = "a".into();
    table.checks = vec![Check::new("t", "a", Rule::OneOf { column, labels })];
    let index = Index::new("t", vec!["a".into()]);
    let index = index
        .key(IndexKey::expression("lower(a)"))
        .filter("a <> ''");
    table.indexes = vec![index.include(["a"])];
    rename::column(&mut table, &"a".into(), &"b".into());
    let expected = Index::new("t", vec!["b".into()]).named("ix_t_a");
    let expected = expected
        .key(IndexKey::expression("lower(b)"))
        .filter("b <> ''");
    assert_eq!(table.indexes, [expected.include(["b"])]);
    assert!(matches!(&table.checks[0].rule, Rule::OneOf { column, .. } if column == "b"));
}

#[test]
fn a_renamed_table_keeps_the_order_and_its_references() {
    let after = there_and_back(&Operation::RenameTable {
        from: "users".into(),
        to: "accounts".into(),
    });
    assert_eq!(after.tables()[0].name, "accounts");
    assert_eq!(after.tables()[1].foreign_keys[0].table, "accounts");
    assert_eq!(after.views[0].depends_on, ["accounts".into()]);
}

#[test]
fn tables_columns_and_their_properties_come_and_go() {
    let table: QualifiedName = "users".into();
    let column = Column::new("note", Type::Text).nullable();
    there_and_back(&Operation::AddColumn {
        table: table.clone(),
        column: column.clone(),
        fill: None,
    });
    let from = Column::new("age", Type::Int32);
    there_and_back(&Operation::AlterColumn {
        table: table.clone(),
        to: from.clone().nullable(),
        from,
        fill: None,
        using: None,
    });
    there_and_back(&Operation::SetTableComment {
        table: table.clone(),
        from: None,
        to: Some("people".into()),
    });
    there_and_back(&Operation::SetTableOptions {
        table,
        from: Vec::new(),
        to: vec![TableOption::new("sqlite", "STRICT")],
    });
    let new = Table::new("m")
        .column(column)
        .foreign_key(["note"], "users", ["id"]);
    let after = there_and_back(&Operation::CreateTable {
        deferred: vec![new.foreign_keys[0].name.clone()],
        table: new.into(),
    });
    assert_eq!(after.tables()[0].foreign_keys, []);
}

#[test]
fn parts_of_a_table_come_and_go() {
    let table: QualifiedName = "users".into();
    let unique = Constraint::Unique(Unique::new("users", vec!["size".into()]));
    there_and_back(&Operation::AddConstraint {
        table: table.clone(),
        constraint: unique,
    });
    there_and_back(&Operation::CreateIndex {
        table: table.clone(),
        index: Index::new("users", vec!["size".into()]),
    });
    there_and_back(&Operation::Attach {
        table,
        attached: AttachedSql::new("log", "CREATE TRIGGER log"),
    });
    let posts = schema().tables()[0].clone();
    there_and_back(&Operation::RenameIndex {
        table: "posts".into(),
        from: posts.indexes[0].clone(),
        to: "by_author".into(),
    });
    let key = Constraint::PrimaryKey(posts.primary_key.unwrap());
    there_and_back(&Operation::DropConstraint {
        table: "posts".into(),
        constraint: key,
    });
}

#[test]
fn objects_beside_tables_come_and_go() {
    there_and_back(&Operation::CreateView(View::new("a_view", "SELECT 1")));
    there_and_back(&Operation::CreateSequence(Sequence::new("a")));
    let from = schema().sequences[0].clone();
    let mut to = from.clone();
    to.start = Some(100);
    there_and_back(&Operation::AlterSequence { from, to });
    there_and_back(&Operation::RenameEnum {
        from: "size".into(),
        to: "sizes".into(),
    });
    let (from, to) = (size(&["s", "l"]), size(&["s", "m", "l"]));
    let mut column = schema()
        .table("users")
        .unwrap()
        .find("size")
        .unwrap()
        .clone();
    column.ty = Type::Enum(to.clone());
    let columns = vec![("users".into(), column)];
    let after = there_and_back(&Operation::AlterEnum {
        from,
        to: to.clone(),
        columns,
    });
    assert_eq!(after.enum_types(), [&to]);
}

#[test]
fn an_operation_that_does_not_fit_is_refused() {
    let users = schema().table("users").unwrap().clone();
    let create = Operation::CreateTable {
        table: users.clone().into(),
        deferred: Vec::new(),
    };
    assert_eq!(refused(&create), "the table or view users exists already");
    let drop = |column: &str| Operation::DropColumn {
        table: "users".into(),
        column: users.find(column).unwrap().clone(),
    };
    assert_eq!(
        refused(&drop("age")),
        "a constraint or an index uses the column age"
    );
    let missing = Operation::SetTableComment {
        table: "nowhere".into(),
        from: None,
        to: None,
    };
    assert_eq!(refused(&missing), "the table nowhere does not exist");
    assert_eq!(
        refused(&Operation::DropEnum(size(&["s", "l"]))),
        "a column has the type size"
    );
    let index = Operation::DropIndex {
        table: "users".into(),
        index: Index::new("users", vec!["id".into()]),
    };
    assert!(refused(&index).starts_with("the index ix_users_id does not exist"));
}
