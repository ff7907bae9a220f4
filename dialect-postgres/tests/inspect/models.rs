//! Columns and keys as models have them, created by the DDL of the crate.

use orm_core::schema::*;
use orm_core::types::{DbType, EnumType, Type, Width};

use crate::Database;

pub(crate) fn key() -> Column {
    Column::new("id", Type::Int64)
}

pub(crate) fn text(name: &'static str) -> Column {
    Column::new(name, Type::Text)
}

pub(crate) fn schema(tables: Vec<Table>) -> Schema {
    Schema::unchecked(tables)
}

fn types() -> Vec<Type> {
    vec![
        Type::Bool,
        Type::Int8,
        Type::Unsigned(Width::W8),
        Type::Unsigned(Width::W16),
        Type::Unsigned(Width::W32),
        Type::Unsigned(Width::W64),
        Type::Int16,
        Type::Int32,
        Type::Int64,
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
        Type::Decimal {
            precision: 36,
            scale: 36,
        },
        Type::Enum(EnumType::new(
            "size".into(),
            vec!["s".into(), "it's".into()].into(),
        )),
        Type::Enum(EnumType::new("Mood".into(), vec!["sad".into(), "Glad".into()].into()).native()),
        <Vec<i64>>::TYPE,
        <Vec<String>>::TYPE,
        <Vec<u64>>::TYPE,
    ]
}

fn constant(ty: &Type) -> Option<Literal> {
    Some(match ty {
        Type::Bool => Literal::Bool(false),
        Type::Float32 | Type::Float64 => Literal::Float(-0.5),
        Type::Decimal { scale: 2, .. } => Literal::Float(1.25),
        Type::Decimal { .. } => Literal::Float(0.25),
        Type::Text => Literal::Text("it's \\ \"x\"".into()),
        Type::Bytes => return None,
        Type::Date => Literal::Text("2020-02-29".into()),
        Type::Time => Literal::Text("12:30:00".into()),
        Type::DateTime => Literal::Text("2020-02-29 00:00:00".into()),
        Type::Timestamp => Literal::Text("2020-02-29 10:00:00+00".into()),
        Type::Interval => Literal::Text("1 day".into()),
        Type::Uuid => Literal::Text("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11".into()),
        Type::Json => Literal::Text("{\"a\":[1,2]}".into()),
        Type::Enum(labels) => Literal::Text(labels.labels[1].clone()),
        Type::Extension(_) => Literal::Text("{}".into()),
        _ => Literal::Int(7),
    })
}

#[test]
fn every_type_is_read_again() {
    let mut table = Table::new("all_types");
    for (number, ty) in types().into_iter().enumerate() {
        let column = |kind: &str| Column::new(format!("{kind}_{number}"), ty.clone());
        table.columns.push(column("plain"));
        table.columns.push(column("maybe").nullable());
        table.columns.push(column("limited").length(30));
        if let Some(literal) = constant(&ty) {
            let default = ServerDefault::Literal(literal);
            table.columns.push(column("fixed").server_default(default));
        }
        let name: Name = format!("plain_{number}").into();
        if let Some((least, most)) = ty.range() {
            let most = most.cast_unsigned();
            let about = name.to_string();
            table = table.check(
                &about,
                Rule::Range {
                    column: name,
                    least,
                    most,
                },
            );
        } else if let Type::Enum(labels) = &ty {
            let about = name.to_string();
            let labels = labels.labels.to_vec();
            table = table.check(
                &about,
                Rule::OneOf {
                    column: name,
                    labels,
                },
            );
        } else if ty == Type::Unsigned(Width::W64) {
            let about = name.to_string();
            table = table.check(
                &about,
                Rule::Range {
                    column: name,
                    least: 0,
                    most: u64::MAX,
                },
            );
        }
    }
    let found = Database::new("types").check(&schema(vec![table]));
    let found = &found.tables()[0];
    assert_eq!(found.find("plain_1").unwrap().ty, Type::Int16);
    assert!(found.find("plain_23").unwrap().ty.native_enum().is_some());
    let ranges = found
        .checks
        .iter()
        .filter(|check| matches!(check.rule, Rule::Range { .. }));
    assert_eq!(ranges.count(), 8);
}

