//! Tables as models declare them: created, read, and equal to the canonical form of the model.

use orm_core::schema::{
    Action, AttachedSql, Column, Deferrable, ForeignKey, Generated, Index, IndexKey, Literal, Name,
    Rule, Schema, Sequence, ServerDefault, SqlText, Table, TableOption, Unique, View,
};
use orm_core::types::{EnumType, ExtensionType, Type, Width};

use super::{check, check_tables, inspector};

fn labels() -> Vec<Name> {
    vec!["small".into(), "it's".into()]
}

pub(crate) fn types() -> Vec<Type> {
    let native = |native: Vec<(Name, Name)>| {
        Type::Extension(ExtensionType {
            name: "own".into(),
            native: native.into(),
        })
    };
    vec![
        Type::Bool,
        Type::Int8,
        Type::Int16,
        Type::Int32,
        Type::Int64,
        Type::Unsigned(Width::W8),
        Type::Unsigned(Width::W16),
        Type::Unsigned(Width::W32),
        Type::Unsigned(Width::W64),
        Type::Float32,
        Type::Float64,
        Type::Text,
        Type::Bytes,
        Type::Date,
        Type::Time,
        Type::DateTime,
        Type::Timestamp,
        Type::Interval,
        Type::Uuid,
        Type::Json,
        Type::Decimal {
            precision: 12,
            scale: 2,
        },
        Type::Enum(EnumType::new("size".into(), labels().into())),
        native(vec![("sqlite".into(), "point".into())]),
        native(Vec::new()),
    ]
}

/// A table with a key and a column.
fn with(column: Column) -> Table {
    let id = Column::new("id", Type::Int64).auto_increment();
    Table::new("t")
        .column(id)
        .column(column)
        .primary_key(["id"])
}

#[test]
fn every_type_is_read_as_its_canonical_one() {
    for ty in types() {
        let column = || Column::new("a b", ty.clone());
        let default = ServerDefault::Literal(Literal::Text("x".into()));
        for column in [
            column(),
            column().nullable(),
            column().length(40),
            column().collation("NOCASE".into()),
            column().nullable().server_default(default),
        ] {
            check_tables(vec![with(column)]);
        }
    }
}

#[test]
fn types_that_sqlite_has_are_kept() {
    for ty in [
        Type::Bool,
        Type::Int64,
        Type::Float64,
        Type::Text,
        Type::Bytes,
        Type::Date,
        Type::Time,
        Type::DateTime,
        Type::Timestamp,
        Type::Json,
    ] {
        let found = check_tables(vec![with(Column::new("a", ty.clone()))]);
        assert_eq!(found.tables()[0].columns[1].ty, ty);
    }
}

#[test]
fn types_with_rules_are_kept() {
    let range = |least, most| Rule::Range {
        column: "a".into(),
        least,
        most,
    };
    for (ty, rule) in [
        (Type::Int8, range(-128, 127)),
        (Type::Unsigned(Width::W8), range(0, 255)),
        (Type::Unsigned(Width::W32), range(0, u32::MAX.into())),
        (Type::Unsigned(Width::W64), range(0, u64::MAX)),
    ] {
        let table = with(Column::new("a", ty.clone())).check("a", rule.clone());
        let found = check_tables(vec![table]);
        assert_eq!(found.tables()[0].columns[1].ty, ty);
        assert_eq!(found.tables()[0].checks[0].rule, rule);
    }
    let size = Type::Enum(EnumType::new("size".into(), labels().into()));
    let rule = Rule::OneOf {
        column: "a".into(),
        labels: labels(),
    };
    let found = check_tables(vec![with(Column::new("a", size)).check("a", rule.clone())]);
    let column = &found.tables()[0].columns[1];
    assert_eq!((&column.ty, column.length), (&Type::Text, Some(5)));
    assert_eq!(found.tables()[0].checks[0].rule, rule);
}

#[test]
fn own_types_are_kept() {
    for own in [
        "citext",
        "numeric( 10, 2)",
        "",
        "TEXT COLLATE NOCASE",
        "double  precision",
    ] {
        let types: Vec<(Name, Name)> =
            vec![("sqlite".into(), own.into()), ("mysql".into(), "X".into())];
        for ty in types_of_columns() {
            let column = Column::new("a", ty).sql_types(types.clone().into());
            check_tables(vec![with(column)]);
        }
    }
}

fn types_of_columns() -> [Type; 4] {
    [Type::Text, Type::Json, Type::Int64, Type::DECIMAL]
}

