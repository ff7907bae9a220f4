//! Each kind of change, as a list of operations that can be read. Operations between random schemas
//! are at the end; `check.rs` checks them.

mod check;
mod describe;
mod objects;
mod renames;

use proptest::prelude::*;

use super::*;
use crate::schema::{
    AttachedSql, Column, Generated, Index, IndexKey, Literal, Rule, ServerDefault, Table,
    TableOption,
};
use crate::testing::{Random, random_schema};
use crate::types::Type;
use check::check_operations;
use describe::describe;

fn users() -> Table {
    Table::new("users")
        .column(Column::new("id", Type::Int64))
        .column(Column::new("mail", Type::Text).length(80))
        .primary_key(["id"])
}

fn posts() -> Table {
    Table::new("posts")
        .column(Column::new("id", Type::Int64))
        .column(Column::new("author", Type::Int64))
        .primary_key(["id"])
        .foreign_key(["author"], "users", ["id"])
}

fn schema(tables: impl IntoIterator<Item = Table>) -> Schema {
    Schema::new(tables.into_iter().collect()).unwrap()
}

/// The operations between two schemas, which lead there and back.
fn differ(before: &Schema, after: &Schema, options: &CompareOptions) -> Vec<String> {
    let found = compare(before, after, options);
    check_operations(before, after, &found.operations);
    found.operations.iter().map(describe).collect()
}

fn between(
    before: impl IntoIterator<Item = Table>,
    after: impl IntoIterator<Item = Table>,
) -> Vec<String> {
    differ(&schema(before), &schema(after), &CompareOptions::default())
}

#[test]
fn equal_schemas_have_no_differences() {
    let both = [users(), posts()];
    assert_eq!(between(both.clone(), both), [""; 0]);
    let mut other = users().column(Column::new("x", Type::Bool).nullable());
    let mut table = other.clone();
    table.columns.reverse();
    table.primary_key = table.primary_key.map(|key| key.named("PRIMARY"));
    table.renamed_from = Some("x".into());
    table.columns[0].renamed_from = Some("y".into());
    table
        .indexes
        .push(Index::new("users", vec!["x".into()]).concurrently());
    other.indexes.push(Index::new("users", vec!["x".into()]));
    assert_eq!(between([other], [table]), [""; 0]);
}

#[test]
fn tables_are_created_after_and_dropped_before_their_parents() {
    let created = ["create table users", "create table posts"];
    assert_eq!(between([], [posts(), users()]), created);
    let dropped = ["drop table posts", "drop table users"];
    assert_eq!(between([posts(), users()], []), dropped);
}

#[test]
fn foreign_keys_of_a_circle_are_added_later_and_dropped_first() {
    let with_post = users()
        .column(Column::new("post", Type::Int64))
        .foreign_key(["post"], "posts", ["id"]);
    let circle = [posts(), with_post];
    assert_eq!(
        between([], circle.clone()),
        [
            "create table posts without fk_posts_author_users",
            "create table users",
            "posts: add fk_posts_author_users"
        ]
    );
    assert_eq!(
        between(circle, []),
        [
            "posts: drop fk_posts_author_users",
            "drop table users",
            "drop table posts without fk_posts_author_users"
        ]
    );
}

#[test]
fn columns_are_added_changed_and_dropped() {
    let before = users().column(Column::new("age", Type::Int32));
    let mut after = users().column(Column::new("note", Type::Text).nullable());
    after.columns[1].nullable = true;
    after.columns[1].server_default = Some(ServerDefault::Literal(Literal::Text("?".into())));
    assert_eq!(
        between([before], [after]),
        [
            "users: add column note",
            "users: alter column mail",
            "users: drop column age"
        ]
    );
}

#[test]
fn constraints_and_indexes_are_matched_by_name() {
    let mut before = users()
        .unique(["mail"])
        .check("id", Rule::Raw("id > 0".into()));
    before.indexes = vec![Index::new("users", vec!["mail".into()]).named("by_mail")];
    let mut after = users().check("id", Rule::Raw("id > 1".into()));
    after = after.unique(["id"]).index(["mail"]);
    assert_eq!(
        between([before], [after]),
        [
            "users: drop ck_users_id",
            "users: drop uq_users_mail",
            "users: rename index by_mail to ix_users_mail",
            "users: add uq_users_id",
            "users: add ck_users_id",
        ]
    );
}

