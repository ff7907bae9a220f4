//! The SQL of SQLite for parts of queries: LIMIT by an expression, lists in FROM, hints, frames of fractions,
//! aggregates of all values. The header of `golden.rs` holds here, too.

use dialect_sqlite::SqliteDialect;
use orm_core::stmt::{Aggregate, FrameBound, IndexHintKind};
use orm_core::testing::golden::{self, HasText, parts, refuse_on};
use orm_core::types::Type;
use orm_core::value::Decimal;

#[track_caller]
fn check(statement: &impl HasText, expected: &str) {
    golden::check(&SqliteDialect, statement, expected);
}

#[track_caller]
fn refuse(statement: &impl HasText, feature: &str) {
    refuse_on(&SqliteDialect, statement, feature);
}

#[test]
fn numbers_of_rows() {
    check(
        &parts::limited_by(),
        r#"SELECT "a" FROM "t" LIMIT ? * ? OFFSET ? * ?"#,
    );
    check(
        &parts::offset_by(false),
        r#"SELECT "a" FROM "t" ORDER BY "a" ASC LIMIT ? OFFSET ? * ?"#,
    );
    refuse(&parts::offset_by(true), "WITH TIES");
}

#[test]
fn lists_in_from() {
    check(
        &parts::list_source(Type::Int64),
        r#"SELECT "list"."c0" FROM (SELECT value AS "c0" FROM json_each(?)) AS "list""#,
    );
    check(
        &parts::list_source(Type::DECIMAL),
        r#"SELECT "list"."c0" FROM (SELECT value COLLATE decimal AS "c0" FROM json_each(?)) AS "list""#,
    );
    check(
        &parts::list_source(Type::Uuid),
        r#"SELECT "list"."c0" FROM (SELECT unhex(value) AS "c0" FROM json_each(?)) AS "list""#,
    );
}

#[test]
fn hints() {
    check(&parts::hinted(), r#"SELECT DISTINCT "a" FROM "t""#);
    check(
        &parts::indexed(IndexHintKind::Force, &["a\"b"]),
        r#"SELECT "x"."a" FROM "t" AS "x" INDEXED BY "a""b""#,
    );
    for kind in [IndexHintKind::Use, IndexHintKind::Ignore] {
        check(
            &parts::indexed(kind, &["a"]),
            r#"SELECT "x"."a" FROM "t" AS "x""#,
        );
    }
    check(
        &parts::indexed(IndexHintKind::Force, &["a", "b"]),
        r#"SELECT "x"."a" FROM "t" AS "x""#,
    );
}

#[test]
fn fractions_in_frames() {
    check(
        &parts::frame_of(FrameBound::preceding(0.5)),
        r#"COUNT("a") OVER (ORDER BY "a" ASC RANGE BETWEEN 0.5 PRECEDING AND CURRENT ROW)"#,
    );
    let exact: Decimal = "0.5".parse().unwrap();
    refuse(
        &parts::frame_of(FrameBound::preceding(exact)),
        "frames of RANGE over exact decimals",
    );
}

#[test]
fn aggregates_of_all_values() {
    refuse(
        &parts::collected(Aggregate::ArrayAgg, Type::Int64, true),
        "arrays, and ARRAY_AGG returns one",
    );
    check(
        &parts::collected(Aggregate::JsonArray, Type::Int64, true),
        r#"NULLIF(json_group_array("a" ORDER BY "id" DESC), '[]')"#,
    );
    check(
        &parts::collected(Aggregate::JsonArray, Type::Json, false),
        r#"NULLIF(json_group_array(json("a")), '[]')"#,
    );
    check(
        &parts::collected(Aggregate::JsonObject, Type::Json, true),
        r#"NULLIF(json_group_object("a", json("b") ORDER BY "id" DESC), '{}')"#,
    );
    check(
        &parts::collected_where(),
        r#"NULLIF(json_group_array("a") FILTER (WHERE ?), '[]')"#,
    );
}
