//! The inspector's keys, constraints and indexes on the server.

use orm_core::schema::*;
use orm_core::types::{Type, Width};

use super::inspect::{check, id, schema};
use super::support::{Scratch, dialect};

/// Conditions of many shapes.
const CONDITIONS: &[&str] = &[
    "a > 5 AND c <> 'x''y\\\\z é 日'",
    "c IN ('u', 'it''s') OR NOT (a BETWEEN 1 AND 3)",
    "c IN ('a', 'b')",
    "c = 'only'",
    "NOT (a > 1 AND b < 2) OR NOT (a = 1 OR b IS NULL)",
    "a <> 0",
    "NOT a AND (a OR NOT b)",
    "NOT c LIKE 'x%' ESCAPE '|' AND c LIKE '%a\\_b%'",
    "CHAR_LENGTH(c) > 3 AND LENGTH(c) < 9 AND CHARACTER_LENGTH(c) <> 5",
    "SUBSTRING(c, 1, 2) = 'ab' AND LOWER(c) = c AND UCASE(c) <> 'X'",
    "MOD(a, 2) = 1 AND a % 3 = 0 AND a DIV 2 > 1",
    "TRIM(c) <> '' AND COALESCE(a, b, 0) >= 0 AND IFNULL(a, 1) = NULLIF(a, 2)",
    "a XOR b",
    "a IS TRUE AND b IS NOT FALSE AND a IS NOT UNKNOWN AND NOT (a IS TRUE)",
    "c REGEXP '^a' AND c NOT RLIKE 'b'",
    "a + b * 2 - -1 > 1.50 AND a / 2 < 1e3 AND a - (b - 1) = 2 AND -a <> +b",
    "CAST(c AS SIGNED) = 1 AND CAST(c AS CHAR(3)) = 'a' AND CAST(a AS DECIMAL(5,2)) > 1 AND CAST(c AS BINARY) = 'x'",
    "d > '2020-01-01' + INTERVAL 1 DAY AND YEAR(d) > 2000 AND DATEDIFF(d, d) = 0 AND DATE(d) = d",
    "d > DATE_SUB('2020-01-01', INTERVAL 2 HOUR) AND EXTRACT(YEAR FROM d) > 1",
    "CASE WHEN a > 1 THEN TRUE ELSE FALSE END = 1",
    "CASE a WHEN 1 THEN 2 ELSE 3 END = 2 AND IF(a > 1, 1, 0) = 1",
    "a <=> 1 AND NOT (a <=> b)",
    "a != b && !(a = 1) || b = 2",
    "a BETWEEN b AND 3 AND a NOT BETWEEN 3 AND 4",
    "c COLLATE utf8mb4_bin = 'a'",
    "CONCAT(c, 'x') = \"dq'x\" AND REPLACE(c, 'a', 'b') = c AND INSTR(c, 'a') = 1",
    "a > 0 OR (a < 1 AND b > 1) OR NOT (a > 2 OR b > 3 AND NOT c = 'x')",
    "JSON_VALID(j) AND JSON_EXTRACT(j, '$.a') = 1",
    "`Odd Name` > 0 AND `order` < 5 AND A <> 3",
    "(a > 1) = (b > 1)",
    "a IN (1, 2, 3) AND a NOT IN (7) AND b IN (5)",
];

#[test]
fn keys_and_foreign_keys_are_read() {
    let parents = Table::new("parents")
        .column(Column::new("a", Type::Int64))
        .column(Column::new("b", Type::Text).length(20))
        .column(Column::new("c", Type::Int32))
        .primary_key(["b", "a"])
        .unique(["c"]);
    let mut children = Table::new("children").column(id()).primary_key(["id"]);
    let actions = [
        Action::NoAction,
        Action::Restrict,
        Action::Cascade,
        Action::SetNull,
    ];
    for (number, (delete, update)) in actions
        .iter()
        .flat_map(|delete| actions.iter().map(move |update| (*delete, *update)))
        .enumerate()
    {
        let name = Name::Owned(format!("p{number}"));
        children = children.column(Column::new(name.clone(), Type::Int32).nullable());
        let key = ForeignKey::new("children", vec![name], "parents".into(), vec!["c".into()]);
        children
            .foreign_keys
            .push(key.on_delete(delete).on_update(update));
    }
    let mut pairs = Table::new("pairs")
        .column(id())
        .column(Column::new("x", Type::Text).length(20))
        .column(Column::new("y", Type::Int64))
        .column(Column::new("next", Type::Int64).nullable())
        .primary_key(["id"])
        .foreign_key(["x", "y"], "parents", ["b", "a"])
        .foreign_key(["next"], "pairs", ["id"])
        .index(["next"])
        .unique(["y", "x"]);
    pairs.uniques[0].name =
        "a_name_of_a_constraint_that_is_longer_than_any_server_would_ever_accept".into();
    let found = check(&schema([parents, children, pairs]));
    assert_eq!(
        found.table("children").map(|table| table.indexes.len()),
        Some(0)
    );
    assert_eq!(
        found.table("pairs").map(|table| table.indexes.len()),
        Some(1)
    );
}