fn numbered() -> Table {
    Table::new("numbered")
        .column(key().identity(Identity {
            always: true,
            start: Some(100),
            increment: Some(10),
        }))
        .column(
            text("name")
                .length(20)
                .collation("C".into())
                .comment("it's \"unique\"".into()),
        )
        .column(
            text("upper")
                .length(20)
                .nullable()
                .generated(Generated::stored("upper(name)".into())),
        )
        .column(
            Column::new("made", Type::Timestamp)
                .server_default(ServerDefault::Raw("CURRENT_TIMESTAMP".into())),
        )
        .column(
            Column::new("day", Type::Date)
                .server_default(ServerDefault::Raw("CURRENT_DATE".into())),
        )
        .column(
            Column::new("number", Type::Int64)
                .server_default(ServerDefault::NextValue("Numbers".into())),
        )
        .column(
            Column::new("twice", Type::Int64)
                .nullable()
                .generated(Generated::stored("number * 2 + 1".into())),
        )
        .column(
            Column::new("code", Type::Text)
                .sql_types(vec![("postgres".into(), "CHAR(3)".into())].into()),
        )
        .column(
            Column::new("address", Type::Text)
                .sql_types(vec![("postgres".into(), "inet".into())].into())
                .nullable(),
        )
        .column(
            text("none")
                .nullable()
                .server_default(ServerDefault::Raw("NULL".into())),
        )
        .primary_key(["id"])
        .comment("all kinds of \\ columns")
}

#[test]
fn columns_have_what_was_declared() {
    let sequence = |name: &'static str| Sequence::new(name);
    let plain = Table::new("plain")
        .column(key().auto_increment())
        .column(text("a"))
        .primary_key(["id"]);
    let mut schema = schema(vec![numbered(), plain]);
    schema.sequences.push(sequence("Numbers"));
    let mut down = sequence("down");
    (down.increment, down.start, down.cycle) = (Some(-5), Some(-1), true);
    let mut bounded = sequence("bounded");
    (bounded.min_value, bounded.max_value, bounded.start) = (Some(5), Some(50), Some(7));
    schema.sequences.extend([down, bounded]);
    let found = Database::new("columns").check(&schema);
    assert_eq!(found.sequences.len(), 3);
    let table = found.table("numbered").unwrap();
    assert_eq!(table.find("id").unwrap().identity.unwrap().start, Some(100));
    assert_eq!(
        table.find("code").unwrap().sql_type("postgres"),
        Some("char(3)")
    );
    assert_eq!(table.find("none").unwrap().server_default, None);
}

#[test]
fn keys_have_their_actions() {
    let parents = Table::new("parents")
        .column(key())
        .column(text("a"))
        .column(text("b"))
        .primary_key(["id"]);
    let mut parents = parents.unique(["a", "b"]);
    parents
        .uniques
        .push(Unique::new("parents", vec!["b".into()]).nulls_not_distinct());
    parents
        .uniques
        .push(Unique::new("parents", vec!["a".into()]).deferrable(Deferrable::Deferred));
    let mut children = Table::new("children")
        .column(key())
        .column(Column::new("other", Type::Int32))
        .column(text("a").nullable())
        .column(text("b").nullable())
        .primary_key(["id", "other"]);
    for (number, action) in [
        Action::NoAction,
        Action::Restrict,
        Action::Cascade,
        Action::SetNull,
        Action::SetDefault,
    ]
    .into_iter()
    .enumerate()
    {
        let name: Name = format!("parent_{number}").into();
        children
            .columns
            .push(Column::new(name.clone(), Type::Int64).nullable());
        let mut key = ForeignKey::new("children", vec![name], "parents".into(), vec!["id".into()]);
        (key.on_delete, key.on_update) = (action, action);
        children.foreign_keys.push(key);
    }
    let both = || vec!["a".into(), "b".into()];
    let composite = ForeignKey::new("children", both(), "parents".into(), both());
    children
        .foreign_keys
        .push(composite.match_full().deferrable(Deferrable::Immediate));
    let own = ForeignKey::new(
        "children",
        vec!["id".into(), "other".into()],
        "children".into(),
        vec!["id".into(), "other".into()],
    );
    children
        .foreign_keys
        .push(own.deferrable(Deferrable::Deferred));
    let long = "a_column_with_a_name_of_very_many_characters_indeed";
    let long = Table::new("a_table_with_a_name_of_very_many_characters")
        .column(text(long))
        .unique([long])
        .index([long]);
    let found = Database::new("keys").check(&schema(vec![parents, children, long]));
    assert_eq!(found.table("children").unwrap().foreign_keys.len(), 7);
}
