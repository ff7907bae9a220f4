//! Conditions, indexes, views, options and triggers of models, created by the DDL of the crate.

use orm_core::schema::*;
use orm_core::types::{DbType, Type};

use crate::Database;
use crate::models::{key, schema, text};

const CONDITIONS: &[&str] = &[
    "age >= 0",
    "age > 0 AND (rate < 1.5 OR name IS NULL)",
    "age BETWEEN 1 AND 9",
    "age NOT BETWEEN 1 AND 9 OR rate BETWEEN 0.5 AND 2",
    "name IN ('a', 'b')",
    "note NOT IN ('a', 'it''s')",
    "age IN (1, 2, 3)",
    "rate IN (1, 2.5)",
    "name LIKE 'a%' AND note NOT LIKE '%_b'",
    "note ILIKE 'a!%' ESCAPE '!'",
    "note ~ '^[a-z]+$'",
    "name IS NOT NULL AND NOT active",
    "active IS NOT TRUE",
    "length(name) > 0",
    "lower(name) = name",
    "char_length(trim(note)) <= 20",
    "coalesce(name, note, 'x') <> ''",
    "CAST(age AS text) <> '5'",
    "age::numeric / 2 > 1",
    "age * 2 + 1 - big % 3 <> -7",
    "big <= 9000000000 AND big >= -9000000000",
    "ratio > 0 AND ratio < 0.5",
    "price >= 0 AND price * 1.2 < 1000",
    "made > '2020-01-01'",
    "day >= DATE '2020-01-01'",
    "made < now() + INTERVAL '1 day'",
    "extract(year FROM day) > 2000",
    "CASE WHEN active THEN age > 1 ELSE age = 0 END",
    "(age = 1) = active",
    "name || note <> 'ab'",
    "data ->> 'a' = 'b' AND data ? 'c'",
    "tags <> '{}'",
    "age = ANY (ARRAY[1, 2])",
    "name IS DISTINCT FROM note",
    "nullif(note, '') IS NOT NULL",
    "greatest(age, 1) < 100",
    "substring(name FROM 1 FOR 1) = 'a'",
    "position('a' IN note) > 0",
    "num_nonnulls(name, note) = 1",
    "\"Order\" <> 'select'",
    "name = 'a'",
    "big BETWEEN 0 AND 4294967295",
];

fn conditions_table() -> Table {
    Table::new("conditions")
        .column(Column::new("age", Type::Int32))
        .column(Column::new("big", Type::Int64))
        .column(Column::new(
            "rate",
            Type::Decimal {
                precision: 8,
                scale: 2,
            },
        ))
        .column(Column::new(
            "price",
            Type::Decimal {
                precision: 8,
                scale: 2,
            },
        ))
        .column(Column::new("ratio", Type::Float64))
        .column(Column::new("active", Type::Bool))
        .column(text("name").length(20).nullable())
        .column(text("note").nullable())
        .column(text("Order"))
        .column(Column::new("made", Type::Timestamp))
        .column(Column::new("day", Type::Date))
        .column(Column::new("data", Type::Json))
        .column(Column::new("tags", <Vec<String>>::TYPE))
}

#[test]
fn conditions_are_read_as_they_were_written() {
    let mut table = conditions_table();
    for (number, condition) in CONDITIONS.iter().enumerate() {
        table = table.check(&number.to_string(), Rule::Raw((*condition).into()));
    }
    let found = Database::new("conditions").check(&schema(vec![table]));
    assert_eq!(found.tables()[0].checks.len(), CONDITIONS.len());
}

#[test]
fn sql_of_another_dialect_alone_is_not_there() {
    let other = || SqlText::PerDialect(vec![("sqlite".into(), "1".into())].into());
    let mut canonical = conditions_table();
    canonical = canonical.check("x", Rule::Raw(other()));
    canonical
        .indexes
        .push(Index::new("conditions", vec![]).key(IndexKey::expression(other())));
    canonical = canonical.option(TableOption::new("sqlite", "STRICT"));
    canonical
        .attached
        .push(AttachedSql::new("x", "CREATE TRIGGER x").only("mysql"));
    let mut schema = schema(vec![canonical]);
    schema.views.push(View::new("v", other()));
    let found = crate::inspector().canonical(&schema);
    let plain = crate::inspector().canonical(&Schema::unchecked(vec![conditions_table()]));
    assert_eq!(found, plain);
}

