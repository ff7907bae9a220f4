//! Changes of schemas, types, sequences and views.

use super::describe::describe;
use super::{between, differ, schema, users};
use crate::schema::compare::{CompareOptions, compare};
use crate::schema::{Column, Literal, Rule, Schema, Sequence, ServerDefault, Table, View};
use crate::types::{EnumType, Type};

fn shirts(name: &'static str, labels: &[&'static str]) -> Table {
    let labels: Vec<_> = labels.iter().map(|label| (*label).into()).collect();
    let size = EnumType::new(name.into(), labels.into()).native();
    Table::new("shirts").column(Column::new("size", Type::Enum(size)))
}

#[test]
fn types_come_before_tables_and_go_after_them() {
    let shirt = shirts("size", &["s"]);
    assert_eq!(
        between([], [shirt.clone()]),
        ["create type size", "create table shirts"]
    );
    assert_eq!(
        between([shirt.clone()], []),
        ["drop table shirts", "drop type size"]
    );
    let text = Table::new("shirts").column(Column::new("size", Type::Text));
    assert_eq!(
        between([shirt.clone()], [text.clone()]),
        ["shirts: alter column size", "drop type size"]
    );
    assert_eq!(
        between([text], [shirt]),
        ["create type size", "shirts: alter column size"]
    );
}

#[test]
fn labels_are_changed_and_types_renamed() {
    let alter = ["alter type size of 1 columns"];
    assert_eq!(
        between(
            [shirts("size", &["s", "l"])],
            [shirts("size", &["s", "m", "l"])]
        ),
        alter
    );
    assert_eq!(
        between(
            [shirts("size", &["s", "l"])],
            [shirts("sizes", &["s", "l"])]
        ),
        ["rename type size to sizes"]
    );
    assert_eq!(
        between([shirts("size", &["s", "l"])], [shirts("sizes", &["s"])]),
        [
            "create type sizes",
            "shirts: alter column size",
            "drop type size"
        ]
    );
}

#[test]
fn what_compares_a_type_is_dropped_before_its_labels_are() {
    let with = |labels: &[&'static str]| {
        let mut table = shirts("size", labels).check("size", Rule::Raw("size <> 's'".into()));
        let label = Literal::Text(labels[0].into());
        table.columns[0].server_default = Some(ServerDefault::Literal(label));
        table
    };
    assert_eq!(
        between([with(&["s", "l"])], [with(&["l", "s", "m"])]),
        [
            "shirts: drop ck_shirts_size",
            "shirts: alter column size",
            "alter type size of 1 columns",
            "shirts: alter column size",
            "shirts: add ck_shirts_size"
        ]
    );
}

#[test]
fn schemas_and_sequences_are_compared() {
    let mut before = schema([users().in_schema("old")]);
    before.sequences = vec![Sequence::new("a"), Sequence::new("b")];
    let mut after = schema([users().in_schema("new")]);
    let mut changed = Sequence::new("b");
    changed.increment = Some(2);
    after.sequences = vec![changed, Sequence::new("c")];
    assert_eq!(
        differ(&before, &after, &CompareOptions::default().no_renames()),
        [
            "create schema new",
            "alter sequence b",
            "create sequence c",
            "create table new.users",
            "drop table old.users",
            "drop sequence a",
            "drop schema old",
        ]
    );
}

fn with_views(table: Table, views: &[(&'static str, &'static str, &'static str)]) -> Schema {
    let mut schema = schema([table]);
    let views = views.iter().map(|(name, query, reads)| {
        let view = View::new(*name, *query);
        if reads.is_empty() {
            view
        } else {
            view.depends_on([*reads])
        }
    });
    schema.views = views.collect();
    schema
}

#[test]
fn views_are_dropped_and_created_around_the_changes_of_tables() {
    let views = [
        ("a", "SELECT * FROM b", "b"),
        ("b", "SELECT id FROM users", "users"),
    ];
    let before = with_views(users().column(Column::new("age", Type::Int32)), &views);
    let after = with_views(users(), &views);
    let options = CompareOptions::default();
    assert_eq!(
        differ(&before, &after, &options),
        [
            "drop view a",
            "drop view b",
            "users: drop column age",
            "create view b",
            "create view a"
        ]
    );
    assert_eq!(differ(&after, &before, &options), ["users: add column age"]);
}

#[test]
fn a_changed_query_is_another_view() {
    let before = with_views(users(), &[("v", "SELECT 1", ""), ("w", "SELECT 1", "")]);
    let after = with_views(users(), &[("v", "SELECT 2", ""), ("x", "SELECT 1", "")]);
    assert_eq!(
        differ(&before, &after, &CompareOptions::default()),
        [
            "drop view w",
            "drop view v",
            "create view v",
            "create view x"
        ]
    );
    let keep = CompareOptions::default().keep_unknown();
    let kept = compare(&before, &after, &keep).operations;
    let kept: Vec<_> = kept.iter().map(describe).collect();
    assert_eq!(kept, ["drop view v", "create view v", "create view x"]);
}

#[test]
fn the_text_of_a_view_says_what_it_reads() {
    let views = [("v", "SELECT id FROM users", "")];
    let before = with_views(users(), &views);
    let mut narrow = users();
    narrow.columns[0].ty = Type::Int32;
    assert_eq!(
        differ(
            &before,
            &with_views(narrow, &views),
            &CompareOptions::default()
        ),
        ["drop view v", "users: alter column id", "create view v"]
    );
}