#[test]
fn checks_are_read() {
    let mut table = Table::new("checked")
        .column(id())
        .column(Column::new("a", Type::Int32).nullable())
        .column(Column::new("b", Type::Int32).nullable())
        .column(Column::new("c", Type::Text).length(40).nullable())
        .column(Column::new("d", Type::DateTime).nullable())
        .column(Column::new("j", Type::Json).nullable())
        .column(Column::new("Odd Name", Type::Int32))
        .column(Column::new("order", Type::Int32))
        .column(Column::new("u", Type::Unsigned(Width::W16)))
        .primary_key(["id"]);
    for (number, condition) in CONDITIONS.iter().enumerate() {
        table = table.check(&format!("{number:02}"), Rule::Raw((*condition).into()));
    }
    table = table
        .check(
            "one",
            Rule::OneOf {
                column: "c".into(),
                labels: vec!["it's".into(), "b\\c".into()],
            },
        )
        .check(
            "u",
            Rule::Range {
                column: "u".into(),
                least: 0,
                most: 65_535,
            },
        );
    let found = check(&schema([table]));
    let checks = &found.tables()[0].checks;
    assert_eq!(checks.len(), CONDITIONS.len() + 1);
    assert!(checks.iter().any(
        |check| matches!(&check.rule, Rule::OneOf { labels, .. } if labels.contains(&"b\\c".into()))
    ));
}

#[test]
fn indexes_and_generated_columns_are_read() {
    let scratch = Scratch::new();
    let is_mysql = dialect(scratch.connect().as_ref()).name() == "mysql";
    let generated = |sql: &'static str, stored| Generated {
        expression: sql.into(),
        stored,
    };
    let column = |name: &'static str, ty| Column::new(name, ty).nullable();
    let mut table = Table::new("indexed")
        .column(id())
        .column(Column::new("a", Type::Text).length(40))
        .column(column("b", Type::Int32))
        .column(column("long", Type::Text))
        .column(column("stored", Type::Int64).generated(generated("b + 1", true)))
        .column(
            column("computed", Type::Text)
                .length(90)
                .generated(generated("CONCAT(LOWER(a), 'é')", false)),
        )
        .primary_key(["id"])
        .unique(["a", "b"])
        .index(["b", "a"]);
    let index = |name: &'static str| Index::new("indexed", Vec::new()).named(name);
    table.indexes.extend([
        index("descending")
            .key(IndexKey::column("b").descending())
            .key(IndexKey::column("a")),
        index("prefix")
            .key(IndexKey::column("a").length(5))
            .key(IndexKey::column("b")),
        index("whole_prefix").key(IndexKey::column("a").length(40)),
        index("long_prefix").key(IndexKey::column("long").length(10)),
        index("unique_prefix")
            .key(IndexKey::column("a").length(3))
            .unique(),
        index("unique_index")
            .key(IndexKey::column("computed"))
            .unique(),
        index("words")
            .key(IndexKey::column("long"))
            .key(IndexKey::column("a"))
            .method("fulltext"),
        index("hashed").key(IndexKey::column("b")).method("hash"),
        index("tree")
            .key(IndexKey::column("stored"))
            .method("btree"),
    ]);
    if is_mysql {
        table.indexes.extend([
            index("expression")
                .key(IndexKey::expression("LOWER(a)"))
                .key(IndexKey::column("b")),
            index("unique_expression")
                .key(IndexKey::expression("b * 2 + 1").descending())
                .unique(),
            index("cast").key(IndexKey::expression("CAST(b AS CHAR(10))")),
        ]);
    }
    let found = check(&schema([table]));
    assert_eq!(found.tables()[0].uniques.len(), 2);
}