#[test]
fn indexes_have_all_their_options() {
    let mut table = conditions_table();
    let index = |name: &'static str| Index::new("conditions", vec![]).named(name);
    table.indexes.extend([
        index("plain")
            .key(IndexKey::column("age"))
            .key(IndexKey::column("name")),
        index("uniquely")
            .unique()
            .nulls_not_distinct()
            .key(IndexKey::column("name")),
        index("ordered")
            .key(IndexKey::column("age").descending())
            .key(IndexKey::column("big").descending().nulls_first(false))
            .key(IndexKey::column("note").nulls_first(true)),
        index("lowered")
            .key(IndexKey::expression("lower(name)"))
            .key(IndexKey::expression("age + 1").descending()),
        index("included")
            .unique()
            .key(IndexKey::column("big"))
            .include(["age", "name"]),
        index("partly")
            .key(IndexKey::column("age"))
            .filter("name IS NOT NULL AND note IN ('a', 'b')"),
        index("collated")
            .key(IndexKey::column("name").collation("C"))
            .key(IndexKey::expression("lower(note)").collation("C")),
        index("patterns").key(IndexKey::column("note").operator_class("text_pattern_ops")),
        index("inside")
            .method("gin")
            .key(IndexKey::column("data").operator_class("jsonb_path_ops")),
        index("tagged").method("gin").key(IndexKey::column("tags")),
        index("hashed").method("hash").key(IndexKey::column("note")),
        index("blocks").method("brin").key(IndexKey::column("made")),
        index("defaults").method("btree").key(
            IndexKey::column("note")
                .operator_class("text_ops")
                .nulls_first(false),
        ),
        index("in_parentheses").key(IndexKey::expression("age")),
    ]);
    let during = Column::new("during", Type::Text);
    let during = during.sql_types(vec![("postgres".into(), "tstzrange".into())].into());
    table.columns.push(during);
    let apart =
        Exclusion::new("conditions", "during", "gist").element(IndexKey::column("during"), "&&");
    let mut later = apart
        .clone()
        .named("later")
        .filter("age > 5")
        .deferrable(Deferrable::Deferred);
    later
        .elements
        .push((IndexKey::expression("tstzrange(made, made)"), "&&".into()));
    table.exclusions.extend([apart, later]);
    let found = Database::new("indexes").check(&schema(vec![table]));
    let table = &found.tables()[0];
    assert_eq!((table.indexes.len(), table.exclusions.len()), (14, 2));
}

#[test]
fn views_are_read_with_what_they_depend_on() {
    let users = Table::new("users")
        .column(key())
        .column(text("name").length(20).nullable())
        .column(Column::new("active", Type::Bool))
        .primary_key(["id"]);
    let posts = Table::new("posts")
        .column(key())
        .column(Column::new("author_id", Type::Int64))
        .primary_key(["id"]);
    let mut schema = schema(vec![users, posts]);
    let mut all = View::new("all_users", "SELECT * FROM users");
    all.comment = Some("with \"all\" columns".into());
    schema.views.extend([
        all,
        View::new("active_users", "SELECT id, upper(name) AS loud FROM users WHERE active AND name <> 'x'")
            .depends_on(["users"]),
        View::new("counts", "SELECT u.id, count(*) AS posts FROM users u JOIN posts p ON p.author_id = u.id GROUP BY u.id"),
        View::new("kept", "SELECT id FROM active_users ORDER BY id DESC LIMIT 5").depends_on(["active_users"]).materialized(),
    ]);
    let found = Database::new("views").check(&schema);
    let kept = found.views.iter().find(|view| view.name == "kept").unwrap();
    assert!(kept.materialized);
    assert_eq!(kept.depends_on, ["active_users".into()]);
}

#[test]
fn options_and_triggers_belong_to_their_table() {
    let mut database = Database::new("options");
    database.run(&[
        "CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
    ]);
    let option =
        |name: &'static str, value: &'static str| TableOption::new("postgres", name).value(value);
    let parts = Table::new("parts")
        .column(key())
        .column(Column::new("day", Type::Date))
        .option(option("PARTITION BY", "RANGE (day)"));
    let fast = Table::new("fast")
        .column(key())
        .option(TableOption::new("postgres", "UNLOGGED"))
        .option(option(
            "WITH",
            "fillfactor = 70, autovacuum_enabled = false",
        ))
        .option(TableOption::new("mysql", "ENGINE").value("InnoDB"));
    let base = Table::new("base")
        .column(key())
        .column(text("name").length(9));
    let trigger = AttachedSql::new(
        "log_it",
        "CREATE TRIGGER log_it AFTER UPDATE OR INSERT ON base FOR EACH ROW WHEN (new.name <> 'x') EXECUTE FUNCTION log()",
    );
    let base = base.attach(trigger);
    let child = Table::new("child")
        .column(key())
        .column(text("name").length(9))
        .option(option("INHERITS", "base"));
    let found = database.check(&schema(vec![parts, fast, base, child]));
    let attached = &found.table("base").unwrap().attached[0];
    database.run(&[attached.drop.as_ref().unwrap(), &attached.create]);
    database.run(&[
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
    ]);
    let again = database.inspect(&orm_core::inspect::Scope::default());
    crate::assert_same(&again, &found);
}