#[test]
fn defaults_are_equal_if_they_are_the_same_value() {
    let raw = |sql: &'static str| ServerDefault::Raw(SqlText::from_static(sql));
    let literal = ServerDefault::Literal;
    for (ty, default, expected) in [
        (Type::Bool, literal(Literal::Bool(true)), "1"),
        (Type::Int64, literal(Literal::Int(-5)), "-5"),
        (Type::Int64, raw("+5"), "5"),
        (Type::Float64, literal(Literal::Float(1.5)), "1.5"),
        (Type::Float64, literal(Literal::Float(-1e300)), "-1e300"),
        (Type::DECIMAL, literal(Literal::Float(1.5)), "'1.5'"),
        (Type::Text, literal(Literal::Text("it's".into())), "'it''s'"),
        (Type::Text, raw("('a'  || 'b')"), "('a' || 'b')"),
        (
            Type::Timestamp,
            raw("current_timestamp"),
            "CURRENT_TIMESTAMP",
        ),
        (Type::Bytes, raw("x'0a'"), "X'0A'"),
    ] {
        let found = check_tables(vec![with(Column::new("a", ty).server_default(default))]);
        let default = found.tables()[0].columns[1].server_default.clone();
        assert_eq!(default, Some(ServerDefault::Raw(expected.into())));
    }
    let found = check_tables(vec![with(
        Column::new("a", Type::Text)
            .nullable()
            .server_default(raw("NULL")),
    )]);
    assert_eq!(found.tables()[0].columns[1].server_default, None);
}

fn parent() -> Table {
    Table::new("Parents")
        .column(Column::new("a", Type::Int64))
        .column(Column::new("b", Type::Text))
        .primary_key(["a", "b"])
}

#[test]
fn keys_and_foreign_keys_are_read() {
    let deferrables = [
        None,
        Some(Deferrable::Immediate),
        Some(Deferrable::Deferred),
    ];
    let actions = [
        Action::NoAction,
        Action::Restrict,
        Action::Cascade,
        Action::SetNull,
        Action::SetDefault,
    ];
    for (index, action) in actions.into_iter().enumerate() {
        let columns: Vec<Name> = vec!["a".into(), "b".into()];
        let mut key = ForeignKey::new("t", columns.clone(), "Parents".into(), columns)
            .on_delete(action)
            .on_update(actions[(index + 1) % actions.len()]);
        key.deferrable = deferrables[index % deferrables.len()];
        let mut table = Table::new("t")
            .column(Column::new("a", Type::Int64).nullable())
            .column(Column::new("b", Type::Text).nullable())
            .unique(["b"]);
        table
            .uniques
            .push(Unique::new("t", vec!["a".into(), "b".into()]).named("My Key"));
        table.foreign_keys = vec![key.clone(), key.clone().named("second")];
        let found = check_tables(vec![parent(), table]);
        assert_eq!(found.tables()[1].foreign_keys[0], key);
    }
}

#[test]
fn generated_keys_are_read() {
    let table = |id: Column| Table::new("t").column(id).primary_key(["id"]);
    let id = || Column::new("id", Type::Int64);
    for (id, auto_increment, reuses_keys) in [
        (id().auto_increment(), true, false),
        (id().auto_increment().reuses_keys(), true, true),
        // SQLite generates it all the same.
        (id(), true, true),
        (Column::new("id", Type::Text), false, false),
        (Column::new("id", Type::Bool), false, false),
    ] {
        let found = check_tables(vec![table(id)]);
        let column = &found.tables()[0].columns[0];
        assert_eq!(
            (column.auto_increment, column.reuses_keys),
            (auto_increment, reuses_keys)
        );
    }
}

#[test]
fn options_are_read() {
    let table = || {
        Table::new("t")
            .column(Column::new("a", Type::Int64))
            .column(Column::new("b", Type::Text).length(5).nullable())
            .column(Column::new("c", Type::DateTime).nullable())
            .primary_key(["a", "b"])
            .option(TableOption::new("mysql", "ENGINE").value("MyISAM"))
    };
    let strict = || TableOption::new("sqlite", "STRICT");
    let without = || TableOption::new("sqlite", "WITHOUT ROWID");
    check_tables(vec![table()]);
    check_tables(vec![table().option(strict())]);
    check_tables(vec![table().option(without())]);
    let found = check_tables(vec![table().option(without()).option(strict())]);
    assert_eq!(found.tables()[0].options, [strict(), without()]);
    // Never NULL in such a table.
    assert!(!found.tables()[0].columns[1].nullable);
}