#[test]
fn a_changed_index_is_created_again() {
    let with = |key: IndexKey| {
        let mut table = users();
        table.indexes = vec![Index::new("users", Vec::new()).named("ix").key(key)];
        table
    };
    let key = IndexKey::column("mail");
    assert_eq!(
        between([with(key.clone())], [with(key.descending())]),
        ["users: drop index ix", "users: create index ix"]
    );
}

#[test]
fn an_index_that_moves_is_dropped_on_all_tables_first() {
    let with = |mut table: Table, on: bool| {
        if on {
            table.indexes = vec![Index::new("x", vec!["id".into()]).named("ix")];
        }
        table
    };
    let before = [with(users(), true), with(posts(), false)];
    assert_eq!(
        between(before, [with(users(), false), with(posts(), true)]),
        ["users: drop index ix", "posts: create index ix"]
    );
    let people = Table {
        name: "accounts".into(),
        ..with(users(), true)
    };
    assert_eq!(
        between([with(users(), true)], [people]),
        [
            "users: drop index ix",
            "create table accounts",
            "drop table users"
        ]
    );
}

#[test]
fn foreign_keys_to_a_changed_key_are_dropped_and_added_again() {
    let mut changed = users();
    changed.primary_key = None;
    let changed = changed.primary_key(["mail"]).unique(["id"]);
    assert_eq!(
        between([users(), posts()], [changed, posts()]),
        [
            "posts: drop fk_posts_author_users",
            "users: drop primary key",
            "users: add primary key",
            "users: add uq_users_id",
            "posts: add fk_posts_author_users",
        ]
    );
}

#[test]
fn foreign_keys_of_columns_that_change_their_type_are_added_again() {
    let narrow = |mut table: Table| {
        for column in &mut table.columns {
            column.ty = Type::Int32;
        }
        table
    };
    let mut parent = users();
    parent.columns.truncate(1);
    assert_eq!(
        between([parent.clone(), posts()], [narrow(parent), narrow(posts())]),
        [
            "posts: drop fk_posts_author_users",
            "posts: alter column id",
            "posts: alter column author",
            "users: alter column id",
            "posts: add fk_posts_author_users",
        ]
    );
}

#[test]
fn a_new_table_waits_for_a_key_that_it_references() {
    let after = [users().unique(["mail"]), {
        let mail = Column::new("mail", Type::Text).length(80);
        let table = Table::new("aliases").column(mail);
        table.foreign_key(["mail"], "users", ["mail"])
    }];
    assert_eq!(
        between([users()], after),
        [
            "create table aliases without fk_aliases_mail_users",
            "users: add uq_users_mail",
            "aliases: add fk_aliases_mail_users"
        ]
    );
}

#[test]
fn generated_columns_are_computed_again() {
    let twice = |sql: &'static str| {
        let column = Column::new("twice", Type::Int64).nullable();
        column.generated(Generated::stored(sql.into()))
    };
    let before = users().column(twice("id * 2")).index(["twice"]);
    let after = users().column(twice("id + id")).index(["twice"]);
    let again = [
        "users: drop index ix_users_twice",
        "users: drop column twice",
        "users: add column twice",
        "users: create index ix_users_twice",
    ];
    assert_eq!(between([before.clone()], [after]), again);
    let mut after = before.clone();
    after.columns[0].ty = Type::Int32;
    let mut retyped = again.to_vec();
    retyped.insert(2, "users: alter column id");
    assert_eq!(between([before.clone()], [after]), retyped);
    let mut plain = before.clone();
    plain.columns[2].generated = None;
    assert_eq!(between([before], [plain]), ["users: alter column twice"]);
}

#[test]
fn a_table_has_one_auto_increment_column_at_a_time() {
    let numbered = |name| Table::new("t").column(Column::new(name, Type::Int64).auto_increment());
    assert_eq!(
        between(
            [numbered("a").primary_key(["a"])],
            [numbered("b").primary_key(["b"])]
        ),
        [
            "t: drop primary key",
            "t: drop column a",
            "t: add column b",
            "t: add primary key"
        ]
    );
}

