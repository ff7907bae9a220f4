//! The statements of operations in the standard's SQL, and what core does with every dialect: which statements share a
//! transaction, and what is refused.

use orm_core::error::ErrorKind;
use orm_core::schema::{
    Column, Index, Operation, QualifiedName, Schema, ServerDefault, SqlText, Table,
};
use orm_core::sql::{Capabilities, EnumStyle, ddl};
use orm_core::testing::golden::operations;
use orm_core::testing::{ANSI, AnsiDialect, with};
use orm_core::types::{EnumType, Type};

#[test]
fn the_statements_of_the_standard() {
    let dialect = AnsiDialect::with(with(ANSI, |own| own.ddl.stored_columns = true));
    let document = operations::document(&dialect);
    assert_eq!(document, include_str!("alter.sql"));
}

fn named_enums() -> AnsiDialect {
    let change = |own: &mut Capabilities| {
        own.enums = EnumStyle::Named;
        own.ddl.concurrent_indexes = true;
    };
    AnsiDialect::with(with(ANSI, change))
}

fn users() -> Schema {
    let users = Table::new("users")
        .column(Column::new("id", Type::Int64))
        .column(Column::new("name", Type::Text).nullable());
    Schema::unchecked(vec![users])
}

fn add(name: &'static str) -> Operation {
    Operation::AddColumn {
        table: "users".into(),
        column: Column::new(name, Type::Int64).nullable(),
        fill: None,
    }
}

#[test]
fn labels_are_committed_before_they_are_used() {
    let size = |labels: &[&'static str]| {
        let labels: Vec<_> = labels.iter().map(|label| (*label).into()).collect();
        EnumType::new("size".into(), labels.into()).native()
    };
    let column = Column::new("size", Type::Enum(size(&["a"])));
    let mut schema = users();
    let table = schema.tables_mut()[0].clone().column(column.clone());
    schema.tables_mut()[0] = table;
    let mut after = column;
    after.ty = Type::Enum(size(&["a", "b"]));
    let grow = Operation::AlterEnum {
        from: size(&["a"]),
        to: size(&["a", "b"]),
        columns: vec![("users".into(), after)],
    };
    let operations = [add("x"), grow, add("y")];
    let changes = ddl::alter(&named_enums(), &schema, &operations).unwrap();
    let sizes: Vec<_> = changes.iter().map(|it| it.statements.len()).collect();
    assert_eq!(sizes, [2, 1]);
    assert_eq!(
        changes[0].statements[1],
        r#"ALTER TYPE "size" ADD VALUE 'b'"#
    );
    assert!(changes.iter().all(|change| change.in_transaction));
}

#[test]
fn a_concurrent_index_is_alone() {
    let index = Index::new("users", vec!["id".into()]).concurrently();
    let create = Operation::CreateIndex {
        table: "users".into(),
        index,
    };
    let operations = [add("x"), create, add("y"), add("z")];
    let changes = ddl::alter(&named_enums(), &users(), &operations).unwrap();
    let shape: Vec<_> = changes
        .iter()
        .map(|change| (change.statements.len(), change.in_transaction))
        .collect();
    assert_eq!(shape, [(1, true), (1, false), (2, true)]);
}

#[test]
fn a_table_moves_to_a_schema() {
    let dialect = AnsiDialect::new();
    let rename = |to: QualifiedName| Operation::RenameTable {
        from: "users".into(),
        to,
    };
    let to = QualifiedName::new("people").in_schema("audit");
    let changes = ddl::alter(&dialect, &users(), &[rename(to.clone())]).unwrap();
    assert_eq!(
        changes[0].statements,
        [
            r#"ALTER TABLE "users" RENAME TO "people""#,
            r#"ALTER TABLE "people" SET SCHEMA "audit""#
        ]
    );
    let mut moved = users();
    orm_core::schema::apply(&mut moved, &rename(to.clone())).unwrap();
    let back = rename(to).inverse();
    let error = ddl::alter(&dialect, &moved, &[back]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.table(), Some("people"));
}

#[test]
fn an_expression_that_can_not_convert_is_refused() {
    let name = || Column::new("name", Type::Text).nullable();
    let change = |using: Option<SqlText>| Operation::AlterColumn {
        table: "users".into(),
        from: name(),
        to: Column::new("name", Type::Int64).nullable(),
        fill: None,
        using,
    };
    let refused = [change(Some("length(name)".into()))];
    let error = ddl::alter(&AnsiDialect::new(), &users(), &refused).unwrap_err();
    assert_eq!(
        (error.kind(), error.table(), error.column()),
        (ErrorKind::Unsupported, Some("users"), Some("name"))
    );
    assert!(error.hint().is_some());
    let converting = AnsiDialect::with(with(ANSI, |own| own.ddl.alter_using = true));
    let sql = |using| {
        let changes = ddl::alter(&converting, &users(), &[change(using)]).unwrap();
        changes[0].statements.join("; ")
    };
    assert_eq!(
        sql(Some("length(name)".into())),
        r#"ALTER TABLE "users" ALTER COLUMN "name" SET DATA TYPE BIGINT USING length(name)"#
    );
    assert_eq!(
        sql(None),
        r#"ALTER TABLE "users" ALTER COLUMN "name" SET DATA TYPE BIGINT USING "name"::BIGINT"#
    );
}

#[test]
fn what_does_not_fit_the_schema_is_an_error() {
    let unknown = Operation::AddColumn {
        table: "missing".into(),
        column: Column::new("x", Type::Int64),
        fill: None,
    };
    let error = ddl::alter(&AnsiDialect::new(), &users(), &[unknown]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    let twice = [add("x"), add("x")];
    let error = ddl::alter(&AnsiDialect::new(), &users(), &twice).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
}

#[test]
fn a_fill_without_a_text_for_the_dialect_is_refused() {
    let fill = SqlText::PerDialect(vec![("sqlite".into(), "1".into())].into());
    let add = Operation::AddColumn {
        table: "users".into(),
        column: Column::new("x", Type::Int64).server_default(ServerDefault::Raw("2".into())),
        fill: Some(fill),
    };
    let error = ddl::alter(&AnsiDialect::new(), &users(), &[add]).unwrap_err();
    assert_eq!(
        (error.kind(), error.column()),
        (ErrorKind::Unsupported, Some("x"))
    );
}