#[test]
fn expressions_are_read() {
    let raw = |sql: &'static str| Rule::Raw(SqlText::from_static(sql));
    let mut table = with(Column::new("Age", Type::Int64))
        .column(Column::new("add", Type::Text))
        .column(Column::new("s", Type::Int64).generated(Generated::stored("age * 2".into())))
        .column(
            Column::new("v", Type::Text)
                .nullable()
                .generated(Generated::computed("`add` || 'x'".into())),
        )
        .check("one", raw("age >= 0 AND [add] <> 'x'"))
        .check(
            "two",
            raw("((age) BETWEEN 0 AND 9 OR \"add\" IN ('a', 'b'))"),
        )
        .check("three", raw("length(\"ADD\") > 1 /* long */"));
    table.indexes = vec![
        Index::new("t", vec!["add".into()]).filter("\"Age\" > 5"),
        Index::new("t", vec!["Age".into()])
            .unique()
            .named("ix \"2\""),
        Index::new("t", Vec::new())
            .named("ix_3")
            .key(IndexKey::expression("lower(\"add\")").descending())
            .key(IndexKey::column("add").collation("nocase"))
            .key(IndexKey::column("Age").descending()),
    ];
    let found = check_tables(vec![table]);
    let checks: Vec<_> = found.tables()[0]
        .checks
        .iter()
        .map(|check| check.rule.clone())
        .collect();
    assert_eq!(checks[0], raw("(\"Age\" >= 0) and (\"add\" <> 'x')"));
    assert_eq!(found.tables()[0].indexes[1].keys.len(), 3);
}

#[test]
fn triggers_and_views_are_read() {
    let body = "AFTER INSERT ON t\nBEGIN\n  UPDATE t SET a = 1; -- why\nEND";
    let trigger = AttachedSql::new("other name", format!("CREATE TRIGGER log {body}"));
    let table = with(Column::new("a", Type::Int64))
        .attach(trigger)
        .attach(AttachedSql::new("x", "not for SQLite").only("mysql"));
    let mut schema = Schema::unchecked(vec![table]);
    schema
        .views
        .push(View::new("second", "SELECT id\n  FROM first -- all").depends_on(["first"]));
    schema
        .views
        .push(View::new("first", "SELECT id , a FROM t").depends_on(["t"]));
    let found = check(&schema);
    let trigger = &found.tables()[0].attached[0];
    assert_eq!(
        (trigger.name.as_ref(), trigger.dialect.as_deref()),
        ("log", Some("sqlite"))
    );
    assert_eq!(trigger.create, format!("CREATE TRIGGER \"log\" {body}"));
    assert_eq!(found.views[0].query, "SELECT id, a FROM t".into());
    assert_eq!(found.views[1].depends_on, ["first".into()]);
}

#[test]
fn what_sqlite_does_not_store_is_dropped() {
    let mut column = Column::new("a", Type::Int64).comment("why".into());
    column.renamed_from = Some("old".into());
    let mut table = with(column).comment("what").in_schema("main");
    table.indexes.push(
        Index::new("t", vec!["a".into()])
            .concurrently()
            .include(["id"])
            .method("gist"),
    );
    table.foreign_keys.push(
        ForeignKey::new("t", vec!["a".into()], "t".into(), vec!["id".into()]).in_schema("main"),
    );
    let mut schema = Schema::unchecked(vec![table]);
    schema.sequences.push(Sequence::new("numbers"));
    let canonical = inspector().canonical(&schema);
    assert!(canonical.sequences.is_empty());
    let table = &canonical.tables()[0];
    assert_eq!(
        (&table.schema, &table.comment, &table.columns[1].comment),
        (&None, &None, &None)
    );
    assert_eq!(table.indexes, [Index::new("t", vec!["a".into()])]);
    assert_eq!(table.foreign_keys[0].schema, None);
    // Migrations need it, and an inspected table has none.
    assert_eq!(table.columns[1].renamed_from.as_deref(), Some("old"));
}

#[test]
fn a_table_without_ddl_stays_as_it_is() {
    let texts = SqlText::PerDialect(vec![("mysql".into(), "1".into())].into());
    let column = Column::new("a", Type::Int64).server_default(ServerDefault::Raw(texts));
    let schema = Schema::unchecked(vec![with(column)]);
    assert_eq!(inspector().canonical(&schema), schema);
}
