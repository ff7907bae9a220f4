//! Renames: by attribute, by option, and as questions.

use super::{between, differ, posts, schema};
use crate::schema::compare::{CompareOptions, Question, compare};
use crate::schema::{Column, Generated, Index, IndexKey, Rule, Table};
use crate::types::Type;

fn with_mail(name: &'static str) -> Table {
    Table::new("users")
        .column(Column::new("id", Type::Int64))
        .column(Column::new(name, Type::Text).length(80))
        .primary_key(["id"])
}

#[test]
fn a_column_is_renamed_by_its_attribute_once() {
    let mut after = with_mail("email");
    after.columns[1].renamed_from = Some("mail".into());
    let rename = ["users: rename column mail to email"];
    assert_eq!(between([with_mail("mail")], [after.clone()]), rename);
    assert_eq!(between([after.clone()], [after.clone()]), [""; 0]);
    let both = after
        .clone()
        .column(Column::new("mail", Type::Text).length(80));
    assert_eq!(
        between([with_mail("mail")], [both]),
        ["users: add column email"]
    );
}

#[test]
fn a_table_is_renamed_with_its_references() {
    let mut accounts = with_mail("mail").index(["mail"]);
    accounts.name = "accounts".into();
    accounts.renamed_from = Some("users".into());
    let mut after = posts();
    after.foreign_keys[0].table = "accounts".into();
    assert_eq!(
        between(
            [with_mail("mail").index(["mail"]), posts()],
            [accounts, after]
        ),
        ["rename table users to accounts"]
    );
}

#[test]
fn options_rename_tables_and_columns() {
    let before = schema([with_mail("mail")]);
    let mut after = with_mail("email");
    after.name = "accounts".into();
    let after = schema([after]);
    let renames = [
        "rename table users to accounts",
        "accounts: rename column mail to email",
    ];
    for column in ["users.mail", "accounts.mail"] {
        let options = CompareOptions::default().rename("users", "accounts");
        let options = options.rename(column, "email");
        assert_eq!(differ(&before, &after, &options), renames);
        assert_eq!(compare(&before, &after, &options).unknown_renames, []);
    }
}

#[test]
fn renames_that_fit_nothing_are_returned() {
    let (before, after) = (schema([with_mail("mail")]), schema([with_mail("email")]));
    let options = CompareOptions::default()
        .rename("users.mail", "email")
        .rename("users.id", "email")
        .rename("users.mail", "address")
        .rename("nothing", "users")
        .rename("users.mail", "id");
    let found = compare(&before, &after, &options);
    assert_eq!(found.operations.len(), 1);
    assert_eq!(found.unknown_renames, options.renames[1..]);
}

#[test]
fn names_are_swapped_by_a_third_one() {
    let table = |a: Type, b: Type| {
        schema([Table::new("t")
            .column(Column::new("a", a))
            .column(Column::new("b", b))])
    };
    let options = CompareOptions::default()
        .rename("t.a", "b")
        .rename("t.b", "a");
    assert_eq!(
        differ(
            &table(Type::Int64, Type::Text),
            &table(Type::Text, Type::Int64),
            &options
        ),
        [
            "t: rename column a to a_",
            "t: rename column b to a",
            "t: rename column a_ to b"
        ]
    );
    let tables = |first: &'static str, second: &'static str| {
        let second = Table {
            name: second.into(),
            ..with_mail("x")
        };
        schema([
            Table {
                name: first.into(),
                ..with_mail("y")
            },
            second,
        ])
    };
    let options = CompareOptions::default().rename("v", "w").rename("w", "v");
    assert_eq!(
        differ(&tables("v", "w"), &tables("w", "v"), &options),
        [
            "rename table v to v_",
            "rename table w to v",
            "rename table v_ to w"
        ]
    );
}

#[test]
fn constraints_follow_and_their_names_change() {
    let with = |name: &'static str| {
        let table = with_mail(name).unique([name]).index([name]);
        table.check(name, Rule::Raw(format!("{name} <> ''").into()))
    };
    let options = CompareOptions::default().rename("users.mail", "email");
    assert_eq!(
        differ(&schema([with("mail")]), &schema([with("email")]), &options),
        [
            "users: drop ck_users_mail",
            "users: drop uq_users_mail",
            "users: rename index ix_users_mail to ix_users_email",
            "users: rename column mail to email",
            "users: add uq_users_email",
            "users: add ck_users_email",
        ]
    );
}

#[test]
fn generated_columns_and_expressions_are_dropped_before_a_rename() {
    let with = |name: &'static str| {
        let upper = Column::new("upper", Type::Text).nullable();
        let upper = upper.generated(Generated::stored(format!("upper({name})").into()));
        let mut table = with_mail(name).column(upper);
        let key = IndexKey::expression(format!("lower({name})"));
        table.indexes = vec![Index::new("users", Vec::new()).named("ix").key(key)];
        table
    };
    let options = CompareOptions::default().rename("users.mail", "email");
    assert_eq!(
        differ(&schema([with("mail")]), &schema([with("email")]), &options),
        [
            "users: drop index ix",
            "users: drop column upper",
            "users: rename column mail to email",
            "users: add column upper",
            "users: create index ix",
        ]
    );
}

#[test]
fn possible_renames_are_asked_best_first() {
    let before = with_mail("mail").column(Column::new("nick", Type::Text).length(80));
    let (before, after) = (schema([before]), schema([with_mail("email")]));
    let found = compare(&before, &after, &CompareOptions::default());
    let renames: Vec<_> = found
        .questions
        .iter()
        .filter_map(Question::rename)
        .collect();
    assert_eq!(
        renames,
        [
            ("users.mail".into(), "email".into()),
            ("users.nick".into(), "email".into())
        ]
    );
    let quiet = CompareOptions::default().no_renames();
    let found = compare(&before, &after, &quiet);
    assert!(
        found
            .questions
            .iter()
            .all(|question| question.rename().is_none())
    );
}

#[test]
fn a_dropped_and_a_created_table_may_be_one() {
    let accounts = Table {
        name: "accounts".into(),
        ..with_mail("mail")
    };
    let (before, after) = (schema([with_mail("mail")]), schema([accounts]));
    let found = compare(&before, &after, &CompareOptions::default());
    let [Question::RenameTable { from, to, .. }] = &found.questions[..] else {
        panic!("{:?}", found.questions)
    };
    let options = CompareOptions::default().rename(from.to_string(), to.to_string());
    assert_eq!(
        differ(&before, &after, &options),
        ["rename table users to accounts"]
    );
}
