//! The SQL of PostgreSQL for parts of queries: LIMIT by an expression, lists in FROM, hints, frames of fractions,
//! aggregates of all values. The header of `golden.rs` holds here, too.

use dialect_postgres::PostgresDialect;
use orm_core::stmt::{Aggregate, FrameBound, IndexHintKind};
use orm_core::testing::golden::{self, HasText, parts};
use orm_core::types::Type;
use orm_core::value::Decimal;

#[track_caller]
fn check(statement: &impl HasText, expected: &str) {
    golden::check(&PostgresDialect, statement, expected);
}

#[test]
fn numbers_of_rows() {
    check(
        &parts::limited_by(),
        r#"SELECT "a" FROM "t" LIMIT $1::int8 * $2::int8 OFFSET $3::int8 * $4::int8"#,
    );
    check(
        &parts::offset_by(false),
        r#"SELECT "a" FROM "t" ORDER BY "a" ASC LIMIT $1 OFFSET $2::int8 * $3::int8"#,
    );
    check(
        &parts::offset_by(true),
        r#"SELECT "a" FROM "t" ORDER BY "a" ASC OFFSET ($1::int8 * $2::int8) ROWS FETCH FIRST ($3) ROWS WITH TIES"#,
    );
}

#[test]
fn lists_in_from() {
    check(
        &parts::list_source(Type::Int64),
        r#"SELECT "list"."c0" FROM unnest(CAST($1 AS int8[])) AS "list"("c0")"#,
    );
    check(
        &parts::list_source(Type::DECIMAL),
        r#"SELECT "list"."c0" FROM unnest(CAST($1 AS numeric[])) AS "list"("c0")"#,
    );
}

#[test]
fn hints() {
    check(
        &parts::hinted(),
        r#"/*+ SeqScan(t) Parallel(t 2) */ SELECT DISTINCT "a" FROM "t""#,
    );
    check(
        &parts::indexed(IndexHintKind::Force, &["a"]),
        r#"SELECT "x"."a" FROM "t" AS "x""#,
    );
}

#[test]
fn fractions_in_frames() {
    check(
        &parts::frame_of(FrameBound::preceding(1e-7)),
        r#"COUNT("a") OVER (ORDER BY "a" ASC RANGE BETWEEN 1e-7 PRECEDING AND CURRENT ROW)"#,
    );
    let exact: Decimal = "0.50".parse().unwrap();
    check(
        &parts::frame_of(FrameBound::following(exact)),
        r#"COUNT("a") OVER (ORDER BY "a" ASC RANGE BETWEEN 0.5 FOLLOWING AND CURRENT ROW)"#,
    );
}

#[test]
fn aggregates_of_all_values() {
    check(
        &parts::collected(Aggregate::ArrayAgg, Type::Int64, true),
        r#"ARRAY_AGG("a" ORDER BY "id" DESC)"#,
    );
    check(
        &parts::collected(Aggregate::JsonArray, Type::Json, true),
        r#"jsonb_agg("a" ORDER BY "id" DESC)"#,
    );
    check(
        &parts::collected(Aggregate::JsonObject, Type::Int64, false),
        r#"jsonb_object_agg("a", "b")"#,
    );
    check(
        &parts::collected_where(),
        r#"jsonb_agg("a") FILTER (WHERE $1::bool)"#,
    );
}