#[test]
fn comments_options_and_attached_sql_are_compared() {
    let log = |sql: &'static str| AttachedSql::new("log", sql);
    let before = users().comment("people").attach(log("CREATE TRIGGER a"));
    let after = users().option(TableOption::new("sqlite", "STRICT"));
    assert_eq!(
        between([before], [after.attach(log("CREATE TRIGGER b"))]),
        [
            "users: detach log",
            "users: comment",
            "users: options",
            "users: attach log"
        ]
    );
}

#[test]
fn values_of_existing_rows_are_asked_for() {
    let mut before = users();
    before.columns[1].nullable = true;
    let after = users()
        .column(Column::new("age", Type::Int32))
        .column(Column::new("note", Type::Text).nullable());
    let (before, after) = (schema([before]), schema([after]));
    let fill = |column: &'static str| Question::Fill {
        table: "users".into(),
        column: column.into(),
    };
    let asked = compare(&before, &after, &CompareOptions::default());
    assert_eq!(asked.questions, [fill("age"), fill("mail")]);
    let options = CompareOptions::default().fill("users.age", "0");
    let filled = compare(&before, &after, &options.fill("users.mail", "''"));
    assert_eq!(filled.questions, []);
    let texts: Vec<_> = filled.operations.iter().map(describe).collect();
    assert_eq!(
        texts,
        [
            "users: add column age = 0",
            "users: add column note",
            "users: alter column mail = ''"
        ]
    );
}

#[test]
fn unknown_tables_are_kept_if_wanted() {
    let mut before = schema([users(), posts()]);
    before
        .sequences
        .push(crate::schema::Sequence::new("numbers"));
    let keep = CompareOptions::default().keep_unknown();
    let after = schema([users()]);
    assert_eq!(compare(&before, &after, &keep).operations, []);
    assert_eq!(
        differ(&before, &after, &CompareOptions::default()),
        ["drop table posts", "drop sequence numbers"]
    );
}

/// Renames of tables and columns that both schemas have, or not.
fn options(before: &Schema, after: &Schema, random: &mut Random) -> CompareOptions {
    let mut options = CompareOptions::default();
    for _ in 0..random.below(4) {
        if before.tables().is_empty() || after.tables().is_empty() {
            break;
        }
        let (from, to) = (random.pick(before.tables()), random.pick(after.tables()));
        options = options.rename(from.name, to.name.clone());
        let same = before.table(&to.name);
        for _ in 0..random.below(3) {
            if let Some(old) = same {
                let (from, new) = (random.pick(&old.columns), random.pick(&to.columns));
                let from = format!("{}.{}", to.name, from.name);
                options = options.rename(from, new.name);
            }
        }
    }
    options
}

fn check_pair(seed: u64) {
    let (before, after) = (random_schema(seed), random_schema(!seed));
    let options = options(&before, &after, &mut Random::new(seed));
    let found = compare(&before, &after, &options);
    check_operations(&before, &after, &found.operations);
    let mut schema = before.clone();
    for operation in &found.operations {
        apply(&mut schema, operation).unwrap();
    }
    let again = compare(&schema, &after, &CompareOptions::default());
    assert_eq!(
        (again.operations, again.questions),
        (Vec::new(), Vec::new())
    );
}

/// Nothing that `after` does not know is dropped, and a second comparison finds nothing more to do.
fn check_kept(seed: u64) {
    let (before, after) = (random_schema(seed), random_schema(!seed));
    let options = CompareOptions::default().keep_unknown().no_renames();
    let mut schema = before.clone();
    for operation in compare(&before, &after, &options).operations {
        apply(&mut schema, &operation).unwrap();
        let is_kept = !matches!(
            &operation,
            Operation::DropTable { .. } | Operation::DropSequence(_)
        );
        assert!(is_kept, "{}", describe(&operation));
    }
    let again = compare(&schema, &after, &options).operations;
    assert_eq!(again, []);
}

proptest! {
    #[test]
    fn operations_lead_there_and_back(seed in any::<u64>()) {
        check_pair(seed);
    }

    #[test]
    fn unknown_objects_are_kept(seed in any::<u64>()) {
        check_kept(seed);
    }
}
